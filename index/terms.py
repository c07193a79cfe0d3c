"""Which terms count as one word, and which say anything: stems and function words.

`analysis` makes the terms. Nothing here changes what is indexed, so it applies when a question is asked.
"""

import threading
from importlib.resources import files
from typing import Final, Protocol

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


class _Stemmer(Protocol):
    """What PyStemmer, which has no types, gives us."""

    def stemWord(self, word: str, /) -> str: ...  # noqa: N802  # its name


def _stop_words() -> frozenset[str]:
    lines = files(__name__.rpartition(".")[0]).joinpath("stop_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


STOP_WORDS: Final = _stop_words()
"""English function words, and the words that share a stem with one of them: see stop_words.txt."""

_local = threading.local()


def tells(term: str) -> bool:
    """Whether a term says more about a subject than a function word or a single Latin letter does.

    Args:
        term: A surface term, as `analysis.analyze` makes them.
    """
    return term not in STOP_WORDS and not (len(term) == 1 and "a" <= term <= "z")


def stem(term: str, language: str) -> str:
    """The stem of a surface term in a language. Acronyms, which are kept in capitals, are their own stem.

    Args:
        term: A surface term, as `analysis.analyze` makes them.
        language: An ISO 639-1 code; empty for DEFAULT_LANGUAGE.

    Returns:
        The stem, or the term itself if the language has no stemmer.
    """
    algorithm = STEMMERS.get(language or DEFAULT_LANGUAGE)
    if algorithm is None or term[:1].isupper():
        return term
    return _stemmer(algorithm).stemWord(term)


def _stemmer(algorithm: str) -> _Stemmer:
    """This thread's own stemmer: each holds a buffer, and must not be shared among threads."""
    stemmers: dict[str, _Stemmer] = _local.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        import Stemmer  # late: a question that only filters needs none

        stemmers[algorithm] = Stemmer.Stemmer(algorithm)  # pyright: ignore[reportUnknownMemberType]  # it has no types
    return stemmers[algorithm]
