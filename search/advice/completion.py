"""Completing the last word of a question: with a word that the index knows, a value of a column, or a field's name."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from unicodedata import normalize

from ...corpus.fields import Fields
from ...frozen import frozen
from ...index.analysis import BLANKS, analyze, fold, lower
from ...index.reading.plan import Beginning
from ...index.reading.view import View
from ..language.query import MAX_QUERY_LENGTH, Filter
from ..language.scanning import all_names, field_called, token_in
from ..language.unparser import unparse

if TYPE_CHECKING:
    import re

_LEAST = 2  # letters that must be typed, unless a field stands before them


@frozen
class Completion:
    """A question with its last word completed.

    Attributes:
        text: The question.
        kind: What the word was completed to: "word", "field", or the name of the field that it is a value of.
        passages: How many have it; 0 for a field.
    """

    text: str
    kind: str
    passages: int


def complete(view: View, text: str, limit: int = 8) -> list[Completion]:
    """Ways to complete the last word of a question.

    After a field these are its values in which a word begins as typed, most passages first, written as exact ones. A
    word that stands free may become a known word, a value of a field that names subjects, or a field. Case and accents
    make no difference.

    Args:
        view: Whose words and values they are.
        text: The question, which may be half typed: nothing in it is an error.
        limit: How many to return at most.
    """
    fields = view.info.fields
    text = BLANKS.sub(" ", text)
    typed = _last(text, fields) if len(text) <= MAX_QUERY_LENGTH else None
    if typed is None:
        return []
    start, field, value = typed
    before = text[:start]
    if value.startswith("-") or (value and not field and not value[-1].isalnum()):
        return []
    if field in fields:
        return list(_values(view, before, field, value, limit)) if fields[field].is_counted else []
    words = list(_words(view, text, value, limit))
    if field:
        return words
    if len(value) < _LEAST:
        return []
    beginning = [name for name in all_names(fields) if name.startswith(value.lower())]
    subjects = (each.name for each in fields if each.is_subject)
    names = [each for name in subjects for each in _values(view, before, name, value, limit)]
    names.sort(key=lambda each: -each.passages)
    # Names get half of the room, or more if there are too few words to fill the other half.
    room = max(limit - len(beginning), 0)
    names = names[: max(room // 2, room - len(words))]
    named = [Completion(f"{before}{name}:", "field", 0) for name in beginning]
    return [*words[: room - len(names)], *names, *named][:limit]


def _last(text: str, fields: Fields) -> tuple[int, str, str] | None:
    """The part of a question that is to be completed.

    Returns:
        Where it starts, its field included; the field, or ""; and what has been typed of the value. None if the
        question ends in something else: a blank, a phrase, an open quote, the inside of a field's group.
    """
    found: re.Match[str] | None = None
    groups: list[str] = []  # of the groups that are still open, the fields; "" for a plain group
    for token in token_in(text).finditer(text):
        waits = found is not None and found.end() == token.start() and found["name"] and not found["value"]
        waiting, found = found if waits else None, token
        owner = (waiting and field_called(waiting["name"][:-1], fields)) or ""
        if token.lastgroup == "minus" and len(token[0]) > 1:
            return None
        if token.lastgroup == "quote":
            # A value may be completed before its quotes are closed.
            wanted = waiting and owner in fields and not any(groups)
            return (waiting.start(), owner, text[token.end() :]) if waiting and wanted else None
        if token[0] == "(":
            groups.append(owner)
        elif token[0] == ")" and groups:
            groups.pop()
    if found is None or found.end() < len(text) or any(groups):
        return None
    if found.lastgroup == "field":
        field = field_called(found["name"][:-1], fields)
        return (found.start(), field, found["value"]) if field else None
    return (found.start(), "", found[0]) if found.lastgroup == "word" else None


def _values(view: View, before: str, field: str, beginning: str, limit: int) -> Iterator[Completion]:
    for value, passages in view.values(field, beginning, limit):
        yield Completion(f"{before}{unparse(Filter(field, value, True))}", field, passages)


def _words(view: View, text: str, value: str, limit: int) -> Iterator[Completion]:
    tokens = analyze(value)
    if not tokens or tokens[-1].end != len(value):
        return
    prefix = tokens[-1].term.lower()
    if len(prefix) < _LEAST:
        return
    typed = value[tokens[-1].start :]
    for term, passages in view.common_terms(Beginning(prefix), limit):
        ways = (_completed(typed, spelling) for spelling, _ in view.written(term))
        if word := next(filter(None, ways), None):
            yield Completion(text[: len(text) - len(typed)] + word, "word", passages)


def _completed(typed: str, spelling: str) -> str | None:
    """A beginning, completed to a word as it is written: in the typed case, and with the accents left out in typing.

    Returns:
        The word; None if the beginning is written otherwise.
    """
    typed = normalize("NFC", typed)
    word, at = "", 0
    for index, letter in enumerate(spelling):
        while at < len(typed) and not _is_letter(typed[at], letter) and not typed[at].isalnum():
            word += typed[at]  # what no word is spelt with: an apostrophe, the comma of a number
            at += 1
        if at >= len(typed):
            ending = spelling[index:]
            return word + (ending.upper() if len(typed) > 1 and typed.isupper() else ending)
        plain = fold(letter)
        if _is_letter(typed[at], letter):
            word += typed[at]
            at += 1
        elif plain.startswith(typed[at : at + len(plain)].lower()):
            word += letter.upper() if typed[at].isupper() and len(letter.upper()) == 1 else letter
            at += len(plain)  # several letters may have been typed for one, as for ß
        else:
            return None
    return word if at >= len(typed) else None


def _is_letter(typed: str, letter: str) -> bool:
    """Whether a typed letter is one that is given in lower case; Turkish has its own capitals."""
    return letter in (typed.lower(), lower(typed, "tr"))
