"""Are copies of a story found, and only copies? Pairwise precision and recall, by the rule that makes two texts copies.

    python benchmarks/near_duplicates.py SHARED [--save]

SHARED is the shared data. From it come `neardup/`, 181 web pages each cut out by some thirty extractors, some of them
well, some with the whole page's menus, some with little more than a menu; `modern/`, press releases, 57 of which were
captured in several versions; `seeds/`, three reports on summits of one president; and `scale/`, speeches to see what
finding copies costs as a collection grows, beside 20,000 made-up near-copies of one story.

A pair is found if both texts are in one group. It is right if both were cut from the same page. Recall is counted
three times, over ever more demanding sets of pairs: of two *good* cuts, each with a Jaccard similarity of .8 or more to
the text that people marked; of two *whole* ones, each with .8 or more of that text in it, whatever stands around it;
and of *all* cuts of one page. Rules are compared on every other page, and the default is measured on the rest.
"""

import json
import lzma
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from record import Record, arguments

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.signatures import Rule, Signatures, bands, signature, stars
from dragoman.index.ledger.database import Database
from dragoman.index.ledger.ledger import Ledger
from dragoman.index.ledger.near_copies import Copies, NearCopies

NEVER = 2.0
RULES = (
    *(Rule(jaccard, NEVER) for jaccard in (0.5, 0.6, 0.7, 0.8, 0.9)),
    *(Rule(0.7, containment) for containment in (0.95, 0.9, 0.85, 0.8)),
    *(Rule(0.7, 0.9, held) for held in (0.5, 0.4, 0.3)),
    Rule(0.6),
    Rule(0.8),
)


