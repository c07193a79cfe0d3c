"""Every compiled pattern of the package, attacked with texts of n, 2n and 4n characters: which take ever longer?"""

import ast
import importlib
import pkgutil
import re
import re._parser as parser  # pyright: ignore[reportMissingTypeStubs]
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

import dragoman

from .runs import UNITS, run

ROOT = Path(__file__).resolve().parents[2]
SIZES = (2_000, 4_000, 8_000)
SLOW = 0.02
"""Seconds that a pattern may take for the longest text, whatever it took for the others."""

GROWTH = 3.0
"""How many times as long it takes for twice the text if it is slow: 2 would be in proportion."""

LONGEST = 4.0
MOST_WAYS = 3
"""A pattern that is slow over blanks is so over each kind of blank, which takes minutes to find out."""


BOUNDED: Final = {
    "corpus.dates.stated": "corpus.dates.stated._LONGEST",
    "corpus.dates.written": "corpus.dates.written._LONGEST",
    "corpus.description.abroad.holders": "corpus.description.abroad.holders._LOOK_BACK",
    "corpus.description.countries._BEFORE_A_CAPITAL": "corpus.description.countries._LOOK_BACK",
    "corpus.description.countries._ON_THE_WAY": "corpus.description.countries._LOOK_BACK",
    "corpus.description.head.labels": "corpus.description.head.labels._LONGEST_SIGNATURE",
    "corpus.description.people._LAST_WORDS": "corpus.description.people._LOOK_BACK",
    "corpus.description.people._charge": "corpus.description.people._MOST_WORDS",
    "corpus.description.people._role": "corpus.description.people._LOOK_BACK",
    "corpus.description.refusals": "corpus.description.refusals._LONGEST",
    "corpus.readers.support.page_authors": "corpus.readers.support.page_authors._LONGEST",
    **dict.fromkeys(
        (f"corpus.readers.support.typed_pages.{name}" for name in ("_MARK", "_HEAD_AND_MARK", "_BARE", "_WITH_NUMBER")),
        "corpus.readers.support.typed_pages._LONGEST_MARK",
    ),
    **dict.fromkeys(
        ("search.advice.completion.TOKEN", "search.language.input.foreign", "search.language.scanning._waiting",
         "search.language.scanning._EMPHASIS"),
        "search.language.query.MAX_QUERY_LENGTH",
    ),
}  # fmt: skip
"""What is asked of no more characters (or words) than a number of the package says: a module's patterns, or one."""


def bound_of(where: str) -> str:
    """Which number of the package says how long the texts are that a pattern is asked of; "" if none does."""
    where = where.partition(":")[0]
    return BOUNDED.get(where, BOUNDED.get(where.rpartition(".")[0], ""))


class Slow(NamedTuple):
    """A pattern that takes ever longer: where it stands, what is repeated, and the seconds for each size."""

    where: str
    how: str
    unit: str
    seconds: tuple[float, ...]


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern that a module of the package holds, alone or in a table, each once, by its name."""
    seen = set[tuple[Any, int]]()
    for name, each in _named():
        if (each.pattern, each.flags) not in seen:
            seen.add((each.pattern, each.flags))
            yield name, each


def _named() -> Iterator[tuple[str, re.Pattern[Any]]]:
    for found in pkgutil.walk_packages(dragoman.__path__, "dragoman."):
        if ".tests" in found.name or ".benchmarks" in found.name or found.name.endswith("__main__"):
            continue
        try:
            module = importlib.import_module(found.name)
        except ImportError:  # of a library that is not installed
            continue
        for name, value in list(vars(module).items()):
            if name.startswith("__"):
                continue
            for each in _held(value, 3):
                yield f"{found.name.removeprefix('dragoman.')}.{name}", each
        for function, pattern in _within(found.name.removeprefix("dragoman.")):
            with suppress(Exception):  # it is made of what only a call knows
                # What stands in our own sources is evaluated as it stands there.
                yield f"{found.name.removeprefix('dragoman.')}.{function}", re.compile(eval(pattern, vars(module)))


def _within(module: str) -> Iterator[tuple[str, str]]:
    """The patterns that a module writes where it asks them: the function's name, and the expression."""
    for function in ast.walk(ast.parse(_sources().get(module, ""))):
        if isinstance(function, ast.FunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and call.args and (how := _AT_ONCE.get(ast.unparse(call.func))):
                    yield f"{function.name}:{how}", ast.unparse(call.args[0])


_AT_ONCE: Final = {
    f"re.{each}": each if each in ("fullmatch", "match") else "finditer"
    for each in ("fullmatch", "match", "search", "sub", "subn", "split", "findall", "finditer")
}
"""How a pattern is asked that is written where it is asked."""


def ways(where: str) -> list[str]:
    """How a pattern is asked, as the sources have it: its methods, those that look everywhere taken for one."""
    module, _, name = where.rpartition(".")
    if ":" in name:
        return [name.rpartition(":")[2]]
    home = module.rpartition(".")[2]
    methods = re.compile(rf"\b{name}(?:\[\w+\])?\.(fullmatch|match|search|finditer|findall|subn?|split)\b")
    imported = re.compile(rf"\b{home}\b[^\n]* import |import [^\n]*\b{home}\b")
    asked = set[str]()
    for other, text in _sources().items():
        if other == module or (not name.startswith("_") and imported.search(text)):
            asked.update(methods.findall(text))
    ways = sorted({each if each in ("fullmatch", "match") else "finditer" for each in asked})
    return ways or ["finditer", "fullmatch"]


@cache
def _sources() -> dict[str, str]:
    """The text of each module, by its name."""
    rooms = (ROOT / room for room in ("corpus", "index", "search", "web"))
    found = (path for room in rooms for path in room.rglob("*.py"))
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path.read_text("utf-8")
        for path in found
    }


