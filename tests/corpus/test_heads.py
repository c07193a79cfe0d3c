"""What stands above a text: its title and what is none, its place and its date, in many languages."""

import io
import textwrap

import pytest

from dragoman.corpus.description.describe import describe
from dragoman.corpus.description.head.datelines import Dateline, after_dateline, find_dateline
from dragoman.corpus.description.head.labels import find_date_line, is_label
from dragoman.corpus.description.head.places import is_place, is_town, may_be_place, named
from dragoman.corpus.description.head.telegrams import find_date_group, find_subject
from dragoman.corpus.description.head.titles import find_title
from dragoman.corpus.document import Document
from dragoman.corpus.intake import read_stream
from dragoman.corpus.readers.contract import ReadOptions, Source
from dragoman.corpus.readers.registry import format_named
from support.bounds import allowed

STORY = (
    "The two foreign ministers met in Nara on Tuesday and agreed to resume the talks on fisheries that broke down in"
    " the spring, officials of both sides said after the meeting."
)
FIRST = STORY[: STORY.index(" spring")] + "…"
JAPANESE = (
    "日本と韓国の外相は火曜日に奈良で会談し、春に中断した漁業協議を再開することで合意した。"
    "当局者が会談後に明らかにした。"
)
KOREAN = (
    "양국 외교장관은 화요일 회담을 갖고 봄에 중단된 어업 협상을 재개하기로 합의했다고 양측 관계자들이 회담 후 밝혔다."
)
CHINESE = "两国外长周二在奈良会晤，同意恢复春季中断的渔业谈判，双方官员会后表示。双方将在一个月内交换草案。"
RUSSIAN = (
    "Министры иностранных дел двух стран встретились во вторник в Наре и договорились возобновить переговоры о"
    " рыболовстве, прерванные весной, сообщили чиновники обеих сторон после встречи."
)
GERMAN = (
    "Die beiden Außenminister trafen sich am Dienstag in Nara und vereinbarten, die im Frühjahr abgebrochenen Gespräche"
    " über Fischerei wieder aufzunehmen, wie Beamte beider Seiten mitteilten."
)
FRENCH = (
    "Les deux ministres se sont rencontrés mardi et sont convenus de reprendre les négociations sur la pêche,"
    " interrompues au printemps, ont indiqué des responsables des deux parties."
)


def read_text(text: str) -> Document:
    source = Source(io.BytesIO(text.encode()), "x.txt", "x.txt", "x.txt")
    (document,) = read_stream(source, format_named("text"), ReadOptions())
    assert isinstance(document, Document)
    return document


