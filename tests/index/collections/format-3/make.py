"""Makes the collection beside this script: see README.md."""

import sys
import tarfile
from datetime import date
from pathlib import Path

from dragoman import create_collection
from dragoman.corpus.document import DateInterval, Document
from dragoman.corpus.fields import OwnField
from support.tiny_model import make_tiny_model

FIRST = [
    Document(
        "geneva",
        "The envoys met in Geneva. They signed the treaty.",
        title="Treaty signed",
        language="en",
        author="A. Consul",
        topics=("trade",),
        senders=("Rusk",),
        recipients=("Kennedy", "Bundy"),
        volume="frus1961-63v05",
        classification="Secret",
        extra={"desk": ("Asia",), "votes": ("12",), "received": ("2025-03-01..2025-03-02",)},
    ),
    Document("seoul", "Leaders agreed on trade at the summit in Seoul.", title="Summit", countries=("South Korea",)),
    Document("gone", "The minister left the talks.", title="Talks"),
]
THEN = [
    Document(
        "paris",
        "Les ministres ont signé un traité de paix à Paris.",
        title="Paix",
        language="fr",
        dates=DateInterval(date(2025, 3, 1), date(2025, 3, 2)),
        extra={"desk": ("Europe",), "votes": ("7.5",)},
    )
]
FIELDS = [
    OwnField("desk", "department"),
    OwnField("votes", "votes", "number"),
    OwnField("received", "received on", "date"),
]


def main(folder: Path, model: Path) -> None:
    """Make a model and a collection in folders that do not exist, and pack the collection."""
    make_tiny_model(model, seed=1)
    with create_collection(folder, model=str(model), fields=FIELDS) as collection:
        collection.add(FIRST)
        collection.add(THEN)
        collection.remove(["gone"])
    with tarfile.open(Path(__file__).with_name("collection.tar.xz"), "w:xz") as packed:
        packed.add(folder, "collection")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
