"""Pages that a site sends instead of an article: a captcha, an error, a wall of cookies, a program.

They are short, and are called so or say so. An article about captchas is longer than they are.
"""

import re
import tomllib
from typing import Final

from ...shipped import shipped_text
from ..cleaning.lines import is_paragraph

_TABLE: Final[dict[str, list[str]]] = tomllib.loads(shipped_text(__package__ or "", "refusals.toml"))
_PATTERNS: Final = {name: re.compile("|".join(patterns), re.IGNORECASE) for name, patterns in _TABLE.items()}
NEEDS_SCRIPT: Final = "a page that shows nothing without JavaScript: save it from a browser once it is shown"
_REASONS: Final = {
    "robot": "a captcha, which asks whether you are a robot, and no article: save the page from a browser",
    "script": NEEDS_SCRIPT,
    "cookies": "a page that asks for consent to cookies, and no article: save it from a browser",
}
_ERROR: Final = "an error page, and no article"

_LONGEST: Final = 1000
"""Pages with more text than this, in characters, are articles whatever they say."""

_LONGEST_NAME: Final = 90
_SITE = re.compile(r"\s+[|–—•·»›-]\s+")


def refusal(title: str, text: str) -> str:
    """Tell what a page is instead of an article.

    Args:
        title: Its title.
        text: All its text.

    Returns:
        The reason to skip it, or "" if it may be an article.
    """
    shown = " ".join(text.split())
    if len(shown) > _LONGEST:
        return ""
    names = [title, *text.split("\n", 3)[:2]]
    parts = [part.strip(" .!?…") for name in names if len(name) <= _LONGEST_NAME for part in (name, *_SITE.split(name))]
    for part in parts:
        if part and _PATTERNS["error"].fullmatch(part):
            return f"{_ERROR}: {part!r}"
    for name, reason in _REASONS.items():
        said = _PATTERNS[name]
        if said.search(title) or (said.search(shown) and not _tells_something(text)):
            return reason
    return ""


def _tells_something(text: str) -> bool:
    """Whether a paragraph of a text is about something else: a banner above a short article is no reason to skip it."""
    paragraphs = (line for line in text.split("\n") if is_paragraph(line.strip()))
    return any(not any(_PATTERNS[name].search(each) for name in _REASONS) for each in paragraphs)


def asks_for_script(markup: str) -> bool:
    """Whether the markup of a page that shows nothing says that it needs JavaScript."""
    return _PATTERNS["script"].search(markup) is not None
