"""The command that measures: `dragoman eval`."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import cast, get_args

import click

from ..evaluation.answer_cache import Answers
from ..evaluation.evaluate import System, compare, evaluate
from ..evaluation.judged_collection import collection_of
from ..evaluation.judgments import JudgedSet, read_judged
from ..evaluation.measures import check_available
from ..evaluation.names import generate_names, write_judgments
from ..evaluation.report import FORMATS, summarise
from ..evaluation.runs import read_run, run_file, write_run
from ..ranking.engine import Mode
from ..ranking.settings import Settings, apply_changes, read_changes
from ..results.printing import visible
from ..stores.protocol import refuse_damaged
from .options import PathFromHome, collection_option, folder_of, format_option, opened
from .reports import echo_skipped
from .terminal import ProgressBar, drawn_bar, echo_paged

_DETAILS = """
\b
A SYSTEM is what is measured:
  hybrid, keyword, meaning   a mode, with the collection's own settings
  hybrid:tuned.json          the default settings, changed by a JSON file such as {"keyword_weight": 0.5}
  'keyword:{"depth": 500}'   or changed as is written there; 'hybrid:{}' has all the defaults
  before/hybrid.run          a run file, as --runs writes it

\b
JUDGED is what people found to answer questions:
  a folder in the BEIR layout: corpus.jsonl, queries.jsonl, and qrels.tsv or qrels/test.tsv; plain, .gz or .xz
  or a file of lines such as "who proposed a hotline<TAB>ID", with the id of a document or passage that answers

\b
--generate names N asks N questions that need no judges, such as "Who is X?", about rare words of the collection: what
holds the word is right, and P@1 says of how many questions the first hit holds it. JUDGED is then a file to write the
questions into, to ask them again; without one they are only asked.

\b
Examples:
  dragoman eval std-scifact
  dragoman eval answers.tsv --collection summits.idx
  dragoman eval std-scifact --compare keyword hybrid
  dragoman eval --generate names 150 --collection frus.idx
