"""What the methods of a collection are called with: each is of the type that it must be, or is named in an error."""

from collections.abc import Iterable
from os import PathLike, fspath
from pathlib import Path
from typing import Any, cast

from ..errors import InvalidArgument, QueryError
from .options import check_seconds
from .ranking.settings import Settings

_SHOWN = 40  # characters of a value that an error quotes


def check_text(name: str, value: object) -> None:
    """Raise InvalidArgument if what `name` is called is not a text."""
    if not isinstance(value, str):
        hint = ": decode it, as in value.decode()" if isinstance(value, bytes | bytearray) else ""
        raise InvalidArgument(f"{name} is {_shown(value)}, and must be a text{hint}")


def check_decoded(name: str, value: object) -> None:
    """Raise QueryError if a text, or one of several, has bytes in it that were no UTF-8.

    Without them it would be another question.
    """
    if isinstance(value, list | tuple | set | frozenset):
        for each in cast("Iterable[object]", value):
            check_decoded(name, each)
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            where = f"character {error.start + 1} of {name} is no text in UTF-8"
            raise QueryError(f"{where}: type it in UTF-8, as `iconv` and a terminal set to it write") from None


def check_settings(value: object) -> None:
    """Raise InvalidArgument if a value is neither settings nor None."""
    if value is not None and not isinstance(value, Settings):
        raise InvalidArgument(f"settings are {_shown(value)}, and must be dragoman.Settings, or None")


def check_wait(value: object) -> None:
    """Raise QueryError if a value is not how long to wait for a lock: a number of seconds."""
    check_seconds("lock_timeout", value)


def path_of(value: object) -> "str | Path":
    """A path or an address as it was given. Raises InvalidArgument if it is neither."""
    if isinstance(value, PathLike):
        value = fspath(cast("PathLike[Any]", value))
        return Path(value) if isinstance(value, str) else path_of(value)
    if not isinstance(value, str) or not value:
        raise InvalidArgument(f"a collection is named by {_shown(value)}, and must be by a path or an address")
    return value


def listed(name: str, given: Any, kinds: type | tuple[type, ...] = str) -> Iterable[Any]:
    """What is given as a list, of which one alone may stand for itself.

    Args:
        name: What the error calls them.
        given: Any iterable of values, or one of them.
        kinds: The types that they may have.

    Raises:
        InvalidArgument: It is neither. What is in it is not looked at before it is taken.
    """
    if isinstance(given, kinds):
        return [given]
    if isinstance(given, bytes | bytearray) or not isinstance(given, Iterable):
        raise InvalidArgument(f"{name} are {_shown(given)}, and must be a list")
    return _of_kinds(name, cast("Iterable[Any]", given), kinds)


def _of_kinds(name: str, given: Iterable[Any], kinds: type | tuple[type, ...]) -> Iterable[Any]:
    for each in given:
        if not isinstance(each, kinds):
            raise InvalidArgument(f"among {name} is {_shown(each)}, which is none of them")
        yield each


def _shown(value: object) -> str:
    return repr(value)[:_SHOWN]
