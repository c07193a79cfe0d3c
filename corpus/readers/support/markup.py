"""XML from strangers, and running text put together from marked-up pieces.

The parser resolves no entities, loads nothing from anywhere, and keeps to libxml2's own limits of depth and size.
What declares entities of its own is refused, so that nothing is shown half.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from lxml import etree as _etree  # pyright: ignore[reportAttributeAccessIssue, reportMissingTypeStubs, reportUnknownVariableType]

from ....errors import UnreadableSource
from ...document import Note, Page
from ..contract import LARGEST_TEXT, MEGABYTE
from .decode import tidy
from .utf8_stream import Utf8Stream

etree: Any = _etree  # pyright: ignore[reportUnknownVariableType]
"""lxml's parser, which is compiled and has no types."""

Element = Any
"""An lxml element."""

_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_ENTITY = re.compile(r"Entity '([\w.:-]{1,60})' not defined")
_SPACE = re.compile(r"[ \t\r\n]+")
_SOFT_HYPHEN: Final = "\u00ad"
_NOTE_MARK = re.compile(r"\[?(?:[1-9]\d{0,2}|[*†‡§]{1,3})\]?")
_NUMBER = re.compile(r"\s*[-+−–]?\d")
_MARKED = re.compile(r"(?:[^\W\d_]{3}|[^\W_][.,;:!?]?[\"'”’»)\]]|[^\W_][.,;:!?])$")
_WORD, _LINE, _PARAGRAPH = 1, 2, 3
_GAPS: Final = ("", " ", "\n", "\n\n")


def parse_xml(data: bytes) -> Element:
    """The root of an XML document. Raises UnreadableSource if it is damaged, too deep or declares entities."""
    parser = etree.XMLParser(**_SAFE)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise damaged_xml(error, parser.error_log) from None
    _refuse_entities(root)
    return root


def stream_xml(stream: BinaryIO | Utf8Stream) -> Iterator[tuple[str, Element]]:
    """The "start" and "end" events of an XML document's elements while it is read.

    Whoever asks clears what it has done with. Raises UnreadableSource as `parse_xml` does.
    """
    encoding = "utf-8" if isinstance(stream, Utf8Stream) else None
    events = etree.iterparse(stream, events=("start", "end"), encoding=encoding, **_SAFE)
    try:
        for number, (event, element) in enumerate(events):
            if number == 0:
                _refuse_entities(element)
            yield event, element
    except etree.XMLSyntaxError as error:
        raise damaged_xml(error, events.error_log) from None


def walk_xml(root: Element) -> Any:
    """The "start" and "end" events of the elements of a tree, however deep; `skip_subtree` passes over one's inside."""
    return etree.iterwalk(root, events=("start", "end"))


def forget(element: Element) -> None:
    """Free all that is in an element, which is done with, and its tail.

    What holds others is emptied by itself, the innermost first: lxml takes the square of the time to free many at once.
    """
    for each in reversed([each for each in element.iterdescendants() if len(each)]):
        del each[:]
    element.clear()


