"""What is offered in the place of a question that cannot be understood."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from ....corpus.fields import Fields
from ....errors import QueryError
from ..parser import parse
from ..scanning import NAME, field_called
from .foreign import translate_foreign
from .plain import plain

_AFTER_COLON = re.compile(rf"(?<!\S)(-?)({NAME.pattern})(=?)\s+(?=[^\W_]|[=\"“„«(])")
_MINUS_BEHIND = re.compile(rf"(?<!\S)({NAME.pattern})-+(?=[^\W_])")
_SINGLE_QUOTES = re.compile(rf"((?<!\S)-?{NAME.pattern}=?)['‘]([^'’\"]+)['’](?![^\W_])")
_VALUE = r"[^\s\"“”„«»()*?~]"
# Of several names in a run the first takes hold of all that follows, so no other is tried.
_WILD_VALUE = re.compile(rf"(?<!{_VALUE})((?>{_VALUE}*?({NAME.pattern})){_VALUE}++)[*?~]+\d?(?![^\s)])")
_NOT_BEHIND = re.compile(rf"(?<!\S)({NAME.pattern})NOT\s+(?=[^\W_])")
_OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR"})
_OPERATOR = r"(?:AND|OR|NOT|NEAR/\w+)"
_ALONE = re.compile(r"(?<!\S)[*?]+(?!\S)")
_LAST = re.compile(rf"{_OPERATOR}|-")
_SLIPS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r'(NEAR/\w+\s+(?:"[^"]*"|“[^“”]*”))~\d+|((?:"[^"]*"|“[^“”]*”))~\d+(?=\s+NEAR/)'), r"\1\2"),
    (re.compile(r"(?<!\S)--+(?=\S)"), "-"),
    (re.compile(r"(?<=\w)~[\d.]+(?!\S)"), "~2"),
    (re.compile(r"(?<=[\"”»])~(?:\D\S*|\d{3,}|\d+\.\d+)?(?!\S)"), "~5"),
    (re.compile(r"(?<!\S)NEAR/\d{3,}(?!\S)"), "NEAR/100"),
    (re.compile(rf"({_OPERATOR}\s+)(?:(?:AND|OR|NEAR/\w+)\s+)+"), r"\1"),
    (re.compile(r"^\s*(?:(?:AND|OR|NEAR/\w+)\s+)+"), ""),
)
"""What is mistyped, and what was meant by it."""


def offer(text: str, fields: Fields) -> str | None:
    """A question that can be understood, as near to one that cannot as is known.

    Args:
        text: What was typed.
        fields: Those that it may name.

    Returns:
        The question with slips mended and operators of other languages translated; where that does not do, its words
        alone; None if it holds none.
    """
    mended = text
    for mend in _mends(fields):
        mended = mend(mended)
        tidy = " ".join(mended.split())
        if mended != text and _can_be_understood(tidy, fields):
            return tidy
    words = (word.lower() if word in _OPERATORS else word for word in re.findall(r"[^\W_]+", text))
    # Where even a plain reading leaves signs that are none of ours, the letters alone are left.
    return next((each for each in (plain(text), " ".join(words)) if each and _can_be_understood(each, fields)), None)


def _mends(fields: Fields) -> Iterator[Callable[[str], str]]:
    yield translate_foreign
    # Only a known field waits for a value; any other name before a colon is text.
    yield lambda text: _AFTER_COLON.sub(
        lambda found: f"{found[1]}{found[2]}{found[3]}" if field_called(found[2][:-1], fields) else found[0], text
    )
    yield lambda text: _MINUS_BEHIND.sub(
        lambda found: f"-{found[1]}" if field_called(found[1][:-1], fields) else found[0], text
    )
    yield lambda text: _SINGLE_QUOTES.sub(r'\1"\2"', text)
    yield lambda text: _WILD_VALUE.sub(lambda found: found[1] if fields.called(found[2][:-1]) else found[0], text)
    yield lambda text: _NOT_BEHIND.sub(
        lambda found: f"NOT {found[1]}" if field_called(found[1][:-1], fields) else found[0], text
    )
    for slip, meant in _SLIPS:
        yield lambda text, slip=slip, meant=meant: slip.sub(meant, text)
    yield _without_last_operators
    yield lambda text: _ALONE.sub("", text)


def _without_last_operators(text: str) -> str:
    """A question without the operators at its end, which wait for something; what it begins with stays."""
    words = list(re.finditer(r"\S+", text))
    count = len(words)
    while count and words[count - 1].start() and _LAST.fullmatch(words[count - 1][0]):
        count -= 1
    return text if count == len(words) else text[: words[count - 1].end() if count else 0]


def _can_be_understood(text: str, fields: Fields) -> bool:
    try:
        return not parse(text, fields, dated=False).notices
    except QueryError:
        return False
