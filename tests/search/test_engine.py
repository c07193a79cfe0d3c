"""The hybrid algorithm: pages, sorting, collapsing, floors and fusion, on snapshots with made-up vectors."""

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest

from dragoman.corpus.document import Document
from dragoman.errors import QueryError, SearchTimeout
from dragoman.index import constraints
from dragoman.index.encoding.floors import Floors
from dragoman.index.reading.selection import Deadline
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.segments.bm25f import BM25F
from dragoman.search.language.parser import parse
from dragoman.search.language.planner import Plan, make_plan
from dragoman.search.ranking import engine, fusion
from dragoman.search.ranking.engine import Mode, Ranked, Sort
from dragoman.search.ranking.settings import Settings
from dragoman.search.suggest import suggest
from support.random_documents import RandomDocuments, random_vector

if TYPE_CHECKING:
    from support.shelf import Shelf

DOCUMENTS = RandomDocuments(within=65, countries=("France",))
QUERIES = (
    "the",
    "summit",
    "summit treaty zeal",
    "the summit of the US",
    '"of the"',
    "summit -treaty",
    "title:summit the",
    "summ* pact",
    "sumit~ quota",
    "country:France the",
    "country:France",
    "date:2025-02 the of",
    "-treaty",
    "(zeal OR quota) AND NOT pact",
    "unheard",
    "unheard summit",
)
MODES: tuple[Mode, ...] = get_args(Mode)
SORTS: tuple[Sort, ...] = get_args(Sort)


def rank(snapshot: Snapshot, query: str, *, limit: int = 1000, mode: Mode = "hybrid", **options: Any) -> Ranked:
    asked = parse(query)
    settings: dict[str, Any] = {
        "sort": "relevance",
        "per_document": False,
        "fold": True,
        "floors": Floors(0.5, 0.3),
        "settings": Settings(),
        "deadline": Deadline(),
    }
    vector = random_vector() if asked.meaning and mode != "keyword" else None
    return engine.rank(snapshot, understood(snapshot, query), vector, mode=mode, limit=limit, **(settings | options))


@cache
def understood(snapshot: Snapshot, query: str) -> Plan:
    return make_plan(snapshot, parse(query))


def ids(snapshot: Snapshot, ranked: Ranked) -> list[str]:
    return [snapshot.passage(number)[0].id for number in ranked.numbers.tolist()]


@pytest.fixture(scope="module")
def shelved(make_shelf: "Callable[[], Shelf]") -> Snapshot:
    """Three segments, with a few documents deleted."""
    shelf = make_shelf()
    shelf.add(*DOCUMENTS.make_many(range(0, 150, 2)))
    shelf.add(*DOCUMENTS.make_many(range(1, 150, 4)))
    shelf.add(*DOCUMENTS.make_many(range(3, 150, 4)))
    shelf.remove("d010", "d061")
    return shelf.snapshot()


# Pages


