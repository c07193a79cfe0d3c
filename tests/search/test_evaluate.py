"""Evaluating: what a hit finds, on a collection and from files, answers that are kept, and comparing."""

import itertools
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dragoman as package
from dragoman.corpus.document import Document
from dragoman.errors import DragomanError, UnreadableSource
from dragoman.index.writing import writer
from dragoman.index.writing.tally import Progress
from dragoman.search.evaluation.answer_cache import Answers
from dragoman.search.evaluation.evaluate import Case, Evaluation, System, compare, evaluate
from dragoman.search.evaluation.judged_collection import collection_of
from dragoman.search.evaluation.judgments import JudgedSet, Question
from dragoman.search.evaluation.runs import read_run, run_file, write_run
from dragoman.search.ranking.settings import Settings, apply_changes
from support.judged import DOCUMENTS, SENTENCES
from support.programs import Ran

if TYPE_CHECKING:
    from conftest import MakeCollection


KEYWORD = System("keyword", "keyword")


def question(text: str, group: str = "", **grades: int) -> Question:
    """A question that is its own id; in its grades' names, an underscore stands for a slash."""
    return Question(text, text, {name.replace("_", "/"): grade for name, grade in grades.items()}, group)


# What a hit finds


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ([("d", 0, 100)], ["d#0-100"]),
        ([("d", 50, 150)], ["d#0-100"]),
        ([("d", 51, 151)], ["d#51-151"]),
        ([("d", 10, 20), ("d", 40, 60)], ["d#0-100"]),
        ([("d", 0, 1000)], ["d#500-540", "d#0-100"]),
        ([("d", 200, 300), ("d", 480, 560), ("d", 0, 60)], ["d#200-300", "d#500-540", "d#0-100"]),
        ([("e", 70, 90), ("e", 0, 60), ("d", 0, 0)], ["e", "d#0-0"]),
    ],
    ids=["it", "half of it", "less", "twice", "several", "in order", "a judged document, and no span"],
)
def test_a_hit_finds_the_judged_passages_that_it_shares_half_with(
    places: list[tuple[str, int, int]], found: list[str]
) -> None:
    spans = {"d": [(0, 100, "d#0-100"), (500, 540, "d#500-540")], "e": [(0, sys.maxsize, "e")]}
    case = Case(question("it"), {"d#0-100": 1, "d#500-540": 2, "e": 1}, spans)
    assert case.judged(places) == found


def test_a_document_counts_once_where_its_best_passage_stands() -> None:
    case = Case(question("it"), {"d": 1}, {})
    assert case.judged([("e", 0, 9), ("d", 5, 9), ("e", 9, 12), ("d", 0, 5)]) == ["e", "d"]


# On a collection


@pytest.fixture
def place(make_collection: "MakeCollection") -> Path:
    """A collection of a few documents."""
    return make_collection(DOCUMENTS).path


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Where answers are kept."""
    return tmp_path / "kept" / "answers.sqlite"


def judged_set(*questions: Question) -> JudgedSet:
    """A judged set of these."""
    return JudgedSet("summits", questions)


def values(evaluation: Evaluation, name: str, system: int = 0) -> list[float]:
    """A measure's values."""
    return evaluation.systems[system].values[name].tolist()


def test_questions_are_asked_and_measured(place: Path) -> None:
    judged = judged_set(
        question("hotline", "word", v1_hotline=2, v2_hotline=1),
        question('who proposed a "hotline', "question", v1_hotline=1, gone=1),
        question('fisheries) OR "envoys', "word", v1_fish=1),
        question("whaling", "word", v1_fish=1),
        question("whales", "word", sunk=1),
    )
    found = evaluate(place, judged, [KEYWORD])
    assert values(found, "MRR@10") == [1, 1, 1, 0]
    assert values(found, "Recall@100") == [1, 1, 1, 0]
    assert values(found, "P@5") == pytest.approx([0.4, 0.2, 0.2, 0])
    assert found.unheld == ("whales",)
    assert found.missing == 2
    assert {name: rows.tolist() for name, rows in found.groups.items()} == {"word": [0, 2, 3], "question": [1]}


