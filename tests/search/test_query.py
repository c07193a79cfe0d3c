"""The query language: what each form of it means, where each error points, and that canonical text parses back."""

import json
import subprocess
import sys
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dragoman.corpus.fields import FIELDS
from dragoman.errors import QueryError
from dragoman.search.language.date_values import parse_date_range
from dragoman.search.language.parser import parse, parse_constraints
from dragoman.search.language.query import (
    MAX_CLAUSES,
    MAX_DEPTH,
    MAX_QUERY_LENGTH,
    And,
    Dates,
    Filter,
    Fuzzy,
    Near,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Query,
    Word,
    leaves,
)
from dragoman.search.language.scanning import TEXT_FIELDS, token_in
from dragoman.search.language.unparser import understood, unparse
from support.bounds import allowed

A, B, C, D = (Word(letter) for letter in "abcd")
NOVEMBER = Dates(date(2025, 11, 1), date(2025, 11, 30))

# The query, its free words, what constrains.
UNDERSTOOD: list[tuple[str, list[str], list[Node]]] = [
    # Words are what was typed between spaces.
    ("Lee Macron strategic partnership", ["Lee", "Macron", "strategic", "partnership"], []),
    ("what did France ask?", ["what", "did", "France", "ask?"], []),
    ("really?! really?? ¿sí?", ["really?!", "really??", "¿sí?"], []),
    ("trust-building U.S. 28,500 Lee's Korea-US", ["trust-building", "U.S.", "28,500", "Lee's", "Korea-US"], []),
    ("https://example.org/a?b=*~1 10:25 and or not", ["https://example.org/a?b=*~1", "10:25", "and", "or", "not"], []),
    ("Macron: we agree", ["Macron:", "we", "agree"], []),
    ("ask?—said a~b ~5 11~13 5~6", ["ask?—said", "a~b", "~5", "11~13", "5~6"], []),
    ("프랑스 大统领 Élysée हिन्दी", ["프랑스", "大统领", "Élysée", "हिन्दी"], []),
    ("a\x00b\tc\ud800d\u200be", ["a", "b", "c", "d", "e"], []),
    ("（a OR b）", [], [Or((Word("（a"), Word("b）")))]),
    # Punctuation standing alone is ignored.
    ("a - b – — , ... ~ ? -- ->", ["a", "b"], []),
    ("a AND – b", [], [And((A, B))]),
    ("( - a )", ["a"], []),
    # Phrases.
    ('"strategic  partnership"', [], [Phrase("strategic partnership")]),
    ("a“b c”d", ["a", "d"], [Phrase("b c")]),
    ("„a b“ „a b” «a b» »a b« ”a b”", [], [Phrase("a b")] * 5),
    ('“the "grand" plan”', [], [Phrase('the "grand" plan')]),
    ("'a b'", ["'a", "b'"], []),
    ('"a* b? c~ -d OR title:e (f"', [], [Phrase("a* b? c~ -d OR title:e (f")]),
    # Patterns.
    ("strateg*", [], [Pattern("strateg*")]),
    ("*ship wom?n ?ee", [], [Pattern("*ship"), Pattern("wom?n"), Pattern("?ee")]),
    ("wild*? 'wild*', wild*!", [], [Pattern("wild*")] * 3),
    # Fuzzy words.
    ("Makron~ Makron~1 Makron~2", [], [Fuzzy("Makron", None), Fuzzy("Makron", 1), Fuzzy("Makron", 2)]),
    ("Makron~, Makron~1? 'Makron~2.'", [], [Fuzzy("Makron", None), Fuzzy("Makron", 1), Fuzzy("Makron", 2)]),
    # Fields.
    ("title:summit TEXT:summit", [], [Word("summit", "title"), Word("summit", "text")]),
    ('title:"a b"', [], [Phrase("a b", "title")]),
    ("title:sum* title:summ~1", [], [Pattern("sum*", "title"), Fuzzy("summ", 1, "title")]),
    ("title:OR title:10:25", [], [Word("OR", "title"), Word("10:25", "title")]),
    ("title:(a)", [], [Word("a", "title")]),
    ("title:(a b)", [], [And((Word("a", "title"), Word("b", "title")))]),
    ('title:(a OR "b c") d', ["d"], [Or((Word("a", "title"), Phrase("b c", "title")))]),
    ("-title:(a -b)", [], [Not(And((Word("a", "title"), Not(Word("b", "title")))))]),
    # Filters.
    ("country:France, Country:Japan?", [], [Filter("country", "France"), Filter("country", "Japan")]),
    ('person:"Lee Jae-myung" outlet:Yahoo!', [], [Filter("person", "Lee Jae-myung"), Filter("outlet", "Yahoo!")]),
    ("place:Seoul kind:news", [], [Filter("place", "Seoul"), Filter("kind", "news")]),
    ("lang:en language:fr", [], [Filter("lang", "en"), Filter("lang", "fr")]),
    ("country:U.S.", [], [Filter("country", "U.S.")]),
    ('outlet:"A*"', [], [Filter("outlet", "A*")]),
    (
        'country:="South Korea" OUTLET:=Yahoo!',
        [],
        [Filter("country", "South Korea", True), Filter("outlet", "Yahoo!", True)],
    ),
    ('-person:=Lee, outlet:="A*"', [], [Not(Filter("person", "Lee", True)), Filter("outlet", "A*", True)]),
    ('outlet:="***" outlet:="-x"', [], [Filter("outlet", "***", True), Filter("outlet", "-x", True)]),
    (
        'country:=(Japan OR "South Korea") kind:news',
        [],
        [Or((Filter("country", "Japan", True), Filter("country", "South Korea", True))), Filter("kind", "news")],
    ),
    ('outlet:"=A" title:(=a) a:= b', ["a:=", "b"], [Filter("outlet", "=A"), Word("a", "title", exact=True)]),
    # Exact words.
    ("=treaty of (=Paris) x=y =", ["of", "x=y"], [Word("treaty", exact=True), Word("Paris", exact=True)]),
    (
        '-=treaty ="peace treaties" =cease-fire',
        [],
        [Not(Word("treaty", exact=True)), Phrase("peace treaties", exact=True), Word("cease-fire", exact=True)],
    ),
    ("=Путин =習近平 ==x =-x", ["==x", "=-x"], [Word("Путин", exact=True), Word("習近平", exact=True)]),
    ('title:=treaty title:="a b"', [], [Word("treaty", "title", exact=True), Phrase("a b", "title", exact=True)]),
    ("country:(=Japan OR =China)", [], [Or((Filter("country", "Japan", True), Filter("country", "China", True)))]),
    # Words near each other.
    (
        '"a b"~5 title:"c d"~12, “a b”~1?',
        [],
        [Phrase("a b", slop=5), Phrase("c d", "title", slop=12), Phrase("a b", slop=1)],
    ),
    ('="a b"~3 -"c d"~0', [], [Phrase("a b", exact=True, slop=3), Not(Phrase("c d"))]),
    ("a NEAR/5 b", [], [Near(A, B, 5)]),
    ('x "a b" NEAR/s c*', ["x"], [Near(Phrase("a b"), Pattern("c*"), None)]),
    ("a NEAR/5 b~ AND =c OR d", [], [Or((And((Near(A, Fuzzy("b"), 5), Word("c", exact=True))), D))]),
    ("(a OR (b OR c)) NEAR/S d", [], [Near(Or((A, Or((B, C)))), D, None)]),
    ("a NEAR/5 b NEAR/2 c", [], [And((Near(A, B, 5), Near(B, C, 2)))]),
    ("title:(a NEAR/5 b) -(a NEAR/0 b)", [], [Near(Word("a", "title"), Word("b", "title"), 5), Not(Near(A, B, 0))]),
    ("NEAR the front, near 5", ["NEAR", "the", "front,", "near", "5"], []),
    # What has an operator's shape in part only is text.
    (
        "+49 30 and/or /s/ AT&T C++ x^2 10^6 a|b wow! /usr/bin [sic] Canal+ & |",
        ["+49", "30", "and/or", "/s/", "AT&T", "C++", "x^2", "10^6", "a|b", "wow!", "/usr/bin", "[sic]", "Canal+"],
        [],
    ),
    ('"+a ^4 || /a*/ !b [a TO b]"', [], [Phrase("+a ^4 || /a*/ !b [a TO b]")]),
    ("country:(Japan OR China)", [], [Or((Filter("country", "Japan"), Filter("country", "China")))]),
    ("country:(Japan -China)", [], [And((Filter("country", "Japan"), Not(Filter("country", "China"))))]),
    # Dates.
    ("date:2025-11", [], [NOVEMBER]),
    ('date:"2025-11" DATE:2025-11,', [], [NOVEMBER] * 2),
    ("date:(2025-11 OR 2026)", [], [Or((NOVEMBER, Dates(date(2026, 1, 1), date(2026, 12, 31))))]),
    # Operators.
    ("-Macron", [], [Not(Word("Macron"))]),
    ("NOT Macron", [], [Not(Word("Macron"))]),
    ('-"a b" -title:a', [], [Not(Phrase("a b")), Not(Word("a", "title"))]),
    ("-country:Japan -wild*", [], [Not(Filter("country", "Japan")), Not(Pattern("wild*"))]),
    ("-(a b)", [], [Not(And((A, B)))]),
    ("NOT NOT a", [], [Not(Not(A))]),
    ("Lee Macron OR Xi", ["Lee"], [Or((Word("Macron"), Word("Xi")))]),
    ("a AND b OR c AND -d", [], [Or((And((A, B)), And((C, Not(D)))))]),
    ("a AND (b OR c)", [], [And((A, Or((B, C))))]),
    ("(a b) OR (c (d))", [], [Or((And((A, B)), And((C, D))))]),
    ("a OR b OR c", [], [Or((A, B, C))]),
    ("(a OR b)c", ["c"], [Or((A, B))]),
    ("(a)-b", ["a", "b"], []),
    ("a (b (c -d))", ["a", "b", "c"], [Not(D)]),
]


