"""The words of page_words.toml, as patterns."""

import re
import tomllib
from typing import Final

from ....shipped import shipped_text

_WORDS: Final[dict[str, list[str]]] = tomllib.loads(shipped_text(__package__ or "", "page_words.toml"))


def words(name: str) -> list[str]:
    """What the table has under a name."""
    return _WORDS[name]


def any_of(name: str, *, glued: str = "") -> re.Pattern[str]:
    """A pattern for any of the words under a name, whatever the case.

    Args:
        name: The name.
        glued: The name of those that need not stand apart from other letters.
    """
    pattern = rf"\b(?:{'|'.join(_WORDS[name])})\b"
    return re.compile(f"{pattern}|{'|'.join(_WORDS[glued])}" if glued else pattern, re.IGNORECASE)
