"""Where in a scraped page's lines the article stands: a few measures of each line, a weight each, and the best run.

Each line is scored by a linear model; the article is the run of lines with the highest sum of scores. The idea of the
run is J. Pasternack and D. Roth's ("Extracting Article Text from the Web with Maximum Subsequence Segmentation", WWW
2009). The weights are fitted by logistic regression in `benchmarks/fit_cleaning.py`, which prints them.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from ..scripts import SENTENCE_ENDS, WIDE
from .patterns import is_closing, is_end, is_label, is_site

WEIGHTS: Final = {
    "constant": -2.7,
    "length": 1.0,
    "ends": 0.8,
    "paragraph": 0.6,
    "capitals": -1.0,
    "label": -2.0,
    "site": -2.8,
    "end": -2.0,
    "beside": 5.2,
    "again": -0.6,
    "shared": 1.3,
}
"""The weight of each measure, for the logarithm of the odds that a line is the article's."""

LENIENCE: Final = 0.8
"""Added to each line's score: an article cut short is worse than a headline too many."""

PARAGRAPH: Final = 60
"""How wide a line is at least that counts as a paragraph, if it ends as sentences do. In characters; wide ones count
two and a half."""

_WIDEST: Final = 2.5
_LONGEST: Final = 1000
_BRIDGE: Final = 15
"""How many lines may lie between two runs of the same article: an advertisement, a list of related articles."""

_WORTH_A_BRIDGE: Final = 0.15
"""The share of the best run's sum that another needs to count as the same article's."""

_ENDS = re.compile(rf"[{SENTENCE_ENDS}:;][\"'”’»›)\]」』]*$")
_WIDE = re.compile(f"[{WIDE}]")
_WORD = re.compile(r"\w{4,}")


def ends_sentence(line: str) -> bool:
    """Whether the line ends as sentences do: with a stop, and perhaps a closing quote after it."""
    return _ENDS.search(line[-8:]) is not None


def width(line: str) -> float:
    """The length of a line in characters of Latin script, which Chinese, Japanese and Korean need fewer of."""
    return len(line) + (_WIDEST - 1) * len(_WIDE.findall(line))


def is_paragraph(line: str) -> bool:
    """Whether a line is long enough to be a paragraph, and ends as a sentence does."""
    return _WIDEST * len(line) >= PARAGRAPH and ends_sentence(line) and width(line) >= PARAGRAPH


def words_of(lines: Sequence[str]) -> frozenset[str]:
    """All words of four letters and more, in lower case."""
    return frozenset(word for line in lines for word in _WORD.findall(line.lower()))


def shared_words(line: str, words: frozenset[str]) -> float:
    """The share of a line's words of four letters and more that are among these."""
    own = _WORD.findall(line.lower())
    return sum(word in words for word in own) / len(own) if own else 0.0


def measures(lines: Sequence[str]) -> list[tuple[float, ...]]:
    """What is measured of each line, in the order of WEIGHTS; each number lies between 0 and 1."""
    widths = [width(line) for line in lines]
    ends = [ends_sentence(line) for line in lines]
    paragraphs = [wide >= PARAGRAPH and end for wide, end in zip(widths, ends, strict=True)]
    weighty = [min(wide, 400) / 400 * paragraph for wide, paragraph in zip(widths, paragraphs, strict=True)]
    times = Counter(lines)
    matter = words_of([line for line, paragraph in zip(lines, paragraphs, strict=True) if paragraph])
    return [
        (
            1.0,
            math.log(max(1.0, min(widths[at], _LONGEST))) / math.log(_LONGEST),
            float(ends[at]),
            float(paragraphs[at]),
            _capitals(line),
            float(is_label(line)),
            float(is_site(line) or is_closing(line)),
            float(is_end(line)),
            (sum(weighty[max(0, at - 1) : at + 2]) - weighty[at]) / 2,
            float(times[line] > 1),
            0.5 if paragraphs[at] else shared_words(line, matter),
        )
        for at, line in enumerate(lines)
    ]


def article_run(lines: Sequence[str]) -> tuple[int, int]:
    """The article's lines as `[start, end)` of lines of which none is empty; `(0, 0)` where nothing speaks for one.

    The best run, with its neighbours across short gaps. Time in proportion to the text.
    """
    gains = [
        (sum(weight * value for weight, value in zip(WEIGHTS.values(), row, strict=True)) + LENIENCE) * row[1]
        for row in measures(lines)
    ]
    start, end = best_run(gains)
    enough = _WORTH_A_BRIDGE * sum(gains[start:end])
    end = _across_gaps(gains, end, enough)
    # The same towards the top, on the lines before the run from the last to the first.
    start -= _across_gaps(gains[:start][::-1], 0, enough)
    return start, end


def _across_gaps(gains: Sequence[float], end: int, enough: float) -> int:
    """Where the last run ends of those that follow each other within short gaps and have a sum of so much at least."""
    while True:
        first, last = best_run(gains[end : end + _BRIDGE])
        if last == 0 or sum(gains[end + first : end + last]) < enough:
            return end
        end += last


def best_run(gains: Sequence[float]) -> tuple[int, int]:
    """The run `[start, end)` with the highest sum (Kadane's algorithm); `(0, 0)` if no sum is above zero."""
    best, found, start = 0.0, (0, 0), 0
    total = 0.0
    for at, gain in enumerate(gains):
        if total <= 0:
            total, start = 0.0, at
        total += gain
        if total > best:
            best, found = total, (start, at + 1)
    return found


def _capitals(line: str) -> float:
    """The share of words that begin with a capital, of those that begin with a letter; 1 if there are none."""
    initials = [word[0] for word in line.split() if word[0].isalpha()]
    return sum(not initial.islower() for initial in initials) / len(initials) if initials else 1.0
