"""TEI XML of the series Foreign Relations of the United States: a volume a file, a document each of its documents.

The volumes were encoded over decades, and differ in their habits: who writes to whom may be a person or an office,
source notes may be footnotes or lines of the text, enclosures are documents within a document, and only later volumes
have a list of persons, whose full names then stand for the short ones in the text. Front and back matter is counted and
left out. Other TEI is read by `support.tei_text`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ...errors import UnreadableSource
from ..dates.records import parse_dates
from ..fields import stated_classification
from .contract import RawRecord, ReadOptions, Skipped, Source
from .support.markup import Element, Flow, forget, local_name, plain_text, stream_xml, walk_xml
from .support.packed import DAMAGED, decompressed
from .support.tei_text import whole_texts
from .support.utf8_stream import Utf8Stream

_SERIES: Final = "Foreign Relations of the United States"
_ADDRESS: Final = "https://history.state.gov/historicaldocuments"
_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
_FRUS: Final = "{http://history.state.gov/frus/ns/1.0}"
_MOST_PERSONS: Final = 50_000
_MOST_EVENTS: Final = 2_000_000

_BESIDE: Final = frozenset("head titlePage note pb lb milestone anchor".split())
_MATTER: Final = {"front": "front matter", "body": "body outside its documents", "back": "back matter"}
_BLOCKS: Final = frozenset(
    "p head opener dateline salute closer signed postscript byline list table quote attachment div figure lg "
    "epigraph argument trailer".split()
)
_LINES: Final = frozenset("item row label l address addrLine".split())
_APART: Final = _BLOCKS | _LINES
_PRINTED_NUMBER = re.compile(r"\A\[?\d++[A-Za-z]?\.?\]?\s++(?=\S)")
_KIND = re.compile(
    r"(?:(?:draft|circular|joint|intelligence|top secret|unsigned|untitled)\s+)*"
    r"(editorial note|telegram|airgram|despatch|letter|memorandum of (?:telephone )?conversation|"
    r"memorandum of discussion|memorandum|aide-m[ée]moire|minutes|note|"
    r"(?:special )?national intelligence estimate|report|circular|instruction|message|paper)\b",
    re.IGNORECASE,
)
_HONORIFIC = re.compile(
    r"\b(?:Mr|Mrs|Miss|Ms|Dr|Messrs|Honorable|Ambassador|Minister|General|Colonel|Captain|Admiral)\b\.? "
    r"((?:(?:[A-Z]\.|[A-Z][\w’'-]+)(?: |$))+)"
)
_RANK = re.compile(
    r"(?:(?:Lieutenant|Major|Brigadier|Vice|Rear) )?(?:General|Admiral|Colonel|Commander|Captain|Major) "
)
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|[IVX]+|\d(?:nd|rd|th)")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The documents of a volume in order, streamed, and at its end a `Skipped` that counts what is not a document.

    Raises:
        UnreadableSource: If the file is damaged, or holds no document of the series.
    """
    del options  # the fields of an edited volume are where they are
    try:
        yield from _Volume(source).records()
    except DAMAGED as error:
        raise UnreadableSource(f"damaged: {error}") from None


