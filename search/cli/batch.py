"""Many questions at once, from a file: one a line, answered as rows that each name their question."""

import codecs
import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import click

from ...errors import DragomanError, NotFound, QueryError, SearchTimeout
from ..language.query import MAX_QUERY_LENGTH
from ..results.formats import columns_of, table_cell, table_row
from ..results.printing import to_json
from ..results.results import Results

STDIN: Final = Path("-")
_HEAD: Final = ("line", "question", "error", "notices")
_LONGEST: Final = 10 * MAX_QUERY_LENGTH
_PROBE: Final = "a"  # a question that nothing is wrong with
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before that of UTF-16, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Ask: TypeAlias = Callable[[str], Results]
Row: TypeAlias = tuple[int, str, Results | DragomanError]
"""A line's number, the question in it, and its answer or what is wrong with it."""


def csv_rows(lines: Iterable[Row], several: bool) -> Iterator[str]:
    """A table: a row for each hit; for a question without one, or with a mistake, a row that says so."""
    head = (*_HEAD, *columns_of(several=several))
    yield _row(head, head)
    for number, question, answer in lines:
        if isinstance(answer, DragomanError):
            yield _row((number, table_cell(question), table_cell(str(answer))), head)
        else:
            said = (number, table_cell(question), "", table_cell(" ".join(map(str, answer.notices))))
            yield from (_row((*said, *table_row(hit)), head) for hit in answer) if answer.hits else (_row(said, head),)


def json_rows(lines: Iterable[Row], several: bool) -> Iterator[str]:
    """JSON, an object a line for each question: its answer, or the error."""
    del several  # each hit says it
    for number, question, answer in lines:
        said: dict[str, Any] = {"line": number, "question": question}
        if isinstance(answer, DragomanError):
            said["error"] = str(answer)
        else:
            said |= answer.to_dict()
        yield to_json(said) + "\n"


FORMATS: Final[dict[str, Callable[[Iterable[Row], bool], Iterator[str]]]] = {"csv": csv_rows, "jsonl": json_rows}
"""How answers to many questions may be printed, and whether several collections are asked."""


def run_batch(path: Path, format_: str, ask: Ask, *, several: bool) -> int:
    """Ask all questions in a file, and print the answers as they come.

    Args:
        path: The file, in UTF-8, or what its byte order mark says; STDIN for standard input. Blank lines are passed
            over.
        format_: One of FORMATS.
        ask: Gives the answer to a question.
        several: Whether several collections are asked.

    Returns:
        The exit code: 2 if a line is no question that can be answered, else 1 if nothing was found for any, else 0.

    Raises:
        QueryError: However it asks, no question can be answered: an option is wrong.
        NotFound: Likewise, as what an option names is not there.
    """
    with suppress(SearchTimeout):
        ask(_PROBE)
    found, wrong = 0, 0

    def answers() -> Iterator[Row]:
        nonlocal found, wrong
        for number, line in enumerate(_lines(path), 1):
            if not (question := line.strip()):
                continue
            try:
                answer: Results | DragomanError = ask(question)
            except (QueryError, NotFound, SearchTimeout) as error:
                wrong, answer = wrong + 1, error
            else:
                found += len(answer.hits)
            yield number, question.encode("utf-8", _SHOWN).decode(), answer

    for row in FORMATS[format_](answers(), several):
        click.echo(row, nl=False)
    if wrong:
        click.echo(f"search: {wrong:,} of the questions could not be answered: their rows say why", err=True)
    return 2 if wrong else 0 if found else 1


def _lines(path: Path) -> Iterator[str]:
    """The lines of a file, whichever way they end; of a line that can be no question only the beginning."""
    with path.open("rb") if path != STDIN else nullcontext(cast("io.BufferedReader", sys.stdin.buffer)) as file:
        head = file.peek(4)
        encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8-sig")
        text = io.TextIOWrapper(file, encoding, _KEPT)
        while line := text.readline(_LONGEST):
            yield line
            while len(line) == _LONGEST and not line.endswith("\n"):  # none of it is a question
                line = text.readline(_LONGEST)
        text.detach()


def _kept(error: Any) -> tuple[str, int]:
    """Bytes that are no text as half characters, which no question may have: they would make another one of it."""
    return "".join(chr(_HALF + byte) for byte in error.object[error.start : error.end]), error.end


def _shown(error: Any) -> tuple[str, int]:
    r"""Half characters as people may see them, such as `\xe9` for a byte."""
    half = (ord(each) for each in error.object[error.start : error.end])
    return "".join(f"\\x{each - _HALF:02x}" if each - _HALF in range(256) else "\\?" for each in half), error.end


_HALF: Final = 0xDC00
_KEPT: Final = "dragoman.kept"
_SHOWN: Final = "dragoman.shown"
codecs.register_error(_KEPT, _kept)
codecs.register_error(_SHOWN, _shown)


def _row(cells: Iterable[object], head: Sequence[str]) -> str:
    padded = [*cells]
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(padded + [""] * (len(head) - len(padded)))
    return line.getvalue()
