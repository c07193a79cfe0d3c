"""The tokens of a text, looked at with the words of one language."""

from collections.abc import Sequence
from typing import Final

from .tables.calendar_words import Words
from .tokens import END, Token

SHARE_SIGNS: Final = {"q": 3, "t": 3, "h": 6, "s": 6}
"""The months that a letter means before a number, or behind it: Q3, T3, H1, S2, 3Q."""


class Cursor:
    """Says what stands at each token.

    Args:
        tokens: Those of the text.
        words: Those of the language.
    """

    def __init__(self, tokens: Sequence[Token], words: Words) -> None:
        self._tokens = tokens
        self._words = words
        self._meanings: dict[int, dict[str, tuple[int, int]]] = {}

    def token(self, at: int) -> Token:
        """The token of that number; `END` if there is none."""
        return self._tokens[at] if 0 <= at < len(self._tokens) else END

    def word(self, at: int, *names: str) -> tuple[int, int] | None:
        """The token after the longest word or phrase that begins there and has one of these meanings, and which."""
        if at not in self._meanings:
            self._meanings[at] = self._looked_up(at) if self.token(at).key in self._words.beginnings else {}
        here = self._meanings[at]
        found: tuple[int, int] | None = None
        for name in names:
            if name in here and (found is None or here[name][0] > found[0]):
                found = here[name]
        return found

    def _looked_up(self, at: int) -> dict[str, tuple[int, int]]:
        """By meaning: the token after the longest word or phrase that begins there and has it, and which."""
        found: dict[str, tuple[int, int]] = {}
        keys: tuple[str, ...] = ()
        end = at
        while end < len(self._tokens) and len(keys) < self._words.longest:
            keys += (self._tokens[end].key,)
            end += 1
            longer = {name: (end, number) for name, number in reversed(self._words.meanings.get(keys, ()))}
            found.update(longer)
            if self.token(end).text == "-" and self.token(end).glued and self.token(end + 1).glued:
                end += 1
        return found

    def begins(self, at: int) -> bool:
        """Whether a token may be the beginning of a date in this language."""
        token = self.token(at)
        if token.kind == "number" or token.key in self._words.beginnings:
            return True
        return token.key in SHARE_SIGNS and self.token(at + 1).glued and self.token(at + 1).kind == "number"

    def skip(self, at: int, *names: str) -> int:
        """The first token from there that is no word of these meanings."""
        while found := self.word(at, *names):
            at = found[0]
        return at
