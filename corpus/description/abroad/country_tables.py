"""The names of countries in other languages: CLDR's in country_names.txt, and our own in country_words.txt."""

from collections import defaultdict
from functools import lru_cache
from typing import Final

from ....shipped import shipped_text

_OTHER_CODES: Final = {"zh_Hant": "zh"}
_CODES: Final = ("names", "peoples", "seats")


class CountryTable:
    """What one language calls countries, by ISO code, and which of its words are no countries."""

    def __init__(self) -> None:
        """An empty table."""
        self.words: dict[str, dict[str, list[str]]] = {kind: defaultdict(list) for kind in _CODES}
        self.never: set[str] = set()
        self.doubtful: set[str] = set()


@lru_cache(maxsize=1)
def _lines() -> dict[str, list[tuple[str, str]]]:
    lines: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in ("country_names.txt", "country_words.txt"):
        for line in shipped_text(__package__ or "", name).splitlines():
            if line and not line.startswith("#"):
                language, kind, words = line.split(" ", 2)
                lines[_OTHER_CODES.get(language, language)].append((kind, words))
    return lines


def table_languages() -> tuple[str, ...]:
    """The ISO 639-1 codes of all languages that there are names of countries in, beside English."""
    return tuple(_lines())


@lru_cache(maxsize=64)
def country_table(language: str) -> CountryTable:
    """The table of a language, by its ISO 639-1 code; it is empty for one that there is none for."""
    table = CountryTable()
    for kind, words in _lines().get(language, ()):
        if kind in _CODES:
            for entry in words.split("; "):
                code, _, names = entry.partition("=")
                table.words[kind][code] += names.split("|")
        else:
            (table.never if kind == "never" else table.doubtful).update(words.split("|"))
    return table
