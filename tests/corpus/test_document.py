"""What a document and a passage promise to the rooms that build on them."""

import json
from datetime import date

import pytest

from dragoman.corpus.document import (
    MAX_ID_LENGTH,
    DateInterval,
    Document,
    Passage,
    Person,
    Reference,
    Span,
    parse_passage_id,
    passage_id,
)
from dragoman.errors import InvalidDocument

FULL = Document(
    id="briefs/lee-macron",
    text="Lee met Macron. They agreed.",
    title="Lee meets Macron",
    dates=DateInterval(date(2025, 11, 22), date(2025, 11, 23)),
    place="Johannesburg",
    countries=("South Korea", "France"),
    people=(Person("Lee Jae Myung", "President", "South Korea"),),
    topics=("partnership",),
    references=(Reference("NationPress", "Ties", "https://example.org/", "2025-11-23"),),
    origin="lee-macron.md",
)


@pytest.mark.parametrize("bad", ["", "   ", "a\nb", "a\0b", "a\ud800b", "x" * (MAX_ID_LENGTH + 1)])
def test_an_id_that_could_not_stand_in_a_url_or_a_result_is_refused(bad: str) -> None:
    with pytest.raises(InvalidDocument):
        Document(id=bad, text="x")


@pytest.mark.parametrize("bad", ["a/b", "../../x", "x" * 300, 'en"><b>', "e", " "])
def test_a_language_that_is_no_code_is_refused(bad: str) -> None:
    with pytest.raises(InvalidDocument, match="must be a code"):
        Document(id="x", text="x", language=bad)
    assert Document(id="x", text="x", language="pt-BR").language == "pt-BR"


def test_an_interval_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidDocument, match="ends before it begins"):
        Document(id="x", text="x", dates=DateInterval(date(2025, 2, 1), date(2025, 1, 1)))


def test_a_description_survives_json() -> None:
    fields = json.loads(json.dumps(FULL.description()))
    assert Document.from_description(fields, FULL.text) == FULL
    assert Document.from_description(Document(id="x", text="").description(), "") == Document(id="x", text="")


def test_the_content_hash_sees_the_text_and_the_description_but_not_the_origin_nor_what_was_cut() -> None:
    def changed(**fields: object) -> str:
        return Document.from_description(FULL.description() | fields, FULL.text).content_hash

    assert changed(origin="elsewhere") == FULL.content_hash
    assert changed(cut=["Menu"]) == FULL.content_hash
    assert changed(title="Other") != FULL.content_hash
    assert changed(dates=None) != FULL.content_hash
    assert Document.from_description(FULL.description(), "other").content_hash != FULL.content_hash


def test_a_date_interval_is_shown_as_one_day_or_two() -> None:
    assert str(FULL.dates) == "2025-11-22..2025-11-23"
    assert str(DateInterval(date(2025, 11, 22), date(2025, 11, 22))) == "2025-11-22"


def test_a_passage_is_a_slice_of_its_document() -> None:
    passage = Passage(FULL, 0, 28, (Span(0, 15), Span(16, 28)))
    assert passage.text == FULL.text
    assert parse_passage_id(passage.id) == ("briefs/lee-macron", 0, 28)


@pytest.mark.parametrize("document_id", ["a", "a#b", "a#1-2", "/x/y z.txt", "ü#"])
def test_a_passage_id_is_read_back_whatever_the_document_id_holds(document_id: str) -> None:
    assert parse_passage_id(passage_id(document_id, 3, 14)) == (document_id, 3, 14)


@pytest.mark.parametrize(
    "value", ["", "a", "a#", "a#1", "a#1-", "a#-2", "a#x-y", "a#١-٢", "a#1-2-3", "a#1-" + "9" * 50]
)
def test_what_is_no_passage_id_is_none(value: str) -> None:
    assert parse_passage_id(value) is None
