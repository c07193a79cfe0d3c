"""An evaluation as text for a terminal, Markdown for a write-up, or JSON.

`summarise` gathers everything as JSON-ready values; the rest are ways to print them.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from ...corpus.document import parse_passage_id, passage_id
from ...errors import NotFound
from ..collection import Collection
from ..results.printing import many, table, to_json, visible
from ..results.results import ordinal
from .evaluate import MAIN, Comparison, Evaluation, Measured
from .measures import MEASURES

_HITS = 3
_JUDGED = 8
_SNIPPET = 160
_NAMED = 10

Summary = dict[str, Any]


def summarise(evaluation: Evaluation, comparison: Comparison | None, collection: Collection | None) -> Summary:
    """An evaluation as JSON-ready values with documented keys: see docs/relevance.md.

    Args:
        evaluation: The evaluation.
        comparison: Two of its systems compared, if that was asked for.
        collection: Where titles and texts of results come from; None for none.
    """
    judged = evaluation.judged
    summary: Summary = {
        "judged": judged.name,
        "collection": None if collection is None else str(collection.path),
        "queries": len(evaluation.cases),
        "depth": evaluation.depth,
        "condensed_by": evaluation.condensed or None,
        "unheld": list(evaluation.unheld),
        "unjudged": list(judged.unjudged),
        "unasked": judged.unasked,
        "missing_judgments": evaluation.missing,
        "systems": [_system(each, evaluation) for each in evaluation.systems],
    }
    if comparison is not None:
        summary["comparison"] = _comparison(evaluation, comparison, collection)
    return summary


def _system(measured: Measured, evaluation: Evaluation) -> Summary:
    system = measured.system
    live = system.saved is None
    return {
        "name": system.name,
        "mode": system.mode if live else None,
        "settings": asdict(system.settings) if live and system.settings else None,
        "measures": {name: float(values.mean()) for name, values in measured.values.items()},
        "classes": {
            group: {"queries": len(rows), **{n: float(v[rows].mean()) for n, v in measured.values.items()}}
            for group, rows in evaluation.groups.items()
        },
        "by_query": {
            case.question.id: {name: float(values[row]) for name, values in measured.values.items()}
            for row, case in enumerate(evaluation.cases)
        },
    }


def _comparison(evaluation: Evaluation, comparison: Comparison, collection: Collection | None) -> Summary:
    first, second = comparison.first, comparison.second
    main = comparison.differences[MAIN]
    return {
        "first": first.system.name,
        "second": second.system.name,
        "measures": {
            name: {
                "first": float(first.values[name].mean()),
                "second": float(second.values[name].mean()),
                "difference": float(values.mean()),
                "p": comparison.chances[name],
                "better": int((values > 0).sum()),
                "worse": int((values < 0).sum()),
            }
            for name, values in comparison.differences.items()
        },
        "classes": {
            group: {"queries": len(rows), "difference": float(main[rows].mean()), "p": comparison.group_chances[group]}
            for group, rows in evaluation.groups.items()
        },
        "helped": [_case(row, evaluation, comparison, collection) for row in comparison.helped],
        "hurt": [_case(row, evaluation, comparison, collection) for row in comparison.hurt],
    }


def _case(row: int, evaluation: Evaluation, comparison: Comparison, collection: Collection | None) -> Summary:
    case = evaluation.cases[row]
    sides = {"first": comparison.first, "second": comparison.second}
    best = sorted((item for item in case.grades.items() if item[1]), key=lambda item: -item[1])
    return {
        "query": case.question.id,
        "text": case.question.text,
        "class": case.question.group or None,
        **{name: float(side.values[MAIN][row]) for name, side in sides.items()},
        "hits": {
            name: [
                {
                    **_result(collection, *location),
                    "grade": max((case.grades.get(identity, 0) for identity in case.judged([location])), default=0),
                }
                for location in side.locations[row][:_HITS]
            ]
            for name, side in sides.items()
        },
        "answers": [
            {
                **_answer(collection, identity),
                "grade": grade,
                "ranks": {
                    name: side.rankings[row].index(identity) + 1 if identity in side.rankings[row] else None
                    for name, side in sides.items()
                },
            }
            for identity, grade in best[:_JUDGED]
        ],
        "more_answers": max(0, len(best) - _JUDGED),
    }


def _result(collection: Collection | None, document_id: str, start: int, end: int) -> Summary:
    """A result: its id, its document's title and how its passage begins."""
    shown = {"id": passage_id(document_id, start, end) if end else document_id, "title": "", "text": ""}
    if collection is not None:
        try:
            document = collection.document(document_id)
        except NotFound:  # a saved run may be of another collection
            return shown
        passage = " ".join(document.text[start : min(end, start + 4 * _SNIPPET)].split())
        shown |= {"title": document.title, "text": passage[:_SNIPPET] + ("…" if len(passage) > _SNIPPET else "")}
    return shown


