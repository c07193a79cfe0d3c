"""What every view must do, whatever keeps the collection: the local one, several of these side by side, and one in
memory by brute force.
"""

import random
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dragoman.corpus.document import DateInterval, Document, Note, Person
from dragoman.corpus.fields import Fields, OwnField
from dragoman.errors import QueryError, SearchTimeout
from dragoman.index.constraints import AllOf, Of
from dragoman.index.reading.plan import Beginning, Deadline, Meaning, Pattern, Plan, SameWord, Slip, Spelling
from dragoman.index.reading.side_by_side import SideBySide
from dragoman.index.reading.view import View
from dragoman.index.units import terms_of
from dragoman.search.advice.completion import complete
from dragoman.search.advice.suggest import suggest
from dragoman.search.language.question import Question
from dragoman.search.ranking.settings import Settings
from dragoman.search.results.answer import Answer, answer
from support.memory_view import MemoryView

if TYPE_CHECKING:
    from support.shelf import Shelf

WORDS = (
    "the of summit summit. treaty treaties envoy. pact quota zeal Geneva Genoa partnership partners US us 1950".split()
)
OWN = (OwnField("desk", "desk"), OwnField("votes", "votes", "number"), OwnField("received", "received", "date"))
SETTINGS = Settings(depth=7)
ALL = 10_000
COPIES = ("d003", "d017", "d031")
"""Documents that are near-copies of each other."""


def made_up(number: int) -> Document:
    rng = random.Random(number)
    lines = [" ".join(rng.choices(WORDS, k=rng.randint(2, 9))) for _ in range(rng.randint(1, 4))]
    first = date(2025, rng.randint(1, 6), rng.randint(1, 20))
    last = date.fromordinal(first.toordinal() + rng.choice([0, 0, 3]))
    return Document(
        id=f"d{number:03}",
        text="\n".join(lines),
        title=" ".join(rng.choices(WORDS, k=2)),
        dates=DateInterval(first, last) if rng.random() < 0.8 else None,
        countries=tuple(rng.sample(["France", "Japan", "South Korea"], rng.randint(0, 2))),
        people=(Person(rng.choice(["Lee Jae Myung", "Kim Koo"])),),
        outlet=rng.choice(["", "Yonhap", "Kyodo News"]),
        extra={"desk": (rng.choice(["Asia", "Europe"]),), "votes": (str(number),), "received": (str(first),)},
        notes=(Note("1", len(lines[0]), "a footnote on the armistice"),) if number % 7 == 0 else (),
        language=rng.choice(["en", ""]),
    )


DOCUMENTS = [made_up(number) for number in range(60) if number not in (10, 41, 42)]


@pytest.fixture(scope="module")
def local(make_shelf: "Callable[[], Shelf]") -> View:
    """Three segments, with a few documents replaced, a few deleted, and a few copies of each other."""
    shelf = make_shelf()
    shelf.declare(*OWN)
    shelf.add(*map(made_up, range(30)))
    shelf.add(Document("d050", "zeal and zeal again"), *map(made_up, range(30, 45)))
    shelf.add(*map(made_up, range(45, 60)))
    shelf.remove("d010", "d041", "d042")
    versions = [shelf.ledger.live_version(name) for name in COPIES]
    with shelf.database.change():
        rows = [(each.version, versions[0].version) for each in versions if each and versions[0]]
        shelf.database.connection.executemany("INSERT INTO copies VALUES (?, ?)", rows)
    return shelf.snapshot()


@pytest.fixture(scope="module")
def side_by_side(make_shelf: "Callable[[], Shelf]") -> View:
    """The same in three collections, one of them empty, each with two segments or none; all copies are in the first."""
    first, second, empty = make_shelf(), make_shelf(), make_shelf()
    mine = {*range(0, 60, 3), *(int(name[1:]) for name in COPIES)}
    for shelf in (first, second, empty):
        shelf.declare(*OWN)
    first.add(*(made_up(number) for number in range(30) if number in mine))
    first.add(*(made_up(number) for number in range(30, 60) if number in mine))
    first.remove("d042")
    second.add(Document("d050", "zeal and zeal again"), *(made_up(n) for n in range(40) if n not in mine))
    second.add(*(made_up(number) for number in range(40, 60) if number not in mine))
    second.remove("d010", "d041")
    versions = [first.ledger.live_version(name) for name in COPIES]
    with first.database.change():
        rows = [(each.version, versions[0].version) for each in versions if each and versions[0]]
        first.database.connection.executemany("INSERT INTO copies VALUES (?, ?)", rows)
    return SideBySide([(f"of/{n}", f"{n}", each.snapshot()) for n, each in enumerate((empty, first, second))])


