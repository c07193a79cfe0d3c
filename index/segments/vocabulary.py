"""The distinct terms of a segment, numbered, and which of them have a stem in common."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...corpus.scripts import OTHER_SCRIPTS
from ..terms import stems
from .arrays import ArrayWriter, Strings, check_ascending, check_below, check_lengths, check_offsets, load, save

Written: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Sequence[int]]]]
"""By language and surface term, how the term is written in passages of that language where it is not as it is: each
spelling, in lower case, with the ordinals of the passages that write it so, ascending, one each time that they do."""

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
        self.languages = sorted(path.name.split(".")[1] for path in folder.glob("stems.*.bytes.npy"))
        """The languages of this segment's passages, as ISO 639-1 codes."""
        self._stems = {language: _Stems(folder, language) for language in self.languages}
        self._spelt = load(folder / "written.terms.npy", np.int32)
        self._spelt_languages = load(folder / "written.languages.npy", np.uint16)
        self._spellings = Strings(folder, "written")
        self._writing = load(folder / "written.ordinals.npy", np.int32)
        self._writing_starts = load(folder / "written.starts.npy", np.int64)
        check_lengths("spellings", len(self._spellings), self._spelt, self._spelt_languages)
        check_offsets("starts of spellings", self._writing_starts, len(self._spelt), len(self._writing))

    def check(self, passages: int) -> None:
        """Look at every number. Raises ValueError if there is one that cannot be.

        Args:
            passages: How many the segment has.
        """
        self.terms.check()
        self._spellings.check()
        check_ascending("spelt terms", self._spelt)
        check_below("spelt terms", self._spelt, len(self.terms))
        check_below("languages of spellings", self._spelt_languages, len(self.languages))
        check_ascending("starts of spellings", self._writing_starts)
        check_below("passages of spellings", self._writing, passages)
        for table in self._stems.values():
            table.check(len(self.terms))

    @property
    def scripts(self) -> frozenset[str]:
        """Those of OTHER_SCRIPTS in which there are terms."""
        return frozenset(name for name, (first, end) in OTHER_SCRIPTS.items() if self.terms.any_between(first, end))

    def number(self, term: str) -> int | None:
        """The number of a surface term, or None if no passage, deleted ones included, holds it."""
        return self._number(term)

    def stems(self, term: str) -> Iterator[tuple[str, list[str]]]:
        """By language, the stems of a surface term as it is written in passages, where these are several."""
        if (number := self.number(term)) is not None:
            yield from ((language, table.several(number)) for language, table in self._stems.items())

    def written(self, term: str) -> Iterator[tuple[str, str, NDArray[np.int32]]]:
        """How a surface term is written where it is not as it is.

        Yields:
            A spelling in lower case, a language, and the ordinals of the passages in that language that write it so,
            int32, ascending, one each time that they do.
        """
        if (number := self.number(term)) is not None:
            first, end = np.searchsorted(self._spelt, [number, number + 1]).tolist()
            for row in range(first, end):
                ordinals = self._writing[self._writing_starts[row] : self._writing_starts[row + 1]]
                yield self._spellings[row], self.languages[self._spelt_languages[row]], ordinals

    def with_stems(self, wanted: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
        """The surface terms that have one of some stems in a language of passages that hold them, with the language.

        Args:
            wanted: The stems, by language.
        """
        for language, table in self._stems.items():
            numbers = {number for stem in wanted.get(language, ()) for number in table.members(stem)}
            yield from ((self.terms[number], language) for number in numbers)


class _Stems:
    """The numbers of the surface terms by their stems in one language, of those that its passages hold."""

    def __init__(self, folder: Path, language: str) -> None:
        self._stems = Strings(folder, f"stems.{language}")
        self._starts = load(folder / f"stems.{language}.starts.npy", np.int64)
        self._members = load(folder / f"stems.{language}.members.npy", np.int32)
        # Few terms are written in such ways that they have more than one stem.
        self._several = load(folder / f"stems.{language}.several.npy", np.int32)
        self._several_starts = load(folder / f"stems.{language}.several_starts.npy", np.int64)
        self._several_stems = load(folder / f"stems.{language}.several_stems.npy", np.int32)
        check_offsets("starts of stems", self._starts, len(self._stems), len(self._members))
        check_offsets("starts of several stems", self._several_starts, len(self._several), len(self._several_stems))

    def check(self, terms: int) -> None:
        self._stems.check()
        check_ascending("starts of stems", self._starts)
        check_below("members of stems", self._members, terms)
        check_ascending("terms of several stems", self._several)
        check_ascending("starts of several stems", self._several_starts)
        check_below("several stems", self._several_stems, len(self._stems))

    def members(self, stem: str) -> list[int]:
        number = self._stems.find(stem)
        if number is None:
            return []
        return self._members[self._starts[number] : self._starts[number + 1]].tolist()

    def several(self, number: int) -> list[str]:
        row = int(np.searchsorted(self._several, number))
        if row == len(self._several) or self._several[row] != number:
            return []
        own = self._several_stems[self._several_starts[row] : self._several_starts[row + 1]]
        return [self._stems[stem] for stem in own.tolist()]


def save_stems(folder: Path, languages: Iterable[str], holding: NDArray[np.bool_], written: Written) -> None:
    """Write which terms have a stem in common, beside the terms that are there already.

    Args:
        folder: The segment's folder of postings.
        languages: The languages of the segment's passages, as ISO 639-1 codes.
        holding: bool [terms, languages], whether a passage in that language holds the term.
        written: How the terms are written in passages of each language, where that is not as they are.
    """
    terms = Strings(folder, "terms")
    for column, language in enumerate(languages):
        spellings = written.get(language, {})
        groups: dict[str, list[int]] = {}
        several: list[tuple[int, set[str]]] = []
        for number in np.flatnonzero(holding[:, column]).tolist():
            term = terms[number]
            own = stems(term, spellings.get(term, ()), language)
            for stem in own:
                groups.setdefault(stem, []).append(number)
            if len(own) > 1:
                several.append((number, own))
        ordered = sorted(groups, key=str.encode)
        Strings.save(folder, f"stems.{language}", map(str.encode, ordered))
        numbers = {stem: number for number, stem in enumerate(ordered)}
        arrays = {
            "starts": np.cumsum([0, *(len(groups[stem]) for stem in ordered)]),
            "members": np.array([number for stem in ordered for number in groups[stem]], np.int32),
            "several": np.array([number for number, _ in several], np.int32),
            "several_starts": np.cumsum([0, *(len(own) for _, own in several)]),
            "several_stems": np.array([numbers[stem] for _, own in several for stem in sorted(own)], np.int32),
        }
        for name, array in arrays.items():
            save(folder / f"stems.{language}.{name}.npy", array)


def save_written(folder: Path, languages: Sequence[str], written: Written) -> None:
    """Write how terms are written, beside the terms that are there already.

    Args:
        folder: The segment's folder of postings.
        languages: As for `save_stems`.
        written: As for `save_stems`.
    """
    terms = Strings(folder, "terms")
    rows = sorted(
        (number, languages.index(language), spelling, ordinals)
        for language, by_term in written.items()
        for term, spellings in by_term.items()
        if (number := terms.find(term)) is not None
        for spelling, ordinals in spellings.items()
    )
    Strings.save(folder, "written", (spelling.encode() for _, _, spelling, _ in rows))
    save(folder / "written.terms.npy", np.array([number for number, *_ in rows], np.int32))
    save(folder / "written.languages.npy", np.array([language for _, language, *_ in rows], np.uint16))
    save(folder / "written.starts.npy", np.cumsum([0, *(len(ordinals) for *_, ordinals in rows)], dtype=np.int64))
    with ArrayWriter(folder / "written.ordinals.npy", np.int32) as every:
        for *_, ordinals in rows:
            every.append(np.asarray(ordinals))