class _Volume:
    """One volume while it is read: where in it we are, and what was learnt on the way."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._id = ""
        self._is_whole = False  # one text, as far as is known: then nothing of it may be forgotten
        self._part = ""  # front, body or back
        self._depth = 0  # how many divisions of the document that we are in are open, its enclosures included
        self._persons: dict[str, str] = {}
        self._headings: list[str] = []  # those of the open chapters
        self._left_out: Counter[str] = Counter()
        self._page = ""  # the last that has begun
        self._begun_on = ""  # the page that the document begins on which we are in

    def records(self) -> Iterator[RawRecord | Skipped]:
        """The documents in order, and at the end a `Skipped` that counts the parts left out."""
        empty = True
        root: Element | None = None
        text = Utf8Stream(decompressed(self._source))
        for number, (event, element) in enumerate(stream_xml(text)):
            name = local_name(element)
            root = element if root is None else root
            if self._is_whole and number > _MOST_EVENTS:
                raise UnreadableSource("TEI of more than a million elements, and no volume of documents: split it")
            if event == "start":
                self._enter(element, name)
            elif record := self._leave(element, name):
                empty = False
                told = text.remarks()
                if told and isinstance(record, RawRecord):
                    record = replace(record, remarks=(*record.remarks, *told))
                yield record
        if empty and root is not None and self._is_whole:
            self._left_out.clear()
            yield from (replace(each, remarks=text.remarks()) for each in whole_texts(root, self._source))
        elif empty:
            raise UnreadableSource(f"TEI, but without documents as the volumes of {_SERIES} have them")
        if left_out := +self._left_out:
            counted = (f"{_many(count, 'part')} of its {_MATTER[part]}" for part, count in left_out.items())
            yield Skipped(self._source.origin, f"{' and '.join(counted)} left out")

    def _enter(self, element: Element, name: str) -> None:
        if not self._id:
            self._begin(element, name)
        if name == "pb":
            self._page = _page_label(element)
        elif self._depth:
            self._depth += name == "div"
        elif name in ("front", "body", "back"):
            self._part = name
        elif name == "div" and self._part == "body":
            if _is_document(element):
                self._depth = 1
                self._begun_on = self._page
            else:
                self._headings.append("")

    def _leave(self, element: Element, name: str) -> RawRecord | Skipped | None:
        """What a document was that ends here, if one does."""
        if self._depth:
            self._depth -= name == "div"
            if self._depth:
                return None
            number = element.get(_ID) or ""
            origin = f"{self._source.origin} {number}"
            try:
                return self._document(element, number, origin)
            except UnreadableSource as error:
                return Skipped(origin, str(error))
            finally:
                self._is_whole = False
                _forget(element)
        if name == "div":
            self._leave_matter(element)
        elif name == "head" and self._part == "body" and self._headings and not self._headings[-1]:
            self._headings[-1] = _without_notes(element)
        elif self._part and name not in _BESIDE and (around := element.getparent()) is not None:
            is_own = local_name(around) == self._part or (self._part == "body" and local_name(around) == "div")
            self._left_out[self._part] += is_own and bool(plain_text(element))
        return None

    def _leave_matter(self, division: Element) -> None:
        """Be done with a chapter, or with a part of the front or back matter, which may list persons."""
        if self._part == "body":
            if self._headings:
                self._headings.pop()
        else:
            parent = division.getparent()
            if parent is not None and local_name(parent) in ("front", "back"):
                self._left_out[self._part] += 1
            self._learn_persons(division)
        if not self._is_whole:
            _forget(division)

    def _begin(self, root: Element, name: str) -> None:
        if name not in ("TEI", "TEI.2", "teiCorpus"):
            feed = ", but a feed" if name in ("rss", "feed", "RDF") else ""
            raise UnreadableSource(f"XML, but not TEI{feed}: its root is <{name[:40]}>")
        file_name = re.sub(r"\.(?:xml|tei)(?:\.gz|\.xz)?$", "", self._source.name)
        self._id = root.get(_ID) or file_name or "volume"
        self._is_whole = not self._id.startswith("frus")

    def _learn_persons(self, matter: Element) -> None:
        for person in matter.iter("{*}persName"):
            identity = person.get(_ID)
            if identity and len(self._persons) < _MOST_PERSONS:
                self._persons[identity] = _in_natural_order(plain_text(person))

    def _document(self, division: Element, number: str, origin: str) -> RawRecord:
        flow = _flow(division, self._begun_on)
        if not flow.text:
            raise UnreadableSource("a document without text: only its heading and notes are printed")
        title = _title(division)
        is_frus = self._id.startswith("frus")
        description: dict[str, Any] = {
            "title": title,
            "dates": _dates(division),
            "place": _first_text(division, "placeName").strip(" ,.;[]"),
            "kind": _kind(title),
            "outlet": _SERIES if is_frus else "",
            "url": f"{_ADDRESS}/{self._id}/{number}" if is_frus else "",
            "topics": [heading for heading in self._headings if heading],
            "people": [{"name": name, "role": role} for name, role in self._people(division).items()],
            "senders": self._correspondents(division, "from"),
            "recipients": self._correspondents(division, "to"),
            "volume": self._id,
            "classification": _classification(division),
            "notes": [[note.mark, note.at, note.text] for note in flow.notes],
            "pages": flow.pages,
        }
        return RawRecord(flow.text, origin, description, id=f"{self._id}/{number}")

    def _people(self, division: Element) -> dict[str, str]:
        """Who the document names, with their part: sender, receiver and participants first, "" for those mentioned."""
        people: dict[str, str] = {}
        for head in _own(division, "head"):
            for person in head.iter("{*}persName"):
                if person.get("type") in ("from", "to"):
                    people.setdefault(self._name(person), person.get("type"))
        for listed in division.iter("{*}list"):
            if listed.get("type") == "participants":
                for item in listed.iter("{*}item"):
                    for name in self._named(item) if item.find("{*}list") is None else ():
                        people.setdefault(name, "participant")
        for person in division.iter("{*}persName"):
            if person.get("corresp"):
                people.setdefault(self._name(person), "")
        people.pop("", None)
        return people

    def _correspondents(self, division: Element, part: str) -> list[str]:
        """The people and offices that its heading has in that part, "from" or "to"."""
        named = (each for head in _own(division, "head") for each in head.iter("{*}persName", "{*}gloss"))
        return [self._name(each) for each in named if each.get("type") == part]

    def _name(self, person: Element) -> str:
        """The full name from the list of persons, else the name as it is printed."""
        listed = self._persons.get((person.get("corresp") or "").rpartition("#")[2])
        return listed or _without_notes(person).strip(" ,.;:")

    def _named(self, item: Element) -> list[str]:
        persons = list(item.iter("{*}persName"))
        # Where one is in the list of persons, others are pieces of the same name.
        if known := [person for person in persons if person.get("corresp")]:
            return [self._name(person) for person in known]
        if found := _HONORIFIC.search(_without_notes(item).partition(",")[0]):
            return [found[1].strip()]
        return [self._name(person) for person in persons]


def _is_document(division: Element) -> bool:
    return division.get("type") == "document" and bool(division.get(_ID))


def _forget(element: Element) -> None:
    """Free an element that is done with, and what stands before it."""
    tail = element.tail
    forget(element)
    element.tail = tail
    while (before := element.getprevious()) is not None:
        element.getparent().remove(before)


def _own(division: Element, name: str) -> Iterator[Element]:
    """The elements of that name that belong to the document itself, and not to an enclosure."""
    for element in division.iter("{*}" + name):
        around = next(each for each in element.iterancestors("{*}div", "{*}attachment"))
        if around is division:
            yield element


def _first_text(division: Element, name: str) -> str:
    lines = _own(division, "dateline")
    return next((_without_notes(found) for line in lines for found in line.iter("{*}" + name)), "")


def _title(division: Element) -> str:
    title = _without_notes(next(iter(division.findall("{*}head")), None))
    return _PRINTED_NUMBER.sub("", title, count=1) if title[:1] in "[0123456789" else title


def _kind(title: str) -> str:
    found = _KIND.match(title)
    return found[1].lower() if found else ""


def _classification(division: Element) -> str:
    """The classification that the source note states: a footnote, or in early volumes a line of the text."""
    notes = (note for note in _own(division, "note") if note.get("type") == "source")
    return next((stated for note in notes if (stated := stated_classification(plain_text(note)))), "")


def _dates(division: Element) -> str:
    """The dateline's date as it is coded, else as it is printed; else the one that the editors coded for the whole."""
    for line in _own(division, "dateline"):
        for date in line.iter("{*}date"):
            first = date.get("when") or date.get("from") or date.get("notBefore")
            last = date.get("when") or date.get("to") or date.get("notAfter") or first
            for written in (f"{first}..{last}" if first else "", _without_notes(date).strip(" .,[]")):
                if _is_date(written):
                    return written
    first = division.get(_FRUS + "doc-dateTime-min")
    coded = f"{first}..{division.get(_FRUS + 'doc-dateTime-max') or first}" if first else ""
    return coded if _is_date(coded) else ""


