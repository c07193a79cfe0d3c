"""A reader at work: whatever goes wrong in it ends its source and no other, and is one line with its reason."""

import sqlite3
from collections.abc import Iterator
from typing import cast

from ...errors import MissingExtra, SystemRefusal, UnreadableSource
from .contract import Format, RawRecord, ReadOptions, Skipped, Source, unforeseen
from .files import reason_of


def read_records(source: Source, form: Format, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """Read an open source in a format.

    Args:
        source: The source.
        form: The format; the source's name does not count.
        options: How it is read.

    Returns:
        What the reader finds, and a `Skipped` for what ended it before its time. What comes after the one document of
        a format that has no more is skipped, too, unless it is a member of the source.
    """
    is_full = False
    try:
        for record in form.read(source, options):
            if isinstance(record, Skipped):
                yield record
            elif is_full and isinstance(cast("object", record), RawRecord) and not record.is_member:
                yield Skipped(record.origin, "a second document, in a format of one document a file")
            else:
                if not isinstance(cast("object", record), RawRecord):  # of a stranger's reader, which nobody checked
                    raise TypeError(f"it gave no RawRecord, but a {type(record).__name__}")
                is_full = is_full or (form.one_document and not record.is_member)
                yield record
    except (UnreadableSource, MissingExtra) as error:
        yield Skipped(source.origin, str(error))
    except OSError as error:
        yield Skipped(source.origin, reason_of(error))
    except (SystemRefusal, sqlite3.Error, MemoryError):
        raise
    except Exception as error:
        yield unforeseen(source.origin, error, reader=form.package and form.name)
