"""The words of a Word document: its body as running text with footnotes, and what Word shows beside it, to be cut.

Whatever Word prints is in one of the two, but for the numbers of lists, which are not in the file. Beside the text
stand page headers and footers, comments, and what was deleted under revision or is hidden.
"""

import io
import posixpath
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, cast

from ....errors import UnreadableSource
from ..rtf import Body as RichText
from .decode import decode
from .drawn import drawn_lines
from .file_properties import related_parts
from .html_text import visible_text
from .mail_text import parse_message, payload
from .markup import Element, Flow, attribute, forget, local_name, parse_xml, stream_xml, walk_xml
from .packed import Package, looks_like

if TYPE_CHECKING:
    from email.message import EmailMessage

WORD: Final = "a Word document (.docx)"

_DELETED: Final = "del"
_LEFT_OUT: Final = frozenset({_DELETED, "moveFrom", "Fallback", "instrText", "delText", "delInstrText"})
_NOTES: Final = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
_BESIDE: Final = ("header", "footer", "comments")
_DRAWING: Final = ("http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main")
_DEEPEST: Final = 5
"""How deep Word documents may lie within each other."""

# The letters of the font Symbol, by which Word writes Greek without saying that it is.
_SYMBOLS: Final = dict(
    zip(
        map(ord, "ABCDEFGHIKLMNOPQRSTUWXYZabcdefghiklmnopqrstuwxyz"),
        "ΑΒΧΔΕΦΓΗΙΚΛΜΝΟΠΘΡΣΤΥΩΞΨΖαβχδεφγηικλμνοπθρστυωξψζ",
        strict=True,
    )
)
_PRIVATE: Final = 0xF000
"""At this number and their own Word has the characters of fonts that hold signs instead of letters."""


class WordText:
    """What a Word document shows.

    Attributes:
        flow: Its running text, with the notes.
        title: Its first paragraph in the style "Title", else the heading that it begins with; empty if it has neither.
        cut: What is shown beside the text, a line each.
        left_out: The embedded parts that are not in the text, each with the reason.

    Args:
        package: The file.
        flow: What its text is written to; a flow of its own if it does not stand within another document.
        depth: How many documents it stands within.
    """

    def __init__(self, package: Package, flow: Flow | None = None, depth: int = 0) -> None:
        main = _main_part(package)
        folder = posixpath.dirname(main)
        self.flow = flow or Flow()
        self.title = ""
        self.cut: list[str] = []
        self.left_out: list[str] = []
        self._package = package
        self._depth = depth
        self._parts = related_parts(package, main)
        self._styles = _style_names(package, f"{folder}/styles.xml")
        self._notes: dict[str, dict[str, str]] = {}
        self._told: set[tuple[str, str]] = set()
        for reference, part in _NOTES.items():
            self._notes[reference] = self._note_texts(f"{folder}/{part}s.xml", part)
        story = _Story(self, self.flow)
        story.tell(stream_xml(io.BytesIO(package.read(main))))
        self.title = story.title or story.heading
        for part in dict.fromkeys(self._parts.values()):
            if part.kind in _BESIDE and part.name in package:
                self.cut += self._words(parse_xml(package.read(part.name)))
        for kind, notes in self._notes.items():
            self.cut += [text for number, text in notes.items() if text and (kind, number) not in self._told]
        self.cut = list(dict.fromkeys(self.cut))

    def style(self, style_id: str) -> str:
        """What a style is called, in lower case."""
        return self._styles.get(style_id, style_id).lower()

    def note(self, reference: str, number: str, flow: Flow) -> None:
        """Tell a footnote or endnote where its reference stands, if that is in the text itself."""
        text = self._notes.get(reference, {}).get(number, "")
        if text and flow is self.flow:
            self._told.add((reference, number))
            flow.note(str(len(flow.notes) + 1), text)

    def embed(self, reference: str, flow: Flow) -> None:
        """Write the text of a part in another format, which stands where it is referred to, to a flow."""
        part = self._parts.get(reference)
        if part is None or part.name not in self._package:
            self.left_out.append(f"{reference[:60]}, which is not in the file")
            return
        try:
            self._embed(self._package.read(part.name), part.name, flow)
        except UnreadableSource as error:
            self.left_out.append(f"{posixpath.basename(part.name)[:100]}: {error}")

    def drawn(self, reference: str) -> Iterator[str]:
        """The words of a diagram or chart, a line each."""
        part = self._parts.get(reference)
        if part is not None and part.name in self._package:
            yield from drawn_lines(parse_xml(self._package.read(part.name)))

    def _embed(self, data: bytes, name: str, flow: Flow) -> None:
        kind = looks_like(data)
        if kind == "a zip archive":
            if self._depth >= _DEEPEST:
                raise UnreadableSource(f"more than {_DEEPEST} documents within each other")
            within = WordText(Package(data, WORD), flow, self._depth + 1)
            self.cut += within.cut
            self.left_out += within.left_out
            return
        if kind == "RTF":
            rtf = RichText(data)
            self.cut += rtf.cut
            _copy(rtf.flow, flow)
            return
        if kind == "XML" and b"<w:body" in data:
            for body in parse_xml(data).iter("{*}body"):
                _Story(self, flow).tell(walk_xml(body))
            return
        if name.endswith((".mht", ".mhtml")):
            text = visible_text(_page_of(data))
        else:
            text = decode(data).text
            text = visible_text(text) if kind or name.endswith((".htm", ".html", ".xhtml")) else text
        for line in text.split("\n"):
            flow.line()
            flow.write(line)

    def _note_texts(self, part: str, kind: str) -> dict[str, str]:
        if part not in self._package:
            return {}
        notes = parse_xml(self._package.read(part)).iterfind("{*}" + kind)
        return {attribute(note, "id"): " ".join(self._words(note)) for note in notes}

    def _words(self, root: Element) -> list[str]:
        """The lines of a part that is no running text."""
        flow = Flow()
        _Story(self, flow).tell(walk_xml(root))
        lines = [*flow.text.split("\n"), *(note.text for note in flow.notes)]
        return [words for line in lines if (words := line.strip())]


