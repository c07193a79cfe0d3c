"""What a text tells of itself: title, dateline, byline, countries, language; and what it must not be taken to tell."""

from dataclasses import replace
from datetime import date

import pytest

from dragoman.corpus.cleaning.clean import clean
from dragoman.corpus.dates.records import dates_in_address, parse_dates
from dragoman.corpus.description.countries import canonical_country, country_mentions
from dragoman.corpus.description.describe import describe
from dragoman.corpus.description.head.datelines import Dateline, find_dateline, with_year
from dragoman.corpus.description.head.labels import find_byline, find_date_line, find_place_line
from dragoman.corpus.description.languages import language_code, language_of_script
from dragoman.corpus.document import DateInterval, Document
from dragoman.corpus.splitting.title_line import without_title
from support.places import SEEDS


def described(name: str) -> Document:
    (path,) = SEEDS.glob(f"{name}*.txt")
    cleaned = clean(path.read_text(encoding="utf-8"))
    return describe(Document(id="x", text=cleaned.text), cleaned.cut)


def title_of(text: str) -> str:
    return describe(Document(id="x", text=text)).title


@pytest.mark.shared("seeds")
def test_an_article_with_headline_and_dateline() -> None:
    document = described("000")
    assert document.title == (
        "Can South Korean President Lee Strengthen Ties with France During Discussions with Macron?"
    )
    assert (document.place, document.outlet, document.author) == ("Johannesburg", "NationPress", "")
    assert document.dates is None  # the dateline has no year
    assert document.countries[:2] == ("South Korea", "France")
    assert "South Africa" in document.countries


@pytest.mark.shared("seeds")
def test_an_article_without_headline_is_called_by_its_first_sentence() -> None:
    document = described("001")
    assert document.title == (
        "President Lee Jae Myung of South Korea is set to visit Japan for a crucial summit with"
        " Prime Minister Sanae Takaichi…"
    )
    assert document.author == "Saif Rahman"
    assert document.dates is None
    assert document.countries == ("South Korea", "Japan", "China", "North Korea")


@pytest.mark.shared("seeds")
def test_a_date_in_the_running_text_is_not_the_document_s() -> None:
    document = described("004")
    assert document.title == "South Korea’s Lee Pushes for US-North Korea Talks at Trump Summit"
    assert document.dates is None
    assert (document.place, document.outlet, document.author) == ("", "", "")
    assert document.countries[:3] == ("South Korea", "United States", "North Korea")


def test_what_is_given_stays() -> None:
    given = Document(
        id="x",
        text="A Headline of Its Own\nPARIS, 3 May 2020 (AFP) — Lee met Macron in France. By Jane Doe",
        title="Given",
        place="Seoul",
        outlet="Ours",
        dates=DateInterval(date(2025, 1, 1), date(2025, 1, 1)),
        author="John Roe",
        language="fr",
        countries=("Japan",),
    )
    assert replace(describe(given), provenance={}) == given
    assert set(describe(given).provenance.values()) == {"given"}


@pytest.mark.parametrize(
    ("line", "place", "outlet", "day"),
    [
        ("Johannesburg, Nov 23 (NationPress) South Korean President", "Johannesburg", "NationPress", (11, 23)),
        ("SEOUL, Nov. 23 (Yonhap) -- The president", "Seoul", "Yonhap", (11, 23)),
        ("WASHINGTON (AP) — The president", "Washington", "AP", None),
        ("SEOUL, South Korea (AP) — The president", "Seoul", "AP", None),
        ("PARIS, 23 November 2025 — The president", "Paris", "", date(2025, 11, 23)),
        ("UNITED NATIONS, Nov 3, 2025 (Xinhua) -- The", "United Nations", "Xinhua", date(2025, 11, 3)),
        ("Washington , 2 January 1951.", "Washington", "", date(1951, 1, 2)),
        ("Washington, January 19, 1960, 3:30–5:30 p.m.", "Washington", "", date(1960, 1, 19)),
        ("Moscow, February 30, 1960", "Moscow", "", None),
    ],
)
def test_datelines(line: str, place: str, outlet: str, day: date | tuple[int, int] | None) -> None:
    dates = DateInterval(day, day) if isinstance(day, date) else None
    assert find_dateline([line]) == Dateline(place, outlet, dates, day if isinstance(day, tuple) else None)


