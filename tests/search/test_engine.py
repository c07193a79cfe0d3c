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
from dragoman.index.analysis import FIELDS
from dragoman.index.encoding.floors import Floors
from dragoman.index.reading.local_legs.by_words import LocalKeyword
from dragoman.index.reading.plan import Deadline, Sort, Words
from dragoman.index.reading.selection import Selection
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.segments.bm25f import BM25F
from dragoman.search.advice.suggest import suggest
from dragoman.search.language.interpreter import Interpretation, interpret
from dragoman.search.language.parser import parse
from dragoman.search.ranking import engine, fusion
from dragoman.search.ranking.engine import Mode, Order, Ranking, Standing
from dragoman.search.ranking.legs.leg import ScoredQuery
from dragoman.search.ranking.settings import Settings
from support.random_documents import RandomDocuments

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


def question(seed: int = 1) -> np.ndarray:
    vector = np.random.default_rng(seed).standard_normal(8)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def rank(
    snapshot: Snapshot,
    query: str,
    *,
    limit: int = 1000,
    mode: Mode = "hybrid",
    sort: Sort = "relevance",
    per_document: bool = False,
    settings: Settings | None = None,
) -> Ranking:
    meant, text = understood(snapshot, query), parse(query).meaning
    vector = question() if text and mode != "keyword" else None
    units = () if mode == "meaning" and vector is not None else meant.units
    return engine.rank(
        snapshot,
        ScoredQuery(text, units, meant.pairs, meant.prose, meant.known, vector, Floors(0.5, 0.3)),
        meant.constraint,
        mode=mode,
        order=Order(sort, per_document, fold=True, limit=limit),
        settings=settings or Settings(),
        deadline=Deadline(),
    )


@cache
def understood(snapshot: Snapshot, query: str) -> Interpretation:
    return interpret(snapshot, parse(query))


def numbers(ranking: Ranking) -> list[int]:
    return ranking.listing.numbers.tolist()


def ids(snapshot: Snapshot, ranking: Ranking) -> list[str]:
    return [each.document_id for each in snapshot.locate(ranking.listing.numbers)]


def standings(ranking: Ranking) -> dict[int, Standing]:
    """Of those listed that were candidates."""
    return {number: ranking.standing(number) for number in numbers(ranking) if number in ranking.candidates.numbers}


