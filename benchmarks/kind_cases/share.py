"""How many questions of a kind are answered rightly."""

from pathlib import Path
from typing import NamedTuple

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
"""Where the test data lie that are not ours to ship."""


class Share(NamedTuple):
    """Of `asked` questions of a kind, so many are answered as they should be."""

    kind: str
    right: int
    asked: int


class Absent(Exception):
    """The data of a kind are not here; the message says which."""


def shared(name: str) -> Path:
    """A file or folder of the shared test data. Raises Absent if it is not here."""
    path = SHARED / name
    if not path.exists():
        raise Absent(f"{path.relative_to(SHARED.parent)} is not here")
    return path