class _Story:
    """Writes what a part tells into a flow, paragraph by paragraph; `title` and `heading` are what it begins with."""

    def __init__(self, document: WordText, flow: Flow) -> None:
        self.title = ""
        self.heading = ""
        self._document = document
        self._flow = flow
        self._cells = 0
        self._rows: list[int] = []  # how many cells each open row has so far
        self._paragraphs = 0
        self._after_item = False
        self._left_out: list[str] = []  # the open elements that hold nothing of the text
        self._begins: bool = True

    def tell(self, events: Iterable[tuple[str, Element]]) -> None:
        """Write all of a part."""
        for event, element in events:
            name = local_name(element)
            if event == "start":
                if name in _LEFT_OUT:
                    self._left_out.append(name)
                self._open(name, element)
            else:
                self._close(name, element)

    def _open(self, name: str, element: Element) -> None:
        is_told = not self._left_out
        if name == "tc":
            if is_told and self._rows:
                self._flow.cell(first=self._rows[-1] == 0)
                self._rows[-1] += 1
            self._cells += 1
        elif name == "tr":
            self._rows.append(0)
            self._break(self._flow.line)
        elif name == "p" and _is_words(element):
            self._paragraphs += 1
        elif name == "tbl":
            self._break(self._flow.paragraph)
        elif name == "altChunk" and is_told:
            self._break(self._flow.paragraph)
            self._document.embed(attribute(element, "id"), self._flow)
            self._break(self._flow.paragraph)
            self._begins = self._after_item = False

    def _close(self, name: str, element: Element) -> None:
        if name in _LEFT_OUT:
            self._left_out.pop()
        elif name == "tc":
            self._cells -= 1
        elif name == "tr":
            self._rows.pop()
        elif name == "p" and _is_words(element):
            self._paragraphs -= 1
            if not self._left_out:
                self._paragraph(element)
            elif self._left_out == [_DELETED]:
                self._document.cut += _unshown(element)
            # What stands in a text box is a paragraph within a paragraph, and was written before the outer one.
            forget(element)
        elif name in ("tbl", "sdt") and not self._cells and not self._paragraphs:
            forget(element)

    def _break(self, apart: Callable[[], None]) -> None:
        """What comes next stands apart, or in a table is at least another word: there a line is a row."""
        self._flow.space() if self._cells else apart()

    def _paragraph(self, paragraph: Element) -> None:
        style = next((attribute(each, "val") for each in paragraph.iterfind("{*}pPr/{*}pStyle")), "")
        style = self._document.style(style)
        is_item = paragraph.find("{*}pPr/{*}numPr") is not None and not self._cells
        self._break(self._flow.line if is_item and self._after_item else self._flow.paragraph)
        is_asked = self._begins or (style == "title" and not self.title)
        before = self._flow.length
        if is_item:
            self._flow.bullet()
        self._write(paragraph)
        if is_asked and (written := " ".join(self._flow.since(before).split())):
            self.title = self.title or (written if style == "title" else "")
            self._begins = self._begins and style.startswith(("heading", "title"))
            self.heading = self.heading or (written if self._begins else "")
        self._after_item = is_item

    def _write(self, paragraph: Element) -> None:
        walk = walk_xml(paragraph)
        reading = ""
        for event, element in walk:
            name = local_name(element)
            if event == "end":
                if name == "rubyBase" and reading:
                    self._flow.write(f"({reading})")
                    reading = ""
            elif name in _LEFT_OUT or (name == "r" and _is_hidden(element)):
                self._document.cut += _unshown(element) if name in (_DELETED, "r") else []
                walk.skip_subtree()
            elif name == "r":
                if sign := _raised(element):
                    self._flow.aside(_letters(element), sign)
            elif name == "rt":  # how the characters that follow are pronounced
                reading = _letters(element)
                walk.skip_subtree()
            elif name in _NOTES:
                self._document.note(name, attribute(element, "id"), self._flow)
            else:
                self._inline(name, element)

    def _inline(self, name: str, element: Element) -> None:
        if name == "t":
            self._flow.write(element.text)
        elif name in ("br", "cr"):
            self._break(self._flow.line)
        elif name in ("tab", "ptab"):
            self._flow.space()
        elif name == "noBreakHyphen":
            self._flow.write("-")
        elif name == "den":  # what stands below the line of a fraction
            self._flow.write("/")
        elif name == "sym":
            self._flow.write(_symbol(attribute(element, "font"), attribute(element, "char")))
        elif name == "textpath":  # a water mark, or letters as a picture
            self._lines([element.get("string") or ""])
        elif name == "relIds":
            self._lines(self._document.drawn(attribute(element, "dm")))
        elif name == "chart":
            self._lines(self._document.drawn(attribute(element, "id")))

    def _lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._break(self._flow.line)
            self._flow.write(line)
        self._break(self._flow.line)


