"""The tokens of a text in which dates are sought: numbers, words and marks."""

import re
from functools import cache
from typing import NamedTuple

from ..scripts import is_alphabetic
from .tables.calendar_words import fold

_CJK = r"\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af～〜"


@cache
def _token(words: str) -> re.Pattern[str]:
    """The pattern of a token, with that of a word in it."""
    return re.compile(rf"(?P<number>\d+)|(?P<word>{words})|(?P<mark>\.\.|[<>]=|[^\s'’ʼ‘])")


_ANY_WORD = rf"[{_CJK}]|(?:(?![{_CJK}])[^\W\d_])+"
_ALPHABETIC_WORD = r"[^\W\d_]+"

_APOSTROPHES = "'’ʼ‘"


class Token(NamedTuple):
    """A token at `text[start:end]`. Of Chinese, Japanese and Korean each character is a word.

    Attributes:
        text: As written.
        key: As a table of words has it.
        start: Where it starts.
        end: Where it ends.
        kind: "number", "word" or "mark".
        glued: Whether nothing, or an apostrophe alone, stands between it and the one before.
        cut: Whether an apostrophe stands right before it, as in '68.
    """

    text: str
    key: str
    start: int
    end: int
    kind: str
    glued: bool
    cut: bool = False

    @property
    def value(self) -> int:
        """What the number is; 0 for what is none, or a very long one."""
        return int(self.text) if self.kind == "number" and len(self.text) <= 8 else 0


END = Token("", "", 0, 0, "end", glued=False)
"""What stands behind the last token, and before the first."""


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text. Apostrophes are none: "jusqu'à" is two words, side by side."""
    tokens: list[Token] = []
    before = 0
    for found in _token(_ALPHABETIC_WORD if is_alphabetic(text) else _ANY_WORD).finditer(text):
        kind, token = found.lastgroup or "", found[0]
        glued = bool(tokens) and not any(map(str.isspace, text[before : found.start()]))
        key = fold(token) if kind == "word" else token
        cut = text[max(found.start() - 1, 0)] in _APOSTROPHES
        tokens.append(Token(token, key, found.start(), found.end(), kind, glued, cut))
        before = found.end()
    return tokens