def test_passages_are_judged_by_their_spans(make_collection: "MakeCollection") -> None:
    text = " ".join(f"Item {number} was about fisheries and whales in the north." for number in range(200))
    text = f"The minister proposed a hotline to the envoys. {text} Nobody forgot the hotline of the envoys."
    collection = make_collection([Document(id="long#1-2", text=text), *DOCUMENTS])
    first, *_, last = collection.passages("long#1-2")
    assert first != last
    judged = judged_set(
        Question("last", "forgot the hotline of the envoys", {f"long#1-2#{last.start + 3}-{last.end}": 1}),
        Question("first", "forgot the hotline of the envoys", {f"long#1-2#{first.start}-{first.end}": 1, "v9": 1}),
        Question("whole", "forgot the hotline of the envoys", {"long#1-2": 1}),
    )
    found = evaluate(collection.path, judged, [KEYWORD])
    assert values(found, "MRR@10")[::2] == [1, 1]
    assert 0 < values(found, "MRR@10")[1] < 1
    assert [list(case.grades) for case in found.cases][2] == ["long#1-2"]


def test_condensed_to_the_documents_that_a_query_is_about(place: Path) -> None:
    fields = {"volumes": ["v2"], "one": "v22", "number": 2}
    asked = Question("treaty", "treaty trade signed", {"v22/trade": 1}, fields=fields)
    assert set(evaluate(place, judged_set(asked), [KEYWORD]).systems[0].rankings[0]) == {"v2/trade", "v22/trade"}
    condensed = evaluate(place, judged_set(asked), [KEYWORD], condense="volumes")
    assert condensed.systems[0].rankings[0] == ["v2/trade"]
    assert values(evaluate(place, judged_set(asked), [KEYWORD], condense="one"), "MRR@10") == [1]
    with pytest.raises(UnreadableSource, match="no query of summits has a list or a string under 'number'"):
        evaluate(place, judged_set(asked), [KEYWORD], condense="number")


def test_a_collection_of_other_documents_is_an_error(place: Path) -> None:
    with pytest.raises(UnreadableSource, match="holds no document that summits judges to be an answer"):
        evaluate(place, judged_set(question("whales", sunk=1)), [KEYWORD])


def test_settings_make_another_system(place: Path) -> None:
    weights = [System(str(weight), settings=Settings(keyword_weight=weight)) for weight in (1.0, 0.0)]
    judged = judged_set(*(question(text, v1_fish=1) for text in ("envoys", "treaty", "hotline minister", "summit")))
    words, meaning = evaluate(place, judged, weights).systems
    assert words.rankings != meaning.rankings


def test_settings_from_json() -> None:
    assert apply_changes(Settings(), {"keyword_weight": 1, "depth": 7}) == Settings(keyword_weight=1.0, depth=7)
    bm25f = apply_changes(Settings(), {"bm25f": {"k1": 2}}).bm25f
    assert bm25f == replace(Settings().bm25f, k1=2.0)
    b = Settings().bm25f.b
    assert apply_changes(Settings(), {"bm25f": {"b": [0.1]}}).bm25f.b == (0.1, *b[1:])  # the last fields may be new
    for wrong, message in (
        ({"keyword_wait": 1}, "there is no setting 'keyword_wait': there are "),
        ({"depth": "deep"}, "the setting depth is .* by default, and cannot be 'deep'"),
        ({"bm25f": 3}, "the setting bm25f is"),
        ({"bm25f": {"b": [0.1] * (len(b) + 1)}}, "the setting b is"),
        ({"bm25f": {"b": []}}, "the setting b is"),
    ):
        with pytest.raises(UnreadableSource, match=message):
            apply_changes(Settings(), wrong)


# Kept answers


