"""What was typed is read as a query, what was pasted as plain text, and what can be neither comes with an offer."""

import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dragoman.corpus.document import Document
from dragoman.corpus.fields import FIELDS
from dragoman.errors import QueryError
from dragoman.search.cli.search import search
from dragoman.search.cli.terminal import run
from dragoman.search.collection import Collection
from dragoman.search.language.input.plain import read_plain
from dragoman.search.language.input.texts import read
from dragoman.search.language.parser import parse
from dragoman.search.language.query import MAX_CLAUSES, MAX_QUERY_LENGTH, Dates, Filter, Near, Not, Phrase
from dragoman.search.language.unparser import understood, unparse
from dragoman.web.app import create_app
from support.programs import Ran, only_line

Making = Callable[..., Collection]
SHARED = Path(__file__).resolve().parents[2].parent / "shared"

TYPED = [
    'Lee Macron "strategic partnership"',
    'what did Trump mean by "fire and fury"?',
    '"strategic partnership" -Macron',
    "shuttl* OR visit~ person:Takaichi",
    "(treaty OR accord OR agreement OR pact) AND (peace OR ceasefire) -war country:France date:2025",
    '"memorandum of understanding" "civil nuclear cooperation" "United Arab Emirates" Barakah 2009 KEPCO reactor',
    "talks in Washington between Lee and the envoys of Japan and China on trade country:Japan.",
    'the treaty NEAR/5 "the border" as it was seen by those who lived on it in 1962.',
    '"peace talks"~5 between the two sides as they were reported at that time by Reuters.',
    "LEE AND MACRON",
    '"To be or not to be"',
    "country:France\nOR country:Japan",
    "„Helsinki-Gipfel“ -Trump",
    "“一带一路” 峰会",
]
"""Every sign in these is meant."""


@pytest.mark.parametrize("text", TYPED)
def test_what_is_typed_is_a_query(text: str) -> None:
    query = read(text)
    assert query.must
    assert (query.free, query.must, query.spans) == (parse(text).free, parse(text).must, parse(text).spans)
    assert not query.notices


PASTED = [
    'He said "we will win" on Monday.',
    'Trump: "We will win" in Ohio',
    '"I will not resign," the minister told reporters who had waited in the rain for an hour',
    "The parties\n- Lee\n-Macron",
    "Strategic Partnership: South Korea aims to deepen its ties -France too- and to sign a “pact” next year.",
    "PRESIDENT LEE AND MACRON SIGN PACT IN PARIS",
    "To: Embassy\nSubject: talks (see note 3",
    "„Wir werden nicht weichen“, sagte die Ministerin am Montag in Berlin.",
    "«Растет напряжение», — добавил он.",
    "他在周一的新闻发布会上说“我们绝不会退让一步”，并呼吁各方保持克制、继续谈判",
    'قال الوزير إن بلاده "لن تتراجع" عن موقفها في المفاوضات المقبلة مع الجانب الآخر',
    "Thủ tướng nói rằng đất nước “sẽ không lùi bước” trong các cuộc đàm phán sắp tới với phía bên kia",
    "The treaty* was signed ~ 1955 -- and (in part) kept - by all who had agreed to its terms: no more.",
]


@pytest.mark.parametrize("text", PASTED, ids=[ascii(text)[:30] for text in PASTED])
def test_what_is_pasted_demands_nothing(text: str) -> None:
    query = read(text)
    assert query.free
    assert not query.must
    assert query.meaning.split() == text.split()
    for word in query.free:
        assert query.text[word.column - 1 :].startswith(word.text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ('He said "we will win" on Monday.', '"we will win" He said on Monday'),
        ('Trump: "We will win" in Ohio', '"We will win" Trump: in Ohio'),
        ("Schlagzeile: »Krieg« und »Frieden«", '"Krieg" "Frieden" Schlagzeile: und'),
        ("TRUMP AND XI MEET", "(TRUMP AND XI) MEET"),
    ],
)
def test_what_pasted_text_would_demand_is_offered_with_its_other_words(text: str, question: str) -> None:
    (notice,) = read(text).notices
    assert (notice.kind, notice.question) == ("pasted", question)
    assert "plain text" in notice.text
    assert read(question).must == parse(text).must