def described(text: str) -> Document:
    return describe(Document(id="x", text=text))


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("MINISTÈRE DES AFFAIRES ÉTRANGÈRES", FIRST),
        ("MINISTERIO DE ASUNTOS EXTERIORES\nMadrid, 13 de enero de 2026", FIRST),
        ("United Nations", FIRST),
        ("Vereinte Nationen", FIRST),
        ("NATO Allies Meet in Brussels", "NATO Allies Meet in Brussels"),
        ("Les ministres négocient\nle 13 janvier 2026 à 17 h 21", "Les ministres négocient"),
        ("Los ministros negocian\nmartes, 13 de enero de 2026", "Los ministros negocian"),
        ("NIACT\n\nAnkara, November 4, 1979—7 p.m.", FIRST),
        ("SECRET//NOFORN", FIRST),
        ("C O N F I D E N T I A L", FIRST),
        ("VS - NUR FÜR DEN DIENSTGEBRAUCH", FIRST),
        ("2:32 p.m. EDT", FIRST),
        ("14.05 Uhr", FIRST),
        ("January 13, 2026", FIRST),
        ("Stand: 13.01.2026 17:21 Uhr", FIRST),
        ("13 января 2026 г.", FIRST),
        ("Thomas Jefferson Room", FIRST),
        ("Hotel Bayerischer Hof", FIRST),
        ("Room 205, Main Building", FIRST),
        ("Palais des Nations, Geneva", FIRST),
        ("Conference Room 3", FIRST),
        ("10 Downing Street", FIRST),
        ("Tuesday, January 13", FIRST),
        ("Ministère des Affaires étrangères", FIRST),
        ("Министерство иностранных дел Российской Федерации", FIRST),
        ("記者会見室", FIRST),
        ("SECRETARY JANE A. DOE", FIRST),
        ("Hotel Workers Strike in Paris", "Hotel Workers Strike in Paris"),
        ("The University and the State", "The University and the State"),
        ("State Department Approves Arms Sale", "State Department Approves Arms Sale"),
        ("7 p.m. curfew imposed in Kabul", "7 p.m. curfew imposed in Kabul"),
        ("Secret Talks Held in Oslo", "Secret Talks Held in Oslo"),
        ("Jane Doe, Secretary of State\n\nBerlin, Germany\n\nClärchens Ballhaus", FIRST),
        ("Jane Doe, Secretary of State\n\nFrench Foreign Minister Jean Dupont", FIRST),
        ("U.S. DEPARTMENT OF STATE\nOffice of the Spokesperson\nFor Immediate Release", FIRST),
        ("Auswärtiges Amt\nReferat 342\nPressemitteilung\n13. Januar 2026", FIRST),
        ("Ministry of Foreign Affairs of Japan\nPress Release No. 12/2026", FIRST),
        ("***ALL TIMES ARE SUBJECT TO CHANGE***", FIRST),
        ("MODERATOR: Good morning, everyone.", FIRST),
        ("UNCLASSIFIED\n\nMinisters Agree on Fisheries", "Ministers Agree on Fisheries"),
        ("January 13, 2026\nMinisters Agree on Fisheries", "Ministers Agree on Fisheries"),
        ("Fire Destroys Historic Hotel", "Fire Destroys Historic Hotel"),
        ("Prime Minister Modi Meets President Macron", "Prime Minister Modi Meets President Macron"),
        ("Ministry of Defence says drone shot down", "Ministry of Defence says drone shot down"),
        ("MINISTERS AGREE ON FISHERIES", "MINISTERS AGREE ON FISHERIES"),
        ("THE WHITE HOUSE\nREMARKS BY THE PRESIDENT ON FISHERIES\nEast Room\n11:35 A.M. EST",
         "REMARKS BY THE PRESIDENT ON FISHERIES"),
        ("Embassy of Japan in Korea\nSeoul, 13 January 2026\nNote Verbale on Fisheries", "Note Verbale on Fisheries"),
    ],
)  # fmt: skip
def test_a_title_is_a_headline_or_the_first_sentence_and_no_label(above: str, title: str) -> None:
    assert described(f"{above}\n\n{STORY}\n{STORY}").title == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"外相会談\n2026年1月13日 17時21分\n{JAPANESE}", "外相会談"),
        (
            f"国際\n日韓外相、漁業協議再開で合意\n1月13日\n【奈良＝田中】{JAPANESE}",
            "日韓外相、漁業協議再開で合意",
        ),
        (f"くらし\n日韓外相、漁業協議再開で合意\n{JAPANESE}", "日韓外相、漁業協議再開で合意"),
        (f"外長會晤\n{CHINESE}", "外長會晤"),
        (f"外交部\n新闻稿\n二〇二六年一月十三日\n中韩举行外长会谈\n{CHINESE}", "中韩举行外长会谈"),
        (f"한일 외교장관회담\n입력 2026-01-13 14:05\n{KOREAN}", "한일 외교장관회담"),
        (f"외교부\n보도자료\n2026. 1. 13.(화)\n한일 외교장관회담 개최\n{KOREAN}", "한일 외교장관회담 개최"),
        (f"Министры договорились\nо рыболовстве\n13 января 2026, 14:05\n{RUSSIAN}", "Министры договорились"),
    ],
)
def test_headlines_of_other_scripts_may_be_short(text: str, title: str) -> None:
    assert described(text).title in (title, f"{title} о рыболовстве")


def test_a_line_of_a_paragraph_is_no_headline_and_a_headline_may_have_two() -> None:
    wrapped = (
        "The Ambassador called on the Foreign Minister this morning to\nspeak of the talks. He promised a note soon."
    )
    assert (
        described(wrapped).title == "The Ambassador called on the Foreign Minister this morning to speak of the talks"
    )
    assert described(f"Ministers agree to resume\nfisheries talks in Nara\n\n{STORY}").title == (
        "Ministers agree to resume fisheries talks in Nara"
    )


