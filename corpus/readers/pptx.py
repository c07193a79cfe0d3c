"""Presentations (PPTX): the slides in their order as one document, each on a page; what the speaker notes is a note.

A zip archive of XML files, as Word's are. The numbers, dates and feet that stand on every slide, comments, and slides
that are not shown are set apart as cut, as is what their masters and layouts show on all slides alike.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from ...errors import UnreadableSource
from .contract import RawRecord, ReadOptions, Skipped, Source
from .support.drawn import drawn_lines, write_drawn
from .support.file_properties import core_properties, related_parts, relation_of
from .support.markup import Element, Flow, local_name, parse_xml
from .support.packed import Package, read_all

_KIND: Final = "a presentation (.pptx)"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_MAIN: Final = "ppt/presentation.xml"
_ON_EVERY_SLIDE: Final = frozenset({"sldNum", "dt", "ftr", "hdr"})
_TITLES: Final = frozenset({"title", "ctrTitle"})
_DRAWN: Final = frozenset({"diagramData", "chart", "chartEx"})
_OF_A_SLIDE: Final = _DRAWN | {"slide", "comments", "notesSlide"}
_BEHIND: Final = frozenset({"slideLayout", "slideMaster"})
_NOT_SHOWN: Final = ("0", "false")
_MOST_CUT: Final = 10_000


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a presentation.

    Raises:
        UnreadableSource: If it is none, damaged, protected by a password, a bomb, or without text.
    """
    del options  # a presentation has names of its own for what it says of itself
    data = read_all(source.stream)
    if data.startswith(_OLD_OFFICE):
        encrypted = "protected by a password: save it without one"
        raise UnreadableSource(encrypted if _ENCRYPTED in data else "an old Office file such as .ppt: save it as .pptx")
    package = Package(data, _KIND)
    if _MAIN not in package:
        raise UnreadableSource(f"not {_KIND}: it has no {_MAIN}")
    slides = _Slides(package)
    if not slides.flow.text:
        raise UnreadableSource("no text")
    description = core_properties(package)
    description["title"] = description.get("title") or slides.title
    description["notes"] = [[note.mark, note.at, note.text] for note in slides.flow.notes]
    description["pages"] = slides.flow.pages
    yield RawRecord(slides.flow.text, source.origin, description, name=source.name, cut=tuple(slides.cut))


class _Slides:
    """The running text of all slides: `flow`; `cut`, what stands around it; `title`, that of the first slide."""

    def __init__(self, package: Package) -> None:
        self.flow = Flow()
        self.title = ""
        self.cut: dict[str, None] = {}
        self._package = package
        self._behind = set[str]()
        relations = related_parts(self._package, _MAIN)
        listed = parse_xml(package.read(_MAIN)).iterfind("{*}sldIdLst/{*}sldId")
        for number, each in enumerate(listed, start=1):
            name = relations.get(relation_of(each), ("", ""))[1]
            if name in package:
                self._slide(name, number)

    def _slide(self, name: str, number: int) -> None:
        slide = parse_xml(self._package.read(name))
        relations = related_parts(self._package, name)
        if slide.get("show") in _NOT_SHOWN:
            for kind, part in [("slide", name), *relations.values()]:
                if kind in _OF_A_SLIDE and part in self._package:
                    root = parse_xml(self._package.read(part))
                    self._keep(drawn_lines(root) if kind in _DRAWN else _lines(root))
            return
        self.flow.page(str(number))
        self._shapes(slide)
        for kind, part in relations.values():
            if part not in self._package:
                continue
            if kind in _DRAWN:
                self._drawn(parse_xml(self._package.read(part)))
            elif kind == "comments":
                self._set_apart(parse_xml(self._package.read(part)))
        for kind, part in relations.values():
            if kind == "notesSlide" and part in self._package:
                self._notes(parse_xml(self._package.read(part)), number)
        self._look_behind(slide, name)

    def _look_behind(self, front: Element, name: str) -> None:
        """Set apart what the layout of a slide shows, and the master of a layout: but for places that slides fill."""
        if front.get("showMasterSp") in _NOT_SHOWN:
            return
        for kind, part in related_parts(self._package, name).values():
            if kind in _BEHIND and part in self._package and part not in self._behind:
                self._behind.add(part)
                behind = parse_xml(self._package.read(part))
                for shape in behind.iter("{*}sp", "{*}tbl"):
                    if not _placeholder(shape):
                        self._set_apart(shape)
                self._look_behind(behind, part)

    def _shapes(self, around: Element) -> None:
        for each in around:
            name = local_name(each)
            if name == "sp" or name == "txSp":
                self._shape(each)
            elif name == "tbl":
                self._table(each)
            elif name != "Fallback":
                self._shapes(each)

    def _shape(self, shape: Element) -> None:
        kind = _placeholder(shape)
        if kind in _ON_EVERY_SLIDE:
            self._set_apart(shape)
            return
        self.flow.paragraph()
        before = self.flow.length if kind in _TITLES and not self.title else None
        for body in shape.iterfind("{*}txBody"):
            for paragraph in body.iterfind("{*}p"):
                self.flow.line()
                self._paragraph(paragraph)
        if before is not None:
            self.title = " ".join(self.flow.since(before).split())

    def _table(self, table: Element) -> None:
        self.flow.paragraph()
        for row in table.iterfind("{*}tr"):
            self.flow.line()
            for number, cell in enumerate(row.iterfind("{*}tc")):
                self.flow.cell(first=number == 0)
                for paragraph in cell.iter("{*}p"):
                    self.flow.space()
                    self._paragraph(paragraph, in_cell=True)

    def _paragraph(self, paragraph: Element, *, in_cell: bool = False) -> None:
        write_drawn(paragraph, self.flow, apart=self.flow.space if in_cell else self.flow.line)

    def _drawn(self, root: Element) -> None:
        self.flow.paragraph()
        for line in drawn_lines(root):
            self.flow.line()
            self.flow.write(line)

    def _notes(self, notes: Element, number: int) -> None:
        said: list[str] = []
        for shape in notes.iter("{*}sp"):
            if _placeholder(shape) in _ON_EVERY_SLIDE:
                self._set_apart(shape)
            else:
                said += _lines(shape)
        if said:
            self.flow.note(str(number), " ".join(said))

    def _set_apart(self, element: Element) -> None:
        self._keep(_lines(element))

    def _keep(self, lines: Iterable[str]) -> None:
        if len(self.cut) < _MOST_CUT:
            self.cut |= dict.fromkeys(lines)


def _placeholder(shape: Element) -> str:
    found = next(shape.iterfind("{*}nvSpPr/{*}nvPr/{*}ph"), None)
    return "" if found is None else found.get("type") or "body"


def _lines(element: Element) -> Iterator[str]:
    """The paragraphs of an element, each on one line; those of comments, which are no paragraphs, as well."""
    paragraphs = [each for each in element.iter("{*}p") if next(each.iter("{*}t"), None) is not None]
    for each in paragraphs or list(element.iter("{*}text")):
        flow = Flow()
        write_drawn(each, flow, apart=flow.space) if paragraphs else flow.write(each.text)
        if flow.text:
            yield flow.text