@pytest.mark.parametrize(("text", "free", "must"), UNDERSTOOD, ids=[case[0] for case in UNDERSTOOD])
def test_a_query_is_understood(text: str, free: list[str], must: list[Node]) -> None:
    query = parse(text)
    assert [word.text for word in query.free] == free
    assert list(query.must) == must
    assert not any(word.field for word in query.free)


# The query, the column of the culprit, a part of what the message says.
REFUSED: list[tuple[str, int | None, str]] = [
    ("", None, "holds no word"),
    (" \t\0 – ... \ud800", None, "holds no word"),
    ("🚀 ~ ?!", None, "holds no word"),
    ("a" * (MAX_QUERY_LENGTH + 1), None, f"{MAX_QUERY_LENGTH + 1} characters, more than {MAX_QUERY_LENGTH}"),
    ("(" * 100_000, None, "shorten it"),
    ("a (b", 3, "never closed"),
    ("a) b", 2, "closes nothing"),
    ("\ud800 a)", 4, "closes nothing"),
    ("a ()", 3, "empty"),
    ("a (–)", 3, "empty"),
    ("title:()", 7, "empty"),
    ('Lee "a b', 5, "never closed"),
    ("Lee “a b", 5, "never closed"),
    ('Lee "a b“', 5, "never closed"),
    ('Lee ""', 5, "holds no word"),
    ('Lee "?!"', 5, "holds no word"),
    ("a OR", 3, "right"),
    ("a OR OR b", 3, "right"),
    ("(a AND) b", 4, "right"),
    ("NOT", 1, "right"),
    ("a -OR b", 3, "right"),
    ("OR a", 1, "left"),
    ("a (AND b)", 4, "left"),
    ("a --b", 3, "too many dashes"),
    ("a *", 3, "at least one letter"),
    ("a ?*", 3, "at least one letter"),
    ("title:*", 7, "at least one letter"),
    ("a *://", 3, "at least one letter"),
    ('"a b"~', 6, "write ~5, 100 at most"),
    ('"a b"~0.8', 6, "write ~5"),
    ('"a b"~101', 6, "100 at most"),
    ("(a b)~", 6, "not with a group"),
    ('country:"a b"~5', 14, "leave out the ~"),
    ("a =b*", 3, "no wildcard"),
    ("a =b~", 3, "no wildcard"),
    ("title:=b*", 8, "no wildcard"),
    ("a =title:b", 3, "title:=…"),
    ("a +b", 3, "+ means nothing here: to demand a word, quote it"),
    ('a +"b c"', 3, "+ means nothing"),
    ("+(a OR b)", 1, "+ means nothing"),
    ("a treaty^4", 9, "leave it out"),
    ('a "b c"^2.5', 8, "^ means nothing"),
    ("a ^4", 3, "^ means nothing"),
    ("a /tr.*/", 3, "write * for any letters"),
    ("title:/tr(y|ies)?/", 7, "regular expressions"),
    ("a || b", 3, "write OR"),
    ("a && b", 3, "write AND"),
    ("a !b", 3, "write -word"),
    ("date:[2025 TO 2026]", 6, "with two dots"),
    ("votes:{1 TO *}", 7, "votes:10..20"),
    ("a near/5 b", 3, "NEAR/5"),
    ("a NEAR b", 3, "how many words may stand between"),
    ("a NEAR/x b", 3, "NEAR/s for the same sentence"),
    ("NEAR/5 a", 1, "left"),
    ("a NEAR/5", 3, "right"),
    ("a NEAR/5 -b", 3, "write -(…)"),
    ("-a NEAR/5 b", 4, "write -(…)"),
    ("a NEAR/5 (b AND c)", 3, "words, phrases and (groups OR of these)"),
    ("a NEAR/5 (b OR title:c)", 3, "joins words"),
    ('a NEAR/5 "b c"~2', 3, "joins words"),
    ("a NEAR/5 country:France", 3, "joins words"),
    ("a NEAR/101 b", 3, "NEAR/100 at most"),
    ("Makron~3", 7, "~, ~1 or ~2"),
    ("Makron~0.8", 7, "~, ~1 or ~2"),
    ("a title:Makron~12", 15, "~, ~1 or ~2"),
    ("Mak*n~", 1, "not both"),
    ("a foo:bar", 3, "unknown field 'foo': use country, "),
    ('a foo:"bar"', 3, "quote it"),
    ("a -foo:bar", 4, "unknown field"),
    ("country:", 1, "needs a value"),
    ("a -country: Japan", 4, "needs a value"),
    ("(title:)", 2, "needs a value"),
    ("country:?", 9, "needs a letter or digit"),
    ("a country:=", 3, "needs a value right after the ="),
    ("a country:= Japan", 3, "needs a value right after the ="),
    ('country:=""', 10, "holds no word"),
    ("country:=Ja*", 10, "no wildcard"),
    (
        "-date:=2025",
        2,
        "only country, person, outlet, place, kind, lang, author, topic, from",
    ),
    ("foo:=bar", 1, "unknown field"),
    ("title:-a", 7, "-title:a"),
    ("country:-Japan", 9, "-country:Japan"),
    ("country:Ja*", 9, "no wildcard"),
    ("person:Lee~", 8, "no wildcard"),
    ("title:(a country:Japan)", 10, "close that first"),
    ("a date:someday", 8, "'someday' is no date: write 2025, 2025-11, 2025-11-22"),
    ("a date:2025-11-31", 8, "'2025-11-31' is no date: November has 30 days"),
    ("date:2025-13..2026", 6, "a year has 12 months"),
    ('date:"29 February 2025"', 6, "February 2025 has 28 days"),
    ("truce date:Nov 2025", 12, 'write date:"Nov 2025"'),
    ("date:2025 to 2026 truce", 6, 'write date:"2025 to 2026"'),
    ("date:last week truce", 6, 'write date:"last week"'),
    ("date:le 3 mars 2022", 6, 'write date:"le 3 mars 2022"'),
    ("a (date:since 2024) b", 9, 'write date:"since 2024"'),
    ("date:2026..2025", 6, "end before they begin"),
    ("date:..", 6, "is no date"),
    ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), MAX_DEPTH + 1, "deep"),
    ("NOT " * (MAX_DEPTH + 1) + "a", 4 * MAX_DEPTH + 1, "deep"),
    ("-(" * (MAX_DEPTH // 2) + "-a", 2 * (MAX_DEPTH // 2) + 1, "deep"),
    ("(" * MAX_QUERY_LENGTH, MAX_DEPTH + 1, "deep"),
    ("a " * MAX_CLAUSES + "title:(b)", 2 * MAX_CLAUSES + 8, "more than 256"),
]


@pytest.mark.parametrize(("text", "column", "message"), REFUSED, ids=[ascii(case[0])[:40] for case in REFUSED])
def test_an_error_says_what_is_wrong_and_where(text: str, column: int | None, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, strict=True)
    assert caught.value.column == column
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).count("(column ") == (column is not None)


