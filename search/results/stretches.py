"""Where the words and phrases of a question stand in one text: what is to be marked in it.

The index answers the same for many passages at once: see `index.segments.postings`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from ...index.units import ANY_WORD, Form, Near, Unit

Stretch: TypeAlias = tuple[int, ...]
"""The indices of the tokens of one occurrence, ascending."""


def stretches(terms: Sequence[str], unit: Unit, sentences: Sequence[int]) -> list[Stretch]:
    """The occurrences of a unit in a text, in all ways to write it.

    Args:
        terms: The surface terms of the text's tokens.
        unit: What is looked for.
        sentences: Beside `terms`, the number of the sentence that each token is in.
    """
    forms = dict.fromkeys((unit.positions, *unit.variants))
    found = [each for form in forms for each in _of_form(terms, form, unit.slop)]
    return list(_near(found, unit.near, terms, sentences)) if unit.near else found


def _of_form(terms: Sequence[str], form: Form, slop: int) -> Iterator[Stretch]:
    if slop:
        yield from _strayed(terms, form, slop)
        return
    for first in range(len(terms) - len(form) + 1):
        if all(position == ANY_WORD or terms[first + n] in position for n, position in enumerate(form)):
            yield tuple(range(first, first + len(form)))


def _strayed(terms: Sequence[str], form: Form, slop: int) -> Iterator[Stretch]:
    """The shortest stretches that hold all words of a phrase: see `index.segments.proximity.strayed`."""
    words = [(n, [at - n for at, term in enumerate(terms) if term in form[n]]) for n in range(len(form))]
    words = [each for each, position in zip(words, form, strict=True) if position != ANY_WORD]
    words.sort(key=lambda each: len(form[each[0]]))
    best: dict[int, Stretch] = {}
    for first in sorted({begin for _, begins in words for begin in begins}):
        taken: list[int] = []
        last = first
        for offset, begins in words:
            free = (at for at in begins[bisect_left(begins, first) :] if at + offset not in taken)
            at = next(free, first + slop + 1)
            taken.append(at + offset)
            last = max(last, at)
        if last - first <= slop:
            best[last] = tuple(sorted(taken))  # a later beginning is nearer
    yield from best.values()


def _near(found: Sequence[Stretch], near: Near, terms: Sequence[str], sentences: Sequence[int]) -> Iterator[Stretch]:
    """Those of the occurrences that have one of the other unit near them."""
    others = stretches(terms, near.unit, sentences)
    starts, ends = sorted(each[0] for each in others), sorted(each[-1] for each in others)

    def are_near(left: int, right: int) -> bool:
        return sentences[left] == sentences[right] if near.words is None else right - left - 1 <= near.words

    for each in found:
        before, after = bisect_left(ends, each[0]) - 1, bisect_right(starts, each[-1])
        pairs = [(ends[before], each[0])] if before >= 0 else []
        pairs += [(each[-1], starts[after])] if after < len(starts) else []
        if any(are_near(left, right) for left, right in pairs):
            yield each
