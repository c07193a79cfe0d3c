"""Different names of the same thing: a country and its people, an organisation and its acronym, spellings of a person.

A question about Türkiye means the Turkish ministers as well, an archive that writes ROK means South Korea, and Путин
is Putin. The names stand in variants.txt, which is ours, in across_scripts.txt, which is made of public data, and in
what a collection's owner gave it: a group of names a line, with commas between them. `Settings.variants` turns all of
them off, and quotation marks do so for one name.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice, product
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from ....corpus.scripts import script_of
from ....errors import UnreadableSource
from ....index.analysis import Analysed
from ....index.terms import stem
from ....shipped import shipped_text

Terms: TypeAlias = tuple[str, ...]

MOST_GROUPS: Final = 10_000
"""A collection's owner may give it so many groups of names."""

LONGEST_GROUP: Final = 2000
"""A group has at most so many characters."""

_LARGEST_FILE = 4_000_000  # bytes
_LONGEST_NAME = 24  # words, or letters of Chinese or Thai
_MOST_OTHERS = 64
_SLAVIC = "ru"  # whose endings the names in Cyrillic letters are met with


class Name(NamedTuple):
    """A name at some position in a question: how many of the words it takes, and the other names of the same."""

    length: int
    others: tuple[Terms, ...]


def name_at(terms: Sequence[str], position: int, own: tuple[str, ...] = ()) -> Name | None:
    """The longest known name that begins somewhere in a question.

    Args:
        terms: The terms of the question, one for each word.
        position: The position of the word that the name begins with.
        own: The groups of names that the collection has beside ours.

    Returns:
        The name; None if no known name begins there.
    """
    tables = (_table_of(own), *_shipped()) if own else _shipped()
    for length in range(min(_LONGEST_NAME, len(terms) - position), 0, -1):
        name = " ".join(terms[position : position + length])
        groups = [group for table in tables if (group := table.get(name)) is not None]
        if not groups and length == 1 and "а" <= name[0] <= "я":
            base = _by_stem().get(stem(name, _SLAVIC))
            groups = [_shipped()[1][base]] if base else []
        if groups:
            # A name of one table may have more in another: Russian is Russia, and so Россия.
            names = dict.fromkeys(other for group in groups for other in group.split(","))
            groups += [more for table in tables for each in names if (more := table.get(each)) and more not in groups]
            others = dict.fromkeys(other for group in groups for other in group.split(",") if other != name)
            return Name(length, tuple(tuple(other.split(" ")) for other in islice(others, _MOST_OTHERS)))
    return None


def values_like(value: str, own: tuple[str, ...] = ()) -> list[str]:
    """The other ways to write a value of a field that has known names in it, such as a person's.

    Args:
        value: The value as asked for.
        own: The groups of names that the collection has beside ours.
    """
    terms = Analysed(value).terms
    parts: list[list[str]] = []
    position = 0
    while position < len(terms):
        name = name_at(terms, position, own)
        length = name.length if name else 1
        parts.append([" ".join(terms[position : position + length])])
        parts[-1] += [" ".join(other) for other in (name.others if name else ())]
        position += length
    others: dict[str, None] = {}
    for script in dict.fromkeys(script_of(word[0]) for part in parts for word in part):  # a whole name is in one
        ways = ([word for word in part if script_of(word[0]) == script] or part[:1] for part in parts)
        others |= dict.fromkeys(" ".join(each) for each in islice(product(*ways), _MOST_OTHERS))
    asked = " ".join(terms)
    return [other for other in others if other != asked][:_MOST_OTHERS]


def read_variants(path: Path) -> tuple[str, ...]:
    """The groups of names in a file: one a line, with commas between the names; lines that begin with # say nothing.

    Args:
        path: The file, in UTF-8.

    Raises:
        UnreadableSource: It cannot be read, or a line is no group of names; with the number of the line.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UnreadableSource(f"{path} is larger than {_LARGEST_FILE:,} bytes: it is no list of names")
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UnreadableSource(f"{path} is not in UTF-8: save it as such") from error
    groups = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    return checked_variants((line for _, line in groups), [f"{path}, line {number}" for number, _ in groups])


def checked_variants(groups: Iterable[str], positions: Sequence[str] = ()) -> tuple[str, ...]:
    """Groups of names, if they are such.

    Args:
        groups: Each a line of names with commas between them.
        positions: Where each stands, for errors.

    Raises:
        UnreadableSource: One of them is none.
    """
    checked: list[str] = []
    for index, group in enumerate(groups):
        position = positions[index] if positions else f"group {index + 1}"
        names = [" ".join(name.split()) for name in group.split(",")]
        if index >= MOST_GROUPS:
            raise UnreadableSource(f"{position}: there are more than {MOST_GROUPS:,} groups of names")
        if len(group) > LONGEST_GROUP:
            raise UnreadableSource(f"{position}: the group has {len(group):,} characters, {LONGEST_GROUP:,} at most")
        for name in names:
            count = len(Analysed(name))
            if not count:
                said = f"{name[:40]!r} is no name" if name else "a name is missing before or after a comma"
                raise UnreadableSource(
                    f"{position}: {said}: write names with commas between them, as in ROK, South Korea"
                )
            if count > _LONGEST_NAME:
                raise UnreadableSource(f"{position}: {name[:40]!r}… has {count} words, {_LONGEST_NAME} at most")
        checked.append(", ".join(names))
    return tuple(checked)


@lru_cache(maxsize=8)
def _table_of(groups: tuple[str, ...]) -> Mapping[str, str]:
    """Groups by each of their names, all as terms: see `_by_name`."""
    return _by_name(",".join(" ".join(Analysed(name).terms) for name in group.split(",")) for group in groups)


@cache
def _shipped() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The table that is ours, and the one that is made of public data."""
    return _table_of(tuple(_lines("variants.txt"))), _by_name(_lines("across_scripts.txt"))


@cache
def _by_stem() -> Mapping[str, str]:
    """The names of one word in Cyrillic letters by their stems: Путина is Путин."""
    return {stem(name, _SLAVIC): name for name in _shipped()[1] if "а" <= name[0] <= "я" and " " not in name}


def _by_name(groups: Iterable[str]) -> Mapping[str, str]:
    """Groups by each of their names: the names as terms with blanks between them, and commas between names."""
    table: dict[str, str] = {}
    for group in groups:
        for name in group.split(","):
            table[name] = f"{table[name]},{group}" if name in table else group
    return table


def _lines(name: str) -> list[str]:
    text = shipped_text(__package__ or "", name)
    return [line for line in text.splitlines() if not line.startswith("#")]