def test_what_stands_within_the_limits_is_accepted() -> None:
    assert parse("a" * MAX_QUERY_LENGTH).free == (Word("a" * MAX_QUERY_LENGTH),)
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH).free == (A,)
    assert parse("NOT " * MAX_DEPTH + "a").must
    assert len(parse("a " * MAX_CLAUSES).free) == MAX_CLAUSES


@pytest.mark.parametrize("field", [*TEXT_FIELDS, *FIELDS.names, "date"])
def test_an_unknown_field_names_all_known_ones(field: str) -> None:
    with pytest.raises(QueryError, match=rf"\b{field}\b"):
        parse("foo:bar", strict=True)


DATES: list[tuple[str, date | None, date | None]] = [
    ("2025", date(2025, 1, 1), date(2025, 12, 31)),
    ("2025-11", date(2025, 11, 1), date(2025, 11, 30)),
    ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
    ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
    ("2025-11-22", date(2025, 11, 22), date(2025, 11, 22)),
    ("2025-1-2", date(2025, 1, 2), date(2025, 1, 2)),
    ("..2025-06", None, date(2025, 6, 30)),
    ("2025-11..", date(2025, 11, 1), None),
    (" 2025-11 .. 2026-01 ", date(2025, 11, 1), date(2026, 1, 31)),
    ("2025-11..2025", date(2025, 11, 1), date(2025, 12, 31)),
    ("Nov 2025", date(2025, 11, 1), date(2025, 11, 30)),
    ("22.11.2025", date(2025, 11, 22), date(2025, 11, 22)),
    (">=2025", date(2025, 1, 1), None),
    ("<2024-03", None, date(2024, 2, 29)),
    ("1960s", date(1960, 1, 1), date(1969, 12, 31)),
]


