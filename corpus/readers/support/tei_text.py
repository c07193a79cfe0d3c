"""Any TEI: each `<text>` as one document, with what its header says of it. Deletions, variants, running heads are cut.

What is to be read as one line is known of a few dozen elements of TEI, and all others begin lines or paragraphs, so
that no two words grow together.
"""

from collections.abc import Iterator
from typing import Any, Final

from ....errors import UnreadableSource
from ...dates.records import parse_dates
from ..contract import RawRecord, Source, member_id
from .markup import Element, Flow, local_name, plain_text

_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_ROOTS: Final = ("TEI", "TEI.2")
_INLINE: Final = frozenset(
    "hi emph foreign name persName placeName orgName geogName rs date time num ref ptr term title q said soCalled "
    "mentioned gloss abbr expan orig reg sic corr choice add subst unclear supplied seg w pc c s m anchor milestone "
    "handShift damage app lem measure g ex am surname forename roleName addName genName nameLink country settlement "
    "region district bloc author editor publisher pubPlace biblScope idno email formula docAuthor docDate".split()
)
_LINES: Final = frozenset("l item row label addrLine speaker titlePart".split())
_CUT: Final = frozenset("del fw rdg rdgGrp surplus figDesc".split())
_CHOSEN: Final = ("corr", "reg", "expan")
_DATED: Final = ("profileDesc/{*}creation//{*}date", "fileDesc/{*}sourceDesc//{*}date")


def whole_texts(root: Element, source: Source) -> Iterator[RawRecord]:
    """The documents of a TEI file: one, or each of a corpus.

    Args:
        root: Its root.
        source: Where it comes from, whose id is that of the one document.

    Raises:
        UnreadableSource: If there is no text in it.
    """
    files = [root] if local_name(root) in _ROOTS else list(root.iter("{*}TEI", "{*}TEI.2"))
    is_empty = True
    for number, file in enumerate(files, start=1):
        flow, cut = Flow(), list[str]()
        for text in file.iterfind("{*}text"):
            flow.paragraph()
            _write(text, flow, cut)
        if flow.text:
            alone = len(files) == 1
            description = _description(file)
            description["notes"] = [[note.mark, note.at, note.text] for note in flow.notes]
            description["pages"] = flow.pages
            identity = source.id if alone else file.get(_ID) or member_id(source, str(number))
            origin = source.origin if alone else f"{source.origin} text {number}"
            is_empty = False
            yield RawRecord(flow.text, origin, description, id=identity, cut=tuple(dict.fromkeys(cut)))
    if is_empty:
        raise UnreadableSource("TEI without a text")


def _write(element: Element, flow: Flow, cut: list[str], *, in_cell: bool = False) -> None:
    """An element and what is in it; parsers allow no depth that recursion could not follow."""
    flow.write(element.text)
    chosen = _chosen(element) if local_name(element) == "choice" else None
    for each in element:
        name = local_name(each)
        if name == "note":
            flow.note(each.get("n") or "*", _apart(each, cut))
        elif name in _CUT or (chosen is not None and each is not chosen):
            if line := _apart(each, cut):
                cut.append(line)
        elif name == "pb":
            flow.space() if each.get("break") != "no" else None
            flow.page(" ".join((each.get("n") or "").split()).strip("[]"))
        elif name == "cell":
            flow.cell(first=each.getprevious() is None)
            _write(each, flow, cut, in_cell=True)
        elif name in _INLINE:
            _write(each, flow, cut, in_cell=in_cell)
        else:
            _break(name, each, flow, in_cell=in_cell)
            _write(each, flow, cut, in_cell=in_cell)
            _break(name, each, flow, in_cell=in_cell)
        flow.write(each.tail)


def _apart(element: Element, cut: list[str]) -> str:
    """What is no part of the running text, on one line, with what is noted on it."""
    flow = Flow()
    _write(element, flow, cut)
    return flow.on_one_line


def _break(name: str, element: Element, flow: Flow, *, in_cell: bool) -> None:
    if name in ("lb", "cb"):
        flow.space() if element.get("break") != "no" else None
    elif in_cell or name == "gap":
        flow.space()
    elif name in _LINES:
        flow.line()
    else:
        flow.paragraph()


def _chosen(choice: Element) -> Element | None:
    """Of two forms of a word the one that is corrected, in modern spelling, or written out."""
    forms = list(choice)
    return next((each for each in forms if local_name(each) in _CHOSEN), forms[0] if forms else None)


def _description(file: Element) -> dict[str, Any]:
    """What the header says of the text. When the edition was made is not when the text was written."""
    header = next(file.iterfind("{*}teiHeader"), None)
    if header is None:
        return {}
    language = next((each.get(_LANG) for each in file.iterfind("{*}text") if each.get(_LANG)), "")
    languages = [each.get("ident") or "" for each in header.iterfind("{*}profileDesc/{*}langUsage/{*}language")]
    authors = [plain_text(each) for each in header.iterfind("{*}fileDesc/{*}titleStmt/{*}author")]
    return {
        "title": plain_text(next(header.iterfind("{*}fileDesc/{*}titleStmt/{*}title"), None)),
        "author": ", ".join(filter(None, authors)),
        "dates": next(
            (found for path in _DATED for each in header.iterfind("{*}" + path) if (found := _date(each))), ""
        ),
        "language": language or (languages[0] if len(languages) == 1 else ""),
        "topics": [plain_text(each) for each in header.iterfind("{*}profileDesc/{*}textClass//{*}term")],
    }


def _date(date: Element) -> str:
    """The date as it is coded, else as it is written."""
    first = date.get("when") or date.get("from") or date.get("notBefore")
    last = date.get("when") or date.get("to") or date.get("notAfter") or first
    for written in (f"{first}..{last}" if first else "", plain_text(date)):
        try:
            if written and parse_dates(written):
                return written
        except ValueError:
            continue
    return ""
