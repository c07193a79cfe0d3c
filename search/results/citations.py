"""A document, or a passage of it, as a citation: as a note in prose, for BibTeX, RIS, and as CSL-JSON.

Records for BibTeX and RIS can be concatenated to a file of many. Descriptions are hostile: no value may end a field or
a record early, and only addresses of the web are given as such. Names of authors are kept as they are printed, as no
rule finds the family name in all languages.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from ...corpus.dates.wording import day_names, is_whole
from ...corpus.document import DateInterval, Document, Span
from ...frozen import frozen
from .printing import visible


class Genre(NamedTuple):
    """What a document is called in CSL, BibTeX and RIS, and by Zotero where it reads a page's meta elements."""

    csl: str
    bibtex: str
    ris: str
    zotero: str

    @property
    def is_part(self) -> bool:
        """Whether such documents appear in a publication, rather than being issued by an institution."""
        return self.ris in ("NEWS", "ELEC")


_NEWS = Genre("article-newspaper", "article", "NEWS", "newspaperArticle")
_LETTER = Genre("personal_communication", "misc", "PCOMM", "letter")
_MANUSCRIPT = Genre("manuscript", "misc", "MANSCPT", "manuscript")
_REPORT = Genre("report", "techreport", "RPRT", "report")
_SPEECH = Genre("speech", "misc", "GEN", "presentation")
_TREATY = Genre("treaty", "misc", "GEN", "document")
_PAGE = Genre("webpage", "misc", "ELEC", "webpage")
_DOCUMENT = Genre("document", "misc", "GEN", "document")

_KINDS = {
    kind: genre
    for genre, kinds in (
        (_NEWS, "news article newspaper newswire editorial interview analysis"),
        (_LETTER, "letter despatch dispatch telegram cable airgram message note circular instruction"),
        (_MANUSCRIPT, "memorandum memo memcon minutes record diary transcript"),
        (_REPORT, "report study estimate survey paper"),
        (_SPEECH, "speech address remarks lecture"),
        (_TREATY, "treaty convention protocol"),
    )
    for kind in kinds.split()
}
# Archives seldom give a kind, but their headings do: "Telegram 123 From …", "National Intelligence Estimate", and
# "The Ambassador in France (Bruce) to the Secretary of State".
_HEADING = re.compile(r"(?:[A-Z][\w-]*\s){0,2}([A-Z]\w+)(?:\s(?:No\.\s)?[\dA-Z/-]+)?\s(?:[Ff]rom|[Tt]o|[Oo]f|[Bb]y)\b")
_OFFICES = (
    "Secretary|Ambassador|Minister|Chargé|Consul|President|Commissioner|Counselor|Representative|Director|Chairman|"
    "Embassy|Legation|Consulate|Mission|Department"
)
_CORRESPONDENCE = re.compile(
    rf"The (?:\w+ ){{0,3}}?(?:{_OFFICES})(?: General)?(?: (?:of|in|at|for|to|and|the|[A-Z][\w.]*)){{0,8}}"
    rf"(?: \([^)]*\))? to the (?:\w+ ){{0,3}}?(?:{_OFFICES})\b"
)

_WEB = re.compile(r"https?://[^\s\x00-\x20]+", re.IGNORECASE)
_SURROGATES = re.compile("[\ud800-\udfff]")
_LONGEST_LINE = 8_000  # characters: only an address is ever nearly as long
_MOST_AUTHORS = 100
_BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # Its own braces are counted, escaped or not.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "%#&$_"},
    }
)
_IN_ADDRESS = {"\\": "%5C", "{": "%7B", "}": "%7D"}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


@frozen
class _Cited:
    """What there is to say, each value in one line of harmless characters."""

    key: str
    genre: Genre
    authors: tuple[str, ...]
    title: str
    outlet: str
    place: str
    dates: DateInterval | None
    url: str
    language: str
    topics: tuple[str, ...]
    pages: tuple[str, ...]
    locator: str


def text(document: Document, span: Span | None = None) -> str:
    """The citation as a note in the style of Chicago, with a full stop at its end.

    Author, “Title,” Outlet, Place, Date, page, URL: what is not known is left out, except that "n.d." stands for an
    unknown date. Like the other formats, it cites a passage by its pages if a span is given, and by its paragraphs if
    these are not known; else the document, with its pages if it is of an edition's volume.
    """
    cited = _cited(document, span)
    *others, last = cited.authors or ("",)
    who = f"{', '.join(others)} and {last}" if others else last
    when = day_names(cited.dates) if cited.dates else "n.d."
    where = page_words(cited.pages) or cited.locator
    rest = ", ".join(part for part in (cited.outlet, cited.place, when, where, cited.url) if part)
    said = f"{who + ', ' if who else ''}“{_inner_quotes(cited.title)},” {rest}"
    return said if said.endswith(".") else said + "."