def test_pasted_text_in_twelve_languages_is_neither_refused_nor_a_demand() -> None:
    stories = SHARED / "multi" / "ntrex.corpus.jsonl.xz"
    if not stories.exists():
        pytest.skip("needs ../shared/multi")
    with lzma.open(stories, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    assert not any(read(text[:MAX_QUERY_LENGTH]).must for text in texts[::40])
    some = [line for text in texts[::60] for line in text.split("\n") if any(map(str.isalnum, line))]
    assert sum(bool(read(line).must) for line in some) <= len(some) / 100


MENDED = [
    ("Paris:Lyon talks", ["Paris:Lyon", "talks"], "Paris"),
    ("contry:France", ["contry:France"], "contry"),
    ('talks in "Geneva', ["talks", "in", "Geneva"], '"'),
    ("talks) in Geneva", ["talks", "in", "Geneva"], ")"),
    ("(talks in Geneva", ["talks", "in", "Geneva"], "("),
    ('talks "" in “…” Geneva', ["talks", "in", "Geneva"], '""'),
    ("日時:東京", ["日時:東京"], "日時"),
    ("talks in Geneva OR", ["talks", "in", "Geneva", "OR"], "OR"),
    ("AND so to bed", ["AND", "so", "to", "bed"], "AND"),
    ("a --b", ["a", "b"], "--"),
    ("встреча:Женева", ["встреча:Женева"], "встреча"),
]


@pytest.mark.parametrize(("text", "words", "mark"), MENDED)
def test_what_is_no_language_is_text_and_the_searcher_is_told(text: str, words: list[str], mark: str) -> None:
    query = read(text)
    assert [word.text for word in query.free] == words
    assert not query.must
    (notice,) = query.notices
    assert notice.kind == "mended"
    assert notice.span
    assert text[notice.span.start : notice.span.end] == mark
    assert mark in notice.text or mark == "--"


JOINED = [
    ("country: Japan talks", "country:Japan talks"),
    ('person: "Lee Jae Myung"', 'person:"Lee Jae Myung"'),
    ("title: =talks", "title:=talks"),
    ("Title: Peace talks in Geneva", "Title:Peace talks in Geneva"),
    ("To: all staff", "To:all staff"),
    ("From: Dean Rusk <rusk@state.example>", "From:Dean Rusk <rusk@state.example>"),
    ("Date: 3 November 2025", 'Date:"3 November 2025"'),
    ("date: 2025-11 talks", "date:2025-11 talks"),
    ("Subject: Re: talks; From: Rusk", "Subject: Re: talks; From:Rusk"),
    ("Trump to: Kim", "Trump to:Kim"),
    ("country:", None),
    ("Re: to:", None),
    ("date: soon", None),
]


@pytest.mark.parametrize(("text", "question"), JOINED)
def test_a_field_before_a_blank_is_text_and_is_offered_with_its_value(text: str, question: str | None) -> None:
    query = read(text)
    assert query.free
    assert not any(isinstance(node, Filter | Dates) for node in query.must)
    assert question in [notice.question for notice in query.notices]
    assert all(notice.kind in ("mended", "pasted") for notice in query.notices)


TEXT_OF_ITS_OWN = [
    ("* Lee * Macron", "Lee Macron"),
    ("Opinion * Why NATO matters", "Opinion Why NATO matters"),
    ("2 * 3", "2 3"),
    ("SELECT * FROM letters", "SELECT FROM letters"),
    ("*Breaking* Lee resigns", "Breaking Lee resigns"),
    ("*Élysée declares* war", "Élysée declares war"),
    ("**breaking** Lee resigns", "breaking Lee resigns"),
    ("say **it now**.", "say it now ."),
    ("2*3 3*4=12 x*y", "2*3 3*4=12 x*y"),
    ("f(x)=x*2", "f x x*2"),
    ("/home/* C:/temp/*", "/home/* C:/temp/*"),
    ("www.example.com/x?y=z", "www.example.com/x?y=z"),
    ("example.co.kr/view?x=1 example.com?id=3", "example.co.kr/view?x=1 example.com?id=3"),
    ("a 5* hotel", "a 5* hotel"),
    ("GDP -3.2% in Q3", "GDP -3.2% in Q3"),
    ("temperatures of -5 to -10", "temperatures of -5 to -10"),
    ("-5°C -20% -1,000 -.5 -12km", "-5°C -20% -1,000 -.5 -12km"),
    ("git log --oneline", "git log oneline"),
    ("-----BEGIN letter", "BEGIN letter"),
    ("treaty --", "treaty"),
    ("100 km^2 of land", "100 km^2 of land"),
    ("E = mc^2 metres^2 f(x)^2", "E mc^2 metres^2 f x ^2"),
    ('דו"ח ארה"ב', 'דו"ח ארה"ב'),
    ('12" and 5" guns', '12" and 5" guns'),
    ("""5'10" and 6'2" tall""", """5'10" and 6'2" tall"""),
    ("TRUMP AND XI MEET", "TRUMP AND XI MEET"),
    ("NOT IN MY NAME", "NOT IN MY NAME"),
    ("TO BE OR NOT TO BE", "TO BE OR NOT TO BE"),
    ("PARIS: WAR AND PEACE", "PARIS: WAR AND PEACE"),
    ("Portland, OR", "Portland, OR"),
    ("Salem, OR weather", "Salem, OR weather"),
    ("OR Tambo airport", "OR Tambo airport"),
    ("to be or NOT", "to be or NOT"),
    ('="  $5', "$5"),
    ('-="" peace -"" talks', "peace talks"),
    ('a =" b', "a b"),
]


@pytest.mark.parametrize(("text", "words"), TEXT_OF_ITS_OWN, ids=[ascii(case[0]) for case in TEXT_OF_ITS_OWN])
def test_a_sign_that_belongs_to_the_text_neither_demands_nor_excludes(text: str, words: str) -> None:
    query = read(text)
    assert not query.must
    assert [word.text for word in query.free] == [word for word in words.split() if any(map(str.isalnum, word))]


SIGNS_THAT_ARE_MEANT = [
    ("crisis -1962 -9/11 -5G -38th", "NOT 1962 NOT 9/11 NOT 5G NOT 38th"),
    ("strateg* 19* *ship *nuclear* wom*n", "strateg* 19* *ship *nuclear* wom*n"),
    ('a 19" rack and "open standards"', '"open standards"'),
    ('他说"我们同意"了', '"我们同意"'),
    ("NATO OR EU", "(NATO OR EU)"),
    ("(NATO OR EU) SUMMIT", "(NATO OR EU)"),
    ('"PEACE TALKS" AND LEE', '("PEACE TALKS" AND LEE)'),
    ("GDP NOT 3.2%", "NOT 3.2%"),
    ("title:'peace' ", "title:'peace'"),
]


@pytest.mark.parametrize(("text", "constraints"), SIGNS_THAT_ARE_MEANT)
def test_a_sign_that_is_meant_constrains(text: str, constraints: str) -> None:
    query = read(text)
    assert " ".join(map(unparse, query.must)) == constraints
    assert all(parse(unparse(node)).must == (node,) for node in query.must)


def test_a_number_behind_a_minus_is_offered_as_what_is_excluded() -> None:
    (notice,) = read("GDP -3.2% in Q3").notices
    assert notice.question == "GDP NOT 3.2% in Q3"


def test_of_a_long_list_of_slips_the_first_are_told() -> None:
    assert len(read("to: a " * 9).notices) == 5


def test_a_range_is_offered_for_a_field_that_takes_one() -> None:
    assert [notice.question for notice in read("votes:10..20").notices] == [None]
    assert [notice.question for notice in read("dates:2024..2025").notices] == ["date:2024..2025"]


def test_a_field_that_is_misspelt_is_offered_as_it_is_called() -> None:
    assert [notice.question for notice in read("a contry:France b").notices] == ["a country:France b"]
    assert [notice.question for notice in read("Paris:Lyon").notices] == [None]
    assert all(f" {name}" in read("foo:bar").notices[0].text for name in FIELDS.names)


def test_a_constraint_that_was_not_typed_is_read_strictly(make_collection: Making) -> None:
    with make_collection([Document("1", "A treaty.")]) as collection:
        for where in ("foo:bar", '"treaty', "(treaty"):
            with pytest.raises(QueryError):
                collection.search("treaty", where=where)


OFFERED = [
    ("country:-Japan", "-country:Japan"),
    ("Makron~5", "Makron~2"),
    ('"a b"~', '"a b"~5'),
    ("a AND OR b", "a AND b"),
    ("a NEAR/500 b", "a NEAR/100 b"),
    ("+treaty talks", '"treaty" talks'),
    ("+(a OR b) c", "(a OR b) c"),
    ("treaty^4 talks", "treaty talks"),
    ("/tr.*/", "tr*"),
    ("/summits?/ talks", "summit* talks"),
    ("a || b && c", "a OR b AND c"),
    ("a !b", "a -b"),
    ("date:[2025-01 TO 2025-06]", "date:2025-01..2025-06"),
    ("date:[2025 TO *]", "date:2025.."),
    ("a near/5 b", "a NEAR/5 b"),
    ("a NEAR b", "a NEAR/5 b"),
    ("a (b OR)", "a b or"),
    ("-country: Japan talks", "-country:Japan talks"),
    ("a --country:Japan", "a -country:Japan"),
    ("title:NOT a", "NOT title:a"),
    ("country:NOT France harbour", "NOT country:France harbour"),
    ("title:'peace talks'", 'title:"peace talks"'),
    ("person:‘Lee Jae Myung’ talks", 'person:"Lee Jae Myung" talks'),
    ('a NEAR/3 "b c"~2', 'a NEAR/3 "b c"'),
    ('"b c"~2 NEAR/3 a', '"b c" NEAR/3 a'),
    ("person:Lee* talks", "person:Lee talks"),
    ("outlet:Yonhap~1", "outlet:Yonhap"),
    ("(peace OR war)^2", "(peace OR war)"),
]


@pytest.mark.parametrize(("text", "question"), OFFERED)
def test_an_error_offers_a_question_that_can_be_understood(text: str, question: str) -> None:
    with pytest.raises(QueryError) as caught:
        read(text)
    assert caught.value.question == question
    read(question)


def test_all_that_is_taken_word_for_word_demands_nothing() -> None:
    query = read('treaty -war "peace talks" country:France (a OR b) x* y~ =z NOT w', literal=True)
    assert not query.must
    assert [word.text for word in query.free] == [
        *"treaty war peace talks country France a OR b x y z NOT w".split()
    ]  # fmt: skip
    assert not query.notices
    with pytest.raises(QueryError, match="holds no word"):
        read(" – ", literal=True)


def test_of_a_long_text_the_words_that_tell_are_searched_for_and_the_whole_is_meant() -> None:
    filler = " ".join(f"filler{number} and the" for number in range(400))
    text = f"Opening words. {filler} Ridgway met Ridgway."
    query = read(text)
    kept = [word.text for word in query.free]
    assert len(kept) == MAX_CLAUSES
    assert {"Opening", "words.", "Ridgway", "filler0"} <= set(kept)
    assert not {"and", "the", "filler399"} & set(kept)
    assert query.meaning == text
    cut, pasted = query.notices
    assert (cut.kind, pasted.kind) == ("cut", "pasted")
    assert "1,205 words, the 256" in cut.text
    with pytest.raises(QueryError, match="shorten it"):
        read("a " * MAX_QUERY_LENGTH)


SIGNS = [*'"“”()«» -~*:=+^/!', "a", "Paris", "OR", "NEAR/5", "NEAR", "[a TO b]", ". ", "\n"]


@settings(deadline=None)
@given(st.text() | st.lists(st.sampled_from(SIGNS)).map("".join))
@example("a" + "\n" + "!b (")
@example('+"')
@example("(x)-.foo:a*")
@example("[a TO b] NEAR c AND")
def test_whatever_is_typed_is_read_or_refused_with_an_offer(text: str) -> None:
    for literal in (False, True):
        try:
            query = read(text, literal=literal)
        except QueryError as refusal:
            if refusal.question is not None:
                read(refusal.question)
            assert (refusal.column or 1) in range(1, len(text) + 2)  # noqa: PT017
            continue
        assert not (literal and query.must)
        json.dumps(understood(query), ensure_ascii=False).encode()
        assert not any(notice.span and notice.span.end > len(text) for notice in query.notices)


def test_every_face_takes_a_question_word_for_word_and_offers_another(
    make_collection: Making, capfd: pytest.CaptureFixture[str]
) -> None:
    with make_collection([Document("1", "A treaty of peace."), Document("2", "A war.")]) as collection:
        assert not collection.search("treaty -peace", mode="keyword").hits
        assert [hit.document.id for hit in collection.search("treaty -peace", literal=True, mode="keyword")] == ["1"]
        assert len(list(collection.export("treaty -peace", literal=True, mode="keyword"))) == 1
        client = create_app(collection).test_client()
        answer = client.get("/api/v1/search?q=treaty+-peace&literal=1&mode=keyword").get_json()
        assert (answer["total"], answer["understood"]["constraints"]) == (1, [])
        problem = client.get("/api/v1/search?q=treaty^4").get_json()
        assert (problem["question"], problem["column"]) == ("treaty", 7)
        page = client.get("/?q=%2Btreaty+<b>&mode=keyword")
        assert page.status_code == 400
        assert "Try: " in page.text
        assert "mode=keyword" in page.text
        assert "<b>" not in page.text
        folder = collection.path

    def ran(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as left:
            run(search, "search", [*arguments, "--collection", str(folder)])
        out, err = capfd.readouterr()
        return Ran(int(left.value.code or 0), out, err)

    assert only_line(ran("treaty^4")).endswith("leave it out (column 7); try: treaty")
    assert ran("treaty", "-peace", "--literal", "--mode", "keyword").code == 0
    assert ran("treaty", "-peace", "--mode", "keyword").code == 1


@pytest.mark.parametrize(
    "part", ["a:", 'a" ', "a: ", "-a ", "date:2025 ", "a*a*", "a? ", "(", "NOT ", '{"date": "2025-11-03"}, ']
)
def test_a_long_text_of_signs_is_read_in_the_time_of_a_few_words(part: str) -> None:
    text = "peace " + (part * MAX_QUERY_LENGTH)[: MAX_QUERY_LENGTH - 6]
    for literal in (False, True):
        assert read(text, literal=literal).free[0].text == "peace"


def test_plain_reading_and_the_fields_that_a_collection_has() -> None:
    query = read_plain("desk:Asia, (votes:3)")
    assert [word.text for word in query.free] == ["desk:Asia,", "votes:3"] or not query.must
    assert isinstance(read("-(a NEAR/5 b)").must[0], Not)
    assert isinstance(read("a NEAR/5 b").must[0], Near)
    assert read('"a b" country:France').must == (Phrase("a b"), Filter("country", "France"))
