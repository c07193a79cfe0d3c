"""How long it takes to find out that nothing in a folder has changed: by size and time of change, and by reading again.

    python benchmarks/feeding.py [FILES] [--save]

Makes FILES small text files (by default 20,000), and fills the ledger of a collection as a reading of them would, but
without the encoder. Then it looks at them as `dragoman watch` does, and lists what `dragoman add` would have to read.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from record import Record, arguments

from dragoman.corpus.document import Document
from dragoman.index.feeding.feeder import Feeding, Run, news
from dragoman.index.ledger.database import Database
from dragoman.index.ledger.ledger import Ledger
from dragoman.index.ledger.origins import Origins
from dragoman.index.writing.store import built_with

SETTLED = 3.0
"""Seconds until a file that was just written is trusted."""

WITHOUT_ENCODER = {**built_with(), "encoder": {"name": "", "dimension": 0, "precision": ""}, "floors": (1.0, 1.0)}
"""The settings of a collection whose passages nobody encodes."""


def main(files: int) -> None:
    """Make the files, read them once, and time what a second time costs."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "news"
        for number in range(files):
            path = source / f"{number % 100}" / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"Envoy {number} arrived in Geneva on Monday. " * 60)
        time.sleep(SETTLED)
        with closing(Database.create(Path(folder) / "ledger.sqlite", WITHOUT_ENCODER)) as database:
            ledger = Ledger(database)

            def read(reread: bool) -> None:
                with database.change():
                    for each in Run(database).documents([(str(source), Feeding(reread=reread))]):
                        assert isinstance(each, Document)
                        if ledger.live_version(each.id) is None:
                            ledger.add_document(each)

            read(reread=False)
            with Record("feeding", ["", "a file"]) as record:
                for what, run in (
                    ("read again, found unchanged by its content", lambda: read(reread=True)),
                    ("passed over by `add`", lambda: read(reread=False)),
                    ("looked at by `watch`", lambda: news(Origins(database), str(source), Feeding())),
                ):
                    record.row(what, f"{seconds(run) / files * 1e6:,.0f} µs")
                record.figure("files", f"{files:,}")


def seconds(run: Callable[[], object]) -> float:
    """How much processor time a call takes."""
    began = time.process_time()
    run()
    return time.process_time() - began


if __name__ == "__main__":
    main(int(arguments()[0]) if arguments() else 20_000)
