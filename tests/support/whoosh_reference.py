"""An index that Whoosh makes of passages, kept: what postings and expansion are compared with."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from whoosh import fields
from whoosh.analysis.acore import Token
from whoosh.analysis.analyzers import Analyzer
from whoosh.index import create_in, open_dir
from whoosh.reading import IndexReader

from dragoman.index.analysis import FIELDS


def inverted(folder: Path, passages: Iterable[Sequence[Sequence[str]]]) -> IndexReader:
    """A reader of the Whoosh index of passages, numbered from 0.

    Args:
        folder: Where to; not there yet.
        passages: The terms of each of FIELDS, in order.
    """
    folder.mkdir()
    schema = fields.Schema(**{name: fields.TEXT(analyzer=_Terms(), phrase=True) for name in FIELDS})
    writer = create_in(str(folder), schema).writer()
    for passage in passages:
        writer.add_document(**dict(zip(FIELDS, map(list, passage), strict=True)))
    writer.commit()
    return open_reader(folder)


def open_reader(folder: Path) -> IndexReader:
    """A reader of the index in a folder, which runs what is pickled there."""
    return cast("IndexReader", open_dir(str(folder), readonly=True).reader())


class _Terms(Analyzer):
    """Hands on terms as they are."""

    def __call__(self, value: Sequence[str], **_: Any) -> Iterator[Token]:
        for position, term in enumerate(value):
            yield Token(text=term, pos=position, boost=1.0)
