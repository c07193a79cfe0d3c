"""Questions about a collection's own names, made up: "Who is X?", where the passages that hold the word X are right.

Aggregate figures hide this kind of question, which is the first that people ask. A rare word says which passages answer
it, so that nobody has to judge: whatever holds the word is right, and whatever comes before that is not.
"""

import random
import re
from collections.abc import Iterable
from itertools import chain, repeat
from pathlib import Path
from typing import TypeVar

from ...corpus.document import Document
from ...errors import UnreadableSource
from ...index.analysis import Token, analyze
from ...index.terms import tells
from ...refusals import telling_refusals
from ..collection import Collection
from ..language.input.plain import plain
from .judgments import JudgedSet, Question

TEMPLATES = ("What is {}", "Who is {}?", "Where was {} and what did he do there?")
"""What is asked, in turn; each is a class of questions."""

RAREST = 10
"""A word stands in so many passages at most."""

_SHORTEST = 4  # letters: a shorter word is seldom a name
_TRIED = 12  # words of a document are looked at for one that is rare
_ROUNDS = 6  # through the documents, where they are fewer than the questions or have few rare words
_MID_SENTENCE = re.compile(r"[\w,;’'] $")

_Item = TypeVar("_Item")


def generate_names(collection: Collection, count: int, seed: int = 0) -> JudgedSet:
    """Questions about rare words of some documents, taken at random.

    A word is taken from the text of a document, a name if there is one: a word that is written with a capital within a
    sentence. How many documents are read depends on `count`, not on the collection.

    Args:
        collection: The collection.
        count: How many questions are wanted. A small collection may give fewer.
        seed: Of the random numbers: the same seed gives the same questions.

    Raises:
        UnreadableSource: There is no rare word in the documents that were looked at.
    """
    rng = random.Random(seed)  # noqa: S311  # nobody is kept from guessing these words
    questions: list[Question] = []
    asked: set[str] = set()
    documents = _sample(collection.document_ids(), count, rng)
    for identity in chain.from_iterable(repeat(documents, _ROUNDS)):
        if len(questions) == count:
            break
        word, passages = _rare_word(collection, collection.document(identity), asked, rng)
        if word:
            number = len(questions)
            template = TEMPLATES[number % len(TEMPLATES)]
            grades = dict.fromkeys(passages, 1)
            questions.append(Question(str(number + 1), template.format(word), grades, template.format("X")))
    if not questions:
        raise UnreadableSource(f"{collection.path} has no rare words to ask for: it is too small, or empty")
    return JudgedSet("names", tuple(questions))


def write_judgments(path: Path, judged: JudgedSet) -> None:
    """Write a judged set as a file of judgments, which `judgments.read_judged` reads.

    Args:
        path: The file, which is written anew.
        judged: Questions without tabs and line breaks.
    """
    rows = (
        f"{question.text}\t{identity}\t{grade}\n"
        for question in judged.questions
        for identity, grade in question.grades.items()
    )
    with telling_refusals(path):
        path.write_text("".join(rows), encoding="utf-8")


def _rare_word(
    collection: Collection, document: Document, asked: set[str], rng: random.Random
) -> tuple[str, tuple[str, ...]]:
    """A rare word of a document that was not asked for yet, which is noted, and the passages that hold it; or none."""
    for token in _candidates(document.text, rng):
        if token.term in asked:
            continue
        asked.add(token.term)
        word = document.text[token.start : token.end]
        found = collection.search(plain(word), mode="keyword", limit=RAREST, fold=False, highlights=False)
        if 0 < found.total <= RAREST:
            return word, tuple(hit.passage for hit in found)
    return "", ()


def _candidates(text: str, rng: random.Random) -> list[Token]:
    """A few words of a text that may be rare names, in random order; any words if there seem to be no names."""
    words = [
        token
        for token in analyze(text)
        if token.term.isalpha() and len(token.term) >= _SHORTEST and tells(token.term) and text[token.start].isalpha()
    ]
    names = [
        token
        for token in words
        if text[token.start].isupper()
        and not text[token.start : token.end].isupper()
        and _MID_SENTENCE.search(text, max(token.start - 2, 0), token.start)
    ]
    few = names or words
    return rng.sample(few, min(len(few), _TRIED))


def _sample(items: Iterable[_Item], count: int, rng: random.Random) -> list[_Item]:
    """So many of the items at random, in random order, without holding more than these (Vitter's algorithm R)."""
    kept: list[_Item] = []
    for number, item in enumerate(items):
        if number < count:
            kept.append(item)
        elif (position := rng.randrange(number + 1)) < count:
            kept[position] = item
    rng.shuffle(kept)
    return kept
