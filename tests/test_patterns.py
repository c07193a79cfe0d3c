"""No pattern of the package takes ever longer over ever longer texts, but where it is asked of so much and no more."""

import importlib
import re
from typing import Any, Final

import pytest
from bombs.patterns import BOUNDED, attacks, bound_of, patterns, run_behind, seconds_of, ways

from support.bounds import TookFarTooLong, allowed

UNITS: Final = ("a", "A", " ", "\n", "1", "-")
"""What is repeated beside what each pattern waits for itself."""

END: Final = "\x00!"
"""What no pattern waits for: so each has to find out that it is not met."""

SHORT: Final = 5_000
SUSPECT: Final = 0.002
"""Seconds of a processor: what takes less for a short text, as most do, can take no square of a long one."""

LONG: Final = 300_000
ALLOWED: Final = 10
"""Seconds of a processor: of a long text, what is in proportion takes a third at most, and its square a minute."""

LONGEST_BOUND: Final = 20_000
TRIED: Final = 2_000
"""What is bounded is tried with no more than this: by its square, the longest then takes a hundred times as long."""


def number(name: str) -> int:
    """A number of the package, by its full name."""
    module, _, name = name.rpartition(".")
    return getattr(importlib.import_module(f"dragoman.{module}"), name)


def is_asked(pattern: re.Pattern[Any], how: str, text: str) -> bool:
    """Whether a pattern comes to an end with a text."""
    try:
        with allowed(ALLOWED):
            given: Any = text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")
            for _ in pattern.finditer(given) if how == "finditer" else (getattr(pattern, how)(given),):
                pass
    except TookFarTooLong:
        return False
    return True


def endless(name: str, pattern: re.Pattern[Any]) -> str:
    """The first text with which a pattern comes to no end: what stands before, and what is repeated; "" for none."""
    bound = number(bound_of(name)) if bound_of(name) else 0
    for before, unit in attacks(pattern, () if bound else UNITS):
        for how in ways(name):
            short = run_behind(before, unit, min(bound, TRIED) or SHORT, END)
            if seconds_of(pattern, how, short, ALLOWED) < (ALLOWED if bound else SUSPECT):
                continue
            if bound or not is_asked(pattern, how, run_behind(before, unit, LONG, END)):
                return f"{name}, {how}: {before[-40:]!r} and then {unit[:40]!r} again and again"
    return ""


def test_no_pattern_takes_ever_longer() -> None:
    known = list(patterns())
    assert len(known) > 400
    assert list(filter(None, (endless(*each) for each in known))) == []


def test_what_a_pattern_is_asked_of_is_bounded_by_a_number_that_is_there() -> None:
    bounds = {each: number(each) for each in BOUNDED.values()}
    assert {each: bound for each, bound in bounds.items() if not 0 < bound <= LONGEST_BOUND} == {}


@pytest.mark.parametrize(
    ("pattern", "said"),
    [(r"\s*;", "x, finditer: '' and then ' ' again and again"), (r"(?<!\s)\s*+;", "")],
)
def test_a_pattern_that_takes_ever_longer_is_found(pattern: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("test_patterns.ALLOWED", 1)
    monkeypatch.setattr("test_patterns.LONG", 35_000)
    found = endless("x", re.compile(pattern))
    assert found.startswith(said)
    assert bool(found) == bool(said)
