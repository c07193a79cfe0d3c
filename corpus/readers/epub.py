"""EPUB: the chapters of a book, in reading order, as one document."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from ...errors import UnreadableSource
from ..dates.records import parse_dates
from .contract import LARGEST_TEXT, MEGABYTE, RawRecord, ReadOptions, Remark, Skipped, Source
from .support.decode import Decoded, decode, tidy
from .support.html_text import visible_text
from .support.markup import Element, local_name, parse_xml, plain_text
from .support.packed import Package, read_all

_KIND: Final = "an EPUB"
_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_PAGES: Final = frozenset({"application/xhtml+xml", "text/html"})
_DECLARED = re.compile(rb"""encoding\s{0,5}=\s{0,5}["']([\w.:-]{2,30})""")
_NO_DATES: Final = ("0001-", "0100-", "0101-", "0000", "1970-01-01", "1969-12-31")
_PROLOGUE = re.compile(r"\s*<\?xml[^>]{0,200}\?>")


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
            text, told = _chapter(package.read(name))
        except UnreadableSource as error:
            skipped.append(Skipped(f"{source.origin} {tidy(name)[:200]}", str(error)))
            continue
        length += len(text)
        if length > LARGEST_TEXT:
            raise UnreadableSource(f"more than {LARGEST_TEXT // MEGABYTE} million characters of text")
        (contents if is_contents else chapters).append(text)
        remarks += told
    whole = "\n\n".join(filter(None, chapters))
    if not whole.strip():
        reasons = {each.reason for each in skipped}
        raise UnreadableSource(f"no text in it: {'; '.join(sorted(reasons)[:3])}" if reasons else "no text in it")
    cut = tuple(line for text in contents for line in text.split("\n") if line.strip())
    yield RawRecord(whole, source.origin, _metadata(opf), cut=cut, remarks=tuple(remarks))
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
    """The members that hold the chapters, and whether one is the table of contents, which is no text of the book's."""
    manifest = {each.get("id"): each for each in opf.iterfind("{*}manifest/{*}item")}
    for reference in opf.iterfind("{*}spine/{*}itemref"):
        item = manifest.get(reference.get("idref"))
        if item is not None and item.get("media-type") in _PAGES:
            name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
            yield name, "nav" in (item.get("properties") or "").split()


def _chapter(data: bytes) -> Decoded:
    declared = _DECLARED.search(data[:200])
    page, remarks = decode(data, declared[1].decode("ascii") if declared else "utf-8")
    return Decoded(visible_text(_PROLOGUE.sub("", page, count=1)), remarks)


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
        event = "".join(value for name, value in each.attrib.items() if name.rpartition("}")[2] == "event").lower()
        if not event or "publication" in event:
            published.insert(0 if event else len(published), value)
    return next(filter(_is_date, published), "")


def _is_date(written: str) -> bool:
    try:
        return parse_dates(written) is not None
    except ValueError:
        return False