def local_name(element: Element) -> str:
    """An element's name without its namespace; "" for an entity that was left as it is."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """An attribute, whichever namespace its name is in; "" if there is none."""
    # A value is looked for among all attributes, so only that of the right name is asked for.
    found = next((key for key in element.keys() if key.rpartition("}")[2] == name), None)  # noqa: SIM118
    return element.get(found, "") if found else ""


def plain_text(element: Element | None) -> str:
    """All text of an element on one line."""
    if element is None:
        return ""
    return " ".join(tidy("".join(element.itertext(etree.Element))).replace(_SOFT_HYPHEN, "").split())


def damaged_xml(error: Any, log: Any = ()) -> UnreadableSource:
    """The error of what cannot be parsed, of which the parser may have logged more than it tells."""
    for each in log:
        if each.type_name == "ERR_UNDECLARED_ENTITY" and (found := _ENTITY.search(each.message)):
            said = f"undefined entity &{found[1]}; in line {each.line}"
            return UnreadableSource(f"{said}: XML has no names of characters, write the character itself")
    reason = (error.msg or "it ends too early").partition(", line ")[0]
    if reason in ("no element found", "Document is empty"):
        return UnreadableSource("empty")
    if "xcessive depth" in reason:
        return UnreadableSource("XML that is nested too deeply")
    if "amplification" in reason:
        return UnreadableSource("an XML entity bomb")
    return UnreadableSource(f"not XML that can be read: {' '.join(reason.split())[:200]} (line {error.lineno})")


def _refuse_entities(root: Element) -> None:
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and next(iter(declared.iterentities()), None) is not None:
        raise UnreadableSource("XML that declares entities of its own, which are not resolved: write them out")


class Flow:
    """Running text that grows piece by piece, with white space as one space and breaks between what stands apart.

    Soft hyphens, which say where a word may be parted, are left out.

    `notes` are the footnotes marked so far, each at its offset in the text, and `pages` the pages that have begun.
    Nothing that is written later moves them.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._gap = 0
        self._page: str | None = None
        self.notes: list[Note] = []
        self.pages: list[Page] = []

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    @property
    def length(self) -> int:
        """How long it is, in characters."""
        return self._length

    @property
    def on_one_line(self) -> str:
        """The text with its notes behind it, as a footnote or a cut line has them."""
        return " ".join(" ".join([self.text, *(note.text for note in self.notes)]).split())

    def since(self, at: int) -> str:
        """The text from an offset on, which costs as much as that is long."""
        pieces: list[str] = []
        left = self._length - at
        for piece in reversed(self._parts):
            if left <= 0:
                break
            pieces.append(piece)
            left -= len(piece)
        return "".join(reversed(pieces))[max(0, -left) :]

    def write(self, text: str | None) -> None:
        """Add running text. Raises UnreadableSource if there is too much of it."""
        shown = _SPACE.sub(" ", tidy(text).replace(_SOFT_HYPHEN, "")) if text else ""
        words = shown.strip(" ")
        if shown.startswith(" "):
            self._gap = max(self._gap, _WORD)
        if not words:
            return
        self._add(words)
        self._gap = _WORD if shown.endswith(" ") else 0

    def _add(self, words: str) -> None:
        gap = _GAPS[self._gap] if self._length else ""
        if self._page or (self._page is not None and self.pages and self.pages[-1].label):
            self.pages.append(Page(self._page, self._length + len(gap)))
        self._page = None
        for piece in (gap, words):
            self._parts.append(piece)
            self._length += len(piece)
        if self._length > LARGEST_TEXT:
            raise UnreadableSource(f"more than {LARGEST_TEXT // MEGABYTE} million characters of text")

    def verbatim(self, line: str) -> None:
        """Add a line of which each blank counts. Raises UnreadableSource if there is too much of it."""
        if line.strip():
            self._add(tidy(line).replace(_SOFT_HYPHEN, "").rstrip())
            self._gap = 0

    def space(self) -> None:
        """What comes next is another word."""
        self._gap = max(self._gap, _WORD)

    def line(self) -> None:
        """What comes next begins a line."""
        self._gap = max(self._gap, _LINE)

    def paragraph(self) -> None:
        """What comes next begins a paragraph."""
        self._gap = max(self._gap, _PARAGRAPH)

    def bullet(self) -> None:
        """What comes next is an item of a list, on the line or paragraph that was just begun."""
        self.write("- ")

    def cell(self, *, first: bool) -> None:
        """What comes next is a cell of the row that the line is."""
        if not first:
            self.write(" | ")

    def page(self, label: str) -> None:
        """What comes next is on another page, perhaps one without a label; one without anything does not count."""
        self._page = label

    def aside(self, number: str, sign: str) -> None:
        """A raised or lowered number begins: a footnote's mark stands apart, and a power or base is no more digits.

        Args:
            number: What is raised or lowered, which is still to be written.
            sign: What says so between two numbers: "^" or "_".
        """
        before = self._parts[-1] if self._parts and not self._gap else ""
        if sign == "^" and _NOTE_MARK.fullmatch(number.strip()) and _MARKED.search(before):
            self.space()
        elif before[-1:].isdigit() and _NUMBER.match(number):
            self.write(sign)

    def note(self, mark: str, text: str) -> None:
        """A footnote's mark stands here."""
        self.notes.append(Note(mark, self._length, text))
