"""From a query back to its canonical text."""

import re
from typing import Any

from .query import And, Dates, Filter, Fuzzy, Near, Node, Not, Or, Phrase, Query, Term, Undated, Word

_NUMBER = re.compile(r"[-.]*\d")
_PLAIN_VALUE = re.compile(r"\w[\w.'’&+-]*")


def unparse(node: Node) -> str:
    """The node's canonical text. Parsed again, within the limits, it gives the same node."""
    match node:
        case Not(child):
            text = unparse(child)
            if isinstance(child, Near):
                return f"-({text})"
            # A minus before a number is the number's.
            return f"NOT {text}" if isinstance(child, Not) or _NUMBER.match(text) else f"-{text}"
        case And(nodes) | Or(nodes):
            operator = " AND " if isinstance(node, And) else " OR "
            return f"({operator.join(map(unparse, nodes))})"
        case Near(left, right, words):
            return f"{unparse(left)} NEAR/{'s' if words is None else words} {unparse(right)}"
        case Dates(first, last):
            return f"date:{first}" if first == last else f"date:{first or ''}..{last or ''}"
        case Undated():
            return "date:none"
        case Filter(field, value, exact):
            return f"{field}:{'=' if exact else ''}{value if _PLAIN_VALUE.fullmatch(value) else _quoted(value)}"
        case _:
            return _term(node)


def _term(term: Term) -> str:
    text, field = term.text, term.field
    match term:
        case Phrase():
            text = f"{_quoted(text)}{f'~{term.slop}' if term.slop else ''}"
        case Fuzzy(_, distance):
            text = f"{text}~{distance or ''}"
        case _:
            pass
    if isinstance(term, Word | Phrase) and term.exact:
        text = f"={text}"
    elif field and text.startswith(("/", "=")):
        text = f"({text})"  # Right after the colon a slash would make a word of the whole, as in https://…
    return f"{field}:{text}" if field else text


def understood(query: Query) -> dict[str, Any]:
    """A query in JSON-ready values.

    Returns:
        `words`, the free words as typed; `constraints`, each in canonical text; `meaning`, the question for the
        meaning leg.
    """
    constraints = [unparse(node) for node in query.must]
    return {"words": [word.text for word in query.free], "constraints": constraints, "meaning": query.meaning}


def _quoted(text: str) -> str:
    opening, closing = next((pair for pair in ('""', "“”", "«»") if pair[1] not in text), '""')
    return opening + text.replace(closing, " ") + closing  # Whatever was typed fits one of them as it is.
