"""A name in a sentence: what holds the name comes first, whatever else sounds like the question."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import UnreadableSource
from dragoman.search.collection import Collection, open_collection
from dragoman.search.evaluation.evaluate import System, evaluate
from dragoman.search.evaluation.judgments import read_judged
from dragoman.search.evaluation.names import RAREST, TEMPLATES, generate_names, write_judgments
from dragoman.search.ranking.settings import Settings
from support.programs import Programs, Ran

if TYPE_CHECKING:
    from conftest import MakeCollection

PLAIN = [
    "Where the president went, and what he did there, nobody knew for days.",
    "The visitor said what he was there for, and who he was.",
    "He was asked where he had been and what he had done there.",
    "The minister travelled to the north, where he met the governor and did his work.",
    "Fisheries were on the table; the envoys spoke of quotas for herring and cod.",
    "The delegates agreed on a date for the next round, and on little else.",
]
NAMED = {
    "sinop": "Work on the reactors near Sinop is to begin in spring, four billion dollars were set aside for cables.",
    "bunker": "Ellsworth Bunker drafted a paper on tolls, locks and dredging, which the committee tabled.",
    "hormuz": "Freight rates doubled as insurers withdrew cover for tankers in the strait of Hormuz.",
    "ocalan": "El mensaje de Öcalan fue leído ante los periodistas antes de la votación del presupuesto.",
}


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    """Documents that each name something, among others that are nearer to any question about somebody."""
    named = [Document(name, text) for name, text in NAMED.items()]
    return make_collection([*named, *(Document(f"p{number}", text) for number, text in enumerate(PLAIN))])


ASKED = [*TEMPLATES, "{}", "do you know who {} was and where he is now?", "tell me where {} is"]


def test_what_holds_the_name_comes_first(collection: Collection) -> None:
    for template in ASKED:
        first = [collection.search(template.format(name)).hits[0].document.id for name in NAMED]
        assert first == list(NAMED), template


ELSEWHERE = {
    "de": (
        ["Wer dort war und was er gemacht hat, ist unbekannt.", "Er war wo er immer war; was hat er gemacht?"],
        "Im Norden zeichnete Quincy Karten der Küste.",
        ["Was ist {}?", "Wer war {}?", "Wo war {} und was hat er dort gemacht?"],
    ),
    "es": (
        ["Nadie sabía qué hizo allí ni quién era.", "¿Dónde estaba y qué hizo? Allí estaba quien hizo la paz."],
        "En el norte, Quincy dibujaba mapas de la costa.",
        ["¿Qué es {}?", "¿Quién era {}?", "¿Dónde estaba {} y qué hizo allí?"],
    ),
    "ru": (
        ["Кто он такой и что он там делал, неизвестно.", "Где он был и что делал? Кто такой был там?"],
        "На севере Апулия чертила карты берега.",
        ["Что такое {}?", "Кто такой {}?", "Где был {} и что он там делал?"],
    ),
    "tr": (
        ["Kimdir, nedir, orada ne yaptı, kimse bilmiyor.", "Neredeydi ve orada ne yaptı? Nedir bu, kimdir o?"],
        "Kuzeyde Quincy kıyının haritalarını çizdi.",
        ["{} nedir?", "{} kimdir?", "{} neredeydi ve orada ne yaptı?"],
    ),
}


@pytest.mark.parametrize("language", ELSEWHERE)
def test_what_holds_the_name_comes_first_in_other_languages(make_collection: "MakeCollection", language: str) -> None:
    plain, named, questions = ELSEWHERE[language]
    name = "Апулия" if language == "ru" else "Quincy"
    documents = [Document(f"p{number}", text, language=language) for number, text in enumerate(plain)]
    collection = make_collection([*documents, Document("named", named, language=language)])
    for question in questions:
        results = collection.search(question.format(name), mode="keyword")
        assert [hit.document.id for hit in results][:1] == ["named"], question
        assert [each.text for each in results.notices if each.kind == "unknown"] == []
        every = collection.search(question.format(name), mode="keyword", match="all")
        assert [hit.document.id for hit in every] == ["named"], question


def test_on_the_shipped_briefs_the_name_comes_first(programs: Programs) -> None:
    with open_collection(programs.collection) as opened:
        made = generate_names(opened, 60)
    systems = [System("now"), System("without", settings=Settings(lack_discount=0)), System("keyword", "keyword")]
    now, without, keyword = (each.values["P@1"].mean() for each in evaluate(programs.collection, made, systems).systems)
    assert now >= 0.95
    assert now >= keyword
    assert without < now - 0.05, "else these questions show nothing"


def test_either_of_two_names_counts(collection: Collection) -> None:
    hits = collection.search("What did Bunker and Hormuz have to do with each other, and where was that?").hits
    assert {hit.document.id for hit in hits[:2]} == {"bunker", "hormuz"}


def test_a_common_word_is_no_name(make_collection: "MakeCollection") -> None:
    texts = ["Peace was signed.", "Peace is far away.", "Peace and trade.", "An end of the war, and quiet at last."] * 4
    collection = make_collection([Document(f"d{number}", text) for number, text in enumerate(texts)])
    strict, lenient = (
        {hit.passage: hit.standing.part("meaning") for hit in opened.search("what is peace")}
        for opened in (collection, Collection(collection.path, settings=Settings(lack_discount=0)))
    )
    assert strict == pytest.approx(lenient)


# The judged set that is made up


def test_generated_questions_are_about_rare_words(collection: Collection) -> None:
    made = generate_names(collection, 6)
    assert len(made.questions) == 6
    for question in made.questions:
        assert question.group in {each.format("X") for each in TEMPLATES}
        assert 0 < len(question.grades) <= RAREST
    asked = " ".join(question.text for question in made.questions)
    assert any(name in asked for name in ("Sinop", "Bunker", "Hormuz")), "names come before other words"
    again, other = generate_names(collection, 6), generate_names(collection, 6, seed=1)
    assert again == made
    assert [each.text for each in other.questions] != [each.text for each in made.questions]
    found = evaluate(collection.path, made, [System("hybrid")])
    assert found.systems[0].values["P@1"].mean() == 1


def test_a_collection_without_words_cannot_be_asked(make_collection: "MakeCollection") -> None:
    with pytest.raises(UnreadableSource, match="no rare words"):
        generate_names(make_collection([]), 3)


def test_written_questions_can_be_asked_again(collection: Collection, tmp_path: Path) -> None:
    made = generate_names(collection, 4)
    write_judgments(tmp_path / "names.tsv", made)
    known = read_judged(tmp_path / "names.tsv")
    assert [(each.text, each.grades) for each in known.questions] == [
        (each.text, each.grades) for each in made.questions
    ]


def test_the_command_makes_them_up(command: Callable[..., Ran], collection: Collection, tmp_path: Path) -> None:
    file = tmp_path / "names.tsv"
    ran = command("eval", "--generate", "names", "5", "--collection", collection.path, "--mode", "hybrid", file)
    assert (ran.code, ran.err) == (0, "")
    assert "names: 5 queries" in ran.out
    assert len({line.partition("\t")[0] for line in file.read_text().splitlines()}) == 5
    again = command("eval", "--generate", "names", "5", "--collection", collection.path, file)
    assert again.code == 2
    assert "exists" in again.err
    assert command("eval", "--collection", collection.path).code == 2
