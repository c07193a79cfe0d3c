"""Dates among the words of a question: where they stand, and the constraints that they could be."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from ...corpus.dates.mentions import DateMention, find_dates
from ...corpus.dates.wording import period_name
from ..advice.notices import Notice
from . import query as language
from .query import MAX_QUERY_LENGTH

MOST_OFFERED: Final = 3
"""The most dates of a question that are offered as constraints."""

_COVER: Final = "\x01"  # a mark that stands in no date


def dates_in(text: str, taken: Iterable[tuple[int, int]], today: date | None = None) -> tuple[DateMention, ...]:
    """The dates among the free words of a question.

    Args:
        text: The question.
        taken: The spans of what is no free word in it.
        today: The day from which "yesterday" is told; by default the real one.
    """
    for start, end in taken:
        text = text[:start] + _COVER * (end - start) + text[end:]
    return tuple(find_dates(text, today))


def offered(query: language.Query) -> Iterator[Notice]:
    """The dates of a question as constraints, each with the question that has it in place of the words.

    Nothing is offered where the question is confined to dates already.
    """
    if any(isinstance(node, language.Dates | language.Undated) for node in query.must):
        return
    for mention in query.dates[:MOST_OFFERED]:
        readings = [mention.period] + ([mention.other] if mention.other else [])
        for number, period in enumerate(readings):
            before, after = query.text[: mention.span.start].rstrip(), query.text[mention.span.end :].lstrip()
            opened = "" if before.endswith("(") else " "
            closed = "" if after.startswith((")", ",", "?")) else " "
            question = f"{before}{opened}date:{period}{closed}{after}".strip()
            if len(question) <= MAX_QUERY_LENGTH:
                said = f"Only {period_name(period)}?" if not number else f"Or, month first, {period_name(period)}?"
                yield Notice("date", said, mention.span, question)
