"""All legs. To add one, write a module in this folder, add a line here, and write a module for each kind of view."""

from typing import Final

from .date import DateLeg
from .keyword import KeywordLeg
from .leg import Leg
from .meaning import MeaningLeg

LEGS: Final[dict[str, Leg]] = {each.name: each for each in (KeywordLeg(), MeaningLeg(), DateLeg())}
"""By name, in the order in which a hit's reason names them."""

HYBRID: Final = "hybrid"
"""The mode in which all of them are asked; any other mode is the name of one that is a mode."""


def modes() -> tuple[str, ...]:
    """All modes: HYBRID, and the names of the legs that are one."""
    return (HYBRID, *(name for name, leg in LEGS.items() if leg.is_mode))
