"""What a question counts in passages: words and phrases, as sets of surface terms, perhaps near others."""

from typing import Final, NamedTuple, TypeAlias

from .terms import tells

Form: TypeAlias = tuple[frozenset[str], ...]
"""One way to write something: for each of its words, in order, the surface terms that may stand there."""

ANY_WORD: Final = frozenset({"*"})
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
            and the last of these places is at most so far from the first. So between two words in order as many others
            may stand, and between two that have changed places two fewer. What is counted is the shortest stretches
            that hold all words.
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

    @property
    def tells(self) -> bool:
        """Whether it says more than a function word or an initial does: any other word does, and any phrase."""
        return len(self.positions) > 1 or any(tells(term) for position in self.positions for term in position)


def _is_part(part: Form, form: Form) -> bool:
    size = len(part)
    return size < len(form) and any(form[start : start + size] == part for start in range(len(form) - size + 1))
