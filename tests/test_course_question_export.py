"""Questions as QTI and for Anki: each is there, with its right answer, its reasons and its markup."""

import json
import re
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

from course.build.decks import COURSE
from course.question_export.__main__ import main
from course.question_export.anki import HEADER, card
from course.question_export.items import Item, as_html, items, usual_sources
from course.question_export.qti import as_xml
from course.questions import Question, parse_questions

import pytest

QTI, PACKAGE = "{http://www.imsglobal.org/xsd/imsqti_v2p1}", "{http://www.imsglobal.org/xsd/imscp_v1p1}"
# Of QTI's schema, in its order: what an item holds, and the elements that are used inside.
PARTS = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]
KNOWN = {
    *("assessmentItem", "correctResponse", "defaultValue", "value", *PARTS),
    *("choiceInteraction", "simpleChoice", "textEntryInteraction", "extendedTextInteraction"),
    *("responseCondition", "responseIf", "responseElseIf", "setOutcomeValue"),
    *("match", "equal", "variable", "correct", "baseValue"),
    *("div", "p", "em", "strong", "code", "pre", "span", "a", "img", "br", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ALL = list(items(usual_sources()))
CHOICE = Question(
    "predict",
    "Is $a_1 < b$ & *so* for `x < y`?\n\nLook:\n\n```python\nx = 1\n\ty = '$2 and $3'\n```",
    "b",
    "Since **this** is $$c^2$$.",
    {"a": 'No, "never"', "b": "Yes"},
    {"a": "See the table.\n\n| a | b |\n|---|---|\n| 1 | 2 |"},
)


def plain(text: str) -> str:
    """Return Markdown without its marks and blanks."""
    text = re.sub(r"(`[^`]+`|\$[^$]+\$)|\*+", lambda found: (found[1] or "").strip("`$"), text)
    return re.sub(r"\s+", "", text)


def words_of(html: str) -> str:
    """Return the text of HTML without blanks and the brackets of formulas."""
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_data = found.append
    parser.feed(html)
    return re.sub(r"\s+|\\[()\[\]]", "", "".join(found))


def texts_of(question: Question) -> list[str]:
    """Return every text of a question that is to be found in an export."""
    return [
        question.text,
        question.why or question.answer,
        *question.choices.values(),
        *question.reasons.values(),
    ]


def item_of(question: Question) -> Item:
    return Item("q-name", "A title", "source", question)


def tag(element: ElementTree.Element) -> str:
    return element.tag.removeprefix(QTI)


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> dict[str, ElementTree.Element]:
    """Return the files of the whole export as XML, by name."""
    path = tmp_path_factory.mktemp("export") / "questions.zip"
    assert main([str(path)]) == 0
    with zipfile.ZipFile(path) as archive:
        return {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}


@pytest.fixture(scope="module")
def cards(tmp_path_factory) -> list[list[str]]:
    """Return the fields of each card of the whole export."""
    path = tmp_path_factory.mktemp("export") / "questions.txt"
    assert main([str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith(HEADER) and text.endswith("\n")
    return [line.split("\t") for line in text.removeprefix(HEADER).splitlines()]


# All questions


def test_every_question_of_every_chapter_is_an_item():
    asked = {
        question.text
        for path in sorted((COURSE / "notebooks").glob("[0-9]*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "markdown"
        for question in parse_questions("".join(cell["source"]))
    }
    assert len(asked) > 80 and asked < {item.question.text for item in ALL}
    assert len({item.name for item in ALL}) == len(ALL)
    assert {item.source for item in ALL} == {path.stem for path in usual_sources()}, "each chapter asks some"


def test_the_package_lists_its_files(package):
    manifest = package.pop("imsmanifest.xml")
    files = [resource.get("href") for resource in manifest.iter(f"{PACKAGE}resource")]
    assert files == [f"{item.name}.xml" for item in ALL] and set(files) == set(package)
    assert {resource.get("type") for resource in manifest.iter(f"{PACKAGE}resource")} == {
        "imsqti_item_xmlv2p1"
    }
    assert [child.tag.removeprefix(PACKAGE) for child in manifest] == [
        "metadata",
        "organizations",
        "resources",
    ]
    assert manifest.findtext(f".//{PACKAGE}schema") == "QTIv2.1 Package"


@pytest.mark.parametrize("item", ALL, ids=[item.name for item in ALL])
def test_an_item_has_the_elements_of_the_schema_and_its_right_answer(item):
    root, question = ElementTree.fromstring(as_xml(item)), item.question
    assert {tag(element) for element in root.iter()} <= KNOWN
    places = [PARTS.index(tag(child)) for child in root]
    assert places == sorted(places) and set(places) == set(range(len(PARTS)))
    assert root.get("identifier") == item.name and re.fullmatch(r"[A-Za-z_][\w.-]*", item.name)
    right = root.findtext(f"{QTI}responseDeclaration/{QTI}correctResponse/{QTI}value")
    if question.choices:
        assert right == question.answer
        assert [one.get("identifier") for one in root.iter(f"{QTI}simpleChoice")] == list(question.choices)
    elif question.number is not None:
        assert right is not None and float(right) == question.number
    else:
        assert right is None and root.find(f".//{QTI}extendedTextInteraction") is not None
    shown = {one.get("identifier") for one in root.iter(f"{QTI}modalFeedback")}
    assert len(shown) == 1 + len(question.reasons)
    named = {one.text for one in root.iter(f"{QTI}baseValue") if one.get("baseType") == "identifier"}
    assert shown == (set(question.choices) if question.choices else named)


@pytest.mark.parametrize("item", ALL, ids=[item.name for item in ALL])
def test_nothing_of_a_question_is_lost(item):
    xml, (front, back) = as_xml(item), card(item.question)
    for text in texts_of(item.question):
        assert plain(text) in words_of(xml), text
        assert plain(text) in words_of(front + back), text
    texts = "\n\n".join(texts_of(item.question))
    spans = re.findall(r"`[^`]+`", texts)
    stressed = re.findall(r"(?<!\*)\*(?!\*)[^*]+\*(?!\*)", re.sub(r"`[^`]+`|\$[^$]+\$", "", texts))
    for html in (xml, front + back):
        assert html.count("<code>") >= len(spans) and html.count("<em>") >= len(stressed)


def test_every_question_is_a_card(cards):
    assert [fields[0] for fields in cards] == [item.name for item in ALL]
    for fields, item in zip(cards, ALL, strict=True):
        name, front, back, source = fields
        assert source == item.source and not name.startswith(("#", '"'))
        assert front.startswith("<p>") and back.startswith("<p>"), (
            "a quotation mark would begin a quoted field"
        )
        assert plain(item.question.answer) in words_of(back)
        assert plain(item.question.text) in words_of(front)


# Single ones


def test_markup_formulas_and_code_arrive():
    xml = as_xml(item_of(CHOICE))
    root = ElementTree.fromstring(xml)
    text = "".join(root.itertext())
    assert r"\(a_1 < b\) & so for x < y?" in text and r"this is \[c^2\]." in text
    assert "y = '$2 and $3'" in text, "a dollar sign in code begins no formula"
    assert [element.text for element in root.iter(f"{QTI}em")] == ["so"]
    assert [element.text for element in root.iter(f"{QTI}td")] == ["1", "2"]
    front, back = card(CHOICE)
    assert "\n" not in front + back and "\t" not in front + back
    assert (
        "<br />" in front and "<strong>b.</strong> Since" in back and "<strong>a.</strong> Yes" not in front
    )


def test_wrong_numbers_are_told_their_reasons():
    question = Question(
        "predict", "How many?", "1,234,567", "So many.", {}, {"−3": "Too few.", "50%": "Half."}
    )
    root = ElementTree.fromstring(as_xml(item_of(question)))
    numbers = [one.text for one in root.iter(f"{QTI}baseValue") if one.get("baseType") == "float"]
    assert numbers == ["1234567", "1", "-3", "50"]
    reasons = {one.get("identifier"): "".join(one.itertext()) for one in root.iter(f"{QTI}modalFeedback")}
    assert reasons == {"right": "1,234,567. So many.", "wrong-1": "Too few.", "wrong-2": "Half."}


def test_a_name_stays_while_other_questions_come_and_go(tmp_path):
    first, second = tmp_path / "quiz.md", tmp_path / "other" / "quiz.md"
    second.parent.mkdir()
    first.write_text(CHOICE.as_markdown())
    other = Question("remember", "Why?", "Because.")
    second.write_text(f"{other.as_markdown()}\n\n{CHOICE.as_markdown()}")
    (one,), (_, same) = items([first]), items([second])
    assert one.name == same.name and one.title == "quiz, question 1" != same.title


def test_html_that_is_no_xml_is_refused_by_name(tmp_path, capsys):
    source = tmp_path / "quiz.md"
    source.write_text(Question("remember", "Line<br>break?", "Yes.").as_markdown())
    assert main([str(tmp_path / "quiz.zip"), str(source)]) == 2
    assert "quiz, question 1 cannot be written as XML" in capsys.readouterr().err
    assert not (tmp_path / "quiz.zip").exists()


@pytest.mark.parametrize(("name", "words"), [("quiz.pdf", "should end with"), ("quiz.zip", "no question")])
def test_what_cannot_be_exported_is_said(tmp_path, capsys, name, words):
    (tmp_path / "empty.md").write_text("# Nothing")
    assert main([str(tmp_path / name), str(tmp_path / "empty.md")]) == 2
    assert words in capsys.readouterr().err and not (tmp_path / name).exists()
    assert main([str(tmp_path / "quiz.txt"), str(tmp_path / "missing.md")]) == 2


def test_html_is_the_same_for_formulas_in_lines_and_blocks():
    assert as_html("$x$") == r"<p>\(x\)</p>"
    assert as_html("`$x$`") == "<p><code>$x$</code></p>"
