"""What a web page shows, without its markup: a line for each heading, paragraph, item or cell.

A scanner rather than a parser: it takes time in proportion to the page, builds no tree and does not recurse, so that
a page may be as long, as broken and as deeply nested as it likes. What each line stands in is told by `surroundings`.
"""

import html
import re
from collections.abc import Generator, Iterator
from typing import Final, NamedTuple

from .surroundings import Part, Place, Surroundings, date_told

_BREAKS: Final = frozenset(
    "address article aside blockquote body br button caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol optgroup option p pre "
    "section select summary table tbody td textarea tfoot th thead tr ul".split()
)
_UNSHOWN: Final = frozenset(
    "audio canvas datalist iframe noembed noframes noscript object script style svg template title video".split()
) | {"annotation", "annotation-xml"}  # of formulas
_READINGS: Final = frozenset({"rt", "rp"})  # in small print above a word, which they would tear apart
_READING_END = re.compile(r"</?r(?:t|p|b|uby)\b", re.IGNORECASE)
_NAME = re.compile(r"</?([a-z][a-z0-9:-]{0,40})", re.IGNORECASE)
# Quoted values may hold ">"; a quote is one only after "=".
_TAG_END = re.compile(r"""(?:[^>"'=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|["'=])*+>""")
_HUGE_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{8,}+;?")
_LONG_TAG: Final = 5_000
_UNQUOTED_AFTER: Final = 100
"""After so many tags with quotes that nobody closed, a tag ends at the next ">", quoted or not."""

