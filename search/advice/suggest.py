"""Did you mean: a question with the words mended that nobody knows.

A word that the index has never seen is not yet misspelt: most such words are right, and are merely in no passage. What
is mended is a word that its language does not have either (see `known_words`), if one mistake makes it of a word that
passages hold often enough. Of 1,000 correct questions in four languages fewer than ten are offered another one:
benchmarks/kind_cases/did_you_mean.py.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import log
from typing import Final, NamedTuple

import numpy as np

from ...corpus.document import Span
from ...corpus.scripts import INDEXED_BY_CHARACTER, is_alphabetic
from ...errors import SearchTimeout
from ...index import constraints
from ...index.analysis import analyze, fold
from ...index.reading.plan import Deadline, Plan, Slip
from ...index.reading.view import View
from ...index.terms import tells
from ...index.units import Unit
from .known_words import DEEP, is_known

_SHORTEST: Final = 4  # letters: a shorter word is near some other by chance
_SHORT: Final = 5  # letters, at most: such a word is often near another by chance, which must be common then
_SMALL: Final = 100  # passages of a collection, less than: its words are too few to be near by chance
_LONG: Final = 8  # letters, at least: such a word is near no other by chance
_LONGEST: Final = 40
_MOST: Final = 4  # words, the first unknown ones
_LIKELIEST: Final = 3  # of the words that each may be: the passages of these are looked at
_LOOKED_AT: Final = 3  # passages, for how a word is written
_FOREIGN: Final = 3  # unknown words, more than known ones: unless all are slips, the question is in another language
_CAPITALS: Final = 0.6  # of a question's words: where more have one, a capital tells nothing

_KNOWN_WORD, _OTHER_LETTER, _FIRST_LETTER = (
    1.5,
    -0.5,
    -1.0,
)  # in nats, beside the logarithm of the passages with it


def suggest(view: View, query: str, unknown: Sequence[Span], deadline: Deadline) -> str | None:
    """The query with misspelt words replaced by the likeliest known ones, as the passages write them.

    As this is an extra, only the first few words are mended, and none once the time is over.

    Args:
        view: Whose words are known.
        query: The question's text.
        unknown: Where in it the words are that the view has not seen.
        deadline: The end of the search.

    Returns:
        The mended query, or None if no word is misspelt as far as anybody can tell.
    """
    try:
        return _suggest(view, query, unknown, deadline)
    except SearchTimeout:  # the answer itself is there by now
        return None


def _has_pairs(term: str) -> bool:
    """Whether a term is of characters that the index takes in pairs."""
    return not is_alphabetic(term) and re.search(f"[{INDEXED_BY_CHARACTER}]", term) is not None


def _suggest(view: View, query: str, unknown: Sequence[Span], deadline: Deadline) -> str | None:
    spans = sorted(set(unknown))
    telling = [token for token in analyze(query) if tells(token.term)]
    foreign = len(spans) >= _FOREIGN and len(spans) > len(telling) / 2
    capitals = sum(query[token.start].isupper() for token in telling) > _CAPITALS * len(telling)
    mended: list[str] = []
    end = 0
    for start, stop in spans[:_MOST]:
        if deadline.is_over:
            break
        word = query[start:stop]
        as_name = word[:1].isupper() and not capitals and bool(telling) and start > telling[0].start
        if start >= end and (better := _mended(view, word, as_name, deadline)) is not None:
            mended += [query[end:start], better]
            end = stop
        elif foreign:
            return None
    return "".join([*mended, query[end:]]) if mended else None


class _Likely(NamedTuple):
    """A term that a word may be meant for, and how likely that is beside others."""

    likelihood: float
    term: str


def _mended(view: View, word: str, as_name: bool, deadline: Deadline) -> str | None:
    """The word that another is a slip of, written as passages write it; None if it may be right as it is.

    Args:
        view: Whose words are known.
        word: As typed.
        as_name: Whether it is written as a name; then it is one, and no slip of what passages write small.
        deadline: The end of the search.
    """
    term, languages = fold(word), view.info.languages
    if not term.isalpha() or not _SHORTEST <= len(term) <= _LONGEST or _has_pairs(term):
        return None
    if is_known(word, languages):
        return None
    # Where few words of a language are listed, another ending is more often another form than a slip.
    endings = DEEP.issuperset(languages)
    for each in sorted(_likely(view, term, endings), reverse=True)[:_LIKELIEST]:
        if deadline.is_over:
            return None
        written = _written(view, each.term, deadline)
        if not as_name or any(form[:1].isupper() for form in written):
            return _in_case_of(word, max(written, key=lambda form: (written[form], form)) if written else each.term)
    return None


def _likely(view: View, term: str, endings: bool) -> Iterator[_Likely]:
    languages, is_small = view.info.languages, view.info.passages < _SMALL
    for other, passages in view.common_terms(Slip(term), 64):
        known = is_known(other, languages)
        if not tells(other) or len(other) < _SHORTEST - 1 or not (known or passages > 1 or len(term) >= _LONG):
            continue
        if len(term) <= _SHORT and not (passages > 3 or (known and (passages > 1 or is_small))):
            continue
        if not endings and term[:-1] in (other, other[:-1]):
            continue
        likelihood = log(passages) + known * _KNOWN_WORD + (len(other) == len(term)) * _OTHER_LETTER
        yield _Likely(likelihood + (other[0] != term[0]) * _FIRST_LETTER, other)


def _written(view: View, term: str, deadline: Deadline) -> Counter[str]:
    """How passages write a term, and how often the first few of them do."""
    holding = constraints.AllOf((constraints.Holds(Unit((frozenset({term}),))),))
    matches = view.candidates(Plan(holding), 1, deadline).matches
    listing = matches.listed(np.zeros(0), sort="relevance", per_document=False, fold=False, limit=_LOOKED_AT)
    texts: list[str] = []
    for opened in view.passages(listing.numbers.tolist()):
        texts += [opened.document.title, opened.document.text[opened.span.start : opened.span.end]]
        texts += [note.text for note in opened.document.notes_in(opened.span)]
    return Counter(_forms(texts, term))


def _forms(texts: Iterable[str], term: str) -> Iterator[str]:
    for text in texts:
        yield from (text[token.start : token.end] for token in analyze(text) if token.term == term)


def _in_case_of(typed: str, written: str) -> str:
    """A word as it is written, in capitals or small letters as another was typed."""
    if len(typed) > 1 and typed.isupper():
        return written.upper()
    small = written.lower() if written.isupper() or not typed[:1].isupper() else written
    return small[:1].upper() + small[1:] if typed[:1].isupper() else small