def bibtex(document: Document, span: Span | None = None) -> str:
    """The citation as a BibTeX entry, which biblatex reads as well, and a line break."""
    cited = _cited(document, span)
    kind = cited.genre.bibtex if cited.outlet else "misc"
    holder = {"article": "journal", "techreport": "institution"}.get(kind, "howpublished")
    fields = {
        "author": " and ".join(f"{{{_escaped(name)}}}" for name in cited.authors),
        "title": f"{{{_escaped(cited.title)}}}",  # the braces keep its capitals
        holder: _escaped(cited.outlet),
        "pages": _escaped("--".join(cited.pages)),
        "address": _escaped(cited.place),
        **_bibtex_dates(cited.dates),
        "url": re.sub(r"[\\{}]", lambda found: _IN_ADDRESS[found[0]], cited.url),
        "language": _escaped(cited.language),
        "keywords": _escaped(", ".join(topic.replace(",", " ") for topic in cited.topics)),
        "note": _escaped(cited.locator),
    }
    # The name of a month stands bare: it is BibTeX's own.
    values = {name: value if name == "month" else f"{{{value}}}" for name, value in fields.items() if value}
    lines = "".join(f"  {name} = {value},\n" for name, value in values.items())
    return f"@{kind}{{{cited.key},\n{lines}}}\n"


def ris(document: Document, span: Span | None = None) -> str:
    """The citation as a RIS record, in lines that end in CRLF, and an empty one."""
    cited = _cited(document, span)
    lines = [
        ("TY", cited.genre.ris),
        ("ID", cited.key),
        *(("AU", name) for name in cited.authors),
        ("TI", cited.title),
        ("T2" if cited.genre.is_part else "PB", cited.outlet),
        ("CY", cited.place),
        *(_ris_dates(cited.dates) if cited.dates else ()),
        *zip(("SP", "EP"), cited.pages, strict=False),
        ("UR", cited.url),
        ("LA", cited.language),
        *(("KW", topic) for topic in cited.topics),
        ("N1", cited.locator),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value) + "ER  - \r\n\r\n"


def csl(document: Document, span: Span | None = None) -> dict[str, Any]:
    """The citation as an item of CSL-JSON 1.0.2; a file of them is a list."""
    cited = _cited(document, span)
    fields = {
        "id": cited.key,
        "type": cited.genre.csl,
        "author": [{"literal": name} for name in cited.authors],
        "title": cited.title,
        "container-title" if cited.genre.is_part else "publisher": cited.outlet,
        "publisher-place": cited.place,
        "page": "-".join(cited.pages),
        "issued": {"date-parts": _date_parts(cited.dates)} if cited.dates else None,
        "URL": cited.url,
        "language": cited.language,
        "keyword": ", ".join(cited.topics),
        "note": cited.locator,
    }
    return {name: value for name, value in fields.items() if value}


