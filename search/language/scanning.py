"""From what somebody typed to the tokens of the query language: where each begins and ends, and of what kind it is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Final, NamedTuple

from ...corpus.dates.mentions import longest_date
from ...corpus.document import Span
from ...corpus.fields import Fields
from ...corpus.scripts import is_alphabetic
from ...errors import QueryError
from ...index.analysis import FIELDS as TEXT_FIELDS
from ..advice.notices import Notice
from .query import MAX_DISTANCE

LETTER = re.compile(r"[^\W_]|%")
NAME = re.compile(r"(?<![^\W\d_])[^\W\d_]+:")

# In these scripts no blank stands before a quotation mark.
_UNSPACED = r"\u0e00-\u0eff\u1100-\u11ff\u2e80-\ud7af\uf900-\ufaff\uff00-\uffef"

_CLOSED_BY: Final = {"“": "”", "„": "“”", "«": "»"}
_MOST_UNCLOSED: Final = 20
"""How many marks of a kind may be left open at the end of a text before none of them counts within a phrase."""


@cache
def _run(unspaced: str) -> str:
    """A pattern for a character of a token in a text that has no other characters of scripts without blanks."""
    # Inches, seconds, and letters of one word, as in Hebrew abbreviations.
    inner = rf'(?<=\d)"|(?<=[^\W\d_{unspaced}])"(?=[^\W\d_])'
    return rf'(?:[^\s()"“”„«»]|{inner})'


@cache
def _phrase(unspaced: str, unclosed: str) -> str:
    opening = rf"""(?<![^\s()\[\]{{}}<>:=+!/*~“”„«»"‘…–—{unspaced}-])"""
    curly = [
        f"{opened}[^{closed}{opened if opened in unclosed else ''}]*[{closed}]" for opened, closed in _CLOSED_BY.items()
    ]
    return "|".join((rf'{opening}"[^"]*"', *curly, "”[^”]*”", "»[^«»]*[«»]"))


def phrase_in(text: str) -> str:
    """A pattern for what stands between quotation marks, these included. A straight one opens where a word could begin.

    Args:
        text: What it is to be sought in.
    """
    return _phrase(*_peculiar(text))


def _peculiar(text: str) -> tuple[str, str]:
    """Which characters of a text need no blank between them, and which marks it opens again and again for nothing.

    Each of these marks would be looked for to the end of the text, so within a phrase there is none of them.
    """
    unclosed = (
        opened
        for opened, closed in _CLOSED_BY.items()
        if text.count(opened, 1 + max(map(text.rfind, closed))) > _MOST_UNCLOSED
    )
    return "" if is_alphabetic(text) else _UNSPACED, "".join(unclosed)


def token_in(text: str) -> re.Pattern[str]:
    """The pattern of a token. What it leaves out between two of them is blank, or a dash that is punctuation.

    Args:
        text: What it is to be sought in.
    """
    return _token(*_peculiar(text))


@cache
def _token(unspaced: str, unclosed: str) -> re.Pattern[str]:
    run = _run(unspaced)
    # Years and designations (9/11, 38th, 5G) may be excluded; a minus before any other number is the number's.
    designation = r"\d+(?:/\d|(?:st|nd|rd|th|er|ème|[DGex])(?![^\W_]))"
    number = rf"(?=\.?\d)(?!\d{{4}}(?![\d%°]|[.,]\d)|{designation}|{run}*[*~])"
    return re.compile(
        rf"""
          (?P<phrase> {_phrase(unspaced, unclosed)} )
        | (?P<quote>  ["“”„«»] )
        | (?P<tilde>  (?<=[)"“”„«»]) ~ {run}* )
        | (?P<minus>  (?<![^\s(]) -++ (?! {number} ) (?= {run}*[^\W_] | =?[("“”„«»] ) )  # others are punctuation
        | (?P<same>   (?<![^\s("“”„«»-]) = (?= [^\W_"“”„«»] | ["“„«»] ) )
        | (?P<field>  (?P<name>{NAME.pattern}) (?!/) (?P<exact>=?) (?P<value>{run}*) )
        | (?P<sign>   [()] | (?:OR|AND|NOT|NEAR/(?:\d+|[sS]))(?!{run}) )
        | (?P<word>   (?:(?<![^\s(])-(?={number}))? (?!-|=[^\W_]){run}+ )
        """,
        re.VERBOSE,
    )


_MOST_NOTICES = 5
_BINDING = ("OR", "AND", "NOT", "NEAR", "-")
_PLAIN_START = re.compile(r"[^\W_]")
_OPERATOR = re.compile(r"\b(?:OR|AND|NOT|NEAR/\w+)(?!\S)")
_NEGATED = re.compile(r"(?:-|(?<!\S)NOT\s+)$")
_SINGLE = re.compile(r"['‘]([^'’\n]+)['’](?![^\W_])")


@cache
def _emphasis(phrase: str) -> re.Pattern[str]:
    return re.compile(
        rf"""
          (?P<quoted> {phrase} )
        | (?<![^\s*()"“”„«»-]) (?<!\*\*) \*{{2,}}+ (?=[^\W_]) | (?<=[^\W_.!?]) [.!?,:]? \*{{2,}} (?![^\W_])
        | (?<![^\s("“”„«»]) \* (?P<inner> [^\W_] [^*()"“”„«»\n]{{0,200}} ) (?<!\s) \* (?![^\s.,:;!?)"“”„«»])
        """,
        re.VERBOSE,
    )


class Token(NamedTuple):
    """A part of a question, at `text[column - 1 : end]`.

    Attributes:
        kind: A parenthesis, an operator, "-", "=" (before an exact word or phrase), "field", "exact" (a field before an
            exact value), "phrase", "~" (after a phrase), "value" (without quotes), "word" or, last, "end".
        text: The token itself; of a field its name, of a phrase what is between the quotes.
        column: Where it starts, from 1.
        end: Where it ends, from 0, the character itself excluded.
    """

    kind: str
    text: str
    column: int
    end: int


def scan(text: str, fields: Fields, mended: list[Notice] | None = None) -> Iterator[Token]:
    """The tokens of a question, and one at its end.

    Args:
        text: The question.
        fields: Those that it may name.
        mended: Gets a notice for what is no token, and is taken as text: a field that there is not, a mark that has no
            counterpart. Without it such things are errors.

    Raises:
        QueryError: Something is not a token; with its column.
    """
    if mended is None:
        yield from _closed(_tokens(text, fields, None))
        return
    found = list[Notice]()
    plain = without_emphasis(text)
    if plain != text:
        found.append(Notice("mended", "Asterisks that set words off were taken as text, not as wildcards."))
    yield from _bound(_balanced(list(_tokens(plain, fields, found)), found), found)
    mended += found[:_MOST_NOTICES]


def _closed(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens, of which no quotation mark stands alone."""
    for token in tokens:
        if token.kind == "quote":
            raise _unclosed(token)
        yield token


def _unclosed(quote: Token) -> QueryError:
    return QueryError(f"the quote {quote.text} is never closed: close it or leave it out", quote.column)


def _balanced(tokens: Iterable[Token], mended: list[Notice]) -> list[Token]:
    """The tokens without marks that have no counterpart, and without parentheses around nothing."""
    kept: list[Token] = []
    alone: list[Token] = []
    opened: list[int] = []
    for token in tokens:
        if token.kind == "quote" and _has_owner(kept, len(kept)):
            raise _unclosed(token)
        empty = token.kind == "phrase" and not LETTER.search(token.text) and not _has_owner(kept, len(kept))
        if token.kind == "quote" or empty or (token.kind == ")" and not opened):
            alone.append(token)
            while token.kind != ")" and kept and kept[-1].kind in ("=", "-") and kept[-1].end == alone[-1].column - 1:
                alone.append(kept.pop())  # it would take hold of what follows
            continue
        if token.kind == "(":
            opened.append(len(kept))
        elif token.kind == ")" and (start := opened.pop()) == len(kept) - 1 and not _has_owner(kept, start):
            kept.pop()
            continue
        kept.append(token)
    # What a field opens is an error in the parser.
    alone += [kept.pop(start) for start in reversed(opened) if not _has_owner(kept, start)]
    if alone:
        alone.sort(key=lambda token: token.column)
        start = alone[0].column - 1
        named = " ".join(dict.fromkeys(token.text if token.kind != "phrase" else '""' for token in alone))
        said = f"Taken as text, as it has no counterpart or holds no word: {named}"
        mended.append(Notice("mended", said, Span(start, alone[0].end)))
    return kept


def _bound(tokens: list[Token], mended: list[Notice]) -> Iterator[Token]:
    """The tokens, with OR, AND and NOT as words where they can bind nothing: Portland, OR; OR Tambo."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.kind, 0)
        before = tokens[index - 1] if index else None
        first = before is None and token.kind != "NOT"
        last = tokens[index + 1 : index + 2] == tokens[-1:] and (before is None or before.kind not in _BINDING)
        follows = tokens[index + 1].kind if index + 1 < len(tokens) else ""
        state = token.kind == "OR" and before is not None and before.kind == "word" and before.text.endswith(",")
        if (
            token.kind in ("OR", "AND", "NOT")
            and not depth
            and (last or ((first or state) and follows not in ("OR", "AND", "NEAR")))
        ):
            said = f"“{token.text}” binds nothing here, so it was searched as text."
            mended.append(Notice("mended", said, Span(token.column - 1, token.end)))
            yield token._replace(kind="word")
        else:
            yield token


def _has_owner(tokens: Sequence[Token], start: int) -> bool:
    return start > 0 and tokens[start - 1].kind in ("field", "exact")


def _tokens(text: str, fields: Fields, mended: list[Notice] | None) -> Iterator[Token]:
    for found in token_in(text).finditer(text):
        kind, token, column, end = found.lastgroup, found[0], found.start() + 1, found.end()
        if kind == "tilde":
            yield _distance(found, column)
        elif kind == "field":
            yield from _field(found, column, fields, mended)
        elif kind == "phrase":
            yield Token("phrase", " ".join(token[1:-1].split()), column, end)
        elif kind == "word":
            if mended is not None and token.startswith("-"):
                mended.append(_negative(found))
            if LETTER.search(token) or ("*" in token and mended is None):  # Else it is punctuation standing alone.
                yield Token("word", token, column, end)
        elif token.startswith("--"):
            _pass_dashes(found, fields, mended)
        elif token.startswith("NEAR/"):
            yield Token("NEAR", token, column, end)
        else:
            yield Token("quote" if kind == "quote" else token, token, column, end)
    yield Token("end", "", len(text) + 1, len(text))


def _negative(found: re.Match[str]) -> Notice:
    number = found[0][1:]
    meant = f"{found.string[: found.start()]}NOT {found.string[found.start() + 1 :]}"
    said = f"“-{number[:40]}” was searched as a number; to exclude it:"
    return Notice("mended", said, Span(*found.span()), meant)


def _pass_dashes(found: re.Match[str], fields: Fields, mended: list[Notice] | None) -> None:
    """Take several dashes before a word as text, as in --help. Raises QueryError before anything else."""
    text, (start, end) = found.string, found.span()
    if mended is None or not _PLAIN_START.match(text, end) or _is_field(text, end, fields):
        raise QueryError("too many dashes: write -word to exclude a word, -- with a space after it", start + 1)
    meant = f"{text[:start]}-{text[end:]}" if end - start == len("--") else None
    said = "Dashes before a word were taken as text; to exclude it, write one"
    mended.append(Notice("mended", f"{said}:" if meant else f"{said}.", Span(start, end), meant))


def _is_field(text: str, start: int, fields: Fields) -> bool:
    found = NAME.match(text, start)
    return found is not None and field_called(found[0][:-1], fields) is not None


def without_emphasis(text: str) -> str:
    """A text of the same length, with blanks for the asterisks that set words off: *Breaking*, **Lee resigns**.

    Between single ones a capital comes first, as wildcards rarely have it.
    """

    def blanked(found: re.Match[str]) -> str:
        inner = found["inner"]
        if found["quoted"]:
            return found[0]
        if not inner:
            return " " * len(found[0])
        binds = inner[0].islower() or not inner[0].isupper() or _OPERATOR.search(inner)
        return found[0] if binds else f" {inner} "

    return _emphasis(phrase_in(text)).sub(blanked, text) if "*" in text else text


def all_names(fields: Fields) -> tuple[str, ...]:
    """What may stand before a colon: the fields to filter by, the date, and the fields in which words are sought."""
    return (*fields.names, "date", *TEXT_FIELDS)


def field_called(name: str, fields: Fields) -> str | None:
    """The field that a name or alias means, one of `all_names`; None if it means no field.

    Args:
        name: What stands before the colon.
        fields: Those that a question may name.
    """
    known = fields.called(name)
    return known.name if known else name.lower() if name.lower() in ("date", *TEXT_FIELDS) else None


def _ranged(fields: Fields) -> Iterator[str]:
    """The fields whose values are numbers or dates."""
    return (name for name in fields.names if fields[name].type in ("number", "date"))


def _no_field(found: re.Match[str], fields: Fields) -> Notice:
    name, names = found["name"][:-1], all_names(fields)
    near = get_close_matches(name.lower(), names, 1, cutoff=0.75)
    if near and ".." in found["value"] and near[0] not in ("date", *_ranged(fields)):
        near = []
    meant = f"{found.string[: found.start()]}{near[0]}{found.string[found.start() + len(name) :]}" if near else None
    said = f"“{name[:40]}:” is no field, so it was searched as text; fields are {', '.join(names)}."
    span = Span(found.start(), found.start() + len(name))
    return Notice("mended", f"{said} Did you mean:" if meant else said, span, meant)


def _waiting(found: re.Match[str], field: str, fields: Fields) -> Notice:
    """What is said of a field behind which a blank stands: with its value joined to it the question is offered."""
    text, end = found.string, found.end()
    rest = text[end:].lstrip()
    phrase = phrase_in(rest)
    value = re.match(rf"{phrase}|=?(?:{phrase}|[^\s()]*[^\W_][^\s()]*)|\(", rest)
    joined = rest if value else ""
    kind = fields[field].type if field in fields else ""
    if field == "date" or kind == "date":
        days = rest[: longest_date(rest)].rstrip(" .,;")
        joined = f'"{days}"{rest[len(days) :]}' if re.search(r"\s", days) else rest if days else ""
    elif kind == "number" and not re.match(r"-?\.*\d", rest):
        joined = ""
    span = Span(found.start(), end)
    said = f"“{found[0]}” stands before a blank, so it was searched as text"
    if not joined:
        return Notice("mended", f"{said}.", span)
    return Notice("mended", f"{said}; to filter by it:", span, f"{text[:end]}{joined}")


def _distance(found: re.Match[str], column: int) -> Token:
    """How far words may have strayed, after a phrase; the punctuation that follows is a sentence's."""
    if found.string[column - 2] == ")":
        raise QueryError("~ goes with a word or a phrase, not with a group", column)
    number = found[0][1:].rstrip(".,;:?!’'")
    if not number.isascii() or not number.isdigit() or len(number) > 9 or int(number) > MAX_DISTANCE:
        said = f"after a phrase ~ takes how many words may stand between its own: write ~5, {MAX_DISTANCE} at most"
        raise QueryError(said, column)
    return Token("~", number, column, column + len(number))


def _field(found: re.Match[str], column: int, fields: Fields, mended: list[Notice] | None) -> Iterator[Token]:
    name, exact, value = found["name"][:-1], found["exact"], found["value"]
    field = field_called(name, fields)
    given = value or found.string[found.end() : found.end() + 1].strip().strip(")")
    starts = found.end() - len(value)
    if field is None:
        if not given:
            yield Token("word", found[0], column, found.end())
            return
        *names, last = all_names(fields)
        use = f"use {', '.join(names)} or {last}"
        if mended is None:
            raise QueryError(f"unknown field {name[:40]!r}: {use}; to search the text for it, quote it", column)
        mended.append(_no_field(found, fields))
        yield Token("word", found[0], column, found.end())
        return
    if value == "NOT":
        raise QueryError(f"put NOT before the field: NOT {field}:…", column)
    if value[:1] in ("'", "‘") and (several := _SINGLE.match(found.string, starts)) and " " in several[1]:
        words = f"{several[1][:40]}"
        raise QueryError(f'several words stand in double quotation marks: write {field}:"{words}"', starts + 1)
    if exact and field == "date":
        *names, last = *fields.names, *TEXT_FIELDS
        raise QueryError(f"only {', '.join(names)} and {last} take an exact value: write date: without the =", column)
    if not given and not exact and mended is not None and not _NEGATED.search(found.string[: found.start()][-9:]):
        mended.append(_waiting(found, field, fields))
        yield Token("word", found[0], column, found.end())
        return
    if not given:
        raise QueryError(f"{field}: needs a value right after the {'=' if exact else 'colon'}", column)
    yield Token("exact" if exact else "field", field, column, starts)
    if value:
        yield Token("value", value, starts + 1, found.end())
