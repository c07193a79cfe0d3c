"""Does a question in a language find what is written in it by keywords alone? And which of its words count as one?

    python benchmarks/languages.py [de es ru tr ar …] [--save]

XQuAD has 240 paragraphs and 1,190 questions, the same in twelve languages; the test data of this repository hold them.
First each language has a collection of its own, and then all of them are in one, where a question is to find its
paragraph in its own language. Then words that one paragraph alone has are put into plain questions ("Where was … and
what did he do there?"), and the share is counted of which the first hit holds the word. Then, of all pairs of words in
these paragraphs and in the stories of NTREX that Snowball gives one stem, written as they are, the share of which a
question with either finds the other. To measure an older Dragoman, run the very same script with that as the package:

    git worktree add ../older/dragoman COMMIT && PYTHONPATH=../older python benchmarks/languages.py
"""

import json
import lzma
import random
import re
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import Stemmer
from record import Record, arguments

import dragoman
from dragoman.corpus.document import Passage, Span
from dragoman.index.analysis import analyze
from dragoman.index.segments.encoded_passage import EncodedPassage
from dragoman.index.terms import STEMMERS
from dragoman.index.writing import writer
from dragoman.index.writing.store import Store
from dragoman.search.language.interpreter import interpret
from dragoman.search.language.parser import parse

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "multi"
DEFAULT = ("de", "es", "ru", "tr", "ar")
CODES = {"deu": "de", "spa": "es", "rus": "ru", "tur": "tr", "arb": "ar", "ara": "ar", "fra": "fr", "ron": "ro"}
PAIRED = ("tr", "fr", "ru", "ro", "es", "de")
DEPTH = 10
NAMES = 60
IN_SENTENCES = {
    "ar": ("ما هو {}؟", "من هو {}؟", "أين كان {} وماذا فعل هناك؟"),
    "de": ("Was ist {}?", "Wer ist {}?", "Wo war {} und was hat er dort gemacht?"),
    "el": ("Τι είναι {};", "Ποιος είναι ο {};", "Πού ήταν ο {} και τι έκανε εκεί;"),
    "en": ("What is {}?", "Who is {}?", "Where was {} and what did he do there?"),
    "es": ("¿Qué es {}?", "¿Quién es {}?", "¿Dónde estaba {} y qué hizo allí?"),
    "hi": ("{} क्या है?", "{} कौन है?", "{} कहाँ था और उसने वहाँ क्या किया?"),
    "ro": ("Ce este {}?", "Cine este {}?", "Unde a fost {} și ce a făcut acolo?"),
    "ru": ("Что такое {}?", "Кто такой {}?", "Где был {} и что он там делал?"),
    "tr": ("{} nedir?", "{} kimdir?", "{} neredeydi ve orada ne yaptı?"),
    "vi": ("{} là gì?", "{} là ai?", "{} đã ở đâu và làm gì ở đó?"),
}


