"""What a change did, in lines."""

from typing import TYPE_CHECKING

import click

from ..results.printing import many, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...corpus.readers.contract import Skipped
    from ...index.writing.writer import Report


def echo_report(report: "Report") -> None:
    """Print what a change did in one line; and what was skipped and why, a line each, on standard error."""
    click.echo(f"documents: {summary(report)}")
    echo_skipped(report.skipped)


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
    passages = f" ({many(report.passages, 'passage')} encoded)" if report.passages else ""
    return f"{', '.join(counts) or 'nothing to do'}{passages}"


def skipped_line(skipped: "Skipped") -> str:
    """What was skipped and why, as a line."""
    return visible(" ".join(f"skipped {skipped}".split()))
