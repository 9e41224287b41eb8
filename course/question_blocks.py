"""Find the questions of a Markdown text and take them apart; `course.questions` describes them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

FOLD, SUMMARY, END = "<details>", "<summary>Answer</summary>", "</details>"
HEADING = re.compile(r"#{1,6} ")
BEGINNING = re.compile(r"\*\*(Predict|Remember)\.\*\* +(?=\S)")
# Somebody meant a question, but wrote "**Predict:**", "*Remember.*" or "- **predict.**".
NEARLY_BEGINNING = re.compile(r"[-\d.)>\s]*[*_]{1,3}(predict|remember)\W*[*_]", re.IGNORECASE)
LABEL = re.compile(r"\*\*(.+?)\.\*\*(?: |$)")
ITEM = re.compile(r"- \*\*(.+?)\.\*\*(?: |$)")
FENCE = re.compile(r" *(`{3,}|~{3,})")


class MalformedQuestion(ValueError):
    """A question is not in its form; the message says which one, and what to change."""


class Parts(NamedTuple):
    """The parts of a question as they stand; `label` is "" where the answer does not begin with one."""

    text: str
    choices: dict[str, str]
    label: str
    answer: str
    reasons: dict[str, str]


@dataclass(frozen=True)
class Block:
    """A question's first line and all that follows, to the next question or heading.

    Args:
        heading: that the question stands under.
        lines: as they stand.
        plain: the same lines, but for those of code, which are hidden.
    """

    heading: str
    lines: Sequence[str]
    plain: Sequence[str]

    @property
    def marker(self) -> str:
        """The question's first word, "Predict" or "Remember"."""
        return re.sub(r"\W", "", self.lines[0].split()[0])

    def malformed(self, what: str) -> MalformedQuestion:
        """Return the error that names this question and says what to change."""
        words = BEGINNING.sub("", self.lines[0]).split()
        quoted = " ".join(words[:8]) + " ..." * (len(words) > 8)
        where = f' under "{self.heading}"' if self.heading else ""
        return MalformedQuestion(f'The question "{quoted}"{where}: {what}.')

    def parts(self) -> Parts:
        """Return the parts of the question.

        Raises:
            MalformedQuestion: there is no fold, or something stands where nothing should.
        """
        fold, end = self._fold()
        text, choices = self._list(0, fold)
        answer, reasons = self._list(fold + len((FOLD, SUMMARY)), end)
        label = LABEL.match(answer)
        why = answer[label.end() :].strip() if label else answer
        return Parts(BEGINNING.sub("", text, count=1), choices, label.group(1) if label else "", why, reasons)

    def _fold(self) -> tuple[int, int]:
        """Return the lines at which the fold begins and ends."""
        fold = next((i for i, line in enumerate(self.plain) if "<details" in line), 0)
        end = next((i for i in range(fold, len(self.plain)) if END in self.plain[i]), 0)
        if not fold or not end:
            raise self.malformed(f"fold its answer below it, from {FOLD} to {END}")
        opening, closing = self.plain[fold - 1 : fold + 3], self.plain[end - 1 : end + 1]
        if list(opening) != ["", FOLD, SUMMARY, ""] or list(closing) != ["", END]:
            raise self.malformed(
                f"write {FOLD}, {SUMMARY} and {END} each on a line of its own, with an empty line before "
                "the first, behind the second and before the third"
            )
        return fold, end

    def _list(self, start: int, stop: int) -> tuple[str, dict[str, str]]:
        """Return the text of these lines up to a list, and the items of the list by their labels."""
        first = next((i for i in range(start, stop) if ITEM.match(self.plain[i])), stop)
        items: dict[str, list[str]] = {}
        for line, plain in zip(self.lines[first:stop], self.plain[first:stop], strict=True):
            if item := ITEM.match(plain):
                if item.group(1) in items:
                    raise self.malformed(f"{item.group(1)!r} stands twice in one list")
                items[item.group(1)] = [line[item.end() :]]
            elif plain and not plain.startswith("  "):
                raise self.malformed(f'behind a list, write "{line}" as "- **b.** ...", or indent it by two')
            else:
                items[next(reversed(items))].append(line[2:])
        text = "\n".join(self.lines[start:first]).strip()
        return text, {label: "\n".join(lines).strip() for label, lines in items.items()}


def blocks(markdown: str) -> Iterator[Block]:
    """Yield the block of each question of a text.

    Raises:
        MalformedQuestion: a line begins nearly as a question does.
    """
    lines = markdown.splitlines()
    plain, heading = _without_code(lines), ""
    starts = [i for i, line in enumerate(plain) if HEADING.match(line) or BEGINNING.match(line)]
    for place, line in enumerate(plain):
        end = next((start for start in starts if start > place), len(plain))
        block = Block(heading, lines[place:end], plain[place:end])
        if HEADING.match(line):
            heading = line.strip("# ")
        elif BEGINNING.match(line):
            yield block
        elif NEARLY_BEGINNING.match(line):
            raise block.malformed(
                "begin it with **Predict.** or **Remember.**, then a space and the question"
            )


def _without_code(lines: Sequence[str]) -> list[str]:
    """Return the lines without blanks at their ends, and of blocks of code only a mark for each line."""
    result, fence = [], ""
    for line in lines:
        match = FENCE.match(line)
        hidden = bool(fence or match)
        if match and not fence:
            fence = match.group(1)
        elif match and match.group(1).startswith(fence) and line.strip() == match.group(1):
            fence = ""
        indent = line[: len(line) - len(line.lstrip())]
        result.append(f"{indent}`" if hidden else line.rstrip())
    return result
