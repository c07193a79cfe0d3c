"""From text to terms: what counts as a word.

Every word is indexed and keeps its position, stop words included. Terms are *surface* forms: lower case, accents
folded, acronyms united (U.S. = US, but not "us"), digits grouped (28,500 = 28500), percent signs kept and those of
money left out; scripts without blanks and Korean in bigrams. Stemming comes when a question is asked: see `terms`.
"""

import re
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from itertools import accumulate, chain
from operator import itemgetter
from typing import NamedTuple

from ..corpus.scripts import INDEXED_BY_CHARACTER, SOUTHEAST_ASIAN_LETTERS, is_alphabetic

ANALYZER_VERSION = 3
"""Raised whenever the same text would give other terms; a collection built with another version must be re-indexed."""

FIELDS: tuple[str, ...] = ("title", "text", "notes", "about")
"""The indexed fields of a passage, in the order in which arrays by field keep them.

`notes` are its footnotes. `about` has the words of its document's description that the document itself does not say.
"""

OF_DOCUMENTS: tuple[int, ...] = (FIELDS.index("title"), FIELDS.index("about"))
"""The positions of those of FIELDS that are the document's: every passage repeats them."""

ABOUT: int = FIELDS.index("about")
"""The position of what the document is about."""

MAX_TOKENS = 0xFFFF
"""A field's tokens beyond this many are not indexed: positions are 16 bits wide. Passages are far shorter."""

BLANKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\ufeff\ud800-\udfff]")
"""Characters that no search box shows and no question can hold; lone surrogates cannot even be encoded."""


def one_line(text: str) -> str:
    """The text with a single space wherever blanks or control characters stand between its words."""
    return " ".join(BLANKS.sub(" ", text).split())


# Acronyms that lower case would turn into a function word.
_ACRONYMS = frozenset({"us", "it", "who"})
_SHOUTABLE = frozenset(map(str.upper, _ACRONYMS))
# Fewer capitals than this are a name or two; more of them than small letters are a text set in capitals throughout,
# in which "US" may well be the pronoun.
_SHOUTED_CAPITALS = 20

# Combining marks are no \w in Python, and without them words of Hindi, Arabic or decomposed French fall apart.
_MARKS = "".join(chr(code) for code in range(0x300, 0x1D00) if unicodedata.category(chr(code)).startswith("M"))
_JOINERS = "\u00ad\u200c\u200d"


@cache
def _token(by_character: str) -> re.Pattern[str]:
    """The pattern of a token, in texts that have no other characters to be indexed by themselves than these."""
    letter = f"[^\\W\\d_{by_character}]"
    # Most words of most texts are plain ones, which need no closer look: so they come first.
    return re.compile(
        rf"""(?P<plain>[A-Za-z](?:[a-z]++(?=[\s,.;:!?()\[\]"“”—–-]|\Z)|(?=[ ])))
        |(?P<acronym>(?<![\w.]){letter}(?:\.{letter})+(?!\w)\.?(?:['’ʼ][sS](?!\w))?)
        |(?P<number>(?:(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,2}}(?:,\d\d){{1,8}},\d{{3}})(?!\d)(?:\.\d+)?|\d+(?:\.\d+)*)(?:{letter}|\d)*)
        |(?P<cjk>{f"[{by_character}]+" if by_character else "(?!)"})
        |(?P<percent>[%٪﹪％](?!\w))
        |(?P<word>(?!U?S\$\d){letter}(?:{letter}|[\d{_MARKS}{_JOINERS}]|['’ʼ](?={letter}))*)""",
        re.VERBOSE,
    )


_APOSTROPHE = re.compile("['’ʼ]")
_UNWRITTEN = re.compile(f"['’ʼ{_JOINERS}]")
# Diacritics of Latin and Greek, stress marks of Cyrillic, and the vowel points of Hebrew and Arabic: writers leave them
# out at will.
# Marks of other scripts are letters in their own right and stay.
_FOLDED = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u0640]")
# Letters of Cyrillic that are composed of another and a diacritic, and of which nobody leaves it out: й, ї, ў, ѓ, ќ.
_COMPOSED = re.compile("[иу]\u0306|[гк]\u0301|і\u0308")
_CYRILLIC = re.compile("[игкіу]")
_TWO_LETTERS_I = frozenset({"tr", "az"})
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d", "٪": "%"}
)