@pytest.fixture(scope="module")
def memory() -> View:
    return MemoryView(DOCUMENTS, fields=Fields(OWN), copies=dict.fromkeys(COPIES, 1))


@pytest.fixture(params=["local", "side_by_side", "memory"])
def view(request: pytest.FixtureRequest) -> View:
    return request.getfixturevalue(request.param)


def ask(view: View, text: str, limit: int = ALL, offset: int = 0, **options: Any) -> Answer:
    how = {"mode": "hybrid", "sort": None, "match": "most", "per_document": False, "fold": False, "timeout": None}
    filters = {name: value for name, value in options.items() if name not in how}
    said = how | {name: value for name, value in options.items() if name in how}
    return answer(view, Question.parse(text, said, filters, view.info.fields), SETTINGS, limit=limit, offset=offset)


def found(answer: Answer) -> list[str]:
    return [hit.passage for hit in answer.hits(highlights=False)]


QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("treaty", {}),
    ("summit Geneva", {}),
    ("the", {}),
    ("treaty -summit", {}),
    ('"summit treaty"', {}),
    ('-"summit treaty" envoy', {}),
    ('"summit treaty"~3', {}),
    ('"treaty envoy summit"~6', {}),
    ('"summit summit"~4 -"summit summit"', {}),
    ('"summit * treaty"', {}),
    ('"the * * gen*"', {}),
    ('"summit treat*" OR "gen?a pact"', {}),
    ('title:"summit treaty"~1', {}),
    ("summit NEAR/2 treaty", {}),
    ("summit NEAR/0 summit", {}),
    ('treaty NEAR/1 (gen* OR quota OR "the pact") envoy', {}),
    ('"summit envoy" NEAR/4 "treaty of" OR zeal~ NEAR/3 US', {}),
    ("-(summit NEAR/2 treaty) pact", {}),
    ("title:(summit NEAR/3 treaty)", {}),
    ("summit NEAR/s treaty", {}),
    ("a NEAR/s armistice", {}),
    ("-(summit NEAR/s treaty) summit AND treaty", {}),
    ("=treaty", {}),
    ('="the treaties" OR title:=summit', {}),
    ("=treaty NEAR/3 =partner", {}),
    ("gen*", {}),
    ("gen?a zeal", {}),
    ("genova~", {}),
    ("title:summit", {}),
    ("title:summit -title:treaty quota", {}),
    ("notes:armistice", {}),
    ("country:France", {}),
    ("country:=Japan -country:France", {}),
    ("person:lee outlet:kyodo treaty", {}),
    ("(country:France OR outlet:Yonhap) summit", {}),
    ("date:2025-02..2025-03", {}),
    ("-date:2025-02..2025-03 treaty", {}),
    ("quota OR zeal", {}),
    ("quota AND zeal", {}),
    ("US", {}),
    ("us", {}),
    ("treaty", {"mode": "keyword"}),
    ("treaty summit", {"mode": "meaning"}),
    ("treaty summit", {"match": "any"}),
    ("treaty summit", {"match": "all"}),
    ("treaty summit", {"match": "all", "mode": "meaning"}),
    ("quota OR zeal", {"match": "all"}),
    ("treaty AND (quota OR zeal)", {"match": "all", "mode": "keyword"}),
    ("(quota OR zeal) summit", {"match": "all", "mode": "meaning"}),
    ("gen* OR country:France envoy", {"match": "all"}),
    ("treaty envoy summit quota", {"sort": "newest"}),
    ("treaty summit", {"sort": "oldest", "mode": "keyword"}),
    ("treaty summit", {"sort": "newest", "mode": "meaning"}),
    ("treaty summit", {"sort": "newest", "match": "any"}),
    ("treaty summit country:France", {"sort": "newest", "match": "all"}),
    ("treaty", {"after": "2025-03"}),
    ("", {"country": "France"}),
    ("", {"document": "d005"}),
    ("unheard", {}),
    ("desk:asia treaty", {}),
    ("", {"desk": ["Asia"], "country": "Japan"}),
    ("votes:10..20", {}),
    ("votes:..7 -votes:3", {}),
    ("received:2025-03 summit", {}),
    ("received:2025-05..", {}),
    ("summit", {"where": ["-desk:Asia", "votes:20.."]}),
    ("summit in March 2025", {}),
    ("treaty envoy since 3 May 2025 country:France", {"mode": "keyword"}),
    ("Geneva 2 March 2025 or 04/05/2025", {"mode": "meaning"}),
    ("in February 2025", {}),
]


