"""Dates as people ask for them, in many languages, and what only looks like one."""

from datetime import date

import pytest

from dragoman.corpus.dates.cursor import Cursor
from dragoman.corpus.dates.mentions import find_dates, parse_period
from dragoman.corpus.dates.periods import Period
from dragoman.corpus.dates.tables.calendar_words import languages
from dragoman.corpus.dates.wording import period_name

MONDAY = date(2025, 11, 24)

READ = {
    # As numbers
    "2025": "2025", "2025-11": "2025-11", "2025/11": "2025-11", "11/2025": "2025-11", "2025-11-22": "2025-11-22",
    "2025/11/22": "2025-11-22", "22.11.2025": "2025-11-22", "22/11/2025": "2025-11-22", "11/22/2025": "2025-11-22",
    "20251122": "2025-11-22", "1950-03-00": "1950-03", "2025-11-22T10:00:00Z": "2025-11-22",
    "2025-W47": "2025-11-17..2025-11-23", "2025-W47-3": "2025-11-19", "Q3 2025": "2025-07..2025-09",
    "2025-Q1": "2025-01..2025-03", "H2 2025": "2025-07..2025-12",
    # In English
    "Nov 2025": "2025-11", "June 1955": "1955-06", "Sept. 1938": "1938-09", "November 22 2025": "2025-11-22",
    "22nd of November 2025": "2025-11-22", "Sat, 22 Nov 2025": "2025-11-22", "the 1960s": "1960..1969",
    "the 60s": "1960..1969", "summer of 1962": "1962-06..1962-08", "winter 1962/63": "1962-12..1963-02",
    "early 1962": "1962-01..1962-04", "mid-1960s": "1963..1966", "the late 1970s": "1976..1979",
    "late March 2022": "2022-03-21..2022-03-31", "mid-1962": "1962-05..1962-08",
    "third quarter of 2025": "2025-07..2025-09", "week 47 of 2025": "2025-11-17..2025-11-23",
    # Ranges
    "2025..2026-01": "2025-01..2026-01", "..2025-06": "..2025-06-30", "2025-11..": "2025-11-01..",
    ">=2025": "2025-01-01..", ">2025": "2026-01-01..", "<2024-03": "..2024-02-29", "<=2024-03": "..2024-03-31",
    "since 2024": "2024-01-01..", "before June 2025": "..2025-05-31", "after June 2025": "2025-07-01..",
    "between 3 March and 5 June 2022": "2022-03-03..2022-06-05", "2024 to 2026": "2024..2026",
    "March–June 2022": "2022-03..2022-06", "22-24 November 2025": "2025-11-22..2025-11-24",
    "November 22–24, 2025": "2025-11-22..2025-11-24", "December to January 2026": "2025-12..2026-01",
    "1962/63": "1962..1963", "1962–1964": "1962..1964",
    # Told from Monday, 24 November 2025
    "today": "2025-11-24", "yesterday": "2025-11-23", "last week": "2025-11-17..2025-11-23", "last month": "2025-10",
    "last year": "2024", "this year": "2025", "next week": "2025-12-01..2025-12-07", "last Monday": "2025-11-17",
    "last 30 days": "2025-10-25..2025-11-24", "past two years": "2023-11-24..2025-11-24",
    "the past week": "2025-11-17..2025-11-24", "2 weeks ago": "2025-11-10..2025-11-16", "last November": "2024-11",
    "last summer": "2025-06..2025-08", "late March": "2025-03-21..2025-03-31", "3 March": "2025-03-03",
    # In other languages
    "22 novembre 2025": "2025-11-22", "1er mars 1962": "1962-03-01", "été 1962": "1962-06..1962-08",
    "la semaine dernière": "2025-11-17..2025-11-23", "les 30 derniers jours": "2025-10-25..2025-11-24",
    "il y a 3 jours": "2025-11-21", "jusqu'en juin 2025": "..2025-06-30", "depuis 2024": "2024-01-01..",
    "22 de noviembre de 2025": "2025-11-22", "noviembre del 2025": "2025-11", "verano de 1962": "1962-06..1962-08",
    "últimos 30 días": "2025-10-25..2025-11-24", "hace 3 días": "2025-11-21", "años 60": "1960..1969",
    "22. November 2025": "2025-11-22", "im März 2022": "2022-03", "seit 2024": "2024-01-01..",
    "letzte Woche": "2025-11-17..2025-11-23", "vor 3 Tagen": "2025-11-21", "vor Juni 2025": "..2025-05-31",
    "60er Jahre": "1960..1969", "Anfang 1962": "1962-01..1962-04", "zwischen 2020 und 2022": "2020..2022",
    "novembre 2025": "2025-11", "mese scorso": "2025-10", "ultimi 30 giorni": "2025-10-25..2025-11-24",
    "3 giorni fa": "2025-11-21", "anni '60": "1960..1969", "dal 2024": "2024-01-01..",
    "22 de novembro de 2025": "2025-11-22", "março 2022": "2022-03", "há 3 dias": "2025-11-21",
    "mês passado": "2025-10", "22 ноября 2025 года": "2025-11-22", "в ноябре 2025": "2025-11",
    "на прошлой неделе": "2025-11-17..2025-11-23", "последние 30 дней": "2025-10-25..2025-11-24",
    "1960-е годы": "1960..1969", "с 2024 года": "2024-01-01..", "конец 1962 года": "1962-09..1962-12",
    "22 Kasım 2025": "2025-11-22", "Kasım 2025'te": "2025-11", "2024'ten beri": "2024-01-01..",
    "Haziran 2025'ten önce": "..2025-05-31", "geçen hafta": "2025-11-17..2025-11-23", "3 gün önce": "2025-11-21",
    "2020 ile 2022 arasında": "2020..2022", "1962 yazı": "1962-06..1962-08",
    "2025年11月22日": "2025-11-22", "2025年11月": "2025-11", "2025년 11월 22일": "2025-11-22", "1960年代": "1960..1969",
    # Halves, quarters, and what is a part of something
    "3Q 2025": "2025-07..2025-09", "FY2025": "2025", "Q1 FY 2024": "2024-01..2024-03", "T3 2025": "2025-07..2025-09",
    "seconda metà del 2021": "2021-07..2021-12", "segunda metade de 2021": "2021-07..2021-12",
    "primera mitad de 2021": "2021-01..2021-06", "seconde moitié de 2021": "2021-07..2021-12",
    "zweite Hälfte 2021": "2021-07..2021-12", "im dritten Quartal 2021": "2021-07..2021-09",
    "во втором полугодии 2021": "2021-07..2021-12", "второй половине 2021 года": "2021-07..2021-12",
    "last week of November 2025": "2025-11-24..2025-11-30", "first week of November 2025": "2025-11-01..2025-11-07",
    "last day of 2025": "2025-12-31", "last quarter of 2025": "2025-10..2025-12",
    "primera semana de noviembre de 2025": "2025-11-01..2025-11-07",
    "letzte Woche im März 2022": "2022-03-25..2022-03-31",
    "day after tomorrow": "2025-11-26", "après-demain": "2025-11-26", "послезавтра": "2025-11-26",
    # Parts of what is told from today
    "June last year": "2024-06", "mars de l'année dernière": "2024-03", "März letzten Jahres": "2024-03",
    "marzo del año pasado": "2024-03", "marzo dell'anno scorso": "2024-03", "в марте прошлого года": "2024-03",
    "去年3月": "2024-03", "올해 3월": "2025-03", "early this year": "2025-01..2025-04",
    "late last year": "2024-09..2024-12", "Anfang dieses Jahres": "2025-01..2025-04",
    "昨年末": "2024-09..2024-12", "geçen yılın sonunda": "2024-09..2024-12", "final do ano passado": "2024-09..2024-12",
    "finales del año pasado": "2024-09..2024-12", "March 2022 to June": "2022-03..2022-06",
    "2022年3月から6月まで": "2022-03..2022-06", "November 2022 – March": "2022-11..2023-03",
    # Other ways to write them
    "22-Nov-2025": "2025-11-22", "3-März-2024": "2024-03-03", "Nov '25": "2025-11", "mai '68": "1968-05",
    "в 2022-м году": "2022", "между мартом и июнем 2022": "2022-03..2022-06",
    "2014年から2020年": "2014..2020", "2014年から2020年まで": "2014..2020", "2014년부터 2020년까지": "2014..2020",
    "2014年から": "2014-01-01..", "2025-11-22/2025-11-24": "2025-11-22..2025-11-24",
    "since 2021 until 2023": "2021..2023", "depuis 2021 jusqu'en 2023": "2021..2023",
    "seit 2021 bis 2023": "2021..2023",
    "昨日": "2025-11-23", "先週": "2025-11-17..2025-11-23", "上个月": "2025-10", "지난달": "2025-10",
}  # fmt: skip


