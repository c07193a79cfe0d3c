"""What a question counts in passages: words and phrases, as sets of surface terms."""

from typing import NamedTuple, TypeAlias

from .terms import tells

Form: TypeAlias = tuple[frozenset[str], ...]
"""One way to write something: for each of its words, in order, the surface terms that may stand there."""


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
        return len(self.positions) > 1 or any(tells(term) for position in self.positions for term in position)


def _is_part(part: Form, form: Form) -> bool:
    size = len(part)
    return size < len(form) and any(form[start : start + size] == part for start in range(len(form) - size + 1))
