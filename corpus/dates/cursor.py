"""The tokens of a text, looked at with the words of one language."""

from collections.abc import Sequence

from .calendar_words import Words
from .tokens import END, Token


class Cursor:
    """Says what stands at each token.

    Args:
        tokens: Those of the text.
        words: Those of the language.
    """

    def __init__(self, tokens: Sequence[Token], words: Words) -> None:
        self._tokens = tokens
        self._words = words

    def token(self, at: int) -> Token:
        """The token of that number; `END` if there is none."""
        return self._tokens[at] if 0 <= at < len(self._tokens) else END

    def word(self, at: int, *names: str) -> tuple[int, int] | None:
        """The token after the longest word or phrase that begins there and has one of these meanings, and which."""
        found: tuple[int, int] | None = None
        keys: tuple[str, ...] = ()
        end = at
        while end < len(self._tokens) and len(keys) < self._words.longest:
            keys += (self._tokens[end].key,)
            end += 1
            for name, number in self._words.meanings.get(keys, ()):
                if name in names:
                    found = end, number
                    break
            if self.token(end).text == "-" and self.token(end).glued and self.token(end + 1).glued:
                end += 1
        return found

    def begins(self, at: int) -> bool:
        """Whether a token may be the beginning of a date in this language."""
        token = self.token(at)
        return token.kind == "number" or token.key in self._words.beginnings

    def skip(self, at: int, *names: str) -> int:
        """The first token from there that is no word of these meanings."""
        while found := self.word(at, *names):
            at = found[0]
        return at