@pytest.mark.parametrize(("value", "days"), READ.items())
def test_dates_are_read_as_people_write_them(value: str, days: str) -> None:
    assert str(parse_period(value, MONDAY)) == days


@pytest.mark.parametrize("value", ["none", "undated", "sans date", "ohne Datum", "нет", "yok"])
def test_no_date_is_asked_for_by_its_word(value: str) -> None:
    assert parse_period(value) is None


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2025-11-31", "November has 30 days"),
        ("31.4.2025", "April has 30 days"),
        ("31 November 2025", "November has 30 days"),
        ("30 February", "February has 29 days"),
        ("31 апреля", "April has 30 days"),
        ("29 février 2025", "February 2025 has 28 days"),
        ("2025-13", "a year has 12 months"),
        ("May 0, 1951", ""),
        ("00 février 2024", ""),
        ("0. Mai 1951", ""),
        ("2020年5月0日", ""),
        ("2025-W60", "2025 has 52 weeks"),
        ("0000-01-01", "there is no year 0"),
        ("last", ""),
        ("soon", ""),
        ("25", ""),
        ("", ""),
        ("2025 2026", ""),
        ("last week or so", ""),
        ("9" * 5000, ""),
        ("last 9999999 years", ""),
        ("before 0001-01-01", ""),
    ],
)
def test_what_is_no_date_is_refused_and_the_calendar_says_why(value: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}") as caught:
        parse_period(value, MONDAY)
    assert bool(why) == bool(str(caught.value))


