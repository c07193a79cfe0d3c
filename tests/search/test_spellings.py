"""One word, however it is spelt: British and American, in one word or two, numbers and designations."""

from collections.abc import Callable, Iterable

import pytest

from dragoman.corpus.document import Document
from dragoman.search.collection import Collection
from dragoman.search.language.spellings import spellings
from dragoman.search.ranking.settings import Settings

Making = Callable[..., Collection]


def texts(*lines: str, language: str = "") -> list[Document]:
    """A document for each line, whose id is the number of the line."""
    return [Document(str(number), text, language=language) for number, text in enumerate(lines, 1)]


def found(collection: Collection, question: str) -> set[str]:
    """The ids of all documents that have the words of a question."""
    results = collection.search(question, mode="keyword", limit=100, fold=False)
    return {hit.document.id for hit in results.hits}


def marked(collection: Collection, question: str) -> set[str]:
    """All that is marked in what a question finds."""
    results = collection.search(question, mode="keyword", limit=100, fold=False)
    marks = ((hit.document.text, mark) for hit in results.hits for mark in hit.highlights if mark.shade == "keyword")
    return {text[mark.start : mark.end] for text, mark in marks}


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
def test_british_and_american_spellings_are_one_word(make_collection: Making, pair: tuple[str, str]) -> None:
    with make_collection(texts(BRITISH, AMERICAN, "Rain fell on the harvest.")) as collection:
        for question in pair:
            assert found(collection, question) == {"1", "2"}
            assert len(marked(collection, question)) == 2
            assert found(collection, f"-{question} harvest") == {"3"}
            assert found(collection, f"text:{question}") == {"1", "2"}


def test_quotation_marks_ask_for_the_spelling_but_for_any_ending(make_collection: Making) -> None:
    lines = ["A defence was built.", "A defense was built.", "Two defences were built."]
    with make_collection(texts(*lines)) as collection:
        assert found(collection, "defense") == {"1", "2", "3"}
        assert found(collection, '"defence"') == {"1", "3"}


def test_spellings_can_be_turned_off(make_collection: Making) -> None:
    with make_collection(texts(BRITISH, AMERICAN), settings=Settings(spellings=False)) as collection:
        assert found(collection, "defence") == {"1"}


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