@pytest.mark.parametrize(("value", "first", "last"), DATES)
def test_dates_run_from_the_first_day_to_the_last(value: str, first: date | None, last: date | None) -> None:
    assert parse_date_range(value) == (first, last)
    assert parse(f'date:"{value}"').must == (Dates(first, last),)


@pytest.mark.parametrize(
    "value",
    """|..|someday|2025-13|2025-00|2025-02-30|0000|25|2025-11...2026|x y|2025..2026..2027|2026..2025|none|31.11.2025
    |2025 summit|last|since|>""".replace("\n    ", "").split("|"),
)
def test_what_is_no_date_is_refused(value: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_date_range(value)
    assert caught.value.column is None


def test_the_meaning_is_the_question_as_typed() -> None:
    question = "what did France ask about quantum and space?"
    assert parse(question).meaning == question
    mixed = 'a "b, c" -d country:Japan e* f~ (g OR title:h) NOT (i "j k") title:"l" m? AND date:2025'
    assert parse(mixed).meaning == "a b, c g h l m?"
    assert parse("a* country:Japan -b").meaning == ""


def test_scoring_terms_are_the_positive_ones_in_order() -> None:
    query = parse('a* b -c "d e" NOT (f OR g) (h~1 AND country:Japan AND -i) NOT NOT j')
    assert list(query.scoring_terms()) == [Pattern("a*"), Word("b"), Phrase("d e"), Fuzzy("h", 1)]
    assert [term.column for term in query.scoring_terms()] == [1, 4, 9, 29]


def test_columns_count_in_the_query_as_typed() -> None:
    query = parse("\ud800 -a title:(b “c d”)")
    assert [term.column for term in query.scoring_terms()] == [13, 15]


def test_a_query_is_restricted_without_being_changed() -> None:
    query = parse("a b*")
    narrower = query.restricted(NOVEMBER, Filter("country", "Japan"), Phrase("c d"))
    assert narrower == Query("a b*", (A,), (Pattern("b*"), NOVEMBER, Filter("country", "Japan"), Phrase("c d")))
    assert narrower.meaning == "a c d"
    assert query.must == (Pattern("b*"),)
    assert understood(Query("").restricted(NOVEMBER))["constraints"] == ["date:2025-11-01..2025-11-30"]


def test_the_query_as_understood_is_ready_for_json() -> None:
    text = 'Lee? "strategic  partnership" -Macron language:en country:Japan date:2026-01 (a OR b) \ud800'
    shown = understood(parse(text))
    assert shown == {
        "words": ["Lee?"],
        "constraints": [
            '"strategic partnership"',
            "-Macron",
            "lang:en",
            "country:Japan",
            "date:2026-01-01..2026-01-31",
            "(a OR b)",
        ],
        "meaning": "Lee? strategic partnership a b",
    }
    assert json.loads(json.dumps(shown, ensure_ascii=False).encode()) == shown


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("talks  country:France  on peace", "talks on peace"),
        ('a -country:="South Korea"', "a"),
        ('a "b c" (d OR e AND f) g', "a (d OR e AND f) g"),
        ("a“b c”d", "a d"),
        ("a (b ((-c)))", "a (b)"),
        ("a ((-c))", "a"),
        ("country:(Japan OR China)", ""),
        ('title:(a b) "c ()"', '"c ()"'),
    ],
)
def test_a_constraint_can_be_taken_out_of_a_question(text: str, rest: str) -> None:
    assert parse(text).without(0) == rest


