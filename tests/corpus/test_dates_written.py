"""Days in words, as the lines of texts and the fields of records have them, in the languages of the tables."""

import pytest

from dragoman.corpus.dates.records import parse_dates
from dragoman.corpus.dates.tables.calendar_words import names
from dragoman.corpus.dates.written import month_number, parse_written


@pytest.mark.parametrize(
    "text",
    [
        "13 January 2026", "Tuesday, January 13, 2026", "13th of January, 2026", "Tue 13 Jan 2026 14:05 GMT+9",
        "Dienstag, 13. Januar 2026", "13. Jänner 2026 um 14.05 Uhr", "le mardi 13 janvier 2026 à 14h05",
        "13 janv. 2026", "martes, 13 de enero de 2026", "13 de enero del 2026, 14:05 h", "martedì 13 gennaio 2026",
        "Terça-feira, 13 de janeiro de 2026", "13 января 2026, 14:05", "вторник, 13 января 2026 г.",
        "14:05, 13 января 2026", "13 січня 2026 року", "13 Ocak 2026 Salı 14:05", "Τρίτη, 13 Ιανουαρίου 2026",
        "marți, 13 ianuarie 2026, ora 14:05", "Selasa, 13 Januari 2026 14:05 WIB", "ngày 13 tháng 1 năm 2026",
        "Thứ Ba, 13 tháng 1, 2026 lúc 14:05", "मंगलवार, 13 जनवरी 2026", "١٣ كانون الثاني/يناير ٢٠٢٦",
        "الثلاثاء 13 يناير 2026 - 14:05", "יום שלישי, 13 בינואר 2026", "13 มกราคม 2569",
        "วันอังคารที่ 13 มกราคม พ.ศ. 2569 เวลา 14.05 น.", "13 stycznia 2026 r.", "2026. január 13.",
        "2026年1月13日 14時05分", "2026年1月13日（火曜日）午後2時5分", "令和8年1月13日",
        "２０２６年１月１３日", "民國115年1月13日", "二〇二六年一月十三日", "2026년 1월 13일 화요일 오후 2시 5분",
        "2026.01.13 14:05",
        "2026. 1. 13.(화)", "2026/01/13 14:05",
        "2026-01-13T17:21:00Z", "13.01.2026, 14:05", "13/01/2026 14h05", "1/13/2026 2:05:00 PM",
    ],
)  # fmt: skip
def test_a_day_in_words(text: str) -> None:
    assert str(parse_written(text)) == "2026-01-13"
    assert str(parse_dates(text)) == "2026-01-13"


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_of_every_language(month: int) -> None:
    for name, number in names("months").items():
        if number == month and "tháng" not in name and not name.endswith("月"):
            assert str(parse_written(f"13 {name} 2026")) == f"2026-{month:02}-13", name


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("13-14 January 2026", "2026-01-13..2026-01-14"),
        ("January 13–14, 2026", "2026-01-13..2026-01-14"),
        ("13.–14. Januar 2026", "2026-01-13..2026-01-14"),
        ("du 13 au 14 janvier 2026", "2026-01-13..2026-01-14"),
        ("2026年1月13日至14日", "2026-01-13..2026-01-14"),
        ("30 January – 2 February 2026", "2026-01-30..2026-02-02"),
        ("30 December – 2 January 2026", "2025-12-30..2026-01-02"),
        ("December 30, 2025 to January 2, 2026", "2025-12-30..2026-01-02"),
        ("du 29 janvier au 2 février 2026", "2026-01-29..2026-02-02"),
        ("28. Februar bis 2. März 2026", "2026-02-28..2026-03-02"),
        ("30 января – 2 февраля 2026 г.", "2026-01-30..2026-02-02"),
        ("May the 3rd, 1962", "1962-05-03"),
        ("wtorek, 13 stycznia 2026 r., godz. 14:05", "2026-01-13"),
        ("昭和20年8月15日", "1945-08-15"),
    ],
)
def test_days_on_end_and_years_of_eras(text: str, days: str) -> None:
    assert str(parse_written(text)) == days


@pytest.mark.parametrize(
    "text",
    ["05/06/2026", "12 Monkeys 2026", "July 2026", "He came 13 May 2026", "13 May 2026 Summit", "Ankara 13 Ocak 2026",
     "Resolution 13 of 2026", "14-13 January 2026", "2 March – 30 January 2026", "2 May 2020 – 3 June 2026",
     "13 janvier", "2026", "", "13 " + "x " * 100],
)  # fmt: skip
def test_what_is_more_or_less_than_a_day(text: str) -> None:
    assert parse_written(text) is None


def test_which_number_is_the_day_depends_on_the_language_around() -> None:
    assert str(parse_written("05/06/2026", "fr")) == "2026-06-05"
    assert parse_written("05/06/2026", "en") is None


def test_a_day_that_no_calendar_has_is_refused() -> None:
    with pytest.raises(ValueError, match="February 2026 has 28 days"):
        parse_written("30 февраля 2026")
    with pytest.raises(ValueError, match="no day of the calendar"):
        parse_dates("30 de febrero de 2026")


def test_a_name_that_means_two_months_means_none() -> None:
    assert "" not in names("months")
    assert (month_number("mars"), month_number("März"), month_number("марта")) == (3, 3, 3)
    assert month_number("كانون الأول/ديسمبر") == 12
    assert month_number("يناير/ديسمبر") == 0
