"""The lines that recur in an outlet's documents, as far as a collection has come to know them; kept in its ledger.

So a page that comes alone loses what it would have lost among others. Like the sources, they bear on no answer.
"""

from collections.abc import Iterable

from ...corpus.cleaning.recurring import RecurringLine, RecurringLines
from .database import Database


def known_lines(database: Database) -> RecurringLines:
    """The lines that the collection knows."""
    return RecurringLines(RecurringLine(*row) for row in database.rows("SELECT outlet, line FROM recurring_lines"))


def keep_lines(database: Database, lines: Iterable[RecurringLine]) -> None:
    """Remember lines that were not known, within the change that their documents belong to."""
    for each in lines:
        database.note("INSERT OR IGNORE INTO recurring_lines VALUES (?, ?)", each)