def test_constraints_that_were_not_typed_only_constrain() -> None:
    assert parse_constraints('country:=France -"a b" date:2025-11') == (
        Filter("country", "France", True), Not(Phrase("a b")), NOVEMBER
    )  # fmt: skip
    query = parse("a b").restricted(*parse_constraints('"c d" AND -e'))
    assert [(term.text, term.column) for term in leaves(query.scoring_terms())] == [("a", 1), ("b", 3), ("c d", 0)]
    for text, message in (("France", "'France' constrains nothing"), ("-a (b", r"never closed: add \) \(column 4\)")):
        with pytest.raises(QueryError, match=message) as caught:
            parse_constraints(text)
        assert caught.value.column is None
        assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (Not(Not(A)), "NOT -a"),
        (Not(And((A, Or((B, C))))), "-(a AND (b OR c))"),
        (Phrase('say "a" now'), '“say "a" now”'),
        (Filter("person", "Lee Jae-myung"), 'person:"Lee Jae-myung"'),
        (Filter("outlet", "A*"), 'outlet:"A*"'),
        (Filter("outlet", "=A"), 'outlet:"=A"'),
        (Filter("country", "France", True), "country:=France"),
        (Not(Filter("person", "Lee Jae Myung", True)), '-person:="Lee Jae Myung"'),
        (Word("a", "title", exact=True), "title:=a"),
        (Not(Word("a", exact=True)), "-=a"),
        (Phrase("a b", exact=True, slop=3), '="a b"~3'),
        (Not(Near(A, Or((B, C)), None)), "-(a NEAR/s (b OR c))"),
        (And((Near(A, B, 5), Near(B, C, 2))), "(a NEAR/5 b AND b NEAR/2 c)"),
        (Fuzzy("a", 2, "title"), "title:a~2"),
        (Word("/a", "title"), "title:(/a)"),
        (Dates(date(2025, 11, 22), date(2025, 11, 22)), "date:2025-11-22"),
        (Dates(None, date(987, 6, 30)), "date:..0987-06-30"),
        (Dates(date(2025, 11, 1), None), "date:2025-11-01.."),
    ],
)
def test_canonical_text(node: Node, text: str) -> None:
    assert unparse(node) == text
    assert parse(text).must == (node,)


