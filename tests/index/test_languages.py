"""Words and their stems by language, in segments: the same answers as by brute force, however documents are batched."""

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.corpus.document import Document
from dragoman.index.analysis import analyze, lower
from dragoman.index.reading.plan import OTHERWISE, Deadline, Lookup, Plan, SameWord, Words
from dragoman.index.reading.view import View
from dragoman.index.segments import postings
from dragoman.index.segments.bm25f import BM25F
from dragoman.index.segments.postings import Postings
from dragoman.index.terms import STEMMERS, function_words, homographs, stems
from dragoman.index.units import Confined, Near, Unit
from dragoman.search.language.interpreter import interpret
from dragoman.search.language.parser import parse
from support.asking import ALL, by_words, located
from support.memory_view import MemoryView

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.shelf import Shelf

TEXTS = {
    "en": ["the war of the news", "Lee read the news in war and peace", "a ford in the river"],
    "de": ["Waren waren knapp, der Krieg war vorbei", "sie fordern und forderten Frieden", "Ford in Köln"],
    "fr": ["le ministre a déposé les armes", "la plainte déposée par les ministres", "DEPOSEE hier a Paris"],
    "es": ["el año de los niños", "los ninos del ano", "negociarán y negociaron"],
    "ru": ["война и воины", "о войне и ещё о воине", "еще один молодой"],
    "tr": ["ANLAŞMALARIN ayrıntıları", "anlaşma ile ülkenin bakanı"],
    "pt": ["o Müller e os Mullers", "os Müllers"],
    "uk": ["війна та мир", "на війні"],
    "": ["war and news of unknown language"],
}
DOCUMENTS = [
    Document(f"{language or 'xx'}-{number}", text, title=text.split()[-1], language=language)
    for language, texts in TEXTS.items()
    for number, text in enumerate(texts)
]
WORDS = sorted({(token.term, text[token.start : token.end]) for each in TEXTS.values() for text in each
                for token in analyze(text)})  # fmt: skip
LOOKUPS: list[Lookup] = [
    *(SameWord(term, written) for term, written in WORDS),
    *(SameWord(term) for term, _ in WORDS),
    *(SameWord(term, term) for term in ("deposer", "rechazar", "anlasmalar", "voina", "война", "negociar")),
]
QUESTIONS = [
    "war", "news", "waren", "Ford", "fordern", "Lee", "le ministre", "les armes", "déposer", "deposee", "año", "ano",
    "niño", "война", "воин", "еще", "anlaşmaları", "ülke", "війна", "=war", "-war news", '"der Krieg"', "title:war",
    "war NEAR/3 news", "der NEAR/2 Krieg", "-waren Krieg", "war OR Krieg", '"war and"~2', "los ninos del ano",
]  # fmt: skip


@pytest.fixture(scope="module", params=["one segment", "a segment each", "with others that were deleted"])
def shelved(request: pytest.FixtureRequest, make_shelf: "Callable[[], Shelf]") -> View:
    shelf = make_shelf()
    if request.param == "one segment":
        shelf.add(*DOCUMENTS)
    elif request.param == "a segment each":
        for each in DOCUMENTS:
            shelf.add(each)
    else:
        gone = [Document(f"gone-{n}", "war déposés Lee война nocturne", language=n) for n in ("de", "it", "ru")]
        shelf.add(*DOCUMENTS[::2], *gone)
        shelf.add(*DOCUMENTS[1::2])
        shelf.remove(*(each.id for each in gone))
    return shelf.snapshot()


def test_lookups_answer_as_by_brute_force(shelved: View) -> None:
    expected = MemoryView(DOCUMENTS).terms(LOOKUPS, Deadline())
    found = shelved.terms(LOOKUPS, Deadline())
    assert dict(zip(LOOKUPS, found, strict=True)) == dict(zip(LOOKUPS, expected, strict=True))


