"""From text to terms: what counts as a word, and which words count as the same.

Every word is indexed and keeps its place, stop words included. Terms are *surface* forms: lower case, accents folded,
acronyms united (U.S. = US, but not "us"), digits grouped (28,500 = 28500), Chinese, Japanese and Korean in bigrams.
Stemming comes when a question is asked: `stem` says which surface forms count as the same word in a language.
"""

import re
import sys
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ..corpus.scripts import INDEXED_BY_CHARACTER

ANALYZER_VERSION = 2
"""Raised whenever the same text would give other terms; a collection built with another version must be re-indexed."""

FIELDS: tuple[str, ...] = ("title", "text", "notes")
"""The indexed fields of a passage, in the order in which arrays by field keep them; `notes` are its footnotes."""

MAX_TOKENS = 0xFFFF
"""A field's tokens beyond this many are not indexed: positions are 16 bits wide. Passages are far shorter."""

DEFAULT_LANGUAGE = "en"
"""The language whose stemmer serves text of unknown language."""

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""ISO 639-1 code → the Snowball algorithm for it."""

STOP_WORDS = frozenset(
    """a about above after again against all am an and any are as at be because been before being beings below between
    both but by can canned canning cans could did do does doing doings down downed downing downs during each few for
    from further had has have having he her here hers him his how i if in into is it its itself just me more most my no
    nor not now of off on once only or other others our out outed outing outs over own owned owning owns same she
    should so some such than that the their them then there these they this those through to too under until up very
    was we were what when where which while who whom whose why will willed willing wills with would you your""".split()
)
"""English function words, and the words that have a stem in common with one.

They are indexed and scored like any other. They are only not worth a highlight, and that a collection knows them says
nothing about whether it knows what is asked.
"""


BLANKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\ufeff\ud800-\udfff]")
"""What no search box shows and no question can hold; lone surrogates cannot even be encoded."""


def one_line(text: str) -> str:
    """The text with single spaces for whatever blanks and control characters there are between its words."""
    return " ".join(BLANKS.sub(" ", text).split())


def tells(term: str) -> bool:
    """Whether a term says more of a matter than a function word or a single Latin letter does."""
    return term not in STOP_WORDS and not (len(term) == 1 and "a" <= term <= "z")


# Acronyms that lower case would turn into a function word.
_ACRONYMS = frozenset({"us", "it", "who"})
# Fewer capitals than this are a name or two; more of them than small letters are a text set in capitals throughout,
# in which "US" may well be the pronoun.
_SHOUTED_CAPITALS = 20

# Combining marks are no \w in Python, and without them words of Hindi, Arabic or decomposed French fall apart.
_MARKS = "".join(chr(code) for code in range(0x300, 0x1D00) if unicodedata.category(chr(code)).startswith("M"))
_JOINERS = "\u00ad\u200c\u200d"
_LETTER = f"[^\\W\\d_{INDEXED_BY_CHARACTER}]"
_TOKEN = re.compile(
    rf"""(?P<acronym>(?<![\w.]){_LETTER}(?:\.{_LETTER})+(?!\w)\.?(?:['’ʼ][sS](?!\w))?)
    |(?P<number>(?:\d{{1,3}}(?:,\d{{3}})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)*)(?:{_LETTER}|\d)*)
    |(?P<cjk>[{INDEXED_BY_CHARACTER}]+)
    |(?P<word>{_LETTER}(?:{_LETTER}|[\d{_MARKS}{_JOINERS}]|['’ʼ](?={_LETTER}))*)""",
    re.VERBOSE,
)
_APOSTROPHE = re.compile("['’ʼ]")
# Diacritics of Latin, Greek and Cyrillic, and the vowel points of Hebrew and Arabic, which writers leave out at will.
# Marks of other scripts are letters in their own right and stay.
_FOLDED = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u0640]")
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})


class Token(NamedTuple):
    """One term of a text with its `[start, end)` span in it. Its position is its place in the list of tokens."""

    term: str
    start: int
    end: int


def analyze(text: str) -> list[Token]:
    """The tokens of a text, in order."""
    # Nothing is left of a letter that only stretches others, such as the Arabic kashida.
    return [token for token in _tokens(text) if token.term]


def _tokens(text: str) -> Iterator[Token]:
    shouted: bool | None = None
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        raw = match.group()
        match match.lastgroup:
            case "cjk":
                raw_folded = fold(raw)
                # Half-width kana with sound marks fold into fewer characters; their offsets are lost, so no bigrams.
                if len(raw) == 1 or len(raw_folded) != len(raw):
                    yield Token(raw_folded, start, end)
                else:
                    for offset in range(len(raw) - 1):
                        yield Token(raw_folded[offset : offset + 2], start + offset, start + offset + 2)
            case "acronym":
                letters = _APOSTROPHE.split(raw)[0].replace(".", "")
                yield Token(letters.upper() if letters.lower() in _ACRONYMS else fold(letters), start, end)
            case "number":
                yield Token(fold(raw.replace(",", "")), start, end)
            case _:
                parts = (
                    _split_at_apostrophes(raw, start) if _APOSTROPHE.search(raw) else (Token(fold(raw), *match.span()),)
                )
                for token in parts:
                    if token.term in _ACRONYMS and text[token.start : token.start + len(token.term)].isupper():
                        if shouted is None:
                            shouted = _is_shouted(text)
                        token = token if shouted else token._replace(term=token.term.upper())
                    yield token


def _is_shouted(text: str) -> bool:
    capitals = sum(map(str.isupper, text))
    return capitals >= _SHOUTED_CAPITALS and capitals > sum(map(str.islower, text))


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
    """The word in lower case without diacritics, in Unicode's compatible composed form (NFKC)."""
    if word.isascii():
        return sys.intern(word.lower())
    decomposed = unicodedata.normalize("NFKD", word.lower())
    for blank in f"{_JOINERS} ":  # a few letters of Arabic are compatible with several words
        decomposed = decomposed.replace(blank, "")
    folded = _FOLDED.sub("", decomposed).casefold().translate(_UNDECOMPOSED)
    return unicodedata.normalize("NFC", folded)


_local = threading.local()


def stem(term: str, language: str) -> str:
    """The stem that a surface term has in a language (ISO 639-1); the term itself where there is no stemmer for it.

    Acronyms (kept in capitals) have no stem but themselves.
    """
    algorithm = STEMMERS.get(language or DEFAULT_LANGUAGE)
    if algorithm is None or term[:1].isupper():
        return term
    # A stemmer holds a buffer of its own and must not be shared among threads.
    stemmers = _local.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        import Stemmer

        stemmers[algorithm] = Stemmer.Stemmer(algorithm)
    return stemmers[algorithm].stemWord(term)
