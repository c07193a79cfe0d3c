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
from dragoman.search.language.query import MAX_CLAUSES, MAX_QUERY_LENGTH, Filter, Near, Not, Phrase
from dragoman.search.language.unparser import understood
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


def test_a_phrase_of_pasted_text_is_offered_by_itself() -> None:
    (notice,) = read('He said "we will win" on Monday.').notices
    assert (notice.kind, notice.question) == ("pasted", '"we will win"')
    assert "plain text" in notice.text


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
    assert mark in notice.text


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
    ("country: Japan talks", "country:Japan talks"),
    ('person: "Lee Jae Myung"', 'person:"Lee Jae Myung"'),
    ("title: =talks", "title:=talks"),
    ("country:-Japan", "-country:Japan"),
    ("a --b", "a -b"),
    ("Makron~5", "Makron~2"),
    ('"a b"~', '"a b"~5'),
    ("a OR", "a"),
    ("OR a", "a"),
    ("a AND OR b", "a AND b"),
    ("a NEAR/500 b", "a NEAR/100 b"),
    ("treaty *", "treaty"),
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
    ("country:", "country"),
    ("a (b OR)", "a b or"),
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