"""

_EXISTING = PathFromHome(exists=True, dir_okay=False)


@click.command("eval", epilog=_DETAILS)
@click.argument("judged", required=False, type=PathFromHome())
@collection_option
@click.option(
    "--generate",
    type=(click.Choice(["names"]), click.IntRange(1, 10_000)),
    metavar="names N",
    help="Make up N questions about the collection's own names, instead of reading JUDGED.",
)
@click.option("--seed", default=0, show_default=True, metavar="N", help="Which words --generate takes.")
@click.option("--mode", "systems", multiple=True, metavar="SYSTEM", help="What to measure. [default: all three modes]")
@click.option(
    "--compare",
    "compared",
    nargs=2,
    metavar="SYSTEM SYSTEM",
    help="How the second differs from the first: by how much, whether by chance, and on which queries most.",
)
@click.option("--queries", type=_EXISTING, metavar="FILE", help="These queries instead of the folder's own.")
@click.option("--qrels", type=_EXISTING, metavar="FILE", help="These judgments instead of the folder's own.")
@click.option("--group-by", default="class", show_default=True, metavar="FIELD", help="Which key groups the queries.")
@click.option(
    "--condense",
    default="",
    metavar="FIELD",
    help="Count only documents whose id is, or starts with, one of the query's values in FIELD, such as volumes.",
)
@click.option(
    "--depth", type=click.IntRange(1, 1000), default=100, show_default=True, metavar="N", help="Results that count."
)
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Ask only N of the queries, evenly spread.")
@click.option("--runs", type=PathFromHome(file_okay=False), metavar="DIR", help="Write TREC run files.")
@click.option("--fresh", is_flag=True, help="Search again, instead of using answers that are kept from earlier runs.")
@format_option(FORMATS)
def eval_(
    judged: Path | None,
    collection: Path | None,
    generate: tuple[str, int] | None,
    seed: int,
    systems: tuple[str, ...],
    compared: tuple[str, str] | None,
    queries: Path | None,
    qrels: Path | None,
    group_by: str,
    condense: str,
    depth: int,
    sample: int | None,
    runs: Path | None,
    fresh: bool,
    format_: str,
) -> None:
    """Measure how good the ranking is, by questions whose answers people have judged.

    Without --collection, the documents in the folder JUDGED are indexed first, once; if there are none, your own
    collection is asked. Answers are kept, so that the same question is asked once until something changes.
    """
    check_available()
    asked = [_system(each) for each in dict.fromkeys((*systems, *(compared or ())))]
    asked = asked or [System(mode, mode) for mode in get_args(Mode)]
    if generate:
        known = _made_up(folder_of(collection), judged, generate[1], seed)
    elif judged:
        known = read_judged(judged, queries=queries, qrels=qrels, group=group_by)
    else:
        raise click.UsageError("what is judged? Name a folder or file, or make up questions: --generate names 150")
    known = known.sample(sample) if sample else known
    path = collection
    if path is None and any(each.saved is None for each in asked):
        path = _made(known.name, known.corpus) if known.corpus else folder_of(None)
    with Answers(fresh=fresh) as answers:
        if answers.lack:
            click.echo(f"Answers are not kept for the next time: {visible(str(answers.lack))}", err=True)
        try:
            with _asking() as progress:
                evaluation = evaluate(
                    path, known, asked, depth=depth, condense=condense, answers=answers, progress=progress
                )
        except KeyboardInterrupt as interruption:
            if answers.lack:
                raise
            raise KeyboardInterrupt("what was answered is kept, and the same command goes on") from interruption
    if runs:
        for each in evaluation.systems:
            ids = (case.question.id for case in evaluation.cases)
            write_run(run_file(runs, each.system.name), zip(ids, each.rankings, strict=True))
    names = [each.name for each in asked]
    comparison = compare(evaluation, *map(names.index, compared)) if compared else None
    with opened(path) if path else nullcontext() as searched:
        shown = FORMATS[format_](summarise(evaluation, comparison, searched))
    echo_paged(shown)


def _made_up(collection: Path, target: Path | None, count: int, seed: int) -> JudgedSet:
    """Questions about a collection's own names, written into a file if there is one to write."""
    if target is not None and target.exists():
        raise click.UsageError(
            f"{target} exists: to ask what is in it, leave out --generate; to write, name a new file"
        )
    with opened(collection) as searched:
        refuse_damaged(searched.left_out)
        made = generate_names(searched, count, seed)
    if target is not None:
        write_judgments(target, made)
    return made


def _system(written: str) -> System:
    mode, colon, settings = written.partition(":")
    if mode in get_args(Mode):
        return System(written, cast("Mode", mode), apply_changes(Settings(), read_changes(settings)) if colon else None)
    if Path(written).is_file():
        return System(written, saved=read_run(Path(written)))
    modes = ", ".join(get_args(Mode))
    raise click.UsageError(
        f"{written!r} is neither a mode ({modes}), nor a mode with settings (hybrid:FILE.json), nor a run file"
    )


def _made(name: str, corpus: Path) -> Path:
    """The collection of a judged set's own documents, made if it is not there."""

    def progress(place: Path) -> ProgressBar:
        click.echo(f"Indexing {visible(str(corpus))} into {visible(str(place))}, once.", err=True)
        return ProgressBar("indexing")

    place, skipped = collection_of(name, corpus, progress)
    echo_skipped(skipped)
    return place


@contextmanager
def _asking() -> Generator[Callable[[System, int, int], None]]:
    """A progress bar for the questions, drawn only on a terminal."""
    with drawn_bar(unit=" queries") as bar:

        def progress(system: System, done: int, total: int) -> None:
            if done == 1:
                bar.reset(total)
                bar.set_description(system.name, refresh=False)
            bar.update(done - bar.n)

        yield progress