def test_after_a_deletion_each_form_is_looked_up_once_where_it_was(
    make_shelf: "Callable[[], Shelf]", monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = make_shelf()
    shelf.add(*DOCUMENTS[::2], Document("gone", "war déposés Lee война nocturne", language="it"))
    shelf.add(*DOCUMENTS[1::2])
    shelf.remove("gone")
    looked_up: list[str] = []
    holding = Postings.holding

    def noting(self: Postings, term: str, *rest: Any) -> NDArray[np.int32]:
        looked_up.append(term)
        return holding(self, term, *rest)

    monkeypatch.setattr(Postings, "holding", noting)
    shelf.snapshot().terms([SameWord("war", "war")], Deadline())
    assert "war" in looked_up
    assert sorted(looked_up) == sorted(set(looked_up)), "not once for each language, nor where nothing was deleted"


@pytest.mark.parametrize("block", [1, 2, 1000])
def test_languages_of_live_passages_are_those_by_brute_force(
    make_shelf: "Callable[[], Shelf]", monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(postings, "_BLOCK", block)
    rng = random.Random(block)
    made = [
        Document(f"d{n}", f"war {rng.choice(['Lee', 'bombe'])}", language=rng.choice("de fr ru".split()))
        for n in range(40)
    ]
    shelf = make_shelf()
    shelf.add(*made)
    gone = rng.sample(made, 34)
    shelf.remove(*(each.id for each in gone))
    left = [each for each in made if each not in gone]
    stack = shelf.snapshot().stack
    for word in ("war", "lee", "bombe", "unheard"):
        expected = {each.language for each in left if word in each.text.lower()}
        found = stack.segments[0].postings.languages_in(word, {"de", "fr", "ru"}, stack.live)
        assert found == expected
        assert stack.segments[0].postings.languages_in(word, {"fr"}, stack.live) == expected & {"fr"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_questions_are_met_as_by_brute_force(shelved: View, question: str) -> None:
    assert scored(shelved, question) == pytest.approx(scored(MemoryView(DOCUMENTS), question))


@pytest.mark.parametrize("question", [*QUESTIONS, "NINOS", "deposée", "ещё молодой", "Müllers", "Mullers", "ano =año"])
def test_what_is_written_otherwise_is_told_as_by_brute_force(shelved: View, question: str) -> None:
    assert otherwise(shelved, question) == pytest.approx(otherwise(MemoryView(DOCUMENTS), question))


def test_what_is_written_otherwise() -> None:
    view = MemoryView(DOCUMENTS)
    assert set(otherwise(view, "año")) == {"es-1"}
    assert set(otherwise(view, "ano")) == {"es-0"}
    assert set(otherwise(view, "niño")) == {"es-1"}
    assert set(otherwise(view, "ещё")) == {"ru-2"}
    assert set(otherwise(view, "negociar")) == set()
    assert set(otherwise(view, "news")) == set()
    # Nobody writes it so, and it is the same to all.
    assert set(otherwise(view, "Kôln")) == set()


def test_how_a_term_is_written(shelved: View) -> None:
    assert shelved.written("ano") == [("ano", 1), ("año", 1)]
    assert shelved.written("depose") == [("déposé", 1)]
    assert shelved.written("krieg") == [("krieg", 1)]
    assert shelved.written("nocturne") == []
    assert {term: shelved.written(term) for term, _ in WORDS} == {
        term: MemoryView(DOCUMENTS).written(term) for term, _ in WORDS
    }


def otherwise(view: View, question: str) -> dict[str, float]:
    """What the passages that write a question's words otherwise score for these, by their documents."""
    meant = interpret(view, parse(question))
    words = Words(meant.units, (), BM25F(), documents=False, any_word=True, written=meant.written)
    found = view.candidates(Plan(meant.constraint, {"keyword": words}), ALL, Deadline())
    every = zip(found.numbers.tolist(), found.legs["keyword"].evidence[OTHERWISE].tolist(), strict=True)
    return {located(view, number).document_id: score for number, score in every if score}


def scored(view: View, question: str) -> dict[str, float]:
    """What a question by words finds, with the scores."""
    meant = interpret(view, parse(question))
    found = by_words(view, meant.units, meant.constraint)
    return {located(view, n).document_id: score for n, score in zip(found.numbers.tolist(), found.scores, strict=True)}


def test_every_language_that_we_stem_has_function_words_as_terms() -> None:
    for language in STEMMERS:
        words = function_words(language)
        assert len(words) > 10, language
        # Some are several words to the analyzer, such as the Hungarian "ill." and forms with an apostrophe.
        assert all(analyze(word)[0].term.lower() == word for word in words), language
    assert homographs("en") >= {"war", "die", "men"}
    assert not homographs("en") & function_words("en")


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("tr", "anlaşmaları", "ANLAŞMALARIN"),
        ("fr", "déposé", "déposées"),
        ("fr", "négocier", "négociaient"),
        ("es", "negociará", "negociarán"),
        ("es", "canción", "canciones"),
        ("pt", "negociação", "negociações"),
        ("ru", "войны", "войне"),
        ("ro", "graniță", "granițele"),
        ("de", "Unterhändler", "Unterhändlern"),
        ("el", "υπουργός", "υπουργοί"),
        ("ar", "مفاوضات", "وبالمفاوضات"),
        ("ar", "الرئيس", "للرئيس"),
    ],
)
def test_words_are_stemmed_as_they_are_written(language: str, one: str, other: str) -> None:
    first, second = (stems(analyze(word)[0].term, [word], language) for word in (one, other))
    assert first & second


@pytest.mark.parametrize(("language", "one", "other"), [("ru", "война", "воины"), ("ar", "لبنان", "بنان")])
def test_other_words_have_other_stems(language: str, one: str, other: str) -> None:
    first, second = (stems(analyze(word)[0].term, [word], language) for word in (one, other))
    assert not first & second


def test_a_word_in_lower_case_keeps_its_letters() -> None:
    assert lower("ANLAŞMALARIN", "tr") == "anlaşmaların"
    assert lower("İstanbul", "tr") == "istanbul"
    assert lower("DÉPOSÉ", "fr") == "déposé"
    assert lower("de\u0301pose\u0301", "fr") == "déposé"


def test_a_unit_within_a_language_has_nothing_that_is_confined_to_others() -> None:
    war = frozenset({"war", Confined("wars", frozenset({"en"})), Confined("waren", frozenset({"de"}))})
    unit = Unit((war,), variants=((frozenset({"cold"}), war),), near=Near(Unit((war,)), 2))
    assert unit.within("en") == Unit(
        (frozenset({"war", "wars"}),),
        variants=((frozenset({"cold"}), frozenset({"war", "wars"})),),
        near=Near(Unit((frozenset({"war", "wars"}),)), 2),
    )
