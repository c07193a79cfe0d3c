"""What a question counts in passages: words and phrases, as sets of surface terms, perhaps near others."""

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

from .terms import tells


class Confined(NamedTuple):
    """A surface term that counts only in passages of some languages, which are ISO 639-1 codes: as a form of a word."""

    term: str
    languages: frozenset[str]


Word: TypeAlias = frozenset[str | Confined]
"""The surface terms that count as one word, in passages of any language unless they are confined."""

Form: TypeAlias = tuple[Word, ...]
"""One way to write something: for each of its words, in order, what may stand there."""


def terms_of(word: Iterable[str | Confined], language: str | None = None) -> frozenset[str]:
    """The surface terms that count as a word in passages of one language, or in any if there is none."""
    return frozenset(
        each if isinstance(each, str) else each.term
        for each in word
        if isinstance(each, str) or language is None or language in each.languages
    )


ANY_WORD: Final[Word] = frozenset({"*"})
"""Stands in a form where one word does, whichever: no surface term is written so. No form begins or ends with it."""


class Near(NamedTuple):
    """What a unit must stand near to in order to count, in the same field and on either side of it.

    Attributes:
        unit: The other unit, which is near nothing itself.
        words: How many words at most may stand between the two; None if they must stand in the same sentence instead.
            A title is one sentence, and so is a footnote.
    """

    unit: "Unit"
    words: int | None


class Unit(NamedTuple):
    """What is counted in a passage: a word, or a phrase of several.

    Attributes:
        positions: The unit as the question writes it.
        field: The one of FIELDS that it must stand in; empty if any will do.
        variants: Other names for the same thing, which count as much.
        slop: How far the words of a phrase may have strayed: of each word one takes where the phrase would begin by it,
            and the last of these positions is at most so far from the first. So between two words in order as many
            others may stand, and between two that have changed places two fewer. What is counted is the shortest
            stretches that hold all words.
        near: What it must stand near to; None if it may stand anywhere.
    """

    positions: Form
    field: str = ""
    variants: tuple[Form, ...] = ()
    slop: int = 0
    near: Near | None = None

    @property
    def forms(self) -> tuple[Form, ...]:
        """All ways to write it except those that contain a shorter one: "Soviet Union" is found by "Soviet"."""
        every = tuple(dict.fromkeys((self.positions, *self.variants)))
        return tuple(form for form in every if not any(_is_part(other, form) for other in every))

    def within(self, language: str) -> "Unit":
        """The unit as it counts in passages of one language, an ISO 639-1 code: nothing in it is confined."""
        positions, *variants = (
            tuple(terms_of(word, language) for word in form) for form in (self.positions, *self.variants)
        )
        near = self.near._replace(unit=self.near.unit.within(language)) if self.near else None
        return self._replace(positions=positions, variants=tuple(variants), near=near)

    @property
    def tells(self) -> bool:
        """Whether it says more than a function word or an initial does: any other word does, and any phrase."""
        return len(self.positions) > 1 or any(tells(term) for word in self.positions for term in terms_of(word))


def _is_part(part: Form, form: Form) -> bool:
    size = len(part)
    return size < len(form) and any(form[start : start + size] == part for start in range(len(form) - size + 1))
