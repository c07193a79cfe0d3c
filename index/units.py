"""What a question counts in passages: words and phrases, as sets of surface terms."""

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

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


class Unit(NamedTuple):
    """What is counted in a passage: a word, or a phrase of several.

    Attributes:
        positions: The unit as the question writes it.
        field: The one of FIELDS that it must stand in; empty if any will do.
        variants: Other names for the same thing, which count as much.
    """

    positions: Form
    field: str = ""
    variants: tuple[Form, ...] = ()

    @property
    def forms(self) -> tuple[Form, ...]:
        """All ways to write it except those that contain a shorter one: "Soviet Union" is found by "Soviet"."""
        every = tuple(dict.fromkeys((self.positions, *self.variants)))
        return tuple(form for form in every if not any(_is_part(other, form) for other in every))

    @property
    def tells(self) -> bool:
        """Whether it says more than a function word or an initial does: any other word does, and any phrase."""
        return len(self.positions) > 1 or any(tells(term) for word in self.positions for term in terms_of(word))


def _is_part(part: Form, form: Form) -> bool:
    size = len(part)
    return size < len(form) and any(form[start : start + size] == part for start in range(len(form) - size + 1))
