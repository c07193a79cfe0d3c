"""Words near each other, gaps and beginnings within phrases, exact words, and operators of other query languages."""

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import dragoman
from dragoman import Document
from dragoman.errors import QueryError

from .share import Share

WORDS = {
    "en": ("treaty", "envoy", "harbour", "quarrel", "granted", "silver", "orchard", "minister", "letter", "frontier"),
    "ru": ("договор", "посол", "гавань", "спор", "серебро", "сад", "министр", "письмо", "граница", "река"),
    "es": ("tratado", "enviado", "puerto", "disputa", "plata", "huerto", "ministro", "carta", "frontera", "calle"),
}
FILLER = "qua wem zot lin dar pek sul vim nar tob hix jad".split()


def measure(work: Path) -> Iterator[Share]:
    """The share of each kind whose match set is the right one: every pair of words, at distances on both sides."""
    rng = random.Random(13)
    with dragoman.create_collection(work / "c.idx") as collection:
        documents, asked = [], []
        for language, words in WORDS.items():
            for left, right in zip(words, words[1:] + words[:1], strict=True):
                name = f"{language}-{left}"
                gaps = {f"{name}-{gap}": " ".join((left, *rng.choices(FILLER, k=gap), right)) for gap in (0, 1, 4, 9)}
                gaps[f"{name}-back"] = f"{right} {rng.choice(FILLER)} {left}"
                gaps[f"{name}-apart"] = f"{left.capitalize()} {FILLER[0]}. {right.capitalize()} {FILLER[1]}."
                documents += [Document(key, text, language=language) for key, text in gaps.items()]
                near = {f"{name}-{each}" for each in ("0", "1", "4", "back", "apart")}
                asked += [
                    ("proximity", f'"{left} {right}"~5', near),
                    ("proximity", f"{left} NEAR/5 {right}", near),
                    ("proximity", f"{right} NEAR/5 {left}", near),
                    ("same sentence", f"{left} NEAR/s {right}", {key for key in gaps if not key.endswith("-apart")}),
                    ("gap in a phrase", f'"{left} * {right}"', {f"{name}-1", f"{name}-apart"}),
                    ("beginning in a phrase", f'"{left} {right[:4]}*"', {f"{name}-0"}),
                ]
        for language, words in (("en", "letters"), ("en", "treaties"), ("es", "cartas"), ("es", "tratados")):
            stem = {"treaties": "treaty"}.get(words, words[:-1])
            documents += [Document(f"x-{each}", f"{each} {FILLER[2]}", language=language) for each in (words, stem)]
            asked.append(("exact word", f"={words}", {f"x-{words}"}))
        collection.add(documents)
        kinds = dict.fromkeys(kind for kind, *_ in asked)
        for kind in kinds:
            of_kind = [each for each in asked if each[0] == kind]
            right = sum(_found(collection, question) == expected for _, question, expected in of_kind)
            yield Share(kind, right, len(of_kind))
        yield _operators(collection)


def _operators(collection: dragoman.Collection) -> Share:
    """Operators of other languages: right is an error with a column, and text that only resembles them is none."""
    shapes = ["+{} {}", "{}^4 {}", "{} ^2 {}", "/{}.*/ {}", "{} || {}", "{} && {}", "!{} {}", "[{} TO {}]", '+"{} {}"']
    texts = ["+49 {} {}", "{} and/or {}", "/s/ {} {}", "C++ {} {}", "AT&T {} {}", "{} 10^6 {}", "{}! {}", "[{}] {}"]
    right = asked = 0
    for words in WORDS.values():
        for left, other in pairwise(words):
            for shape in shapes + texts:
                asked += 1
                try:
                    collection.search(shape.format(left, other), mode="keyword", limit=1)
                    right += shape in texts
                except QueryError as error:
                    right += shape in shapes and error.column is not None
    return Share("operators of other languages", right, asked)


def _found(collection: dragoman.Collection, question: str) -> set[str]:
    try:
        hits = collection.search(question, mode="keyword", limit=100, fold=False, highlights=False)
    except QueryError:
        return set()
    return {hit.document.id for hit in hits}
