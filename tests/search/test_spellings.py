"""One word, however it is spelt: British and American, in one word or two, numbers and designations."""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.index.reading.plan import Deadline
from dragoman.index.reading.snapshot import Snapshot
from dragoman.search.collection import Collection
from dragoman.search.language.interpreter import interpret
from dragoman.search.language.parser import parse
from dragoman.search.language.words.compounds import halves, joined
from dragoman.search.language.words.spellings import spellings
from dragoman.search.ranking.engine import Order, rank
from dragoman.search.ranking.legs.leg import ScoredQuery
from dragoman.search.ranking.settings import Settings
from dragoman.search.results import highlight

if TYPE_CHECKING:
    from support.shelf import Shelf

Making = Callable[..., Collection]
DEFAULT = Settings()
BY_RANK = Order("relevance", per_document=False, fold=False, limit=100)


def texts(*lines: str, language: str = "") -> list[Document]:
    """A document for each line, whose id is the number of the line."""
    return [Document(str(number), text, language=language) for number, text in enumerate(lines, 1)]


def ranked(snapshot: Snapshot, question: str, settings: Settings = DEFAULT) -> list[tuple[str, set[str]]]:
    """The documents that have the words of a question, the best first, each with what is marked in it."""
    query = parse(question)
    meant = interpret(snapshot, query, variants=settings.variants, spellings=settings.spellings)
    scored = ScoredQuery(query.meaning, meant.units, meant.pairs, meant.prose, meant.known, None, snapshot.info.floors)
    answer = rank(
        snapshot, scored, meant.constraint, mode="keyword", order=BY_RANK, settings=settings, deadline=Deadline()
    )
    hits: list[tuple[str, set[str]]] = []
    for passage in snapshot.passages(answer.listing.numbers.tolist()):
        document = passage.document
        marks = highlight.Marker(meant.units).words(document.text, 0, language=document.language)
        hits.append((document.id, {document.text[mark.start : mark.end] for mark in marks}))
    return hits


def found(snapshot: Snapshot, question: str, settings: Settings = DEFAULT) -> set[str]:
    """The ids of all documents that have the words of a question."""
    return {each for each, _ in ranked(snapshot, question, settings)}


def marked(snapshot: Snapshot, question: str) -> set[str]:
    """All that is marked in what a question finds."""
    return set[str]().union(*(marks for _, marks in ranked(snapshot, question)))


def on(shelf: "Shelf", *lines: str, language: str = "") -> Snapshot:
    """A document for each line, on a shelf."""
    shelf.add(*texts(*lines, language=language))
    return shelf.snapshot()


BRITISH = "The defence ministry's organisation of the programme was analysed in a neighbouring centre."
AMERICAN = "The defense ministry's organization of the program was analyzed in a neighboring center."


@pytest.mark.parametrize(
    "pair",
    [
        ("defence", "defense"),
        ("organisation", "organization"),
        ("programme", "program"),
        ("analyse", "analyze"),
        ("neighbours", "neighbors"),
        ("centres", "centers"),
    ],
)
def test_british_and_american_spellings_are_one_word(shelf: "Shelf", pair: tuple[str, str]) -> None:
    snapshot = on(shelf, BRITISH, AMERICAN, "Rain fell on the harvest.")
    for question in pair:
        assert found(snapshot, question) == {"1", "2"}
        assert len(marked(snapshot, question)) == 2
        assert found(snapshot, f"-{question} harvest") == {"3"}
        assert found(snapshot, f"text:{question}") == {"1", "2"}


def test_quotation_marks_ask_for_the_spelling_but_for_any_ending(shelf: "Shelf") -> None:
    snapshot = on(shelf, "A defence was built.", "A defense was built.", "Two defences were built.")
    assert found(snapshot, "defense") == {"1", "2", "3"}
    assert found(snapshot, '"defence"') == {"1", "3"}
    assert found(snapshot, "=defence") == {"1"}, "and the equals sign for that very word"


def test_spellings_can_be_turned_off(shelf: "Shelf") -> None:
    snapshot = on(shelf, BRITISH, AMERICAN)
    assert found(snapshot, "defence", Settings(spellings=False)) == {"1"}


