"""Rich Text (RTF): paragraphs, list items and table rows, in whatever code pages its fonts have, with notes kept apart.

Our own reader, because the ones that are to be had show what was deleted or hidden, and lose footnotes and text boxes.
What was deleted under revision, hidden text, page headers and footers and comments are set apart as cut; pictures and
the instructions of fields are left out.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ...errors import UnreadableSource
from .contract import RawRecord, ReadOptions, Remark, Skipped, Source
from .support.decode import replaced
from .support.encodings import is_utf8
from .support.file_properties import stated_author, stated_title
from .support.markup import Flow
from .support.packed import not_what_it_says, read_all
from .support.rtf_words import (
    BOXES,
    CHARSETS,
    CUT,
    ENCODINGS,
    INFORMATION,
    LABELS,
    LETTERS,
    SET_APART,
    SIGNS,
    SKIPPED,
    STARRED,
)

_KIND: Final = "RTF"
_TOKEN = re.compile(
    r"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)"
)
_NO_TEXT = re.compile(r"[\0-\x08\x0e-\x1f]")
_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"
_DEEPEST: Final = 2_000
_MOST_CUT: Final = 10_000


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of an RTF file.

    Raises:
        UnreadableSource: If it is no RTF, nested too deeply, or without text.
    """
    del options  # an RTF file has names of its own for what it says of itself
    data = read_all(source.stream)
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise not_what_it_says(data, _KIND)
    body = Body(data)
    if not body.flow.text:
        raise UnreadableSource("no text")
    description: dict[str, object] = {
        "title": stated_title(body.information.get("title", "")) or body.title,
        "author": stated_author(body.information.get("author", "")),
        "topics": body.information.get("keywords", "").replace(";", ","),
        "notes": [[note.mark, note.at, note.text] for note in body.flow.notes],
    }
    remarks = [replaced(count, encoding) for encoding, count in body.replaced.items()]
    if not body.is_whole:
        remarks.append(Remark("the end of the file is missing"))
    if body.goes_on:
        remarks.append(Remark("text behind the last brace was read too"))
    text, cut = body.flow.text, tuple(body.cut)
    yield RawRecord(text, source.origin, description, name=source.name, cut=cut, remarks=tuple(remarks))


@dataclass(slots=True)
class _Group:
    """What holds within a pair of braces: where its text goes (nowhere if `flow` is None), and how it is written."""

    flow: Flow | None
    opens: str = ""  # the destination that it opens, if it opens one
    starred: bool = False
    hidden: bool = False
    deleted: bool = False
    markup: bool = False  # what a mail program wrote for those that know no HTML
    in_table: bool = False
    fallback: int = 1  # how many characters behind one of Unicode there are for programs that know none
    font: int = -1
    style: int = 0


