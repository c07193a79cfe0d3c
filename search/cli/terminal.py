"""How commands behave in a terminal: errors of one line, exit codes, colours, the pager, progress.

Exit codes: 0 for success, 1 for a question that finds nothing, 2 for an error, 130 for an interruption.
"""

import io
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Self

import click

from ...docstrings import docstring
from ...errors import DragomanError, NotFound, QueryError
from ...refusals import refusal
from ..results.printing import visible

if TYPE_CHECKING:
    from threading import Event
    from types import FrameType

    from tqdm import tqdm

    from ...index.writing.tally import Progress


def run(command: click.Command, name: str, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command as a program. Errors that are meant for the user are one line on standard error.

    Args:
        command: The command.
        name: What the program is called.
        arguments: Its arguments; those of the process if they are not given.
    """
    _prepare_streams()
    stdout = sys.stdout
    chosen = (True if _forced() else None) if colours() else False  # None leaves it to each stream
    try:
        code = with_help(command).main(arguments, prog_name=name, standalone_mode=False, color=chosen)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        _leave(2)
    except click.ClickException as error:
        _fail(name, error.format_message())
    except NotFound as error:
        _fail(name, f"{error}: `dragoman list` shows the ids of documents")
    except DragomanError as error:
        offered = f"; try: {error.question}" if isinstance(error, QueryError) and error.question else ""
        _fail(name, f"{error}{offered}", error.exit_code)
    except (click.Abort, KeyboardInterrupt) as error:
        kept = str(error.__cause__ or error)
        _fail(name, f"interrupted: {kept}" if kept else "interrupted", 130)
    except BrokenPipeError:
        _leave(0)
    except (OSError, MemoryError) as error:
        # What names no file is most often what was printed.
        refused = refusal(error, "standard output" if isinstance(error, OSError) else "the system")
        told = f"{getattr(error, 'filename', None) or 'the system'}: {getattr(error, 'strerror', None) or error}"
        _fail(name, str(refused or told))
    except sqlite3.Error as error:
        mend = "if it stays so, mend it with `dragoman doctor --repair`"
        _fail(name, f"the collection's ledger cannot be used ({error}): {mend}")
    except SystemExit as left:
        # Click covers a broken pipe and leaves with a failure, but whoever read our output has only seen enough.
        _leave(left.code if sys.stdout is stdout else 0)
    _leave(code)


def with_help(command: click.Command) -> click.Command:
    """A command with its help text, and those within it with theirs, where Python has left out docstrings."""
    if command.help is None and command.callback is not None:
        command.help = docstring(command.callback) or None
    for each in getattr(command, "commands", {}).values():
        with_help(each)
    return command


def _prepare_streams() -> None:
    """Let closed standard streams lead nowhere, and spell out the characters that an encoding lacks."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            # The lowest free descriptor is this stream's own, which no file of a collection should get.
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper) and mode == "w":
            stream.reconfigure(errors="backslashreplace")


def _fail(name: str, message: str, code: int = 2) -> NoReturn:
    click.echo(f"{name}: {visible(' '.join(message.split()))}", err=True)
    _leave(code)


def _leave(code: object) -> NoReturn:
    try:
        sys.stdout.flush()
    except OSError:
        # Python would complain about the rest when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code if isinstance(code, int) else 0)


def colours() -> bool:
    """Whether to write in colours: standard output is a terminal that has them, or FORCE_COLOR says so.

    NO_COLOR turns them off in any case. FORCE_COLOR=0 forces nothing.
    """
    if os.environ.get("NO_COLOR"):
        return False
    return _forced() or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def _forced() -> bool:
    return os.environ.get("FORCE_COLOR", "0") not in ("", "0")


def echo_paged(text: str) -> None:
    """Print a text; in a terminal that it would overflow, through the user's pager."""
    if sys.stdin.isatty() and sys.stdout.isatty() and text.count("\n") >= shutil.get_terminal_size().lines:
        os.environ.setdefault("LESS", "-RX")  # colours as they are, and what was read stays on the screen
        click.echo_via_pager(text)
    else:
        click.echo(text, nl=False)


def echo_if_possible(line: str, *, err: bool = False) -> None:
    """Print a line of a program that goes on where the system refuses to take it, as on a full disk."""
    try:
        click.echo(line, err=err)
    except OSError as error:
        if refusal(error, "") is None:  # nobody reads it any more
            raise


def leave_when_terminated() -> None:
    """Let SIGTERM end the program like the end of its work, so that it still tidies up."""

    def leave(_number: int, _frame: "FrameType | None") -> NoReturn:
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)


def set_by_signals() -> "Event":
    """An event that SIGINT and SIGTERM set, beside raising KeyboardInterrupt.

    What a signal raises is lost where it comes while something is let go of, as is whatever `__del__` raises: who goes
    on and on looks at the event as well, and nothing is told of what was lost.
    """
    from threading import Event

    stop, tell_of_lost = Event(), sys.unraisablehook

    def leave(_number: int, _frame: "FrameType | None") -> NoReturn:
        stop.set()
        raise KeyboardInterrupt

    def lost(unraisable: Any) -> None:
        if not (stop.is_set() and isinstance(unraisable.exc_value, KeyboardInterrupt)):
            tell_of_lost(unraisable)

    sys.unraisablehook = lost
    signal.signal(signal.SIGTERM, leave)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # and not ignored, as in the background
        signal.signal(signal.SIGINT, leave)
    return stop


def drawn_bar(**options: Any) -> "tqdm[Any]":
    """A bar of tqdm's on standard error, drawn only on a terminal; the options are tqdm's."""
    from tqdm import tqdm  # late, because asking never needs it

    return tqdm(file=sys.stderr, disable=not sys.stderr.isatty(), dynamic_ncols=True, leave=False, **options)


class ProgressBar:
    """The progress of a change to a collection. Call it with each Progress, and use it as a context."""

    def __init__(self, label: str, total: int | None = None) -> None:
        self._bar = drawn_bar(desc=label, total=total, unit=" documents")
        self._is_encoding = False

    def __call__(self, progress: "Progress") -> None:
        """Show how far the change has come, and say what it waits for."""
        if progress.waits_for:
            self._bar.write(f"waiting until {visible(progress.waits_for)}", file=sys.stderr)
        if progress.to_encode:
            self._show_encoding(progress)
            return
        if progress.total is not None:
            self._bar.total = progress.total
        copied = f", copied={progress.copied}" if progress.copied else ""
        self._bar.set_postfix_str(f"passages={progress.passages}{copied}", refresh=False)
        self._bar.update(progress.documents - self._bar.n)

    def _show_encoding(self, progress: "Progress") -> None:
        """Show how many documents are searchable by then, of what share meaning covers them, and how long it takes."""
        if not self._is_encoding:
            self._bar.close()
            what = f"{progress.documents:,} documents searchable · meaning"
            self._bar = drawn_bar(
                desc=what,
                total=progress.to_encode,
                initial=progress.encoded - 1,
                bar_format="{desc} {percentage:.0f} %, {remaining} left {bar}",
            )
            self._is_encoding = True
        self._bar.update(progress.encoded - self._bar.n)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