def test_the_real_day_is_today_unless_another_is_given() -> None:
    assert parse_period("today") == Period(date.today(), date.today())


FOUND = {
    "truce November 2025": ["November 2025: 2025-11"],
    "National Day in March 2022": ["in March 2022: 2022-03"],
    "what happened last week in Gaza?": ["last week: 2025-11-17..2025-11-23"],
    "summit in the summer of 1962": ["in the summer of 1962: 1962-06..1962-08"],
    "last year's summit": ["last year's: 2024"],
    "1962 missile crisis": ["1962: 1962 weak"],
    "Resolution 2803 (2025)": ["2025: 2025 weak"],
    "talks since 2024, and before": ["since 2024: 2024-01-01.."],
    "Bush, Gorbachev, 2 and 3 December 1989": ["2 and 3 December 1989: 1989-12-02..1989-12-03"],
    "visits of 2016 and in 2017": ["of 2016: 2016 weak", "in 2017: 2017"],
    "05/06/2025 meeting": ["05/06/2025: 2025-06-05, or 2025-05-06"],
    "the truce on 22 November": ["on 22 November: 2025-11-22"],
    "Treffen im November 2025": ["im November 2025: 2025-11"],
    "détente des années 1960": ["des années 1960: 1960..1969"],
    "le sommet du 22 novembre 2025": ["du 22 novembre 2025: 2025-11-22"],
    "visita de noviembre de 2025": ["de noviembre de 2025: 2025-11"],
    "визит в ноябре 2025 года": ["в ноябре 2025 года: 2025-11"],
    "ziyaret Kasım 2025'te": ["Kasım 2025'te: 2025-11"],
    "2025年11月22日のサミット": ["2025年11月22日: 2025-11-22"],
    # Words of another language, and letters that are part of a name, belong to no date
    "a 2025 summit": ["2025: 2025 weak"],
    "what did Kennedy do 1962": ["1962: 1962 weak"],
    "le sommet à 2025 mètres ou en 2025": ["en 2025: 2025"],
    "Group A 1962": ["1962: 1962 weak"],
    "Annex D 1962": ["1962: 1962 weak"],
    "World War I 1914": ["1914: 1914 weak"],
    "Shangri-La 2025": ["2025: 2025 weak"],
    # Months and seasons that may be names
    "Theresa May 2019": ["May 2019: 2019-05 weak"],
    "Black September 1970": ["September 1970: 1970-09 weak"],
    "Schwarzer September 1970": ["September 1970: 1970-09 weak"],
    "Prague Spring 1968": ["Spring 1968: 1968-03..1968-05 weak"],
    "Красный октябрь 1917": ["октябрь 1917: 1917-10 weak"],
    "I may 2025 be there": ["2025: 2025 weak"],
    "a été 2022": ["2022: 2022 weak"],
    "Samoa in May 2022": ["in May 2022: 2022-05"],
    "postponed to March 2022": ["March 2022: 2022-03"],
    "the last two years of the war": ["the last two years: 2023-11-24..2025-11-24 weak"],
    # Scripts without blanks
    "协议在2022年3月签署": ["在2022年3月: 2022-03"],
    "平和協定は2022年に": ["2022年: 2022"],
    "평화협정은2022년에": ["2022년: 2022"],
    "从2014年到2020年": ["从2014年到2020年: 2014..2020"],
    # Numbers that may count something
    "in 2003 troops left": ["in 2003: 2003 weak"],
    "since 1990 refugees come": ["since 1990: 1990-01-01.. weak"],
    "in Q3 2025 and 4Q 2024": ["in Q3 2025: 2025-07..2025-09", "4Q 2024: 2024-10..2024-12"],
    "in June last year": ["in June last year: 2024-06"],
    "la semaine dernière du sommet": ["la semaine dernière: 2025-11-17..2025-11-23"],
}