@pytest.mark.parametrize(
    "line",
    [
        "President Lee (Democratic Party) said",
        "He went to Paris, Nov. 23 (a Sunday)",
        "The Minister (Kono) said that he",
        "On March 5 – the day after – he left",
        "In Paris, Nov. 23 – a Sunday – he spoke",
        "",
    ],
)
def test_what_is_no_dateline(line: str) -> None:
    assert find_dateline([line]) == Dateline()


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (["Ned Price, Department Spokesperson", "Geneva, Switzerland", "Hotel Bristol"], "Geneva"),
        (["Los Angeles, California"], "Los Angeles"),
        (["WASHINGTON, D.C."], "Washington"),
        (["Washington DC"], "Washington"),
        (["College Park, MD"], "College Park"),
        (["JERUSALEM"], "Jerusalem"),
        (["Josep Borrell, High Representative", "Hotel Bristol", "Via Teleconference"], ""),
        (["Paris, France", "Rome, Italy", "Vienna, Austria"], ""),
        (["x" * 200 + ".", "Geneva, Switzerland"], ""),
    ],
)
def test_a_line_that_is_nothing_but_a_place(lines: list[str], place: str) -> None:
    assert find_place_line(lines) == place


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["Media Note / September 3, 2024"], "2024-09-03"),
        (["Media Note", "September 3, 2024"], "2024-09-03"),
        (["Published: Nov. 24, 2025 10:15 IST"], "2025-11-24"),
        (["Last updated on 25 November 2025", "Posted on 24 November 2025"], "2025-11-24"),
        (["Updated: 25 November 2025, 9.30 p.m."], "2025-11-25"),
        (["Sunday, 23rd November 2025"], "2025-11-23"),
        (["2025年11月23日"], "2025-11-23"),
        (["입력 2025.11.23 10:30"], "2025-11-23"),
        (["Treaty of 19 January 1960"], "None"),
        (["They meet on October 1, 2023"], "None"),
        (["Born: May 3, 1960"], "None"),
        (["“We shall meet again.”", "March 11, 2021"], "None"),
        (["x" * 200 + ".", "March 11, 2021"], "None"),
        (["A Headline without End " * 6, "March 11, 2021"], "2021-03-11"),
        (["Published: February 30, 2025"], "None"),
    ],
)
def test_a_line_that_is_nothing_but_a_date(lines: list[str], day: str) -> None:
    assert str(find_date_line(lines)) == day


@pytest.mark.parametrize(
    ("address", "dates"),
    [
        ("https://e.org/2025/11/23/lee-macron", "2025-11-23"),
        ("https://e.org/world/2025/nov/23/lee-macron", "2025-11-23"),
        ("https://e.org/2025/11/lee-macron", "2025-11-01..2025-11-30"),
        ("https://e.org/2025/lee-macron", "2025-01-01..2025-12-31"),
        ("2025-11-23_nationpress.txt", "2025-11-23"),
        ("nationpress-20251123.txt", "2025-11-23"),
        ("https://e.org/agenda-2030", "None"),
        ("https://e.org/article/20251123045", "None"),
        ("https://e.org/1582045946_459487.html", "None"),
        ("", "None"),
    ],
)
def test_the_date_that_an_address_shows(address: str, dates: str) -> None:
    assert str(dates_in_address(address)) == dates


def test_the_year_of_a_dateline_comes_from_what_is_near() -> None:
    def near(day: tuple[int, int], text: str) -> str:
        dates = parse_dates(text)
        assert dates is not None
        return str(with_year(day, dates))

    assert near((11, 23), "2025-11-25") == "2025-11-23"
    assert near((12, 30), "2026-01-02") == "2025-12-30"
    assert near((1, 2), "2025-12-30") == "2026-01-02"
    assert near((11, 23), "2025") == "2025-11-23"
    assert near((5, 1), "2025-11-25") == "None"
    assert near((2, 29), "2025-03-01") == "None"


def test_where_each_field_comes_from() -> None:
    text = (
        "Lee and Macron Meet\n\nJohannesburg, Nov 23 (NationPress) South Korean President Lee Jae Myung met the French"
        " president, who had come from Paris, on the sidelines of the summit of the Group of 20 nations.\nBy Jane Doe"
    )
    given = Document(id="x", text=text, url="https://e.org/2025/11/24/lee", kind="news")
    document = describe(given)
    assert str(document.dates) == "2025-11-23"
    assert document.provenance == {
        "title": "extracted", "dates": "inferred", "place": "extracted", "outlet": "extracted", "author": "extracted",
        "url": "given", "kind": "given", "language": "inferred", "countries": "extracted", "people": "extracted",
    }  # fmt: skip
    assert describe(document) == document
    assert Document.from_description(document.description(), document.text) == document


@pytest.mark.parametrize(
    ("cut", "url", "dates", "how"),
    [
        (["Updated: November 24, 2025"], "", "2025-11-23", "inferred"),
        ([], "https://e.org/2025/11/lee", "2025-11-23", "inferred"),
        ([], "https://e.org/2024/05/01/lee", "2024-05-01", "inferred"),
        (["October 1, 2023"], "", "None", None),
        ([], "", "None", None),
    ],
)
def test_a_dateline_without_a_year(cut: list[str], url: str, dates: str, how: str | None) -> None:
    text = "Johannesburg, Nov 23 (NationPress) Lee met Macron. He had taken office on June 4, 2023, in Seoul."
    document = describe(Document(id="x", text=text, url=url), cut)
    assert str(document.dates) == dates
    assert document.provenance.get("dates") == how


