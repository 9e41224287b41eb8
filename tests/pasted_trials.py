"""Try what a student could paste as the answer to a task: every fitting order of arguments, every result.

A trial begins with the first call that the task's check makes. Only what returns a value of the right form
there meets the whole check. Stopped in the middle, Keras and TensorFlow can be left in a state in which
nothing else should run: trials belong into a process of their own.
"""

import contextlib
import copy
import inspect
import io
import itertools
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from assignment_answers import Task, grade_id, read
from pasted_answers import KERAS, Cell, Pasted, keras_as, of_chapters, of_utils

CALL_SECONDS = 0.2  # of processor time, for a first call
ALL_NEED_KERAS = bool(os.environ.get("COURSE_GRADING"))  # what needs it is tried for every task
MORE_BYTES = 2**31  # of memory, for one try: more than the largest network of the chapters takes
CHECK_SECONDS, TIMES = 1.0, 5  # for a whole check: this, and so many times what the solution takes


class TooSlow(BaseException):
    """A try took too long. It is no Exception, so that nothing that is tried catches it."""


class Trial:
    """A task of an assignment with its check, ready to meet other answers."""

    def __init__(self, source: Path, task: Task):
        cells = [cell for cell in read(source).cells if cell.cell_type == "code"]
        given = [cell.source for cell in cells if _is_given(cell)]
        check = next(cell.source for cell in cells if grade_id(cell) == f"{task.name}-check")
        self.needs_keras = ALL_NEED_KERAS or any(
            word in code for code in [*given, task.solution] for word in KERAS
        )
        self._check = compile(check, f"{task.name}-check", "exec", optimize=0)
        self._given: dict[str, Any] = {"__name__": "__main__"}
        with contextlib.redirect_stdout(io.StringIO()):
            for code in given:
                exec(code, self._given)
            answers = dict(self._given)
            exec(task.solution, answers)
        wanted = set(self._check.co_names) | _names_in(self._check)
        self.answers = {
            name: value
            for name, value in answers.items()
            if value is not self._given.get(name) and not inspect.ismodule(value) and name in wanted
        }
        self._seconds = 60.0
        begin = time.process_time()
        assert self.passes(), f"the solution of {task.name} does not pass"
        self._seconds = CHECK_SECONDS + TIMES * (time.process_time() - begin)

    def passes(self, **pasted: Any) -> bool:
        """Say whether the check accepts the solution with these names replaced."""
        names = self._given | self.answers | pasted
        try:
            with quiet(self._seconds):
                exec(self._check, names)
        except (Exception, TooSlow):
            return False
        return True

    def first_call(self, name: str) -> tuple[list[Any], Any] | None:
        """Return arguments and result of the first call that the check makes and that returns."""
        calls: list[tuple[list[Any], Any]] = []
        function, signature = self.answers[name], inspect.signature(self.answers[name])

        def recorded(*arguments, **named):
            bound = signature.bind(*arguments, **named)
            bound.apply_defaults()
            before = copy.deepcopy(list(bound.arguments.values()))
            result = function(*arguments, **named)
            calls.append((before, result))
            return result

        recorded.__signature__ = signature
        self.passes(**{name: recorded})
        return calls[0] if calls else None


def _is_given(cell: Any) -> bool:
    settings = cell.metadata.nbgrader
    return settings.locked and not settings.grade


def _names_in(code: Any) -> set[str]:
    inner = [constant for constant in code.co_consts if inspect.iscode(constant)]
    return set(code.co_names).union(*(_names_in(constant) for constant in inner))


def _forget_keras() -> None:
    """Undo what Keras remembers between calls: a stop can leave a name or a scope open."""
    if keras := sys.modules.get("keras"):
        keras.utils.clear_session()


@contextlib.contextmanager
def quiet(seconds: float) -> Iterator[None]:
    """Let a try print and warn nowhere, and end it after some seconds, or when it takes much memory."""

    def stop(_, frame):
        # Raised while TensorFlow's C++ calls Python, it can end the process; while a trial ends, it would
        # leave the timer running. The next signal comes soon.
        place = frame.f_code.co_filename
        if "tensorflow" not in place and place not in (__file__, contextlib.__file__):
            raise TooSlow

    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if os.name != "posix":
            yield
            return
        import resource  # Windows has no module of this name

        before, limits = signal.signal(signal.SIGPROF, stop), resource.getrlimit(resource.RLIMIT_AS)
        pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
        if pages:
            most = pages * resource.getpagesize() + MORE_BYTES
            resource.setrlimit(resource.RLIMIT_AS, (most, limits[1]))
        signal.setitimer(signal.ITIMER_PROF, seconds, 0.1)  # again, where the first is lost in a callback
        try:
            try:
                yield
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
                resource.setrlimit(resource.RLIMIT_AS, limits)
                signal.signal(signal.SIGPROF, before)
        except TooSlow:
            _forget_keras()
            raise


class Found(NamedTuple):
    """What earns a task its points: where it stands, and how it is called."""

    origin: str
    way: str


