"""PDF pages by their looks: right to left, spaced letters, raised numbers, narrow columns, titles, unknown letters."""

import io
import random
import string
from collections.abc import Sequence

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.intake import read_stream
from dragoman.corpus.readers.contract import ReadOptions, Skipped, Source
from dragoman.corpus.readers.registry import format_named
from dragoman.corpus.readers.support.legible import is_legible
from dragoman.corpus.readers.support.right_to_left import as_read
from support.painted import Piece, lettered, painted, silent

ADVICE = 'it needs OCR: --ocr, with pip install "dragoman[ocr]"'
WIDTH = 7.2
"""How wide a glyph of `lettered` is at 12 points."""


SPOKEN = {
    "en": "The two foreign ministers met in Nara on Tuesday and agreed to resume the negotiations on fisheries "
    "that broke down in the spring. They will exchange drafts within a month, and hope to initial a text "
    "before the summit in Seoul, which both governments have described as the turning point of an "
    "extraordinarily difficult relationship.",
    "pl": "Ministrowie spraw zagranicznych spotkali się we wtorek w Narze i zgodzili się wznowić rozmowy o "
    "rybołówstwie, które załamały się wiosną. W ciągu miesiąca wymienią projekty i mają nadzieję "
    "parafować tekst przed szczytem w Seulu, który oba rządy nazywają punktem zwrotnym w niezwykle "
    "trudnych stosunkach między obydwoma państwami.",
    "fi": "Ulkoministerit tapasivat tiistaina Narassa ja sopivat jatkavansa keväällä keskeytyneitä "
    "kalastusneuvotteluja. He vaihtavat luonnoksia kuukauden kuluessa ja toivovat voivansa parafoida "
    "tekstin ennen Soulin huippukokousta, jota molemmat hallitukset ovat kuvanneet käännekohdaksi "
    "poikkeuksellisen vaikeissa suhteissa.",
    "sw": "Mawaziri wa mambo ya nje walikutana Nara siku ya Jumanne na wakakubaliana kuanza tena mazungumzo "
    "kuhusu uvuvi yaliyovunjika wakati wa majira ya kuchipua. Watabadilishana rasimu ndani ya mwezi "
    "mmoja, na wanatumaini kutia saini maandishi kabla ya mkutano wa kilele wa Seoul, ambao serikali zote "
    "mbili zimeuita hatua muhimu ya uhusiano mgumu.",
    "vi": "Hai bộ trưởng ngoại giao đã gặp nhau tại Nara hôm thứ Ba và đồng ý nối lại các cuộc đàm phán về nghề "
    "cá đã đổ vỡ vào mùa xuân. Họ sẽ trao đổi dự thảo trong vòng một tháng và hy vọng sẽ ký tắt một văn "
    "bản trước hội nghị thượng đỉnh tại Seoul, điều mà cả hai chính phủ mô tả là bước ngoặt của một mối "
    "quan hệ vô cùng khó khăn.",
}
"""Long enough to be judged by their letters."""


def results(data: bytes) -> list[Document | Skipped]:
    return list(read_stream(Source(io.BytesIO(data), "x.pdf", "x", "x.pdf"), format_named("pdf"), ReadOptions()))


def reading(data: bytes) -> Document:
    (document,) = results(data)
    assert isinstance(document, Document), document
    return document


def lines(*texts: str, y: float = 700, size: float = 12, x: float = 40) -> list[Piece]:
    return [Piece(text, x, y - 1.2 * size * number, size) for number, text in enumerate(texts)]


# -------------------------------------------------------------------------------------------------- right to left


def painted_words(text: str, *, order: str) -> bytes:
    """A line of words that run from right to left, painted in the order of a kind of program.

    "left" paints from left to right, "read" each glyph in the order in which it is read, "words" each word by itself,
    from left to right and in no order of the words.
    """
    letters = sorted(set(text) - {" "})
    glyphs = [
        Piece(chr(33 + letters.index(char)), 500 - WIDTH * number, font="F2")
        for number, char in enumerate(text)
        if char != " "
    ]
    if order == "left":
        glyphs.reverse()
    elif order == "words":
        words: list[list[Piece]] = [[]]
        shown = iter(glyphs)
        for char in text:
            words[-1:] = [[*words[-1], next(shown)]] if char != " " else [words[-1], []]
        glyphs = [glyph for word in words[::2] + words[1::2] for glyph in reversed(word)]
    return painted([glyphs], F2=lettered(letters))


