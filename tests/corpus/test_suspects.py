"""Dates that contradict the day of publication, and the many that do not."""

from datetime import date

import pytest

from dragoman.corpus.description.suspects import suspects
from dragoman.corpus.document import DateInterval, Document
from dragoman.corpus.read import read
from support.places import SEEDS


def document(text: str, published: date | None = date(2025, 11, 23)) -> Document:
    return Document(id="x", text=text, dates=published and DateInterval(published, published), language="en")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The summit, starting on Sunday, October 1, 2023, aims at peace.", "October 1, 2023"),
        ("Lee is set to meet Trump next week, on 25 August 2023.", "25 August 2023"),
        ("The leaders will meet on November 30, 2023 in Seoul.", "November 30, 2023"),
        ("He arrived yesterday, 22 November 2024.", "22 November 2024"),
    ],
)
def test_what_is_told_as_near_and_is_far(text: str, said: str) -> None:
    assert suspects(document(text)) == [f'x: says "{said}" of something near, though published 2025-11-23']


@pytest.mark.parametrize(
    "text",
    [
        "The summit, starting on Sunday, November 30, 2025, aims at peace.",
        "The treaty of 19 January 1960 stands. They will meet next week.",
        "The treaty, signed 19 January 1960, stands. They will meet next week.",
        "They will meet next week for the first time since June 2023.",
        "The agreement is set to expire in June 2035.",
        "The games will begin on 1 March 2026.",
        "They were next to meet in 2023.",
    ],
)
def test_history_and_plans_are_no_suspects(text: str) -> None:
    assert suspects(document(text)) == []


def test_a_document_without_a_date_says_what_was_not_taken_for_one() -> None:
    (line,) = suspects(
        document("Lee will meet Trump on October 1, 2023. Lee will meet Trump on October 1, 2023.", None)
    )
    assert line == 'x: has no date; says "October 1, 2023" of something near, which is not taken for its own'


@pytest.mark.shared("seeds")
def test_the_one_article_of_three_that_misdates_its_event() -> None:
    lines = [line for each in read([SEEDS]) if isinstance(each, Document) for line in suspects(each)]
    assert len(lines) == 1
    assert "004_" in lines[0]
    assert "October 1, 2023" in lines[0]
