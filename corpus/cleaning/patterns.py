"""Whole lines that a web page says of itself: the words of navigation, subscription, sharing, comments and closing.

The patterns stand in patterns.toml, to be added to. All are meant for `fullmatch` on one stripped line and ignore
case; what is made of a match, and where in a text it counts, is decided in `clean.py`.
"""

import re
import tomllib
from typing import Final

from ...shipped import shipped_text


def _compiled(pattern: str) -> re.Pattern[str]:
    """One pattern of all those that patterns.toml has under a name."""
    return re.compile("|".join(f"(?:{each})" for each in _PATTERNS[pattern]), re.IGNORECASE)


_DATA = shipped_text(__package__ or "", "patterns.toml")
_PATTERNS: Final[dict[str, list[str]]] = tomllib.loads(_DATA)

LONGEST_SITE_LINE: Final = 400
LONGEST_LABEL: Final = 60
LONGEST_CLOSING: Final = 2000

SITE: Final = _compiled("site")
LABEL: Final = _compiled("label")
END: Final = _compiled("end")
CLOSING: Final = _compiled("closing")
LIST_LABEL: Final = _compiled("list_label")


def is_site(line: str) -> bool:
    """Whether the line speaks of the site."""
    return len(line) < LONGEST_SITE_LINE and SITE.fullmatch(line) is not None


def is_label(line: str) -> bool:
    """Whether the line is a label or control."""
    return len(line) < LONGEST_LABEL and LABEL.fullmatch(line) is not None


def is_end(line: str) -> bool:
    """Whether the article is over where this line stands, if it is a web page's."""
    return len(line) < LONGEST_SITE_LINE and END.fullmatch(line) is not None


def is_closing(line: str) -> bool:
    """Whether the line is one that closes a page: a copyright line, a disclaimer."""
    return CLOSING.fullmatch(line[:LONGEST_CLOSING]) is not None