# Pieces that mean something to the scanner, so that chance finds their odd neighbourhoods.
PIECES = """a b Macron OR AND NOT " “ ” „ « » ( ) - -- ~ ~1 ~3 * ? ! . : / :// title: text: country: date: language:
    kind:= = =a ~5 NEAR/5 NEAR/s NEAR/ NEAR +a ^4 /a/ || && !a [a TO b] 2025 -11 .. 5 ½ _ é 中 – ' , ; foo:""".split()
QUERIES = st.text() | st.lists(st.sampled_from([*PIECES, " ", "\0", "\ud800"]), max_size=20).map("".join)

PLAIN = st.text("abcdé中5-.'", min_size=1, max_size=6).map(lambda text: f"x{text}")
QUOTED = st.text('ab *~?:()/-“”„«"', min_size=1, max_size=8).map(lambda text: " ".join(f"x {text}".split()))
TEXT_FIELD = st.sampled_from(["", *TEXT_FIELDS])
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, PLAIN, TEXT_FIELD, exact=st.booleans()),
    st.builds(Phrase, QUOTED, TEXT_FIELD, exact=st.booleans(), slop=st.sampled_from([0, 1, 20])),
    st.builds(Pattern, PLAIN.map(lambda text: f"{text}*a"), TEXT_FIELD),
    st.builds(Fuzzy, PLAIN, st.sampled_from([None, 1, 2]), TEXT_FIELD),
    st.builds(Filter, st.sampled_from(FIELDS.names), PLAIN | QUOTED, st.booleans()),
    st.lists(st.dates(), min_size=2, max_size=2).map(lambda days: Dates(min(days), max(days))),
    st.builds(Dates, st.none(), st.dates()) | st.builds(Dates, st.dates(), st.none()),
)


