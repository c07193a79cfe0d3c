"""Dates of a question as constraints, which are offered: none is ever applied unasked."""

import re
from collections.abc import Iterator
from typing import Final

from ...corpus.dates.mentions import DateMention, find_dates, parse_value
from ...corpus.dates.periods import Period
from ...corpus.dates.wording import period_name
from ...corpus.document import Span
from ...errors import QueryError
from ..language.input.plain import plain
from ..language.parser import parse
from ..language.query import MAX_QUERY_LENGTH, Dates, Query, Undated
from .notices import Notice

MOST: Final = 3
"""The most dates of a question that are offered as constraints."""

_SIGNS = re.compile(r"(?<!\w)[-=+]|[\"“”„«»()]|\b(?:AND|OR|NOT|NEAR/\w{1,3})\b")


def date_offers(query: Query) -> Iterator[Notice]:
    """The dates of a question as constraints, each with the question that has it in place of the words.

    Nothing is offered where the question is confined to dates already, except what such a date means if the month comes
    first; nor where signs mean nothing, or where a date is cut by one, as in `Lee OR March 2022`.
    """
    if any(isinstance(node, Dates | Undated) for node in query.must):
        yield from _other_readings(query)
        return
    pasted = any(notice.kind == "pasted" for notice in query.notices)
    if query.whole and not pasted:
        return
    cut = _spans_cut(query)
    whole = [each for each in query.dates if not any(start <= each.words.start < end for start, end in cut)]
    for mention in whole[:MOST]:
        for number, period in enumerate([mention.period, mention.other] if mention.other else [mention.period]):
            question = _as_plain(query.text, mention, period) if pasted else _confined(query.text, mention, period)
            if 0 < len(question) <= MAX_QUERY_LENGTH:
                said = f"Only {period_name(period)}?" if not number else f"Or, month first, {period_name(period)}?"
                yield Notice("date", said, mention.span, question)


def _confined(text: str, mention: DateMention, period: Period) -> str:
    """A question with a constraint in place of a date."""
    before, after = text[: mention.span.start].rstrip(), text[mention.span.end :].lstrip()
    opened = "" if before.endswith("(") else " "
    closed = "" if after.startswith((")", ",", "?")) else " "
    return f"{before}{opened}date:{period}{closed}{after}".strip()


def _as_plain(text: str, mention: DateMention, period: Period) -> str:
    """A text's words and a constraint in place of a date; empty if they are too many for a question."""
    rest = plain(f"{text[: mention.span.start]} {text[mention.span.end :]}")
    question = f"{rest} date:{period}".strip()
    try:
        _ = parse(question)
    except QueryError:
        return ""
    return question


def _spans_cut(query: Query) -> list[Span]:
    """Where a question has a date of which a part belongs to an operator, a phrase or a field."""
    if not query.spans:
        return []
    unsigned = _SIGNS.sub(lambda sign: " " * len(sign[0]), query.text)
    free = {each.words for each in query.dates}
    read = [each.words for each in find_dates(unsigned) if each.words not in free]
    return [each for each in read if any(start < each.end and each.start < end for start, end in query.spans)]


def _other_readings(query: Query) -> Iterator[Notice]:
    """The dates of a question's constraints that mean other days if the month comes first: `date:05/06/2025`."""
    for node, (start, end) in zip(query.must, query.spans, strict=False):
        value = query.text[start:end].partition(":")[2].strip('" ,;?')
        if not isinstance(node, Dates) or not value:
            continue
        try:
            other = parse_value(value).other
        except ValueError:  # a group
            continue
        if other and node.first:
            said = f"{value} is {period_name(Period(node.first, node.last))}. Month first, {period_name(other)}?"
            yield Notice("date", said, Span(start, end), f"{query.text[:start]}date:{other}{query.text[end:]}")
