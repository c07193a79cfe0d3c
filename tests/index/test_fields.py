"""Fields: what they are called, what a collection's own may be, and how ranges of their values are found."""

import json
from collections.abc import Sequence
from datetime import date
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.fields import (
    CLASSIFICATIONS,
    DECLARED,
    FIELDS,
    MOST_OWN,
    RESERVED,
    Fields,
    FieldType,
    OwnField,
    canonical_classification,
)
from dragoman.errors import InvalidField
from dragoman.index.constraints import AllOf, Between, Constraint, Has, Not
from dragoman.index.segments.columns import Columns, ColumnsWriter
from support.asking import admitted

if TYPE_CHECKING:
    from support.shelf import Shelf

DESK = OwnField("desk", "department")
VOTES = OwnField("votes", "Votes in favour", "number")
RECEIVED = OwnField("received", "received", "date")


# Names


def test_a_field_is_called_by_its_name_or_another_one_in_any_case() -> None:
    assert [FIELDS.called(name) for name in ("lang", "language", "LANG", "Language")] == [FIELDS["lang"]] * 4
    assert FIELDS.called("sender") == FIELDS.called("FROM") == FIELDS["from"]
    assert FIELDS.called("Recipient") == FIELDS["to"]
    assert [FIELDS.called(name) for name in ("", "desk", "lang ", "date", "title")] == [None] * 5
    own = Fields([DESK])
    assert own.called("Desk") is own["desk"]
    assert "desk" in own
    assert "desk" not in FIELDS
    assert "sender" not in FIELDS, "another name is no name"


def test_own_fields_come_after_those_that_all_have() -> None:
    own = Fields([VOTES, DESK])
    assert own.names == (*FIELDS.names, "votes", "desk") == tuple(each.name for each in own)
    assert FIELDS.names == tuple(each.name for each in DECLARED)
    assert Fields([VOTES, DESK]) == own
    assert len({own, Fields([VOTES, DESK]), Fields([DESK, VOTES]), FIELDS, Fields()}) == 3


def test_all_names_are_different() -> None:
    names = [name for each in DECLARED for name in (each.name, *each.aliases)]
    assert len(set(names)) == len(names)
    assert all(FIELDS.called(name) for name in names)


@pytest.mark.parametrize(
    "name", [*FIELDS.names, *(alias for each in DECLARED for alias in each.aliases), *sorted(RESERVED)]
)
def test_an_own_field_cannot_be_called_like_another_one(name: str) -> None:
    with pytest.raises(InvalidField, match=f"there is a field '{name}' already.*--field my{name}="):
        OwnField(name, "key")


@pytest.mark.parametrize(
    "name",
    ["", "Desk", "my desk", "my-desk", "my_desk", "desk1", "desk:", "../desk", "a\0b", "x" * 33, "x" * 10_000],
)
def test_an_own_field_has_small_letters_only(name: str) -> None:
    with pytest.raises(InvalidField, match="use small letters only, 32 at most") as error:
        OwnField(name, "key")
    assert len(str(error.value)) < 300
    assert "\0" not in str(error.value)
    assert OwnField("x" * 32, "key").name == "x" * 32


def test_an_own_field_has_a_type_and_a_key() -> None:
    wrong: FieldType = "colour"  # pyright: ignore[reportAssignmentType]
    with pytest.raises(InvalidField, match="'colour', and must be one of facet, text, number, date"):
        OwnField("desk", "department", wrong)
    for key in ("", " \t"):
        with pytest.raises(InvalidField, match="needs the key that records have it under: --field desk=KEY"):
            OwnField("desk", key)
    assert OwnField("desk", "Desk No. 1 (old)").key == "Desk No. 1 (old)"


def test_a_name_is_declared_once_and_own_fields_are_few() -> None:
    with pytest.raises(InvalidField, match="'desk' is declared twice"):
        Fields([DESK, OwnField("desk", "other", "text")])
    many = [OwnField("x" * length, "key") for length in range(1, 33)]
    assert len(many) == MOST_OWN
    assert len(Fields(many).own) == MOST_OWN
    with pytest.raises(InvalidField, match=f"at most {MOST_OWN} fields of its own, not {MOST_OWN + 1}"):
        Fields([*many, DESK])


