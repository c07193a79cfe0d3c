"""The legs that there are. A leg more is one module in this folder, one line here, and one module for each view."""

from typing import Final

from .keyword import KeywordLeg
from .leg import Leg
from .meaning import MeaningLeg

LEGS: Final[dict[str, Leg]] = {each.name: each for each in (KeywordLeg(), MeaningLeg())}
"""By name, in the order in which a hit's reason names them."""

HYBRID: Final = "hybrid"
"""The mode in which all of them are asked; any other mode is the name of one."""
