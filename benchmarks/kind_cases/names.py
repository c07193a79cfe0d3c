"""A name in a sentence: of rare words in the briefs and in a slice of FRUS, whether the first hit holds them."""

import lzma
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from dragoman import open_collection

from .share import Absent, Share, shared

_ROOT = Path(__file__).resolve().parents[2]
_TEMPLATES = ("What is {}", "Who is {}?", "Where was {} and what did he do there?", "who was {} and when was that")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}\b")
_SLICE = 40  # documents of FRUS: half a minute of encoding
_ASKED = 60
_RAREST = 3  # documents hold a name, at most


def measure(work: Path) -> Iterator[Share]:
    """A share for each collection."""
    yield _share("a name in a sentence, briefs", indexed_briefs(work))
    try:
        corpus = shared("frus-dev/corpus.jsonl.xz")
    except Absent:
        return
    file = work / "frus.jsonl"
    with lzma.open(corpus, "rt", encoding="utf-8") as lines:
        file.write_text("".join(islice(lines, 0, _SLICE * 40, 40)), encoding="utf-8")
    yield _share("a name in a sentence, FRUS", _indexed(work / "frus.idx", file))


def indexed_briefs(work: Path) -> Path:
    """A collection of the shipped briefs, made if it is not there."""
    place = work / "briefs.idx"
    return place if place.exists() else _indexed(place, _ROOT / "corpus" / "briefs")


def _indexed(place: Path, *arguments: str | Path) -> Path:
    command = [sys.executable, "-m", "dragoman", "index", *map(str, arguments), "--collection", str(place)]
    subprocess.run(command, check=True, capture_output=True)
    return place


def _share(kind: str, place: Path) -> Share:
    with open_collection(place) as opened:
        texts = {each: opened.document(each).text for each in opened.document_ids()}
    held: defaultdict[str, set[str]] = defaultdict(set)
    for name, text in texts.items():
        for word in _NAME.findall(" ".join(text.split())):
            held[word].add(name)
    words = Counter(word.lower() for text in texts.values() for word in set(re.findall(r"\w+", text)))
    rare = sorted(word for word, holders in held.items() if len(holders) <= _RAREST and words[word.lower()] <= _RAREST)
    asked = random.Random(1).sample(rare, min(_ASKED, len(rare)))
    with open_collection(place) as opened:
        right = sum(
            _first_holds(opened, _TEMPLATES[n % len(_TEMPLATES)].format(word), word) for n, word in enumerate(asked)
        )
    return Share(kind, right, len(asked))


def _first_holds(opened: object, question: str, word: str) -> bool:
    try:
        hits = opened.search(question, limit=1).hits  # pyright: ignore[reportAttributeAccessIssue]
    except Exception:  # a question that is refused is answered wrongly
        return False
    return bool(hits) and word.lower() in f"{hits[0].document.title} {hits[0].text}".lower()
