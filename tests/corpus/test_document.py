"""What a document and a passage promise to the rooms that build on them."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from dragoman.corpus.document import (
    MAX_ID_LENGTH,
    DateInterval,
    Document,
    Note,
    Page,
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


def test_footnotes_belong_to_the_passage_that_their_mark_follows_whatever_their_order() -> None:
    text = "  \n One two.  \n\n Three four. "
    marks = [30, 0, 13, 12, 14, 99, 3, 28, 12]
    document = Document("d", text, notes=tuple(Note("*", at, str(number)) for number, at in enumerate(marks)))
    cut = [Span(0, 12), Span(4, 12), Span(12, 16), Span(16, 27), Span(16, 28), Span(4, len(text))]
    for span in cut:
        followed = [len(text[:at].rstrip()) for at in marks]
        opens = not text[: span.start].strip()
        expected = [n for n, end in enumerate(followed) if (opens or span.start < end) and end <= span.end]
        assert [int(note.text) for note in document.notes_in(span)] == expected, span
    # Those before the first word belong to the first passage, and each to one passage alone.
    first, second = document.notes_in(cut[1]), document.notes_in(cut[4])
    assert sorted(int(note.text) for note in (*first, *second)) == [*range(len(marks))]


class Looked(tuple[Any, ...]):
    """A tuple that counts how often something of it is looked at, in all of these."""

    times = 0

    def __iter__(self) -> Iterator[Any]:
        for each in super().__iter__():
            Looked.times += 1
            yield each

    def __getitem__(self, at: Any) -> Any:
        Looked.times += 1
        return super().__getitem__(at)


def test_very_many_footnotes_and_pages_are_each_looked_at_a_few_times() -> None:
    many = 10_000
    notes = Looked(Note("*", 5 * number + 4, "") for number in range(many))
    pages = Looked(Page(str(number), 50 * number) for number in range(many // 10))
    document = Document("d", "word " * many, notes=notes, pages=pages)
    passages = [Span(50 * number, 50 * number + 49) for number in range(many // 10)]
    assert [len(document.notes_in(span)) for span in passages] == [10] * len(passages)
    assert [document.pages_of(span)[0].label for span in passages] == [str(n) for n in range(many // 10)]
    assert Looked.times < 20 * many