@pytest.mark.parametrize("order", ["left", "read", "words"])
@pytest.mark.parametrize(
    "text",
    [
        "شر החוץ נפגש עם שגריר צרפת בירושלים".replace("شر", "שר"),
        "التقى وزير الخارجية المصري نظيره السعودي",
        "وزیر امور خارجه در تهران گفت",
        "ﺍﻟﺘﻘﻰ ﻭﺯﻳﺮ",
    ],
)
def test_lines_from_right_to_left_are_in_the_order_in_which_they_are_read(text: str, order: str) -> None:
    plain = {"ﺍﻟﺘﻘﻰ ﻭﺯﻳﺮ": "التقى وزير"}.get(text, text)
    assert reading(painted_words(text, order=order)).text == plain


def test_marks_stay_on_their_letters() -> None:
    word = ["ש", "\u05c1", "\u05b8", "ל", "ו", "\u05b9", "ם"]  # each mark behind its letter
    letters = sorted(set(word))
    pieces: list[Piece] = []
    x = 500.0
    for char in word:
        is_mark = "\u0591" <= char <= "\u05c7"
        x -= 0 if is_mark else WIDTH
        pieces.append(Piece(chr(33 + letters.index(char)), x + 2 * is_mark, font="F2"))
    font = lettered(letters, narrow="\u05c1\u05b8\u05b9")
    assert reading(painted([pieces], F2=font)).text == "".join(word)
    assert reading(painted([pieces[::-1]], F2=font)).text == "".join(word)


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        # What a line shows from left to right, and how it is read.
        ("5202 רבמבונ 32 םויב".replace("5202", "2025").replace("32", "23"), "ביום 23 נובמבר 2025"),
        ("יתנש 25% לע (זירפ) תפרצ", "צרפת (פריז) על 25% שנתי"),
        ("ב 23/11/2025 םויב"[::1], "ביום 23/11/2025 ב"),
        ("יגיצנו United Nations ו", "ו United Nations ונציגי"),
        ("ةبسنب %25 لالخ", "خلال 25% بنسبة"),
        ("NATO رصم", "مصر NATO"),
    ],
)
def test_numbers_and_other_scripts_within_a_line(shown: str, read: str) -> None:
    assert as_read(list(shown), mostly=True) == read


def test_a_few_words_within_a_line_of_another_script() -> None:
    shown = "The word is םולש and (ץוחה רש) on 3 May."
    assert as_read(list(shown), mostly=False) == "The word is שלום and (שר החוץ) on 3 May."
    assert as_read(list("No such letters (at all)."), mostly=True) == "No such letters (at all)."


@pytest.mark.parametrize("right", [200, 459])
def test_columns_beside_each_other_are_not_one_line(right: float) -> None:
    letters = sorted(set("שלום עולם") - {" "})

    def word(text: str, right: float, y: float) -> list[Piece]:
        return [Piece(chr(33 + letters.index(char)), right - WIDTH * at, y, font="F2") for at, char in enumerate(text)]

    pieces = word("שלום", 500, 700) + word("עולם", 500, 685) + word("עולם", right, 700) + word("שלום", right, 685)
    assert reading(painted([pieces], F2=lettered(letters))).text.split() == ["שלום", "עולם", "עולם", "שלום"]


# ------------------------------------------------------------------------------------------------ as it is printed


def spread(text: str, x: float, letters: Sequence[str], step: float) -> list[Piece]:
    """A text of which each letter is painted by itself, so far from the one before it."""
    glyphs = ((chr(33 + letters.index(char)), x + step * at) for at, char in enumerate(text) if char in letters)
    return [Piece(glyph, place, 400, font="F2") for glyph, place in glyphs]


@pytest.mark.parametrize("text", ["JOINT STATEMENT", "Außenministerium", "COMMUNIQUÉ FINAL", "ПРЕСС-РЕЛИЗ", "共同声明"])
@pytest.mark.parametrize("step", [10, 12, 14])
def test_letters_spaced_apart_come_together(text: str, step: float) -> None:
    letters = sorted(set(text) - {" "})
    body = lines("The parties agreed upon the hotline between the capitals.", "And the corridor.", y=600)
    document = reading(painted([[*body, *spread(text, 40, letters, step)]], F2=lettered(letters)))
    assert document.text.endswith(f".\n\n{text}")


def test_a_short_word_beside_spaced_letters_stays_a_word() -> None:
    letters = sorted(set("в н согласились"))  # the space is one of them
    before, spaced = "в н ", "согласились"
    pieces = spread(before, 40, letters, WIDTH) + spread(spaced, 40 + len(before) * WIDTH, letters, WIDTH + 5)
    document = reading(painted([[*lines("They met in Nara."), *pieces]], F2=lettered(letters)))
    assert document.text.endswith(f" {before}{spaced}")


