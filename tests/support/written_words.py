"""Sources made at random, each word of which is made once: so that none can be lost, or grow together, unseen."""

import io
import re
from collections.abc import Callable, Iterable
from itertools import count
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from dragoman.corpus.document import Document
from dragoman.corpus.intake import read_stream
from dragoman.corpus.readers.contract import ReadOptions, Skipped, Source
from dragoman.corpus.readers.registry import format_of

SOME = settings(max_examples=60, deadline=None, derandomize=True)
CHANCE = st.integers(0, 2**32).map(Random)


def results(name: str, data: bytes, **options: Any) -> list[Document | Skipped]:
    """What a file of that name gives."""
    form = format_of(name)
    assert form, name
    return list(read_stream(Source(io.BytesIO(data), name, name, name), form, ReadOptions(**options)))


def words_kept(found: Iterable[Document | Skipped]) -> set[str]:
    """The words of documents: of id, text, title, people, notes, topics and what was cut; and those by which things are
    named that were left out.
    """
    kept: list[str] = []
    for each in found:
        if isinstance(each, Document):
            kept += [each.id, each.text, each.title, *each.cut, *each.topics, *(note.text for note in each.notes)]
            kept += [each.author, *(person.name for person in each.people), *each.unused, *map(str, each.remarks)]
        else:
            kept.append(str(each))
    return set(re.findall(r"\w+", "\n".join(kept)))


def words_found(name: str, data: bytes) -> set[str]:
    """The words of all documents that a file gives, of which nothing is left out."""
    found = results(name, data)
    for each in found:
        assert isinstance(each, Document), each
        assert not each.remarks, each.remarks
    return words_kept(found)


class Writer:
    """Words that were never there before, and pieces of markup around them."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.words: set[str] = set()
        self._numbers = count()

    def word(self) -> str:
        number = next(self._numbers)
        word = "q" + "".join("bdfgklmnprstvz"[number // 14**place % 14] + "aeiou"[place] for place in range(3))
        self.words.add(word)
        return word

    def phrase(self) -> str:
        return " ".join(self.word() for _ in range(self.chance.randint(1, 4)))

    def some(self, *makers: Callable[[], str], most: int = 4, between: str = "") -> str:
        return between.join(self.chance.choice(makers)() for _ in range(self.chance.randint(1, most)))