@pytest.mark.parametrize("width", [40, 50, 60, 72, 80])
@pytest.mark.parametrize("story", [STORY.replace("foreign ministers", "Foreign Ministers"), GERMAN])
def test_the_first_line_of_a_wrapped_paragraph_is_no_headline(story: str, width: int) -> None:
    wrapped = textwrap.fill(story, width)
    document = read_text(wrapped)
    assert document.title.startswith(story[:70])
    assert document.text.split() == wrapped.split()
    headed = read_text(f"Ein Vermerk über Nara\n{wrapped}")
    assert headed.title == "Ein Vermerk über Nara"


@pytest.mark.parametrize("word", ["A.B.", "UN", "и ", "of ", "Room ", "no", "1 ", "- ", "de "])
def test_a_line_of_one_word_over_and_over_comes_to_an_end(word: str) -> None:
    """With a pattern that tries all ways to divide it, it would not while anybody waits."""
    assert described(f"{word * 60}!\n{word * 60}").text.startswith(word)


TELEGRAM = """\
SECRET
R 131200Z JAN 76
FM AMEMBASSY ANKARA
TO SECSTATE WASHDC PRIORITY 1234
INFO AMEMBASSY ATHENS
S E C R E T ANKARA 0345
E.O. 11652: GDS
TAGS: PFOR, TU
SUBJECT: (C) AEGEAN: CONVERSATION WITH FOREIGN
MINISTER CAGLAYANGIL
REF: STATE 12345

1. """


@pytest.mark.parametrize("below", ["Washington, undated.", "Washington, May 3, 1962.", "May 3, 1962, 7 p.m."])
def test_a_subject_ends_above_a_place_or_a_day(below: str) -> None:
    assert find_subject(["Subject: Fisheries Talks", below, "", STORY]) == "Fisheries Talks"
    assert find_subject(["SUBJECT: START: FIRST PLENARY,", "JUNE 29, 1982"]) == "START: FIRST PLENARY, JUNE 29, 1982"


def test_a_telegram_has_the_title_of_its_subject_and_the_day_of_its_date_group() -> None:
    document = described(TELEGRAM + STORY)
    assert document.title == "AEGEAN: CONVERSATION WITH FOREIGN MINISTER CAGLAYANGIL"
    assert str(document.dates) == "1976-01-13"
    assert document.provenance["title"] == document.provenance["dates"] == "extracted"


@pytest.mark.parametrize(
    ("lines", "subject"),
    [
        (["SUBJ: FISHERIES", "", "1. They met."], "FISHERIES"),
        (["Berlin, den 13. Januar 2026", "", "Betreff: Gespräche über Fischerei"], "Gespräche über Fischerei"),
        (["OBJET : Reprise des négociations"], "Reprise des négociations"),
        (["Asunto: Pesca"], "Pesca"),
        (["Тема: Рыболовство"], "Рыболовство"),
        (["件名：漁業協議について"], "漁業協議について"),
        (["제목: 어업 협상 재개"], "어업 협상 재개"),
        (["SUBJECT", "", "Wheat Sales to Russia", "", "PARTICIPANTS"], "Wheat Sales to Russia"),
        (["4. SUBJECT: Wheat.", "5. REF: none"], "Wheat"),
        (["subject", "", "Wheat"], ""),
        (["The subject: of his talk was wheat"], ""),
        ([STORY, "Subject: Wheat"], ""),
        (["Subject: "], ""),
    ],
)
def test_the_subject_that_a_text_names_above_itself(lines: list[str], subject: str) -> None:
    assert find_subject(lines) == subject


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("R 131200Z JAN 76", "1976-01-13"),
        ("131200Z JAN 2026", "2026-01-13"),
        ("DTG: 131200ZJAN26", "2026-01-13"),
        ("O P 312359Z DEC 99 ZFF4", "1999-12-31"),
        ("R 311200Z FEB 76", "None"),
        ("R 132500Z JAN 76", "None"),
        ("R 131200Z JAN", "None"),
        ("They met at 131200Z JAN 76", "None"),
    ],
)
def test_date_groups(line: str, day: str) -> None:
    assert str(find_date_group([line])) == day


