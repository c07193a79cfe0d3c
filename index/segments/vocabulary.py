"""The distinct terms of a segment, numbered, and which of them have a stem in common."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...corpus.scripts import OTHER_SCRIPTS
from ..terms import stem
from .arrays import Strings, load, save

_REMEMBERED = 1 << 14  # terms whose numbers are kept in memory: those of a question are asked for several times


class Vocabulary:
    """The surface terms of one segment, numbered from 0 in the order of their UTF-8 bytes; safe to share among threads.

    Args:
        folder: The segment's folder of postings.
    """

    def __init__(self, folder: Path) -> None:
        self.terms = Strings(folder, "terms")
        """The terms themselves."""
        self._number = lru_cache(_REMEMBERED)(self.terms.find)
        languages = [path.name.split(".")[1] for path in folder.glob("stems.*.bytes.npy")]
        self._stems = {language: _Stems(folder, language) for language in languages}

    @property
    def languages(self) -> Collection[str]:
        """The languages of this segment's passages, as ISO 639-1 codes."""
        return self._stems.keys()

    @property
    def scripts(self) -> frozenset[str]:
        """Those of OTHER_SCRIPTS in which there are terms."""
        return frozenset(name for name, (first, end) in OTHER_SCRIPTS.items() if self.terms.any_between(first, end))

    def number(self, term: str) -> int | None:
        """The number of a surface term, or None if no passage, deleted ones included, holds it."""
        return self._number(term)

    def same_word(self, term: str) -> set[str]:
        """The surface terms that count as the same word as `term` in the language of a passage that holds them."""
        same = {
            self.terms[number]
            for language, stems in self._stems.items()
            for number in stems.members(stem(term, language))
        }
        return same if self.number(term) is None else same | {term}


class _Stems:
    """The numbers of the surface terms by their stem in one language, of those that its passages hold."""

    def __init__(self, folder: Path, language: str) -> None:
        self._stems = Strings(folder, f"stems.{language}")
        self._starts = load(folder / f"stems.{language}.starts.npy")
        self._members = load(folder / f"stems.{language}.members.npy")

    def members(self, word_stem: str) -> list[int]:
        number = self._stems.find(word_stem)
        if number is None:
            return []
        return self._members[self._starts[number] : self._starts[number + 1]].tolist()


def save_stems(folder: Path, languages: Iterable[str], holding: NDArray[np.bool_]) -> None:
    """Write which terms have a stem in common, beside the terms that are there already.

    Args:
        folder: The segment's folder of postings.
        languages: The languages of the segment's passages, as ISO 639-1 codes.
        holding: bool [terms, languages], whether a passage in that language holds the term.
    """
    terms = Strings(folder, "terms")
    for column, language in enumerate(languages):
        groups: dict[bytes, list[int]] = {}
        for number in np.flatnonzero(holding[:, column]).tolist():
            groups.setdefault(stem(terms[number], language).encode(), []).append(number)
        stems = sorted(groups)
        Strings.save(folder, f"stems.{language}", stems)
        save(folder / f"stems.{language}.starts.npy", np.cumsum([0, *(len(groups[key]) for key in stems)]))
        members = [number for key in stems for number in groups[key]]
        save(folder / f"stems.{language}.members.npy", np.array(members, np.int32))
