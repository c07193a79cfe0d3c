"""Completing the last word of a question: with a word that the index knows, a value of a column, or a field's name."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from ..index.analysis import BLANKS, analyze
from .language.query import MAX_QUERY_LENGTH, Filter
from .language.scanning import ALL_FIELDS, FILTER_FIELDS, TOKEN, field_called
from .language.unparser import unparse
from .ranking.backend import Index

if TYPE_CHECKING:
    import re

CompletionKind: TypeAlias = Literal["word", "country", "person", "outlet", "place", "kind", "lang", "field"]

_NAMED: tuple[CompletionKind, ...] = (
    "country",
    "person",
    "outlet",
)  # what a word without a field may be the beginning of
_LEAST = 2  # letters without a field before them


@dataclass(frozen=True, slots=True)
class Completion:
    """A question with its last word completed; `passages` is how many have what it was completed to, 0 for a field."""

    text: str
    kind: CompletionKind
    passages: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return asdict(self)


def complete(index: Index, text: str, limit: int = 8) -> list[Completion]:
    """Ways to complete the last word of a question, at most `limit`; none where there is nothing to complete.

    After a field of FILTER_FIELDS these are its values in which a word begins as typed, most passages first, written as
    exact ones. A word that stands free may become a known word, a country, a person, an outlet or a field. Case and
    accents make no difference. A question that is only half typed raises nothing.
    """
    text = BLANKS.sub(" ", text)
    typed = _last(text) if len(text) <= MAX_QUERY_LENGTH else None
    if typed is None:
        return []
    start, field, value = typed
    before = text[:start]
    if value.startswith("-") or (value and not field and not value[-1].isalnum()):
        return []
    if field in FILTER_FIELDS:
        return list(_values(index, before, field, value, limit))
    words = list(_words(index, text, value, limit))
    if field:
        return words
    if len(value) < _LEAST:
        return []
    fields = [name for name in ALL_FIELDS if name.startswith(value.lower())]
    names = [each for name in _NAMED for each in _values(index, before, name, value, limit)]
    names.sort(key=lambda each: -each.passages)
    # Half of them, unless there are fewer words to be had.
    room = max(limit - len(fields), 0)
    names = names[: max(room // 2, room - len(words))]
    named = [Completion(f"{before}{name}:", "field", 0) for name in fields]
    return [*words[: room - len(names)], *names, *named][:limit]


def _last(text: str) -> tuple[int, str, str] | None:
    """Where what is to be completed starts, with its field; the field or ""; and what is typed of the value.

    None if the question ends otherwise: with a blank, a phrase, a quote that is open, within a field's group.
    """
    found: re.Match[str] | None = None
    groups: list[str] = []  # the fields of those that are open, "" for a plain one
    for token in TOKEN.finditer(text):
        waits = found is not None and found.end() == token.start() and found["name"] and not found["value"]
        waiting, found = found if waits else None, token
        owner = (waiting and field_called(waiting["name"][:-1])) or ""
        if token.lastgroup == "minus" and len(token[0]) > 1:
            return None
        if token.lastgroup == "quote":
            # Of a value in quotes the beginning is enough.
            wanted = waiting and owner in FILTER_FIELDS and not any(groups)
            return (waiting.start(), owner, text[token.end() :]) if waiting and wanted else None
        if token[0] == "(":
            groups.append(owner)
        elif token[0] == ")" and groups:
            groups.pop()
    if found is None or found.end() < len(text) or any(groups):
        return None
    if found.lastgroup == "field":
        field = field_called(found["name"][:-1])
        return (found.start(), field, found["value"]) if field else None
    return (found.start(), "", found[0]) if found.lastgroup == "word" else None


def _values(index: Index, before: str, field: str, beginning: str, limit: int) -> Iterator[Completion]:
    for value, passages in index.values_like(field, beginning, limit):
        yield Completion(f"{before}{unparse(Filter(field, value, True))}", cast("CompletionKind", field), passages)


def _words(index: Index, text: str, value: str, limit: int) -> Iterator[Completion]:
    tokens = analyze(value)
    if not tokens or tokens[-1].end != len(value):
        return
    prefix = tokens[-1].term.lower()
    if len(prefix) >= _LEAST:
        for term, passages in index.like_beginning(prefix, limit):
            yield Completion(text + term[len(prefix) :], "word", passages)
