"""Completing the last word of a question: what is offered, in what order, and that half-typed questions do no harm."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.corpus.document import Document, Person
from dragoman.index.reading.snapshot import Snapshot
from dragoman.search.advice.completion import Completion, complete
from dragoman.search.language.parser import parse
from dragoman.search.language.query import MAX_QUERY_LENGTH, Filter

if TYPE_CHECKING:
    from support.shelf import Shelf


@pytest.fixture(scope="module")
def snapshot(make_shelf: "Callable[[], Shelf]") -> Snapshot:
    """Two segments and a few deletions."""
    shelf = make_shelf()
    macron, lee = Person("Emmanuel Macron"), Person("Lee Jae-myung")
    shelf.add(
        Document("1", "the summit in Paris\nsummits ahead", outlet="Le Monde", countries=("France",), people=(macron,)),
        Document("2", "summit of Asian leaders", countries=("South Korea", "France"), people=(macron, lee)),
        Document("3", "gone summitry of old", outlet="Summa", countries=("Freedonia",)),
    )
    shelf.add(
        Document("4", "macroeconomics and summits", outlet="Macro Daily", countries=("Côte d'Ivoire",), language="fr"),
        Document("5", "macroeconomics and theatre", countries=("France",), people=(Person("Élisabeth Borne"),)),
    )
    shelf.remove("3")
    return shelf.snapshot()


def texts(snapshot: Snapshot, typed: str, limit: int = 8) -> list[str]:
    return [each.text for each in complete(snapshot, typed, limit)]


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        # Values of a column: the commonest first, any of their words, whatever the case and the accents.
        ("a country:", ["a country:=France", 'a country:="Côte d\'Ivoire"', 'a country:="South Korea"']),
        ("country:fr", ["country:=France"]),
        ("country:KOR", ['country:="South Korea"']),
        ("country:cote", ['country:="Côte d\'Ivoire"']),
        ("person:=elis", ['person:="Élisabeth Borne"']),
        ("person:myu", ['person:="Lee Jae-myung"']),
        ('person:"jae my', ['person:="Lee Jae-myung"']),
        ('-country:="South k', ['-country:="South Korea"']),
        ("-Country:Fr", ["-country:=France"]),
        ("(Country:Fr", ["(country:=France"]),
        ("language:f", ["lang:=fr"]),
        ("country:Freed", []),
        ("country:ranc", []),
        # Words, by the passages that live.
        ("the summ", ["the summit", "the summits"]),
        ('"the end" Summ', ['"the end" Summit', '"the end" Summits']),
        ("title:x -summ", ["title:x -summit", "title:x -summits"]),
        ("text:summ", ["text:summit", "text:summits"]),
        ("summit", ["summits"]),
        ("th", ["theatre"]),
        # Of everything something.
        ("macr", ["macron", "macroeconomics", 'person:="Emmanuel Macron"', 'outlet:="Macro Daily"']),
        ("le", ["leaders", "lee", 'outlet:="Le Monde"', 'person:="Lee Jae-myung"']),
        ("x -fra", ["x -country:=France"]),
        ("coun", ["country:"]),
        ("pa", ["paris"]),
        ("-pl", ["-place:"]),
    ],
)  # fmt: skip
def test_a_question_is_completed(snapshot: Snapshot, typed: str, completed: list[str]) -> None:
    assert texts(snapshot, typed) == completed
    for text in completed:
        if not text.endswith(":"):
            assert parse(text + ")" if text.startswith("(") else text)


def test_a_completion_says_what_it_is_and_how_often(snapshot: Snapshot) -> None:
    assert complete(snapshot, "macr") == [
        Completion("macron", "word", 3),
        Completion("macroeconomics", "word", 2),
        Completion('person:="Emmanuel Macron"', "person", 3),
        Completion('outlet:="Macro Daily"', "outlet", 1),
    ]
    assert complete(snapshot, "da") == [
        Completion('outlet:="Macro Daily"', "outlet", 1),
        Completion("date:", "field", 0),
    ]
    (france,) = complete(snapshot, "country:fr")
    assert france == Completion("country:=France", "country", 4)
    assert parse(france.text).must == (Filter("country", "France", True),)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("pres", ["president", "presse", "presidente", "presión"]),
        ("prés", ["président"]),
        ("Prés", ["Président"]),
        ("PRES", ["PRESIDENT", "PRESSE", "PRESIDENTE", "PRESIÓN"]),
        ("presio", ["presión"]),
        ("pras", ["präsident"]),
        ("Präs", ["Präsident"]),
        ("pràs", []),
        ("e\u0301lys", ["élysée"]),
        ("à l'Elys", ["à l'Élysée"]),
        ("stras", ["straße"]),
        ("Straß", ["Straße"]),
        ("turk", ["türkiye"]),
        ("İst", ["İstanbul"]),
        ("ещ", ["ещё"]),
        ("O'bri", ["O'brien"]),
    ],
)
def test_words_are_offered_as_they_are_written(
    make_shelf: "Callable[[], Shelf]", typed: str, completed: list[str]
) -> None:
    shelf = make_shelf()
    texts = {
        "en-1": "the President\nthe President and Mr. O'Brien\npresident",
        "fr-1": "le Président à l'Élysée\nle président et la presse\nElysee",
        "fr-2": "l'Élysée",
        "es-1": "el presidente y la presión",
        "de-1": "der Präsident und die Presse in der Straße",
        "tr-1": "Türkiye ve İstanbul",
        "ru-1": "ещё один",
    }
    for name, text in texts.items():
        shelf.add(Document(name, text, language=name[:2]))
    shelf.add(*(Document(f"gone-{n}", "le président", language="fr") for n in range(9)))
    shelf.remove(*(f"gone-{n}" for n in range(9)))
    assert [each.text for each in complete(shelf.snapshot(), typed) if each.kind == "word"] == completed


def test_there_are_no_more_than_were_asked_for(snapshot: Snapshot) -> None:
    assert texts(snapshot, "country:", 1) == ["country:=France"]
    assert texts(snapshot, "macr", 2) == ["macron", 'person:="Emmanuel Macron"']
    assert texts(snapshot, "macr", 1) == ["macron"]
    assert texts(snapshot, "macr", 0) == []


# Questions that end in nothing that could be completed, or have an error before it.
NOTHING = r"""| |-|--|--summ|m|summit |"|"summ|"summ"|country:"Fr"|title:"su|country:-Fr|foo:b|date:20
    |country:(fr|country:(fr OR ger|title:(su|su*|su~|su)|OR|'""".split("|")


@pytest.mark.parametrize("typed", [*NOTHING, "a" * MAX_QUERY_LENGTH + "b"])
def test_where_there_is_nothing_to_complete_there_is_nothing(snapshot: Snapshot, typed: str) -> None:
    assert complete(snapshot, typed) == []


PIECES = """su m th - -- ~ * ? ! . : := / = ( ) " “ ” „ « » country: person:= title: date: foo: OR AND NOT
    é 日 \ud800 fr 1""".split()


@given(st.text() | st.lists(st.sampled_from([*PIECES, " ", "\0"]), max_size=12).map("".join))
def test_whatever_is_half_typed_does_no_harm(snapshot: Snapshot, typed: str) -> None:
    for each in complete(snapshot, typed):
        assert each.passages >= (each.kind != "field")
