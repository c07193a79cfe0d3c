"""Dates that don't fit, and pages that are no articles: what `dragoman doctor` lists for a person to look at.

An article may misdate what it reports ("next week, on October 1, 2023" in one of August 2025). Such a date is never
taken for the document's; here it is found again. Most dates far from the day of publication are history and quite
right, so only those count that the sentence itself places near the day of writing.
"""

import re
from datetime import timedelta
from typing import Final

from ..dates.records import date_mentions
from ..document import DateInterval, Document
from ..splitting.sentences import split_sentences
from .refusals import refusal

_NEAR: Final = timedelta(days=60)
"""How far from publication something may lie that a text calls tomorrow's, last week's or upcoming."""

_FAR: Final = timedelta(days=400)
"""How far ahead of publication something may lie that is only called planned."""

_HEAD: Final = 6000
"""How much of a text is searched, in characters: news says at its beginning when it happened."""

# What is told as happening around the day of writing. "Will" alone is in every treaty, and "today" in "Today we
# remember August 7, 1998".
_NOW = re.compile(
    r"\b(?:tomorrow|yesterday|upcoming|this (?:week|weekend|month)|next (?:week|month)|last week"
    r"|(?:is|are) (?:set|due|scheduled|expected|slated|poised) to|kick(?:s|ing)? off|(?:starting|beginning) on"
    r"|will (?:meet|visit|travel|host|hold|attend|begin|start|take place|be held))\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:since|in|until|before|after|from|of) $", re.IGNORECASE)


def suspects(document: Document) -> list[str]:
    """A line for each date in a document's text that its sentence contradicts, "ID: what is wrong"; [] if none does.

    A page that a site sends instead of an article is a suspect as well.

    For a document without a date the lines say which date was seen and not taken for its own.
    """
    head = document.text[:_HEAD]
    reason = refusal(document.title, document.text)
    lines = [f"{document.id}: looks like {reason}"] if reason else []
    for start, end, dates in date_mentions(head):
        if not _told_as_now(head, start, end, document.language):
            continue
        said = " ".join(head[start:end].split())
        if document.dates is None:
            lines.append(f'{document.id}: has no date; says "{said}" of something near, which is not taken for its own')
        elif _far(dates, document.dates):
            lines.append(f'{document.id}: says "{said}" of something near, though published {document.dates}')
    return list(dict.fromkeys(lines))


def _told_as_now(text: str, start: int, end: int, language: str) -> bool:
    """Whether the sentence around `[start, end)` tells of something near the day of writing, and the date is its."""
    begin = max(0, start - 600)
    around = text[begin : end + 400]
    sentence = next((span for span in split_sentences(around, language) if span.end > start - begin), None)
    if sentence is None:
        return False
    before = around[sentence.start : start - begin]
    # "since taking office in June 2023": a month behind "in" dates what came before.
    if _PAST.search(before[-12:]):
        return False
    return bool(_NOW.search(around[sentence.start : sentence.end]))


def _far(said: DateInterval, published: DateInterval) -> bool:
    return said.last < published.first - _NEAR or said.first > published.last + _FAR