def words(snapshot: Snapshot, query: str, *, also: bool = False) -> LocalKeyword:
    """What the keyword leg finds; with scores of all live passages, or of those that match alone."""
    meant = understood(snapshot, query)
    leg = LocalKeyword(
        Selection(snapshot.stack, meant.constraint, Deadline()), Words(meant.units, (), BM25F(), documents=False)
    )
    leg.leading(0, np.flatnonzero(snapshot.stack.live) if also else np.zeros(0, np.int64))
    return leg


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
        total = whole.listing.total
        assert len(numbers(whole)) == len(set(numbers(whole))) == total
        if per_document:
            assert len(set(ids(shelved, whole))) == total
        for end in (1, 7, total // 2, total + 1):
            page = rank(shelved, query, limit=end, **options)
            assert page.listing.total == total
            assert numbers(page) == numbers(whole)[:end]


def test_limits_of_nothing_give_the_total_alone(shelved: Snapshot) -> None:
    for query, sort, per_document in product(("the", "country:France"), SORTS, (False, True)):
        ranked = rank(shelved, query, limit=0, sort=sort, per_document=per_document)
        assert numbers(ranked) == []
        assert ranked.listing.total > 0


@pytest.mark.parametrize("query", QUERIES)
def test_one_hit_a_document_is_the_best_of_each(shelved: Snapshot, query: str) -> None:
    for mode, sort in product(MODES, SORTS):
        options: dict[str, Any] = {"mode": mode, "sort": sort, "settings": Settings(depth=5)}
        every = rank(shelved, query, **options)
        collapsed = rank(shelved, query, per_document=True, **options)
        best = dict(zip(reversed(ids(shelved, every)), reversed(numbers(every)), strict=True))
        assert numbers(collapsed) == [best[each] for each in dict.fromkeys(ids(shelved, every))]


@pytest.mark.parametrize("query", QUERIES)
def test_newest_and_oldest_go_by_date_then_relevance_with_the_undated_last(shelved: Snapshot, query: str) -> None:
    for mode, depth in product(MODES, (5, 1000)):
        options: dict[str, Any] = {"mode": mode, "settings": Settings(depth=depth)}
        relevant = rank(shelved, query, **options)
        place = {number: n for n, number in enumerate(numbers(relevant))}
        if not relevant.candidates.legs:
            # Nothing is relevant to a filter: ties go by document and position.
            located = shelved.locate(relevant.listing.numbers)
            assert located == sorted(located)
        signs: dict[Sort, int] = {"newest": -1, "oldest": 1}
        for sort, sign in signs.items():
            ranked = rank(shelved, query, sort=sort, **options).listing.numbers
            days = dict(zip(ranked.tolist(), shelved.stack.days(ranked).tolist(), strict=True))
            ranked = ranked.tolist()
            assert ranked == sorted(ranked, key=lambda n: (days[n] == 0, sign * days[n], place[n]))


def test_the_match_set_is_the_same_however_it_is_sorted(shelved: Snapshot) -> None:
    for query, mode in product(QUERIES, MODES):
        sets = [set(numbers(rank(shelved, query, mode=mode, sort=sort))) for sort in SORTS]
        assert sets[0] == sets[1] == sets[2]


# What matches


def test_hits_by_meaning_lie_above_the_floor(shelved: Snapshot) -> None:
    everything = np.flatnonzero(shelved.stack.live)
    cosines = shelved.stack.cosines(question(), everything)
    for query, floor in (("summit", 0.3), ("unheard", 0.5)):
        ranked = rank(shelved, query, mode="meaning")
        assert set(numbers(ranked)) == set(everything[cosines >= floor].tolist())
        assert all(each.legs["meaning"].score >= floor for each in standings(ranked).values())
    by_words = set(numbers(rank(shelved, "summit", mode="keyword")))
    both = set(numbers(rank(shelved, "summit")))
    assert both == by_words | set(everything[cosines >= max(0.3, 0.5 * cosines.max())].tolist())


def test_a_meaning_leg_that_is_cut_at_its_depth_is_told(shelved: Snapshot) -> None:
    whole = rank(shelved, "summit")
    assert not whole.candidates.cut
    near = sum("meaning" in each.legs for each in standings(whole).values())
    assert rank(shelved, "summit", settings=Settings(depth=near)).candidates.cut
    assert not rank(shelved, "summit", settings=Settings(depth=near + 1)).candidates.cut
    assert not rank(shelved, "summit", mode="keyword", settings=Settings(depth=1)).candidates.cut


def test_what_matches_does_not_change_with_a_filter(shelved: Snapshot) -> None:
    for query, mode in product(("summit", "treaty", "unheard"), MODES):
        found = set(numbers(rank(shelved, query, mode=mode)))
        for constraint in ("country:France", "-country:France", "date:2025-02", "outlet:Gazette", "-summit"):
            filtered = set(numbers(rank(shelved, f"{query} {constraint}", mode=mode)))
            assert filtered == found & set(numbers(rank(shelved, constraint)))


def test_a_word_known_from_deleted_passages_alone_is_unknown(shelf: "Shelf") -> None:
    shelf.add(Document("1", "strategic partnership"), Document("2", "shuttel diplomacy"))
    shelf.add(Document("3", "shuttle diplomacy"), Document("4", "shuttle bus"))
    shelf.remove("2")
    snapshot = shelf.snapshot()
    unknown = interpret(snapshot, parse("shuttel diplomacy")).unknown
    assert [("shuttel diplomacy")[span.start : span.end] for span in unknown] == ["shuttel"]
    assert suggest(snapshot, "shuttel diplomacy", unknown, Deadline()) == "shuttle diplomacy"


def test_mending_a_question_is_an_extra_with_bounds(shelf: "Shelf") -> None:
    shelf.add(Document("1", "alpha bravo charlie delta foxtrot"))
    snapshot = shelf.snapshot()

    def mended(query: str, seconds: float | None = None) -> str | None:
        return suggest(snapshot, query, interpret(snapshot, parse(query)).unknown, Deadline(seconds))

    assert mended("alphe brovo charlio delti foxtrat") == "alpha bravo charlie delta foxtrat"
    assert mended("alphe", 0) is None
    assert mended("alpha" * 100) is None


def test_finding_words_like_another_has_bounds(shelved: Snapshot) -> None:
    assert interpret(shelved, parse("x" * 40 + "~")).units
    with pytest.raises(QueryError, match=r"41 letters.*column 8"):
        interpret(shelved, parse("summit " + "x" * 41 + "~"))
    for query in ("summti~", "sum*", "summit -treat?"):
        with pytest.raises(SearchTimeout):
            interpret(shelved, parse(query), deadline=Deadline(0))


def test_a_function_word_is_no_form_of_another_word(shelf: "Shelf") -> None:
    shelf.add(
        Document("1", "state of the union"), Document("2", "state ofs the union"), Document("3", "willing allies")
    )
    shelf.add(Document("4", "they will go"))
    snapshot = shelf.snapshot()
    asked = ("of", "ofs", "willing", "allies")
    for term in asked:
        assert [unit.positions for unit in interpret(snapshot, parse(term)).units] == [(frozenset({term}),)]
    assert [unit.positions for unit in interpret(snapshot, parse("union of allies")).units] == [
        (frozenset({"union"}),),
        (frozenset({"allies"}),),
    ]


def test_a_mode_asks_no_other_leg(shelved: Snapshot) -> None:
    for mode in ("keyword", "meaning"):
        ranked = rank(shelved, "the summit", mode=mode)
        assert list(ranked.candidates.legs) == [mode]
        assert {name for each in standings(ranked).values() for name in (*each.legs, *each.parts)} == {mode}
    assert rank(shelved, "the summit", mode="meaning").candidates.weighed == ()


def test_constraints_hold_for_hits_by_meaning_too(shelved: Snapshot) -> None:
    for mode in MODES:
        ranked = rank(shelved, "the summit -treaty country:France date:2025-02", mode=mode)
        for opened in shelved.passages(numbers(ranked)):
            found, (start, end) = opened.document, opened.span
            assert found.countries == ("France",)
            assert found.dates is not None
            assert found.dates.first.month == 2
            assert "treaty" not in f"{found.title} {found.text[start:end]}"


def test_the_undated_that_match_but_for_their_date_are_counted(shelved: Snapshot) -> None:
    dated = rank(shelved, "summit date:2025-02", mode="keyword")
    everything = rank(shelved, "summit", mode="keyword")
    assert dated.candidates.undated == int((shelved.stack.days(everything.listing.numbers) == 0).sum()) > 0
    assert everything.candidates.undated == 0
    french = rank(shelved, "country:France").listing.numbers
    assert rank(shelved, "country:France date:2025-02").candidates.undated == int(
        (shelved.stack.days(french) == 0).sum()
    )


# How it scores


@pytest.mark.parametrize("name", fusion.FUSIONS)
def test_scores_fall_and_are_the_sum_of_both_legs_parts(shelved: Snapshot, name: str) -> None:
    for query in QUERIES:
        ranked = rank(shelved, query, settings=Settings(fusion=name, keyword_weight=0.3))
        placed = [ranked.standing(number) for number in numbers(ranked)]
        scores = [each.part("keyword") + each.part("meaning") for each in placed]
        assert scores == [each.score for each in placed]
        assert scores == sorted(scores, reverse=True)
        assert all(part >= 0 for each in placed for part in each.parts.values())
        for each in placed:
            if "keyword" in each.legs:
                assert set(each.details["keyword"]) == {"passage", "document", "pairs", "otherwise"}
                assert each.legs["keyword"].score == pytest.approx(sum(each.details["keyword"].values()))


def test_every_candidate_is_scored_by_both_legs(shelved: Snapshot) -> None:
    ranked = rank(shelved, "summit treaty", settings=Settings(depth=5))
    placed = standings(ranked)
    scores = dict(zip(placed, words(shelved, "summit treaty", also=True).keys(np.array(list(placed))), strict=True))
    cosines = shelved.stack.cosines(question(), np.array(list(placed)))
    assert {number: each.detail("keyword", "passage") for number, each in placed.items()} == scores
    assert {number for number, each in placed.items() if "keyword" in each.legs} == {
        number for number, score in scores.items() if score > 0
    }
    row = ranked.candidates.numbers.tolist().index
    for number, cosine in zip(placed, cosines.tolist(), strict=True):
        assert ranked.scores.scores[list(ranked.candidates.legs).index("meaning"), row(number)] == cosine
    assert any("keyword" not in each.legs for each in placed.values())


def test_what_lies_beyond_the_candidates_follows_by_keyword_score(shelved: Snapshot) -> None:
    ranked = rank(shelved, "the of", settings=Settings(depth=5))
    beyond = [number for number in numbers(ranked) if number not in standings(ranked)]
    assert len(beyond) > 20
    assert numbers(ranked)[-len(beyond) :] == beyond
    assert {ranked.standing(number) is engine.UNPLACED for number in beyond} == {True}
    scores = words(shelved, "the of").keys(np.array(beyond))
    assert beyond == shelved.stack.order(np.array(beyond), scores, len(beyond)).tolist()


def test_ranks_in_a_leg_count_from_one_and_ties_share_the_better(shelved: Snapshot) -> None:
    ranked = rank(shelved, "summit treaty")
    placed = standings(ranked).values()
    for name in ("keyword", "meaning"):
        legs = [each.legs[name] for each in placed if name in each.legs]
        by_score = sorted((leg.score for leg in legs), reverse=True)
        assert all(leg.rank == by_score.index(leg.score) + 1 for leg in legs)


def test_min_max_stretches_from_nought_to_one() -> None:
    assert fusion.min_max(np.array([3.0, 1.0, 2.0])).tolist() == [1.0, 0.0, 0.5]
    assert fusion.min_max(np.array([2.0, 2.0])).tolist() == [1.0, 1.0]
    assert fusion.min_max(np.array([])).tolist() == []


def test_reciprocal_rank_gives_nothing_for_a_leg_that_found_nothing() -> None:
    legs = [np.array([2.0, 0.0, 2.0]), np.array([0.1, 0.3, 0.2])]
    parts = fusion.reciprocal_rank([fusion.Scored(scores, fusion.min_max, 0.5) for scores in legs])
    np.testing.assert_allclose(parts, [[0.5 / 61, 0, 0.5 / 61], [0.5 / 63, 0.5 / 61, 0.5 / 62]])


# How a query is read


def test_words_in_one_token_of_the_query_are_several_words(shelved: Snapshot) -> None:
    units = interpret(shelved, parse("summit-treaty US/us")).units
    assert [sorted(*unit.positions) for unit in units] == [["summit", "summits"], ["treaty"], ["US"], ["us"]]
    (phrase,) = interpret(shelved, parse('"summit-treaty"')).units
    assert [sorted(place) for place in phrase.positions] == [["summit", "summits"], ["treaty"]]


def test_function_words_and_initials_count_only_where_nothing_else_does(shelved: Snapshot) -> None:
    assert [sorted(*unit.positions) for unit in understood(shelved, "the treaty of J. Summit").units] == [
        ["treaty"], ["summit", "summits"]
    ]  # fmt: skip
    assert [sorted(*unit.positions) for unit in understood(shelved, "the of").units] == [["the"], ["of"]]
    assert understood(shelved, "the treaty of the summit").prose == 3 / 5


def test_other_names_of_the_same_are_the_same(shelf: "Shelf") -> None:
    shelf.add(Document("1", "ROK forces"), Document("2", "the Republic of Korea"), Document("3", "South Koreans"))
    shelf.add(Document("4", "a republic in Korea"), Document("5", "south of Korea"), Document("6", "Latin America"))
    shelf.add(Document("7", "the US"))
    snapshot = shelf.snapshot()

    def found(query: str, *, variants: bool = True) -> set[str]:
        units = interpret(snapshot, parse(query), variants=variants).units
        selection = Selection(snapshot.stack, constraints.AllOf(()), Deadline())
        leg = LocalKeyword(selection, Words(units, (), BM25F(), documents=False))
        leg.leading(0, np.zeros(0, np.int64))
        return {each.document_id for each in snapshot.locate(leg.matches)}

    assert found("South Korea") == found("rok") == found("republic of korea") == {"1", "2", "3"}
    assert found("rok", variants=False) == {"1"}
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


@pytest.mark.parametrize(
    "wrong", [{"weights": (1.0, 1.0, 0.8)}, {"b": (0.3, 0.4, 0.4)}, {"b": ()}, {"weights": (1.0,) * (len(FIELDS) + 1)}]
)
def test_every_field_has_its_own_b_and_weight(wrong: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match=f"a b and a weight for each of {', '.join(FIELDS)}"):
        Settings(bm25f=BM25F(**wrong))


def test_a_word_asked_twice_counts_once(shelved: Snapshot) -> None:
    assert len(interpret(shelved, parse("summit Summits summit")).units) == 1


def test_unknown_words_are_spans_of_the_query(shelved: Snapshot) -> None:
    query = 'Sumit of "the  treati" pact-quta title:zeel'
    unknown = interpret(shelved, parse(query)).unknown
    assert [query[span.start : span.end] for span in unknown] == ["Sumit", "quta", "zeel"]
    assert suggest(shelved, query, unknown, Deadline()) == 'Summit of "the  treati" pact-quota title:zeal'


def test_a_constraint_without_a_word_is_an_error(shelved: Snapshot) -> None:
    with pytest.raises(QueryError, match="holds no word"):
        interpret(shelved, parse("summit -ـ"))
    with pytest.raises(QueryError, match="not one word"):
        interpret(shelved, parse("sum-mit~"))