# A mark of a note: a raised number or sign, or a link called a reference to a note, with tags of its own around it.
_MARK = re.compile(
    r"""<(?P<name>sup|a)\b(?P<said>[^<>]{0,400})>(?P<tags>\s{0,9}(?:<[a-z][^<>]{0,400}>\s{0,9}){0,3})
    (?P<mark>[\[(]?(?P<sign>\d{1,3}|[a-z]|[*†‡§¶#]{1,3})[\])]?)\s{0,9}(?:</[a-z]{1,9}>\s{0,9}){0,3}</(?P=name)>""",
    re.IGNORECASE | re.VERBOSE,
)
_REFERENCE = re.compile(r"note|\bfn|ref|cite", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d$")
_RAISED = re.compile(r"(?<!\w)(?:[kcmd]?m|ft|mi|yd|mc|[^\W\d_])$")
"""What a raised number behind makes a power of: metres, feet, a letter of a formula."""

_NUMBER = re.compile(r"[-+−]?\d{1,3}")
_FRACTION: Final = ("/", "⁄", "&frasl;")
_LONGEST_RAISED: Final = 200  # in characters of the page

# Where a word may be parted, or not: nothing that anybody sees.
_INVISIBLE = re.compile("[\xad\u2060]")
_SHOWN_IN_PICTURE = re.compile(r"<text\b[^>]{0,1000}>(.{0,2000}?)</text\s{0,9}>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,1000}>")


class Line(NamedTuple):
    """A line that a page shows.

    Attributes:
        text: What it says, white space within it as one space.
        linked: How many of its characters are links.
        part: What it stands in.
        box: The number of the element around it that parts the page: a division, a section, a cell.
        outer: The number of the one around that.
        cell: The number of its row and of its cell, if a table holds it; 0 twice if none does.
        dated: The dates that its elements tell besides: see `surroundings.date_told`.
    """

    text: str
    linked: int = 0
    part: Part = Part(0)
    box: int = 0
    outer: int = 0
    cell: tuple[int, int] = (0, 0)
    dated: tuple[tuple[str, str], ...] = ()


class Shown(NamedTuple):
    """What a page shows, and how much markup it took: its tags, and the attributes of the tag with the most."""

    lines: list[Line]
    tags: int
    attributes: int

    @property
    def text(self) -> str:
        """The lines one below the other."""
        return "\n".join(line.text for line in self.lines)


def visible_text(page: str) -> str:
    """The lines of text that an HTML page or fragment shows, white space within them as one space; "" if none.

    Soft hyphens are left out, and the mark of a note stands in brackets behind its word: `Nara[1]`.
    """
    return look_through(page).text


def look_through(page: str) -> Shown:
    """The same, line by line, with the measures of the markup that tell whether a parser may be trusted with it."""
    lines: list[Line] = []
    pieces: list[str] = []
    dated: list[tuple[str, str]] = []
    around = Surroundings()
    place = around.place
    tags = attributes = linked = 0
    for text, name, tag in _Scanner(page).pieces():
        if text:
            pieces.append(text)
            linked += len(text.strip()) if around.in_link else 0
            if not text.isspace():
                place = around.place
        if not tag:
            continue
        tags += 1
        if len(tag) > _LONG_TAG:
            attributes = max(attributes, tag.count("="))
        if name in _BREAKS:
            if pieces and _add(lines, pieces, linked, place, dated):
                dated = []
            pieces, linked = [], 0
        if tag[1] != "/" and (told := date_told(name, tag)):
            dated.append(told)
        around.pass_tag(name, tag)
    _add(lines, pieces, linked, place, dated)
    return Shown(lines, tags, attributes)


def _add(lines: list[Line], pieces: list[str], linked: int, place: Place, dated: list[tuple[str, str]]) -> bool:
    """Add the line that the pieces make, if they show anything."""
    # A reference of a million digits is no character, and Python will not make a number of it.
    shown = html.unescape(_HUGE_REFERENCE.sub("\N{REPLACEMENT CHARACTER}", "".join(pieces)))
    text = " ".join(_INVISIBLE.sub("", shown).split())
    if text:
        lines.append(Line(text, min(linked, len(text)), *place, tuple(dated[:10])))
    return bool(text)


class _Scanner:
    """Goes through a page from one tag to the next."""

    def __init__(self, page: str) -> None:
        self._page = page
        lower = page.lower()
        # A few letters have a lower case of two, and offsets would no longer agree.
        self._lower = lower if len(lower) == len(page) else page
        self._last_comment_end = page.rfind("-->")
        self._never_closed: set[str] = set()
        self._unclosed = 0
        self._formatted = 0

    def pieces(self) -> Iterator[tuple[str, str, str]]:
        """The text before each tag, the element's name and the tag; the name is "br" where a line is at its end."""
        page, at, before = self._page, 0, ""
        last_end = page.rfind(">")
        # Behind the last ">" nothing is a tag any more.
        while 0 <= (opened := page.find("<", at)) < last_end:
            text = yield from self._lines(page[at:opened])
            before = (before + text)[-20:]
            named = _NAME.match(page, opened)
            if named is None:
                sign, at = self._past_no_tag(opened)
                yield text + sign, "", ""
                continue
            name = named[1].lower()
            mark = _MARK.match(page, opened) if name in ("sup", "a") else None
            if mark and not page.startswith(_FRACTION, mark.end()) and _is_mark(mark, before):
                at = mark.end()
                yield text + (mark["mark"] if len(mark["mark"]) > len(mark["sign"]) else f"[{mark['sign']}]"), "", ""
                continue
            at = self._tag_end(opened, named.end())
            tag = page[opened:at]
            if name in _BREAKS:
                before = ""
                if name == "pre":
                    self._formatted = max(0, self._formatted + (-1 if tag[1] == "/" else 1))
            elif name in ("sup", "sub") and tag[1] != "/" and before[-1:].isdigit():
                text += self._before_number(name, at)
            elif tag[1] != "/" and (name in _UNSHOWN or name in _READINGS):
                instead, at = self._past_unshown(name, tag, at)
                text += instead
            yield text, name, tag
        text = yield from self._lines(page[at:])
        yield text, "br", "<br>"

    def _lines(self, text: str) -> Generator[tuple[str, str, str], None, str]:
        """All lines of preformatted text but the last, which is returned."""
        if not self._formatted:
            return text.replace("\n", " ")
        *lines, last = text.split("\n")
        for line in lines:
            yield line, "br", "<br>"
        return last

    def _past_no_tag(self, opened: int) -> tuple[str, int]:
        """What is shown of a "<" that begins no tag, and where the page goes on behind it: a comment, or a sign."""
        opens_comment = self._page.startswith("<!--", opened)
        is_comment = opens_comment and opened < self._last_comment_end
        if opens_comment and not is_comment:
            return "", opened + len("<!--")
        if is_comment or self._page[opened + 1] in "!?/":
            end = "-->" if is_comment else ">"
            return "", self._page.index(end, opened) + len(end)
        return "<", opened + 1

    def _before_number(self, name: str, at: int) -> str:
        """What parts a raised or lowered number, which begins here, from a digit: 2^10 is not 210, nor 3 1/2 31/2."""
        end = self._lower.find(f"</{name}", at, at + _LONGEST_RAISED)
        if end < 0 or not _NUMBER.fullmatch(html.unescape(_TAG.sub("", self._page[at:end])).strip()):
            return ""
        behind = html.unescape(self._page[end : end + 20]).partition(">")[2].lstrip()
        return "_" if name == "sub" else " " if behind.startswith(_FRACTION) else "^"

    def _tag_end(self, opened: int, at: int) -> int:
        ended = _TAG_END.match(self._page, at) if self._unclosed < _UNQUOTED_AFTER else None
        self._unclosed += ended is None
        return ended.end() if ended else self._page.index(">", opened) + 1

    def _past_unshown(self, name: str, tag: str, at: int) -> tuple[str, int]:
        """What is shown instead of an element's inside, and where that ends."""
        if name in _READINGS:
            ended = _READING_END.search(self._page, at)
            return "", ended.start() if ended else at
        # A tag that holds another was not closed itself.
        if tag[-2] == "/" or "</" in tag or name in self._never_closed:
            return "", at
        closed = self._lower.find(f"</{name}", at)
        if closed < 0:
            # What is never closed hides nothing: better a script in the text than half of the page lost.
            self._never_closed.add(name)
            return "", at
        return _picture(self._page[at:closed]) if name == "svg" else " ", closed


def _is_mark(found: re.Match[str], before: str) -> bool:
    """Whether something raised, or a link, is the mark of a note behind a word, and no power or ordinal."""
    if not before.strip():
        return False
    said = found["said"] + found["tags"]
    is_link = found["name"].lower() == "a" or "<a" in said.lower()
    if found["name"].lower() == "a":
        return "#" in said and _REFERENCE.search(said) is not None
    if is_link or _REFERENCE.search(said):
        return True
    if found["sign"].isalpha():
        return False
    if not found["sign"].isdigit() or found["mark"] != found["sign"]:
        return True
    if before[-1].isdigit():
        return _YEAR.search(before) is not None
    return not _RAISED.search(before)


def _picture(content: str) -> str:
    """The labels of a drawing."""
    return " " + "".join(f"{_TAG.sub(' ', found[1])} " for found in _SHOWN_IN_PICTURE.finditer(content))
