"""Which terms count as one word, and which say anything: stems and function words, by language.

`analysis` makes the terms. Nothing here changes which of them are indexed.
"""

import threading
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, Protocol

from ..shipped import shipped_text
from .analysis import fold, lower

DEFAULT_LANGUAGE: Final = "en"
"""The language whose stemmer serves text of unknown language."""

STEMMERS: Final = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""ISO 639-1 code → the Snowball algorithm for it."""

_HOMOGRAPHS: Final = "!"
"""What is put behind a language's code, in the table of function words, for its words that are such elsewhere alone."""

_SAME_LISTS: Final = {"nb": "no", "nn": "no"}


class _Stemmer(Protocol):
    """What PyStemmer, which has no types, gives us."""

    def stemWord(self, word: str, /) -> str: ...  # noqa: N802  # its name


@cache
def _lists() -> dict[str, list[str]]:
    """The words of each list in the table, as written there."""
    lists: dict[str, list[str]] = {}
    text = shipped_text(__package__ or "", "function_words.txt")
    for line in text.splitlines():
        if not line.startswith("#"):
            code, *words = line.split()
            lists.setdefault(code, []).extend(words)
    return lists


@cache
def function_words(language: str) -> frozenset[str]:
    """The function words of a language, as surface terms; none of one that we have no list for.

    Args:
        language: An ISO 639-1 code; empty for DEFAULT_LANGUAGE.
    """
    code = language or DEFAULT_LANGUAGE
    return frozenset(map(fold, _lists().get(_SAME_LISTS.get(code, code), ())))


@cache
def homographs(language: str) -> frozenset[str]:
    """Words of a language that mean something in it, and are function words of another one: surface terms."""
    return frozenset(map(fold, _lists().get(language + _HOMOGRAPHS, ())))


STOP_WORDS: Final = function_words(DEFAULT_LANGUAGE)
"""English function words, and the words that share a stem with one of them."""

_local = threading.local()


def tells(term: str) -> bool:
    """Whether a term says more about a subject than an English function word or a single Latin letter does.

    Args:
        term: A surface term, as `analysis.analyze` makes them.
    """
    return term not in STOP_WORDS and not (len(term) == 1 and "a" <= term <= "z")


def is_function_word(term: str, language: str) -> bool:
    """Whether a term says no more in a language than a function word or a single Latin letter does."""
    return term in function_words(language) or (len(term) == 1 and "a" <= term <= "z")


def stems(term: str, spellings: Iterable[str], language: str) -> set[str]:
    """The stems of a word in a language: two words count as one if they have a stem in common.

    Snowball takes words as they are written: without their accents many endings are none to it. People and printers
    leave accents out all the same, and so a word has the stem of its folded form too.

    Args:
        term: A surface term, as `analysis.analyze` makes them.
        spellings: How it is written, in any case.
        language: An ISO 639-1 code; empty for DEFAULT_LANGUAGE.

    Returns:
        Its stems, in which accents remain. Acronyms, which are kept in capitals, are their own stem, as are all words
        of a language that has no stemmer.
    """
    code = language or DEFAULT_LANGUAGE
    if code not in STEMMERS or term[:1].isupper():
        return {term}
    words = {term, *(lower(each, code) for each in spellings)}
    if code == "ar":
        words = {form for word in words for form in _arabic(word)}
    return {stem(word, code) for word in words}


def is_written_so(term: str, spelling: str, asked: str, language: str) -> bool:
    """Whether a term is written in a text as a question writes a word, of which it is a form.

    Args:
        term: The surface term.
        spelling: How it is written in the text, in lower case.
        asked: How the question writes the word, in any case.
        language: The text's, as an ISO 639-1 code.
    """
    asked = lower(asked, language)
    return spelling == asked if fold(asked) == term else stem(spelling, language) == stem(asked, language)


def stem(word: str, language: str) -> str:
    """The stem that Snowball has for a word as it is given, in lower case. Acronyms are their own.

    Args:
        word: A surface term, or a word as it is written.
        language: An ISO 639-1 code; empty for DEFAULT_LANGUAGE.
    """
    algorithm = STEMMERS.get(language or DEFAULT_LANGUAGE)
    return word if algorithm is None or word[:1].isupper() else _stemmer(algorithm).stemWord(word)


_ARTICLE: Final = "ال"
# "and", "so", "in", "like", "to" before the article, which "to" swallows the alef of; and alone before longer words.
_ARABIC_PREFIXES: Final = (*(f"{first}{then}{_ARTICLE}" for first in ("", "و", "ف") for then in ("", "ب", "ك")),
                           "لل", "ولل", "فلل")  # fmt: skip
_ARABIC_LETTERS: Final = {"و": 4, "ف": 4, "ب": 5, "ل": 5, "ك": 5}
_SHORTEST_ARABIC: Final = 3  # letters that remain behind an article


def _arabic(word: str) -> Iterator[str]:
    """An Arabic word without what may stand before it; also with the article, on which endings depend to Snowball."""
    bare = {word}
    bare.update(
        word[len(prefix) :]
        for prefix in _ARABIC_PREFIXES
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST_ARABIC
    )
    if not word.startswith(_ARTICLE) and len(word) > _ARABIC_LETTERS.get(word[0], len(word)):
        bare.add(word[1:])
    for each in bare:
        yield each
        yield _ARTICLE + each


def _stemmer(algorithm: str) -> _Stemmer:
    """This thread's own stemmer: each holds a buffer, and must not be shared among threads."""
    stemmers: dict[str, _Stemmer] = _local.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        import Stemmer  # late: a question that only filters needs none

        stemmers[algorithm] = Stemmer.Stemmer(algorithm)  # pyright: ignore[reportUnknownMemberType]  # it has no types
    return stemmers[algorithm]
