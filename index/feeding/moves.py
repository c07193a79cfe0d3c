"""A source that has moved: its documents get the names that they have there, and nothing is read or encoded for it.

Whoever adds the folder in its new place instead has every text twice, and is told so.
"""

from pathlib import Path

from ...corpus.readers.files import is_url, path_named, shown_name
from ...errors import DragomanError
from ..ledger.ledger import Ledger
from ..ledger.origins import Origins
from ..writing.tally import Report
from ..writing.writer import Writer
from .feeder import source_name


def move(writer: Writer, old: str, new: str) -> Report:
    """Let the documents of a source be those of another place, where it lies now; to be called within `store.writing`.

    A document that came in from there already is the one that stays.

    Args:
        writer: The collection's.
        old: The file, folder or pattern as it was; or a folder above such, or within one.
        new: Where that is now.

    Raises:
        DragomanError: Nothing came in from there; there is nothing in the new place; or one of them is a URL.
    """
    if is_url(old) or is_url(new):
        raise DragomanError("only files and folders move: forget a URL with --forget, and add the other one")
    before, now = source_name(old), source_name(new)
    origins = Origins(writer.database)
    names = [each for each in Ledger(writer.database).live_ids(before) if _is_below(each, before)]
    if not (names or origins.has_below(before)):
        raise DragomanError(f"nothing came in from {old}: `dragoman sources` lists what the collection is fed from")
    if not Path(new).exists():
        raise DragomanError(f"there is nothing at {new}: name the place where {old} is now")
    if before == now:
        raise DragomanError(f"{old} and {new} are the same place")
    moved = ((each, now + each[len(before) :]) for each in names)
    report = writer.rename((each, name, shown_name(path_named(name))) for each, name in moved)
    with writer.database.change():
        origins.move(before, now)
    return report


def _is_below(name: str, place: str) -> bool:
    """Whether a document's id is of that file or folder, or of what lies in it."""
    return name == place or name[len(place) : len(place) + 1] in ("/", "!")
