"""Capitals and seats of government: when they stand for their country, and when they are places."""

import pytest

from dragoman.corpus.description.countries import country_mentions
from dragoman.corpus.description.describe import describe
from dragoman.corpus.document import Document


def named(text: str) -> list[str]:
    return [text[mention.start : mention.end] for mention in country_mentions(text)]


@pytest.mark.parametrize(
    ("text", "capitals"),
    [
        ("Seoul’s position worried Pyongyang’s leaders", ["Seoul", "Pyongyang"]),
        ("Moscow’s war-fighting capabilities and Tehran’s disputed nuclear programme", ["Moscow", "Tehran"]),
        ("Relations between Tokyo and Beijing, and talks with Hanoi", ["Tokyo", "Beijing", "Hanoi"]),
        ("They urged Ankara to wait, and stepped up pressure on Minsk", ["Ankara", "Minsk"]),
        ("Seoul and Tokyo agreed; Yerevan has rejected it", ["Seoul", "Tokyo", "Yerevan"]),
        ("The Moscow-Beijing axis, and Seoul-Tokyo relations", ["Moscow", "Beijing", "Seoul", "Tokyo"]),
    ],
)
def test_a_capital_is_its_government_where_the_words_around_say_so(text: str, capitals: list[str]) -> None:
    assert named(text) == capitals


@pytest.mark.parametrize(
    "text",
    [
        "ANKARA, Nov 3 — The ministers met.",
        "He lives in Paris; London’s parks and Vienna’s opera are worth a visit.",
        "Flights between Seoul and Tokyo resumed, and the train between Paris and London is late.",
        "He told Washington Post readers, and had talks with Berlin Philharmonic players; George Washington said so.",
        "The embassy in Kabul said that it was closed.",
        "Talks in Geneva and Vienna will go on.",
    ],
)
def test_a_capital_that_is_a_place_names_no_country(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("seat", "country"),
    [
        ("the Kremlin", "Russia"),
        ("Downing Street", "United Kingdom"),
        ("the Élysée", "France"),
        ("the Quai d’Orsay", "France"),
        ("the White House", "United States"),
        ("Cheong Wa Dae", "South Korea"),
        ("the Knesset", "Israel"),
    ],
)
def test_a_seat_of_government_stands_for_its_country(seat: str, country: str) -> None:
    assert [mention.country for mention in country_mentions(f"On Monday {seat} did not answer.")] == [country]


def test_a_dateline_alone_makes_no_country() -> None:
    text = "VIENNA, Nov 3 — The inspectors of the agency met for two days and found nothing that they had not known."
    assert describe(Document(id="x", text=text)).countries == ()


def test_who_speaks_for_a_seat_of_government_has_its_country() -> None:
    text = "The Kremlin spokesman Dmitry Peskov said on Monday that nothing had been decided so far by anyone."
    assert [person.country for person in describe(Document(id="x", text=text)).people] == ["Russia"]
