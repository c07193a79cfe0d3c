"""Near-copies: what counts as one text, how the ledger keeps its groups, and how a ranking folds them."""

import json
import lzma
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.signatures import LEAST_SHINGLES, Rule, Signatures, signature, stars
from dragoman.index.ledger import near_copies as copies
from dragoman.index.ledger.database import Database
from dragoman.index.ledger.ledger import Ledger
from dragoman.index.ledger.near_copies import Copies, NearCopies
from dragoman.index.reading.folding import folded
from dragoman.search.making import reindex_collection
from support.folders import folder_of
from support.places import SHARED

if TYPE_CHECKING:
    from conftest import MakeCollection

VOCABULARY = [f"{first}{second}" for first in "bdfgklmnprst" for second in ("alon", "erin", "imos", "ovat", "ulid")]

STORY = """The foreign ministers of both countries met in Johannesburg on Saturday and agreed to raise their ties to
a strategic partnership. They spoke for two hours about semiconductors, nuclear energy and the defence industry, and
said that their leaders would exchange visits before the end of next year. A joint working group will draft a plan of
action by the spring, an official said, adding that no date had been set for its first meeting in Seoul or Paris."""


def words(count: int, seed: int) -> str:
    """So many words of no text in particular."""
    return " ".join(random.Random(seed).choices([f"{each}{n}" for each in VOCABULARY for n in range(50)], k=count))


def stacked(texts: Iterable[str]) -> Signatures:
    """The signatures of some texts."""
    made = [each for each in map(signature, texts) if each]
    return Signatures(np.array([each.shingles for each in made]), np.array([each.values for each in made]))


def are_copies(left: str, right: str) -> bool:
    return bool(Rule().near(stacked([left, right]), np.array([[0, 1]]))[0])


# Two texts


def test_case_punctuation_and_layout_make_no_difference() -> None:
    plain, shouted = signature(STORY), signature(STORY.upper().replace("\n", "  \n\n\t").replace(",", " –"))
    assert plain
    assert shouted
    assert plain.shingles == shouted.shingles
    assert np.array_equal(plain.values, shouted.values)


def test_a_signature_is_the_same_everywhere() -> None:
    made = signature(STORY)
    assert made
    assert made.shingles == 75
    assert sha256(made.values.astype("<u2").tobytes()).hexdigest()[:16] == "ed1d8a63c8032196"


def test_a_text_of_a_few_words_has_no_signature() -> None:
    longest = words(LEAST_SHINGLES + 3, seed=1)
    assert signature("") is None
    assert signature("Talks were held.") is None
    assert signature(longest) is None
    assert signature(f"{longest} indeed") is not None


def test_signatures_estimate_the_jaccard_similarity() -> None:
    base = words(2000, seed=2).split()
    for kept in (500, 1000, 1500, 1900):
        other = base[:kept] + words(2000 - kept, seed=kept).split()
        made = [signature(" ".join(each)) for each in (base, other)]
        assert made[0]
        assert made[1]
        exact = (kept - 4) / (2 * 1996 - (kept - 4))
        assert abs((made[0].values == made[1].values).mean() - exact) < 4 * (exact * (1 - exact) / 256) ** 0.5