def pasted_that_pass(source: Path, task: Task) -> list[Found]:
    """Return what of chapters and utils passes a task; for a task of several answers, in all of them."""
    trial = Trial(source, task)
    with keras_as(trial.needs_keras):
        return _that_pass(trial)


def pasted_that_pass_made_up(solution: str, check: str) -> list[Found]:
    """Return what passes a task that stands in no assignment: the names of its solution that it checks."""
    trial = Trial.__new__(Trial)
    trial.needs_keras = ALL_NEED_KERAS
    trial._check = compile(check, "check", "exec", optimize=0)
    trial._given, trial._seconds = {"np": np}, 5.0
    names: dict[str, object] = {"np": np}
    exec(solution, names)
    trial.answers = {name: value for name, value in names.items() if name in check and name != "np"}
    with keras_as(trial.needs_keras):
        return _that_pass(trial)


def _that_pass(trial: Trial) -> list[Found]:
    found: list[Found] = []
    for name, answer in trial.answers.items():
        if inspect.isclass(answer):
            passing = _classes(trial, name)
        elif callable(answer):
            passing = _functions(trial, name)
        else:
            passing = _values(trial, name)
        if not passing:
            return []
        found += passing
    return found


def _classes(trial: Trial, name: str) -> list[Found]:
    offered = [one for material in of_chapters(trial.needs_keras) for one in material.classes]
    return [Found(origin, "a class") for origin, made in offered if trial.passes(**{name: made})]


def _values(trial: Trial, name: str) -> list[Found]:
    wanted, found, tried = form(trial.answers[name]), [], set()
    for material in of_chapters(trial.needs_keras):
        for origin, value in material.values:
            if repr(value) not in tried and form(value) == wanted and trial.passes(**{name: value}):
                found.append(Found(origin, repr(value)[:60]))
            tried.add(repr(value))
    return found


def _functions(trial: Trial, name: str) -> list[Found]:
    first = trial.first_call(name)
    if first is None:
        return []
    found = []
    for material in of_chapters(trial.needs_keras):
        for pasted in material.functions:
            found += _tried(trial, name, pasted, first)
        for cell in material.cells:
            for pasted in _as_functions(cell, len(first[0])):
                found += _tried(trial, name, pasted, first)
    for pasted in of_utils(trial.needs_keras):
        found += _tried(trial, name, pasted, first)
    return found


def _as_functions(cell: Cell, most: int) -> Iterator[Pasted]:
    """Yield the cell as a function of what it lacks, and of its constants as well where they are few."""
    for names in {tuple(cell.free), (*cell.free, *cell.constants)}:
        if 1 <= len(names) <= most:
            function = lambda *values, names=names: cell.run(dict(zip(names, values, strict=True)))  # noqa: E731
            yield Pasted(f"{cell.origin}, of {', '.join(names)}", function, len(names), len(names))


def _tried(trial: Trial, name: str, pasted: Pasted, first: tuple[list[Any], Any]) -> list[Found]:
    """Return the ways in which a function passes, each an order of arguments and a part of the result."""
    arguments, right = first
    wanted, found = form(right), []
    for order in _orders(len(arguments), pasted):
        try:
            with quiet(CALL_SECONDS):
                result = pasted.function(*copy.deepcopy([arguments[place] for place in order]))
            fitting = [part for part, value in parts(result).items() if form(value) == wanted]
        except TooSlow:
            break  # in another order it would be no faster
        except Exception:
            continue
        for part in fitting:
            answer = _answer(trial.answers[name], pasted.function, order, part)
            if trial.passes(**{name: answer}):
                found.append(Found(pasted.origin, f"arguments {order}, result {part!r}"))
    return found


def _orders(number: int, pasted: Pasted) -> Iterator[tuple[int, ...]]:
    """Yield which arguments to give: all, or all but one; up to three of them in any order."""
    for length in {number, max(number - 1, 1)}:
        if pasted.least <= length <= pasted.most:
            select = itertools.permutations if length <= 3 else itertools.combinations
            yield from select(range(number), length)


def _answer(solution: Callable, function: Callable, order: tuple[int, ...], part: object) -> Callable:
    """Return the function under the parameters of the task."""
    signature = inspect.signature(solution)

    def answer(*arguments, **named):
        bound = signature.bind(*arguments, **named)
        bound.apply_defaults()
        values = list(bound.arguments.values())
        return parts(function(*(values[place] for place in order)))[part]

    answer.__signature__ = signature
    return answer


def parts(result: Any) -> dict[object, Any]:
    """Return a result as a whole, and each of its parts if it has a few."""
    found: dict[object, Any] = {"": result}
    if isinstance(result, dict):
        found |= result
    elif isinstance(result, tuple | list) and len(result) <= 6:
        found |= dict(enumerate(result))
    return found


def form(value: Any) -> object:
    """Return what values have to share to be taken for one another: the shape, or the kind."""
    if isinstance(value, dict):
        return "dict"
    if isinstance(value, set | frozenset):
        return "set"
    if callable(value) or value is None or isinstance(value, str):
        return type(value).__name__
    try:
        array = np.asarray(value)
    except Exception:
        return len(value), tuple(form(item) for item in value)
    return "objects" if array.dtype == object else array.shape