def rows(name: str) -> Iterator[Any]:
    """The rows of one of the files of test data."""
    with lzma.open(SHARED / name, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


class Unencoded:
    """In place of an encoder: nothing is asked by meaning here, and so all vectors may be the same."""

    def __init__(self, _: object, info: Any) -> None:
        self._dimension = info.dimension

    def encode(self, passages: Iterable[tuple[int, Passage]]) -> Iterator[EncodedPassage]:
        """The passages with a vector that says nothing."""
        vector = np.eye(1, self._dimension, dtype=np.float32)[0]
        for version, each in passages:
            sentences = np.ones((len(each.sentences), self._dimension), np.int8)
            span = Span(each.start, each.end)
            yield EncodedPassage(version, each.document, span, list(each.sentences), vector, sentences)


def collection(folder: Path, documents: Sequence[Mapping[str, str]]) -> Path:
    """A collection of some documents."""
    source = folder.with_suffix(".jsonl")
    source.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    with patch.object(writer, "PassageEncoder", Unencoded), dragoman.create_collection(folder) as made:
        made.add(dragoman.read([source]))
    return folder


def found(folder: Path, questions: Sequence[tuple[str, str]]) -> tuple[float, float, float]:
    """Recall at 1 and at 10, and the mean reciprocal rank, of questions by keywords, each with its document."""
    ranks: list[int] = []
    with dragoman.open_collection(folder) as asked:
        for text, right in questions:
            plain = "".join(each if unicodedata.category(each)[0] in "LMN" or each in "'’" else " " for each in text)
            hits = asked.search(plain, mode="keyword", limit=DEPTH, per_document=True, fold=False, highlights=False)
            ids = [hit.document.id for hit in hits]
            ranks.append(ids.index(right) + 1 if right in ids else 0)
    first = sum(rank == 1 for rank in ranks) / len(ranks)
    return first, sum(map(bool, ranks)) / len(ranks), sum(1 / rank for rank in ranks if rank) / len(ranks)


def named(folder: Path, texts: Sequence[str], language: str) -> float:
    """Of words that one text alone has, and none that begins alike, the share that a question's first hit holds."""
    held = Counter(word for text in texts for word in set(re.findall(r"[^\W\d_]{5,}", text)))
    alike = Counter(word[:5].lower() for word in held)
    rare = sorted(word for word, number in held.items() if number == 1 and alike[word[:5].lower()] == 1)
    names = random.Random(1).sample(rare, NAMES)
    with dragoman.open_collection(folder) as asked:
        right = [
            any(name in hit.document.text for hit in asked.search(question.format(name), mode="keyword", limit=1))
            for question in IN_SENTENCES[language]
            for name in names
        ]
    return sum(right) / len(right)


def united(folder: Path, texts: Sequence[str], algorithm: str) -> tuple[int, int]:
    """Of the pairs of words that have one stem as written, how many find each other; and how many pairs there are."""
    stemmer: Any = Stemmer.Stemmer(algorithm)
    groups: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for token in analyze(unicodedata.normalize("NFC", text)):
            word = text[token.start : token.end]
            if word.isalpha() and len(word) > 3 and (word.islower() or word.istitle()):
                written = lower(word, algorithm)
                groups[stemmer.stemWord(written)].add(written)
    right = asked = 0
    with closing(Store(folder)) as store:
        view = store.snapshot()
        terms = {word: analyze(word)[0].term for group in groups.values() for word in group}
        for group in groups.values():
            reach = {word: reached(view, word) for word in group} if len(group) > 1 else {}
            for one, other in combinations(sorted(group), 2):
                if terms[one] != terms[other]:
                    asked += 1
                    right += terms[other] in reach[one] or terms[one] in reach[other]
    return right, asked


def lower(word: str, algorithm: str) -> str:
    """A word in lower case, as it is in its language."""
    return (word.replace("İ", "i").replace("I", "ı") if algorithm == "turkish" else word).lower()


def reached(view: Any, word: str) -> set[str]:
    """The terms that a question of one word is met by."""
    units = interpret(view, parse(word)).units
    # In Dragoman 0.1 before confined forms, all forms were strings.
    return {str(getattr(form, "term", form)) for unit in units for position in unit.positions for form in position}


def main() -> None:
    """Measure the languages that are named."""
    if not SHARED.exists():
        sys.exit(f"{SHARED} is not here")
    languages = arguments() or DEFAULT
    paragraphs = [dict(each, lang=CODES.get(each["lang"], each["lang"])) for each in rows("xquad.corpus.jsonl.xz")]
    paragraphs = [{name: each[name] for name in ("id", "lang", "text")} for each in paragraphs]
    queries = {each["id"]: each for each in rows("xquad.queries.jsonl.xz")}
    right: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with lzma.open(SHARED / "xquad.qrels.tsv.xz", "rt", encoding="utf-8") as lines:
        for line in list(lines)[1:]:
            query, document, _ = line.split("\t")
            right[queries[query]["lang"]].append((queries[query]["text"], document))
    columns = ["what", "R@1", "R@10", "MRR"]
    with tempfile.TemporaryDirectory() as work, Record("keywords-by-language", columns) as record:
        for language in languages:
            own = [each for each in paragraphs if each["lang"] == language]
            figures = found(collection(Path(work) / language, own), right[language])
            record.row(f"XQuAD in {language}", *(f"{each:.3f}" for each in figures))
        mixed = collection(Path(work) / "mixed", [each for each in paragraphs if each["lang"] in languages])
        for language in languages:
            record.row(f"{language}, all in one", *(f"{each:.3f}" for each in found(mixed, right[language])))
        for language in IN_SENTENCES:
            documents = [each for each in paragraphs if each["lang"] == language]
            folder = collection(Path(work) / f"names-{language}", documents)
            right_first = named(folder, [each["text"] for each in documents], language)
            record.row(f"a name in a sentence, {language}", f"{right_first:.3f}", "", "")
        stories = list(rows("ntrex.corpus.jsonl.xz"))
        for language in PAIRED:
            documents = [
                {"id": each["id"], "lang": language, "text": each["text"]}
                for each in (*paragraphs, *stories)
                if CODES.get(each["lang"], each["lang"]) == language
            ]
            folder = collection(Path(work) / f"words-{language}", documents)
            pairs, asked = united(folder, [each["text"] for each in documents], STEMMERS[language])
            record.row(f"word pairs in {language} ({asked:,})", f"{pairs / asked:.3f}", "", "")


if __name__ == "__main__":
    main()
