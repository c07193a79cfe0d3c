"""The command that fits the ranking to judged questions: `dragoman tune`."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ..evaluation import tuning
from ..evaluation.evaluate import MAIN
from ..evaluation.judgments import read_judged
from ..evaluation.report import left_out
from ..evaluation.tuning import DIALS, LARGEST_CHANCE, LEAST_GAIN, TELLING, Part, Tuned
from ..results.printing import many, table, to_json, visible
from .options import PathFromHome, collection_option, folder_of, format_option, opened, wait_option
from .terminal import drawn_bar

_DETAILS = """
\b
JUDGED is what people found to answer questions: a file of lines such as
  who proposed a hotline<TAB>ID
with the id of a document or passage that answers, or a folder in the BEIR layout; see `dragoman eval --help`.

\b
Examples:
  dragoman tune answers.tsv --collection summits.idx --dry-run
  dragoman tune answers.tsv --collection summits.idx
  dragoman tune --reset --collection summits.idx
"""

_EXISTING = PathFromHome(exists=True, dir_okay=False)


@click.command("tune", epilog=_DETAILS)
@click.argument("judged", required=False, type=PathFromHome(exists=True))
@collection_option
@click.option("--queries", type=_EXISTING, metavar="FILE", help="These queries instead of the folder's own.")
@click.option("--qrels", type=_EXISTING, metavar="FILE", help="These judgments instead of the folder's own.")
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    metavar="N",
    help="Take at most N of the questions, evenly spread: more take longer and tell little more.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@click.option("--reset", is_flag=True, help="Take the default settings back. Needs no JUDGED.")
@wait_option
@format_option(["text", "json"])
def tune(
    judged: Path | None,
    collection: Path | None,
    queries: Path | None,
    qrels: Path | None,
    sample: int,
    dry_run: bool,
    reset: bool,
    wait: float,
    format_: str,
) -> None:
    """Fit the ranking of a collection to questions whose answers people have judged.

    A part of the questions is held out to see whether settings fitted to the others are better on those, too. Only if
    they are, by at least 0.002 nDCG@10 and with a probability of mere chance of at most 0.05, are they written into the
    collection; any search has them from then on. Three lines are enough to start, some fifty to tell.
    """
    if reset == (judged is not None):
        raise click.UsageError("name a file or folder of judgments, or give --reset to take the defaults back")
    path = folder_of(collection)
    if judged is None:
        _reset(path, dry_run, wait)
        return
    known = read_judged(judged, queries=queries, qrels=qrels).sample(sample)
    try:
        with _fitting() as progress:
            outcome = tuning.tune(path, known, progress=progress)
    except KeyboardInterrupt as interruption:
        raise KeyboardInterrupt("nothing was written") from interruption
    written = outcome.pays and not dry_run
    if written:
        with opened(path) as tuned:
            tuned.keep_settings(outcome.settings, lock_timeout=wait)
    summary = _summary(outcome, str(path), written)
    if format_ == "json":
        click.echo(to_json(summary, indent=2))
    else:
        for line in _lines(outcome, summary, dry_run):
            click.echo(visible(line))


def _reset(path: Path, dry_run: bool, wait: float) -> None:
    with opened(path) as collection:
        tuned = collection.status().tuned
        if tuned and not dry_run:
            collection.keep_settings(None, lock_timeout=wait)
    again = "would have the defaults again (--dry-run)" if dry_run else "has the defaults again"
    click.echo(f"The ranking {again if tuned else 'has the defaults already'}.")


@contextmanager
def _fitting() -> Generator[Callable[[float], None]]:
    """A progress bar for the work, drawn only on a terminal."""
    shown = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
    with drawn_bar(total=1.0, desc="tuning", bar_format=shown) as bar:

        def progress(share: float) -> None:
            bar.update(share - bar.n)

        yield progress


def _summary(outcome: Tuned, collection: str, written: bool) -> dict[str, Any]:
    """All that tuning found, as JSON-ready values with documented keys: see docs/relevance.md."""

    def part(part: Part, chance: float | None) -> dict[str, Any]:
        rows: list[int] = part.rows.tolist()
        values = zip(rows, part.before.tolist(), part.after.tolist(), strict=True)
        return {
            "queries": len(part.rows),
            "before": float(part.before.mean()),
            "after": float(part.after.mean()),
            "difference": part.gain,
            "p": chance,
            "by_query": {
                outcome.cases[row].question.id: {"before": before, "after": after} for row, before, after in values
            },
        }

    return {
        "judged": outcome.judged.name,
        "collection": collection,
        "measure": MAIN,
        "queries": len(outcome.cases),
        "unheld": list(outcome.unheld),
        "unjudged": list(outcome.judged.unjudged),
        "unasked": outcome.judged.unasked,
        "missing_judgments": outcome.missing,
        "parts": outcome.parts,
        "fitted": part(outcome.fitted, None),
        "held_out": part(outcome.held_out, outcome.chance),
        "before": asdict(outcome.present),
        "after": asdict(outcome.settings),
        "least_difference": LEAST_GAIN,
        "largest_p": LARGEST_CHANCE,
        "pays": outcome.pays,
        "written": written,
    }


def _lines(outcome: Tuned, summary: dict[str, Any], dry_run: bool) -> Iterator[str]:
    """For reading in a terminal."""
    yield f"{outcome.judged.name}: {many(len(outcome.cases), 'question')} in {summary['collection']}"
    yield from left_out(summary, "question")
    yield _held_out(outcome)
    yield ""
    heads = [MAIN, "questions", "before", "after", "difference", "p"]
    yield from _table([heads, _row("fitted", outcome.fitted), _row("held out", outcome.held_out, outcome.chance)])
    turned = [dial for dial in DIALS if dial.get(outcome.present) != dial.get(outcome.settings)]
    if turned:
        values = [[dial.name, f"{dial.get(outcome.present)}", f"{dial.get(outcome.settings)}"] for dial in turned]
        yield ""
        yield from _table([["setting", "before", "after"], *values])
    yield ""
    yield from _doubts(outcome)
    yield _verdict(outcome, dry_run)


def _held_out(outcome: Tuned) -> str:
    if not outcome.parts:
        return "One half of the questions was held out, and judged by settings fitted to the other half."
    each = "question" if outcome.parts == len(outcome.cases) else f"part of {len(outcome.cases) // outcome.parts} or so"
    return f"Each {each} was held out once, and judged by settings fitted to the others."


def _row(name: str, part: Part, chance: float | None = None) -> list[str]:
    p = "" if chance is None else "<.001" if chance < 0.001 else f"{chance:.3f}"
    figures = (f"{part.before.mean():.3f}", f"{part.after.mean():.3f}", f"{part.gain:+.3f}")
    return [name, f"{len(part.rows):,}", *figures, p]


def _table(rows: list[list[str]]) -> Iterator[str]:
    return (f"  {line}" for line in table(rows))


def _doubts(outcome: Tuned) -> Iterator[str]:
    """What to think of figures from few questions."""
    count = len(outcome.held_out.rows)
    luckiest = 0.5 ** (count - 1)
    if luckiest > LARGEST_CHANCE:
        yield (
            f"{many(count, 'question')} cannot tell good settings from luck: even if all of them gained, that would be "
            f"chance one time in {round(1 / luckiest)}. It takes six at least, and some {TELLING} to see a small gain."
        )
    elif count < TELLING:
        yield f"{count} questions can hardly tell good settings from luck: judge {TELLING} or more to see a small gain."


def _verdict(outcome: Tuned, dry_run: bool) -> str:
    if outcome.settings == outcome.present:
        return "The present settings stay: no others suit the questions better."
    if outcome.pays:
        if dry_run:
            return "The new settings are worth having. They were not written (--dry-run)."
        return "The new settings are in the collection now; `dragoman tune --reset` takes the defaults back."
    gain = f"the questions that were held out gain {outcome.held_out.gain:+.3f} on average"
    if outcome.held_out.gain < LEAST_GAIN:
        return f"The present settings stay: {gain}, and it takes {LEAST_GAIN} for more than rounding."
    return (
        f"The present settings stay: {gain}, but that is chance with a probability of {outcome.chance:.2f}, and "
        f"{LARGEST_CHANCE} is the most that counts. More questions would tell."
    )
