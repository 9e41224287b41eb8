"""What the tests of the doctor share."""

from course.doctor.results import Result


def commands_for(result: Result) -> str:
    """Return what a result tells to type, as one text."""
    return "\n".join(result.fix)


def python_arguments(command: str) -> list[str]:
    """Take `python -c "..."` apart as every shell does."""
    program, option, code = command.split(" ", 2)
    assert program == "python" and code[0] == code[-1] == '"' and '"' not in code[1:-1]
    return [option, code[1:-1]]
