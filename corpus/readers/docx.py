"""Word documents (DOCX): paragraphs, list items and table rows, with footnotes kept apart.

A Word document is a zip archive of XML files, read here as a stream. Left out are what was deleted under revision,
hidden text, comments, page headers and footers, pictures, and the numbers of lists, which are not in the file.
"""

import io
import posixpath
from collections.abc import Iterator
from typing import Final

from ...errors import UnreadableSource
from .contract import RawRecord, ReadOptions, Skipped, Source
from .support.markup import Element, Flow, local_name, parse_xml, plain_text, stream_xml, walk_xml
from .support.packed import Package, read_all

_KIND: Final = "a Word document (.docx)"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_LEFT_OUT: Final = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText"})
_NOTES: Final = {"footnoteReference": "footnote", "endnoteReference": "endnote"}


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a Word file.

    Raises:
        UnreadableSource: If it is not a Word document, damaged, protected by a password, a bomb, or without text.
    """
    del options  # a Word file has names of its own for what it says of itself
    data = read_all(source.stream)
    if data.startswith(_OLD_OFFICE):
        if _ENCRYPTED in data:
            raise UnreadableSource("protected by a password: save it without one")
        raise UnreadableSource("an old Office file such as .doc: save it as .docx")
    package = Package(data, _KIND)
    body = _Body(package)
    text = body.flow.text
    if not text:
        raise UnreadableSource("no text")
    description = _properties(package)
    description["title"] = description.get("title") or body.title
    description["notes"] = [[note.mark, note.at, note.text] for note in body.flow.notes]
    yield RawRecord(text, source.origin, description, name=source.name)


def _properties(package: Package) -> dict[str, object]:
    """What the file says of itself. Its dates are those of the file, not of what is written in it."""
    if "docProps/core.xml" not in package:
        return {}
    properties = {local_name(each): plain_text(each) for each in parse_xml(package.read("docProps/core.xml"))}
    return {
        "title": properties.get("title", ""),
        "author": properties.get("creator", ""),
        "language": properties.get("language", ""),
        "topics": properties.get("keywords", "").replace(";", ","),
    }


class _Body:
    """The running text of a Word document: `flow`, and `title`, its first paragraph in the style of that name."""

    def __init__(self, package: Package) -> None:
        main = _main_part(package)
        folder = posixpath.dirname(main)
        self.flow = Flow()
        self.title = ""
        self._styles = _style_names(package, f"{folder}/styles.xml")
        self._notes = {
            reference: _note_texts(package, f"{folder}/{part}s.xml", part) for reference, part in _NOTES.items()
        }
        self._cells = 0
        self._after_item = False
        left_out = 0
        for event, element in stream_xml(io.BytesIO(package.read(main))):
            name = local_name(element)
            if event == "start":
                left_out += name in _LEFT_OUT
                self._open(name, element)
                continue
            left_out -= name in _LEFT_OUT
            self._cells -= name == "tc"
            if name == "p":
                if not left_out:
                    self._paragraph(element)
                # What stands in a text box is a paragraph within a paragraph, and was written before the outer one.
                element.clear()
            elif name in ("tbl", "sdt") and not self._cells:
                element.clear()

    def _open(self, name: str, element: Element) -> None:
        if name == "tc":
            self.flow.cell(first=not any(local_name(each) == "tc" for each in element.itersiblings(preceding=True)))
            self._cells += 1
        elif not self._cells and name == "tbl":
            self.flow.paragraph()
        elif not self._cells and name == "tr":
            self.flow.line()

    def _paragraph(self, paragraph: Element) -> None:
        style = next((_attribute(each, "val") for each in paragraph.iterfind("{*}pPr/{*}pStyle")), "")
        is_item = paragraph.find("{*}pPr/{*}numPr") is not None and not self._cells
        if self._cells:
            self.flow.space()
        elif is_item and self._after_item:
            self.flow.line()
        else:
            self.flow.paragraph()
        before = len(self.flow.text) if self._styles.get(style, style).lower() == "title" and not self.title else None
        if is_item:
            self.flow.bullet()
        self._write(paragraph)
        if before is not None:
            self.title = " ".join(self.flow.text[before:].split())
        self._after_item = is_item

    def _write(self, paragraph: Element) -> None:
        walk = walk_xml(paragraph)
        for event, element in walk:
            name = local_name(element)
            if event == "end":
                continue
            if name in _LEFT_OUT or (name == "r" and _is_hidden(element)):
                walk.skip_subtree()
            elif name == "t":
                self.flow.write(element.text)
            elif name == "noBreakHyphen":
                self.flow.write("-")
            elif name in ("tab", "ptab"):
                self.flow.space()
            elif name in ("br", "cr") and _attribute(element, "type") not in ("page", "column"):
                self.flow.space() if self._cells else self.flow.line()
            elif name in _NOTES and (text := self._notes[name].get(_attribute(element, "id"), "")):
                self.flow.note(str(len(self.flow.notes) + 1), text)


def _is_hidden(run: Element) -> bool:
    vanish = run.find("{*}rPr/{*}vanish")
    return vanish is not None and _attribute(vanish, "val") not in ("0", "false")


def _main_part(package: Package) -> str:
    """The name of the part that holds the text, as the package's list of relations has it."""
    if "_rels/.rels" not in package:
        raise UnreadableSource(f"not {_KIND}")
    for relation in parse_xml(package.read("_rels/.rels")):
        if (relation.get("Type") or "").endswith("/officeDocument"):
            target = (relation.get("Target") or "").lstrip("/")
            if "word" not in target and "document" not in target:
                raise UnreadableSource(f"not {_KIND}: its main part is {target[:60]!r}")
            return target
    raise UnreadableSource(f"not {_KIND}")


def _style_names(package: Package, part: str) -> dict[str, str]:
    """What the styles are called, by their ids, which differ from language to language."""
    if part not in package:
        return {}
    styles = parse_xml(package.read(part)).iterfind("{*}style")
    return {
        _attribute(style, "styleId"): _attribute(name, "val")
        for style in styles
        if (name := style.find("{*}name")) is not None
    }


def _note_texts(package: Package, part: str, kind: str) -> dict[str, str]:
    if part not in package:
        return {}
    notes = parse_xml(package.read(part)).iterfind("{*}" + kind)
    return {_attribute(note, "id"): _words(note) for note in notes}


def _words(note: Element) -> str:
    paragraphs = ("".join(each.text or "" for each in p.iter("{*}t")) for p in note.iter("{*}p"))
    return " ".join(" ".join(paragraphs).split())


def _attribute(element: Element, name: str) -> str:
    """An attribute, whichever of the two namespaces of Word's its name is in."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
