"""The program `search`, which takes only a question: it has no commands that a word could be taken for."""

from collections.abc import Callable
from pathlib import Path
from textwrap import fill
from typing import Any, TypeVar

import click

from ...corpus.fields import DECLARED
from ..options import OPTIONS, Option
from ..results.printing import visible
from ..results.results import Results
from ..stores.protocol import refuse_damaged
from .layout import FORMATS, timed
from .options import PathFromHome, at_option, bom_option, collections_option, format_option, opened, with_bom
from .terminal import echo_paged, run

_Command = TypeVar("_Command", bound=Callable[..., object])

_OTHERS = fill(" ".join(f"{field.name}:" for field in DECLARED[1:]), 50, subsequent_indent=" " * 25)

_DETAILS = f"""
\b
Examples (a phrase needs the shell's quotes around its own):
  search Lee Macron strategic partnership
  search '"strategic partnership" -Macron'
  search quantum country:France date:2025-11..2026-01
  search 'shuttl* OR visit~' person:Takaichi --sort newest
  search hotline --format kwic
  search --batch questions.txt --format csv
  search hotline --collection 2024.idx --collection 2025.idx

\b
The query:
  words             what the passage should say; most of them must be there, or their meaning
  "a phrase"        these words in this order
  -word  NOT word   not that
  a AND b  a OR b   both, either; ( ) around groups
  country:France    also {_OTHERS} title:
  person:="Xi"      exactly that value, where person:Xi is any with that word
  date:2025-11      also date:2025-11-22, date:2025-11..2026-01, date:>=2025, date:1960s, date:yesterday,
                    date:"Nov 2025", date:"last 30 days"; date:none for what has no date
  summ*  wom?n      any letters, one letter
  diplomasy~        about this spelling
  =treaties         this very word: no other form, spelling or name
  "peace * treat*"  a phrase with a gap that one word fills, and a beginning
  "peace talks"~5   up to 5 words between, or 3 the other way round
  a NEAR/5 b        up to 5 words between, either way; NEAR/s in one sentence
"""

_THOUSAND = click.IntRange(1, 1000)
_HITS = 5
_HITS_IN_KWIC = 100


class _Question(click.Command):
    """A command whose arguments are words of a question.

    A word with one dash in front (-Macron) belongs to the question, unless it is exactly a short option: click would
    read it as several short options (-M -a -c …).
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:  # for completion, where the question may be unfinished
            return super().parse_args(ctx, args)
        takes_value = {
            name: isinstance(option, click.Option) and not option.is_flag
            for option in self.get_params(ctx)
            for name in option.opts
            if name.startswith("-")
        }
        options: list[str] = []
        words: list[str] = []
        remaining = iter(args)
        for arg in remaining:
            if arg == "--":
                words += remaining
            elif takes_value.get(arg):
                value = next(remaining, None)
                if value is None:
                    raise click.BadOptionUsage(arg, f"{arg} needs a value: --help says which", ctx)
                options += [arg, value]
            elif arg in takes_value or arg.startswith("--"):
                options.append(arg)
            else:
                words.append(arg)
        if not (options or words):
            raise click.UsageError("ask something, as in `search Lee Macron strategic partnership`, or see --help", ctx)
        return super().parse_args(ctx, [*options, "--", *words])


def _search_options(command: _Command) -> _Command:
    """The options of a search that are of use in a terminal; the command's parameters have their names."""
    for option in reversed(list(OPTIONS.values())):
        if option.name not in _ELSEWHERE:
            command = _click_option(option)(command)
    return command


_ELSEWHERE = ("limit", "offset", "highlights", "timeout")
"""Options that the terminal replaces (by pages) or always sets to the same value."""

_MOST_FACETS = 100


def _click_option(option: Option) -> Callable[[_Command], _Command]:
    name = f"--{option.name.replace('_', '-')}"
    match option.kind:
        case "choice":
            kind = click.Choice(option.choices())
            return click.option(
                name, type=kind, default=option.default, show_default=option.default is not None, help=option.about
            )
        case "count":
            kind = click.IntRange(option.low, min(option.high, _MOST_FACETS))
            return click.option(name, type=kind, default=option.default, metavar="N", help=option.about)
        case "flag" if option.default:
            return click.option(f"{name}/--un{option.name}", default=True, help=option.about)
        case "flag":
            return click.option(name, is_flag=True, help=option.about)
        case "values" | "constraints":
            return click.option(name, option.name, multiple=True, metavar="VALUE", help=option.about)
        case _:
            metavar = {"day": "DATE", "id": "ID"}.get(option.kind, "SECONDS")
            return click.option(name, metavar=metavar, help=option.about)


@click.command(cls=_Question, epilog=_DETAILS, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("query", nargs=-1, metavar="QUERY…")
@click.option(
    "-n", "--limit", type=_THOUSAND, metavar="N", help=f"Hits on a page. [default: {_HITS}; for kwic {_HITS_IN_KWIC}]"
)
@click.option("-p", "--page", type=_THOUSAND, default=1, show_default=True, metavar="P", help="Which page.")
@_search_options
@click.option(
    "--batch",
    type=PathFromHome(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Ask each line of FILE (- for standard input). With --format csv, the default here, or jsonl.",
)
@collections_option
@at_option
@format_option(FORMATS, "How to print the hits: kwic is each occurrence of the words in its line, by date.")
@bom_option
@click.pass_context
def search(
    context: click.Context,
    query: tuple[str, ...],
    limit: int | None,
    page: int,
    batch: Path | None,
    collections: tuple[Path, ...],
    at: str | None,
    format_: str,
    bom: bool,
    **options: Any,
) -> None:
    """Search a collection, or several side by side, for the passages that answer QUERY.

    The exit code is 0 if something is found and 1 if nothing is; of a --batch, 2 if a line is no question that can be
    answered, though the others are.
    """
    limit = limit or (_HITS_IN_KWIC if format_ == "kwic" else _HITS)

    def ask(question: str) -> Results:
        return searched.search(question, limit=limit, offset=(page - 1) * limit, **options)

    if batch is not None:
        format_ = _batch_format(context, format_, query)
        from .batch import run_batch  # late, as it is seldom needed

        with opened(*collections, at=at) as searched:
            refuse_damaged(searched.left_out)
            click.echo(with_bom("", format_, bom), nl=False)
            context.exit(run_batch(batch, format_, ask, several=len(collections) > 1))
    with opened(*collections, at=at) as searched:
        results = ask(" ".join(query))
    for each in results.left_out:
        click.echo(f"search: {visible(str(each))}", err=True)
    for line in timed(results):
        click.echo(line, err=True)
    echo_paged(with_bom(FORMATS[format_](results), format_, bom))
    if not results.hits:
        context.exit(1)


def _batch_format(context: click.Context, format_: str, query: tuple[str, ...]) -> str:
    """The format of the answers to many questions. Raises UsageError for a question beside them, or another format."""
    if query:
        raise click.UsageError("--batch reads the questions from its file: leave out QUERY")
    from .batch import FORMATS as BATCH_FORMATS

    if context.get_parameter_source("format_") == click.core.ParameterSource.DEFAULT:
        return next(iter(BATCH_FORMATS))
    if format_ not in BATCH_FORMATS:
        raise click.UsageError(f"--batch goes with --format {' or '.join(BATCH_FORMATS)}")
    return format_


def main() -> None:
    """The program `search`."""
    run(search, "search")
