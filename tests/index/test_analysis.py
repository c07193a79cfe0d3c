"""What counts as a word, and which words count as the same."""

import re
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dragoman.index.analysis import Analysed, analyze, fold, lower
from dragoman.index.terms import STEMMERS, stem

# Text as people write it in many scripts, and then anything at all.
SCRIPTS = "aZé’'.,-0 9\nßİﬁøأمـُ ﷺשָׁलो中国のカﾞ한ﾊﾟ\u200d\u00ad\u0301"
TEXTS = st.text(alphabet=SCRIPTS, max_size=40) | st.text(max_size=40)


def terms(text: str) -> list[str]:
    return [token.term for token in analyze(text)]


@pytest.mark.parametrize("written", ["U.S.", "US", "U.S", "u.s."])
def test_the_united_states_are_one_word_however_they_are_abbreviated(written: str) -> None:
    assert terms(f"The {written} envoy") == ["the", "US", "envoy"]


def test_the_united_states_are_not_the_pronoun() -> None:
    assert terms("They told us that the US agreed") == ["they", "told", "us", "that", "the", "US", "agreed"]
    assert stem("US", "en") == "US"
    assert stem("us", "en") != "US"


def test_in_a_text_all_in_capitals_us_may_be_the_pronoun() -> None:
    assert "us" in terms("THE AMBASSADOR TOLD US THAT THE TALKS HAD FAILED")
    assert "US" in terms("THE AMBASSADOR OF THE U.S. HAD TOLD THEM THAT TALKS HAD FAILED")
    assert terms("WHO and US") == ["WHO", "and", "US"]
    assert "us" in terms("THE AMBASSADOR TOLD US THAT THE TALKS HAD FAILED")  # whatever was read in between


