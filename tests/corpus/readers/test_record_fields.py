"""The fields of archives, a collection's own, and what nothing holds: from records, front matter and TEI."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dragoman.corpus import intake
from dragoman.corpus.document import Document, Person
from dragoman.corpus.fields import (
    LONGEST_VALUE,
    MOST_VALUES,
    RECORD_NAMES,
    Fields,
    FieldType,
    OwnField,
    canonical_classification,
    stated_classification,
)
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.errors import InvalidField
from dragoman.index.segments.columns import Values, ValuesWriter

DAY = date(2025, 11, 22).toordinal()
TEXT = "They met in Seoul and agreed to meet again."
PLAIN = "74f5d78bc7102dcff8bc32760ba5cac2cefd756b2a743a5159cedaca5246219b"


def document(path: Path, content: str, options: ReadOptions | None = None) -> Document:
    path.write_text(content, encoding="utf-8")
    (found,) = read([path], options=options)
    assert isinstance(found, Document), found
    return found


def record(folder: Path, options: ReadOptions | None = None, **values: object) -> Document:
    return document(folder / "x.jsonl", json.dumps({"id": "a", "text": TEXT, **values}), options)


def own(key: str, kind: FieldType = "facet", **fields: str) -> ReadOptions:
    return ReadOptions(own=(OwnField("desk", key, kind),), fields=fields)


# ------------------------------------------------------------------------------------------ the fields of archives


def left_open(found: Document) -> list[str]:
    """What was left out of a document, and why: "votes: no number"."""
    return [remark.kind.replace(" was left open (", ": ").removesuffix(")") for remark in found.remarks]


@pytest.mark.parametrize(("sender", "recipient"), [("senders", "recipients"), ("sender", "recipient"), ("from", "to")])
def test_a_record_says_who_sent_it_to_whom(tmp_path: Path, sender: str, recipient: str) -> None:
    found = record(tmp_path, **{sender: ["Rusk", "Embassy in Japan"], recipient: "Department of State, Washington"})
    assert found.senders == ("Rusk", "Embassy in Japan")
    assert found.recipients == ("Department of State, Washington",)
    assert found.provenance["senders"] == found.provenance["recipients"] == "given"
    assert found.unused == ()


def test_volume_and_classification_of_a_row_and_of_front_matter(tmp_path: Path) -> None:
    row = document(tmp_path / "x.csv", f"id,text,volume,classification,from\na,{TEXT},v05,TOP-SECRET,Rusk\n")
    page = document(tmp_path / "x.md", f"---\nvolume: 5\nclassification: Cosmic\nto: [Rusk]\n---\n{TEXT}\n")
    assert (row.volume, row.classification, row.senders) == ("v05", "Top Secret", ("Rusk",))
    assert (page.volume, page.classification, page.recipients) == ("5", "Cosmic", ("Rusk",))
    assert page.provenance["volume"] == page.provenance["classification"] == "given"
    assert row.unused == page.unused == ()


def test_what_is_no_sender_costs_no_document(tmp_path: Path) -> None:
    values = {"from": {"name": "Rusk"}, "volume": ["1", "2"], "persons": 4, "classification": [["x"]]}
    found = record(tmp_path, **values)
    assert (found.senders, found.volume, found.people, found.classification) == ((), "", (), "")
    assert left_open(found) == [
        "from: an object",
        "volume: more than one value",
        "persons: a number, where a name should be",
        "classification: a list within a list",
    ]


def test_persons_are_people_and_an_empty_key_gives_way(tmp_path: Path) -> None:
    assert record(tmp_path, persons=["Dean Rusk"]).people == (Person("Dean Rusk"),)
    assert record(tmp_path, people=[], persons=["Dean Rusk"]).people == (Person("Dean Rusk"),)
    both = record(tmp_path, people=["Dean Rusk"], persons=["U Thant"])
    assert (both.people, both.unused) == ((Person("Dean Rusk"),), ("persons",))


@pytest.mark.parametrize("name", RECORD_NAMES)
def test_every_field_may_lie_under_another_key(tmp_path: Path, name: str) -> None:
    value = {"dates": "1950", "language": "fr", "notes": [["1", 0, "x"]]}.get(RECORD_NAMES[name], "Rusk")
    values: dict[str, Any] = {"id": "a", "text": TEXT, "My Key": value}
    if RECORD_NAMES[name] in ("text", "html"):
        del values["text"]
    found = document(tmp_path / "x.jsonl", json.dumps(values), ReadOptions(fields={name: "My Key"}))
    assert found.unused == (() if name != "id" else ("id",))
    if RECORD_NAMES[name] != "html":
        assert getattr(found, RECORD_NAMES[name])


@pytest.mark.parametrize(
    ("note", "classification"),
    [
        ("Source: Department of Tides, Files, 12.3/4–56. Confidential; Priority. Drafted by Pole.", "Confidential"),
        ("Source: Harbour Archive, Box 3.\n  Top\n  Secret; Eyes Only.", "Top Secret"),
        ("Source: Harbour Archive, Box 3. Priority; Secret; No Copies.", "Secret"),
        ("Source: Harbour Archive, Confidential File. Secret.", "Secret"),
        ("Source: Harbour Archive, Confidential File. Drafted by Pole.", ""),
        ("Source: Harbour Archive, Secret Papers, Box 2.", ""),
        ("Source: Harbour Archive, Tide Series, Restricted. Seen by Pole.", "Restricted"),
        ("Source: Harbour Archive, PIER 2 S DOCK Secret; Priority.", "Secret"),
        ("Source: Harbour Archive. Personal and Confidential.", "Confidential"),
        ("Source: Harbour Archive. For Official Use Only. Drafted by Pole.", "Official Use Only"),
        ("Source: Harbour Archive. Secret/Sensitive.", "Secret"),
        ("Source: Harbour Archive. Limited official use", "Limited Official Use"),
        ("Source: Harbour Archive. A note says: “Secret.” No classification marking.", ""),
        ("He sent the secret. Drafted by Pole.", ""),
        ("[Confidential.]", "Confidential"),
        ("[Extract.]", ""),
        ("Unclassified.", "Unclassified"),
        ("Source: Harbour Archive. Confidential. The enclosure is at Top Secret.", "Confidential"),
        ("12.3/4–56: Telegram", ""),
        ("", ""),
    ],
)
def test_a_source_note_states_a_classification_or_none(tmp_path: Path, note: str, classification: str) -> None:
    assert stated_classification(note) == classification
    assert record(tmp_path, source_note=note).classification == classification


def test_a_classification_that_is_given_goes_before_the_source_notes(tmp_path: Path) -> None:
    found = record(tmp_path, classification="secret", source_note="Source: Box 3. Top Secret.")
    assert (found.classification, found.unused) == ("Secret", ("source_note",))
    assert canonical_classification("For your eyes") is None


def test_a_document_without_these_has_the_content_hash_it_always_had(tmp_path: Path) -> None:
    # As the commit before these fields made them.
    assert record(tmp_path, title="Talks", date="2025-11-22", chapter="x").content_hash == PLAIN


# --------------------------------------------------------------------------------------------- fields of one's own


def test_a_field_of_ones_own_is_read_from_records_and_front_matter(tmp_path: Path) -> None:
    assert record(tmp_path, own("Department No."), **{"Department No.": "Asia, East"}).extra == {
        "desk": ("Asia, East",)
    }
    assert record(tmp_path, own("dept", desk="bureau"), dept="x", bureau="Asia").extra == {"desk": ("Asia",)}
    row = document(tmp_path / "x.csv", f"id,text,dept\na,{TEXT},Asia\n", own("dept"))
    page = document(tmp_path / "x.md", f"---\ndept: [Asia, Europe, Asia]\n---\n{TEXT}\n", own("dept"))
    assert (row.extra, row.unused) == ({"desk": ("Asia",)}, ())
    assert (page.extra, page.unused) == ({"desk": ("Asia", "Europe")}, ())
    assert document(tmp_path / "y.md", f"---\nbureau: Asia\n---\n{TEXT}\n", own("dept", desk="bureau")).extra


@pytest.mark.parametrize(
    ("kind", "value", "values"),
    [
        ("facet", "  East \n Asia ", ("East Asia",)),
        ("facet", [1, True, 2.5, "1", None, ""], ("1", "true", "2.5")),
        ("text", "Two words", ("Two words",)),
        ("number", ["7", 7.0, "1e3", -0.0, "0.50"], ("7", "1000", "0", "0.5")),
        ("date", "22 November 2025", ("2025-11-22",)),
        ("date", ["2025-11", 1950], ("2025-11-01..2025-11-30", "1950-01-01..1950-12-31")),
        ("date", "2025-11-22/2025-11-23", ("2025-11-22..2025-11-23",)),
        ("facet", [], ()),
    ],
)
def test_values_of_ones_own_by_type(tmp_path: Path, kind: FieldType, value: object, values: tuple[str, ...]) -> None:
    found = record(tmp_path, own("k", kind), k=value)
    assert (found.extra.get("desk", ()), found.unused) == (values, ())
    assert ("desk" in found.extra) == bool(values)


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("facet", {"a": 1}, "an object"),
        ("facet", [["a"]], "a list within a list"),
        ("facet", "x" * (LONGEST_VALUE + 1), f"longer than {LONGEST_VALUE} characters"),
        ("number", "many", "no number"),
        ("number", True, "no number"),
        ("number", "NaN", "no number"),
        ("number", "1e999999999", "no number"),
        ("date", "soon", "no date"),
        ("date", "2025-02-30", "no date"),
        ("date", True, "no date"),
    ],
)
def test_a_value_that_does_not_fit_is_left_out_and_named(
    tmp_path: Path, kind: FieldType, value: object, reason: str
) -> None:
    good = {"facet": "Asia", "number": "7", "date": "2025-11-22"}[kind]
    alone, beside = record(tmp_path, own("k", kind), k=value), record(tmp_path, own("k", kind), k=[good, value])
    assert (alone.extra, left_open(alone)) == ({}, [f"k: {reason}"])
    if not isinstance(value, list):
        assert (beside.extra, left_open(beside)) == ({"desk": (good,)}, [f"k: {reason}"])


def test_a_document_has_a_thousand_values_of_a_field_at_most(tmp_path: Path) -> None:
    found = record(tmp_path, own("k"), k=[str(number) for number in range(100_000)])
    assert len(found.extra["desk"]) == MOST_VALUES
    assert left_open(found) == ["k: more than 1,000 values"]
    assert record(tmp_path, own("k"), k=list(range(MOST_VALUES))).unused == ()


@pytest.mark.parametrize(("kind", "low", "high"), [("number", 999, 1001), ("date", DAY, DAY)])
def test_a_column_reads_numbers_and_dates_back(tmp_path: Path, kind: FieldType, low: float, high: float) -> None:
    values = {"number": ["1e3", "12,5", "-4"], "date": ["Nov. 22, 2025", "1950"]}[kind]
    documents = [record(tmp_path, own("k", kind), k=value) for value in values]
    column = ValuesWriter(tmp_path, "desk")
    for each in documents:
        column.add(each.extra.get("desk", ()))
    column.close()
    found = Values(tmp_path, "desk").between(low, high, days=kind == "date")
    assert found.tolist() == [True, False, False][: len(values)]


def test_a_name_that_is_no_field_is_refused_in_one_line() -> None:
    with pytest.raises(InvalidField, match=r"^documents have no field 'desk': .*OwnField\('desk', 'department'\)$"):
        read(["x.jsonl"], options=ReadOptions(fields={"desk": "department"}))
    read(["x.jsonl"], options=own("department", desk="department"))


@pytest.mark.parametrize("name", ["persons", "from", "recipients", "volume", "note", "text", "sender"])
def test_a_field_of_ones_own_is_not_called_like_one_of_ours(name: str) -> None:
    with pytest.raises(InvalidField, match=f"^there is a field '{name}' already"):
        Fields([OwnField(name, "x")])


# --------------------------------------------------------------------------------------------- what nothing holds


def test_keys_that_nothing_holds_are_named_in_order(tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "chapter": ["x"],
        "pages": [1, 2],
        "_score": 3,
        "empty": "",
        "none": None,
        "no": [],
        "title": "Talks",
    }
    assert record(tmp_path, **values, zero=0).unused == ("chapter", "pages", "zero")
    assert document(tmp_path / "x.md", f"---\nchapter: x\ntitle: Talks\n---\n{TEXT}\n").unused == ("chapter",)
    assert document(tmp_path / "x.csv", f"id,text,chapter\na,{TEXT},x\n").unused == ("chapter",)


def test_a_remark_under_notes_is_not_used_but_footnotes_are(tmp_path: Path) -> None:
    assert record(tmp_path, notes="a remark").unused == ("notes",)
    assert record(tmp_path, notes=[["1", 3, "a footnote"]]).unused == ()


def test_a_web_page_in_a_record_is_used(tmp_path: Path) -> None:
    page = f"<html><body><p>{TEXT}</p></body></html>"
    assert document(tmp_path / "x.jsonl", json.dumps({"id": "a", "html": page, "x": 1})).unused == ("x",)


def test_a_key_is_shown_on_one_line_and_short(tmp_path: Path) -> None:
    keys: dict[str, Any] = {"a\n\0b": 1, "k" * 1000: 1}
    assert record(tmp_path, **keys).unused == ("a b", "k" * 60 + "…")


def test_what_is_not_used_is_no_part_of_the_document(tmp_path: Path) -> None:
    plain, other = record(tmp_path), record(tmp_path, chapter="x")
    assert plain == other
    assert plain.content_hash == other.content_hash
    assert "unused" not in other.description()
    assert Document.from_description(other.description(), other.text).unused == ()


def test_a_fault_in_one_record_costs_that_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def describe(document: Document, *_: object, **__: object) -> Document:
        if document.id == "b":
            raise IndexError("pop from empty list")
        return document

    monkeypatch.setattr(intake, "describe", describe)
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps({"id": name, "text": "The envoy left."}) + "\n" for name in "abcd"))
    found = list(read([path]))
    assert [each.id for each in found if isinstance(each, Document)] == ["a", "c", "d"]
    (skipped,) = (each for each in found if isinstance(each, Skipped))
    assert "line 2" in skipped.origin
    assert "IndexError: pop from empty list" in skipped.reason


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("from", ["\0"], "from: control characters alone"),
        ("when", "\ufeff", "when: control characters alone"),
        ("when", "1950..1940", "when: no date"),
        ("abstract", "x" * 20_001, "abstract: longer than 20,000 characters"),
    ],
)
def test_what_cannot_be_a_value_is_left_out_and_named(tmp_path: Path, key: str, value: object, said: str) -> None:
    own = (OwnField("received", "when", "date"), OwnField("summary", "abstract", "text"))
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"id": "a", "text": "The envoy left.", key: value}))
    (document,) = read([path], options=ReadOptions(own=own))
    assert isinstance(document, Document)
    assert (left_open(document), document.senders, document.extra) == ([said], (), {})


def test_keys_may_be_written_in_capitals(tmp_path: Path) -> None:
    rows = 'ID,Title,TEXT,Text,Date ,Votes\n1,Talks,"They met, and parted.",other,2024-05-06,5\n'
    found = document(tmp_path / "x.csv", rows)
    assert (found.id, found.title, found.text) == ("1", "Talks", "They met, and parted.")
    assert (str(found.dates), found.unused) == ("2024-05-06", ("Text", "Votes"))
    as_written = record(tmp_path, title="small", Title="large")
    assert (as_written.title, as_written.unused) == ("small", ("Title",))
    page = document(tmp_path / "x.md", f"---\nTitle: Talks\nDate: 2024-05-06\n---\n{TEXT}")
    assert (page.title, str(page.dates), page.unused) == ("Talks", "2024-05-06", ())
