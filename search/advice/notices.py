"""What a searcher should know about a question or its answer: the one channel for it, which every face shows.

Whoever finds something out adds a notice: the parser to its query, the interpreter to its interpretation, the asker to
the results. A face shows them all alike, and knows no kind of them.
"""

from typing import Final

from ...corpus.document import Span
from ...frozen import frozen

KINDS: Final = {
    "mended": "a part of the question that could not be understood was taken as text",
    "pasted": "the question was read as plain text",
    "cut": "the question has too many words, of which some are searched for",
    "date": "words of the question are a date, and a question is offered that is confined to it",
    "spelling": "a word may be misspelt, and the question is offered with another",
    "unknown": "no passage holds a word",
    "value": "no document has the value of a filter, and the nearest one is offered",
    "nought": "nothing is found: which constraint is the cause, and what there is without it",
    "near": "nothing is found, and why the passages nearest in meaning, which are shown, do not count as found",
    "undated": "passages would match if their documents had a date",
    "words-first": "not all passages are encoded yet: the others are found by their words alone",
    "weaker": "by date, passages are left out that match without answering the question",
}
"""What a notice may be about, by the kind's name."""


@frozen
class Notice:
    """Something that a searcher should know.

    Attributes:
        kind: What it is about: one of KINDS.
        text: A sentence for people. If a question is offered, that follows it, as after "Did you mean:".
        span: Where in the question's text the part is that it is about; None if it is about all of it.
        question: A question that may be asked instead, or None. It is offered, never asked unasked.
        passages: How many passages there are if what it is about is left out, where that was counted.

    Raises:
        ValueError: There is no such kind.
    """

    kind: str
    text: str
    span: Span | None = None
    question: str | None = None
    passages: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no kind of notice {self.kind!r}: there are {', '.join(KINDS)}")

    def __str__(self) -> str:
        return f"{self.text} {self.question}" if self.question else self.text