def test_a_word_that_stands_there_in_another_spelling_is_not_unknown(make_collection: Making) -> None:
    with make_collection(texts("The defense of the city was long.")) as collection:
        results = collection.search("defence", mode="keyword")
        assert (results.total, results.suggestion) == (1, None)


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("denuclearisation", "denuclearization"),
        ("unrecognised", "unrecognized"),
        ("dishonourable", "dishonorable"),
        ("misdemeanours", "misdemeanors"),
        ("kilometres", "kilometers"),
        ("manoeuvring", "maneuvering"),
        ("cancelled", "canceled"),
        ("councillors", "councilors"),
        ("fulfilment", "fulfillment"),
        ("anaesthetised", "anesthetized"),
        ("cheques", "checks"),
        ("sceptical", "skeptical"),
        ("grey", "gray"),
    ],
)
def test_the_rules_work_in_both_directions(british: str, american: str) -> None:
    assert american in spellings(british)
    assert british in spellings(american)


@pytest.mark.parametrize("word", ["size", "rise", "four", "prise", "our", "tyre", "seize", "2025", "x", "", "où"])
def test_what_only_looks_like_another_spelling_is_left_alone(word: str) -> None:
    assert spellings(word) == ()


def pairs(words: Iterable[str]) -> set[frozenset[str]]:
    """Which of some words are taken for spellings of one another."""
    known = set(words)
    return {frozenset((word, other)) for word in known for other in spellings(word) if other in known}


def test_different_words_are_not_taken_for_spellings_of_one_another() -> None:
    different = "prise prize size seize story storey curb kerb filing filling polling poling tire tyre Marshall marshal"
    assert not pairs(different.lower().split())


# In one word, with a hyphen, apart


COMPOUNDS = {
    "ceasefire": ("cease-fire", "cease fire"),
    "peacekeeping": ("peace-keeping", "peace keeping"),
    "policymakers": ("policy-makers", "policy makers"),
    "buildup": ("build-up", "build up"),
    "subcommittee": ("sub-committee", "sub committee"),
    "vicepresident": ("vice-president", "vice president"),
    "counterterrorism": ("counter-terrorism", "counter terrorism"),
    "airstrikes": ("air-strikes", "air strikes"),
    "stockpiling": ("stock-piling", "stock piling"),
    "shipbuilding": ("ship-building", "ship building"),
}


@pytest.mark.parametrize("closed", COMPOUNDS)
def test_a_compound_is_found_however_it_is_written(shelf: "Shelf", closed: str) -> None:
    ways = (closed, *COMPOUNDS[closed])
    snapshot = on(shelf, *(f"They spoke of the {way} on Monday." for way in ways), "It rained in the harbour all day.")
    for question in ways:
        hits = dict(ranked(snapshot, question))
        assert set(hits) == {"1", "2", "3"}
        for number, way in enumerate(ways, 1):
            assert sorted(re.findall(r"\w+", " ".join(hits[str(number)]))) == sorted(re.findall(r"\w+", way))


@pytest.mark.parametrize("word", ["co-operation", "re-election", "by-election", "e-mail", "in-depth", "non-aligned"])
def test_a_prefix_stands_with_a_hyphen_or_without(shelf: "Shelf", word: str) -> None:
    snapshot = on(shelf, f"A {word} was held.", f"A {word.replace('-', '')} was held.", "It was held in May.")
    assert found(snapshot, word) == found(snapshot, word.replace("-", "")) == {"1", "2"}


def test_british_compounds_find_american_ones(shelf: "Shelf") -> None:
    snapshot = on(shelf, "A well-organised defence.", "A reorganization took place.", "The re-organisation took place.")
    assert found(snapshot, "re-organization") == found(snapshot, "reorganisation") == {"2", "3"}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("a part", "They lived apart."),
        ("may be", "Maybe it rains."),
        ("in form", "Please inform us."),
        ("car go", "The cargo was lost."),
        ("cargo", "The car can go."),
        ("be fore", "It was before noon."),
        ("pass age", "A passage of the text."),
        ("UN able", "He was unable to come."),
        ("UN official visit", "An unofficial walk."),
        ("understanding", "The troops under standing orders."),
    ],
)
def test_two_words_that_make_another_one_are_two_words(shelf: "Shelf", question: str, text: str) -> None:
    assert found(on(shelf, text), question) == set()


def test_words_side_by_side_are_no_compound_of_other_languages() -> None:
    assert joined("des", "accords", hyphened=False) is None
    assert joined("con", "todo", hyphened=False) is None
    assert not list(halves("desaccords"))


