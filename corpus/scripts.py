"""Scripts: the ranges of characters that need care of their own, and the marks that sentences end with.

A range is what stands between the brackets of a regular expression's character class; ranges are joined by adding
them. The sets below differ where their uses do, and on purpose: what is indexed, in particular, may not change.
"""

import re
from collections.abc import Mapping
from typing import Final

HANGUL: Final = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
KANA: Final = "\u3040-\u30ff"
HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Chinese characters, wherever they are used, without the rare ones."""

RARE_HAN: Final = "\U00020000-\U0003ffff"
SOUTHEAST_ASIAN: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese and Khmer."""

SOUTHEAST_ASIAN_LETTERS: Final = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ec6\u0ec8-\u0ece\u0edc-\u0edf"
    "\u1000-\u103f\u1050-\u108f\u109a-\u109d\u1780-\u17d3\u17d7\u17dc-\u17dd"
)
"""Letters of these and the marks on them, without digits and punctuation."""

INDEXED_BY_CHARACTER: Final = (
    HANGUL + KANA + "\u31f0-\u31ff" + HAN + "\uff66-\uff9f" + RARE_HAN + SOUTHEAST_ASIAN_LETTERS
)
"""Characters that the index takes in pairs, with small and half-width kana."""

ONE_TOKEN_EACH: Final = HANGUL + KANA + HAN + "\u2e80-\u2fdf\u3005-\u3007\u4dc0-\u4dff" + RARE_HAN
"""Characters of which each costs an encoder a token, with radicals, iteration marks and hexagrams."""

UNSPACED: Final = SOUTHEAST_ASIAN + KANA + HAN
"""Scripts written without spaces, in which a character does for a word."""

WIDE: Final = KANA + "\u3400-\u9fff\uac00-\ud7af"
"""Characters that take twice the room of a Latin letter, and say as much as two or three."""

UNSPACED_IN_PRINT: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
"""Characters between which no space is put where printed lines are joined, with full-width punctuation."""

OTHER_SCRIPTS: Final[Mapping[str, tuple[str, str]]] = {
    "greek": ("\u0370", "\u0400"),
    "cyrillic": ("\u0400", "\u0530"),
    "armenian": ("\u0530", "\u0590"),
    "hebrew": ("\u0590", "\u0600"),
    "arabic": ("\u0600", "\u0750"),
    "devanagari": ("\u0900", "\u0980"),
    "thai": ("\u0e00", "\u0e80"),
    "georgian": ("\u10a0", "\u1100"),
    "kana": ("\u3040", "\u3100"),
    "han": ("\u3400", "\ua000"),
    "hangul": ("\uac00", "\ud7b0"),
}
"""Scripts in which names are written that are otherwise in Latin letters: the first character, and the one behind."""

LATIN_ENDS: Final = ".!?…"
FULL_WIDTH_ENDS: Final = "。！？"
OTHER_ENDS: Final = "؟۔।"
"""The Arabic question mark, the Urdu full stop and the danda."""

SENTENCE_ENDS: Final = LATIN_ENDS + FULL_WIDTH_ENDS + OTHER_ENDS
"""The marks that a sentence ends with in any script; a colon and a semicolon do not count."""

_BEYOND_ALPHABETS: Final = re.compile("[^\x00-\u0dff\u1e00-\u20ff]")


def is_alphabetic(text: str) -> bool:
    """Whether a text has no character of HANGUL, KANA, HAN, SOUTHEAST_ASIAN or what is near them.

    For such a text a pattern need not know these: Python takes milliseconds to compile each of their ranges.
    """
    return text.isascii() or not _BEYOND_ALPHABETS.search(text)


def script_of(character: str) -> str:
    """The one of OTHER_SCRIPTS that a character is of; empty if it is of none of them."""
    return next((name for name, (first, end) in OTHER_SCRIPTS.items() if first <= character < end), "")