# Values


def test_an_own_field_takes_its_values_from_what_a_document_has_besides() -> None:
    found = Document("a", "text", extra={"desk": ("Asia", "Europe"), "votes": ("3",)})
    assert DESK.field.values(found) == ("Asia", "Europe")
    assert RECEIVED.field.values(found) == ()
    assert [each.field.is_counted for each in (DESK, VOTES, RECEIVED)] == [True, False, False]
    assert not OwnField("remark", "remark", "text").field.is_counted


def test_the_fields_of_letters_take_their_values_from_documents() -> None:
    letter = Document(
        "a", "text", senders=("Rusk", "Ball"), recipients=("Kennedy",), volume="frus1961-63v05", classification="Secret"
    )
    values = {each.name: [value for value in each.values(letter) if value] for each in FIELDS}
    assert {name: each for name, each in values.items() if each} == {
        "from": ["Rusk", "Ball"],
        "to": ["Kennedy"],
        "volume": ["frus1961-63v05"],
        "classification": ["Secret"],
    }


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        *((each, each) for each in CLASSIFICATIONS),
        ("TOP SECRET", "Top Secret"),
        ("  top\n secret. ", "Top Secret"),
        ("(Confidential)", "Confidential"),
        ("top-secret", "Top Secret"),
        ("LIMITED OFFICIAL USE", "Limited Official Use"),
        ("Secret; Eyes Only", None),
        ("topsecret", None),
        ("", None),
    ],
)
def test_the_usual_writing_of_a_classification(written: str, usual: str | None) -> None:
    assert canonical_classification(written) == usual
    assert FIELDS["classification"].canonical(written) == usual


def test_a_document_without_the_later_attributes_has_the_hash_that_it_always_had() -> None:
    assert Document("a", "text").content_hash == "01d01182052e9d05ce0002dc41431c3858736dfd78d118eef811f036a1635cfe"
    later = {"senders", "recipients", "volume", "classification", "extra"}
    assert not later & Document("a", "text").description().keys()


@pytest.mark.parametrize(
    "changed",
    [
        Document("a", "text", senders=("Rusk",)),
        Document("a", "text", recipients=("Kennedy", "Bundy")),
        Document("a", "text", volume="frus1961-63v05"),
        Document("a", "text", classification="Secret"),
        Document("a", "text", extra={"desk": ("Asia", "Europe"), "votes": ("3",)}),
    ],
)
def test_the_later_attributes_are_part_of_a_description_and_of_the_hash(changed: Document) -> None:
    assert changed.content_hash != Document("a", "text").content_hash
    described = json.loads(json.dumps(changed.description()))
    again = Document.from_description(described, "text")
    assert again == changed
    assert again.content_hash == changed.content_hash
    assert hash(again) == hash(changed)


# Ranges


def ranged(folder: Path, own: OwnField, values: Sequence[tuple[str, ...]], low: float, high: float) -> list[int]:
    """Which of some documents, each of two passages, have a value in a range."""
    writer = ColumnsWriter(folder, Fields([own]))
    for version, each in enumerate(values):
        described = Document(f"d{version}", "One. Two.", extra={own.name: each})
        writer.add(version, described, 0, 4)
        writer.add(version, described, 5, 9)
    writer.close()
    found = Columns(folder).between(own.name, low, high, days=own.type == "date")
    assert found.shape == (2 * len(values),)
    assert found[::2].tolist() == found[1::2].tolist()
    return np.flatnonzero(found[::2]).tolist()


NUMBERS = [("3",), ("-4.5",), ("10", "200"), (), ("many",), ("1e3",), ("12 ", "none"), ("nan",), ("3.0",)]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (3, 3, [0, 8]),
        (3, 12, [0, 2, 6, 8]),
        (11, 199, [6]),
        (-inf, 0, [1]),
        (200, inf, [2, 5]),
        (-inf, inf, [0, 1, 2, 5, 6, 8]),
        (5, 4, []),
    ],
)
def test_numbers_in_a_range(tmp_path: Path, low: float, high: float, expected: list[int]) -> None:
    assert ranged(tmp_path, VOTES, NUMBERS, low, high) == expected


