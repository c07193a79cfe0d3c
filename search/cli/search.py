"""The program `search`, which takes only a question: it has no commands that a word could be taken for."""

from collections.abc import Callable
from pathlib import Path
from textwrap import fill
from typing import Any, TypeVar

import click

from ...corpus.fields import DECLARED
from ..options import OPTIONS, Option
from .layout import FORMATS
from .options import collection_option, format_option, opened
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

\b
The query:
  words             what the passage should say; most of them must be there, or their meaning
  "a phrase"        these words in this order
  -word  NOT word   not that
  a AND b  a OR b   both, either; ( ) around groups
  country:France    also {_OTHERS} title:
  person:="Xi"      exactly that value, where person:Xi is any with that word
  date:2025-11      also date:2025-11-22, date:2025-11..2026-01, date:..2025
  summ*  wom?n      any letters, one letter
  diplomasy~        about this spelling
  =treaties         this very word: no other form, spelling or name
  "peace * treat*"  a phrase with a gap that one word fills, and a beginning
  "peace talks"~5   up to 5 words between, or 3 the other way round
  a NEAR/5 b        up to 5 words between, either way; NEAR/s in one sentence
"""

_THOUSAND = click.IntRange(1, 1000)


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
@click.option("-n", "--limit", type=_THOUSAND, default=5, show_default=True, metavar="N", help="Hits on a page.")
@click.option("-p", "--page", type=_THOUSAND, default=1, show_default=True, metavar="P", help="Which page.")
@_search_options
@collection_option
@format_option(FORMATS, "How to print the hits.")
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
    with opened(collection) as searched:
        results = searched.search(" ".join(query), limit=limit, offset=(page - 1) * limit, **options)
    echo_paged(FORMATS[format_](results))
    if not results.hits:
        context.exit(1)


def main() -> None:
    """The program `search`."""
    run(search, "search")
