"""What a searcher is told beside the hits: one list, the same in every face."""

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import DateInterval, Document
from dragoman.search.advice.notices import Notice
from dragoman.search.cli.layout import text
from dragoman.web import create_app

if TYPE_CHECKING:
    from conftest import MakeCollection


DAY = DateInterval(date(2025, 11, 22), date(2025, 11, 22))


def test_every_face_says_what_the_results_say(make_collection: "MakeCollection") -> None:
    collection = make_collection(
        [
            Document(id="a", title="Harbour", text="The harbour was closed.", dates=DAY),
            Document(id="b", title="Harbour", text="The harbour was opened again."),
        ]
    )
    question = "harbour closed opened harbuor"
    results = collection.search(question, mode="keyword", after="2025")
    kinds = [notice.kind for notice in results.notices]
    assert {"undated", "spelling"} <= set(kinds)
    assert results.to_dict()["notices"] == [
        {
            "kind": each.kind,
            "text": each.text,
            "span": {"start": each.span.start, "end": each.span.end} if each.span else None,
            "question": each.question,
        }
        for each in results.notices
    ]
    shown = " ".join(text(results).split())
    page = create_app(collection).test_client().get("/", query_string={"q": question, "mode": "keyword", "after": 2025})
    said = json.loads(
        create_app(collection)
        .test_client()
        .get("/api/v1/search", query_string={"q": question, "mode": "keyword", "after": 2025})
        .data
    )
    assert [each["kind"] for each in said["notices"]] == kinds
    for notice in results.notices:
        assert str(notice) in shown
        assert notice.text in page.text
        assert (notice.question or "") in page.text


def test_a_kind_that_nobody_declared_is_no_kind() -> None:
    with pytest.raises(ValueError, match=r"there are .*spelling"):
        Notice("gossip", "Nothing.")
