"""EPUB: the chapters of a book, in reading order, as one document."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from ...errors import UnreadableSource
from ..dates.records import parse_dates
from .contract import LARGEST_TEXT, MEGABYTE, Page, RawRecord, ReadOptions, Remark, Skipped, Source
from .support.decode import decode, tidy
from .support.html_text import visible_text
from .support.markup import Element, attribute, local_name, parse_xml, plain_text
from .support.packed import Package, read_all

_KIND: Final = "an EPUB"
_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_PAGES: Final = frozenset({"application/xhtml+xml", "text/html"})
_DECLARED = re.compile(rb"""encoding\s{0,5}=\s{0,5}["']([\w.:-]{2,30})""")
_APART: Final = "\n\n"
_MARK: Final = "\ue00c"
"""A character for private use, which stands where a page begins while a chapter is taken apart."""

_TAG = re.compile(r"<[a-zA-Z][^<>]{0,500}>")
_PAGE_BREAK = re.compile(r"""\b(?:epub:type|role)\s{0,5}=\s{0,5}["'][^"']{0,80}\b(?:doc-)?pagebreak\b""")
_LABEL = re.compile(r"""\b(?:title|aria-label)\s{0,5}=\s{0,5}["']\s{0,5}([^"'<>]{1,20}?)\s{0,5}["']""")
_NUMBERED_ID = re.compile(r"""\bid\s{0,5}=\s{0,5}["'](?:page|pg|p)[-_.]?(\d{1,6}|[ivxlc]{1,10})["']""", re.IGNORECASE)
_MARKED = re.compile(f"(\\s{{0,20}}{_MARK}\\s{{0,20}})")
_NO_DATES: Final = ("0001-", "0100-", "0101-", "0000", "9999", "1970-01-01", "1969-12-31")
_PROLOGUE = re.compile(r"(?<!\s)\s*+<\?xml[^>]{0,200}\?>")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of an EPUB, and a `Skipped` for each chapter that is missing or unreadable.

    Raises:
        UnreadableSource: If it is no EPUB, damaged, a bomb, locked by rights management, or without text.
    """
    del options  # a book has names of its own for what it says of itself
    package = Package(read_all(source.stream), _KIND)
    opf_name = _package_file(package)
    opf = parse_xml(package.read(opf_name))
    locked = _locked(package)
    chapters: list[str] = []
    pages: list[Page] = []
    remarks = list[Remark]()
    skipped: list[Skipped] = []
    length = 0
    contents: list[str] = []
    for name, is_contents in _reading_order(opf, posixpath.dirname(opf_name)):
        try:
            if is_contents and name not in package:
                continue
            if name in locked:
                raise UnreadableSource("locked by rights management")
            data = package.read(name)
            declared = _DECLARED.search(data[:200])
            chapter, told = decode(data, declared[1].decode("ascii") if declared else "utf-8")
            text, begun = _chapter(chapter)
        except UnreadableSource as error:
            skipped.append(Skipped(f"{source.origin} {tidy(name)[:200]}", str(error)))
            continue
        if not is_contents:
            pages += (Page(page.label, length + page.at) for page in begun)
            length += len(text) + len(_APART) * bool(text)
        if length + sum(map(len, contents)) > LARGEST_TEXT:
            raise UnreadableSource(f"more than {LARGEST_TEXT // MEGABYTE} million characters of text")
        (contents if is_contents else chapters).append(text)
        remarks += told
    whole = _APART.join(filter(None, chapters))
    if not whole.strip():
        reasons = {each.reason for each in skipped}
        raise UnreadableSource(f"no text in it: {'; '.join(sorted(reasons)[:3])}" if reasons else "no text in it")
    cut = tuple(line for text in contents for line in text.split("\n") if line.strip())
    yield RawRecord(whole, source.origin, {**_metadata(opf), "pages": pages}, cut=cut, remarks=tuple(remarks))
    yield from skipped


def _package_file(package: Package) -> str:
    for each in parse_xml(package.read(_CONTAINER)).iter("{*}rootfile"):
        if path := each.get("full-path"):
            return path
    raise UnreadableSource(f"not {_KIND}: it does not say where its contents are listed")


def _locked(package: Package) -> set[str]:
    """The members that are encrypted. Publishers hide fonts in the same way, which does not matter."""
    if _ENCRYPTION not in package:
        return set()
    references = parse_xml(package.read(_ENCRYPTION)).iter("{*}CipherReference")
    return {unquote(each.get("URI") or "") for each in references}


def _reading_order(opf: Element, folder: str) -> Iterator[tuple[str, bool]]:
    """The members that hold the chapters, each once, and whether one is no text of the book's.

    Such is the table of contents, and what the book has beside its chapters and shows in none of its pages.
    """
    manifest = {each.get("id"): each for each in opf.iterfind("{*}manifest/{*}item")}
    shown = [manifest.get(each.get("idref")) for each in opf.iterfind("{*}spine/{*}itemref")]
    told: set[str] = set()
    for number, item in enumerate([*shown, *manifest.values()]):
        if item is not None and item.get("media-type") in _PAGES:
            name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
            if name not in told:
                told.add(name)
                yield name, number >= len(shown) or "nav" in (item.get("properties") or "").split()


def _chapter(chapter: str) -> tuple[str, list[Page]]:
    """The text of a chapter, and the pages of the printed book that begin in it."""
    chapter = chapter.replace(_MARK, "")
    labels: list[str] = []

    def marked(tag: re.Match[str]) -> str:
        found = _LABEL.search(tag[0]) or _NUMBERED_ID.search(tag[0])
        if not (_PAGE_BREAK.search(tag[0]) and found):
            return tag[0]
        labels.append(found[1])
        return f"{_MARK}{tag[0]}"

    text = visible_text(_PROLOGUE.sub("", _TAG.sub(marked, chapter), count=1))
    parts = _MARKED.split(text)
    if len(parts) != 2 * len(labels) + 1:  # one of them was in what nobody sees
        return _MARKED.sub(lambda gap: _gap(gap[1]), text).strip(), []
    pages: list[Page] = []
    whole = parts[0]
    for label, around, part in zip(labels, parts[1::2], parts[2::2], strict=True):
        whole += _gap(around) if whole and part else ""
        pages.append(Page(label, len(whole)))
        whole += part
    return whole, pages


def _gap(around: str) -> str:
    """What stands between two pages, of the white space around the mark between them."""
    return next((each for each in (_APART, "\n", " ") if each in around), "")


def _metadata(opf: Element) -> dict[str, object]:
    values: dict[str, list[str]] = {}
    for each in opf.iterfind("{*}metadata/*"):
        if value := plain_text(each):
            values.setdefault(local_name(each), []).append(value)
    return {
        "title": next(filter(_is_known, values.get("title", [])), ""),
        "author": ", ".join(filter(_is_known, values.get("creator", []))),
        "outlet": next(filter(_is_known, values.get("publisher", [])), ""),
        "language": next(iter(values.get("language", [])), ""),
        "topics": values.get("subject", []),
        "dates": _date(opf),
    }


def _is_known(value: str) -> bool:
    return value.lower() not in ("unknown", "untitled", "anonymous", "n/a", "none")


def _date(opf: Element) -> str:
    """The date of publication; "" if there is none, or an e-book program has filled it in with its "unknown"."""
    published: list[str] = []
    for each in opf.iterfind("{*}metadata/{*}date"):
        value = plain_text(each)
        if value.startswith(_NO_DATES):
            return ""
        # EPUB 2 says of a date whether it is that of publication or of the file.
        event = attribute(each, "event").lower()
        if not event or "publication" in event:
            published.insert(0 if event else len(published), value)
    return next(filter(_is_date, published), "")


def _is_date(written: str) -> bool:
    try:
        return parse_dates(written) is not None
    except ValueError:
        return False
