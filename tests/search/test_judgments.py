"""Judged sets as people have them: BEIR folders, TREC qrels, three lines of their own; and what is wrong with them."""

import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import UnreadableSource
from dragoman.index.analysis import analyze
from dragoman.search.evaluation.judgments import JudgedSet, Question, read_judged
from dragoman.search.language.input.plain import plain
from dragoman.search.language.parser import parse
from dragoman.search.language.query import MAX_CLAUSES
from support.places import SHARED

QUERIES = [
    {"_id": "7", "text": "who proposed a hotline", "class": "question", "volumes": ["v1", "v2"]},
    {"_id": "8", "text": "hotline", "class": "entity"},
    {"_id": "9", "text": "fisheries"},
]
QRELS = "query-id\tcorpus-id\tscore\n7\tdoc a\t2\n7\tb\t0\n8\tb\t1\n"


def folder(
    path: Path, queries: list[dict[str, object]] = QUERIES, qrels: str = QRELS, where: str = "qrels.tsv"
) -> Path:
    """A judged set in the BEIR layout."""
    (path / where).parent.mkdir(parents=True, exist_ok=True)
    (path / "queries.jsonl").write_text("".join(json.dumps(each) + "\n" for each in queries), encoding="utf-8")
    (path / where).write_text(qrels, encoding="utf-8")
    return path


def told(judged: JudgedSet) -> list[tuple[str, str, dict[str, int]]]:
    """The questions in short."""
    return [(each.id, each.text, dict(each.grades)) for each in judged.questions]


def test_a_folder_in_the_beir_layout(tmp_path: Path) -> None:
    judged = read_judged(folder(tmp_path / "set.v1", where="qrels/test.tsv"))
    assert judged.name == "set.v1"
    assert told(judged) == [
        ("7", "who proposed a hotline", {"doc a": 2, "b": 0}),
        ("8", "hotline", {"b": 1}),
    ]
    assert judged.unjudged == ("9",)
    assert [each.group for each in judged.questions] == ["question", "entity"]
    assert judged.questions[0].values("volumes") == ("v1", "v2")
    assert judged.corpus is None


@pytest.mark.parametrize(("end", "packed"), [("", open), (".gz", gzip.open), (".xz", lzma.open)])
def test_files_may_be_packed(tmp_path: Path, end: str, packed: Callable[..., object]) -> None:
    plainly = folder(tmp_path / "plain")
    (plainly / "corpus.jsonl").write_text('{"id": "b", "text": "Fish."}\n')
    other = tmp_path / "packed"
    other.mkdir()
    for name in ("queries.jsonl", "qrels.tsv", "corpus.jsonl"):
        with packed(other / f"{name}{end}", "wb") as file:  # pyright: ignore[reportGeneralTypeIssues]
            file.write((plainly / name).read_bytes())
    judged = read_judged(other)
    assert told(judged) == told(read_judged(plainly))
    assert judged.corpus == other / f"corpus.jsonl{end}"


@pytest.mark.parametrize(
    "qrels",
    [
        "7\tdoc\t2\n8\tb\t1\n",
        "query-id\tcorpus-id\tscore\n7\tdoc\t2\n8\tb\t1\n",
        "7 0 doc 2\n8 0 b 1\n",
        "7\t0\tdoc\t2\n\n8\t0\tb\t1\n",
        "7\tdoc\t2\n7\tdoc\t2\r\n8\tb\n",
        "\ufeff7\tdoc\t2\n7\tspam\t-2\n8\tb\t1\n",
    ],
    ids=["three columns", "headings", "TREC", "TREC with tabs", "repeated, no grade", "byte order mark, spam"],
)
def test_qrels_in_all_their_forms(tmp_path: Path, qrels: str) -> None:
    judged = read_judged(folder(tmp_path, qrels=qrels))
    assert [(each.id, {key: grade for key, grade in each.grades.items() if grade}) for each in judged.questions] == [
        ("7", {"doc": 2}),
        ("8", {"b": 1}),
    ]


def test_three_lines_are_a_judged_set(tmp_path: Path) -> None:
    path = tmp_path / "answers.tsv"
    path.write_text(
        "question\tdocument\nwho proposed a hotline?\tnotes/jan 5.txt\nNOT Macron: why\tb#10-90\t3\n"
        "who proposed a hotline?\tb\n",
        encoding="utf-8",
    )
    judged = read_judged(path)
    assert judged.name == "answers"
    assert told(judged) == [
        ("1", "who proposed a hotline?", {"notes/jan 5.txt": 1, "b": 1}),
        ("2", "NOT Macron: why", {"b#10-90": 3}),
    ]


def test_other_queries_and_judgments_can_be_named(tmp_path: Path) -> None:
    there = folder(tmp_path / "set")
    other = tmp_path / "natural.jsonl"
    other.write_text('{"id": 8, "text": "Was there a hotline?", "kind": {"a": 1}}\n')
    judged = read_judged(there, queries=other, group="kind")
    assert told(judged) == [("8", "Was there a hotline?", {"b": 1})]
    assert judged.unasked == 1
    assert judged.questions[0].group == '{"a": 1}'
    assert told(read_judged(there / "qrels.tsv", queries=other)) == told(judged)


