"""Makes search/language/words/across_scripts.txt: names of states and people in other spellings and scripts.

    python -m venv /tmp/names && /tmp/names/bin/pip install rigour==2.6.1 zstandard
    PYTHONPATH=… /tmp/names/bin/python benchmarks/make_names_across_scripts.py

The names are those of rigour (https://github.com/opensanctions/rigour, MIT licence), which took them from Wikidata
(CC0): 156,000 name parts, each with its spellings and the id of the part in Wikidata, and the territories of the world
with their names in many languages. The wheel holds both as Zstandard streams within its compiled module, where they are
read from. Of the name parts those are taken that people in names_wanted.txt have, which is ours, as is what stands
there after a colon; of the territories, the states.

A line has a name's spellings, each as the terms that a text has there, so that the table is read in a millisecond.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from dragoman.index.analysis import analyze, fold
from dragoman.index.terms import STOP_WORDS

HERE: Final = Path(__file__).parent
WANTED: Final = HERE / "names_wanted.txt"
WORDS: Final = HERE.parent / "search/language/words"
TARGET: Final = WORDS / "across_scripts.txt"

HEADER: Final = """\
# Names of states and people in other spellings and scripts, one name a line, each spelling as the terms that it has in
# a text. Made on {day} by benchmarks/make_names_across_scripts.py of rigour 2.6.1, whose names are from Wikidata (CC0),
# and of benchmarks/names_wanted.txt: do not edit. The licence of rigour:
#
# MIT License
#
# Copyright (c) 2023-2025: OpenSanctions Datenbanken GmbH
#
# Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
# documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
# rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to
# permit persons to whom the Software is furnished to do so, subject to the following conditions:
#
# The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
# Software.
#
# THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
# WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS
# OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
# OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

MAGIC: Final = b"\x28\xb5\x2f\xfd"
# A shorter name is likely to be part of another word, or to be one.
SHORTEST: Final = {"CJK": 2, "HANGUL": 3, "HIRAGANA": 9, "KATAKANA": 3, "LATIN": 5}
SHORTEST_OTHER: Final = 4
SCRIPTS: Final = frozenset(
    "LATIN CYRILLIC GREEK ARABIC HEBREW CJK HANGUL KATAKANA DEVANAGARI THAI ARMENIAN GEORGIAN".split()
)
RARE: Final = re.compile("[ѠѢ-ҁҊ-ӿ\u0483-\u0487ۆۇۈېەێڵڕۋڭټډړږښګڼۍ]")
"""Letters of languages that few documents are in: their names of states would make the table twice as long."""

MOST: Final = 64
LONGEST: Final = 24  # terms, see `variants`


def main() -> None:
    """Read the names, and write the table."""
    blobs = list(_streams())
    parts = next(blob for blob in blobs if b" => Q" in blob[:4000]).decode()
    states = next(blob for blob in blobs if b'"is_country"' in blob[:4000]).decode()
    groups = [*_states(states), *_people(parts)]
    lines = {",".join(dict.fromkeys(filter(None, map(_terms, group)))): None for group in groups}
    day = datetime.now(UTC).date().isoformat()
    text = HEADER.format(day=day) + "".join(f"{line}\n" for line in lines if "," in line)
    _ = TARGET.write_text(text, encoding="utf-8")


def _streams() -> Iterator[bytes]:
    """All that is compressed in rigour's compiled module."""
    import zstandard  # pyright: ignore[reportMissingImports]  # only in the environment that makes the table

    spec = find_spec("rigour._core")
    assert spec is not None
    assert spec.origin is not None
    module = Path(spec.origin).read_bytes()
    for found in re.finditer(re.escape(MAGIC), module):
        try:
            yield zstandard.ZstdDecompressor().decompressobj().decompress(module[found.start() :])
        except zstandard.ZstdError:
            continue


def _states(lines: str) -> Iterator[list[str]]:
    """The names of each state: the one by which our own table knows it first, then those in other scripts."""
    known = {fold(name.strip()) for line in _own_lines() for name in line.split(",")}
    for line in lines.splitlines():
        state = json.loads(line)
        if not state.get("is_country"):
            continue
        names = [state["name"], *state.get("names_strong", []), *state.get("names_weak", [])]
        heads = [name for name in names if fold(name) in known][:1] or [state["name"]]
        others = [name for name in names if _script(name) != "LATIN" and _is_long_enough(name, state=True)]
        yield [*heads, *sorted(dict.fromkeys(others))][:MOST]


def _own_lines() -> list[str]:
    lines = (WORDS / "variants.txt").read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _people(lines: str) -> Iterator[list[str]]:
    """The spellings of each name that is wanted."""
    by_part: dict[str, list[list[str]]] = {}
    for line in lines.splitlines():
        names = line.partition(" => ")[0].split(", ")
        for name in names:
            by_part.setdefault(fold(name), []).append(names)
    common = set((WORDS / "compound_parts.txt").read_text("utf-8").split())
    for line in WANTED.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        whole, _, ours = line.partition(": ")
        written = [name.strip() for name in ours.split(",")] if ours else []
        if written:
            yield written
        known = set(map(fold, written))
        for part in whole.split() if fold(whole) not in known else ():
            if fold(part) in known:
                continue
            groups = by_part.get(fold(part), [])
            if len(part) < SHORTEST["LATIN"] or not groups:
                continue
            # Of namesakes the one that is known in most scripts.
            best = max(groups, key=lambda names: (len({_script(name) for name in names}), len(names)))
            others = [name for name in best if _is_name(name, common)]
            yield [part, *(name for name in others if fold(name) != fold(part))][:MOST]


def _is_name(name: str, common: Iterable[str]) -> bool:
    """Whether a spelling is one that means nobody else, as far as one can tell."""
    return _is_long_enough(name) and fold(name) not in common and fold(name) not in STOP_WORDS


def _is_long_enough(name: str, *, state: bool = False) -> bool:
    script = _script(name)
    shortest = SHORTEST.get(script, SHORTEST_OTHER)
    if state:  # they have short names in Korean, and acronyms
        shortest = 2 if script == "HANGUL" else 3 if name.isupper() else shortest
    known = script in SCRIPTS and not RARE.search(name.casefold())
    return known and len(name) >= shortest and name.count(" ") <= (2 if state else 0)


def _script(name: str) -> str:
    """The script of a name's first letter, by its Unicode name; empty if letters are of several."""
    scripts = {unicodedata.name(letter, "").split()[0].split("-")[0] for letter in name if letter.isalpha()}
    scripts -= {"MODIFIER", "KATAKANA-HIRAGANA"}
    return scripts.pop() if len(scripts) == 1 else ""


def _terms(name: str) -> str:
    terms = [token.term for token in analyze(name)]
    return " ".join(terms) if len(terms) <= LONGEST else ""


if __name__ == "__main__":
    main()