def test_the_same_question_is_asked_once(place: Path, answers: Path) -> None:
    judged = judged_set(question("hotline", v1_hotline=1))
    with Answers(answers) as kept:
        assert values(evaluate(place, judged, [KEYWORD], answers=kept), "MRR@10") == [1]
    spoil(answers)
    with Answers(answers) as kept:
        assert values(evaluate(place, judged, [KEYWORD], answers=kept), "MRR@10") == [0]  # so it was not asked
        deeper = evaluate(place, judged, [KEYWORD], answers=kept, depth=200)
        assert values(deeper, "MRR@10") == [1]
    spoil(answers)
    with Answers(answers, fresh=True) as kept:
        assert values(evaluate(place, judged, [KEYWORD], answers=kept), "MRR@10") == [1]
    spoil(answers)
    with Answers(answers) as kept:
        other = replace(KEYWORD, settings=Settings(depth=500))
        assert values(evaluate(place, judged, [other], answers=kept), "MRR@10") == [1]
        with package.open_collection(place) as collection:
            collection.remove(["v2/trade"])  # which leaves no trace but the collection's generation
        assert values(evaluate(place, judged, [KEYWORD], answers=kept), "MRR@10") == [1]


def spoil(answers: Path) -> None:
    """Make every kept answer empty."""
    with closing(sqlite3.connect(answers)) as database, database:
        database.execute("UPDATE answers SET places = (SELECT x'789c8b8e0500011500b9')")


def test_an_interruption_loses_no_answer(place: Path, answers: Path) -> None:
    judged = judged_set(*(question(text, v1_fish=1) for text in ("hotline", "trade", "fisheries")))

    def interrupt(system: System, done: int, total: int) -> None:
        assert total == 3
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Answers(answers) as kept:
        evaluate(place, judged, [KEYWORD], answers=kept, progress=interrupt)
    with closing(sqlite3.connect(answers)) as database:
        assert {row[0] for row in database.execute("SELECT question FROM answers")} == {"hotline", "trade"}


def test_answers_nobody_asks_for_go(answers: Path) -> None:
    with Answers(answers) as kept:
        kept.keep(kept.system("old"), "hotline", 10, [("d", 0, 1)])
        kept.keep(kept.system("new"), "hotline", 10, [("e", 0, 1)])
    with closing(sqlite3.connect(answers)) as database, database:
        database.execute("UPDATE systems SET used = ? WHERE number = 1", (time.time() - 31 * 24 * 3600,))
    with Answers(answers) as kept:
        assert kept.get(kept.system("old"), "hotline", 10) is None
        assert kept.get(kept.system("new"), "hotline", 10) == [("e", 0, 1)]


def test_a_damaged_file_of_answers_is_begun_anew(answers: Path) -> None:
    answers.parent.mkdir()
    answers.write_bytes(b"no database" * 1000)
    with Answers(answers) as kept:
        assert kept.get(kept.system("any"), "hotline", 10) is None
    with pytest.raises(DragomanError, match="answers cannot be kept in"):
        Answers(answers / "below" / "answers.sqlite")


# Run files


def test_a_run_file_gives_back_the_rankings(tmp_path: Path) -> None:
    rankings = {"7": ["notes/jan 5.txt", "b", "c#1-5"], "8": [f"d{number}" for number in range(1000)]}
    path = run_file(tmp_path / "runs", "hybrid:{a/b}")
    write_run(path, rankings.items())
    assert path == tmp_path / "runs" / "hybrid-a-b.run"
    assert read_run(path) == rankings
    scores = [float(line.split("\t")[4]) for line in path.read_text().splitlines()[3:]]
    assert all(before > after for before, after in itertools.pairwise(scores))