def _answer(collection: Collection | None, identity: str) -> Summary:
    title = ""
    if collection is not None:
        named = parse_passage_id(identity)
        for document_id in (identity, *([named[0]] if named else [])):
            try:
                title = collection.document(document_id).title
                break
            except NotFound:
                continue
    return {"id": identity, "title": title}


def as_json(summary: Summary) -> str:
    """One JSON object."""
    return to_json(summary, indent=2) + "\n"


def text(summary: Summary) -> str:
    """For reading in a terminal."""
    out = io.StringIO()
    for line in _head(summary):
        print(visible(line), file=out)
    for title, rows in _tables(summary):
        print(f"\n{visible(title)}\n" if title else "", file=out)
        for line in table([list(map(visible, row)) for row in rows]):
            print(f"  {line}", file=out)
    for title, cases in _lists(summary):
        print(f"\n{title}", file=out)
        for line in cases:
            print(visible(line), file=out)
    return out.getvalue()


def markdown(summary: Summary) -> str:
    """For a write-up: tables, and texts as blocks of code, so that nothing in them counts as Markdown."""
    out = io.StringIO()
    for line in _head(summary):
        print(f"    {visible(line)}", file=out)
    for title, rows in _tables(summary):
        print(f"\n**{_cell(title)}**\n" if title else "", file=out)
        for number, row in enumerate(rows):
            print("| " + " | ".join(map(_cell, row)) + " |", file=out)
            if not number:
                print("|---" + "|---:" * (len(row) - 1) + "|", file=out)
    for title, cases in _lists(summary):
        print(f"\n**{title}**\n", file=out)
        for line in cases:
            print(f"    {visible(line)}".rstrip(), file=out)
    return out.getvalue()


def _cell(shown: str) -> str:
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>#|~&" else sign for sign in visible(shown))


def _head(summary: Summary) -> Iterator[str]:
    where = f" in {summary['collection']}" if summary["collection"] else ""
    yield f"{summary['judged']}: {many(summary['queries'], 'query', 'queries')}{where}"
    condensed = f", of documents that fit the query's {summary['condensed_by']}" if summary["condensed_by"] else ""
    yield f"The first {summary['depth']} results{condensed}; a document stands where its best passage does."
    yield "nDCG with the gain 2^grade - 1; for the others every grade above 0 is relevant."
    yield from left_out(summary, "query", "queries")


def left_out(summary: Summary, one: str, more: str = "") -> Iterator[str]:
    """Which judgments do not count, a line for each reason.

    Args:
        summary: What `summarise` returns, or another dictionary with its keys for what was left out.
        one: What a question is called.
        more: What several are called, if that is not `one` and an s.
    """
    for names, what in (
        (summary["unheld"], "whose answers the collection does not hold"),
        (summary["unjudged"], "without an answer that anybody judged"),
    ):
        if names:
            others = ", …" if len(names) > _NAMED else ""
            yield f"Left out: {many(len(names), one, more)} {what}: {', '.join(names[:_NAMED])}{others}"
    if summary["missing_judgments"]:
        yield f"Left out: {many(summary['missing_judgments'], 'judgment')} of what the collection does not hold"
    if summary["unasked"]:
        yield f"Left out: the judgments of {many(summary['unasked'], one, more)} whose text is not there"


