"""Random documents and vectors, the same in every run: what search is compared on with a plain reference."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dragoman.corpus.document import DateInterval, Document, Note, Person

WORDS: Final = tuple("the the the the of of summit summits treaty envoy pact US us quota zeal 1950".split())
"""Few of them common and most of them rare, as in any text."""


@dataclass(frozen=True)
class RandomDocuments:
    """A recipe for random documents. What is drawn from is a sequence, and a value in it twice comes twice as often.

    Four documents of five are dated. None describes itself beyond its title and dates unless the recipe says so.

    Attributes:
        words: What texts, titles and notes are made of.
        lines: How many lines, or sentences, a text has.
        length: How many words a line has.
        title: How many words a title has.
        sentences: Whether the text is one paragraph of sentences for the real splitter of passages, rather than lines,
            each of which is a passage on a shelf.
        notes: How many footnotes a text has, each of one to six words.
        first: The earliest first day.
        within: How many days after `first` a document may begin.
        lasting: How many days after its first day a document ends.
        outlets: Outlets, of which each document has one.
        places: Places, of which each document has one.
        kinds: Kinds, of which each document has one.
        languages: Languages, of which each document has one.
        countries: Countries, of which each document has up to three.
        people: Names, of which each document has up to three.
    """

    words: Sequence[str] = WORDS
    lines: Sequence[int] = range(1, 5)
    length: Sequence[int] = range(1, 11)
    title: Sequence[int] = (3,)
    sentences: bool = False
    notes: Sequence[int] = (0,)
    first: date = date(2025, 1, 1)
    within: int = 90
    lasting: Sequence[int] = (0,)
    outlets: Sequence[str] = ("",)
    places: Sequence[str] = ("",)
    kinds: Sequence[str] = ("",)
    languages: Sequence[str] = ("",)
    countries: Sequence[str] = ()
    people: Sequence[str] = ()

    def make(self, document_id: str, seed: int = 0) -> Document:
        """Make a document: always the same one of an id and a seed."""
        rng = random.Random(f"{document_id} {seed}")

        def some(values: Sequence[str]) -> list[str]:
            return rng.sample(values, rng.randint(0, min(3, len(values))))

        lines = [self._phrase(rng, self.length) for _ in range(rng.choice(self.lines))]
        text = " ".join(f"{line.capitalize()}." for line in lines) if self.sentences else "\n".join(lines)
        positions = sorted(rng.choices(range(len(text) + 1), k=rng.choice(self.notes)))
        start = self.first + timedelta(days=rng.randint(0, self.within))
        dates = DateInterval(start, start + timedelta(days=rng.choice(self.lasting)))
        return Document(
            document_id,
            text,
            self._phrase(rng, self.title),
            dates if rng.random() < 0.8 else None,
            outlet=rng.choice(self.outlets),
            place=rng.choice(self.places),
            kind=rng.choice(self.kinds),
            language=rng.choice(self.languages),
            countries=tuple(some(self.countries)),
            people=tuple(Person(name) for name in some(self.people)),
            notes=tuple(Note("*", position, self._phrase(rng, range(1, 7))) for position in positions),
        )

    def make_many(self, numbers: range, prefix: str = "d", seed: int = 0) -> list[Document]:
        """Make a document of each number, with ids such as `d007`."""
        return [self.make(f"{prefix}{number:03}", seed) for number in numbers]

    def _phrase(self, rng: random.Random, length: Sequence[int]) -> str:
        return " ".join(rng.choices(self.words, k=rng.choice(length)))


def random_vector(seed: int = 1, dimension: int = 8) -> NDArray[np.float32]:
    """A random unit vector, as long as those of a shelf unless told otherwise: a question's meaning."""
    vector = np.random.default_rng(seed).standard_normal(dimension)
    return (vector / np.linalg.norm(vector)).astype(np.float32)