def key(document: Document, span: Span | None = None) -> str:
    """A name for the citation, fit for BibTeX and for files. It stays the same as long as the description does."""
    import hashlib  # late, as a hit has none of these, and it takes milliseconds to load

    authors = _authors(document.author)
    # For people: who wrote or printed it, its year and its title's first word. The rest makes it unique.
    who = _ascii(authors[0])[-1:] if authors else [word for word in _ascii(document.outlet) if word != "the"][:3]
    about = [word for word in _ascii(document.title) if word not in ("a", "an", "the")][:1]
    year = f"{document.dates.first.year:04}" if document.dates else "nd"
    unlike = hashlib.sha256(document.id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    name = "".join((*who, year, *about))[:48]
    return f"{name}-{unlike}" + (f"-{span}" if span else "")


def genre(document: Document) -> Genre:
    """What a document is: by its kind; else by its heading, as archives have them; else by where it comes from."""
    words = _ascii(document.kind)
    if known := next((_KINDS[word] for word in words if word in _KINDS), None):
        return known
    if not words:
        title = _line(document.title)[:400]
        heading = _HEADING.match(title)
        if heading and (known := _KINDS.get(heading[1].lower())):
            return known
        if _CORRESPONDENCE.match(title):
            return _LETTER
        if document.outlet.strip():
            return _NEWS
    return _PAGE if web_address(document.url) else _DOCUMENT


def page_words(labels: Sequence[str]) -> str:
    """Pages in words, as in "p. 1474" or "pp. 1474–1475": the first and the last of some; "" if there are none."""
    if not labels:
        return ""
    first, last = visible(labels[0]), visible(labels[-1])
    return f"p. {first}" if first == last else f"pp. {first}–{last}"


def source_address(document: Document, span: Span) -> str:
    """The address of a document's original, if it has one on the web: of a PDF, at the page that a span begins on."""
    address = web_address(document.url)
    page = document.pdf_page(span) if "#" not in address else 0
    return f"{address}#page={page}" if address and page else address


def web_address(url: str) -> str:
    """A document's address if it begins with http, else nothing: addresses such as `javascript:` are not passed on."""
    return url if _WEB.fullmatch(url) else ""


def date_parts(dates: DateInterval) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The first and the last date, as exactly as they are known: (1950,), (1950, 3) or (1950, 3, 1)."""
    length = 1 if is_whole(dates, "year") else 2 if is_whole(dates, "month") else 3
    first, last = ((day.year, day.month, day.day)[:length] for day in dates)
    return first, last


def _cited(document: Document, span: Span | None) -> _Cited:
    return _Cited(
        key=key(document, span),
        genre=genre(document),
        authors=_authors(document.author),
        title=_line(document.title) or _line(document.id),
        outlet=_line(document.outlet),
        place=_line(document.place),
        dates=document.dates,
        url=_line(web_address(document.url)),
        language=_line(document.language),
        topics=tuple(filter(None, map(_line, (*document.topics, *document.countries)))),
        pages=(pages := _pages(document, span)),
        locator=_locator(document, span) if span and not pages else "",
    )


def _pages(document: Document, span: Span | None) -> tuple[str, ...]:
    """The first and the last page, or the only one; none if they are not known."""
    if span is None and not document.volume:  # of what is no part of anything, all pages would be cited
        return ()
    labels = [_line(page.label) for page in document.pages_of(span or Span(0, len(document.text)))]
    return tuple(dict.fromkeys((labels[0], labels[-1]))) if labels else ()


def _locator(document: Document, span: Span) -> str:
    from ...corpus.splitting.paragraphs import paragraph_numbers  # late, as a hit needs none

    first, last = paragraph_numbers(document.text, span)
    if not first:
        return ""
    return f"par. {first}" if first == last else f"pars. {first}–{last}"


def _authors(given: str) -> tuple[str, ...]:
    """The names in a byline. A comma parts names only if each has a given name: "Doe, Jane" is one."""
    names = re.split(r" ?; ?| (?:and|&) |, and ", _line(given))
    if all(" " in part.strip() for name in names for part in name.split(",")):
        names = [part for name in names for part in name.split(",")]
    return tuple(islice(filter(None, (each.strip(" ,") for each in names)), _MOST_AUTHORS))


def _line(value: str) -> str:
    """A value in one line of limited length, without control characters, marks of direction and lone surrogates."""
    return " ".join(_SURROGATES.sub(" ", visible(value[:_LONGEST_LINE])).split())


def _ascii(value: str) -> list[str]:
    """The words of a value in small letters and digits of ASCII, without accents; empty for other scripts."""
    plain = unicodedata.normalize("NFKD", value[:1000]).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", plain.lower())


def _inner_quotes(title: str) -> str:
    """A title with single quotation marks in place of its own double ones, as it will stand within double ones."""
    return re.sub(r'"([^"]*)"', r"‘\1’", title).replace("“", "‘").replace("”", "’")


def _escaped(value: str) -> str:
    return value.translate(_BIBTEX)


def _bibtex_dates(dates: DateInterval | None) -> dict[str, str]:
    """A date for biblatex, and the year and month for BibTeX, which knows no more."""
    if dates is None:
        return {"year": "n.d."}
    first, last = date_parts(dates)
    iso = [f"{parts[0]:04}" + "".join(f"-{part:02}" for part in parts[1:]) for parts in dict.fromkeys((first, last))]
    said = {"date": "/".join(iso), "year": str(first[0]) if first[0] == last[0] else f"{first[0]}--{last[0]}"}
    if len(first) > 1 and first[:2] == last[:2]:
        said["month"] = _MONTHS[first[1] - 1]
    return said


def _ris_dates(dates: DateInterval) -> Iterator[tuple[str, str]]:
    first, last = date_parts(dates)
    yield "PY", f"{first[0]:04}"
    known = [f"{first[0]:04}", *(f"{part:02}" for part in first[1:])]
    # Year, month, day, and free text.
    yield "DA", "/".join([*known, "", ""][:3]) + "/" + (day_names(dates) if first != last else "")


def _date_parts(dates: DateInterval) -> list[list[int]]:
    return [list(parts) for parts in dict.fromkeys(date_parts(dates))]
