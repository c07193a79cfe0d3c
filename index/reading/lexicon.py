"""The terms of a collection: which of them a question's word, pattern or half-typed beginning may stand for."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache, partial

from ...errors import QueryError
from ..analysis import fold, lower
from ..terms import stems, tells
from ..units import Confined, Word, terms_of
from .plan import Beginning, Lookup, Pattern, SameWord, Slip, Spelling
from .stack import Stack

_SIGHTED = 256  # terms of each segment that are looked at to complete a word
_REMEMBERED = 1 << 12  # words whose forms are kept in memory: those of one question are in many others
_LIKELY = 4  # times as many as are wanted: of these the live passages are counted

MAX_EXPANSION = 10_000
"""A pattern or fuzzy term may stand for so many different words."""


class Lexicon:
    """The surface terms in the live passages of a stack. Safe to share among threads.

    Args:
        stack: The passages.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._same_word = lru_cache(_REMEMBERED)(partial(_same_word, stack))

    @property
    def languages(self) -> frozenset[str]:
        """The languages of the passages, unknown ones counted as English."""
        return _languages(self._stack)

    @property
    def scripts(self) -> frozenset[str]:
        """Those of `corpus.scripts.OTHER_SCRIPTS` in which there may be terms."""
        return frozenset[str]().union(*(segment.postings.scripts for segment in self._stack.segments))

    def terms(self, lookup: Lookup) -> Word:
        """The terms that answer a lookup.

        Raises:
            QueryError: They are more than MAX_EXPANSION.
        """
        match lookup:
            case SameWord(term, written):
                return self._same_word(term, written)
            case Pattern(pattern, field):
                return self._like_pattern(pattern, field)
            case Spelling(term, edits, field):
                return self._like_spelling(term, edits, field)
            case Slip(term):
                return self._living(_union(segment.postings.slips(term) for segment in self._stack.segments))
            case Beginning(prefix):
                return frozenset(term for term, _ in self._beginning(prefix, MAX_EXPANSION))

    def common(self, lookup: Lookup, limit: int) -> list[tuple[str, int]]:
        """The `limit` terms that answer a lookup and are in most live passages, most first, and how many these are.

        Raises:
            QueryError: They are more than MAX_EXPANSION.
        """
        if isinstance(lookup, Beginning):
            return self._beginning(lookup.prefix, limit)
        counted = ((term, count) for term in terms_of(self.terms(lookup)) if (count := self.frequency(term)))
        return sorted(counted, key=lambda each: (-each[1], each[0]))[:limit]

    def written(self, term: str) -> list[tuple[str, int]]:
        """How a surface term is written in live passages, in lower case, most first, and how many these are."""
        passages = Counter[str]()
        for base, segment in self._stack:
            for spelling, _, ordinals in segment.postings.written(term):
                passages[spelling] += int(self._stack.live[base + ordinals].sum())
        return sorted((+passages).items(), key=lambda each: (-each[1], each[0]))

    @property
    def _all_live(self) -> bool:
        return self._stack.count == len(self._stack)

    def _like_pattern(self, pattern: str, field: str) -> frozenset[str]:
        folded = "".join(part if part in "*?" else fold(part) for part in _split_at_wildcards(pattern))
        found = _few(pattern, (segment.like_pattern(folded, field) for segment in self._stack.segments))
        # They may be thousands, of which those in deleted passages alone do no harm beside others.
        return found if any(map(self.frequency, found)) else frozenset()

    def _like_spelling(self, term: str, edits: int, field: str) -> frozenset[str]:
        near = (segment.like_spelling(term, edits, field) for segment in self._stack.segments)
        return self._living(_few(term, near))

    def _beginning(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Terms of which no segment has many are left out where very many begin so."""
        passages = Counter[str]()
        for segment in self._stack.segments:
            for term, holding in segment.postings.commonest(prefix, _SIGHTED):
                passages[term] += holding
        ordered = sorted(passages, key=lambda term: (-passages[term], term))
        likely = [term for term in ordered if term != prefix and tells(term)][: limit * _LIKELY]
        living = [(term, count) for term in likely if (count := self.frequency(term))]
        return sorted(living, key=lambda each: (-each[1], each[0]))[:limit]

    def frequency(self, term: str) -> int:
        """How many live passages hold that very surface term."""
        live = self._stack.live
        return sum(int(live[base + segment.postings.holding(term)].sum()) for base, segment in self._stack)

    def _living(self, terms: frozenset[str]) -> frozenset[str]:
        """Those of the terms that are not in deleted passages alone."""
        return terms if self._all_live else frozenset(filter(self.frequency, terms))


def _same_word(stack: Stack, term: str, written: str) -> frozenset[Confined]:
    spellings = [written] if written else []
    languages = _languages(stack)
    wanted = {language: stems(term, spellings, language) for language in languages}
    # Written without accents, it may be any of those words that only their accents tell apart.
    bare = {language for language in languages if not written or lower(written, language) == term}
    for segment in stack.segments:
        for language, own in segment.postings.stems(term):
            if language in bare:
                wanted[language].update(own)
    counting: dict[str, set[str]] = {}
    for base, segment in stack:
        held: dict[str, set[str]] = {}
        for found, language in segment.postings.with_stems(wanted):
            held.setdefault(found, set()).add(language)
        live = stack.live[base : base + len(segment)]
        if not live.all():
            held = {found: segment.postings.languages_in(found, own, live) for found, own in held.items()}
        for found, own in held.items():
            counting.setdefault(found, set()).update(own)
    return frozenset(Confined(found, frozenset(own)) for found, own in counting.items() if own)


def _languages(stack: Stack) -> frozenset[str]:
    return frozenset[str]().union(*(segment.postings.languages for segment in stack.segments))


def _few(pattern: str, terms: Iterable[set[str]]) -> frozenset[str]:
    united = _union(terms)
    if len(united) > MAX_EXPANSION:
        raise QueryError(f"{pattern} stands for {len(united)} different words, {MAX_EXPANSION} at most: be more exact")
    return united


def _union(sets: Iterable[set[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)


def _split_at_wildcards(pattern: str) -> list[str]:
    parts = [""]
    for character in pattern:
        if character in "*?":
            parts += [character, ""]
        else:
            parts[-1] += character
    return [part for part in parts if part]
