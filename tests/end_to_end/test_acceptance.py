"""What the first issue promises, shown on its own examples by the real programs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.places import SEEDS

if TYPE_CHECKING:
    from support.programs import Programs

JUNK = ("bookmarks", "Indian Idol", "Sabalenka", "Copyright", "Connect with us")
NATION_PRESS, NARA, TROOPS = "000_e0eccb4d85acb3e2.txt", "001_14edb4675e1983b7.txt", "004_cae87243d21fb65e.txt"

LIGHT_PROCESS = """
import socket, sys

def refuse(*args, **kwargs):
    raise AssertionError("the network was asked for")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import dragoman
with dragoman.open_collection(sys.argv[1]) as collection:
    for question in sys.argv[2:]:
        print(collection.search(question, explain=True).hits[0].document.id)
    collection.similar(collection.search("Nara").hits[0].passage).hits[0]
heavy = {"torch", "transformers", "sentence_transformers", "onnx", "sklearn", "scipy"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.fixture(scope="module")
def seeds(programs: "Programs", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of the three seed articles, made by the real command."""
    folder = tmp_path_factory.mktemp("seeds") / "seeds.idx"
    ran = programs("dragoman", "index", SEEDS, "--collection", folder)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("documents: 3 added (")
    return folder


def asked(programs: "Programs", *arguments: str | Path) -> dict[str, Any]:
    ran = programs("search", "--format", "json", *arguments)
    assert not ran.err
    answer = json.loads(ran.out)
    assert ran.code == (0 if answer["hits"] else 1)
    return answer


def marked(hit: dict[str, Any], shade: str) -> list[str]:
    start = hit["start"]
    spans = ((mark["start"] - start, mark["end"] - start) for mark in hit["highlights"] if mark["shade"] == shade)
    return [hit["text"][first:last] for first, last in spans]


@pytest.mark.shared("seeds")
@pytest.mark.parametrize(
    ("question", "article", "said"),
    [
        ("Lee Macron strategic partnership", NATION_PRESS, "strategic partnership"),
        ("what did France ask about quantum and space", NATION_PRESS, "quantum computing"),
        ("28,500 troops", TROOPS, "28,500 American troops"),
        ("shuttle diplomacy Nara", NARA, "shuttle diplomacy"),
    ],
)
def test_the_seed_articles_answer(programs: "Programs", seeds: Path, question: str, article: str, said: str) -> None:
    first = asked(programs, question, "--collection", seeds)["hits"][0]
    assert Path(first["document"]["id"]).name == article
    assert said in first["text"]


@pytest.mark.shared("seeds")
def test_words_and_meaning_are_marked_in_the_seed_articles(programs: "Programs", seeds: Path) -> None:
    first = asked(programs, "Lee Macron strategic partnership", "--collection", seeds)["hits"][0]
    assert "strategic partnership" in marked(first, "keyword")
    first = asked(programs, "what did France ask about quantum and space", "--collection", seeds)["hits"][0]
    assert any("quantum" in sentence for sentence in marked(first, "meaning"))


@pytest.mark.shared("seeds")
def test_a_question_in_other_words_finds_its_passage_by_meaning(programs: "Programs", seeds: Path) -> None:
    answer = asked(programs, "how many American soldiers are based on the peninsula", "--collection", seeds)
    assert "28,500" in answer["hits"][0]["text"]
    assert marked(answer["hits"][0], "meaning")


@pytest.mark.shared("seeds")
def test_no_passage_of_the_seed_articles_holds_junk(programs: "Programs", seeds: Path) -> None:
    ids = programs("dragoman", "list", "--collection", seeds).out.splitlines()
    assert len(ids) == 3
    for each in ids:
        document = json.loads(programs("dragoman", "show", each, "--json", "--collection", seeds).out)
        passages = [document["text"][start:end] for start, end in document["passages"]]
        assert passages
        assert not [word for word in JUNK for passage in passages if word.casefold() in passage.casefold()]


def test_a_phrase_and_an_excluded_word_constrain(programs: "Programs") -> None:
    answer = asked(programs, '"strategic partnership" -Macron')
    assert answer["hits"][0]["document"]["id"] == "briefs/wong-lee-seoul"
    for hit in answer["hits"]:
        said = f"{hit['document']['title']} {hit['text']}".casefold()
        assert "strategic partnership" in said
        assert "macron" not in said


def test_filters_list_what_they_admit(programs: "Programs") -> None:
    answer = asked(programs, "country:Japan date:2026-01", "-n", "100")
    assert answer["total"] == len(answer["hits"])
    found = {hit["document"]["id"]: hit["document"] for hit in answer["hits"]}
    # The last one is of November to February, and so of January as well.
    assert set(found) == {"briefs/nara-summit", "briefs/lee-china-state-visit", "briefs/central-asia-summitry"}
    assert all("Japan" in each["countries"] for each in found.values())
    assert {hit["reason"] for hit in answer["hits"]} == {"matches the filters"}


def test_misspelt_words_get_a_suggestion_that_is_not_applied(programs: "Programs") -> None:
    ran = programs("search", "shutle diplomasy")
    assert "Did you mean: shuttle diplomacy\n" in ran.out
    answer = asked(programs, "shutle diplomasy")
    assert answer["suggestion"] == "shuttle diplomacy"
    assert answer["query"] == "shutle diplomasy"
    assert not [hit for hit in answer["hits"] if marked(hit, "keyword")]


@pytest.mark.parametrize(
    "question",
    [
        "xqzzv blorf",
        "qwrtz plomp vrrk",
        "lorem ipsum dolor sit amet",
        "hiking boots waterproof",
        "vitamin deficiency symptoms",
        "Lionel Messi goalkeeper",
    ],
)
def test_nonsense_and_what_the_briefs_cannot_know_find_nothing(programs: "Programs", question: str) -> None:
    ran = programs("search", question)
    assert ran.out.startswith("Nothing found.\n")
    assert (ran.code, ran.err) == (1, "")


def test_a_collection_that_was_copied_answers_without_the_model_and_the_network(
    programs: "Programs", tmp_path: Path
) -> None:
    questions = ('"strategic partnership" -Macron', "shuttl* country:Japan", "who paid for Korean beef and pork?")
    before = [asked(programs, question)["hits"][0]["document"]["id"] for question in questions]
    shutil.copytree(programs.collection, tmp_path / "elsewhere")
    ran = subprocess.run(
        [sys.executable, "-c", LIGHT_PROCESS, tmp_path / "elsewhere", *questions],
        env={**programs.environment, "XDG_CACHE_HOME": str(tmp_path / "empty")},
        capture_output=True,
        check=False,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == before
    assert not (tmp_path / "empty" / "dragoman").exists()