def test_function_words_are_indexed_like_any_other() -> None:
    assert terms("It may not be; will it?") == ["it", "may", "not", "be", "will", "it"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("École", ["ecole"]),
        ("E\u0301cole", ["ecole"]),
        ("Erdoğan", ["erdogan"]),
        ("Łódź Øresund Ærø", ["lodz", "oresund", "aero"]),
        ("İstanbul", ["istanbul"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("ＫＯＲＥＡ", ["korea"]),
        ("ﬁshing", ["fishing"]),
        ("soft\u00adware", ["software"]),
    ],
)
def test_accents_and_compatible_letters_fold(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lee's", ["lee"]),
        ("Lee’s envoys’ trip", ["lee", "envoys", "trip"]),
        ("the U.S.'s ally, the US's ally", ["the", "US", "ally", "the", "US", "ally"]),
        ("don't", ["dont"]),
        ("l'accord d’Évian", ["l", "accord", "d", "evian"]),
        ("O'Brien", ["o", "brien"]),
    ],
)
def test_apostrophes_part_possessives_and_articles_from_words(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("28,500 troops", ["28500", "troops"]),
        ("28500", ["28500"]),
        ("1,234,567.5", ["1234567.5"]),
        ("in 1950, 1951", ["in", "1950", "1951"]),
        ("2025-11-22", ["2025", "11", "22"]),
        ("the 38th, G20, F-35.", ["the", "38th", "g20", "f", "35"]),
    ],
)
def test_numbers_are_read_without_their_thousands_separators(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_chinese_japanese_and_korean_become_bigrams() -> None:
    assert terms("中美关系 日 日本") == ["中美", "美关", "关系", "日", "日本"]
    assert terms("한국의") == ["한국", "국의"]
    assert [(token.start, token.end) for token in analyze("去中国了")] == [(0, 2), (1, 3), (2, 4)]
    assert terms("G20峰会2025年") == ["g20", "峰会", "2025", "年"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("مُحَمَّد الأمم", ["محمد", "الامم"]),
        ("שָׁלוֹם עולם", ["שלום", "עולם"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("Россия", ["россия"]),
    ],
)
def test_words_of_scripts_with_combining_marks_stay_whole(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@given(TEXTS)
@example("ـ word")
@example("ﱞ word")
@example("U.S.'s")
def test_tokens_are_words_in_order_that_say_where_they_stand(text: str) -> None:
    tokens = analyze(text)
    for token in tokens:
        assert token.term
        assert not re.search(r"\s", token.term)
        assert text[token.start : token.end].strip()
    places = [(token.start, token.end) for token in tokens]
    assert places == sorted(places)
    for (_, end), (start, _), token in zip(places, places[1:], tokens, strict=False):
        assert start >= end or len(token.term) == 2, "only bigrams overlap"


@given(st.lists(TEXTS, max_size=4).map(" \n".join))
@example("U.S. 's  Lee’s, (Lee) 5 % ¶ 中国 中")
def test_tokens_are_told_one_by_one_as_all_together(text: str) -> None:
    here = Analysed(text)
    assert [here[number] for number in range(len(here))] == [*here] == analyze(text)
    assert here.terms == terms(text)


@given(TEXTS, TEXTS)
def test_no_token_depends_on_what_is_beyond_a_blank(text: str, other: str) -> None:
    assume(sum(map(str.isupper, text + other)) < 20)  # or else it may be set in capitals throughout
    assert terms(f"{text} {other}") == terms(text) + terms(other)


@given(TEXTS)
def test_every_letter_and_digit_is_in_some_token(text: str) -> None:
    covered = {place for token in analyze(text) for place in range(token.start, token.end)}
    for place, character in enumerate(text):
        if character.isalnum() and fold(character).strip():
            assert place in covered, character


@given(TEXTS)
def test_a_term_is_analysed_as_itself(text: str) -> None:
    for token in analyze(text):
        if token.term.isascii() and token.term.isalpha():
            assert terms(token.term) == [token.term]


@given(TEXTS)
def test_a_text_is_cut_alike_whatever_script_stands_below_it(text: str) -> None:
    assert analyze(text) == analyze(f"{text}\n国")[:-1]


def test_stems_go_by_language() -> None:
    assert stem("partnerships", "en") == stem("partnership", "en")
    assert stem("partnerships", "") == stem("partnerships", "en")
    assert stem("verhandlungen", "de") == stem("verhandlung", "de")
    assert stem("verhandlungen", "en") != stem("verhandlung", "en")
    assert stem("relations", "xx") == "relations"


def test_every_stemmer_that_is_named_exists() -> None:
    for language in STEMMERS:
        assert stem("summit", language)


def test_stemmers_work_in_many_threads_at_once() -> None:
    words = ["partnerships", "treaties", "agreements", "negotiated", "sanctions"] * 200
    expected = [stem(word, "en") for word in words]
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: [stem(word, "en") for word in words], range(16)):
            assert found == expected


WIDE = {code: code - 0x21 + 0xFF01 for code in range(0x21, 0x7F) if chr(code).isalpha()}
"""Letters of full width, which fold into those of ASCII and are not told apart from other letters beforehand."""


@given(st.text("aZUSIo.,'’-1 é_%\u0301\u00ad国\n"))
def test_plain_words_are_cut_like_all_others(text: str) -> None:
    assume(not re.search(r"['’]S|U\.S", text))  # of full width it is no genitive, and no acronym
    assert analyze(text) == analyze(text.translate(WIDE))


LETTERS = "aZIİıUS.'’-1 éÉ_%\u0301\u00ad国ой\u0306ßþ\n\tעִ"


@given(st.text(LETTERS), st.integers(-1, 40))
def test_the_first_token_at_an_offset_is_the_one_that_starts_there_or_next(text: str, offset: int) -> None:
    starts = [token.start for token in analyze(text)]
    assert Analysed(text).index_at(offset) == bisect_left(starts, offset)


@given(st.text(LETTERS), st.sampled_from(["en", "tr", "ru"]))
def test_all_that_is_spelt_otherwise_than_its_term_is_told(text: str, language: str) -> None:
    tokens = [(term, text[start:end]) for term, start, end in analyze(text)]
    told = [(term, word) for term, word in Analysed(text).spellings if lower(word, language) != term]
    assert told == [(term, word) for term, word in tokens if word != term and lower(word, language) != term]