def _held(value: Any, deep: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif not deep or isinstance(value, str | bytes):
        return
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _held(each, deep - 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _held(each, deep - 1)
    elif isinstance(value, type) and value.__module__.startswith("dragoman"):
        for each in vars(value).values():
            yield from _held(each, deep - 1)
    elif type(value).__name__ == "_lru_cache_wrapper" and "Pattern" in str(value.__annotations__.get("return")):
        # Made when it is first asked for.
        try:
            yield from _held(value(), deep - 1)
        except TypeError:  # it asks for something
            return


def _example(tree: Any) -> str:
    """A text that a parsed pattern about matches."""
    return "".join(_piece(code, argument) for code, argument in tree)


def _piece(code: Any, argument: Any) -> str:
    name = str(code)
    if name == "LITERAL":
        return chr(argument)
    if name in ("NOT_LITERAL", "ANY"):
        return "a" if argument != ord("a") else "b"
    if name == "IN":
        return _member(argument)
    if name == "CATEGORY":
        return _CATEGORIES.get(str(argument), "a")
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, _, inner = argument
        return _example(inner) * min(max(low, 1), 50)
    if name == "BRANCH":
        return _example(argument[1][0])
    if name == "SUBPATTERN":
        return _example(argument[3])
    if name == "ATOMIC_GROUP":
        return _example(argument)
    return ""


_CATEGORIES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_SPACE": "a",
               "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_WORD": " "}  # fmt: skip


def _member(members: Any) -> str:
    if str(members[0][0]) == "NEGATE":
        for candidate in "a1 -\u00e9":
            if not re.match(_rebuilt(members[1:]), candidate):
                return candidate
        return "a"
    code, argument = members[0]
    return chr(argument[0]) if str(code) == "RANGE" else _piece(code, argument)


def _rebuilt(members: Any) -> str:
    parts = list[str]()
    for code, argument in members:
        if str(code) == "LITERAL":
            parts.append(re.escape(chr(argument)))
        elif str(code) == "RANGE":
            parts.append(f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}")
        elif str(code) == "CATEGORY":
            shown = {
                "DIGIT": r"\d",
                "SPACE": r"\s",
                "WORD": r"\w",
                "NOT_SPACE": r"\S",
                "NOT_DIGIT": r"\D",
                "NOT_WORD": r"\W",
            }
            parts.append(shown.get(str(argument).removeprefix("CATEGORY_"), ""))
    return f"[{''.join(parts)}]"


def attacks(pattern: re.Pattern[Any], units: Iterable[str] = UNITS.values()) -> Iterator[tuple[str, str]]:
    """What stands before, and what is repeated: of the pattern itself, then of all that is known to be slow."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags & ~re.DEBUG)
    seen = set[tuple[str, str]]()
    whole = _example(tree)
    own = [("", whole), ("", whole[:-1]), *_pumped(tree, "")]
    for before, unit in [*own, *(("", unit) for unit in units if len(unit) < 100)]:
        if unit and (before, unit) not in seen and len(unit) < 500:
            seen.add((before, unit))
            yield before, unit


def _pumped(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    for code, argument in tree:
        name = str(code)
        if name in ("MAX_REPEAT", "MIN_REPEAT") and argument[1] > 20:
            inner = _example(argument[2])
            yield before, inner
            yield "", before + inner
            yield from _pumped(argument[2], before)
        elif name == "SUBPATTERN":
            yield from _pumped(argument[3], before)
        elif name == "ATOMIC_GROUP":
            yield from _pumped(argument, before)
        elif name == "BRANCH":
            for branch in argument[1][:20]:
                yield from _pumped(branch, before)
        before += _piece(code, argument)
        if len(before) > 300:
            return


class TooLong(Exception):
    """A pattern took longer than anybody waits."""


def stop(_signal: int, _frame: FrameType | None) -> None:
    """End what takes too long."""
    raise TooLong


def seconds_of(pattern: re.Pattern[Any], how: str, text: str, longest: float = LONGEST) -> float:
    """The seconds of a processor that a pattern takes for a text, asked in a way; `longest` if it takes longer."""
    given: Any = text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")
    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, longest)
    began = time.process_time()
    try:
        if how == "finditer":
            for _ in pattern.finditer(given):
                pass
        else:
            getattr(pattern, how)(given)
    except TooLong:
        return longest
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - began


def slow(name: str, pattern: re.Pattern[Any]) -> Slow | None:
    """The worst of the first ways in which a pattern takes ever longer; None if it never does."""
    worst: Slow | None = None
    count = 0
    asked = ways(name)
    for before, unit in attacks(pattern):
        for how in asked:
            for end in ("", "\x00!"):
                at = partial(seconds_of, pattern, how)
                longest = at(run_behind(before, unit, SIZES[-1], end))
                if longest < SLOW:
                    continue
                took = (*(at(run_behind(before, unit, size, end)) for size in SIZES[:-1]), longest)
                if took[2] > GROWTH * took[1] or longest >= LONGEST:
                    found = Slow(name, how, f"{before[-40:]!r} + {unit[:40]!r}", took)
                    worst = found if worst is None or found.seconds[2] > worst.seconds[2] else worst
                    count += 1
                    if longest >= LONGEST or count == MOST_WAYS:
                        return worst
    return worst


def run_behind(before: str, unit: str, size: int, end: str) -> str:
    """Something, and then a unit repeated."""
    return before + run(unit, size) + end


def slow_patterns() -> Iterator[Slow]:
    """Every pattern that takes ever longer."""
    for name, pattern in patterns():
        if found := slow(name, pattern):
            yield found