@pytest.mark.parametrize(
    "text", ["The sum of a b and c is 7.", "J. F. K. said so", "I am in it, as he is", "1 2 3 4 5 6 7"]
)
def test_what_is_written_apart_stays_so(text: str) -> None:
    assert text in reading(painted([lines("They agreed upon the hotline.", text)])).text
    columns = [Piece(letter, 40 + 40 * at) for at, letter in enumerate("ABCDEFG")]
    assert "A B C D E F G" in reading(painted([columns])).text


def test_numbers_of_footnotes_come_off_their_words() -> None:
    pieces = [
        Piece("The ministers met in Nara", 40),
        Piece("1", 180.2, 705, 7),
        Piece("on 20 km", 190),
        Piece("2", 238, 705, 7),
        Piece("and agreed.", 245),
        Piece("12", 308, 705, 7),
        Piece("In 1963", 325),
        Piece("3", 365.5, 705, 7),
        Piece("F-35 and H", 375),
        Piece("2", 431.7, 697, 7),
        Piece("O came.", 436),
    ]
    text = reading(painted([pieces])).text
    assert text == "The ministers met in Nara 1 on 20 km2 and agreed. 12 In 1963 3 F-35 and H2O came."


@pytest.mark.parametrize("rise", [3, 5, 6])
def test_a_line_goes_on_behind_a_raised_number(rise: int) -> None:
    # PDFium takes what is behind it for a line of its own.
    pieces = [Piece("They met in Nara", 40), Piece("1", 131, 700 + rise, 7), Piece(", on Tuesday.", 135)]
    assert reading(painted([[*pieces, *lines("All went well.", y=600)]])).text.startswith("They met in Nara 1, on Tue")


def test_numbers_that_belong_to_words_stay() -> None:
    text = "Annex1 and Covid19 came to H2O in Mi24."
    assert reading(painted([lines("They met in Nara.", text)])).text.endswith(text)


def test_words_long_for_their_column_end_no_paragraph() -> None:
    column = [
        "Die Außenminister haben sich am", "Dienstag in Berlin auf eine", "Wiederaufnahme der",
        "Fischereiverhandlungen geeinigt.", "Der Bundesaußenminister sprach", "von einem Durchbruch in den",
        "Regierungskonsultationen", "zwischen beiden Staaten. Er ging.", "Die Kriegsgefangenenentschädigung",
        "bleibt strittig.",
    ]  # fmt: skip
    full = lines("Over all of the page, from one edge to the other, there is a line like this one here. And so on.")
    document = reading(painted([full + lines(*column, y=650)]))
    assert " ".join(column) in document.text


def test_what_stands_apart_is_a_paragraph_of_its_own() -> None:
    first = ["They met on Tuesday and agreed to resume the", "talks on fisheries that broke down last week."]
    second = ["The ministers will exchange drafts within one", "month, the officials said, and hope for more."]
    document = reading(painted([lines(*first, *second)]))
    assert "\n\n" not in document.text
    document = reading(painted([lines(*first) + lines(*second, y=655)]))
    assert document.text == " ".join(first) + "\n\n" + " ".join(second)
    smaller = lines("see the annex of the agreement", y=671, size=8)
    document = reading(painted([lines(*first) + smaller]))
    assert document.text == " ".join(first) + "\n\n" + str(smaller[0].text)


BODY = [
    "The two foreign ministers met in Nara on Tuesday and agreed to resume the talks on",
    "fisheries that broke down in the spring, officials of both governments said after it.",
]


def test_a_letterhead_of_two_lines_is_no_title() -> None:
    above = lines("MINISTÈRE DES AFFAIRES", "ÉTRANGÈRES", y=780, size=24)
    head = lines("Déclaration conjointe sur la pêche", y=700, size=16)
    assert reading(painted([above + head + lines(*BODY, y=640)])).title == "Déclaration conjointe sur la pêche"


def test_a_word_broken_in_a_title_is_whole() -> None:
    head = lines("Erklärung über die Fischereiver-", "handlungen in der Nordsee", y=730, size=24)
    document = reading(painted([head + lines(*BODY, y=640)]))
    assert document.title == "Erklärung über die Fischereiverhandlungen in der Nordsee"
    assert document.text == " ".join(BODY)


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (["Joint Statement on the Corridor", "Two Coasts of the Strait"], None),
        (["Memorandum"], "Memorandum"),
        (["Gemeinsame Erklärung"], "Gemeinsame Erklärung"),
    ],
)
def test_the_largest_letters_above_the_text_are_the_title(head: Sequence[str], title: str | None) -> None:
    above = lines("Office of the Press Secretary", "For Immediate Release", "November 22, 2025", y=780)
    document = reading(painted([above + lines(*head, y=730, size=24) + lines(*BODY, y=640)]))
    assert document.title == (title or " ".join(head))
    assert " ".join(head) in document.text.split("\n\n")
    assert str(document.dates) == "2025-11-22"
    # Large letters within the text are another's heading.
    document = reading(painted([lines(*BODY * 4, y=780) + lines("Annex", y=600, size=24)]))
    assert document.title != "Annex"