class Body:
    """What an RTF file holds.

    Attributes:
        flow: Its running text.
        cut: The lines that stand around it.
        title: Its first paragraph in the style of that name.
        information: What it says of itself.
        is_whole: Whether it ends where it should.
        goes_on: Whether more stands behind its last brace, which was read too.
        replaced: How many bytes were wrong in their encodings.
    """

    def __init__(self, data: bytes) -> None:
        self.flow = Flow()
        self.cut: dict[str, None] = {}
        self.title = ""
        self.information: dict[str, str] = {}
        self.is_whole = False
        self.goes_on = False
        self.replaced = Counter[str]()
        self._encoding = "cp1252"
        self._fonts: dict[int, str] = {}
        self._usual_font = 0
        self._styles: dict[int, str] = {}
        self._group = _Group(self.flow)
        self._groups: list[_Group] = []
        self._bytes = bytearray()
        self._high = 0  # the first half of a character that takes two
        self._passed = 0  # how many characters are still to be passed over
        self._due = ""  # what ended since something was last written: "paragraph" or "row"
        self._cells = 0  # how many cells did
        self._label = ""  # the number or bullet of the item that begins
        self._after_item = False
        self._title_from = -1
        self._boxes: list[str] = []
        self._drawn = ""  # which property of what is drawn comes next
        self._unseen = Flow()
        # What is beyond ASCII should be written by its number; some programs write it as it is, in UTF-8.
        self._is_utf8 = not data.isascii() and is_utf8(data)
        self._parse(data.decode("latin-1"))

    def _parse(self, text: str) -> None:
        at = self._read(text, 0)
        rest = text[at:].strip("\0\t\r\n\x1a }")
        if self.is_whole and rest and not _NO_TEXT.search(rest):
            self.goes_on = True
            if rest.startswith("{\\rtf"):  # another file
                self._flush()
                self._end_paragraph()
                self._due = "paragraph"
            while at < len(text):
                self.is_whole = False
                at = self._read(text, at)
            self.is_whole = True
        self._flush()
        self._end_paragraph()

    def _read(self, text: str, at: int) -> int:
        """Take in what stands from there to the brace that ends all; return where that was."""
        while not self.is_whole and (found := _TOKEN.match(text, at)):
            at = found.end()
            word, number, code, sign, brace, plain = found.groups()
            if plain is not None:
                self._plain(plain)
            elif code is not None:
                self._add(bytes([int(code, 16)]))
            elif word == "u":
                self._character(int(number or 0))
            elif brace is not None:
                self._flush()
                self._open() if brace == "{" else self._close()
            elif self._passed and (word or sign):
                self._passed -= 1
            elif word is not None:
                self._flush()
                self._word(word.lower(), int(number) if number else None)
                at += max(0, int(number or 0)) if word == "bin" else 0
            elif sign == "*":
                self._group.starred = True
            elif sign is not None:
                self._flush()
                self._word("par" if sign in "\r\n" else sign, None)
        return at if self.is_whole else len(text)

    def _plain(self, text: str) -> None:
        if text.isascii() or not self._is_utf8:
            self._add(text.encode("latin-1"))
            return
        self._flush()
        shown = text.encode("latin-1").decode("utf-8", "replace")
        passed = min(self._passed, len(shown))
        self._passed -= passed
        self._write(shown[passed:])

    def _add(self, data: bytes) -> None:
        """Take in text in the code page of its font."""
        passed = min(self._passed, len(data))
        self._passed -= passed
        self._bytes += data[passed:]

    def _flush(self) -> None:
        self._high = 0
        if self._bytes:
            font = self._group.font if self._group.font >= 0 else self._usual_font
            encoding = self._fonts.get(font) or self._encoding
            text = self._bytes.decode(encoding, "replace")
            self._bytes.clear()
            if _REPLACED in text and self._group.flow is not None:
                self.replaced[encoding] += text.count(_REPLACED)
            self._write(text)

    def _character(self, number: int) -> None:
        """Take in a character that is given by its number in Unicode."""
        high = self._high
        self._flush()
        number &= 0xFFFF
        self._passed = self._group.fallback
        if 0xD800 <= number < 0xDC00:
            self._high = number
        elif not 0xDC00 <= number < 0xE000:
            self._write(chr(number))
        elif high:
            self._write(chr(0x10000 + ((high - 0xD800) << 10) + number - 0xDC00))

    def _write(self, text: str) -> None:
        group = self._group
        if group.flow is None or group.markup:
            return
        if group.hidden or group.deleted:
            self._unseen.write(text)
            return
        self._unseen.space()  # between what is hidden before these words and behind them
        if group.flow is self.flow and text.strip():
            self._begin()
        group.flow.write(text)

    def _begin(self) -> None:
        """What is due before the next words."""
        if self._due == "row" and self._group.in_table:
            self.flow.line()
        elif self._due:
            self.flow.line() if self._label and self._after_item else self.flow.paragraph()
            self._after_item = False
        self._due = ""
        for _ in range(self._cells):
            self.flow.cell(first=False)
        self._cells = 0
        if self._label:
            self.flow.write(self._label + " ")
            self._label, self._after_item = "", True
        if self._title_from < 0 and not self.title and self._styles.get(self._group.style) == "title":
            self._title_from = self.flow.length

    def _end_paragraph(self) -> None:
        if self._title_from >= 0:
            self.title = " ".join(self.flow.since(self._title_from).split())
            self._title_from = -1
        if unseen := self._unseen.text:
            self.cut[unseen] = None
            self._unseen = Flow()
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self.flow.paragraph()
            for line in box.split("\n"):
                self.flow.line()
                self.flow.write(line)
            self._due = "paragraph"

    def _open(self) -> None:
        if len(self._groups) >= _DEEPEST:
            raise UnreadableSource("RTF that is nested too deeply")
        is_style = self._group.opens == "stylesheet"
        self._groups.append(self._group)
        self._group = replace(self._group, opens="style" if is_style else "", starred=False)
        if is_style:
            self._group.flow = Flow()

    def _close(self) -> None:
        closed, self._passed = self._group, 0
        self._group = self._groups.pop() if self._groups else closed
        self.is_whole = not self._groups
        text = closed.flow.text if closed.opens and closed.flow else ""
        if closed.opens == "style":
            self._styles[closed.style] = text.strip(" ;").lower()
        elif closed.opens in INFORMATION:
            self.information.setdefault(closed.opens, " ".join(text.split()))
        elif closed.opens in LABELS and self._group.flow is self.flow:
            label = " ".join(text.split())
            self._label = label if any(map(str.isalnum, label)) else "-" if label else ""
        elif closed.opens == "sn":
            self._drawn = text
        elif closed.opens in BOXES or closed.opens == "footnote" or (closed.opens == "sv" and self._drawn == LETTERS):
            self._aside(text, is_note=closed.opens == "footnote")
        elif closed.opens in CUT and len(self.cut) < _MOST_CUT:
            self.cut |= dict.fromkeys(filter(None, text.split("\n")))

    def _aside(self, text: str, *, is_note: bool) -> None:
        """What hangs on a sentence and is no part of it. In what is itself no running text it stands on lines."""
        around = self._group.flow
        if around is None or not text:
            return
        if around is not self.flow:
            for line in text.split("\n"):
                around.line()
                around.write(line)
            around.line()
        elif is_note:
            self.flow.note(str(len(self.flow.notes) + 1), " ".join(text.split()))
        else:
            self._boxes.append(text)

    def _word(self, word: str, number: int | None) -> None:
        group = self._group
        starred, group.starred = group.starred, False
        if starred and word not in STARRED:
            group.flow, group.opens = None, "unknown"
        elif word in SKIPPED:
            group.flow, group.opens = None, word
        elif word in INFORMATION:
            if self._groups and self._groups[-1].opens == "info":
                group.flow, group.opens = Flow(), word
        elif word in SET_APART:
            if group.flow is not None:
                group.flow, group.opens = Flow(), word
        elif word in SIGNS:
            self._write(SIGNS[word])
        elif word in ("par", "sect", "page", "column", "line", "cell", "nestcell", "row", "nestrow"):
            self._break(word)
        else:
            self._property(word, number)

    def _break(self, word: str) -> None:
        flow, group = self._group.flow, self._group
        self._unseen.space()
        if flow is None or group.deleted:
            return
        if flow is not self.flow:
            flow.line()
        elif word == "cell":
            self._cells += 1
        elif word == "row":
            self._end_paragraph()
            self._due, self._cells = "row", 0
        elif group.in_table or word.startswith("nest"):
            flow.space()
        elif word == "line":
            flow.line()
        else:
            self._end_paragraph()
            self._due = "paragraph"

    def _property(self, word: str, number: int | None) -> None:
        """A word that says how what follows in its group is written."""
        group, value = self._group, number or 0
        if word == "f":
            group.font = value
        elif word == "uc":
            group.fallback = min(max(0, value), 10)
        elif word in ("v", "deleted", "htmlrtf"):
            setattr(group, {"v": "hidden", "htmlrtf": "markup"}.get(word, word), number != 0)
        elif word == "s":
            group.style = value
        elif word == "intbl":
            group.in_table = True
        elif word == "pard":
            group.in_table, group.style = False, 0
        elif word == "plain":
            group.hidden = group.deleted = False
            group.font = -1
        else:
            self._learn_encoding(word, value)

    def _learn_encoding(self, word: str, value: int) -> None:
        if word in ENCODINGS:
            self._encoding = ENCODINGS[word]
        elif word == "ansicpg":
            self._encoding = _code_page(value) or self._encoding
        elif word == "deff":
            self._usual_font = value
        elif word == "fcharset":
            self._fonts.setdefault(self._group.font, CHARSETS.get(value, ""))
        elif word == "cpg" and (encoding := _code_page(value)):
            self._fonts[self._group.font] = encoding


def _code_page(number: int) -> str:
    name = {0: "", 65001: "utf-8", 10000: "mac_roman", 10007: "mac_cyrillic"}.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        return ""
