"""The options that several commands have, and the opening of the collection that one of them names."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

import click

from ...corpus.fields import RECORD_NAMES, FieldType, OwnField
from ..collection import LOCK_TIMEOUT, Collection, open_collection
from ..making import ready
from ..results.formats import BOM
from .terminal import ProgressBar

COLLECTION_VARIABLE = "DRAGOMAN_COLLECTION"

_Command = TypeVar("_Command", bound=Callable[..., object])


class PathFromHome(click.Path):
    """A path that may begin with a home, as in `--runs=~/runs`, where a shell leaves the sign as it is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(path_type=Path, **options)

    def convert(
        self,
        value: "str | os.PathLike[str]",
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> "str | bytes | os.PathLike[str]":
        """The path, with the home written out."""
        if os.fspath(value).startswith("~"):
            try:
                value = Path(value).expanduser()
            except RuntimeError:
                if not os.path.lexists(value):
                    self.fail(f"{value} names the home of nobody here: give the path in full", param, ctx)
        return super().convert(value, param, ctx)


class _Folder(PathFromHome):
    """A folder's path. In an environment variable there is one, whatever signs are in it."""

    def __init__(self) -> None:
        super().__init__(file_okay=False)

    def split_envvar_value(self, rv: str) -> list[str]:
        return [rv]


def _only(context: click.Context, parameter: click.Parameter, given: tuple[Path, ...]) -> Path | None:
    if len(given) > 1:
        raise click.BadParameter("this command takes one collection: give it once", context, parameter)
    return given[0] if given else None


_ELSE = f"Also {COLLECTION_VARIABLE}; else the user's own, in their data directory."

collection_option = click.option(
    "--collection",
    metavar="DIR",
    type=_Folder(),
    multiple=True,
    callback=_only,
    envvar=COLLECTION_VARIABLE,
    help=f"The collection's folder. {_ELSE}",
)
"""The option that names a collection; the command's parameter `collection` is a Path or None."""

collections_option = click.option(
    "--collection",
    "collections",
    metavar="DIR",
    type=_Folder(),
    multiple=True,
    envvar=COLLECTION_VARIABLE,
    help=f"The collection's folder; several, given one by one, are asked side by side. {_ELSE}",
)
"""The option that names collections to ask; the command's parameter `collections` is a tuple of Paths."""

at_option = click.option(
    "--at",
    metavar="NAME",
    help="Ask the state that `dragoman keep NAME` has kept, instead of that of today.",
)
"""The option that names a kept state; the command's parameter is `at`."""

wait_option = click.option(
    "--wait",
    type=click.FloatRange(0),
    default=LOCK_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another program that is writing to the collection.",
)
"""The option that bounds the wait for a lock; the command's parameter is `wait`."""


def _encode_on(context: click.Context, parameter: click.Parameter, device: str | None) -> None:
    del parameter
    if device is not None:
        from ...index.encoding.device import encoding_on  # late: no question needs it

        context.with_resource(encoding_on(device))


device_option = click.option(
    "--device",
    metavar="DEVICE",
    expose_value=False,
    callback=_encode_on,
    help="Where passages are encoded: cpu, or cuda for a graphics card that PyTorch sees, as cuda:1 for the second. "
    "Also DRAGOMAN_DEVICE. [default: cpu]",
)
"""The option that says what passages are encoded on, for as long as the command lasts."""


variants_option = click.option(
    "--variants",
    metavar="FILE",
    type=PathFromHome(exists=True, dir_okay=False),
    help="Names of the same, a group a line with commas between them: a question for one is one for all. The file "
    "takes the place of the one before; an empty one ends it.",
)
"""The option that names a file of names; the command's parameter `variants` is a Path or None."""


field_types_option = click.option(
    "--field-type",
    "field_types",
    multiple=True,
    metavar="NAME=TYPE",
    help=f"The type of one of the collection's own fields: {', '.join(get_args(FieldType))}. [default: facet]",
)
"""The option that says what own fields hold; the command's parameter is `field_types`."""


bom_option = click.option(
    "--bom", is_flag=True, help="With --format csv: a byte order mark first, so that Excel reads it as UTF-8."
)
"""The option that marks a table as UTF-8; the command's parameter is `bom`."""


def with_bom(printed: str, format_: str, bom: bool) -> str:
    """What is printed in a format, with a byte order mark if `bom` says so. Only a table in CSV can have one."""
    if bom and format_ != "csv":
        raise click.UsageError("--bom goes with --format csv")
    return BOM + printed if bom else printed


def keys_of(given: Iterable[str]) -> dict[str, str]:
    """The record's key for each field, by the field's name, from the values of `--field NAME=KEY`."""
    return dict(_pairs("--field", given, "NAME=KEY, as in id=_id"))


def own_fields(given: Iterable[str], types: Iterable[str]) -> list[OwnField]:
    """The collection's own fields: those that `--field` names and that are not built in.

    Args:
        given: The values of `--field NAME=KEY`.
        types: The values of `--field-type NAME=TYPE`.

    Raises:
        InvalidField: One of them is not allowed, for its name or its type.
        BadParameter: A type is given for a field that is not among them.
    """
    kinds = dict(_pairs("--field-type", types, "NAME=TYPE, as in votes=number"))
    keys = {name: key for name, key in keys_of(given).items() if name not in RECORD_NAMES}
    if strange := [name for name in kinds if name not in keys]:
        said = f"{strange[0]!r} is no field of the collection's own: name it with --field {strange[0]}=KEY as well"
        raise click.BadParameter(said, param_hint="--field-type")
    return [OwnField(name, key, cast("FieldType", kinds.get(name, "facet"))) for name, key in keys.items()]


def _pairs(option: str, given: Iterable[str], form: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for pair in given:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise click.BadParameter(f"{pair!r} is not {form}", param_hint=option)
        if name in seen:
            raise click.BadParameter(f"{name!r} is given twice: give each name once", param_hint=option)
        seen.add(name)
        yield name, value


def format_option(names: Iterable[str], about: str = "How to print it.") -> Callable[[_Command], _Command]:
    """The option that chooses among formats of output, the first by default; the command's parameter is `format_`.

    Where JSON is among them, `--json` chooses it as well: a former spelling, which no help shows.
    """
    choices = list(names)
    chosen = click.option(
        "--format", "format_", type=click.Choice(choices), default=choices[0], show_default=True, help=about
    )
    formerly = click.option("--json", "format_", flag_value="json", default=choices[0], hidden=True)

    def decorated(command: _Command) -> _Command:
        return chosen(formerly(command) if "json" in choices else command)

    return decorated


@contextmanager
def opened(*collections: Path | None, at: str | None = None) -> Generator[Collection]:
    """The collections that a command is given, or else the user's own, open for as long as the block lasts.

    With `at`, that state of theirs which is kept under this name.

    Raises InvalidArgument, CollectionNotFound, CollectionMismatch or CollectionDamaged.
    """
    with open_collection([folder_of(each) for each in collections or (None,)], at=at) as found:
        yield found


def folder_of(collection: Path | None) -> Path:
    """The folder of the collection that a command is given, or else of the user's own, made if it is not there yet."""
    return ready(collection, _first_build)


def _first_build(documents: int) -> ProgressBar:
    """Say that the user's own collection is being made, which happens once, and return a progress bar for that."""
    click.echo(f"First use: building your collection from {documents} shipped documents, once.", err=True)
    return ProgressBar("building", documents)
