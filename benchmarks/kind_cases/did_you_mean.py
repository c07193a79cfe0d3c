"""Did you mean: correct questions are left alone, and words with one mistake are mended, in four languages.

Of each language some documents are a collection; the questions are runs of three words of other documents, and words of
the collection with a letter more, less, other, or two exchanged, anywhere.
"""

import json
import lzma
import random
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import dragoman

from .share import Share, shared

LANGUAGES = {"en": "ntrex/eng", "de": "ntrex/deu", "ru": "ntrex/rus", "tr": "xquad/tr"}
LETTERS = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "de": "abcdefghijklmnopqrstuvwxyzäöüß",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "tr": "abcçdefgğhıijklmnoöprsştuüvyz",
}
INDEXED = {"ntrex": 30, "xquad": 70}
"""How many documents become the collection."""
CORRECT, SLIPS = 250, 125


def measure(work: Path) -> Iterator[Share]:
    """Shares for questions left alone and for slips mended, over all languages and for each."""
    left_alone = mended = 0
    for language, source in LANGUAGES.items():
        random_number = random.Random(13)  # the same each time
        kind = source.split("/")[0]
        documents = list(_documents(kind, source, language))
        indexed, others = documents[: INDEXED[kind]], documents[INDEXED[kind] :]
        with dragoman.create_collection(work / language) as collection:
            collection.add(indexed)
            questions = _runs(others, random_number)
            alone = sum(_suggestion(collection, each) is None for each in questions)
            slips = _slips(indexed, LETTERS[language], random_number)
            right = sum(_plain(_suggestion(collection, slip) or "") == _plain(word) for slip, word in slips)
        yield Share(f"correct questions left alone, {language}", alone, len(questions))
        yield Share(f"slips mended, {language}", right, len(slips))
        left_alone, mended = left_alone + alone, mended + right
    yield Share("correct questions left alone", left_alone, CORRECT * len(LANGUAGES))
    yield Share("slips mended", mended, SLIPS * len(LANGUAGES))


def _documents(kind: str, source: str, language: str) -> Iterator["dragoman.Document"]:
    with lzma.open(shared(f"multi/{kind}.corpus.jsonl.xz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record["id"].startswith(f"{source}/"):
                yield dragoman.Document(id=record["id"], text=record["text"], language=language)


def _runs(documents: list["dragoman.Document"], random_number: random.Random) -> list[str]:
    """Three words of one sentence each, as they stand there one after the other, short ones left out."""
    runs: list[str] = []
    for document in documents:
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", document.text):
            words = [word for word in re.findall(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*", sentence) if len(word) > 3]
            if len(words) > 3:
                start = random_number.randrange(len(words) - 2)
                runs.append(" ".join(words[start : start + 3]))
    return random_number.sample(runs, CORRECT)


def _slips(documents: list["dragoman.Document"], letters: str, random_number: random.Random) -> list[tuple[str, str]]:
    words = sorted({word for document in documents for word in re.findall(r"[^\W\d_]{5,}", document.text)})
    slips: list[tuple[str, str]] = []
    while len(slips) < SLIPS:
        word = random_number.choice(words)
        at, letter = random_number.randrange(len(word)), random_number.choice(letters)
        slip = random_number.choice(
            [
                word[:at] + letter + word[at:],
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
            ]
        )
        if _plain(slip) != _plain(word):
            slips.append((slip, word))
    return slips


def _suggestion(collection: "dragoman.Collection", question: str) -> str | None:
    try:
        return collection.search(question, mode="keyword", limit=0).suggestion
    except dragoman.DragomanError as error:
        return f"an error: {error}"


def _plain(word: str) -> str:
    """Without case and accents, which the versions before did not offer."""
    return "".join(each for each in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(each))