@pytest.mark.parametrize(("text", "options"), QUESTIONS)
@pytest.mark.parametrize("kept", ["local", "side_by_side"])
def test_both_views_match_the_same(
    request: pytest.FixtureRequest, memory: View, kept: str, text: str, options: dict[str, Any]
) -> None:
    here, there = ask(request.getfixturevalue(kept), text, **options), ask(memory, text, **options)
    assert sorted(found(here)) == sorted(found(there))
    assert here.ranking.candidates.undated == there.ranking.candidates.undated
    assert here.ranking.candidates.cut == there.ranking.candidates.cut
    assert here.ranking.listing.weaker == there.ranking.listing.weaker
    assert here.ranking.listing.facets(5) == there.ranking.listing.facets(5)
    assert here.meant.unknown == there.meant.unknown


@pytest.mark.parametrize(("text", "options"), QUESTIONS)
def test_side_by_side_ranks_as_the_whole_does(
    local: View, side_by_side: View, text: str, options: dict[str, Any]
) -> None:
    whole, parts = ask(local, text, **options), ask(side_by_side, text, **options)
    assert found(parts) == found(whole)
    assert [hit.score for hit in parts.hits()] == pytest.approx([hit.score for hit in whole.hits()])


@pytest.mark.parametrize(("text", "options"), QUESTIONS)
def test_one_match_set_for_everything(view: View, text: str, options: dict[str, Any]) -> None:
    answer = ask(view, text, **options)
    listing, hits = answer.ranking.listing, list(answer.hits())
    assert listing.total == len(hits) == len({hit.passage for hit in hits})
    assert listing.documents == len({hit.document.id for hit in hits})
    facets = listing.facets(100)
    for name in ("country", "outlet", "lang", "desk"):
        values = view.info.fields[name].values
        counted = {each.value: each.passages for each in facets.columns[name].values}
        assert sum(counted.values()) == sum(sum(map(bool, values(hit.document))) for hit in hits)
        assert facets.columns[name].distinct == len(counted)
    undated = [hit for hit in hits if hit.document.dates is None]
    assert facets.undated == len(undated)
    assert (facets.histogram is None) == (len(undated) == len(hits))
    for hit, more in zip(hits, listing.more.tolist(), strict=True):
        assert more == sum(other.document.id == hit.document.id for other in hits) - 1


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("per_document", [False, True])
@pytest.mark.parametrize("fold", [False, True])
def test_pages_without_gap_or_double(view: View, sort: str, per_document: bool, fold: bool) -> None:
    how: dict[str, Any] = {"sort": sort, "per_document": per_document, "fold": fold}
    whole = ask(view, "summit treaty", **how)
    every = found(whole)
    assert len(every) == whole.ranking.listing.total > 3 * SETTINGS.depth
    paged = [
        hit.passage for start in range(0, len(every), 9) for hit in ask(view, "summit treaty", 9, start, **how).hits()
    ]
    assert paged == every
    assert len(set(every)) == len(every)
    documents = [each.partition("#")[0] for each in every]
    assert not per_document or len(set(documents)) == len(documents)
    assert not fold or len(set(documents) & set(COPIES)) == 1


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_order_by_date_has_the_undated_last(view: View, sort: str) -> None:
    dates = [hit.document.dates for hit in ask(view, "summit", sort=sort).hits()]
    dated = [each.first for each in dates if each]
    assert None in dates
    assert dates[len(dated) :] == [None] * (len(dates) - len(dated))
    assert dated == sorted(dated, reverse=sort == "newest")


def test_folding_names_what_it_leaves_out(view: View) -> None:
    unfolded, folded = ask(view, "summit treaty envoy"), ask(view, "summit treaty envoy", fold=True)
    copies = {hit.document.id for hit in unfolded.hits()} & set(COPIES)
    assert len(copies) > 1
    (shown,) = {hit.document.id for hit in folded.hits()} & copies
    hit = next(hit for hit in folded.hits() if hit.document.id == shown)
    assert {each.id for each in hit.copies} == copies - {shown}
    assert hit.copied == len(copies) - 1


def test_what_was_deleted_or_replaced_is_nowhere(view: View) -> None:
    assert not len(view.find("d010"))
    assert "d041" not in {hit.document.id for hit in ask(view, "the of summit treaty").hits()}
    assert "again" not in view.terms([Pattern("aga*")], Deadline())[0]
    assert not view.terms([SameWord("again")], Deadline())[0]
    assert all(hit.document.text != "zeal and zeal again" for hit in ask(view, "zeal").hits())


