"""URLs: fetched, and read by the reader that their content asks for; a feed is read with the pages it links to."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from ...errors import UnreadableSource
from ..document import Document
from ..intake import read_stream
from ..readers.contract import MEGABYTE, Format, ReadOptions, Skipped, Source
from ..readers.media_types import FORMATS
from ..readers.registry import format_named, format_of
from .feed import Entry, looks_like_feed, looks_like_page, parse_feed
from .fetch import ANYWHERE, Fetched, Fetcher, Validators
from .urls import canonical_url

FEED: Final = "feed"
_FEED_TYPES: Final = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})
_FEED_NAMES: Final = frozenset({"rss", "atom", "feed", "rdf"})
_VAGUE_TYPES: Final = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "text/plain", "application/xml", "text/xml"}
    | {"application/gzip", "application/x-gzip", "application/x-xz", "application/zip", "application/json"}
)
"""Media types that say so little that the name of the file knows better."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a URL that was read: enough to see that it has not changed.

    Attributes:
        format: The name of its format, or FEED.
        document: The id of the document that it holds alone, else empty.
        documents: How many documents it holds; for a feed, how many its pages hold.
        digest: The SHA-256 of its content, empty if it is to be read again.
        validators: What the server told of this version.
        stamp: What the feed that links to it said of it.
    """

    format: str
    document: str
    documents: int
    digest: str = ""
    validators: Validators | None = None
    stamp: str = ""


class Memory:
    """What is remembered of URLs from one run to the next. This one remembers nothing."""

    def recall(self, url: str) -> Known | None:
        """What is known of a URL; None if it is to be read even if it has not changed."""

    def remember(self, url: str, known: Known) -> None:
        """Keep what is known of a URL. Called after its documents were taken."""

    def unchanged(self, known: Known) -> None:
        """Take note that a URL holds what it held."""


class UrlReader:
    """Reads URLs one after the other; to be used for one run.

    `format` is the name of the format that the last of them was read in.
    """

    def __init__(self, options: ReadOptions, *, memory: Memory | None = None, fetcher: Fetcher | None = None) -> None:
        self.format = ""
        self._options = options
        self._memory = memory or Memory()
        self._fetcher = fetcher or Fetcher(allowed=ANYWHERE if options.allow_private else ())

    def read(self, url: str) -> Iterator[Document | Skipped]:
        """The documents of a URL that are not known yet. What cannot be read is a `Skipped`."""
        try:
            yield from self._read(canonical_url(url), None)
        except UnreadableSource as error:
            yield Skipped(url, str(error))

    def _read(self, url: str, entry: Entry | None) -> Iterator[Document | Skipped]:
        known = self._memory.recall(url)
        stamp = entry.stamp if entry else ""
        if entry and known and known.stamp == stamp and not known.validators:
            # It would have to be fetched whole, and the feed says that nothing is new.
            self._memory.unchanged(known)
            return
        fetched = self._fetcher.fetch(url, known.validators if known else None)
        digest = hashlib.sha256(fetched.body).hexdigest() if fetched else ""
        if known and (fetched is None or digest == known.digest):
            validators = fetched.validators if fetched else known.validators
            self._memory.remember(url, replace(known, validators=validators, stamp=stamp))
            self._memory.unchanged(known)
            return
        assert fetched is not None, "without validators nothing can be unmodified"  # noqa: S101
        form = self._format(fetched, expected=known.format if known else "")
        if form == FEED:
            if entry:
                raise UnreadableSource("a feed that links to a feed")
            yield from self._read_feed(url, fetched, digest)
            return
        found: list[str] = []
        complete = True
        self.format = form.name
        for each in self._documents(fetched, form):
            complete = complete and isinstance(each, Document)
            if isinstance(each, Document):
                found.append(each.id)
                each = _with_entry(each, entry) if entry else each
            yield each
        if found:
            alone = found[0] if form.one_document else ""
            validators = fetched.validators if complete else None
            self._memory.remember(
                url, Known(form.name, alone, len(found), digest if complete else "", validators, stamp)
            )

    def _read_feed(self, url: str, fetched: Fetched, digest: str) -> Iterator[Document | Skipped]:
        entries = parse_feed(fetched.body, fetched.url, fetched.charset)
        if not entries:
            raise UnreadableSource("a feed without entries")
        failed = 0
        for number, entry in enumerate(entries, start=1):
            try:
                if not entry.url:
                    raise UnreadableSource("an entry without a link")
                for each in self._read(canonical_url(entry.url), entry):
                    failed += isinstance(each, Skipped)
                    yield each
            except UnreadableSource as error:
                failed += 1
                yield Skipped(entry.url or f"{url}, entry {number}", str(error))
        # What failed is to be tried again, and so the feed is to be read again even if it stays as it is.
        kept = Known(FEED, "", max(0, len(entries) - failed))
        self._memory.remember(url, kept if failed else replace(kept, digest=digest, validators=fetched.validators))

    def _documents(self, fetched: Fetched, form: Format) -> Iterator[Document | Skipped]:
        if form.one_document and len(fetched.body) > form.largest:
            raise UnreadableSource(f"larger than {form.largest / MEGABYTE:g} MB, the limit for one document")
        name = urlsplit(fetched.url).path.rpartition("/")[2].lower()
        source = Source(io.BytesIO(fetched.body), fetched.url, fetched.url, name, encoding=fetched.charset)
        for each in read_stream(source, form, self._options):
            if isinstance(each, Document) and form.one_document and not each.url:
                each = replace(each, url=fetched.url, provenance={**each.provenance, "url": "given"})
            yield each

    def _format(self, fetched: Fetched, expected: str) -> Any:
        """The format of what was fetched, or FEED. Raises UnreadableSource if there is no reader for it."""
        if self._options.format:
            return format_named(self._options.format)
        beginning = fetched.body[:8192].decode("latin-1").removeprefix("\xef\xbb\xbf").replace("\0", "")
        path = urlsplit(fetched.url).path.lower().rstrip("/")
        if looks_like_feed(beginning):
            return FEED
        named_feed = path.rpartition("/")[2].rpartition(".")[2] in _FEED_NAMES
        if looks_like_page(beginning) and (expected == FEED or named_feed or fetched.media_type in _FEED_TYPES):
            raise UnreadableSource("a feed was expected here, and this is a web page: give the feed's own URL")
        if fetched.media_type in _FEED_TYPES:
            return FEED
        if fetched.media_type in _VAGUE_TYPES and (form := format_of(path)):
            return form
        if looks_like_page(beginning):
            return format_named("html")
        if (name := FORMATS.get(fetched.media_type)) is None:
            raise UnreadableSource(f"no reader for {fetched.media_type or 'content of an unnamed type'}")
        return format_named(name)


def _with_entry(document: Document, entry: Entry) -> Document:
    """The document, with what the feed says of it where the page itself did not say."""
    stated: dict[str, Any] = {
        name: value
        for name in ("title", "author", "dates", "outlet")
        if (value := getattr(entry, name))
        and (not getattr(document, name) or document.provenance.get(name, "given") != "given")
    }
    return replace(document, **stated, provenance={**document.provenance, **dict.fromkeys(stated, "given")})