def test_a_ministry_s_statement_is_not_called_by_its_letterhead() -> None:
    text = (
        "Antony J. Blinken, Secretary of State\n\nGeneva, Switzerland\n\nTreaty Room\n\nThe two sides met and agreed."
    )
    document = describe(Document(id="x", text=text))
    assert (document.title, document.provenance["title"]) == ("The two sides met and agreed", "inferred")
    assert (document.author, document.place) == ("Antony J. Blinken", "Geneva")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("By Jane Doe", "Jane Doe"),
        ("Post by : Saif Rahman", "Saif Rahman"),
        ("BY JANE DOE, Chief Correspondent", "Jane Doe"),
        ("Written by: Ahmed al-Masri", "Ahmed al-Masri"),
        ("By Staff Writer", ""),
        ("By Friday Morning", ""),
        ("By the way, he left", ""),
        ("Editorial", ""),
        ("Ned Price, Department Spokesperson", "Ned Price"),
        ("Antony J. Blinken, Secretary of State", "Antony J. Blinken"),
        ("Seoul, Capital of Korea", ""),
    ],
)
def test_bylines(line: str, name: str) -> None:
    assert find_byline(["An Article of Note", line]) == name


def test_a_first_line_that_is_the_title_leaves_the_text_and_a_first_sentence_stays() -> None:
    assert without_title("Lee Meets Macron\n\nThey spoke.", "Lee meets  Macron") == "They spoke."
    assert without_title("They met.\nThey spoke.", title_of("They met.\nThey spoke.")) == "They met.\nThey spoke."
    assert without_title("Lee Meets Macron\n", "Lee Meets Macron") == "Lee Meets Macron\n"


def test_titles() -> None:
    assert title_of("") == ""
    assert title_of("Lee and Macron meet in Seoul\n\nThey spoke.") == "Lee and Macron meet in Seoul"
    assert title_of("They met. They spoke at length of trade.") == "They spoke at length of trade"
    assert title_of("SEOUL, Nov 3 (Yonhap) -- Lee met Macron here.\nThey spoke.") == "Lee met Macron here"
    long = title_of("word " * 500)
    assert len(long) <= 121
    assert long.endswith("word…")


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("us", "United States"), ("U.S.", "United States"), ("USA", "United States"), ("KOR", "South Korea"),
        ("kr", "South Korea"), ("ROK", "South Korea"), ("Republic of Korea", "South Korea"),
        ("Korea, Republic of", "South Korea"), ("DPRK", "North Korea"), ("PRC", "China"), ("UK", "United Kingdom"),
        ("U.A.E.", "United Arab Emirates"), ("Turkey", "Türkiye"), ("Turkiye", "Türkiye"), ("TÜRKİYE", "Türkiye"),
        ("Russian Federation", "Russia"), ("the Vatican", "Holy See"), ("State of Palestine", "Palestine"),
        ("TWN", "Taiwan"), ("Republic of China", "Taiwan"), ("Kosovo", "Kosovo"), ("EU", "European Union"),
        ("Viet Nam", "Vietnam"), ("Lao People's Democratic Republic", "Laos"), ("the Netherlands", "Netherlands"),
        ("Bolivia, Plurinational State of", "Bolivia"), ("Cote d'Ivoire", "Côte d’Ivoire"), ("Burma", "Myanmar"),
        ("Czech Republic", "Czechia"), ("St. Lucia", "Saint Lucia"), ("Brunei Darussalam", "Brunei"),
        ("Syrian Arab Republic", "Syria"), ("Tanzania, United Republic of", "Tanzania"), ("USSR", "Soviet Union"),
        ("Korea", None), ("Congo", None), ("Nowhere", None), ("", None),
    ],
)  # fmt: skip
def test_one_usual_name_for_each_country(name: str, country: str | None) -> None:
    assert canonical_country(name) == country


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("North Koreans and South Korean troops met the French.", ["North Korea", "South Korea", "France"]),
        ("US-North Korea talks, the EU-India deal and U.S.-Japan ties",
         ["United States", "North Korea", "European Union", "India", "Japan"]),
        ("He told us that they would join us.", []),
        ("LET US GO TO FRANCE TOGETHER", ["France"]),
        ("US AND CHINA AGREE\nThe US and China agree.", ["China", "United States"]),
        ("an american in Latin America", []),
        ("ships of the Indian Ocean and the South China Sea", []),
        ("Equatorial Guinea, Papua New Guinea, Guinea-Bissau and Guinea",
         ["Equatorial Guinea", "Papua New Guinea", "Guinea-Bissau", "Guinea"]),
        ("Niger is not Nigeria, and the Niger Delta is neither", ["Niger", "Nigeria"]),
        ("roast turkey for Turkey and the Turkish guests", ["Türkiye"]),
        ("He flew to Atlanta, Georgia, to meet the governor.", []),
        ("Russia and Georgia fought over South Ossetia.", ["Russia", "Georgia"]),
        ("Michael Jordan, Jordan Bardella and Chad Smith", []),
        ("Jordan’s king; Jordan Says It Will Help; talks in Chad", ["Jordan", "Chad"]),
        ("the People’s Republic of China and the Republic of China", ["China", "Taiwan"]),
        ("the Democratic People's Republic of Korea and the Republic of Korea", ["North Korea", "South Korea"]),
        ("the U.S.S.R. and the U.S.", ["Soviet Union", "United States"]),
        ("Sudan, South Sudan, Dominica, the Dominican Republic",
         ["Sudan", "South Sudan", "Dominica", "Dominican Republic"]),
        ("Somaliland, Indiana and Omanis", ["Oman"]),
        ("Seoul’s government met the Beijing leadership; Tokyo agreed.", ["South Korea", "China", "Japan"]),
        ("They met in Seoul, Paris and Washington. George Washington said so. Paris Hilton said no.", []),
        ("Agents raided the Hyundai plant. Three hundred workers in Georgia were held.", []),
        ("Georgia held a vote. Crowds gathered in Tbilisi. Hyundai sells cars there.", ["Georgia"]),
        ("Turkey is served with roast Turkey in Turkey", ["Türkiye"]),
        ("Jordan scored for Chicago, as Michael Jordan had; Air Jordan sold well in Jordan.", ["Jordan"]),
    ],
)  # fmt: skip
def test_countries_that_a_text_names(text: str, countries: list[str]) -> None:
    assert list(dict.fromkeys(mention.country for mention in country_mentions(text))) == countries


