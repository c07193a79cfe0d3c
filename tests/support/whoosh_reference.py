"""An index that Whoosh makes of passages, kept: what postings and expansion are compared with."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from whoosh.reading import IndexReader

from dragoman.index.segments.whoosh_index import KeywordWriter, open_reader


def inverted(folder: Path, passages: Iterable[Sequence[Sequence[str]]]) -> IndexReader:
    """A reader of the Whoosh index of passages, numbered from 0.

    Args:
        folder: Where to; not there yet.
        passages: The terms of each of FIELDS, in order.
    """
    folder.mkdir()
    writer = KeywordWriter(folder)
    for passage in passages:
        writer.add(passage)
    writer.commit()
    return open_reader(folder)
