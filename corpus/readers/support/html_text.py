"""What a web page shows, without its markup: a line for each heading, paragraph, item or cell.

A scanner rather than a parser: it takes time in proportion to the page, builds no tree and does not recurse, so that
a page may be as long, as broken and as deeply nested as it likes.
"""

import html
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_BREAKS: Final = frozenset(
    "address article aside blockquote body br button caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol optgroup option p pre "
    "section select summary table tbody td tfoot th thead tr ul".split()
)
_UNSHOWN: Final = frozenset(
    "audio canvas datalist iframe math noembed noframes noscript object script style svg template textarea "
    "title video".split()
)
_NAME = re.compile(r"</?([a-z][a-z0-9:-]{0,40})", re.IGNORECASE)
# Quoted values may hold ">"; a quote is one only after "=".
_TAG_END = re.compile(r"""(?:[^>"'=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|["'=])*+>""")
_HUGE_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{8,}+;?")
_LONG_TAG: Final = 5_000
_UNQUOTED_AFTER: Final = 100
"""After so many tags with quotes that nobody closed, a tag ends at the next ">", quoted or not."""


class Shown(NamedTuple):
    """What a page shows, and how much markup it took: its tags, and the attributes of the tag with the most."""

    text: str
    tags: int
    attributes: int


def visible_text(page: str) -> str:
    """The lines of text that an HTML page or fragment shows, white space within them as one space; "" if none."""
    return look_through(page).text


def look_through(page: str) -> Shown:
    """The same, with the measures of the markup that tell whether a parser may be trusted with it."""
    pieces: list[str] = []
    tags = attributes = 0
    for text, tag in _scanned(page):
        pieces.append(text)
        tags += bool(tag)
        if len(tag) > _LONG_TAG:
            attributes = max(attributes, tag.count("="))
    # A reference of a million digits is no character, and Python will not make a number of it.
    shown = html.unescape(_HUGE_REFERENCE.sub("\N{REPLACEMENT CHARACTER}", "".join(pieces)))
    lines = (" ".join(line.split()) for line in shown.split("\n"))
    return Shown("\n".join(line for line in lines if line), tags, attributes)


def _scanned(page: str) -> Iterator[tuple[str, str]]:
    """The text before each tag, with the break that the tag makes, and the tag."""
    lower = page.lower()
    if len(lower) != len(page):  # a few letters have a lower case of two, and offsets would no longer agree
        lower = page
    at, unclosed = 0, 0
    never_closed: set[str] = set()
    last_end, last_comment_end = page.rfind(">"), page.rfind("-->")
    # Behind the last ">" nothing is a tag any more.
    while 0 <= (opened := page.find("<", at)) < last_end:
        text = page[at:opened].replace("\n", " ")
        named = _NAME.match(page, opened)
        if named is None:
            opens_comment = page.startswith("<!--", opened)
            is_comment = opens_comment and opened < last_comment_end
            if opens_comment and not is_comment:
                at = opened + len("<!--")
            elif is_comment or page[opened + 1] in "!?/":
                end = "-->" if is_comment else ">"
                at = page.index(end, opened) + len(end)
            else:
                text, at = text + "<", opened + 1
            yield text, ""
            continue
        ended = _TAG_END.match(page, named.end()) if unclosed < _UNQUOTED_AFTER else None
        unclosed += ended is None
        at = ended.end() if ended else page.index(">", opened) + 1
        tag, name = page[opened:at], named[1].lower()
        if name in _BREAKS:
            text += "\n"
        elif name in _UNSHOWN and tag[1] != "/" and tag[-2] != "/" and name not in never_closed:
            closed = lower.find(f"</{name}", at)
            if closed >= 0:
                text, at = text + " ", closed
            else:
                # What is never closed hides nothing: better a script in the text than half of the page lost.
                never_closed.add(name)
        yield text, tag
    yield page[at:].replace("\n", " "), ""