@pytest.mark.parametrize(
    ("dateline", "place", "outlet", "day"),
    [
        ("CAIRO —", "Cairo", "", None),
        ("PARIS, Jan. 5 —", "Paris", "", (1, 5)),
        ("KYIV, Ukraine —", "Kyiv", "", None),
        ("RAMALLAH, West Bank --", "Ramallah", "", None),
        ("GENÈVE –", "Genève", "", None),
        ("Berlin –", "Berlin", "", None),
        ("NEW DELHI:", "New Delhi", "", None),
        ("NARA —", "Nara", "", None),
        ("WIEN, 13. Januar.", "Wien", "", (1, 13)),
        ("LONDON, Jan. 13.", "London", "", (1, 13)),
        ("WASHINGTON/SEOUL, Jan 13 (Reuters) -", "Washington", "Reuters", (1, 13)),
        ("Genf/Bern (sda) –", "Genf", "sda", None),
        ("PORT-AU-PRINCE, Haiti —", "Port-au-Prince", "", None),
        ("MOSCOW, January 13. /TASS/.", "Moscow", "TASS", (1, 13)),
        ("МОСКВА, 13 января. /ТАСС/.", "Москва", "ТАСС", (1, 13)),
        ("МОСКВА, 13 янв — РИА Новости.", "Москва", "РИА Новости", (1, 13)),
        ("Москва. 13 января. INTERFAX.RU -", "Москва", "INTERFAX.RU", (1, 13)),
        ("París, 13 ene (EFE).-", "París", "EFE", (1, 13)),
        ("Wien (APA) -", "Wien", "APA", None),
        ("ANKARA, 13 Ocak (AA) -", "Ankara", "AA", (1, 13)),
        ("القاهرة (رويترز) -", "القاهرة", "رويترز", None),
        ("北京1月13日电", "北京", "", (1, 13)),
        ("新华社北京1月13日电（记者张三）", "北京", "新华社", (1, 13)),
        ("(서울=연합뉴스) 홍길동 기자 =", "서울", "연합뉴스", None),
        ("서울=연합뉴스", "서울", "연합뉴스", None),
        ("【東京】", "東京", "", None),
        ("【ワシントン共同】", "ワシントン", "共同", None),
        ("［東京　１３日　ロイター］", "東京", "ロイター", None),
    ],
)
def test_datelines_of_all_kinds(dateline: str, place: str, outlet: str, day: tuple[int, int] | None) -> None:
    line = f"{dateline} {STORY}"
    assert find_dateline([line], STORY) == Dateline(place, outlet, day=day)
    assert after_dateline(line, STORY) == STORY


@pytest.mark.parametrize(
    "line",
    [
        "Wednesday, May 13, 2026 – 11:00", "WEDNESDAY —", "JANUARY 13 —", "MITTWOCH –", "EXCLUSIVE —", "BREAKING —",
        "SUMMARY —", "SECRET —", "PRESIDENT —", "MODERATOR:", "FUJIWARA —", "Tuesday (AP) —", "President Lee (LDP) —",
        "National Park Service (NPS) –", "Anniversaries 4 May:", "Chelsea led 1-0 –", "United Kingdom—Mr. Jebb:",
        "【速報】", "【社説】",
        "[写真=共同]", "입력 2026-01-13",
    ],
)  # fmt: skip
def test_what_begins_like_a_dateline_and_names_no_place(line: str) -> None:
    assert find_dateline([f"{line} {STORY}"], STORY) == Dateline()
    assert find_dateline([line], STORY) == Dateline()


@pytest.mark.parametrize(
    ("line", "place", "day"),
    [
        ("Ankara, November 4, 1979—7 p.m.", "Ankara", "1979-11-04"),
        ("Genf, den 13. Januar 2026", "Genf", "2026-01-13"),
        ("Paris, le 13 janvier 2026", "Paris", "2026-01-13"),
        ("г. Москва, 13 января 2026 г.", "Москва", "2026-01-13"),
        ("Madrid, 13 de enero de 2026", "Madrid", "2026-01-13"),
        ("Paris, le 13 janvier 2026 à 18h30", "Paris", "2026-01-13"),
        ("Bonn, den 13. Januar 2026 um 18 Uhr", "Bonn", "2026-01-13"),
        ("New York, USA, January 13, 2026", "New York", "2026-01-13"),
        ("Cairo - 12 May 2020", "Cairo", "2020-05-12"),
        ("القاهرة، 12 أيار/مايو 2020", "القاهرة", "2020-05-12"),
        ("Genève | 3 mars 2019", "Genève", "2019-03-03"),
    ],
)
def test_a_line_of_a_place_and_a_day(line: str, place: str, day: str) -> None:
    found = find_dateline([line])
    assert (found.place, str(found.dates)) == (place, day)
    assert is_label(line)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("13 января 2026, 14:05", "2026-01-13"),
        ("le 13 janvier 2026 à 14h05", "2026-01-13"),
        ("Mis à jour le 13 janvier 2026", "2026-01-13"),
        ("Veröffentlicht am 13.01.2026, 14:05 Uhr", "2026-01-13"),
        ("13 Ocak 2026 Salı 14:05", "2026-01-13"),
        ("입력 2026-01-13 14:05 | 수정 2026-01-14 15:00", "2026-01-13"),
        ("2026年01月13日 14:05 来源：新华网", "2026-01-13"),
        ("2026年1月13日 17時21分", "2026-01-13"),
        ("2026-01-13T17:21:00Z", "2026-01-13"),
        ("13-14 January 2026", "2026-01-13..2026-01-14"),
        ("Wednesday, May 13, 2026 – 11:00", "2026-05-13"),
        ("18 December 1971", "1971-12-18"),
        ("05/06/2026", "None"),
        ("On 13 January 2026 they met", "None"),
        ("Der 13. Januar 2026 war kalt", "None"),
    ],
)
def test_lines_with_a_date_in_many_languages(line: str, day: str) -> None:
    assert str(find_date_line(["A Headline of Some Length", line, STORY])) == day