@pytest.mark.parametrize(("text", "dates"), FOUND.items())
def test_dates_are_found_in_a_question(text: str, dates: list[str]) -> None:
    found = [
        f"{text[each.span.start : each.span.end]}: {each.period}"
        + (" weak" if each.weak else "")
        + (f", or {each.other}" if each.other else "")
        for each in find_dates(text, MONDAY)
    ]
    assert found == dates


@pytest.mark.parametrize(
    "text",
    [
        "2000 troops", "1950 tons of wheat", "1,200 men", "28,500", "resolution 1973 on Libya", "No. 1967",
        "UNSCR 1701", "résolution 1701", "резолюция 1970", "room 1501", "F-2025", "$2025", "S/2015/546",
        "A/RES/60/1",
        "Agenda 2030",
        "decision 12/2024", "may agree to talks", "march on Washington", "in may", "September 11 attacks", "9/11",
        "a call every day this agreement", "early warning", "end of the war", "the fall of Saigon", "past practice",
        "next steps", "5 out of 10", "first half", "2025km", "1962.5", "Sunday talks", "2803 resolution", "3 days",
        "in 2025 words", "in 2000 homes", "by 2000 votes", "after 1900 hours", "1500-2000 troops",
        "between 1500 and 2000 troops", "2000 US troops", "2000 new troops", "en 2000 soldats", "los 2000 soldados",
        "vor 2000 Soldaten", "в 2000 солдат", "em 2000 casas", "nach 2000 Stimmen",
        "last days of Pompeii", "in the last days of the war", "last year of the war", "last weeks of the war",
        "ces derniers jours", "la dernière année de la guerre", "letzte Tage des Krieges", "последние дни войны",
        "gli ultimi giorni di Pompei", "coming weeks", "last march to Selma", "this may be",
        "l'appel du 18 juin", "der 8. Mai", "el 2 de mayo", "du 3 au 5 mars", "il 2 maggio",
        "the 1540 Committee", "the 1718 Committee", "resolutions 1701 and 1973", "résolutions 1701, 1929 et 1973",
        "tel +82 2 2025 1962", "+2025 1962", "82 2 2025 1962", "第1701号决议", "2000人",
        "1 mai", "un été", "son mari", "vor Ort", "hace falta",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert list(find_dates(text, MONDAY)) == []


@pytest.mark.parametrize(
    "part",
    ["early ", "early mid late of ", "early monday ", "may 1 ", "1-2 ", "since ", "first week of ", "Q3 last ", "d "],
)
def test_many_words_cost_no_more_than_few_each(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = list[int]()
    word = Cursor.word

    def counted(cursor: Cursor, at: int, *names: str) -> tuple[int, int] | None:
        looked_up.append(at)
        return word(cursor, at, *names)

    monkeypatch.setattr(Cursor, "word", counted)
    costs: list[int] = []
    for repeats in (20, 40):
        looked_up.clear()
        list(find_dates(part * repeats, MONDAY))
        costs.append(len(looked_up))
    assert costs[1] <= 2.5 * costs[0]


def test_every_language_has_all_months_and_the_words_that_a_date_needs() -> None:
    for code, words in languages().items():
        meanings = {meaning for each in words.meanings.values() for meaning in each}
        assert code == "cjk" or {("month_name", number) for number in range(1, 13)} <= meanings
        assert {("today", 0), ("yesterday", 0), ("year", 0), ("last", 0), ("undated", 0)} <= meanings, code


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("2022-03", "March 2022"),
        ("since 2024", "since 1 January 2024"),
        ("<2024", "until 31 December 2023"),
        ("1960s", "1960–1969"),
    ],
)
def test_a_period_in_words(value: str, name: str) -> None:
    period = parse_period(value)
    assert period
    assert period_name(period) == name
    assert parse_period(str(period)) == period, "and in the query language"