def _copy(told: Flow, flow: Flow) -> None:
    """Write what one flow has to another, with its notes."""
    text, at = told.text, 0
    for note in [*told.notes, None]:
        end = note.at if note else len(text)
        for number, line in enumerate(text[at:end].split("\n")):
            if number:
                flow.line() if line else flow.paragraph()
            flow.write(line)
        if note:
            flow.note(str(len(flow.notes) + 1), note.text)
        at = end


def _is_words(paragraph: Element) -> bool:
    """Whether a paragraph is the document's: those of a drawing are of another kind, and told by `drawn`."""
    return paragraph.tag[1:].partition("}")[0] not in _DRAWING


def _is_hidden(run: Element) -> bool:
    vanish = run.find("{*}rPr/{*}vanish")
    return vanish is not None and attribute(vanish, "val") not in ("0", "false", "off")


def _raised(run: Element) -> str:
    """How a run's number is told from digits before it, if it is raised or lowered; else ""."""
    align = run.find("{*}rPr/{*}vertAlign")
    return {"superscript": "^", "subscript": "_"}.get(attribute(align, "val"), "") if align is not None else ""


def _unshown(element: Element) -> list[str]:
    words = " ".join("".join(each.text or "" for each in element.iter("{*}t", "{*}delText")).split())
    return [words] if words else []


def _letters(element: Element) -> str:
    return "".join(each.text or "" for each in element.iter("{*}t"))


def _symbol(font: str, code: str) -> str:
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    if _PRIVATE <= number < _PRIVATE + 256:
        # Signs of other fonts are ticks, arrows and bullets.
        return _SYMBOLS.get(number - _PRIVATE, "•") if font.lower() == "symbol" else "•"
    return chr(number) if number < 0x10000 else ""


def _page_of(data: bytes) -> str:
    """The page in a web archive, which is an e-mail in form."""
    try:
        page = cast("EmailMessage", parse_message(data)).get_body(preferencelist=("html", "plain"))
        return decode(payload(page), page.get_content_charset() or "").text if page else ""
    except UnreadableSource:
        raise
    except Exception as error:  # the standard library's parser raises anything for headers that are forged
        raise UnreadableSource(f"a web archive that cannot be parsed: {type(error).__name__}") from None


def _main_part(package: Package) -> str:
    """The name of the part that holds the text, as the package's list of relations has it."""
    if "_rels/.rels" not in package:
        raise UnreadableSource(f"not {WORD}")
    for relation in parse_xml(package.read("_rels/.rels")):
        if (relation.get("Type") or "").endswith("/officeDocument"):
            target = (relation.get("Target") or "").lstrip("/")
            if "word" not in target and "document" not in target:
                raise UnreadableSource(f"not {WORD}: its main part is {target[:60]!r}")
            return target
    raise UnreadableSource(f"not {WORD}")


def _style_names(package: Package, part: str) -> dict[str, str]:
    """What the styles are called, by their ids, which differ from language to language."""
    if part not in package:
        return {}
    styles = parse_xml(package.read(part)).iterfind("{*}style")
    return {
        attribute(style, "styleId"): attribute(name, "val")
        for style in styles
        if (name := style.find("{*}name")) is not None
    }
