"""How commands behave in a terminal: errors of one line, exit codes, the collection option, progress.

Exit codes: 0 for success, 1 for a question that finds nothing, 2 for an error, 130 for an interruption.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from .errors import DragomanError

COLLECTION_VARIABLE = "DRAGOMAN_COLLECTION"

collection_option = click.option(
    "--collection",
    metavar="DIR",
    type=click.Path(path_type=Path),
    envvar=COLLECTION_VARIABLE,
    help=f"The collection's folder. Also {COLLECTION_VARIABLE}; else the user's own, in their data directory.",
)
"""The option that names a collection; the command's parameter `collection` is a Path or None."""


def run(command: click.Command, name: str, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command as a program of that name: whatever goes wrong on purpose is one line on standard error."""
    try:
        code = command.main(arguments, prog_name=name, standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        _leave(2)
    except click.ClickException as error:
        _fail(name, error.format_message())
    except DragomanError as error:
        _fail(name, str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail(name, "interrupted", 130)
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain when it flushes the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _leave(0)
    except OSError as error:
        _fail(name, f"{error.filename or 'the system'}: {error.strerror or error}")
    _leave(code if isinstance(code, int) else 0)


def _fail(name: str, message: str, code: int = 2) -> NoReturn:
    click.echo(f"{name}: {' '.join(message.split())}", err=True)
    _leave(code)


def _leave(code: int) -> NoReturn:
    sys.exit(code)


class ProgressBar:
    """A progress bar on standard error, drawn only on a terminal. Call it with a Progress; use it as a context."""

    def __init__(self, label: str, total: int | None = None) -> None:
        from tqdm import tqdm

        self._bar = tqdm(
            desc=label,
            total=total,
            unit=" documents",
            file=sys.stderr,
            disable=not sys.stderr.isatty(),
            dynamic_ncols=True,
            leave=False,
        )

    def __call__(self, progress: Any) -> None:
        """Show how far a change has come (an `index.writer.Progress`)."""
        self._bar.set_postfix(passages=progress.passages, refresh=False)
        self._bar.update(progress.documents - self._bar.n)

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()


def first_build(documents: int) -> ProgressBar:
    """Say that the user's own collection is being made, which happens once; the bar that shows how it goes."""
    click.echo(f"First use: building your collection from {documents} shipped documents, once.", err=True)
    return ProgressBar("building", documents)
