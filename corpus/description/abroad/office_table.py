"""The offices of people in other languages: offices.txt."""

from collections import defaultdict
from functools import lru_cache

from ....shipped import shipped_text


@lru_cache(maxsize=1)
def _lines() -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in shipped_text(__package__ or "", "offices.txt").splitlines():
        if line and not line.startswith("#"):
            language, kind, words = line.split(" ", 2)
            table[language][kind] += words.split("|") if kind != "offices" else [words]
    return table


def knows_offices_of(language: str) -> bool:
    """Whether there is a table of offices in a language, given by its ISO 639-1 code."""
    return language in _lines()


def offices_in(language: str) -> str:
    """A pattern for any office of a language."""
    return "|".join(_lines()[language]["offices"])


def words_in(language: str, kind: str) -> frozenset[str]:
    """The words of a kind: charges, past or no_name."""
    return frozenset(_lines()[language].get(kind, ()))
