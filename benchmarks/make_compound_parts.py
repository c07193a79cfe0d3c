"""Makes search/language/words/compound_parts.txt: the words that compounds are made of.

    python benchmarks/make_compound_parts.py

It counts in ../shared (Foreign Relations of the United States, State Department releases, UN debates, TIME, SciFact)
and takes down two kinds of word: those of three to twelve letters that are in at least COMMON documents, and both parts
of what is written in one word as well as with a hyphen. Words are no one's property; nothing else of the texts is kept.
"""

import json
import lzma
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Final

from tqdm import tqdm

from dragoman.index.terms import STOP_WORDS

SHARED: Final = Path(__file__).parents[2] / "shared"
TARGET: Final = Path(__file__).parents[1] / "search/language/words/compound_parts.txt"
CORPORA: Final = {
    "frus-dev/corpus": 1,
    "std-time/corpus": 1,
    "std-scifact/corpus": 1,
    "modern/statepr.corpus": 1,
    "scale/ungdc.corpus": 2,
}
"""A file → each how manieth document of it is read."""

COMMON: Final = 150
ATTESTED: Final = 3  # documents that must have either way to write a compound
# Endings that are words as well, or that look like words: "work ing" is no compound.
ENDINGS: Final = frozenset(
    "able ably ace age ally ance ans ant ary ate dom ence ent ers ery est eth fully hood ial ian ians ible ies "
    "ing ings ion ions ish ism isms ist ists ity ive king led less ling ment ments ned ner ness ous ping ral red "
    "ric ring ship son sons tal ted tel ten ter tic ties tion tions ton ual uals ure wards ability abilities "
    "aires gen tone tones rally rest oral mental lest ser".split()
)

# Function words of other languages, which the texts quote.
FOREIGN: Final = frozenset(
    "als auch con das dans del den der des die dos ein einer est ils las les los mit nur par para pas por pour que "
    "qui sur und une uns von vous zum zur".split()
)

HEADER: Final = """\
# The words that compounds are made of, as one splits them: cease and fire. Those that are in many documents, and those
# that are written in one word as well as with a hyphen. Made by benchmarks/make_compound_parts.py: do not edit.
"""

_WORD = re.compile(r"[a-z]+(?:[-‐‑][a-z]+)*")


def main() -> None:
    """Count, and write the file."""
    closed, hyphened = Counter[str](), Counter[tuple[str, str]]()
    for name, step in CORPORA.items():
        with lzma.open(SHARED / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for number, line in enumerate(tqdm(lines, desc=name)):
                if number % step == 0:
                    record = json.loads(line)
                    count(f"{record.get('title') or ''} {record.get('text') or ''}".lower(), closed, hyphened)
    parts = {word for word, documents in closed.items() if documents >= COMMON and 3 <= len(word) <= 12}
    for (left, right), documents in hyphened.items():
        if documents >= ATTESTED and closed[left + right] >= ATTESTED and min(len(left), len(right)) > 2:
            parts |= {left, right}
    kept = sorted(parts - STOP_WORDS - ENDINGS - FOREIGN)
    _ = TARGET.write_text(HEADER + "".join(f"{word}\n" for word in kept), encoding="utf-8")


def count(text: str, closed: Counter[str], hyphened: Counter[tuple[str, str]]) -> None:
    """Add one document to how many have each word, and each pair of words with a hyphen between."""
    words: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for match in _WORD.finditer(text):
        parts = re.split("[-‐‑]", match[0])
        words.update(parts)
        pairs.update(pairwise(parts))
    closed.update(words)
    hyphened.update(pairs)


if __name__ == "__main__":
    main()