TERMS = st.one_of(
    st.builds(Word, PLAIN, exact=st.booleans()), st.builds(Phrase, QUOTED), PLAIN.map(lambda text: Pattern(f"{text}*a"))
)
SIDES = TERMS | st.lists(TERMS, min_size=2, max_size=3).map(lambda terms: Or(tuple(terms)))


def _compound(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    near = st.builds(Near, SIDES, SIDES, st.sampled_from([None, 0, 5]))
    return st.builds(Not, nodes) | st.builds(And, several) | st.builds(Or, several) | near


@settings(deadline=None)  # the first date loads the words for dates
@given(QUERIES)
@example("-" * MAX_QUERY_LENGTH)
@example("a" + "~" * 3000 + "x")
@example('"' * 3999)
@example("(x)-.foo:a*")
@example("NEAR/(")
@example(")^0")
@example("(5)^2 metres")
@example("^2")
@example("country:France)^0")
@example("-(a)^0")
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as refusal:
        str(refusal).encode()
        column = refusal.column
        assert column is None or 1 <= column <= len(text)
        return
    json.dumps(understood(query), ensure_ascii=False).encode()
    for word in query.free:
        assert parse(word.text).free == (word,)
    for place, node in enumerate(query.must):
        again = parse(unparse(node))
        assert (again.free, again.must) == ((), (node,))
        others = query.must[:place] + query.must[place + 1 :]
        if rest := query.without(place):
            assert (parse(rest).free, parse(rest).must) == (query.free, others)
        else:
            assert (query.free, others) == ((), ())


@given(st.recursive(LEAVES, _compound, max_leaves=8))
def test_canonical_text_parses_to_the_same_node(node: Node) -> None:
    again = parse(unparse(node))
    assert (*again.free, *again.must) == (node,)


@pytest.mark.parametrize("mark", "“„«")
def test_marks_that_are_opened_again_and_again_are_not_each_sought_to_the_end(mark: str) -> None:
    text = '"a b" ' + mark * 500_000
    with allowed(30):
        assert next(token_in(text).finditer(text))["phrase"] == '"a b"'
        assert sum(1 for _ in token_in(text).finditer(text)) == 500_001
    # Of a few that are left open all is as ever.
    assert parse("“a “b” " + "“" * 9).must == (Phrase("a “b"),)


@pytest.mark.process
def test_the_module_loads_nothing_heavy() -> None:
    heavy = "numpy whoosh faiss torch onnxruntime click flask yaml".split()
    code = f"import sys, {parse.__module__}; sys.exit(' '.join(sys.modules.keys() & set({heavy})) or None)"
    subprocess.run([sys.executable, "-c", code], check=True)