def _tables(summary: Summary) -> Iterator[tuple[str, list[list[str]]]]:
    """The tables, each with a title and its rows, headings first."""
    systems = summary["systems"]
    yield "", [["", *MEASURES], *([each["name"], *_figures(each["measures"])] for each in systems)]
    groups: Sequence[str] = list(systems[0]["classes"])
    if groups:
        heads = [f"{group or '(none)'} ({systems[0]['classes'][group]['queries']:,})" for group in groups]
        for name in MEASURES[:2]:
            rows = [[each["name"], *(f"{each['classes'][group][name]:.3f}" for group in groups)] for each in systems]
            yield f"{name} by class", [["", *heads], *rows]
    if "comparison" in summary:
        comparison = summary["comparison"]
        rows = [
            [name, f"{v['first']:.3f}", f"{v['second']:.3f}", *_change(v), f"{v['better']:,}", f"{v['worse']:,}"]
            for name, v in comparison["measures"].items()
        ]
        heads = ["", comparison["first"], comparison["second"], "difference", "p", "better", "worse"]
        yield f"From {comparison['first']} to {comparison['second']}", [heads, *rows]
        if comparison["classes"]:
            rows = [[group or "(none)", f"{v['queries']:,}", *_change(v)] for group, v in comparison["classes"].items()]
            yield f"The same by class, {MAIN}", [["", "queries", "difference", "p"], *rows]


def _figures(measures: Summary) -> list[str]:
    return [f"{measures[name]:.3f}" for name in MEASURES]


def _change(values: Summary) -> tuple[str, str]:
    p = values["p"]
    return f"{values['difference']:+.3f}", "<.001" if p < 0.001 else f"{p:.3f}"


def _lists(summary: Summary) -> Iterator[tuple[str, Iterable[str]]]:
    if "comparison" not in summary:
        return
    comparison = summary["comparison"]
    names = {"first": comparison["first"], "second": comparison["second"]}
    for kind in ("helped", "hurt"):
        if comparison[kind]:
            numbered = enumerate(comparison[kind], 1)
            cases = (line for number, case in numbered for line in _case_lines(number, case, names))
            yield f"Most {kind} by {names['second']}", cases


def _case_lines(number: int, case: Summary, names: dict[str, str]) -> Iterator[str]:
    group = f", {case['class']}" if case["class"] else ""
    yield ""
    yield f"{number}. {' '.join(case['text'].split())} (query {case['query']}{group})"
    yield f"   {MAIN} {case['first']:.3f} → {case['second']:.3f}"
    for side, name in names.items():
        yield f"   {name} finds{'' if case['hits'][side] else ' nothing'}"
        for rank, hit in enumerate(case["hits"][side], 1):
            yield f"   {rank:>4}. {_grade(hit)}{_label(hit)}"
            if hit["text"]:
                yield f"         {hit['text']}"
    yield "   judged to be answers"
    for answer in case["answers"]:
        ranks = ", ".join(
            f"{ordinal(rank)} in {names[side]}" if rank else f"not in {names[side]}"
            for side, rank in answer["ranks"].items()
        )
        yield f"      {_grade(answer)}{_label(answer)}: {ranks}"
    if case["more_answers"]:
        yield f"      and {case['more_answers']} more"


def _grade(shown: Summary) -> str:
    return f"[{shown['grade']}] " if shown["grade"] else ""


def _label(shown: Summary) -> str:
    return f"{shown['title']} ({shown['id']})" if shown["title"] else shown["id"]


FORMATS: dict[str, Callable[[Summary], str]] = {"text": text, "json": as_json, "markdown": markdown}
"""The ways to print an evaluation, by name."""
