"""Judged sets: questions with the documents or passages that people have found to answer them.

Two forms are read. A folder in the BEIR layout:

    corpus.jsonl     the documents, which are not needed where a collection holds them already
    queries.jsonl    {"_id": "7", "text": "…"} a line; "id" will do as well, and "class" groups the figures
    qrels.tsv        or qrels/test.tsv: query id, document id and grade a line, with or without a line of headings

Or one file of judgments, which is easily written by hand: the question itself, the id of a document or passage that
answers it, and, if some answer better than others, a grade, with tabs between them. Files may be packed
as .gz or .xz; TREC's four columns are understood too.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from ...corpus.readers.contract import LONGEST_RECORD, Source
from ...corpus.readers.support.packed import DAMAGED, decompressed
from ...errors import UnreadableSource
from ..language.input.plain import plain

LARGEST_GRADE = 10
"""Grades go from 0, not relevant, to this: a grade's gain is 2^grade - 1. A lower one, as TREC has for spam, is 0."""

_MOST_LINES = 10_000_000
_GRADE = re.compile(r"[+-]?[0-9]{1,9}")
_HEADINGS = (
    frozenset("query query-id query_id qid question text".split()),
    frozenset("document document-id document_id doc doc-id doc_id corpus-id passage id".split()),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its judgments.

    Attributes:
        id: Its id; of a file of judgments its number.
        text: What is asked, word for word.
        grades: The grade of each judged document or passage by id; at least one is above 0.
        group: The class of questions that it belongs to, or empty.
        fields: All of its record.
    """

    id: str
    text: str
    grades: Mapping[str, int]
    group: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)

    def values(self, name: str) -> tuple[str, ...]:
        """The strings in a field of the record: those in a list, or a string itself; none for any other value."""
        value = self.fields.get(name)
        items = cast("list[object]", value) if isinstance(value, list) else [value]
        return tuple(item for item in items if isinstance(item, str))


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Questions with their judgments, in the order of the file.

    Attributes:
        name: The name of its folder or file.
        questions: Those that have an answer.
        unjudged: The ids of questions that were left out, as nothing is known to answer them.
        unasked: How many have judgments but no text.
        corpus: The file of the documents, if there is one.
    """

    name: str
    questions: tuple[Question, ...]
    unjudged: tuple[str, ...] = ()
    unasked: int = 0
    corpus: Path | None = None

    def sample(self, count: int) -> "JudgedSet":
        """At most `count` of the questions, evenly spread over the file, which may be in some order."""
        total = len(self.questions)
        kept = range(total) if total <= count else (position * total // count for position in range(count))
        return replace(self, questions=tuple(self.questions[position] for position in kept))


def read_judged(
    path: Path, *, queries: Path | None = None, qrels: Path | None = None, group: str = "class"
) -> JudgedSet:
    """Read a judged set.

    Args:
        path: Its folder, or a file of judgments.
        queries: The file of the queries, instead of the folder's own. With it, a file of judgments has their ids in its
            first column.
        qrels: The file of the judgments, instead of the folder's own.
        group: The key of a query's record that says which class it belongs to.

    Raises:
        UnreadableSource: Something cannot be understood or contradicts itself; with the number of the line.
    """
    name, corpus = path.resolve().name.partition(".")[0], None
    if path.is_dir():
        name = path.resolve().name
        corpus = _file(path, "corpus.jsonl")
        queries = queries or _file(path, "queries.jsonl")
        qrels = qrels or _file(path, "qrels.tsv") or _file(path, "qrels/test.tsv")
        if not (queries and qrels):
            missing = "qrels.tsv or qrels/test.tsv" if queries else "queries.jsonl"
            raise UnreadableSource(f"{path} has no {missing} (or the same as .gz or .xz): name a file of judgments")
    judgments = qrels or path
    grades = _judgments(judgments, ids=queries is not None)
    if queries is None:
        records = {str(number): _Record(number, text, {}) for number, text in enumerate(grades, 1)}
        by_id = dict(zip(records, grades.values(), strict=True))
    else:
        records, by_id = _queries(queries), grades
    relevant = {identity for identity, known in by_id.items() if any(known.values())}
    if not relevant & records.keys():
        raise UnreadableSource(f"{judgments} names no answer to any query of {queries or path}: do the ids agree?")
    return JudgedSet(
        name=name,
        questions=tuple(
            Question(identity, record.text, by_id[identity], _group(record.fields.get(group)), record.fields)
            for identity, record in records.items()
            if identity in relevant
        ),
        unjudged=tuple(identity for identity in records if identity not in relevant),
        unasked=len(by_id.keys() - records.keys()),
        corpus=corpus,
    )


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    text: str
    fields: dict[str, Any]


def _file(folder: Path, name: str) -> Path | None:
    return next((path for end in ("", ".gz", ".xz") if (path := folder / f"{name}{end}").is_file()), None)


def _judgments(path: Path, *, ids: bool) -> dict[str, dict[str, int]]:
    """The grades of documents and passages, by what stands in the first column: an id, or a question itself."""
    found: dict[str, dict[str, int]] = {}
    first = True
    for number, line in lines(path):
        # An id holds no white space in TREC's files; a question does.
        cells = [cell.strip() for cell in line.split("\t")] if "\t" in line or not ids else line.split()
        columns = {2: (0, 1, None), 3: (0, 1, 2), 4: (0, 2, 3)}.get(len(cells))
        if columns is None:
            raise wrong(path, number, f"{len(cells)} columns, not a query, a document and a grade with tabs between")
        query, target = cells[columns[0]], cells[columns[1]]
        grade = cells[columns[2]] if columns[2] is not None else ""
        heading, first = first and _is_heading(query, target, grade), False
        if heading:
            continue
        if not (query and target):
            raise wrong(path, number, f"the {'document' if query else 'query'} is missing")
        if not ids and not plain(query):
            raise wrong(path, number, f"the question {query[:40]!r} holds no word")
        known = found.setdefault(query, {})
        value = max(0, _grade(grade or "1", path, number))
        if known.setdefault(target, value) != value:
            raise wrong(path, number, f"{target[:80]!r} has had the grade {known[target]} for the same query: keep one")
    return found


def _is_heading(query: str, target: str, grade: str) -> bool:
    if grade:
        return not any(map(str.isdigit, grade))
    return query.lower() in _HEADINGS[0] and target.lower() in _HEADINGS[1]


def _grade(cell: str, path: Path, number: int) -> int:
    if not _GRADE.fullmatch(cell) or int(cell) > LARGEST_GRADE:
        wanted = f"a whole number up to {LARGEST_GRADE}, where 0 is not relevant"
        raise wrong(path, number, f"the grade {cell[:40]!r} is not {wanted}")
    return int(cell)


def _queries(path: Path) -> dict[str, _Record]:
    """The records of queries by id, in the order of the file."""
    found: dict[str, _Record] = {}
    for number, line in lines(path):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise wrong(path, number, f"not JSON: {error}") from None
        if not isinstance(record, dict):
            raise wrong(path, number, 'not a record such as {"id": "7", "text": "…"}')
        fields = cast("dict[str, Any]", record)
        identity, text = fields.get("_id", fields.get("id")), fields.get("text")
        if isinstance(identity, int) and not isinstance(identity, bool):
            identity = str(identity)
        if not isinstance(identity, str) or not identity.strip() or not identity.isprintable():
            raise wrong(path, number, 'no id: it is to be under "id" or "_id", and printable')
        if not isinstance(text, str) or not plain(text):
            raise wrong(path, number, 'no question: it is to be under "text", and to hold a word')
        identity = identity.strip()
        if found.setdefault(identity, _Record(number, text, fields)).text != text:
            raise wrong(path, number, f"line {found[identity].line} has another query of the id {identity[:80]!r}")
    return found


def _group(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)[:100]


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file, which may be packed: each with its number, without its line break. Blank ones are left out.

    Raises UnreadableSource for a file that is damaged, not UTF-8 or far too large.
    """
    with path.open("rb") as file:
        stream = decompressed(Source(file, str(path), name=path.name.lower()))
        number = 0
        while line := _next_line(stream, path, number):
            number += 1
            if len(line) > LONGEST_RECORD or number > _MOST_LINES:
                raise wrong(path, number, f"lines may have {LONGEST_RECORD:,} bytes, files {_MOST_LINES:,} lines")
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise wrong(path, number, "not UTF-8") from None
            if text.strip():
                yield number, text.rstrip("\r\n")


def _next_line(stream: BinaryIO, path: Path, number: int) -> bytes:
    try:
        return stream.readline(LONGEST_RECORD + 1)
    except UnreadableSource as error:
        raise UnreadableSource(f"{path} after line {number}: {error}") from None
    except DAMAGED as error:
        raise UnreadableSource(f"{path} is damaged after line {number}: {error}") from None


def wrong(path: Path, number: int, what: str) -> UnreadableSource:
    """The error that says what is wrong with a line."""
    return UnreadableSource(f"{path} line {number}: {what}")