def test_two_words_that_ran_together_once_stay_two_words(shelf: "Shelf") -> None:
    lines = ["The soviet-american talks went on."] * 60 + ["The sovietamerican talks.", "The american and soviet view."]
    snapshot = on(shelf, *lines)
    assert "62" in found(snapshot, "soviet-american")
    assert "61" in found(snapshot, "soviet-american")


# Numbers, measures, designations


@pytest.mark.parametrize(
    ("ways", "other"),
    [
        (("28,500 men", "28500 men", "28 500 men", "28\u202f500 men", "28\u00a0500 men"), "28.5 men and 500 guns"),
        (("1,234,567 votes", "1234567 votes", "1 234 567 votes", "12,34,567 votes"), "1234 and 567 votes"),
        (("15%", "15 %", "15 percent", "15 per cent", "15pc"), "15 men"),
        (("$5 billion", "5bn", "US$5bn", "5 bn", "€5 billion"), "5 of the 7"),
        (("1,000 km", "1000km", "1000 kilometres", "1 000 kilometers", "a 1,000-km road"), "1000 men"),
        (("20 kg", "20kg", "20 kilograms", "20 kilogrammes"), "20 men"),
        (("300 MW", "300MW", "300 megawatts"), "300 men"),
    ],
)
def test_a_number_is_found_however_it_is_written(shelf: "Shelf", ways: tuple[str, ...], other: str) -> None:
    snapshot = on(shelf, *(f"There were {way} in all." for way in ways), f"There were {other} in all.")
    wanted = {str(number) for number in range(1, len(ways) + 1)}
    for way in ways:
        question = way.removeprefix("a ").removesuffix(" road")
        hits = [each for each, _ in ranked(snapshot, question)]
        assert set(hits[: len(ways)]) == wanted, question


def test_a_point_divides_thousands_only_in_languages_that_write_so(shelf: "Shelf") -> None:
    shelf.add(Document("en", "A length of 28.500 metres.", language="en"), Document("n", "A force of 28,500."))
    assert found(shelf.snapshot(), "28500") == {"n"}
    shelf.add(Document("de", "Eine Truppe von 28.500 Mann.", language="de"))
    assert found(shelf.snapshot(), "28500") == {"n", "de"}
    assert found(shelf.snapshot(), "28.500") >= {"n", "de"}


FIGHTERS = ("The F-35 flew.", "The F35 flew.", "The F-35A flew.", "The F35A flew.", "The F-35B flew.", "The F-16 flew.")


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("F-35", {"1", "2", "3", "4", "5"}),
        ("F35", {"1", "2", "3", "4", "5"}),
        ("f-35", {"1", "2", "3", "4", "5"}),
        ("F-35A", {"3", "4"}),
        ("F35A", {"3", "4"}),
        ("F-35B", {"5"}),
        ("F-3", set[str]()),
        ('"F-35"', {"1"}),
    ],
)
def test_a_designation_finds_its_varieties_and_no_other(shelf: "Shelf", question: str, right: set[str]) -> None:
    assert found(on(shelf, *FIGHTERS, "There were 35 of them."), question) == right


@pytest.mark.parametrize("name", "KF-21 MiG-29 Su-57 KC-135 S-400 T-72B3 B-52H U-2 SS-20 AK-47".split())
def test_a_designation_is_found_with_a_hyphen_and_without(shelf: "Shelf", name: str) -> None:
    closed, apart = name.replace("-", ""), name.replace("-", " ")
    snapshot = on(
        shelf, f"Here is {name} at last.", f"Here is {closed} at last.", f"Here is {apart} at last.", "21 in all"
    )
    assert found(snapshot, name) == found(snapshot, closed) == {"1", "2", "3"}
    assert {"1", "2", "3"} <= found(snapshot, apart)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Resolution 2803", "Resolution 2803 (2025) was adopted."),
        ("S/RES/2803", "The text is S/RES/2803 of that day."),
        ("NSC 5516/1", "NSC 5516/1 was circulated."),
        ("P.L. 480", "Under P.L. 480 wheat was sold."),
        ("13 votes to 0", "It was adopted by 13 votes to 0."),
        ("post-1991 order", "The order after 1991."),
        ("May 2025", "On 3 May 2025 it rained."),
    ],
)
def test_numbers_of_papers_and_years_are_found_as_before(shelf: "Shelf", question: str, text: str) -> None:
    assert found(on(shelf, text, "Nothing of the kind."), question) == {"1"}