DAYS = [("2025-11-22",), ("November 2025",), ("1950", "2025-12-01"), (), ("soon",), ("2025-02-30",), ("2026-01-01",)]


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (day("2025-11-22"), day("2025-11-22"), [0, 1]),
        (day("2025-11-30"), day("2025-12-01"), [1, 2]),
        (-inf, day("1950-06-01"), [2]),
        (-inf, day("1949-12-31"), []),
        (day("1951-01-01"), day("2025-10-31"), []),
        (day("2025-12-01"), inf, [2, 6]),
        (-inf, inf, [0, 1, 2, 6]),
    ],
)
def test_days_that_a_range_overlaps(tmp_path: Path, low: float, high: float, expected: list[int]) -> None:
    assert ranged(tmp_path, RECEIVED, DAYS, low, high) == expected


@pytest.mark.parametrize("own", [VOTES, RECEIVED])
def test_a_column_without_values_has_none_in_any_range(tmp_path: Path, own: OwnField) -> None:
    assert ranged(tmp_path, own, [(), ()], -inf, inf) == []


# In a collection


def test_a_collection_filters_counts_and_completes_by_its_own_fields(shelf: "Shelf") -> None:
    shelf.declare(DESK, VOTES, RECEIVED)
    shelf.add(
        Document("a", "One.", extra={"desk": ("East Asia",), "votes": ("3",), "received": ("2025-11",)}),
        Document("b", "Two.", extra={"desk": ("South Asia", "Europe"), "votes": ("30", "4"), "elsewhere": ("x",)}),
    )
    shelf.add(Document("c", "Three.", extra={"desk": ("Europe",), "received": ("2025-12-01",)}), Document("d", "Four."))
    snapshot = shelf.snapshot()

    def ids(constraint: Constraint) -> str:
        found = snapshot.locate(np.array(admitted(snapshot, constraint), np.int64))
        return "".join(each.document_id for each in found)

    assert snapshot.info.fields.names == (*FIELDS.names, "desk", "votes", "received")
    assert snapshot.info.lacking == frozenset()
    assert ids(Has("desk", "asia")) == "ab"
    assert ids(Has("desk", "Europe", exact=True)) == "bc"
    assert ids(Between("votes", 3, 29)) == "ab"
    assert ids(Not(Between("votes", 5, inf))) == "acd"
    assert ids(Between("received", day("2025-11-30"), inf, days=True)) == "ac"
    assert ids(AllOf((Has("desk", "asia"), Between("votes", 4, 4)))) == "b"
    assert snapshot.values("desk", "eu", 5) == [("Europe", 2)]
    assert snapshot.values("desk", "asia", 5) == [("East Asia", 1), ("South Asia", 1)]


def test_a_collection_says_which_fields_its_index_lacks(shelf: "Shelf") -> None:
    shelf.add(Document("a", "One.", extra={"desk": ("Asia",)}, countries=("France",)))
    shelf.declare(DESK)
    shelf.add(Document("b", "Two.", extra={"desk": ("Asia",)}))
    snapshot = shelf.snapshot()
    assert snapshot.info.lacking == {"desk"}, "a column in some segments is none"
    assert snapshot.values("desk", "a", 5) == []
    assert snapshot.values("country", "f", 5) == [("France", 1)]
    shelf.compact()
    assert shelf.snapshot().info.lacking == frozenset()
    assert shelf.snapshot().values("desk", "a", 5) == [("Asia", 2)]


def test_no_own_field_takes_the_place_of_another_column(tmp_path: Path) -> None:
    with pytest.raises(InvalidField):
        OwnField("ids", "key")  # the one list of strings that is kept beside the fields'
    own = Fields(OwnField(name, "key") for name in ("start", "end", "order", "version", "first", "last", "codes"))
    writer = ColumnsWriter(tmp_path, own)
    writer.add(7, Document("a", "text", extra={each.name: (f"my {each.name}",) for each in own.own}), 0, 4)
    writer.close()
    columns = Columns(tmp_path)
    assert list(columns.ids) == ["a"]
    assert (columns.version.tolist(), columns.end.tolist()) == ([7], [4])
    assert columns.fields == set(own.names)
    assert all(columns.having(each.name, f"my {each.name}", exact=True).all() for each in own.own)