def _is_date(written: str) -> bool:
    try:
        return parse_dates(written) is not None
    except ValueError:
        return False


def _in_natural_order(name: str) -> str:
    """A name as one says it: for "Abrams, General Creighton W., Jr." it is Creighton W. Abrams, Jr."""
    family, *others = [part.strip() for part in name.strip(" ,;:").split(",")]
    suffixes = [part for part in others if _SUFFIX.fullmatch(part)]
    given = next((part for part in others if part and part not in suffixes), "")  # a rank or an office may follow
    first, _, last = given.rpartition(" ")
    if first and _SUFFIX.fullmatch(last):
        given, suffixes = first, [last, *suffixes]
    whole = f"{_RANK.sub('', given)} {family}".strip()
    return "".join([whole, *(f", {each}" if each.startswith(("Jr", "Sr")) else f" {each}" for each in suffixes)])


def _without_notes(element: Element | None) -> str:
    """The text of a part of a document on one line, without the footnotes within it."""
    if element is None:
        return ""
    flow = Flow()
    _write(element, flow)
    return " ".join(flow.text.split())


def _flow(division: Element, page: str) -> Flow:
    """A document's text: paragraphs apart, items and rows on lines of their own, footnotes where their marks stand.

    Its first heading is the title, and not part of the text; footnotes of the heading are marked at the beginning.
    `page` is the page that it begins on.
    """
    flow = Flow()
    flow.page(page)
    _write(division, flow, heading=next(iter(division.findall("{*}head")), None))
    return flow