def records(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def indexed(documents: Sequence[Document]) -> NDArray[np.int64]:
    """The group of each document when a collection has found its copies."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.create(Path(folder) / "ledger.sqlite", {})
        ledger = Ledger(database)
        with database.change():
            versions = np.array([ledger.add_document(document) for document in documents])
            began = time.process_time()
            NearCopies(database).update()
            spent = time.process_time() - began
        groups = Copies(ledger.state().copies).group(versions)
        database.close()
    words = sum(len(document.text.split()) for document in documents) // len(documents)
    each = f"{1000 * spent / len(documents):.2f} ms of processor time each to find copies"
    print(f"\n{len(documents):,} texts of {words:,} words: {each}")
    return groups


def grouped(texts: Sequence[str], rules: Sequence[Rule]) -> list[NDArray[np.int64]]:
    """The same, computed in memory, for several rules."""
    signed = {row: made for row, text in enumerate(texts) if (made := signature(text))}
    signatures = Signatures(
        np.array([made.shingles for made in signed.values()]), np.array([made.values for made in signed.values()])
    )
    sharing: defaultdict[int, list[int]] = defaultdict(list)
    for row, keys in enumerate(bands(signatures.values).tolist()):
        for key in keys:
            sharing[key].append(row)
    pairs = np.array(sorted({pair for members in sharing.values() for pair in combinations(members, 2)}))
    found, rows = [], list(signed)
    for rule in rules:
        neighbours: defaultdict[int, set[int]] = defaultdict(set)
        for left, right in pairs[rule.near(signatures, pairs)].tolist():
            neighbours[rows[left]].add(rows[right])
            neighbours[rows[right]].add(rows[left])
        centres = stars(neighbours, {row: f"{row:05}" for row in neighbours})
        found.append(np.array([centres.get(row, row) for row in range(len(texts))]))
    return found


def pairs_within(*labels: NDArray[Any]) -> int:
    """How many pairs agree in all these labels."""
    return sum(
        count * (count - 1) // 2 for count in Counter(zip(*map(np.ndarray.tolist, labels), strict=True)).values()
    )


def scores(groups: NDArray[np.int64], pages: NDArray[np.int64], sets: Sequence[NDArray[np.bool_]]) -> list[str]:
    """What grouping scores: wrong pairs, precision, recall in each set."""
    found, right = pairs_within(groups), pairs_within(groups, pages)
    recalls = [pairs_within(groups[chosen], pages[chosen]) / pairs_within(pages[chosen]) for chosen in sets]
    precision = f"{right / found:.4f}".removeprefix("0")
    return [f"{found - right}", precision, *(f"{recall:.3f}".removeprefix("0") for recall in recalls)]


def cells(rule: Rule) -> list[str]:
    """A rule in three cells."""
    never = rule.containment == NEVER
    return [f"{rule.jaccard}", "–" if never else f"{rule.containment}", "–" if never else f"{rule.held}"]


def cuts(folder: Path) -> None:
    """Precision and recall on the pages that were cut by many extractors."""
    cut = records(folder / "articles.jsonl.xz")
    pages = np.unique([each["cluster"] for each in cut], return_inverse=True)[1]
    good = np.array([each["jaccard5"] >= 0.8 for each in cut])
    whole = np.array([each["containment"] >= 0.8 for each in cut])
    measures = ("wrong pairs", "precision", "recall, good", "whole", "all")
    with Record("near-copies", ["Jaccard", "or contained", "at Jaccard", *measures]) as record:
        for half, name in enumerate(("chosen by", "other")):
            here = pages % 2 == half
            sets = (good[here], whole[here], np.ones(here.sum(), bool))
            chosen = [each for each, is_here in zip(cut, here, strict=True) if is_here]
            if half == 0:
                for rule, groups in zip(RULES, grouped([each["text"] for each in chosen], RULES), strict=True):
                    record.row(*cells(rule), *scores(groups, pages[here], sets))
            else:
                groups = indexed([Document(each["id"], each["text"]) for each in chosen])
                for measure, score in zip(measures, scores(groups, pages[here], sets), strict=True):
                    record.figure(f"{name} pages, {measure}", score)
            record.figure(f"{name} pages", f"{len(set(pages[here]))}")
            record.figure(f"{name} pages, cuts", f"{len(chosen):,}")
            for kind, each in zip(("good", "whole", "all"), sets, strict=True):
                record.figure(f"{name} pages, {kind} pairs", f"{pairs_within(pages[here][each]):,}")


def releases(folder: Path) -> None:
    """Whether versions of a press release come together, and which different releases do."""
    corpus, captured = (records(folder / f"statepr.{name}.jsonl.xz") for name in ("corpus", "versions"))
    several = {each["id"] for each in captured}
    # A name that is used twice stands for two releases: National Days come once a year.
    texts = [
        (f"{number}", each["title"], each["text"]) for number, each in enumerate(corpus) if each["id"] not in several
    ]
    texts += [(each["id"], each["title"], version) for each in captured for version in each["versions"]]
    groups = indexed([Document(str(number), text) for number, (_, _, text) in enumerate(texts)])
    labels = np.unique([release for release, _, _ in texts], return_inverse=True)[1]
    right = pairs_within(groups, labels)
    print(f"{right} of {pairs_within(labels)} pairs of versions of a release are found;")
    print(f"{pairs_within(groups) - right} pairs of different releases are found as well:")
    together: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for (release, title, _), group in zip(texts, groups.tolist(), strict=True):
        together[group][release] = title
    for titles in together.values():
        if len(titles) > 1:
            print(f"  {' = '.join(titles.values())}")


def growth(name: str, texts: Sequence[str], step: int) -> None:
    """What it costs to find copies, in a collection that grows by so many texts with each commit."""
    print(f"\n{name}, {step:,} with each commit")
    with tempfile.TemporaryDirectory() as folder:
        database = Database.create(Path(folder) / "ledger.sqlite", {})
        ledger = Ledger(database)
        # The last text comes in a commit of its own.
        for start in (*range(0, len(texts) - 1, step), len(texts) - 1):
            batch = texts[start : min(start + step, max(len(texts) - 1, start + 1))]
            with database.change():
                for number, text in enumerate(batch, start):
                    ledger.add_document(Document(f"{number:06}", text))
                began = time.process_time()
                NearCopies(database).update()
                spent = time.process_time() - began
            print(
                f"  {start + len(batch):,} texts: {1000 * spent / len(batch):.2f} ms of processor time for each new one"
            )
        grouped_texts = ledger.state().copies
        database.close()
    print(f"  {len(grouped_texts):,} texts are in {len(set(grouped_texts[:, 1].tolist())):,} groups")


def made_up(count: int) -> list[str]:
    """Near-copies of one story of 200 words, each with up to three of them changed."""
    chance = random.Random(1)
    vocabulary = [f"w{number}" for number in range(5000)]
    story, made = chance.choices(vocabulary, k=200), []
    for _ in range(count):
        text = list(story)
        for _ in range(chance.randrange(4)):
            text[chance.randrange(len(text))] = chance.choice(vocabulary)
        made.append(" ".join(text))
    return made


def main() -> None:
    """Measure everything that the folder of shared data has."""
    if len(arguments()) != 1:
        sys.exit(__doc__)
    shared = Path(arguments()[0])
    cuts(shared / "neardup")
    releases(shared / "modern")
    seeds = [each for each in read([shared / "seeds"]) if isinstance(each, Document)]
    print(f"{len(set(indexed(seeds).tolist()))} groups of {len(seeds)} reports on summits of one president")
    growth("UN speeches", [each["text"] for each in records(shared / "scale" / "ungdc.corpus.jsonl.xz")], 2000)
    growth("Near-copies of one story", made_up(20_001), 4000)


if __name__ == "__main__":
    main()