@pytest.mark.parametrize(
    "other",
    [
        STORY.replace("Saturday", "Sunday").replace("two hours", "three hours"),
        STORY
        + " Subscribe to our newsletter for more. Copyright 2025, all rights reserved by the agency and its members.",
        "Johannesburg, Nov 23 (NationPress) " + STORY[: len(STORY) * 3 // 5],
    ],
    ids=["a word here and there", "a tail of boilerplate", "the greater half"],
)
def test_near_copies(other: str) -> None:
    assert are_copies(STORY, other)


@pytest.mark.parametrize(
    "other",
    [
        """The two foreign ministers, meeting on the margins of the Johannesburg summit, declared on Saturday that their
        countries were now strategic partners. Chips, reactors and arms were on the table during the talks of two hours;
        visits by both leaders are to follow within a year. An action plan is due in spring, an official told us.""",
        f"{words(100, seed=5)} {STORY} {words(100, seed=6)}",
        STORY.replace("Johannesburg", "Nairobi")
        .replace("Saturday", "Monday")
        .replace("strategic", "special")
        .replace("semiconductors", "fisheries")
        .replace("nuclear", "solar")
        .replace("defence", "textile")
        .replace("spring", "autumn")
        .replace("Seoul", "Accra")
        .replace("two hours", "a day"),
    ],
    ids=["another report of the same event", "a briefing that quotes it", "the same template for other countries"],
)
def test_no_copies(other: str) -> None:
    assert not are_copies(STORY, other)


def test_without_spaces_a_character_does_for_a_word() -> None:
    report = "两国外长星期六在约翰内斯堡会晤，同意将两国关系提升为战略伙伴关系，并就半导体、核能和国防工业交换了意见。"
    assert are_copies(report, report.replace("星期六", "周六"))
    assert not are_copies(
        report, "韩国总统下周将访问日本奈良，与首相举行会谈，讨论安全问题、经济合作以及两国青年交流计划的具体安排。"
    )


def test_a_chain_of_slightly_different_texts_does_not_become_one_group() -> None:
    base = words(600, seed=5).split()
    texts = [" ".join(base[start : start + 200]) for start in range(0, 400, 10)]
    signatures = stacked(texts)
    pairs = np.array([(one, other) for one in range(len(texts)) for other in range(len(texts)) if one != other])
    near = pairs[Rule().near(signatures, pairs)].tolist()
    neighbours = {number: {other for one, other in near if one == number} for number in range(len(texts))}
    assert all(number + 1 in neighbours[number] for number in range(len(texts) - 1))
    centres = stars(neighbours, {number: str(number) for number in neighbours})
    assert all(centre in {number, *neighbours[number]} for number, centre in centres.items())
    assert len(set(centres.values())) > 4


# In the ledger


@pytest.fixture
def new_ledger(tmp_path: Path) -> Iterator[Callable[[], Database]]:
    made: list[Database] = []

    def new() -> Database:
        made.append(Database.create(tmp_path / f"{len(made)}.sqlite", {}))
        return made[-1]

    yield new
    for database in made:
        database.close()


def commit(database: Database, documents: Iterable[Document], removed: Iterable[str] = ()) -> None:
    ledger = Ledger(database)
    with database.change():
        for document in documents:
            if known := ledger.live_version(document.id):
                ledger.retire_document(known.version)
            ledger.add_document(document)
        for document_id in removed:
            known = ledger.live_version(document_id)
            assert known
            ledger.retire_document(known.version)
        NearCopies(database).update()


def groups(database: Database) -> list[set[str]]:
    """The groups of two or more, as sets of document ids."""
    ledger = Ledger(database)
    found: defaultdict[int, set[str]] = defaultdict(set)
    for version, group in ledger.state().copies.tolist():
        document = ledger.document(version)
        assert document
        found[group].add(document.id)
    return sorted(found.values(), key=sorted)


def edited(base: Sequence[str], chance: random.Random) -> str:
    """A text made from another by changing, cutting or adding something."""
    text = list(base)
    for _ in range(chance.randrange(5)):
        text[chance.randrange(len(text))] = chance.choice(VOCABULARY)
    if chance.random() < 0.3:
        text = text[: int(len(text) * chance.uniform(0.4, 1))]
    return " ".join(text + chance.choices(VOCABULARY, k=chance.choice([0, 0, 20])))


@pytest.mark.parametrize(("full", "hubs"), [(64, 4), (8, 2), (3, 1)])
@pytest.mark.parametrize("seed", range(3))
def test_groups_do_not_depend_on_how_the_documents_came_in(
    new_ledger: Callable[[], Database], monkeypatch: pytest.MonkeyPatch, seed: int, full: int, hubs: int
) -> None:
    monkeypatch.setattr(copies, "FULL", full)
    monkeypatch.setattr(copies, "HUBS", hubs)
    chance = random.Random(seed)
    bases = [words(chance.choice([40, 80, 150]), seed=each).split() for each in range(3)]
    live: dict[str, Document] = {}
    many = new_ledger()
    for step in range(15):
        batch = {
            f"d{number}": Document(f"d{number}", edited(chance.choice(bases), chance))
            for number in chance.sample(range(60), k=chance.randrange(12))
        }
        removed = chance.sample(sorted(live.keys() - batch), k=min(len(live.keys() - batch), chance.randrange(5)))
        commit(many, batch.values(), removed)
        live = {name: document for name, document in (live | batch).items() if name not in removed}
        if step % 5 == 4:
            once = new_ledger()
            commit(once, chance.sample(list(live.values()), k=len(live)))
            assert groups(many) == groups(once)
    assert max(map(len, groups(many))) > 3


def test_a_story_that_went_round_the_world_comes_together_though_not_all_its_copies_are_compared(
    new_ledger: Callable[[], Database],
) -> None:
    chance, base = random.Random(7), words(300, seed=8).split()
    database = new_ledger()
    copied = [Document(f"d{number:03}", " ".join([*base, *chance.choices(VOCABULARY, k=9)])) for number in range(150)]
    assert len(copied) > copies.FULL
    commit(database, copied)
    assert groups(database) == [{document.id for document in copied}]


def test_another_rule_builds_the_groups_anew(new_ledger: Callable[[], Database]) -> None:
    database = new_ledger()
    commit(database, [Document("a", STORY), Document("b", STORY.replace("Saturday", "Sunday"))])
    assert groups(database) == [{"a", "b"}]
    with database.change():
        NearCopies(database, Rule(jaccard=0.99, containment=0.99)).update()
    assert groups(database) == []
    commit(database, [])
    assert groups(database) == [{"a", "b"}]


def test_a_change_without_news_for_the_copies_changes_nothing(new_ledger: Callable[[], Database]) -> None:
    database = new_ledger()
    commit(database, [Document("a", STORY)])
    commit(database, [])
    assert database.generation == 1


def test_a_collection_keeps_its_groups_through_updates_removals_compaction_and_reindexing(
    make_collection: "MakeCollection", tiny_models: tuple[Path, Path]
) -> None:
    copied = [
        Document(name, STORY.replace("Saturday", day))
        for name, day in zip("abc", ("Sunday", "Monday", "Friday"), strict=True)
    ]
    other = Document("d", words(80, seed=9))
    collection = make_collection([*copied, other])
    database = folder_of(collection).database
    assert groups(database) == [{"a", "b", "c"}]
    collection.add([Document("d", STORY), Document("b", words(80, seed=10))])
    assert groups(database) == [{"a", "c", "d"}]
    collection.remove(["a"])
    assert groups(database) == [{"c", "d"}]
    collection.compact()
    assert groups(database) == [{"c", "d"}]
    reindex_collection(collection.path, model=str(tiny_models[1]))
    assert groups(database) == [{"c", "d"}]
    collection.remove(["c"])
    assert groups(database) == []


def test_a_document_is_in_its_own_group_unless_it_has_copies() -> None:
    held = Copies(np.array([[3, 5], [5, 5], [8, 9], [9, 9]]))
    assert held.group(np.array([9, 1, 3, 3, 8, 100, 5])).tolist() == [9, 1, 5, 5, 9, 100, 5]
    none = Copies(np.zeros((0, 2), np.int64))
    assert none.group(np.array([4, 2])).tolist() == [4, 2]


# In a ranking


def test_folding_keeps_the_best_ranked_document_of_a_group_with_all_its_passages() -> None:
    documents = np.array([7, 3, 7, 5, 4, 3, 9, 5])
    folding = folded(np.array([3, 3, 3, 5, 4, 3, 3, 5]), documents)
    assert documents[folding.kept].tolist() == [7, 7, 5, 4, 5]
    assert folding.under(7).tolist() == [3, 9]
    assert folding.under(5).tolist() == []
    assert folding.under(100).tolist() == []


def test_folding_a_ranking_without_copies_or_of_nothing_keeps_it() -> None:
    documents = np.array([7, 3, 7])
    folding = folded(documents, documents)
    assert folding.kept.all()
    assert folding.under(3).tolist() == []
    nothing = folded(documents[:0], documents[:0])
    assert nothing.kept.tolist() == []
    assert nothing.under(3).tolist() == []


def test_folding_agrees_with_going_through_the_ranking_by_hand() -> None:
    chance = np.random.default_rng(11)
    for _ in range(50):
        group_of = chance.integers(0, 12, 30)
        documents = chance.integers(0, 30, 60)
        folding = folded(group_of[documents], documents)
        shown: dict[int, int] = {}
        under: defaultdict[int, list[int]] = defaultdict(list)
        for document, kept in zip(documents.tolist(), folding.kept.tolist(), strict=True):
            best = shown.setdefault(int(group_of[document]), document)
            assert kept == (best == document)
            if document != best and document not in under[best]:
                under[best].append(document)
        assert all(folding.under(best).tolist() == under[best] for best in shown.values())


# On real texts


def texts_of(path: Path) -> list[dict[str, list[str]]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.shared("modern")
def test_all_versions_of_a_press_release_are_found_and_no_two_releases_are_taken_for_one(
    new_ledger: Callable[[], Database],
) -> None:
    database, releases = new_ledger(), texts_of(SHARED / "modern" / "statepr.versions.jsonl.xz")
    commit(
        database,
        [
            Document(f"{place}/{number}", text)
            for place, release in enumerate(releases)
            for number, text in enumerate(release["versions"])
        ],
    )
    expected = [{f"{place}/{number}" for number in range(len(each["versions"]))} for place, each in enumerate(releases)]
    assert groups(database) == sorted(expected, key=sorted)


@pytest.mark.shared("seeds")
def test_reports_on_different_summits_of_one_president_are_not_merged(new_ledger: Callable[[], Database]) -> None:
    database = new_ledger()
    commit(database, [each for each in read([SHARED / "seeds"]) if isinstance(each, Document)])
    assert Ledger(database).count_documents() == 3
    assert groups(database) == []


@pytest.mark.shared("multi")
def test_a_translated_story_is_near_to_no_other_story(new_ledger: Callable[[], Database]) -> None:
    database = new_ledger()
    stories = texts_of(SHARED / "multi" / "ntrex.corpus.jsonl.xz")
    commit(database, [Document(f"{number}", str(story["text"])) for number, story in enumerate(stories)])
    assert groups(database) == []
