"""The lines that recur in an outlet's documents, as far as a collection has come to know them; kept in its ledger.

So a page that comes alone loses what it would have lost among others. Like the sources, they bear on no answer.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from ...corpus.cleaning.recurring import RecurringLine, RecurringLines

if TYPE_CHECKING:
    from .ledger import Ledger

# Made when it is first needed: collections of earlier versions lack it.
_TABLE: Final = """CREATE TABLE IF NOT EXISTS recurring_lines (
    outlet BLOB NOT NULL,
    line BLOB NOT NULL,
    PRIMARY KEY (outlet, line)
) WITHOUT ROWID"""


def known_lines(ledger: "Ledger") -> RecurringLines:
    """The lines that the collection knows."""
    ledger.note(_TABLE)
    return RecurringLines(RecurringLine(*row) for row in ledger.rows("SELECT outlet, line FROM recurring_lines"))


def keep_lines(ledger: "Ledger", lines: Iterable[RecurringLine]) -> None:
    """Remember lines that were not known; after `known_lines`, within the change that their documents belong to."""
    for each in lines:
        ledger.note("INSERT OR IGNORE INTO recurring_lines VALUES (?, ?)", each)
