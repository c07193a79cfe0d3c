"""The lists of questions that encoders are measured on."""

from functools import cache

from ...shipped import shipped_text


@cache
def unrelated_questions() -> tuple[str, ...]:
    """Everyday questions to which no collection of diplomatic text has an answer."""
    return _lines("unrelated_questions.txt")


@cache
def sample_questions() -> tuple[str, ...]:
    """Questions as they are put to such a collection."""
    return _lines("sample_questions.txt")


def _lines(name: str) -> tuple[str, ...]:
    lines = shipped_text(__package__ or "", name).splitlines()
    return tuple(line for line in lines if not line.startswith("#"))
