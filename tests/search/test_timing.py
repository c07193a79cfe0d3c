"""How long the stages of a search took: each is told by itself, on every face, where somebody asks."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.search.cli.search import search
from dragoman.search.cli.terminal import run
from dragoman.search.collection import Collection
from dragoman.stages import measured, stage
from dragoman.web import create_app

if TYPE_CHECKING:
    from conftest import MakeCollection

BY_WORDS = {"parse", "words", "keyword", "evidence for keyword", "fuse", "order and fold", "read", "mark"}
BY_MEANING = {"parse", "encode", "meaning", "evidence for meaning", "fuse", "order and fold"}


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    texts = "The harbour was closed to the fleet.", "Envoys spoke of the harbour."
    return make_collection([Document(text.split()[1], text, outlet="The Herald") for text in texts])


# A stopwatch, by a clock that a second passes each time that it is looked at


def ticks() -> Callable[[], float]:
    seconds: Iterator[int] = iter(range(1000))
    return lambda: float(next(seconds))


def test_a_stage_within_another_is_no_part_of_that_one() -> None:
    with measured(ticks()) as watch:
        with stage("outer"), stage("inner"), stage("innermost"):
            pass
        with stage("inner"):
            pass
    assert watch.milliseconds == {"outer": 2000, "inner": 3000, "innermost": 1000, "other": 3000}


def test_a_whole_stage_has_no_stages_within() -> None:
    with measured(ticks()) as watch, stage("outer", whole=True), stage("inner"):
        pass
    assert set(watch.milliseconds) == {"outer", "other"}


def test_an_error_ends_a_stage() -> None:
    with measured(ticks()) as watch:
        with pytest.raises(ValueError, match="lost"), stage("outer", whole=True), stage("inner"):
            raise ValueError("lost")
        with stage("after"):
            pass
    assert set(watch.milliseconds) == {"outer", "after", "other"}


def test_where_nobody_measures_stages_are_nothing() -> None:
    with stage("outer"), stage("inner", whole=True):
        pass


def test_a_measurement_within_another_has_its_clock() -> None:
    with measured(ticks()), measured() as inner:
        assert inner.milliseconds == {"other": 1000}


# Of a search


@pytest.mark.parametrize(
    ("mode", "stages"), [("hybrid", BY_WORDS | BY_MEANING), ("keyword", BY_WORDS), ("meaning", BY_MEANING | {"words"})]
)
def test_each_stage_that_a_question_goes_through_is_told(collection: Collection, mode: str, stages: set[str]) -> None:
    told = collection.search("harbour fleet", mode=mode, timing=True).timing  # pyright: ignore[reportArgumentType]
    assert told is not None
    legs = {"encode", "keyword", "meaning", "evidence for keyword", "evidence for meaning", "mark", "facets"}
    assert stages <= told.keys()
    assert legs & told.keys() <= stages
    assert all(taken >= 0 for taken in told.values())


def test_facets_and_marks_are_told_where_they_are_made(collection: Collection) -> None:
    counted = collection.search("harbour", facets=3, highlights=False, limit=0, timing=True).timing
    assert counted is not None
    assert "facets" in counted
    assert {"mark", "read"}.isdisjoint(counted)


def test_the_stages_are_told_only_where_somebody_asks(collection: Collection) -> None:
    assert collection.search("harbour").timing is None
    assert "timing" not in collection.search("harbour").to_dict()
    asked = collection.search("harbour", timing=True)
    assert asked.timing is not None
    assert asked.to_dict()["timing"] == dict(asked.timing)


def test_the_terminal_tells_the_stages_beside_the_answer(
    collection: Collection, capfd: pytest.CaptureFixture[str]
) -> None:
    def ran(*arguments: str) -> tuple[str, str]:
        with pytest.raises(SystemExit):
            run(search, "search", ["harbour", "--format", "csv", *arguments, "--collection", str(collection.path)])
        return capfd.readouterr()

    plain, nothing = ran()
    answer, told = ran("--timing")
    assert answer == plain
    assert nothing == ""
    lines = [line.split("  ") for line in told.splitlines()]
    assert {name for name, *_ in lines} >= BY_WORDS
    assert lines[-1][0] == "in all"
    assert all(line[-1].endswith(" ms") for line in lines)


def test_the_api_tells_the_stages_where_it_is_asked(collection: Collection) -> None:
    client = create_app(collection).test_client()
    assert "timing" not in json.loads(client.get("/api/v1/search?q=harbour").data)
    assert json.loads(client.get("/api/v1/search?q=harbour&timing=true").data)["timing"].keys() >= BY_WORDS
