"""Text files of scanned pages: broken words are whole again, page marks and running heads are cut, nothing is lost."""

import io
import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.corpus.document import Document
from dragoman.corpus.intake import read_stream
from dragoman.corpus.readers.contract import ReadOptions, Source
from dragoman.corpus.readers.registry import format_named
from dragoman.corpus.readers.support.typed_pages import whole_words, without_page_marks

PAGE = """\
palace. The Ambassador called on the Foreign Minister this morning to
speak of the state of the {0} talks on the Straits. The Minister
said that the Government would not agree to a pact at this time,
and that the proposal of the other side was out of the question.
He promised a note within ten days, which the Embassy would send
to the Department by the next bag together with its own comments
on the {0} article of the draft. The Ambassador thanked him and
left, as the reception of the King was about to begin at the
"""
NUMBERS = "first second third fourth fifth sixth".split()


def read(text: str, *, cleaning: bool = True) -> Document:
    source = Source(io.BytesIO(text.encode()), "cable.txt", "cable.txt", "cable.txt")
    (document,) = read_stream(source, format_named("text"), ReadOptions(cleaning=cleaning))
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("the nego-\ntiations on", "the negotiations on"),
        ("the nego- \n  tiations, which", "the negotiations, which"),
        ("a long-\nterm plan", "a long-term plan"),
        ("a cease-\nfire. The cease-fire", "a cease-fire. The cease-fire"),
        ("a cease-\nfire. The ceasefire", "a ceasefire. The ceasefire"),
        ("a counter-\nproposal to his counter-\nparts", "a counter-proposal to his counterparts"),
        ("Sino-\nSoviet talks", "Sino-Soviet talks"),
        ("the mi-\nnister of the So-\nviet", "the minister of the Soviet"),
        ("pro-\nvided and ex-\nplained", "provided and explained"),
        ("the pre-\nwar, pro-\nWestern ex-\nminister", "the pre-war, pro-Western ex-minister"),
        ("a re-\nelected, UN-\nsponsored body", "a re-elected, UN-sponsored body"),
        ("a two-\nto three-year term", "a two- to three-year term"),
        ("el mi-\nnistro ci-\nvil, un momen-\nto", "el ministro civil, un momento"),
        ("au-\nteur, au-\ndelà, c’est-à-\ndire", "auteur, au-delà, c’est-à-dire"),
        ("avez-\nvous un ner-\nveux", "avez-vous un nerveux"),
        ("hu-\nman jus-\ntice, whi-\nle", "human justice, while"),
        ("is any-\nthing but", "is anything but"),
        ("die Regie-\nrung hat", "die Regierung hat"),
        ("in Nord-\nund Südkorea", "in Nord- und Südkorea"),
        ("les négo-\nciations sur", "les négociations sur"),
        ("y a-t-il peut-\nêtre un", "y a-t-il peut-être un"),
        ("dit-\nil hier", "dit-il hier"),
        ("перего-\nворы идут", "переговоры идут"),
        ("по-\nрусски говорят", "по-русски говорят"),
        ("the nego\u00ad\ntiations on", "the negotiations on"),
        ("unac-\nceptable. He re-\nfused it", "unacceptable. He refused it"),
        ("nego-\ntia-\ntions ended", "negotiations ended"),
        ("from 1914-\n1918 on", "from 1914-\n1918 on"),
        ("he left -\nand came", "he left -\nand came"),
        ("a list:\n- one\n- two", "a list:\n- one\n- two"),
    ],
)
def test_a_word_broken_at_the_end_of_a_line(broken: str, whole: str) -> None:
    assert whole_words(broken) == whole


