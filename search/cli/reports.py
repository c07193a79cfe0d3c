"""What a change did, in lines."""

from typing import TYPE_CHECKING, Final

import click

from ..results.printing import many, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...corpus.readers.contract import Skipped
    from ...index.writing.tally import Report


_NAMED: Final = 12
"""How many things a line names that nothing holds."""


def echo_report(report: "Report") -> None:
    """Print what a change did in one line.

    On standard error: what was skipped and why, a line each; what readers have to say of what they read, a line a kind;
    and in one line what nothing holds of what sources say.
    """
    click.echo(f"documents: {summary(report)}")
    echo_skipped(report.skipped)
    for line in (*remark_lines(report), *filter(None, [unused_line(report)]), *map(visible, report.elsewhere)):
        click.echo(line, err=True)


def echo_skipped(skipped: "Iterable[Skipped]") -> None:
    """Print what was skipped and why, a line each, on standard error."""
    for each in skipped:
        click.echo(skipped_line(each), err=True)


def summary(report: "Report") -> str:
    """What a change did, as in "3 added, 1 removed (12 passages encoded)"."""
    counts = [
        f"{count:,} {what}"
        for count, what in (
            (report.added, "added"),
            (report.updated, "updated"),
            (report.unchanged, "unchanged"),
            (report.removed, "removed"),
            (len(report.skipped), "skipped"),
        )
        if count
    ]
    encoded = f"{many(report.encoded, 'passage')} encoded" if report.encoded else ""
    if not counts:
        return encoded or "nothing to do"
    return f"{', '.join(counts)} ({encoded})" if encoded else ", ".join(counts)


def moved_summary(report: "Report") -> str:
    """What moving a source did, as in "3 moved, 1 was there already"."""
    there = f", {report.removed:,} {'was' if report.removed == 1 else 'were'} there already" if report.removed else ""
    return f"{report.updated:,} moved{there}"


def remark_lines(report: "Report") -> list[str]:
    """What readers have to say of what they read all the same: a line a kind, with how many documents and examples."""
    lines: list[str] = []
    for kind, (documents, examples) in report.remarks.items():
        more = ", …" if documents > len(examples) else ""
        lines.append(visible(" ".join(f"{kind} in {many(documents, 'document')}: {', '.join(examples)}{more}".split())))
    return lines


def unused_line(report: "Report") -> str:
    """What sources say of documents and nothing holds, as a line; "" if that is nothing."""
    named = list(report.unused.items())
    if not named:
        return ""
    shown = [f"{name} ({count:,})" for name, count in named[:_NAMED]]
    shown[0] = f"{named[0][0]} ({many(named[0][1], 'document')})"
    keys = any(": " not in name for name, _ in named)
    hint = "; `dragoman reindex --field NAME=KEY` makes a field of a key" if keys else ""
    more = f" and {many(len(named) - _NAMED, 'more', 'more')}" if len(named) > _NAMED else ""
    return visible(f"Not used: {', '.join(shown)}{more}{hint}")


def skipped_line(skipped: "Skipped") -> str:
    """What was skipped and why, as a line."""
    return visible(" ".join(f"skipped {skipped}".split()))
