"""The command `inspect`: what would be read of sources, before anything is encoded."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import click

from ...corpus.document import Document
from ...corpus.fields import Fields
from ...corpus.read import read_with_formats
from ...corpus.readers.contract import Skipped
from ...index.writing.tally import Tally
from ..results.formats import BOM, table_cell
from ..results.printing import many, table, to_json, visible
from .feeding import read_options, reading_options
from .options import bom_option, field_types_option, format_option, own_fields
from .reports import remark_lines, unused_line
from .terminal import drawn_bar

_FIELDS: Final = {
    "title": "title", "date": "dates", "place": "place", "author": "author", "outlet": "outlet", "kind": "kind",
    "language": "language", "people": "people", "countries": "countries", "topics": "topics", "url": "url",
}  # fmt: skip
"""What is told of every document, and the field that it is."""

_WHENCE: Final = ("given", "extracted", "inferred")
_COLUMNS: Final = (
    "origin", "format", "id", *_FIELDS, *_WHENCE,
    "characters", "notes", "pages", "cut", "remarks", "not used", "skipped",
)  # fmt: skip
_NAMED: Final = 20
"""How many reasons, formats or languages a summary names, and how many of the lines that are cut most often."""

_EXAMPLES: Final = 3
_COUNTED: Final = 10_000
"""How many different reasons, languages and lines are counted; others are not."""

_PARTICULAR = re.compile(r"""'[^']*'|"[^"]*"|\d[\d.,]*""")
"""What differs between two reasons that are of one kind."""

_Found = Document | Skipped


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@reading_options
@field_types_option
@click.option("--cut", "with_cut", is_flag=True, help="Also the lines that are cut, of every document.")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    metavar="N",
    help="How many documents to show above the summary.",
)
@format_option(["text", "csv", "jsonl"], "How to print it. Text is a summary; the others have every document.")
@bom_option
@click.pass_context
def inspect(
    context: click.Context,
    paths: tuple[str, ...],
    field_types: tuple[str, ...],
    with_cut: bool,
    limit: int,
    format_: str,
    bom: bool,
    **reading: Any,
) -> None:
    """Show what would be read, before anything is encoded.

    As what, with which title, date, place and people, and whether each is given, extracted from the text or inferred;
    what is cut; what is skipped, and why. PATHs are what `dragoman index` takes. No collection is needed, and nothing
    is kept.
    """
    if bom and format_ != "csv":
        raise click.UsageError("--bom goes with --format csv")
    own = own_fields(reading["fields"], field_types)
    options = replace(read_options(**reading), own=tuple(own))
    summary = _Summary(Fields(own))
    if format_ == "csv":
        click.echo((BOM if bom else "") + _csv_line([*_COLUMNS, *["lines"] * with_cut]), nl=False)
    with drawn_bar(desc="reading", unit=" documents") as bar:
        for form, found in read_with_formats(paths, options=options):
            summary.count(form, found)
            bar.update()
            if format_ == "csv":
                click.echo(_as_csv(form, found, with_cut=with_cut), nl=False)
            elif format_ == "jsonl":
                click.echo(_as_json(form, found, with_cut=with_cut))
            elif isinstance(found, Document) and (summary.documents <= limit or with_cut):
                click.echo(_as_text(form, found, with_cut=with_cut))
    if format_ == "text":
        click.echo("\n".join(map(visible, summary.lines())))
    if not summary.documents:
        context.exit(1)


