"""Where the words and phrases of a question stand in one text: what is to be marked in it.

The index answers the same for many passages at once: see `index.segments.postings`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from ...index.analysis import Analysed
from ...index.units import ANY_WORD, Form, Near, Unit, Word

Stretch: TypeAlias = Sequence[int]
"""The indices of the tokens of one occurrence, ascending."""


def stretches(text: Analysed, unit: Unit, sentences: Sequence[int]) -> list[Stretch]:
    """The occurrences of a unit in a text, in all ways to write it.

    Args:
        text: The text.
        unit: What is looked for.
        sentences: For each of its tokens, the number of the sentence that it is in; any if the unit is near nothing.
    """
    forms = dict.fromkeys((unit.positions, *unit.variants))
    held = (form for form in forms if not any(map(text.held.isdisjoint, _words(form))))
    found = [each for form in held for each in _of_form(text, form, unit.slop)]
    return list(_near(found, unit.near, text, sentences)) if unit.near and found else found


def _words(form: Form) -> Iterator[Word]:
    """The words of a form that must be certain ones."""
    return (word for word in form if word != ANY_WORD)


def _of_form(text: Analysed, form: Form, slop: int) -> Iterator[Stretch]:
    if slop:
        yield from _strayed(text.terms, form, slop)
        return
    # By the word that is there least often.
    by_word = [(n, _places_of(word, text.places)) for n, word in enumerate(form) if word != ANY_WORD]
    offset, rarest = min(by_word, key=lambda each: len(each[1]))
    others = [(n, word) for n, word in enumerate(form) if n != offset and word != ANY_WORD]
    terms = text.terms
    for at in rarest:
        first = at - offset
        if 0 <= first <= len(terms) - len(form) and all(terms[first + n] in word for n, word in others):
            yield range(first, first + len(form))


def _places_of(word: Word, places: Mapping[str, Sequence[int]]) -> list[int]:
    """Where a word stands, ascending."""
    return sorted(chain.from_iterable(places[term] for term in places.keys() & word))


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
            begun = range(bisect_left(begins, first), len(begins))
            at = next((begins[n] for n in begun if begins[n] + offset not in taken), first + slop + 1)
            taken.append(at + offset)
            last = max(last, at)
        if last - first <= slop:
            best[last] = tuple(sorted(taken))  # a later beginning is nearer
    yield from best.values()


def _near(found: Sequence[Stretch], near: Near, text: Analysed, sentences: Sequence[int]) -> Iterator[Stretch]:
    """Those of the occurrences that have one of the other unit near them."""
    others = stretches(text, near.unit, sentences)
    starts, ends = sorted(each[0] for each in others), sorted(each[-1] for each in others)

    def are_near(left: int, right: int) -> bool:
        return sentences[left] == sentences[right] if near.words is None else right - left - 1 <= near.words

    for each in found:
        before, after = bisect_left(ends, each[0]) - 1, bisect_right(starts, each[-1])
        pairs = [(ends[before], each[0])] if before >= 0 else []
        pairs += [(each[-1], starts[after])] if after < len(starts) else []
        if any(are_near(left, right) for left, right in pairs):
            yield each