def _write(root: Element, flow: Flow, heading: Element | None = None) -> None:
    cells = 0  # how many cells are open: what is in them keeps to the row's line
    walk = walk_xml(root)
    for event, element in walk:
        name = local_name(element)
        is_text = element is root or not (_is_note(element, name) or element is heading)
        if event == "start":
            if not is_text:
                _set_apart(element, flow)
                walk.skip_subtree()
                continue
            if name == "pb":
                flow.page(_page_label(element))
            elif name == "cell":
                cells += 1
                flow.cell(first=element.getprevious() is None)
            elif element is not root:
                _break(name, element, flow, in_cell=cells > 0)
            flow.write(element.text)
        elif element is not root:
            if name == "cell":
                cells -= 1
            elif is_text:
                _break(name, element, flow, in_cell=cells > 0, after=True)
            flow.write(element.tail)


def _set_apart(element: Element, flow: Flow) -> None:
    """Take the footnotes and pages of what is no text: a footnote, or the heading."""
    for note in [element] if local_name(element) == "note" else element.iter("{*}note"):
        flow.note(note.get("n") or "*", _note_text(note))
    for page in element.iter("{*}pb"):  # a note may run on to the next page, and so does the text
        flow.page(_page_label(page))


def _note_text(note: Element) -> str:
    """A footnote on one line, with what is noted on it in turn."""
    flow = Flow()
    _write(note, flow)
    return flow.on_one_line


def _page_label(page: Element) -> str:
    """The number that a page has, else that of its id; in brackets are those that are not printed."""
    return " ".join((page.get("n") or (page.get(_ID) or "").removeprefix("pg_")).split()).strip("[]")


def _is_note(element: Element, name: str) -> bool:
    return name == "note" and element.get("rend") != "inline"


def _break(name: str, element: Element, flow: Flow, *, in_cell: bool, after: bool = False) -> None:
    """What stands between an element and what is before or after it."""
    if name == "lb" or (in_cell and name in _APART):
        flow.space()
    elif in_cell:
        return
    elif name in _LINES:
        # "1." and the item that it numbers make one line.
        labelled = name == "item" and not after and _follows_label(element)
        flow.space() if labelled or (name == "label" and after) else flow.line()
    elif name in _BLOCKS:
        parent = element.getparent()
        if local_name(parent) == "item":
            # What an item begins with begins on the item's line.
            first = element.getprevious() is None and not (parent.text or "").strip()
            flow.space() if first and not after else flow.line()
        elif name == "head" and local_name(parent) == "list":
            flow.line()
        else:
            flow.paragraph()


def _follows_label(item: Element) -> bool:
    before = item.getprevious()
    return before is not None and local_name(before) == "label"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