class _Summary:
    """What was found, in counts."""

    def __init__(self, fields: Fields) -> None:
        self.documents = 0
        self._fields = fields
        self._tally = Tally()
        self._counts: Counter[str] = Counter()
        self._formats: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._whence = {name: Counter[str]() for name in _FIELDS}
        self._days: list[str] = []
        self._cut: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._skipped: dict[str, list[Skipped]] = {}
        self._ids: set[int] = set()
        self._again: list[str] = []

    def count(self, form: str, found: _Found) -> None:
        """Count a document, or what was skipped."""
        if isinstance(found, Skipped):
            self._count_skipped(found)
            return
        self.documents += 1
        self._tally.count_remarks(found)
        self._tally.count_unused(found, self._fields)
        _count(self._formats, form)
        _count(self._languages, found.language or "unknown")
        for name, field in _FIELDS.items():
            self._whence[name][found.provenance.get(field, "given") if _values(found, name) else "none"] += 1
        if found.dates:
            days = *self._days, str(found.dates.first), str(found.dates.last)
            self._days = [min(days), max(days)]
        self._counts["characters"] += len(found.text)
        for name, each in (("notes", found.notes), ("pages", found.pages), ("cut", found.cut)):
            self._counts[name] += len(each)
            self._counts[f"with {name}"] += bool(each)
        for line in dict.fromkeys(found.cut):
            _count(self._cut, line)
        if (identity := hash(found.id)) in self._ids:
            self._counts["again"] += 1
            self._again += [found.id] if len(self._again) < _EXAMPLES else []
        self._ids.add(identity)

    def _count_skipped(self, skipped: Skipped) -> None:
        self._counts["skipped"] += 1
        reason = _PARTICULAR.sub("…", skipped.reason)
        _count(self._reasons, reason)
        if reason in self._reasons and len(examples := self._skipped.setdefault(reason, [])) < _EXAMPLES:
            examples.append(skipped)

    def lines(self) -> Iterator[str]:
        """The summary."""
        counts = self._counts
        skipped = f", {counts['skipped']:,} skipped" if counts["skipped"] else ""
        yield f"{many(self.documents, 'document')} of {counts['characters']:,} characters{skipped}"
        if self.documents:
            yield from self._of_documents()
        report = self._tally.report()
        yield from remark_lines(report)
        yield from filter(None, [unused_line(report)])
        if self._again:
            which = f"{many(counts['again'], 'document')} with the id of another, of which the last counts"
            yield f"{which}: {_shortly(self._again, counts['again'])}"
        for reason, count in self._reasons.most_common(_NAMED):
            examples = self._skipped[reason]
            yield f"skipped {count:,}: {examples[0].reason}: {_shortly([each.origin for each in examples], count)}"
        if len(self._reasons) > _NAMED:
            yield f"skipped for {len(self._reasons) - _NAMED:,} more reasons: see --format csv"

    def _of_documents(self) -> Iterator[str]:
        counts = self._counts
        yield f"formats: {_by_count(self._formats)}"
        yield f"languages: {_by_count(self._languages)}"
        if self._days:
            yield f"dates: {self._days[0]} to {self._days[1]}"
        for name in ("notes", "pages"):
            if counts[name]:
                yield f"{name}: {counts[name]:,} in {many(counts[f'with {name}'], 'document')}"
        if counts["cut"]:
            yield f"cut: {many(counts['cut'], 'line')} in {many(counts['with cut'], 'document')}; the most frequent:"
            yield from (f"  {count:,}  {_clipped(line)}" for line, count in self._cut.most_common(_NAMED))
        yield ""
        rows = [(name, *(f"{each[how]:,}" for how in (*_WHENCE, "none"))) for name, each in self._whence.items()]
        yield from table([("", *_WHENCE, "none"), *rows], "<>")
        yield ""


def _values(document: Document, name: str) -> list[str]:
    """What a document has in one of `_FIELDS`."""
    if name == "date":
        return [str(document.dates)] if document.dates else []
    if name == "people":
        return [each.name for each in document.people]
    value: str | tuple[str, ...] = getattr(document, _FIELDS[name])
    return list(filter(None, [value] if isinstance(value, str) else value))


def _as_text(form: str, document: Document, *, with_cut: bool) -> str:
    """A document on some lines, with a blank one behind."""
    facts = [form, f"{len(document.text):,} characters", *_values(document, "language")]
    facts += [f"{many(len(document.cut), 'line')} cut"]
    facts += [many(len(each), name) for name, each in (("note", document.notes), ("page", document.pages)) if each]
    rows = [
        (name, f"{_clipped(', '.join(values))} ({document.provenance.get(_FIELDS[name], 'given')})")
        for name in _FIELDS
        if (values := _values(document, name))
    ]
    rows += [("remark", remark) for remark in _remarks(document)]
    rows += [("cut", line) for line in document.cut if with_cut]
    lines = [f"{document.origin or document.id} ({', '.join(facts)})", *(f"  {line}" for line in table(rows, "<"))]
    return "".join(f"{visible(line)}\n" for line in lines)


def _as_csv(form: str, found: _Found, *, with_cut: bool) -> str:
    if isinstance(found, Skipped):
        cells = {"origin": found.origin, "format": form, "skipped": found.reason}
    else:
        names = {field: name for name, field in _FIELDS.items()}
        cells = {
            "origin": found.origin,
            "format": form,
            "id": found.id,
            **{name: "; ".join(_values(found, name)) for name in _FIELDS},
            **{how: "; ".join(names.get(each, each) for each in fields) for how, fields in found.by_provenance()},
            **{name: f"{len(getattr(found, name))}" for name in ("notes", "pages", "cut")},
            "characters": f"{len(found.text)}",
            "remarks": "; ".join(_remarks(found)),
            "not used": "; ".join(found.unused),
            "lines": "\n".join(found.cut),
        }
    return _csv_line(table_cell(cells.get(name, "")) for name in [*_COLUMNS, *["lines"] * with_cut])


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _as_json(form: str, found: _Found, *, with_cut: bool) -> str:
    if isinstance(found, Skipped):
        return to_json({"format": form, "origin": found.origin, "skipped": found.reason})
    described = {"format": form, **found.description(), "cut_lines": len(found.cut)}
    if not with_cut:
        del described["cut"]
    return to_json({**described, "characters": len(found.text), "remarks": _remarks(found), "unused": found.unused})


def _remarks(document: Document) -> list[str]:
    return [f"{kind} ({example})" if example else kind for kind, example in document.remarks]


def _count(counter: Counter[str], name: str) -> None:
    """Count one thing more, unless there are too many different ones: strangers' files say what they are."""
    if name in counter or len(counter) < _COUNTED:
        counter[name] += 1


def _by_count(counts: Counter[str]) -> str:
    more = f" and {len(counts) - _NAMED:,} more" if len(counts) > _NAMED else ""
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common(_NAMED)) + more


def _shortly(examples: list[str], count: int) -> str:
    """The first few of so many."""
    return ", ".join(examples) + (", …" if count > len(examples) else "")


def _clipped(line: str) -> str:
    return line if len(line) <= 100 else f"{line[:99]}…"
