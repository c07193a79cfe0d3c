"""How near is near: floors of similarity under which a passage has nothing to do with a question.

How alike passages are to each other says little about how alike a question and its answer are. What tells is how
near questions come that the collection has certainly no answer to: everyday ones, far from diplomacy.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

PROBES = (
    "how to bake sourdough bread at home",
    "best running shoes for flat feet",
    "my cat keeps scratching the sofa",
    "chords of an easy guitar song for beginners",
    "how do I remove a red wine stain from a carpet",
    "symptoms of vitamin D deficiency in toddlers",
    "cheap flights and hotels for a beach holiday",
    "center a div with CSS flexbox",
    "offside rule in football explained",
    "why does my washing machine leak",
    "recipe for vegetarian lasagna with spinach",
    "when to prune roses and hydrangeas",
    "plot of the second season of the crime series",
    "python list comprehension with two loops",
    "how many calories are in an avocado",
    "train a puppy not to bite",
    "used car engine makes a knocking noise",
    "knitting pattern for a baby blanket",
    "difference between alligators and crocodiles",
    "how to tie a bow tie",
    "distance between the sun and Neptune",
    "photosynthesis in desert plants",
    "fix a slow laptop after an update",
    "yoga exercises against back pain",
)
"""Questions to which no collection of diplomatic text has an answer."""


class Floors(NamedTuple):
    """Similarities (cosines) that a passage must reach to count as near a question in meaning.

    `strict` holds when no word of the question is known to the index, so that nothing else vouches for it; `lenient`
    when all are; and when some are, what lies between the two in proportion.
    """

    strict: float
    lenient: float


def floors(nearest: Sequence[float]) -> Floors:
    """The floors that follow from how near the nearest passage lies to each of the PROBES.

    The lenient one is their upper quartile. The strict one lies above all of them, by a quarter of the way that the
    highest has from the median: in a small collection the next such question may well come a little nearer.
    """
    if not nearest:
        return Floors(1.0, 1.0)
    middle, upper, highest = np.quantile(nearest, (0.5, 0.75, 1.0)).tolist()
    return Floors(strict=highest + (highest - middle) / 4, lenient=upper)
