"""What a document's own text tells of it: title, dateline, byline, countries, people, language.

Only what is not given is looked for, and what the text does not tell stays empty. The provenance says of each field
whether it was given with the source, extracted from the text or its surroundings, or inferred: put together from what
these hint at.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any, Final, NamedTuple

from ..dates.records import dates_in_address
from ..document import Document
from .countries import country_mentions
from .head.datelines import Dateline, find_dateline, with_year
from .head.labels import find_byline, find_date_line, find_place_line
from .head.telegrams import find_date_group
from .head.titles import find_title
from .languages import detect_language
from .people import find_people

DESCRIBED: Final = (
    "title", "dates", "place", "outlet", "author", "url", "kind", "language", "countries", "people", "topics",
    "senders", "recipients", "volume", "classification", "references",
)  # fmt: skip
"""The fields of a document that its provenance speaks of."""

_HEAD: Final = 16
"""How many lines at the top of a text may hold its dateline or byline."""

_LONGEST_HEAD: Final = 50
"""The same for a telegram's date group, which may stand below its addressees."""

_LONG_LINE: Final = 120
"""A line that is at least as long is a paragraph."""

_DENSE: Final = frozenset(("zh", "ja", "ko"))
"""Languages that say in a third of the letters what English says."""

_LONGEST_MONTH: Final = 31


class _Found(NamedTuple):
    """A value for a field of the description, and where it is from: given, extracted or inferred."""

    value: Any
    how: str


def given(document: Document) -> dict[str, str]:
    """The provenance of a document as its source gave it: "given" for each field that is not empty."""
    return {name: "given" for name in DESCRIBED if getattr(document, name)}


def describe(document: Document, cut: Iterable[str] = (), *, name: str = "") -> Document:
    """Fill what is empty in a document's description from its text.

    Args:
        document: The document. What its description has already stays as it is.
        cut: The lines that cleaning took out of the text: a byline or a date is often among them.
        name: The name of the file that holds this one document, which may tell its date as a URL may.

    Returns:
        The document with all that the text tells, and with the provenance of each field.
    """
    cut = list(cut)
    lines = [line.strip() for line in islice(_lines(document.text), _HEAD)]
    is_told = document.place and document.outlet and document.dates
    dateline = Dateline() if is_told else find_dateline(lines, document.text)
    language = document.language or detect_language(document.text)
    title = _Found(document.title, "given") if document.title else _Found(*find_title(document.text, language))
    found = {
        "title": title,
        "dates": _Found(None, "") if document.dates else _dates(document, dateline, cut, name, language),
        "place": _Found(document.place or dateline.place or find_place_line(lines), "extracted"),
        "outlet": _Found(dateline.outlet, "extracted"),
        "author": _Found(document.author or find_byline([*cut, *lines]), "extracted"),
        "language": _Found(language, "inferred"),
        "countries": _Found(document.countries or find_countries(title.value, document.text, language), "extracted"),
        "people": _Found(document.people or find_people(document.text, language), "extracted"),
    }
    found = {field: each for field, each in found.items() if each.value and not getattr(document, field)}
    return replace(
        document,
        **{field: each.value for field, each in found.items()},
        provenance=given(document) | dict(document.provenance) | {field: each.how for field, each in found.items()},
    )


def find_countries(title: str, text: str, language: str = "en") -> tuple[str, ...]:
    """Find the countries that a document is about, by the simplest of rules.

    Args:
        title: Its title.
        text: Its text.
        language: The ISO 639-1 code of the text's language.

    Returns:
        The countries in the title or the first paragraph, and those that the text names at least twice and at least a
        tenth as often as the one it names most, in order of first mention.
    """
    mentions = list(country_mentions(text, language))
    counts = Counter(mention.country for mention in mentions)
    often = max(2, max(counts.values(), default=0) / 10)
    begin, end = _first_paragraph(text, _LONG_LINE // 3 if language in _DENSE else _LONG_LINE)
    named = [mention.country for mention in country_mentions(title, language)]
    named += [each.country for each in mentions if counts[each.country] >= often or begin <= each.start < end]
    return tuple(dict.fromkeys(named))


def _dates(document: Document, dateline: Dateline, cut: list[str], name: str, language: str) -> _Found:
    """The days of publication, from the surest source: the dateline, a telegram's date group, a line, the address."""
    lines = [line.strip() for line in islice(_lines(document.text), _LONGEST_HEAD)]
    if surest := dateline.dates or find_date_group(lines):
        return _Found(surest, "extracted")
    written = find_date_line(lines[:_HEAD], language=language) or find_date_line(cut, labelled=True, language=language)
    address = document.url or name
    filed = dates_in_address(address) if address else None
    near = written or filed
    if dateline.day and near and (dates := with_year(dateline.day, near)):
        return _Found(dates, "inferred")
    if written:
        return _Found(written, "extracted")
    exact = filed is not None and (filed.last - filed.first).days < _LONGEST_MONTH
    return _Found(filed if exact else None, "inferred")


def _lines(text: str) -> Iterable[str]:
    return (found[0] for found in re.finditer(r"[^\n]+", text) if not found[0].isspace())


def _first_paragraph(text: str, shortest: int) -> tuple[int, int]:
    """The span of the first line that is long enough to be a paragraph, and no point of a list."""
    for found in re.finditer(r"[^\n]+", text):
        line = found[0].strip()
        if len(line) >= shortest and not line.startswith(("-", "*", "•")):
            return found.span()
    return 0, min(len(text), 8 * shortest)