def test_terms(view: View) -> None:
    lookups = [SameWord("treaty"), SameWord("the"), Pattern("gen*"), Spelling("genova", 1), SameWord("unheard")]
    assert list(map(terms_of, view.terms(lookups, Deadline()))) == [
        {"treaty", "treaties"}, {"the"}, {"geneva", "genoa"}, {"geneva", "genoa"}, set(),
    ]  # fmt: skip
    slips = [Slip(each) for each in ("gneeva", "eneva", "genev", "xeneva", "geneva", "genova", "trety", "unheard")]
    assert view.terms(slips, Deadline()) == [
        {"geneva"}, {"geneva"}, {"geneva"}, {"geneva"}, set(), {"geneva", "genoa"}, {"treaty"}, set(),
    ]  # fmt: skip
    assert view.terms([Pattern("arm*", "text"), Pattern("arm*", "notes")], Deadline()) == [set(), {"armistice"}]
    counted = view.common_terms(Beginning("p"), 2)
    assert [term for term, _ in counted] == sorted((term for term, _ in counted), key=lambda term: -dict(counted)[term])
    assert {term for term, _ in counted} < {"pact", "partnership", "partners"}


def test_values_complete(view: View) -> None:
    assert [value for value, _ in view.values("person", "ja", 5)] == ["Lee Jae Myung"]
    assert {value for value, _ in view.values("country", "", 5)} == {"France", "Japan", "South Korea"}
    assert [value for value, _ in view.values("country", "kor", 5)] == ["South Korea"]
    assert view.values("author", "x", 5) == []
    assert [each.text for each in complete(view, "country:fr")] == ["country:=France"]
    assert suggest(view, "genevva", [_span(0, 7)], Deadline()) == "geneva"


def test_candidates_are_bounded_and_ranked_in_every_leg(view: View) -> None:
    answer = ask(view, "summit treaty")
    candidates = answer.ranking.candidates
    assert len(candidates.numbers) <= 2 * SETTINGS.depth < answer.ranking.listing.total
    assert list(candidates.numbers) == sorted(candidates.numbers)
    for leg in candidates.legs.values():
        ranks = sorted(rank for rank in leg.ranks.tolist() if rank)
        assert len(set(ranks)) == len(ranks) <= SETTINGS.depth
        assert all(rank <= SETTINGS.depth for rank in ranks)
        assert leg.evidence.shape[1] == len(leg.matching) == len(candidates.numbers)
    assert all(leg.matching.any() for leg in candidates.legs.values())


def test_a_passage_is_what_it_says(view: View) -> None:
    answer = ask(view, "treaty Geneva", mode="keyword")
    numbers = answer.ranking.listing.numbers
    located = view.locate(numbers)
    for hit, where in zip(answer.hits(explain=True), located, strict=True):
        assert (hit.document.id, hit.start, hit.end) == where
        assert hit.document == made_up(int(hit.document.id[1:]))
        assert list(view.find(hit.document.id, hit.span)) == [numbers[hit.rank - 1]]
        assert hit.explanation
        impacts = sum(each.impact for each in hit.explanation.contributions)
        if hit.standing.parts:  # what is no candidate has none
            assert impacts == pytest.approx(hit.standing.detail("keyword", "passage"))


def test_filters_do_not_change_what_a_question_matches(view: View) -> None:
    whole = set(found(ask(view, "summit")))
    for constraint in ("country:France", "person:kim", "date:2025-03"):
        narrowed = ask(view, f"summit {constraint}")
        assert not narrowed.ranking.candidates.cut or len(found(narrowed)) >= SETTINGS.depth
        by_words = set(found(ask(view, f"summit {constraint}", mode="keyword")))
        assert by_words <= whole


def test_near_a_vector_without_words(view: View) -> None:
    own = view.find("d005")
    vector = view.vectors(own)[0]
    plan = Plan(AllOf((Of("d005"),)), {"meaning": Meaning(vector, floor=0.99)})
    candidates = view.candidates(plan, 5, Deadline())
    assert own[0] in candidates.numbers
    assert float(candidates.legs["meaning"].evidence.max()) == pytest.approx(1, abs=1e-3)


def test_the_deadline_is_obeyed(view: View) -> None:
    over = Deadline(-1.0)
    for late in (
        lambda: view.candidates(Plan(), 5, over),
        lambda: view.terms([SameWord("treaty")], over),
        lambda: ask(view, "treaty country:France", timeout=0.0),
    ):
        with pytest.raises(SearchTimeout):
            late()


def test_what_means_nothing_is_an_error(view: View) -> None:
    for text in ("treaty^4", "genève-genève~", "date:never"):
        with pytest.raises(QueryError):
            ask(view, text)


@pytest.mark.parametrize("kept", ["local", "memory"])
def test_an_empty_view_answers(make_shelf: "Callable[[], Shelf]", kept: str) -> None:
    empty = make_shelf().snapshot() if kept == "local" else MemoryView([])
    for text in ("treaty", "country:France", "treaty -date:2025"):
        answer = ask(empty, text)
        assert answer.ranking.listing.total == 0
        assert np.array_equal(answer.ranking.listing.numbers, [])
        assert answer.ranking.listing.facets(3).histogram is None


def _span(start: int, end: int) -> Any:
    from dragoman.corpus.document import Span

    return Span(start, end)