@pytest.mark.parametrize(
    ("qrels", "message"),
    [
        ("7\tdoc\t2\n7\tb\tmuch\n", "line 2: the grade 'much' is not a whole number up to 10, where 0 is not relevant"),
        ("7\tdoc\t1.5\n", "line 1: the grade '1.5' is not a whole number"),
        ("7\tdoc\t100\n", "line 1: the grade '100' is not a whole number"),
        ("7\tdoc\t2\n\n7\tdoc\t1\n", "line 3: 'doc' has had the grade 2 for the same query: keep one"),
        ("7\tdoc\t2\n\tdoc\t2\n", "line 2: the query is missing"),
        ("7\t\t2\n", "line 1: the document is missing"),
        ("7\n", "line 1: 1 columns, not a query, a document and a grade with tabs between"),
        ("7\ta\tb\tc\td\n", "line 1: 5 columns"),
        ("7\tdoc\t0\n", "names no answer to any query of"),
        ("seven\tdoc\t1\n", "names no answer to any query of"),
        ("", "names no answer to any query of"),
    ],
)
def test_a_wrong_judgment_is_one_line_with_its_number(tmp_path: Path, qrels: str, message: str) -> None:
    there = folder(tmp_path, qrels=qrels)
    with pytest.raises(UnreadableSource) as error:
        read_judged(there)
    assert str(error.value).startswith(str(there / "qrels.tsv"))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "7", "text"', "line 2: not JSON: "),
        ('["7", "text"]', "line 2: not a record such as"),
        ('{"text": "hotline"}', "line 2: no id"),
        ('{"id": "a\\tb", "text": "hotline"}', "line 2: no id"),
        ('{"id": "7", "text": "?!"}', "line 2: no question"),
        ('{"id": "7", "text": ["hotline"]}', "line 2: no question"),
        ('{"id": "1", "text": "other"}', "line 2: line 1 has another query of the id '1'"),
        ("[" * 100_000, "line 2: not JSON: "),
    ],
)
def test_a_wrong_query_is_one_line_with_its_number(tmp_path: Path, line: str, message: str) -> None:
    there = folder(tmp_path)
    (there / "queries.jsonl").write_text(f'{{"id": "1", "text": "hotline"}}\n{line}\n')
    with pytest.raises(UnreadableSource) as error:
        read_judged(there)
    assert message in str(error.value)


def test_what_is_missing_or_damaged_is_said(tmp_path: Path) -> None:
    there = folder(tmp_path)
    packed = lzma.compress((there / "queries.jsonl").read_bytes())
    (there / "queries.jsonl").unlink()
    with pytest.raises(UnreadableSource, match=r"has no queries\.jsonl \(or the same as \.gz or \.xz\)"):
        read_judged(there)
    (there / "queries.jsonl.xz").write_bytes(packed[:-20])
    with pytest.raises(UnreadableSource, match=r"queries\.jsonl\.xz is damaged after line \d"):
        read_judged(there)
    (there / "queries.jsonl").write_bytes(b'{"id": "1", "text": "\xff"}\n')
    with pytest.raises(UnreadableSource, match=r"queries\.jsonl line 1: not UTF-8"):
        read_judged(there)
    (there / "qrels.tsv").unlink()
    with pytest.raises(UnreadableSource, match=r"has no qrels\.tsv or qrels/test\.tsv"):
        read_judged(there)


def test_a_sample_is_spread_over_the_file() -> None:
    judged = JudgedSet("set", tuple(Question(str(number), "word", {"a": 1}) for number in range(10)))
    assert [each.id for each in judged.sample(4).questions] == ["0", "2", "5", "7"]
    assert judged.sample(10) == judged.sample(99) == judged


# Plain text as a question

SIGNS = st.lists(
    st.sampled_from(
        'OR AND NOT - -x -- title: date:2025 country:France Korea: x:y "a b" ( ) (c d) wild* ?x what? fuzz~2 a~ U.S. '
        '10:30 http://x.y/?q=a*b — don\'t a"OR"b (OR NOT) 5~6 “so” «là» 中文“引”號 \x1b-0 _'.split(" ")
    ),
    max_size=12,
).map(" ".join)


@given(SIGNS | st.text(alphabet="aB1 -\"“”()*?~:./;'’!é中", max_size=40))
def test_plain_text_is_asked_word_for_word(text: str) -> None:
    asked = plain(text)
    if not asked:
        assert not analyze(text)
        return
    query = parse(asked)
    assert not query.must
    assert [each.term for each in analyze(asked)] == [each.term for each in analyze(text)]


def test_plain_text_keeps_what_the_language_would_keep() -> None:
    assert plain("Korea: what did Ridgway say?") == "Korea: what did Ridgway say?"
    assert plain("title: NOT a -word (really)") == "title not a word (really)"
    assert plain("wild* “quoted”") == "wild quoted"
    assert plain(" — ") == ""


def test_plain_text_that_is_too_long_is_cut() -> None:
    assert len(parse(plain("word " * 1000)).free) == MAX_CLAUSES
    assert parse(plain("a-long-word " * 2000)).free


@pytest.mark.shared("std-scifact", "std-time", "std-cranfield")
@pytest.mark.parametrize(("name", "questions"), [("scifact", 300), ("time", 83), ("cranfield", 225)])
def test_the_shared_sets(name: str, questions: int) -> None:
    there = SHARED / f"std-{name}"
    judged = read_judged(there)
    assert len(judged.questions) + len(judged.unjudged) == questions
    assert judged.corpus == there / "corpus.jsonl.xz"


@pytest.mark.parametrize("line", [b"\n", b" ", b"a"])
def test_a_packed_file_that_gives_far_more_than_it_holds_is_refused(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "judged.tsv.xz"
    path.write_bytes(lzma.compress(line * 30_000_000))
    with pytest.raises(UnreadableSource, match=r"^\S+judged\.tsv\.xz .*(bomb|lines may have 20,000,000 bytes)"):
        read_judged(path)