@pytest.mark.parametrize(
    ("mark", "head"),
    [
        ("                              -{}-", "SECRET                    EMBASSY ANKARA 1234"),
        ("– {} –", "Auswärtiges Amt"),
        ("Page {} of 6", ""),
        ("Seite {}", "Geheim"),
        ("Стр. {}", "СЕКРЕТНО"),
        ("{}", "CONFIDENTIAL"),
        ("Foreign Relations, 1951, Volume VII      {}", ""),
        ("FOREIGN OFFICE ARCHIVES      Page {}", ""),
    ],
)
def test_marks_of_pages_and_running_heads_are_cut(mark: str, head: str) -> None:
    pages = [f"{head}\n\n{PAGE.format(each)}\n{mark.format(at)}\n" for at, each in enumerate(NUMBERS, start=1)]
    text, cut = without_page_marks("".join(pages))
    body = "".join(PAGE.format(each) for each in NUMBERS)
    assert re.sub(r"\n+", "\n", text).strip() == body.strip()
    expected = {" ".join(mark.format(at).split()) for at in range(1, 7)} | ({" ".join(head.split())} - {""})
    assert set(cut) == expected
    assert set(read("".join(pages)).cut) >= expected


def test_a_number_beside_the_same_words_marks_pages_that_break_no_sentence() -> None:
    pages = [f"{at}        Papers relating to the Straits\n\n{PAGE.format(each)}Palace.\n" for at, each in numbered()]
    assert without_page_marks("\n".join(pages))[1] == tuple(
        f"{at} Papers relating to the Straits" for at, _ in numbered()
    )


def test_short_pages_are_told_by_the_same_head_above_each() -> None:
    pages = [f"GEHEIM          AKTE 12\n\nEr versprach die {each} Note.\n\n   - {at} -\n" for at, each in numbered()]
    text, cut = without_page_marks("\n".join(pages))
    assert text == "\n\n".join(f"Er versprach die {each} Note." for _, each in numbered())
    assert cut[:2] == ("GEHEIM AKTE 12", "- 1 -")


def numbered() -> list[tuple[int, str]]:
    return list(enumerate(NUMBERS, start=1))


@pytest.mark.parametrize(
    "separator",
    ["Article {}", "{}.", "({})", "Section {}\n\nGeneral", "CHAPTER {}", "[{}]"],
)
def test_numbers_of_articles_and_paragraphs_stay(separator: str) -> None:
    sections = [
        f"{separator.format(at)}\n\n{PAGE.format(each).capitalize()}Palace.\n"
        for at, each in enumerate(NUMBERS, start=1)
    ]
    assert without_page_marks("\n".join(sections)) == ("\n".join(sections), ())


def test_numbers_between_whole_sentences_may_be_of_chapters_and_stay() -> None:
    sections = [f"{at}\n\n{PAGE.format(each).capitalize()}Palace.\n" for at, each in enumerate(NUMBERS, start=1)]
    assert without_page_marks("\n".join(sections)) == ("\n".join(sections), ())


def test_two_marks_are_too_few() -> None:
    text = "".join(f"{PAGE.format(each)}\n- {at} -\n" for at, each in enumerate(NUMBERS[:2], start=1))
    assert without_page_marks(text) == (text, ())


def test_a_file_that_is_not_to_be_cleaned_stays_as_it_is() -> None:
    text = "".join(
        f"{PAGE.format(each)}nego-\ntiations\n- {at} -\n" for at, each in enumerate(NUMBERS, start=1)
    ).strip()
    assert read(text, cleaning=False).text == text
    assert "negotiations" in read(text).text


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32).map(Random))
def test_every_word_of_a_scan_is_in_the_text_or_what_was_cut(chance: Random) -> None:
    words = [f"w{''.join(chance.choice('abcdefghij') for _ in range(6))}" for _ in range(600)]
    head, lines, number = f"HEAD {chance.randint(100, 999)}", list[str](), 0
    rest = list(words)
    while rest:
        for _ in range(chance.randint(5, 14)):
            line = [rest.pop() for _ in range(min(len(rest), chance.randint(1, 9)))]
            broken = rest.pop() if rest and chance.random() < 0.3 else ""
            if broken:
                line.append(f"{broken[:3]}-\n{broken[3:]}")
            lines.append(" ".join(line) + chance.choice(["", ".", ","]) * (not broken))
        number += 1
        lines += ["", chance.choice(["- {} -", "{}", "Page {}"]).format(number), "", head, ""]
    text, cut = without_page_marks("\n".join(lines))
    found = set(re.findall(r"\w+", whole_words(text))) | set(re.findall(r"\w+", " ".join(cut)))
    assert set(words) - found == set()