class Token(NamedTuple):
    """One term of a text.

    Attributes:
        term: The surface term.
        start: Where it starts in the text, in characters.
        end: Where it ends, exclusive.
    """

    term: str
    start: int
    end: int


class Analysed:
    """The tokens of a text, in order: a token's position is its index.

    The text is cut at blanks first. No token reaches over one, or depends on what is beyond it, so that what stands
    between two blanks is looked at closely once for all texts that hold it. Where a token stands is found when that is
    asked for.

    Args:
        text: Any text, of any language.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        runs = text.split()
        self._runs: list[_Cut] = list(map(_cuts.__getitem__, runs))
        self.terms = [*chain.from_iterable(map(_terms_of, self._runs))]
        """The surface terms of the tokens."""
        if not _SHOUTABLE.isdisjoint(self.terms) and _is_shouted(text):
            self._runs = list(map(_shouted_cuts.__getitem__, runs))
            self.terms = [*chain.from_iterable(map(_terms_of, self._runs))]

    def __len__(self) -> int:
        return len(self.terms)

    def __getitem__(self, index: int) -> Token:
        run = bisect_right(self._firsts, index) - 1
        start, end = self._runs[run].places[index - self._firsts[run]]
        return Token(self.terms[index], self._starts[run] + start, self._starts[run] + end)

    def __iter__(self) -> Iterator[Token]:
        for begun, run in zip(self._starts, self._runs, strict=True):
            for term, (start, end) in zip(run.terms, run.places, strict=True):
                yield Token(term, begun + start, begun + end)

    def index_at(self, offset: int) -> int:
        """The index of the first token that starts at an offset of the text, or after it."""
        run = bisect_left(self._starts, offset)
        index = self._firsts[run]
        if run:  # the offset may lie in the one before
            begun = self._starts[run - 1]
            index -= sum(begun + start >= offset for start, _ in self._runs[run - 1].places)
        return index

    @property
    def spellings(self) -> Iterator[tuple[str, str]]:
        """In order, the term of each token that is written in another way than that, and how; not of mere capitals."""
        return chain.from_iterable(map(_spellings_of, self._runs))

    @cached_property
    def held(self) -> frozenset[str]:
        """The different terms."""
        return frozenset(self.terms)

    @cached_property
    def places(self) -> Mapping[str, Sequence[int]]:
        """By term, the indices of the tokens that are of it, ascending."""
        places: dict[str, list[int]] = {}
        for index, term in enumerate(self.terms):
            places.setdefault(term, []).append(index)
        return places

    @cached_property
    def _starts(self) -> list[int]:
        """Where each run between blanks begins."""
        return [run.start() for run in _RUN.finditer(self.text)]

    @cached_property
    def _firsts(self) -> list[int]:
        """The index of each run's first token, or of the next one's if it has none."""
        return [*accumulate(map(len, map(_terms_of, self._runs)), initial=0)]


def analyze(text: str) -> list[Token]:
    """The tokens of a text, in order: see `Analysed`."""
    return [*Analysed(text)]


class _Cut(NamedTuple):
    """The tokens of a text without blanks: their terms, where each starts and ends, and what is spelt otherwise."""

    terms: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    spellings: tuple[tuple[str, str], ...]


def _cut(run: str, *, is_shouted: bool = False) -> _Cut:
    """Cut what stands between two blanks into tokens; its text may be set in capitals throughout."""
    word = run.strip(_AROUND_WORDS)
    if word.isascii() and word.isalpha() and (word.islower() or word[1:].islower()):  # as most are
        start, term = run.index(word), fold(word)
        return _Cut((term,), ((start, start + len(word)),), ((term, word),) if "I" in word else ())
    tokens: list[Token] = []
    for match in _token("" if is_alphabetic(run) else INDEXED_BY_CHARACTER).finditer(run):
        if match.lastgroup == "plain":
            tokens.append(Token(fold(match[0]), *match.span()))
        else:
            # Nothing is left of a letter that only stretches others, such as the Arabic kashida.
            tokens += (token for token in _tokens(match, is_shouted=is_shouted) if token.term)
    written = [(token.term, run[token.start : token.end]) for token in tokens]
    # Of a capital I it depends on the language what it is in small letters.
    spellings = [(term, word) for term, word in written if word != term and (word.lower() != term or "I" in word)]
    return _Cut(
        tuple(token.term for token in tokens), tuple((token.start, token.end) for token in tokens), tuple(spellings)
    )


class _Cuts(dict[str, _Cut]):
    """What stands between two blanks, as `_cut` cuts it; a dictionary answers in half the time of an `lru_cache`."""

    def __init__(self, *, is_shouted: bool) -> None:
        self._is_shouted = is_shouted

    def __missing__(self, run: str) -> _Cut:
        cut = _cut(run, is_shouted=self._is_shouted)
        if len(run) <= _LONGEST_REMEMBERED:
            if len(self) >= _MOST_REMEMBERED:
                self.clear()
            self[run] = cut
        return cut


_MOST_REMEMBERED = 1 << 15
_LONGEST_REMEMBERED = 64  # characters: longer ones are of scripts without blanks, or no words, and do not recur
_cuts, _shouted_cuts = _Cuts(is_shouted=False), _Cuts(is_shouted=True)
_AROUND_WORDS = '.,;:!?()[]"“”'
_terms_of, _spellings_of = itemgetter(0), itemgetter(2)
_RUN = re.compile(r"\S+")


def _is_shouted(text: str) -> bool:
    capitals = sum(map(str.isupper, text))
    return capitals >= _SHOUTED_CAPITALS and capitals > sum(map(str.islower, text))


def _tokens(match: re.Match[str], *, is_shouted: bool) -> Iterator[Token]:
    """The tokens of what `_token` has found."""
    start, end = match.span()
    raw = match.group()
    match match.lastgroup:
        case "cjk":
            yield from _pairs(raw, start)
        case "acronym":
            letters = _APOSTROPHE.split(raw)[0].replace(".", "")
            yield Token(letters.upper() if letters.lower() in _ACRONYMS else fold(letters), start, end)
        case "number":
            yield Token(fold(raw.replace(",", "")), start, end)
        case _:
            parts = _split_at_apostrophes(raw, start) if _APOSTROPHE.search(raw) else (Token(fold(raw), start, end),)
            for token in parts:
                begun = token.start - start
                is_acronym = token.term in _ACRONYMS and raw[begun : begun + len(token.term)].isupper()
                yield token._replace(term=token.term.upper()) if is_acronym and not is_shouted else token


def _pairs(raw: str, start: int) -> Iterator[Token]:
    """The characters of a run, each with the next one."""
    folded = fold(raw)
    if len(folded) != len(raw) and re.search(f"[{SOUTHEAST_ASIAN_LETTERS}]", raw):  # of which some vowels fold into two
        folded = raw
    # Half-width kana with sound marks fold into fewer characters; their offsets are lost, so no pairs.
    if len(raw) == 1 or len(folded) != len(raw):
        yield Token(folded, start, start + len(raw))
    else:
        for offset in range(len(raw) - 1):
            yield Token(folded[offset : offset + 2], start + offset, start + offset + 2)


def _split_at_apostrophes(raw: str, start: int) -> Iterator[Token]:
    """Lee's → lee; don't → dont; l'accord → l, accord; O'Brien → o, brien."""
    head, *tails = _APOSTROPHE.split(raw)
    end = start + len(head)
    for tail in tails:
        tail_start = end + 1
        if len(tail) > 2:
            yield Token(fold(head), start, end)
            head, start = tail, tail_start
        elif tail.lower() != "s":
            head += tail
        end = tail_start + len(tail)
    yield Token(fold(head), start, end)


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """A word in lower case without diacritics, in Unicode's compatible composed form (NFKC).

    Args:
        word: A word, or part of one; anything else comes back in lower case too.
    """
    if word.isascii():
        return sys.intern(word.lower())
    decomposed = unicodedata.normalize("NFKD", word.lower())
    for blank in f"{_JOINERS} ":  # a few letters of Arabic are compatible with several words
        decomposed = decomposed.replace(blank, "")
    if _CYRILLIC.search(decomposed):
        decomposed = _COMPOSED.sub(lambda match: unicodedata.normalize("NFC", match[0]), decomposed)
    folded = _FOLDED.sub("", decomposed).casefold().translate(_UNDECOMPOSED)
    return unicodedata.normalize("NFC", folded)


@lru_cache(maxsize=1 << 16)
def lower(word: str, language: str) -> str:
    """A word as it is written, diacritics and all, but in lower case: what stemmers take.

    Args:
        word: A word, or part of one.
        language: An ISO 639-1 code: Turkish has two letters i.
    """
    if language in _TWO_LETTERS_I:
        word = word.replace("İ", "i").replace("I", "ı")
    return unicodedata.normalize("NFC", _UNWRITTEN.sub("", word.lower()))
