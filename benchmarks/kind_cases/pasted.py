"""Pasted text: lines of news in twelve languages, of which none should be refused or become a demand."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

import dragoman
from dragoman import Document
from dragoman.errors import QueryError

from .share import Share, shared

EVERY = 23
"""One line in so many is asked: some thousand."""


def measure(work: Path) -> Iterator[Share]:
    """The share of lines and of whole stories that are not refused, and that demand nothing."""
    with lzma.open(shared("multi/ntrex.corpus.jsonl.xz"), "rt", encoding="utf-8") as stories:
        texts = [json.loads(line)["text"] for line in stories]
    texts += [path.read_text(encoding="utf-8") for path in sorted(shared("seeds").glob("*.txt"))]
    lines = [line for text in texts for line in text.split("\n") if any(map(str.isalnum, line))]
    with dragoman.create_collection(work / "c.idx") as collection:
        collection.add([Document("one", "A treaty.")])
        for kind, asked in (("line", lines[::EVERY]), ("story", [text[:20_000] for text in texts[::EVERY]])):
            accepted = demanding = 0
            for text in asked:
                try:
                    results = collection.search(text, mode="keyword", limit=1, highlights=False)
                except QueryError:
                    continue
                accepted += 1
                demanding += bool(results.understood["constraints"])
            yield Share(f"pasted {kind} is not refused", accepted, len(asked))
            yield Share(f"pasted {kind} demands nothing", accepted - demanding, len(asked))