def test_a_head_on_both_of_two_pages_is_no_text() -> None:
    head = ["UNCLASSIFIED", "F-2017-00123 Doc No. C0512", "Date: 09/12/2018", "Review Authority", "Page {} of 2"]
    pages = [
        [*(each.format(number) for each in head), f"Article {number}", *BODY[:: 1 if number == 1 else -1]]
        for number in (1, 2)
    ]
    document = reading(painted([lines(*page) for page in pages]))
    assert document.cut == ("UNCLASSIFIED", "F-2017-00123 Doc No. C0512", "Date: 09/12/2018", "Review Authority",
                            "Page 1 of 2")  # fmt: skip
    assert "Article 1" in document.text
    assert "Article 2" in document.text


def test_unknown_letters_are_told_and_not_read() -> None:
    gibberish = "".join(f"\0{chr(ord(char) - 29)}" for char in "The ministers met in Nara and agreed.")
    good = lines(*BODY)
    bad = [Piece(gibberish, font="F2")]
    (told,) = results(painted([bad, bad], F2=silent()))
    assert str(told) == "x.pdf: its fonts do not say which letters they show (no ToUnicode): " + ADVICE
    document = reading(painted([good, bad, good[::-1]], F2=silent()))
    assert "foreign ministers" in document.text
    assert "7KH" not in document.text
    assert [remark.example for remark in document.remarks] == ["1 of 3"]
    # A letter or two, as of formulas, is no matter.
    document = reading(painted([[*good, Piece("\0=", y=500, font="F2")]], F2=silent()))
    assert "foreign ministers" in document.text
    assert document.remarks == ()


def exchanged(text: str, seed: int) -> str:
    letters = list(string.ascii_lowercase)
    random.Random(seed).shuffle(letters)
    return text.lower().translate(str.maketrans(string.ascii_lowercase, "".join(letters)))


@pytest.mark.parametrize("language", sorted(SPOKEN))
def test_letters_that_make_words_are_told_from_such_that_do_not(language: str) -> None:
    text = SPOKEN[language]
    assert is_legible(text)
    assert is_legible(text.upper())
    assert is_legible("\n".join(f"{number} {text[number : number + 8]} {number * 7},5" for number in range(0, 200, 8)))
    # Glyphs are often numbered as letters are, from another one on.
    assert not is_legible("".join(chr(ord(char) - 29) if "=" < char <= "~" else char for char in SPOKEN["en"]))
    wrong = sum(not is_legible(exchanged(SPOKEN["en"], seed)) for seed in range(20))
    assert wrong > 15


@pytest.mark.parametrize("encoding", ["cp1251", "cp1253"])
def test_another_script_in_a_latin_font_is_no_text(encoding: str) -> None:
    text = {
        "cp1251": "Министры иностранных дел встретились во вторник и согласились возобновить переговоры. " * 4,
        "cp1253": "Οι υπουργοί εξωτερικών συναντήθηκαν την Τρίτη και συμφώνησαν να συνεχίσουν. " * 4,
    }[encoding]
    assert is_legible(text)
    assert not is_legible(text.encode(encoding).decode("latin-1"))


def test_what_is_little_or_no_words_is_not_judged() -> None:
    for text in ("", "1,234 5,678 " * 200, "EUR USD JPY " * 8, "首相は東京で会談した。" * 50, "xqz " * 20):
        assert is_legible(text)


def test_a_page_whose_font_says_wrong_letters_is_told_and_not_read() -> None:
    shown = SPOKEN["en"]
    letters = list(string.ascii_letters + " .,")
    wrong = [*exchanged(string.ascii_lowercase, 3), *exchanged(string.ascii_lowercase, 3).upper(), *" .,"]
    pieces = [
        Piece("".join(chr(33 + letters.index(char)) for char in shown[at : at + 60]), y=700 - at / 3, font="F2")
        for at in range(0, len(shown), 60)
    ]
    (told,) = results(painted([pieces], F2=lettered(wrong)))
    assert str(told) == "x.pdf: gibberish: its fonts say of its letters that they are others: " + ADVICE
    assert "foreign ministers" in reading(painted([pieces], F2=lettered(letters))).text