def test_a_country_named_once_in_passing_is_not_what_a_document_is_about() -> None:
    first = (
        "The presidents of France and Brazil met on Monday to speak about trade, forests and the coming climate summit."
    )
    text = f"{first} They sat for hours.\n\nBelgium was named once. Peru was named. Peru was named again."
    assert describe(Document(id="x", text=text)).countries == ("France", "Brazil", "Peru")


@pytest.mark.parametrize(
    ("text", "code"),
    [("대통령은 프랑스를 방문했다", "ko"), ("首相はフランスを訪問した", "ja"), ("两国领导人举行会晤", "zh"),
     ("زار الرئيس فرنسا", "ar"),
     ("Президент прибыл", ""), ("The president", ""), ("Η Ελλάδα συμφώνησε", "el"), ("", ""), ("123 …", ""),
     ("The word 한국 is Korean for Korea", "")],
)  # fmt: skip
def test_the_language_of_a_script(text: str, code: str) -> None:
    assert language_of_script(text) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [("eng", "en"), ("en-US", "en"), ("English", "en"), ("ger", "de"), ("deu", "de"), ("zho-CN", "zh"), ("cmn", "zh"),
     ("xx", None), ("", None)],
)  # fmt: skip
def test_language_codes(name: str, code: str | None) -> None:
    assert language_code(name) == code


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2025-11-22", "2025-11-22"), ("2025-11", "2025-11-01..2025-11-30"), (1950, "1950-01-01..1950-12-31"),
     ("2025-11-22T10:00:00Z", "2025-11-22"), ("March 1950", "1950-03-01..1950-03-31"), ("Nov. 22, 2025", "2025-11-22"),
     ("22 SEPT. 2025", "2025-09-22"), ("1st Sep 2025", "2025-09-01"),
     ("Sat, 22 Nov 2025 10:00:00 GMT", "2025-11-22"), ("1950-03-00", "1950-03-01..1950-03-31"),
     (["2025-08-23", "2025-08-24"], "2025-08-23..2025-08-24"), ("2025-08-23/2025-08-24", "2025-08-23..2025-08-24"),
     ("2024-02", "2024-02-01..2024-02-29"), (date(2025, 1, 2), "2025-01-02"), ("", "None"), (None, "None")],
)  # fmt: skip
def test_dates_are_read_as_intervals(value: object, shown: str) -> None:
    assert str(parse_dates(value)) == shown


@pytest.mark.parametrize(
    "value",
    ["soon", "2025-02-30", "2025-13", True, 3.5, {}, [1, 2, 3], [[["2025"]]], 10**30, "0000", "..", "22 Sepember 2025"],
)
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"is not a date|no day of the calendar"):
        parse_dates(value)