@pytest.mark.parametrize(
    ("query", "depth"), [*((each, 5) for each in QUERIES), *((each, 1000) for each in QUERIES[::4])]
)
def test_pages_neither_repeat_nor_lose_a_hit(shelved: Snapshot, query: str, depth: int) -> None:
    for mode, sort, per_document in product(MODES, SORTS, (False, True)):
        options: dict[str, Any] = {
            "mode": mode, "sort": sort, "per_document": per_document, "settings": Settings(depth=depth)
        }  # fmt: skip
        whole = rank(shelved, query, **options)
        assert len(whole.numbers) == whole.total
        assert len(set(whole.numbers.tolist())) == whole.total
        if per_document:
            assert len(set(ids(shelved, whole))) == whole.total
        for end in (1, 7, whole.total // 2, whole.total + 1):
            page = rank(shelved, query, limit=end, **options)
            assert page.total == whole.total
            assert page.numbers.tolist() == whole.numbers[:end].tolist()


def test_limits_of_nothing_give_the_total_alone(shelved: Snapshot) -> None:
    for query, sort, per_document in product(("the", "country:France"), SORTS, (False, True)):
        ranked = rank(shelved, query, limit=0, sort=sort, per_document=per_document)
        assert ranked.numbers.size == 0
        assert ranked.total > 0


@pytest.mark.parametrize("query", QUERIES)
def test_one_hit_a_document_is_the_best_of_each(shelved: Snapshot, query: str) -> None:
    for mode, sort in product(MODES, SORTS):
        options: dict[str, Any] = {"mode": mode, "sort": sort, "settings": Settings(depth=5)}
        every = rank(shelved, query, **options)
        collapsed = rank(shelved, query, per_document=True, **options)
        best = dict(zip(reversed(ids(shelved, every)), reversed(every.numbers.tolist()), strict=True))
        assert collapsed.numbers.tolist() == [best[each] for each in dict.fromkeys(ids(shelved, every))]


@pytest.mark.parametrize("query", QUERIES)
def test_newest_and_oldest_go_by_date_then_relevance_with_the_undated_last(shelved: Snapshot, query: str) -> None:
    for mode, depth in product(MODES, (5, 1000)):
        options: dict[str, Any] = {"mode": mode, "settings": Settings(depth=depth)}
        relevant = rank(shelved, query, **options).numbers
        if not rank(shelved, query, **options).weighed and not parse(query).meaning:
            # Nothing is relevant to a filter: ties go by document and place.
            relevant = shelved.order(relevant, np.zeros(len(relevant)), len(relevant))
        place = {number: n for n, number in enumerate(relevant.tolist())}
        for sort, sign in (("newest", -1), ("oldest", 1)):
            ranked = rank(shelved, query, sort=sort, **options).numbers.tolist()
            days = dict(zip(ranked, shelved.days(np.array(ranked, int)).tolist(), strict=True))
            assert ranked == sorted(ranked, key=lambda n: (days[n] == 0, sign * days[n], place[n]))


def test_the_match_set_is_the_same_however_it_is_sorted(shelved: Snapshot) -> None:
    for query, mode in product(QUERIES, MODES):
        sets = [set(rank(shelved, query, mode=mode, sort=sort).numbers.tolist()) for sort in SORTS]
        assert sets[0] == sets[1] == sets[2]


# What matches


def test_hits_by_meaning_lie_above_the_floor(shelved: Snapshot) -> None:
    everything = np.flatnonzero(shelved.live)
    cosines = shelved.cosines(random_vector(), everything)
    for query, floor in (("summit", 0.3), ("unheard", 0.5)):
        ranked = rank(shelved, query, mode="meaning")
        assert set(ranked.numbers.tolist()) == set(everything[cosines >= floor].tolist())
        assert all(each.meaning.score >= floor for each in ranked.standings.values() if each.meaning)
    by_words = set(rank(shelved, "summit", mode="keyword").numbers.tolist())
    both = set(rank(shelved, "summit").numbers.tolist())
    assert both == by_words | set(everything[cosines >= max(0.3, 0.5 * cosines.max())].tolist())


def test_a_meaning_leg_that_is_cut_at_its_depth_is_told(shelved: Snapshot) -> None:
    whole = rank(shelved, "summit")
    assert not whole.cut
    near = sum(each.meaning is not None for each in whole.standings.values())
    assert rank(shelved, "summit", settings=Settings(depth=near)).cut
    assert not rank(shelved, "summit", settings=Settings(depth=near + 1)).cut
    assert not rank(shelved, "summit", mode="keyword", settings=Settings(depth=1)).cut


def test_what_matches_does_not_change_with_a_filter(shelved: Snapshot) -> None:
    for query, mode in product(("summit", "treaty", "unheard"), MODES):
        found = set(rank(shelved, query, mode=mode).matches.tolist())
        for constraint in ("country:France", "-country:France", "date:2025-02", "outlet:Gazette", "-summit"):
            filtered = set(rank(shelved, f"{query} {constraint}", mode=mode).matches.tolist())
            assert filtered == found & set(rank(shelved, constraint).matches.tolist())


def test_a_word_known_from_deleted_passages_alone_is_unknown(shelf: "Shelf") -> None:
    shelf.add(Document("1", "strategic partnership"), Document("2", "shuttel diplomacy"))
    shelf.add(Document("3", "shuttle diplomacy"), Document("4", "shuttle bus"))
    shelf.remove("2")
    snapshot = shelf.snapshot()
    plan = make_plan(snapshot, parse("shuttel diplomacy"))
    assert [("shuttel diplomacy")[span.start : span.end] for span in plan.unknown] == ["shuttel"]
    assert suggest(snapshot, "shuttel diplomacy", plan.unknown, Deadline()) == "shuttle diplomacy"


def test_mending_a_question_is_an_extra_with_bounds(shelf: "Shelf") -> None:
    shelf.add(Document("1", "alpha bravo charlie delta foxtrot"))
    snapshot = shelf.snapshot()

    def mended(query: str, seconds: float | None = None) -> str | None:
        return suggest(snapshot, query, make_plan(snapshot, parse(query)).unknown, Deadline(seconds))

    assert mended("alphe brovo charlio delti foxtrat") == "alpha bravo charlie delta foxtrat"
    assert mended("alphe", 0) is None
    assert mended("alpha" * 100) is None


def test_finding_words_like_another_has_bounds(shelved: Snapshot) -> None:
    assert make_plan(shelved, parse("x" * 40 + "~")).units
    with pytest.raises(QueryError, match=r"41 letters.*column 8"):
        make_plan(shelved, parse("summit " + "x" * 41 + "~"))
    for query in ("summti~", "sum*", "summit -treat?"):
        with pytest.raises(SearchTimeout):
            make_plan(shelved, parse(query), deadline=Deadline(0))


def test_a_function_word_is_no_form_of_another_word(shelf: "Shelf") -> None:
    shelf.add(
        Document("1", "state of the union"), Document("2", "state ofs the union"), Document("3", "willing allies")
    )
    shelf.add(Document("4", "they will go"))
    snapshot = shelf.snapshot()
    assert snapshot.same_word("of") == {"of"}
    assert snapshot.same_word("ofs") == {"ofs"}
    assert snapshot.same_word("willing") == {"willing"}
    assert snapshot.same_word("allies") == {"allies"}
    assert [unit.places for unit in make_plan(snapshot, parse("union of allies")).units] == [
        (frozenset({"union"}),),
        (frozenset({"allies"}),),
    ]


def test_a_mode_asks_no_other_leg(shelved: Snapshot) -> None:
    assert not any(each.meaning for each in rank(shelved, "the summit", mode="keyword").standings.values())
    assert not any(each.keyword for each in rank(shelved, "the summit", mode="meaning").standings.values())
    assert rank(shelved, "the summit", mode="meaning").weighed == ()


def test_constraints_hold_for_hits_by_meaning_too(shelved: Snapshot) -> None:
    for mode in MODES:
        for number in rank(shelved, "the summit -treaty country:France date:2025-02", mode=mode).numbers.tolist():
            found, (start, end) = shelved.passage(number)
            assert found.countries == ("France",)
            assert found.dates is not None
            assert found.dates.first.month == 2
            assert "treaty" not in f"{found.title} {found.text[start:end]}"


def test_the_undated_that_match_but_for_their_date_are_counted(shelved: Snapshot) -> None:
    dated = rank(shelved, "summit date:2025-02", mode="keyword")
    everything = rank(shelved, "summit", mode="keyword").numbers
    assert dated.undated == int((shelved.days(everything) == 0).sum()) > 0
    assert rank(shelved, "summit", mode="keyword").undated == 0
    assert rank(shelved, "country:France date:2025-02").undated == int(
        (shelved.days(rank(shelved, "country:France").numbers) == 0).sum()
    )


# How it scores


@pytest.mark.parametrize("name", fusion.FUSIONS)
def test_scores_fall_and_are_the_sum_of_both_legs_parts(shelved: Snapshot, name: str) -> None:
    for query in QUERIES:
        ranked = rank(shelved, query, settings=Settings(fusion=name, keyword_weight=0.3))
        placed = [ranked.standings.get(number, engine.Standing(0, 0)) for number in ranked.numbers.tolist()]
        scores = [each.keyword_part + each.meaning_part for each in placed]
        assert scores == sorted(scores, reverse=True)
        assert all(part >= 0 for each in placed for part in (each.keyword_part, each.meaning_part))
        for each in placed:
            if each.keyword:
                assert each.keyword.score == pytest.approx(each.passage + each.document + each.pairs)


def test_every_candidate_is_scored_by_both_legs(shelved: Snapshot) -> None:
    ranked = rank(shelved, "summit treaty", settings=Settings(depth=5))
    words = shelved.select(make_plan(shelved, parse("summit treaty")).constraint)
    units = make_plan(shelved, parse("summit treaty")).units
    scores = words.keyword(units, Settings().bm25f, np.flatnonzero(shelved.live)).scores
    assert {number: each.passage for number, each in ranked.standings.items() if each.keyword} == {
        number: scores[number] for number in ranked.standings if scores[number] > 0
    }
    assert any(not each.keyword for each in ranked.standings.values())


def test_what_lies_beyond_the_candidates_follows_by_keyword_score(shelved: Snapshot) -> None:
    ranked = rank(shelved, "the of", settings=Settings(depth=5))
    units = make_plan(shelved, parse("the of")).units
    every = shelved.select(make_plan(shelved, parse("the of")).constraint)
    scores = every.keyword(units, Settings().bm25f, np.zeros(0, int)).scores
    beyond = [number for number in ranked.numbers.tolist() if number not in ranked.standings]
    assert len(beyond) > 20
    assert ranked.numbers.tolist()[-len(beyond) :] == beyond
    assert beyond == shelved.order(np.array(beyond), scores[beyond], len(beyond)).tolist()


def test_ranks_in_a_leg_count_from_one_and_ties_share_the_better(shelved: Snapshot) -> None:
    ranked = rank(shelved, "summit treaty")
    placed = ranked.standings.values()
    for legs in ([each.keyword for each in placed if each.keyword], [each.meaning for each in placed if each.meaning]):
        by_score = sorted((leg.score for leg in legs), reverse=True)
        assert all(leg.rank == by_score.index(leg.score) + 1 for leg in legs)


def test_min_max_stretches_from_nought_to_one() -> None:
    assert fusion.min_max(np.array([3.0, 1.0, 2.0])).tolist() == [1.0, 0.0, 0.5]
    assert fusion.min_max(np.array([2.0, 2.0])).tolist() == [1.0, 1.0]
    assert fusion.min_max(np.array([])).tolist() == []


def test_reciprocal_rank_gives_nothing_for_a_leg_that_found_nothing() -> None:
    parts = fusion.reciprocal_rank(np.array([2.0, 0.0, 2.0]), np.array([0.1, 0.3, 0.2]), 0.5)
    np.testing.assert_allclose(parts, [[0.5 / 61, 0, 0.5 / 61], [0.5 / 63, 0.5 / 61, 0.5 / 62]])


# How a query is read


def test_words_in_one_token_of_the_query_are_several_words(shelved: Snapshot) -> None:
    units = make_plan(shelved, parse("summit-treaty US/us")).units
    assert [sorted(*unit.places) for unit in units] == [["summit", "summits"], ["treaty"], ["US"], ["us"]]
    (phrase,) = make_plan(shelved, parse('"summit-treaty"')).units
    assert [sorted(place) for place in phrase.places] == [["summit", "summits"], ["treaty"]]


def test_function_words_and_initials_count_only_where_nothing_else_does(shelved: Snapshot) -> None:
    assert [sorted(*unit.places) for unit in understood(shelved, "the treaty of J. Summit").units] == [
        ["treaty"], ["summit", "summits"]
    ]  # fmt: skip
    assert [sorted(*unit.places) for unit in understood(shelved, "the of").units] == [["the"], ["of"]]
    assert understood(shelved, "the treaty of the summit").prose == 3 / 5


def test_other_names_of_the_same_are_the_same(shelf: "Shelf") -> None:
    shelf.add(Document("1", "ROK forces"), Document("2", "the Republic of Korea"), Document("3", "South Koreans"))
    shelf.add(Document("4", "a republic in Korea"), Document("5", "south of Korea"), Document("6", "Latin America"))
    shelf.add(Document("7", "the US"))
    snapshot = shelf.snapshot()

    def found(query: str, settings: Settings | None = None) -> set[str]:
        units = make_plan(snapshot, parse(query), variants=settings is None).units
        matches = snapshot.select(constraints.AllOf(())).keyword(units, BM25F(), np.zeros(0, int))
        return {snapshot.passage(number)[0].id for number in matches.numbers.tolist()}

    assert found("South Korea") == found("rok") == found("republic of korea") == {"1", "2", "3"}
    assert found("rok", Settings(variants=False)) == {"1"}
    assert found('"ROK"') == {"1"}, "a name in quotation marks is that name"
    assert found("U.S.") == {"6", "7"}
    assert found("Latin America") == {"6"}, "which is not the United States"


def test_what_stands_side_by_side_is_better_than_the_same_words_apart(shelf: "Shelf") -> None:
    shelf.add(Document("1", "trust the envoy with a pact"), Document("2", "a trust pact with the envoy"))
    snapshot = shelf.snapshot()
    assert ids(snapshot, rank(snapshot, "trust pact", mode="keyword")) == ["2", "1"]
    assert ids(snapshot, rank(snapshot, "trust, pact", mode="keyword")) == ["1", "2"], "but not across a comma"


def test_a_passage_is_better_if_the_rest_of_its_document_fits_too(shelf: "Shelf") -> None:
    filler = "\n\n".join(f"Paragraph {number} " + "filler " * 150 for number in range(3))
    shelf.add(Document("1", f"The treaty.\n\n{filler}"), Document("2", f"The treaty.\n\n{filler} treaty treaty"))
    snapshot = shelf.snapshot()
    ranked = rank(snapshot, "treaty", mode="keyword", per_document=True)
    assert ids(snapshot, ranked) == ["2", "1"]
    alone = rank(snapshot, "treaty", mode="keyword", settings=Settings(document_weight=0))
    assert ids(snapshot, alone)[0] == "1"


@pytest.mark.parametrize(
    "wrong", [{"fusion": "x"}, {"keyword_weight": 1.1}, {"prose_discount": -1}, {"pair_weight": -1}, {"depth": 0}]
)
def test_settings_out_of_range_are_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match=next(iter(wrong))):
        Settings(**wrong)


def test_a_word_asked_twice_counts_once(shelved: Snapshot) -> None:
    assert len(make_plan(shelved, parse("summit Summits summit")).units) == 1


def test_unknown_words_are_spans_of_the_query(shelved: Snapshot) -> None:
    query = 'Sumit of "the  treati" pact-quta title:zeel'
    unknown = make_plan(shelved, parse(query)).unknown
    assert [query[span.start : span.end] for span in unknown] == ["Sumit", "quta", "zeel"]
    assert suggest(shelved, query, unknown, Deadline()) == 'Summit of "the  treati" pact-quota title:zeal'


def test_a_constraint_without_a_word_is_an_error(shelved: Snapshot) -> None:
    with pytest.raises(QueryError, match="holds no word"):
        make_plan(shelved, parse("summit -ـ"))
    with pytest.raises(QueryError, match="not one word"):
        make_plan(shelved, parse("sum-mit~"))
