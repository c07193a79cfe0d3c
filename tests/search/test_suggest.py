"""Did you mean: slips are mended as passages write the word, and correct words that no passage holds are left alone."""

from collections.abc import Callable
from typing import TypeAlias

import pytest

from dragoman.corpus.document import Document, Span
from dragoman.errors import SearchTimeout
from dragoman.index.reading.plan import Deadline
from dragoman.search.advice.known_words import is_known
from dragoman.search.advice.suggest import suggest
from dragoman.search.language.interpreter import interpret
from dragoman.search.language.parser import parse
from support.shelf import Shelf

Mend: TypeAlias = Callable[..., str | None]

TEXTS = {
    "en": (
        "The king met the market's ministers in north-eastern America, where the northeastern border was closed.",
        "The government said that the summit on trade was a success. The summit goes on at the Élysée.",
        "Türkiye and the government of Zambia signed a treaty; the treaty was signed at a summit.",
    ),
    "de": ("Die Verhandlungen der Außenminister begannen in Genf. Die Außenminister sprachen über Abrüstung.",),
    "ru": ("Переговоры министров начались в Женеве. Переговоры о разоружении продолжаются.",),
    "tr": ("Görüşmeler Cenevre'de başladı. Görüşmeler Türkiye'nin silahsızlanma önerisiyle sürüyor.",),
}


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Mend:
    shelves: dict[str, Shelf] = {}

    def mend(question: str, language: str = "en") -> str | None:
        if language not in shelves:
            shelves[language] = shelf = Shelf(tmp_path_factory.mktemp("mended") / language)
            texts = enumerate(TEXTS[language])
            shelf.add(*(Document(f"{number}", text, language=language) for number, text in texts))
        view = shelves[language].snapshot()
        return suggest(view, question, interpret(view, parse(question)).unknown, Deadline())

    return mend


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("goverment", "government"),
        ("gvoernment treaty", "government treaty"),  # exchanged
        ("rteaty", "treaty"),  # the first letter too
        ("overnment", "government"),
        ("sumit", "summit"),
        ("Sumit on trade", "Summit on trade"),
        ("SUMMTI", "SUMMIT"),
        ("élyzée", "élysée"),  # as it is written
        ("Elyzee", "Élysée"),
        ("Turkiyee signed", "Türkiye signed"),
    ],
)
def test_slips_are_mended(mended: Mend, question: str, right: str) -> None:
    assert mended(question) == right


@pytest.mark.parametrize(
    ("language", "question", "right"),
    [
        ("de", "Verhandlugnen", "Verhandlungen"),
        ("de", "Aussenmiinster", "Außenminister"),
        ("ru", "преговоры", "переговоры"),
        ("ru", "Перегвооры", "Переговоры"),
        ("tr", "görüsmelre", "görüşmeler"),
    ],
)
def test_slips_are_mended_in_other_languages(mended: Mend, language: str, question: str, right: str) -> None:
    assert mended(question, language) == right


@pytest.mark.parametrize(
    "question",
    [
        "kind",
        "northwestern",
        "Merkel",
        "American",
        "Angela Merkel met Gambia's minister",
        "Summers",
        "treaty42",
        "abc",
    ],
)
def test_correct_words_that_no_passage_holds_are_left_alone(mended: Mend, question: str) -> None:
    assert mended(question) is None


@pytest.mark.parametrize(
    ("language", "question"),
    [("de", "Verhandlung Abrüstungen Frieden"), ("ru", "договоры министерство"), ("tr", "Cenova gösteriler")],
)
def test_correct_words_of_other_languages_are_left_alone(mended: Mend, language: str, question: str) -> None:
    assert mended(question, language) is None


def test_a_name_is_no_slip_of_what_is_written_small(shelf: Shelf) -> None:
    shelf.add(Document("1", "It tells of a treaty. He tells it. The Kremlin tells nothing."))
    view = shelf.snapshot()

    def mend(question: str) -> str | None:
        return suggest(view, question, interpret(view, parse(question)).unknown, Deadline())

    assert mend("the treaty of Tellis") is None
    assert mend("the treaty of the Kremlni") == "the treaty of the Kremlin"
    assert mend("Treaty Tellls") == "Treaty Tells"  # where every word has a capital, it tells nothing


def test_a_question_in_another_language_is_not_mended_word_by_word(mended: Mend) -> None:
    assert mended("le gouvernement voulait signer un traité summity") is None


def test_words_are_known_in_any_case_and_with_or_without_accents() -> None:
    for word, language in (("Élysée", "fr"), ("ELYSEE", "fr"), ("договор", "ru"), ("görüşme", "tr"), ("Merkel", "de")):
        assert is_known(word, [language]), word
    assert not any(is_known(slip, ["en"]) for slip in ("goverment", "recieve", "qzxvbn", "trtmnt"))
    assert not is_known("treaty", ["xx"])


def test_once_the_time_is_over_nothing_is_mended_and_the_answer_stands(shelf: Shelf) -> None:
    shelf.add(Document("1", "The government signed a treaty with the government."))
    view = shelf.snapshot()

    class EndsWithin(Deadline):
        """Time that ends while the passages with a likely word are looked for."""

        @property
        def is_over(self) -> bool:
            return False

        def check(self) -> None:
            raise SearchTimeout("the search took longer than 1 s")

    assert suggest(view, "goverment", [Span(0, 9)], Deadline()) == "government"
    assert suggest(view, "goverment", [Span(0, 9)], EndsWithin()) is None