def test_other_programs_understand_a_run_file(tmp_path: Path) -> None:
    import ir_measures

    path = tmp_path / "a.run"
    write_run(path, [("7", ["a", "b"])])
    assert [(each.query_id, each.doc_id) for each in ir_measures.read_trec_run(str(path))] == [("7", "a"), ("7", "b")]
    path.write_text("7 Q0 a 2 1.5 x\n7 Q0 b 1 1.5 x\n7 Q0 c 3 9e1 x\n7 Q0 b 4 0 x\n")
    assert read_run(path) == {"7": ["c", "b", "a"]}
    path.write_text("7 Q0 a 2 1.5 x\n7 a 1\n")
    with pytest.raises(UnreadableSource, match="line 2: not query id, Q0, document id, rank, score and a name"):
        read_run(path)


# Comparing


def test_a_comparison_names_who_gained_and_who_lost() -> None:
    groups = ("even", "odd")
    judged = judged_set(*(Question(str(number), "it", {"a": 1}, groups[number % 2]) for number in range(6)))
    before = {str(number): [*(f"x{place}" for place in range(number)), "a"] for number in range(6)}
    after = before | {"0": ["b", "a"], "3": ["a"], "5": ["a"]}
    systems = [System("before", saved=before), System("after", saved=after)]
    found = evaluate(None, judged, systems)
    comparison = compare(found, 0, 1, shown=2)
    assert comparison.helped == (5, 3)
    assert comparison.hurt == (0,)
    assert comparison.differences["MRR@10"] == pytest.approx([-0.5, 0, 0, 0.75, 0, 1 - 1 / 6])
    assert comparison.chances["MRR@10"] == pytest.approx(0.5, abs=0.02)
    assert comparison.group_chances.keys() == {"odd", "even"}
    assert compare(found, 0, 0).helped == ()


# A judged set's own documents


def test_the_documents_of_a_judged_set_are_indexed_once(
    tiny_models: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    corpus = tmp_path / "corpus.jsonl"
    records = [{"_id": name, "title": "", "text": text} for name, text in SENTENCES.items()]
    corpus.write_text("".join(json.dumps(each) + "\n" for each in [*records, {"_id": "empty", "text": ""}]))
    monkeypatch.setattr(writer, "COMMIT_PASSAGES", 1)
    seen: list[int] = []
    stop_at = 3

    @contextmanager
    def progress(place: Path) -> Iterator[Callable[[Progress], None]]:
        def show(done: Progress) -> None:
            seen.append(done.documents)
            if done.documents >= stop_at:
                raise KeyboardInterrupt

        yield show

    def made() -> tuple[Path, int]:
        folder, skipped = collection_of("set", corpus, progress, folder=tmp_path / "kept", model=str(tiny_models[0]))
        with package.open_collection(folder) as collection:
            assert set(collection.document_ids()) == {
                json.loads(line)["_id"] for line in corpus.read_text().splitlines()
            } - {"empty"}
        return folder, len(skipped)

    with pytest.raises(KeyboardInterrupt):
        made()
    (unfinished,) = (tmp_path / "kept").glob("set-*/ledger.sqlite")
    stop_at = 100
    folder, skipped = made()
    assert skipped == 1
    assert folder == unfinished.parent
    seen.clear()
    assert made() == (folder, 0)
    assert not seen
    corpus.write_text('{"_id": "other", "text": "The summit was elsewhere."}\n')
    assert made() == (folder, 0)
    assert seen


def test_a_folder_with_its_documents_needs_no_collection(here: Callable[..., Ran], tmp_path: Path) -> None:
    records = [{"_id": name, "title": "", "text": text} for name, text in SENTENCES.items()]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    (tmp_path / "queries.jsonl").write_text('{"_id": "1", "text": "Who suggested a direct telephone line?"}\n')
    (tmp_path / "qrels.tsv").write_text("1\tv1/hotline\t1\n")
    ran = here("eval", tmp_path, "--compare", "keyword", "meaning")
    assert ran.code == 0, ran.err
    assert ran.err.startswith(f"Indexing {tmp_path}/corpus.jsonl into ")
    assert [line.split() for line in ran.out.splitlines() if line.startswith("  meaning ")] == [
        ["meaning", "1.000", "1.000", "1.000", "0.200", "1.000"]
    ]
    assert here("eval", tmp_path).err == ""
