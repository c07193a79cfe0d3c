"""What is known of each passage besides its words: filters, dates and order, against plain Python."""

import random
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.fields import FIELDS
from dragoman.index.segments.columns import Columns, ColumnsWriter
from support.random_documents import RandomDocuments

STARTS = ("", "b", "é", "日", "𝕏", "\uffee")  # the last two go the other way round as UTF-16
RECIPE = RandomDocuments(
    within=60,
    lasting=(0, 0, 1, 30),
    outlets=("", "Le Monde", "The Korea Herald"),
    kinds=("", "news", "despatch"),
    countries=("France", "South Korea", "North Korea", "Türkiye"),
    people=("Lee Jae Myung", "Emmanuel Macron", "Recep Tayyip Erdoğan", "Lee Hsien Loong"),
)
_RNG = random.Random(5)
DOCUMENTS = [RECIPE.make(f"{_RNG.choice(STARTS)}doc{_RNG.randint(0, 10_000)}/{n}") for n in range(200)]


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> Columns:
    """Two passages of each of the documents, the later one first."""
    folder: Path = tmp_path_factory.mktemp("columns")
    writer = ColumnsWriter(folder, FIELDS)
    for version, document in enumerate(DOCUMENTS, 10):
        writer.add(version, document, 5, 9)
        writer.add(version, document, 0, 4)
    writer.close()
    return Columns(folder)


def twice(fits: list[bool]) -> list[bool]:
    return np.repeat(fits, 2).tolist()


@pytest.mark.parametrize(
    ("column", "value", "wanted"),
    [
        ("person", "lee", {"Lee Jae Myung", "Lee Hsien Loong"}),
        ("person", "myung LEE", {"Lee Jae Myung"}),
        ("person", "erdogan", {"Recep Tayyip Erdoğan"}),
        ("person", "le", set()),
        ("country", "korea", {"South Korea", "North Korea"}),
        ("outlet", "monde", {"Le Monde"}),
        ("kind", "news", {"news"}),
        ("kind", "!", set()),
    ],
)
def test_a_value_fits_if_it_holds_all_the_words(columns: Columns, column: str, value: str, wanted: set[str]) -> None:
    found = columns.having(column, value).tolist()
    assert found == twice([bool(wanted & set(FIELDS[column].values(document))) for document in DOCUMENTS])


def test_an_exact_value_fits_only_itself(columns: Columns) -> None:
    for value in ("South Korea", "Türkiye"):
        found = columns.having("country", value, exact=True).tolist()
        assert found == twice([value in document.countries for document in DOCUMENTS])
    for value in ("Korea", "south korea", "Turkiye", "", "Zambia"):
        assert not columns.having("country", value, exact=True).any()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2025, 1, 20), date(2025, 1, 25)),
        (date(2025, 2, 1), None),
        (None, date(2025, 1, 10)),
        (date(2025, 1, 15), date(2025, 1, 15)),
        (None, None),
    ],
)
def test_dates_fit_if_they_overlap(columns: Columns, first: date | None, last: date | None) -> None:
    expected = [
        document.dates is not None
        and (first is None or document.dates.last >= first)
        and (last is None or document.dates.first <= last)
        for document in DOCUMENTS
    ]
    assert columns.dated(first, last).tolist() == twice(expected)
    assert any(expected)


def test_the_undated_are_known(columns: Columns) -> None:
    assert columns.undated().tolist() == twice([document.dates is None for document in DOCUMENTS])
    assert columns.undated().any()


def test_order_is_by_document_id_then_start(columns: Columns) -> None:
    known = [(columns.ids[document], start) for document, start in zip(columns.document, columns.start, strict=True)]
    by_order = [known[n] for n in np.argsort(columns.order)]
    assert by_order == sorted(known)


def test_order_holds_for_a_document_whose_passages_lie_apart(tmp_path: Path) -> None:
    writer = ColumnsWriter(tmp_path, FIELDS)
    first, second = Document("a", "x" * 20), Document("b", "y")
    writer.add(1, first, 10, 20)
    writer.add(2, second, 0, 1)
    writer.add(1, first, 0, 10)
    writer.close()
    assert Columns(tmp_path).order.tolist() == [1, 2, 0]


def test_no_passages_are_columns_too(tmp_path: Path) -> None:
    ColumnsWriter(tmp_path, FIELDS).close()
    columns = Columns(tmp_path)
    assert len(columns) == 0
    assert columns.having("country", "France").tolist() == []
    assert columns.dated(None, None).tolist() == []
