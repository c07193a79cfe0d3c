"""OpenDocument texts (ODT), as LibreOffice writes them: paragraphs, list items and table rows, with notes kept apart.

A zip archive of XML files, as Word's are. What was deleted under revision, hidden text, page
headers and footers, tables of contents and comments are set apart as cut; pictures and the numbers of lists are not
there.
"""

import io
from collections.abc import Iterator
from typing import Final

from ...errors import UnreadableSource
from .contract import RawRecord, ReadOptions, Skipped, Source
from .support.file_properties import stated_author, stated_title
from .support.markup import Element, Flow, attribute, forget, local_name, parse_xml, plain_text, stream_xml, walk_xml
from .support.packed import Package, not_what_it_says, read_all

_KIND: Final = "an OpenDocument text (.odt)"
_MIME: Final = b"application/vnd.oasis.opendocument."
_MANIFEST: Final = "META-INF/manifest.xml"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}text"
_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}style"
_DRAWING: Final = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_MOST_CUT: Final = 10_000
_PARAGRAPHS: Final = frozenset({"p", "h"})
_ITEMS: Final = frozenset({"list-item", "list-header"})
_UNSHOWN: Final = frozenset(
    "forms variable-decls sequence-decls user-field-decls dde-connection-decls "
    "alphabetical-index-auto-mark-file title desc object object-ole binary-data plugin event-listeners "
    "note-citation annotation-end".split()
)
_INDEXES: Final = frozenset(
    "table-of-content illustration-index table-index object-index user-index alphabetical-index bibliography".split()
)


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of an OpenDocument text.

    Raises:
        UnreadableSource: If it is none, damaged, protected by a password, a bomb, or without text.
    """
    del options  # such a file has names of its own for what it says of itself
    data = read_all(source.stream)
    if not data.startswith(b"PK"):
        raise not_what_it_says(data, _KIND)
    package = Package(data, _KIND)
    _check(package)
    body = _Body(package)
    if not body.flow.text:
        raise UnreadableSource("no text")
    description = _metadata(package)
    description["title"] = description.get("title") or body.title
    description["notes"] = [[note.mark, note.at, note.text] for note in body.flow.notes]
    yield RawRecord(body.flow.text, source.origin, description, name=source.name, cut=tuple(body.cut))


def _check(package: Package) -> None:
    if "mimetype" in package:
        kind = package.read("mimetype").strip()
        if not kind.startswith(_MIME + b"text"):
            raise UnreadableSource(f"not {_KIND}: it is {kind[:80].decode('ascii', 'replace')}")
    if _MANIFEST in package and next(parse_xml(package.read(_MANIFEST)).iter("{*}encryption-data"), None) is not None:
        raise UnreadableSource("protected by a password: save it without one")


def _metadata(package: Package) -> dict[str, object]:
    """What the file says of itself. Its dates are those of the file, not of what is written in it."""
    if "meta.xml" not in package:
        return {}
    found: dict[str, list[str]] = {}
    for each in parse_xml(package.read("meta.xml")).iterfind("{*}meta/*"):
        if value := plain_text(each):
            found.setdefault(local_name(each), []).append(value)
    author = found.get("initial-creator") or found.get("creator") or [""]
    return {
        "title": stated_title(found.get("title", [""])[0]),
        "author": stated_author(author[0]),
        "language": found.get("language", [""])[0],
        "topics": [word.strip() for each in found.get("keyword", []) for word in each.replace(";", ",").split(",")],
    }


class _Body:
    """The running text: `flow`; `cut`, what stands around it; and `title`, the first paragraph in the style of it."""

    def __init__(self, package: Package) -> None:
        self.flow = Flow()
        self.title = ""
        self.cut: dict[str, None] = {}
        self._hidden: set[str] = set()
        self._titles = {"Title"}
        self._boxes: list[Element] = []
        self._cells = 0
        self._lists = 0
        if "styles.xml" in package:
            styles = parse_xml(package.read("styles.xml"))
            for style in styles.iter("{*}style"):
                self._learn(style)
            for each in styles.iterfind(".//{*}master-page/*"):
                self._set_apart(each)
        for event, element in stream_xml(io.BytesIO(package.read("content.xml"))):
            if event == "end" and element.tag == _STYLE:
                self._learn(element)
            elif event == "end" and (around := element.getparent()) is not None and around.tag == _TEXT:
                self._block(element)
                forget(element)

    def _learn(self, style: Element) -> None:
        """Remember a style that hides what is in it, and one that is a title's."""
        name = attribute(style, "name")
        if attribute(style, "parent-style-name") in self._titles:
            self._titles.add(name)
        if any(attribute(each, "display") == "none" for each in style.iterfind("{*}text-properties")):
            self._hidden.add(name)

    def _set_apart(self, element: Element) -> None:
        """Keep the lines of what is no part of the text, each once."""
        for paragraph in _paragraphs(element):
            self._keep(self._words(paragraph))

    def _keep(self, line: str) -> None:
        if line and len(self.cut) < _MOST_CUT:
            self.cut[line] = None

    def _words(self, *paragraphs: Element) -> str:
        """The text of some paragraphs on one line, with their notes and boxes, apart from the running text."""
        outer, self.flow = self.flow, Flow()
        boxes, self._boxes = self._boxes, []
        self._cells += 1
        for each in paragraphs:
            self.flow.space()
            self._inline(each)
        self._cells -= 1
        inner, self.flow = self.flow, outer
        within, self._boxes = self._boxes, boxes
        boxed = (self._words(*_paragraphs(box)) for box in within)
        return " ".join(filter(None, (inner.text, *(note.text for note in inner.notes), *boxed)))

    def _block(self, element: Element, *, bullet: bool = False) -> None:
        """A paragraph, a list, a table, or whatever else holds some of them."""
        name = local_name(element)
        if name in _UNSHOWN:
            return
        if name in _INDEXES or name in ("annotation", "tracked-changes") or self._is_hidden(element):
            self._set_apart(element)
        elif name in _PARAGRAPHS:
            self._paragraph(element, bullet=bullet)
        elif name in _ITEMS:
            for number, each in enumerate(element):
                self._block(each, bullet=number == 0 and name == "list-item")
        elif name == "list":
            self._break()
            self._lists += 1
            self._blocks(element)
            self._lists -= 1
        elif name == "table-cell":
            self.flow.cell(first=element.getprevious() is None)
            self._cells += 1
            self._blocks(element)
            self._cells -= 1
        else:
            self.flow.line() if name.startswith("table-") and not self._cells else self._break()
            self._blocks(element)

    def _blocks(self, element: Element) -> None:
        for each in element:
            self._block(each)

    def _break(self) -> None:
        """What comes next begins a paragraph, a line of a list, or only a word of a cell."""
        if self._cells:
            self.flow.space()
        elif self._lists:
            self.flow.line()
        else:
            self.flow.paragraph()

    def _paragraph(self, paragraph: Element, *, bullet: bool) -> None:
        self._break()
        before = self.flow.length if not self.title and attribute(paragraph, "style-name") in self._titles else None
        if bullet and not self._cells:
            self.flow.bullet()
        self._inline(paragraph)
        if before is not None:
            self.title = " ".join(self.flow.since(before).split())
        boxes, self._boxes = self._boxes, []
        for each in boxes:
            self._block(each)

    def _inline(self, element: Element) -> None:
        self.flow.write(element.text)
        for each in element:
            name = local_name(each)
            if name == "note":
                citation = plain_text(each.find("{*}note-citation"))
                bodies = each.iterfind("{*}note-body")
                said = self._words(*(inner for body in bodies for inner in _paragraphs(body)))
                self.flow.note(citation or str(len(self.flow.notes) + 1), said)
            elif name == "annotation":
                self._set_apart(each)
            elif name in ("s", "tab"):
                self.flow.space()
            elif name == "line-break":
                self.flow.space() if self._cells else self.flow.line()
            elif each.tag.startswith(_DRAWING):
                # What stands in a box is no part of the sentence that the box hangs on.
                self._boxes.append(each)
            elif name == "ruby-text":
                self.flow.write(f" ({plain_text(each)}) ")
            elif self._is_hidden(each):
                self._keep(self._words(each))
            elif name not in _UNSHOWN:
                self._inline(each)
            self.flow.write(each.tail)

    def _is_hidden(self, element: Element) -> bool:
        return (
            attribute(element, "style-name") in self._hidden
            or attribute(element, "is-hidden") == "true"
            or attribute(element, "display") == "none"
        )


def _paragraphs(element: Element) -> Iterator[Element]:
    """The paragraphs in an element, without those that stand within another: in its notes, comments and boxes."""
    walk = walk_xml(element)
    for event, each in walk:
        if event == "start" and local_name(each) in _PARAGRAPHS:
            yield each
            walk.skip_subtree()
