"""Makes the collection beside this script: see README.md."""

import sys
import tarfile
from pathlib import Path

from dragoman import create_collection
from dragoman.corpus.document import Document, Note
from support.tiny_model import make_tiny_model

FIRST = [
    Document(
        "geneva",
        "The envoys met in Geneva. They signed the treaty.",
        title="Treaty signed",
        language="en",
        outlet="The Courier",
        notes=(Note("1", 25, "On the lake."),),
        cut=("Home | News | “Sport”", "Subscribe"),
        provenance={"title": "given", "language": "inferred"},
        origin="news/geneva.html",
    ),
    Document("seoul", "Leaders agreed on trade at the summit in Seoul.", title="Summit", countries=("South Korea",)),
    Document("gone", "The minister left the talks.", title="Talks", cut=("Menu",)),
]
THEN = [Document("paris", "Les ministres ont signé un traité de paix à Paris.", title="Paix", cut=("Abonnez-vous",))]


def main(folder: Path, model: Path) -> None:
    """Make a model and a collection in folders that do not exist, and pack the collection."""
    make_tiny_model(model, seed=1)
    with create_collection(folder, model=str(model)) as collection:
        collection.add(FIRST)
        collection.add(THEN)
        collection.remove(["gone"])
    with tarfile.open(Path(__file__).with_name("collection.tar.xz"), "w:xz") as packed:
        packed.add(folder, "collection")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