def test_which_number_is_the_day_depends_on_the_language() -> None:
    assert str(find_date_line(["05/06/2026"], language="fr")) == "2026-06-05"
    assert described(f"Les ministres reprennent les négociations\n05/06/2026\n{FRENCH}").dates is not None


def test_a_date_in_running_text_is_no_date_of_publication() -> None:
    text = f"Minister einigen sich auf Fischerei\n{GERMAN} Sie hatten am 13. Januar 2025 begonnen.\n{GERMAN}"
    assert described(text).dates is None


def test_a_name_in_capitals_is_a_place_where_the_text_speaks_of_it_as_one() -> None:
    assert described(f"ZEBRAVILLE — {STORY} A train stopped in Zebraville.").place == "Zebraville"
    assert described(f"ZEBRAVILLE — {STORY} A train stopped.").place == ""


def test_places_are_known_in_many_languages_and_cases() -> None:
    assert all(map(is_town, ("CAIRO", "Genf", "МОСКВА", "北京", "서울", "القاهرة", "SÃO PAULO", "Rio de Janeiro")))
    assert not any(map(is_town, ("WEDNESDAY", "AP", "Ukraine", "FUJIWARA")))
    assert is_place("Ukraine")
    assert not any(map(may_be_place, ("Wednesday", "Mai", "Mr. Joseph Smith", "Press Briefing Room", "Room 12")))
    assert (named("RIO DE JANEIRO"), named("GENÈVE"), named("UAE")) == ("Rio de Janeiro", "Genève", "UAE")


def test_a_room_before_a_capital_is_no_part_of_its_name() -> None:
    assert described(f"Jane Doe, Minister\n\nBenjamin Franklin Room Washington, D.C.\n\n{STORY}").place == "Washington"


@pytest.mark.parametrize(
    "address",
    [
        "Department of State\nWashington, D.C. 20520",
        "Mission to the United Nations\n799 United Nations Plaza\nNew York, N.Y. 10017",
        "Foreign Office\nKing Charles Street\nLondon SW1A 2AH",
        "Global Affairs Canada\n125 Sussex Drive\nOttawa, Ontario K1A 0G2",
        "Auswärtiges Amt\nWerderscher Markt 1\n10117 Berlin",
        "37, quai d’Orsay\n75700 Paris Cedex 07",
        "Palais des Nations\n1211 Genève 10, Switzerland",
        "Ministerie van Buitenlandse Zaken\nRijnstraat 8\n2515 XP Den Haag",
    ],
)
def test_an_address_is_no_title(address: str) -> None:
    assert described(f"{address}\n\nStatement on Mali\n\n{STORY}").title == "Statement on Mali"


@pytest.mark.parametrize(
    "title", ["1945 Yalta Conference", "Resolution 1701 of the Security Council", "2024 Nara Summit"]
)
def test_a_title_with_a_number_is_no_address(title: str) -> None:
    assert described(f"{title}\n\n{STORY}").title == title


def test_blanks_above_a_title_are_each_passed_over_once() -> None:
    with allowed(20):  # their square takes minutes
        assert (
            find_title(" " * 500_000 + "\n\nTalks in Nara\n\nThe envoys met on Monday.\n", "en")[0] == "Talks in Nara"
        )
