"""`search`: the question, and nothing else, so that no word of it is taken for a command."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click

from ...index.home import ready
from ...index.reading.tallies import Facets
from ..ranking.engine import Mode, Sort
from ..results import formats as render
from .terminal import collection_option, echo_paged, first_build, run, visible

_DETAILS = """
\b
Examples (a phrase needs the shell's quotes around its own):
  search Lee Macron strategic partnership
  search '"strategic partnership" -Macron'
  search quantum country:France date:2025-11..2026-01
  search 'shuttl* OR visit~' person:Takaichi --sort newest

\b
The query:
  words             what the passage should say; most of them must be there, or their meaning
  "a phrase"        these words in this order
  -word  NOT word   not that
  a AND b  a OR b   both, either; ( ) around groups
  country:France    also person: outlet: place: kind: lang: title:
  person:="Xi"      exactly that value, where person:Xi is any with that word
  date:2025-11      also date:2025-11-22, date:2025-11..2026-01, date:..2025
  summ*  wom?n      any letters, one letter
  diplomasy~        about this spelling
"""


_HEIGHTS = "·▁▂▃▄▅▆▇█"
_MARGIN = 10  # the longest name of a column or unit, and a space or two
_THOUSAND = click.IntRange(1, 1000)


class _Question(click.Command):
    """A command whose arguments are words of a question.

    A word with one dash in front (-Macron) belongs to the question, unless it is exactly a short option; anything
    else that click would make of it (-Macron as -M -a -c …) would be a surprise.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:  # for completion, which wants what there is of a question
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


@click.command(cls=_Question, epilog=_DETAILS, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("query", nargs=-1, metavar="QUERY…")
@click.option("-n", "--limit", type=_THOUSAND, default=5, show_default=True, metavar="N", help="Hits on a page.")
@click.option("-p", "--page", type=_THOUSAND, default=1, show_default=True, metavar="P", help="Which page.")
@click.option(
    "--mode", type=click.Choice(get_args(Mode)), default="hybrid", show_default=True, help="Which legs to ask."
)
@click.option("--after", metavar="DATE", help="Only documents of this day, month or year, or later.")
@click.option("--before", metavar="DATE", help="Only documents of this day, month or year, or earlier.")
@click.option("--country", multiple=True, metavar="NAME", help="Only documents on this country. Several: any of them.")
@click.option("--person", multiple=True, metavar="NAME", help="Only documents on this person. Several: any of them.")
@click.option("--outlet", multiple=True, metavar="NAME", help="Only documents of this outlet. Several: any of them.")
@click.option("--sort", type=click.Choice(get_args(Sort)), help="Order. [default: relevance; newest if only filtering]")
@click.option("--per-document", is_flag=True, help="The best passage of each document only.")
@click.option("--fold/--unfold", default=True, help="Near-identical reports as one, or each by itself.")
@click.option(
    "--facets", type=click.IntRange(0, 100), default=0, metavar="N", help="Count the N commonest values, and the dates."
)
@collection_option
@render.format_option
@click.option("--explain", is_flag=True, help="Show how each score came about.")
@click.pass_context
def search(
    context: click.Context,
    query: tuple[str, ...],
    limit: int,
    page: int,
    collection: Path | None,
    format_: str,
    **options: Any,
) -> None:
    """Search a collection for the passages that answer QUERY."""
    from ..collection import open_collection

    with open_collection(ready(collection, first_build)) as opened:
        results = opened.search(" ".join(query), limit=limit, offset=(page - 1) * limit, **options)
    shown = render.FORMATS[format_](results)
    if results.facets and format_ == "text":
        shown += "\n" + "".join(f"{line}\n" for line in _facets(results.facets))
    echo_paged(shown)
    if not results.hits:
        context.exit(1)


def _facets(facets: Facets) -> Iterator[str]:
    """What the match set consists of: a paragraph a column, and over time."""
    rows: dict[str, str] = {}
    for name, column in facets.columns.items():
        named = [f"{visible(each.value)} {each.passages:,}" for each in column.values]
        more = column.distinct - len(named)
        rows[name] = " · ".join(named + ([f"and {more:,} more"] if more else []))
    if facets.histogram:
        bars = facets.histogram.bars
        highest = max(bar.passages for bar in bars)
        heights = "".join(_HEIGHTS[-(-bar.passages * (len(_HEIGHTS) - 1) // highest)] for bar in bars)
        told = {"day": 10, "month": 7}.get(facets.histogram.unit, 4)  # characters of a date
        rows[facets.histogram.unit] = f"{str(bars[0].first)[:told]} {heights} {str(bars[-1].last)[:told]}"
    for name, row in rows.items():
        for place, line in enumerate(render.wrapped([(row, frozenset())], " " * _MARGIN)):
            yield f"{'' if place else name:<{_MARGIN}}{line}"


def main() -> None:
    """The program `search`."""
    run(search, "search")
