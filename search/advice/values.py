"""Values of a filter that no document has: the nearest ones that documents have are offered in their stead."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ...corpus.document import Span
from ...corpus.fields import Field
from ...errors import SearchTimeout
from ...index.analysis import Analysed
from ...index.constraints import AllOf, Constraint, Has
from ...index.reading.plan import Deadline
from ...index.reading.view import View
from ..language.query import Filter, Node, Query, children
from ..language.unparser import unparse
from .notices import Notice
from .nought import count

_MOST: Final = 4  # filters that are helped
_COMPARED: Final = 5_000  # values of a field, the commonest ones
_UNCHECKED: Final = 250  # values that are compared before the time is looked at again
_OFFERED: Final = 3
_LONGEST: Final = 100  # characters of a value that is compared


def value_notices(
    view: View, query: Query, meant: Mapping[Node, Constraint], found: bool, deadline: Deadline
) -> Iterator[tuple[Filter, Notice]]:
    """Filters for values that nothing has, each with a notice that offers the question for the nearest value instead.

    Args:
        view: What was asked.
        query: The question.
        meant: Its nodes in the view's terms, as far as they are known.
        found: Whether anything was: then every filter that must hold has a value that something has.
        deadline: The end of the search; once it is over nothing more is said.
    """
    filters = [each for node in query.must if not (found and isinstance(node, Filter)) for each in _filters(node)]
    try:
        for each in list(dict.fromkeys(filters))[:_MOST]:
            field = view.info.fields[each.field]
            if field.is_counted and not count(view, AllOf((meant.get(each) or _has(field, each),)), deadline):
                near = _nearest(view, field, each.value, deadline)
                yield each, _notice(query, field, each, near)
    except SearchTimeout:
        return


def _filters(node: Node) -> Iterator[Filter]:
    if isinstance(node, Filter):
        yield node
    for child in children(node):
        yield from _filters(child)


def _has(field: Field, asked: Filter) -> Constraint:
    known = None if asked.exact else field.canonical(asked.value)
    value = asked.value if known is None else known
    return Has(field.name, value, asked.exact or known is not None)


def _notice(query: Query, field: Field, asked: Filter, near: Sequence[str]) -> Notice:
    span, grouped = _span(query.text, _names(field), asked.value)
    said = f"No document has the {field.label.lower()} “{asked.value[:_LONGEST]}”"
    if not near:
        return Notice("value", f"{said}.", span)
    offered = unparse(Filter(field.name, near[0], asked.exact))
    if grouped:
        offered = offered.removeprefix(f"{field.name}:")
    question = f"{query.text[: span.start]}{offered}{query.text[span.end :]}" if span else f"{query.text} {offered}"
    if not span and any(asked in _filters(node) for node in query.must[: len(query.spans)]):
        question = ""  # It was typed, but in a way that cannot be told from the words.
    others = f", then {' and '.join(f'“{each}”' for each in near[1:])}" if near[1:] else ""
    return Notice(
        "value", f"{said}; the nearest is “{near[0]}”{others}{':' if question else '.'}", span, question.strip() or None
    )


def _names(field: Field) -> tuple[str, ...]:
    return (field.name, *field.aliases)


def _span(text: str, names: Iterable[str], value: str) -> tuple[Span | None, bool]:
    """Where a filter with that value stands in a text, if it was typed there, and whether in a group of its field.

    In a group, as in country:(Frannce OR Japan), the span is that of the value alone.
    """
    spelt = r"\s+".join(map(re.escape, value.split()))
    spelt = rf"(?:=?[\"“”„«»]\s*{spelt}\s*[\"“”„«»]|=?{spelt}(?!\w))"
    name = rf"(?<!\w)(?:{'|'.join(map(re.escape, names))}):"
    if found := re.search(f"{name}{spelt}", text, re.IGNORECASE):
        return Span(*found.span()), False
    for group in re.finditer(rf"{name}=?\(([^()]*)\)", text, re.IGNORECASE):
        if found := re.compile(rf"(?<![^\s(-]){spelt}", re.IGNORECASE).search(text, *group.span(1)):
            return Span(*found.span()), True
    return None, False


# Which values are near


class _Near(NamedTuple):
    """How far a value is from what was asked: edits, then how many other words it has, then its rank by frequency."""

    edits: int
    other_words: int
    rank: int
    value: str


def _canonical(field: Field, asked: str) -> str | None:
    """What documents have instead of a language's name, or of a country's in another language."""
    # Late, as few questions have a value that no document has.
    from ...corpus.description.languages import language_code
    from ...corpus.description.translated_names import translated_country, translated_language

    if field.name == "lang":
        return language_code(asked) or translated_language(asked)
    return translated_country(asked) if field.name == "country" else None


def _nearest(view: View, field: Field, asked: str, deadline: Deadline) -> list[str]:
    """The values nearest to one that nothing has, nearest first. Raises SearchTimeout."""
    if (own := _canonical(field, asked)) and any(value == own for value, _ in view.values(field.name, own, _OFFERED)):
        return [own]
    wanted = _words(asked[:_LONGEST])
    values = [value for value, _ in view.values(field.name, "", _COMPARED)]
    near: list[_Near] = []
    for rank, value in enumerate(values if wanted else ()):
        if not rank % _UNCHECKED:
            deadline.check()
        if found := _near(wanted, value, rank):
            near.append(found)
    return [each.value for each in sorted(near)[:_OFFERED]]


def _near(wanted: Sequence[str], value: str, rank: int) -> _Near | None:
    words = _words(value[:_LONGEST])
    together = _edits("".join(wanted), "".join(words))
    if together is not None:
        return _Near(together, 0, rank, value)
    edits = 0
    for each in wanted:
        nearest = min((found for word in words if (found := _edits(each, word)) is not None), default=None)
        if nearest is None:
            return None
        edits += nearest
    return _Near(edits, len(words) - len(wanted), rank, value)


@lru_cache(4 * _COMPARED)
def _words(value: str) -> tuple[str, ...]:
    return tuple(map(str.lower, Analysed(value).terms))


def _edits(asked: str, word: str) -> int | None:
    """How many letters more, less or other, or neighbours exchanged, lie between two words; None if too many do.

    A quarter of the letters may be wrong; no other word is near one of three.
    """
    most = 0 if len(asked) < 4 else max(1, len(asked) // 4)
    if asked == word:
        return 0
    if not most or abs(len(asked) - len(word)) > most:
        return None
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(asked, 1):
        previous, row = row, [i]
        for j, other in enumerate(word, 1):
            cost = min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (letter != other))
            if before and j > 1 and letter == word[j - 2] and asked[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
        before = previous
    return row[-1] if row[-1] <= most else None
