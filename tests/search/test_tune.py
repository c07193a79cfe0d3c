"""Tuning: trials are worth what searching gives; only what pays held out is written, and taken back when asked."""

import json
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.corpus.document import Document
from dragoman.errors import CollectionMismatch, QueryError
from dragoman.index.ledger.manifest import RANKING
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.segments.bm25f import BM25F
from dragoman.index.writing.store import Store
from dragoman.search.collection import Collection, open_collection
from dragoman.search.evaluation import tuning
from dragoman.search.evaluation.answer_cache import Answers
from dragoman.search.evaluation.evaluate import System, answerable, evaluate
from dragoman.search.evaluation.judgments import JudgedSet, Question
from dragoman.search.evaluation.trials import Trials
from dragoman.search.evaluation.tuning import tune
from dragoman.search.language.input.plain import plain
from dragoman.search.making import reindex_collection
from dragoman.search.ranking.settings import Settings
from support.programs import Ran
from support.random_documents import RandomDocuments

WORDS = "the summit leaders agreed treaty trade peace envoy minister signed talks hotline quota pact zeal fish".split()
FAR = Settings(keyword_weight=0.3, prose_discount=0.0, document_weight=0.0, pair_weight=0.0)
"""Settings under which other documents come first than by default."""


@pytest.fixture(scope="module")
def folder(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of two segments, some documents of which are long, some the same. Copy it to change it."""
    short = RandomDocuments(words=WORDS, lines=(1, 1, 3), length=(9,), sentences=True, title=(0, 2))
    long = replace(short, lines=(60,))
    documents = [(short if number % 20 else long).make(f"d{number:03}") for number in range(80)]
    twins = [replace(each, id=f"twin{each.id}") for each in documents[5:15]]
    target = tmp_path_factory.mktemp("tune") / "collection"
    shutil.copytree(empty_collections[0], target)
    with open_collection(target) as collection:
        collection.add(documents)
        collection.add(twins)
    return target


@pytest.fixture
def place(folder: Path, tmp_path: Path) -> Path:
    """A copy of that collection."""
    return Path(shutil.copytree(folder, tmp_path / "collection"))


def asked(count: int, seed: int = 1) -> list[str]:
    """So many different questions."""
    made = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[" ".join(made.choices(WORDS, k=made.randint(2, 4)))] = None
    return list(found)


def answered(folder: Path, count: int, settings: Settings = FAR) -> JudgedSet:
    """Questions to which the first two documents are answers that a collection finds with these settings."""
    questions: list[Question] = []
    with open_collection(folder, settings=settings) as collection:
        for text in asked(count):
            hits = collection.search(plain(text), limit=2, per_document=True, fold=False)
            questions.append(Question(text, text, {hit.document.id: 2 - place for place, hit in enumerate(hits)}))
    return JudgedSet("far", tuple(questions))


def judged_at_random(count: int) -> JudgedSet:
    """Questions to which any documents are answers."""
    made = random.Random(3)
    return JudgedSet("random", tuple(Question(text, text, {f"d{made.randrange(80):03}": 1}) for text in asked(count)))


def measured(folder: Path, judged: JudgedSet, settings: Settings | None = None) -> np.ndarray:
    """The nDCG@10 of each question, by asking them."""
    return evaluate(folder, judged, [System("it", settings=settings)]).systems[0].values["nDCG@10"]


# What settings are worth

OTHERS = [
    Settings(),
    FAR,
    Settings(depth=3),
    Settings(depth=3, keyword_weight=0.2, fusion="reciprocal-rank"),
    Settings(depth=100, bm25f=BM25F(k1=1.6, b=(0.0, 0.75, 0.4, 0.3), weights=(3.0, 1.0, 0.2, 0.8))),
    Settings(depth=1000, document_weight=3.0, pair_weight=0.0, keyword_weight=1.0),
]


@pytest.mark.parametrize("judged", ["documents", "passages"])
def test_trials_are_worth_what_searching_gives(folder: Path, judged: str) -> None:
    made = random.Random(5)
    with open_collection(folder) as collection:
        ids = list(collection.document_ids())
        if judged == "passages":
            spans = {each: collection.passages(each) for each in ids}
            ids = [f"{each}#{span.start + 5}-{span.end}" for each, all_of_it in spans.items() for span in all_of_it]
    grades = [{each: made.randint(0, 3) for each in made.sample(ids, 25)} | {ids[0]: 1} for _ in range(20)]
    questions = [Question(text, text, known) for text, known in zip(asked(20), grades, strict=True)]
    everything = JudgedSet("everything", tuple(questions))
    store = Store(folder)
    view = store.snapshot()
    cases = answerable(folder, everything)[0]
    tried = Trials(view, cases, {each.depth for each in OTHERS}, variants=True)
    tried.measure(OTHERS[:4])
    tried.measure(OTHERS, keep=[BM25F()])
    for settings in OTHERS:
        np.testing.assert_allclose(tried.values(settings), measured(folder, everything, settings), atol=1e-12)
    assert len({tried.values(settings).tobytes() for settings in OTHERS}) == len(OTHERS)
    # Where even the greatest depth gives too few results, those beyond the candidates count.
    shallow = [replace(settings, depth=depth) for settings in OTHERS[::2] for depth in (1, 2, 4)]
    tried = Trials(view, cases, (1, 2, 4), variants=True)
    tried.measure(shallow)
    for settings in shallow:
        np.testing.assert_allclose(tried.values(settings), measured(folder, everything, settings), atol=1e-12)
    store.close()


@pytest.mark.parametrize(("halved_from", "count"), [(400, 24), (20, 24)], ids=["in turn", "halved"])
def test_what_tuning_says_is_what_evaluation_gives(place: Path, halved_from: int, count: int) -> None:
    judged = answered(place, count)
    found = tune(place, judged, halved_from=halved_from)
    assert found.pays
    before = measured(place, judged)
    with open_collection(place) as collection:
        collection.keep_settings(found.settings)
        assert collection.settings == found.settings
    after = measured(place, judged)
    np.testing.assert_allclose(found.fitted.before, before[found.fitted.rows], atol=1e-12)
    np.testing.assert_allclose(found.fitted.after, after[found.fitted.rows], atol=1e-12)
    np.testing.assert_allclose(found.held_out.before, before[found.held_out.rows], atol=1e-12)
    if halved_from == 20:
        np.testing.assert_allclose(found.held_out.after, after[found.held_out.rows], atol=1e-12)
        assert sorted([*found.held_out.rows, *found.fitted.rows]) == list(range(count))
    assert after.mean() > before.mean() + 0.05


# What is fitted


def fitted(folder: Path, judged: JudgedSet, rows: NDArray[np.intp]) -> Settings:
    """The settings that suit some of the questions."""
    store = Store(folder)
    tried = Trials(store.snapshot(), answerable(folder, judged)[0], (100, 200, 500, 1000), variants=True)
    (settings,) = tuning.fit(tried, Settings(), [rows], lambda share: None)
    store.close()
    return settings


def test_a_held_out_question_has_no_say_in_its_own_settings(place: Path) -> None:
    judged = answered(place, 4)
    first, *others = judged.questions
    wrong = replace(judged, questions=(replace(first, grades={"d020": 1}), *others))  # a long one
    assert fitted(place, judged, np.arange(1, 4)) == fitted(place, wrong, np.arange(1, 4))
    assert fitted(place, judged, np.arange(4)) != fitted(place, wrong, np.arange(4))


def test_few_judgments_move_less_than_many(place: Path) -> None:
    few = answered(place, 3)
    many = replace(few, questions=few.questions * 12)
    assert tuning.cost(fitted(place, few, np.arange(3))) < tuning.cost(fitted(place, many, np.arange(36)))


def test_parts_hold_every_question_once_and_every_class_evenly() -> None:
    groups = ["word"] * 30 + ["question"] * 12
    everything = [Question(str(number), "it", {"d": 1}, group) for number, group in enumerate(groups)]
    cases = answerable(None, JudgedSet("it", tuple(everything)))[0]
    for many in (2, 5, len(cases)):
        shares = tuning.parts(cases, many)
        assert sorted(np.concatenate(shares)) == list(range(len(cases)))
        words = [sum(groups[row] == "word" for row in share) for share in shares]
        assert max(words) - min(words) <= 1


# The command


def written(judged: JudgedSet, path: Path) -> Path:
    """The judgments as a file of lines."""
    lines = [f"{q.text}\t{identity}\t{grade}\n" for q in judged.questions for identity, grade in q.grades.items()]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def telling(place: Path, tmp_path: Path) -> Path:
    """Judgments that other settings suit better."""
    return written(answered(place, 25), tmp_path / "telling.tsv")


def state(place: Path) -> tuple[int, Any]:
    """The generation, and what is kept of the ranking."""
    store = Store(place)
    settings = store.database.settings()
    store.close()
    return settings["generation"], settings.get(RANKING)


def test_settings_that_pay_are_written_shown_and_taken_back(
    command: Callable[..., Ran], place: Path, telling: Path
) -> None:
    generation, nothing = state(place)
    assert nothing is None
    assert "ranking" not in command("status", "--collection", place).out
    dry = command("tune", telling, "--collection", place, "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert dry.out.endswith("The new settings are worth having. They were not written (--dry-run).\n")
    assert state(place) == (generation, None)

    ran = command("tune", telling, "--collection", place)
    assert (ran.code, ran.err) == (0, "")
    assert "Each part of 5 or so was held out once, and judged by settings fitted to the others." in ran.out
    assert "25 questions can hardly tell good settings from luck: judge 50 or more" in ran.out
    assert ran.out.endswith(
        "The new settings are in the collection now; `dragoman tune --reset` takes the defaults back.\n"
    )
    assert state(place)[0] == generation + 1
    assert (
        "ranking     tuned (`dragoman tune --reset` takes the defaults back)"
        in command("status", "--collection", place).out
    )
    assert json.loads(command("status", "--json", "--collection", place).out)["tuned"] is True

    again = command("tune", telling, "--collection", place)
    assert "The present settings stay" in again.out
    assert state(place)[0] == generation + 1

    assert command("tune", "--reset", "--collection", place).out == "The ranking has the defaults again.\n"
    assert state(place) == (generation + 2, None)
    assert command("tune", "--reset", "--collection", place).out == "The ranking has the defaults already.\n"
    assert state(place) == (generation + 2, None)


def test_the_figures_as_json(command: Callable[..., Ran], place: Path, telling: Path) -> None:
    found = json.loads(command("tune", telling, "--collection", place, "--format", "json").out)
    assert (found["queries"], found["parts"], found["pays"], found["written"]) == (25, 5, True, True)
    assert found["before"] == json.loads(json.dumps(asdict(Settings())))
    assert found["after"] == state(place)[1]
    held = found["held_out"]
    assert held["difference"] == pytest.approx(held["after"] - held["before"])
    assert held["difference"] >= found["least_difference"]
    assert 0 < held["p"] <= found["largest_p"]
    measured = json.loads(command("eval", telling, "--collection", place, "--mode", "hybrid", "--format", "json").out)
    assert measured["systems"][0]["settings"] == found["after"]
    assert measured["systems"][0]["measures"]["nDCG@10"] == pytest.approx(found["fitted"]["after"], abs=1e-12)
    by_query = measured["systems"][0]["by_query"]
    for name, values in found["fitted"]["by_query"].items():
        assert values["after"] == pytest.approx(by_query[name]["nDCG@10"], abs=1e-12)


def test_judgments_by_lot_leave_the_settings_alone(command: Callable[..., Ran], place: Path, tmp_path: Path) -> None:
    before = state(place)
    ran = command("tune", written(judged_at_random(30), tmp_path / "lot.tsv"), "--collection", place)
    assert ran.code == 0
    assert "The present settings stay" in ran.out
    assert state(place) == before


def test_three_lines_are_enough_to_start_but_not_to_tell(
    command: Callable[..., Ran], place: Path, tmp_path: Path
) -> None:
    before = state(place)
    noted = tmp_path / "noted.tsv"
    noted.write_text("who signed the treaty?\td003\nhotline talks\td007\nwhales\tsunk\n", encoding="utf-8")
    ran = command("tune", noted, "--collection", place)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"noted: 2 questions in {place}\nLeft out: 1 question whose answers the collection does")
    assert "Each question was held out once, and judged by settings fitted to the others." in ran.out
    assert "2 questions cannot tell good settings from luck" in ran.out
    assert "chance one time in 2. It takes six at least, and some 50 to see a small gain." in ran.out
    assert "The present settings stay" in ran.out
    assert state(place) == before


def test_an_interruption_writes_nothing(
    command: Callable[..., Ran], place: Path, telling: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, candidates, calls = state(place), Snapshot.candidates, []

    def interrupted(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 60:
            raise KeyboardInterrupt
        return candidates(*arguments)

    monkeypatch.setattr(Snapshot, "candidates", interrupted)
    ran = command("tune", telling, "--collection", place)
    assert (ran.code, ran.out, ran.err.strip()) == (130, "", "dragoman: interrupted: nothing was written")
    assert state(place) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a file or folder of judgments, or give --reset"),
        (["{judged}", "--reset"], "name a file or folder of judgments, or give --reset"),
        (["{elsewhere}"], "holds no document that elsewhere judges to be an answer"),
        (["absent.tsv"], "'absent.tsv' does not exist"),
    ],
)
def test_what_cannot_be_tuned_is_one_line(
    command: Callable[..., Ran], place: Path, telling: Path, arguments: Sequence[str], message: str
) -> None:
    elsewhere = telling.with_name("elsewhere.tsv")
    elsewhere.write_text("whales\tsunk\n")
    given = [each.format(judged=telling, elsewhere=elsewhere) for each in arguments]
    ran = command("tune", *given, "--collection", place)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


# Settings in a collection


def places(collection: Collection) -> list[tuple[str, int]]:
    """What a collection finds."""
    return [(hit.document.id, hit.start) for hit in collection.search("summit treaty hotline", limit=50, fold=False)]


def test_a_collection_ranks_by_its_own_settings_unless_others_are_given(place: Path) -> None:
    far = replace(FAR, variants=False, bm25f=BM25F(k1=1.6, b=(0.1, 0.2, 0.3, 0.3), weights=(3.0, 1.0, 0.5, 0.8)))
    with open_collection(place) as collection, open_collection(place, settings=Settings()) as given:
        default = places(collection)
        with open_collection(place) as another:
            another.keep_settings(far)
        assert collection.settings == far
        with open_collection(place, settings=far) as explicit:
            assert places(collection) == places(explicit) != default
        assert given.settings == Settings()
        assert places(given) == default
        collection.keep_settings(None)
        assert places(collection) == default


def test_evaluation_asks_with_the_settings_of_the_collection(place: Path, tmp_path: Path) -> None:
    judged = answered(place, 10)
    with Answers(tmp_path / "answers.sqlite") as kept:
        own, default = System("own"), System("default", settings=Settings())
        before = evaluate(place, judged, [own, default], answers=kept)
        assert before.systems[0].rankings == before.systems[1].rankings
        with open_collection(place) as collection:
            collection.keep_settings(FAR)
        after = evaluate(place, judged, [own, default], answers=kept)
        assert after.systems[0].system.settings == FAR
        assert after.systems[0].values["nDCG@10"].mean() == 1
        assert after.systems[1].rankings == before.systems[1].rankings


def test_settings_outlive_all_changes_to_the_collection(place: Path, tmp_path: Path) -> None:
    with open_collection(place) as collection:
        collection.keep_settings(FAR)
        collection.remove(["d003"])
        collection.add([Document("new", "The summit was new.")])
        collection.compact()
        assert collection.settings == FAR
    reindex_collection(place)
    shutil.copytree(place, tmp_path / "copy")
    with open_collection(tmp_path / "copy") as copy:
        assert copy.settings == FAR
        assert copy.status().tuned


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ({"keyword_wait": 1.0}, "there is no setting 'keyword_wait'"),
        ({"keyword_weight": 2.0}, "keyword_weight is 2.0, and must be from 0 to 1"),
        ({"keyword_weight": float("nan")}, "keyword_weight is nan, and must be from 0 to 1"),
        ({"bm25f": {"k1": 0}}, "needs a k1 above 0"),
        ({"bm25f": {"k1": 1e308}}, "needs a k1 above 0, up to 1,000,000"),
        ({"bm25f": {"weights": [1, 1, -1]}}, "weights from 0 to 1,000,000"),
        ({"bm25f": {"weights": [1e300, 1, 1]}}, "weights from 0 to 1,000,000"),
        ({"bm25f": {"weights": [1] * 90_000}}, r"the setting weights is .{20} by default, and cannot be .{80}\)"),
        ({"document_weight": 10**400}, r"document_weight is 1e\+07, and must be from 0 to 1,000,000"),
        ({"pair_weight": 1e300}, r"pair_weight is 1e\+300, and must be from 0 to 1,000,000"),
        ({"fusion": "a" * 90_000}, "fusion is 'a{40}', and must be one of"),
        (["fusion"], r"they are .*fusion"),
    ],
)
def test_settings_that_mean_nothing_are_one_line_and_mended(
    command: Callable[..., Ran], place: Path, telling: Path, stored: Any, message: str
) -> None:
    store = Store(place)
    with store.database.change():
        store.database.set(RANKING, stored)
    store.close()
    with open_collection(place) as collection, pytest.raises(CollectionMismatch, match=message) as caught:
        collection.search("summit")
    assert "take the defaults back with `dragoman tune --reset`" in str(caught.value)
    ran = command("tune", telling, "--collection", place)
    assert (ran.code, ran.err) == (2, f"dragoman: {caught.value}\n")
    assert "tuned" in command("status", "--collection", place).out
    assert command("tune", "--reset", "--collection", place).code == 0
    with open_collection(place) as collection:
        assert collection.search("summit")


def test_settings_out_of_their_range_are_refused() -> None:
    for bad in (BM25F(k1=0.0), BM25F(b=(0.0, 1.1, 0.0, 0.0)), BM25F(weights=(1.0, float("inf"), 1.0, 1.0))):
        with pytest.raises(QueryError, match="needs a k1 above 0, up to 1,000,000, every b from 0 to 1, and weights"):
            Settings(bm25f=bad)
