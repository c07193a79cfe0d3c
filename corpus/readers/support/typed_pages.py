"""Text files of typed, printed or scanned pages: broken words made whole, page marks and running heads set apart.

Only what is sure counts. A line is the mark of a page if it is nothing but a number, of which the next ones follow
further down, "- 3 -" or "Page 3"; a line that holds the number of a page within the same words each time counts where
it breaks a sentence. A running head stands beside the marks of most pages, and apart from the text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ...scripts import SENTENCE_ENDS
from .hyphens import Hyphens

_FEWEST: Final = 3
"""How many pages there must be at least for anything to be a mark of theirs."""

_FEWEST_LINES: Final = 6
"""How many lines with text a page has at least: less are between the numbers of paragraphs."""

_HEADS: Final = 3
"""How many lines beside a mark may be running heads."""

_OFTEN: Final = 0.4
"""Beside what share of the marks a line stands that is a running head: left and right pages have one each."""

_LONGEST_MARK: Final = 100
_WORDED: Final = 3
"""How many words a running head with a number has at least that is told from the heading of a numbered section."""

_BROKEN: Final = re.compile(
    r"(?<![^\W\d_])(?P<first>[^\W\d_]++)(?P<hyphen>[-\u00ad\u2010¬])[^\S\n]*\n[^\S\n]*(?P<second>[^\W\d_]+)"
)
_BROKEN_LINE: Final = re.compile(r"[-\u00ad\u2010¬][^\S\n]*\n")
_MARK: Final = re.compile(
    r"\s*[-–—~=*|]+\s*(?:page|p\.|seite|s\.|стр\.?|página|pág\.)?\s*(\d{1,4})\s*[-–—~=*|]*\s*"
    r"|[-–—\[(\s]*(?:page|p\.|seite|стр\.?|página|pág\.)\s*(\d{1,4})(?:\s*(?:of|/|von|de|из)\s*\d+)?[-–—\])\s]*",
    re.IGNORECASE,
)
# The same behind a head on its line.
_HEAD_AND_MARK: Final = re.compile(
    r"\s*\S.*\s{3,}[-–—(\[]?(?:page|p\.|seite|s\.|стр\.?|página|pág\.)\s*(\d{1,4})(?:\s*(?:of|/|von|de|из)\s*\d+)?[-–—)\]\s]*",
    re.IGNORECASE,
)
_BARE: Final = re.compile(r"\s*(\d{1,4})\s*")
_WITH_NUMBER: Final = re.compile(r"(?:^\s*(\d{1,4})\s{2,}\S.*|.*\S\s{2,}(\d{1,4})\s*$)")
_GAP: Final = re.compile(r"\S\s{3,}\S")
_DIGITS: Final = re.compile(r"\d+")
_ENDS: Final = re.compile(rf"[{SENTENCE_ENDS}:;][\"'”’»)\]]*$")


def whole_words(text: str) -> str:
    """A text whose words are not broken at the ends of its lines: two lines that share a word are one."""
    if not _BROKEN_LINE.search(text):
        return text
    hyphens = Hyphens(text)

    def joined(found: re.Match[str]) -> str:
        return hyphens.whole(found["first"], found["hyphen"], found["second"])

    # Twice: what a line is left with may be broken itself.
    return _BROKEN.sub(joined, _BROKEN.sub(joined, text))


def without_page_marks(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without the marks of pages and their running heads, and those, each once.

    A sentence or word that was broken by them goes on in the next line.
    """
    lines = text.split("\n")
    marks = _marks(lines)
    if len(marks) < _FEWEST:
        return text, ()
    gone = _marks_and_heads(lines, marks)
    gaps = _gaps(lines, gone)
    kept = [line for at, line in enumerate(lines) if at not in gone and at not in gaps]
    cut = dict.fromkeys(" ".join(lines[at].split()) for at in sorted(gone))
    return re.sub(r"\n(?:[^\S\n]*\n){2,}", "\n\n", "\n".join(kept)).strip("\n"), tuple(cut)


def _gaps(lines: Sequence[str], gone: set[int]) -> set[int]:
    """The empty lines that lie between two halves of a sentence which a page broke."""
    gaps: set[int] = set()
    shown = [at for at, line in enumerate(lines) if line.strip() and at not in gone]
    for above, below in pairwise(shown):
        between = range(above + 1, below)
        is_broken = not _ENDS.search(lines[above].rstrip()) and lines[below].lstrip()[0].islower()
        if is_broken and any(at in gone for at in between):
            gaps.update(between)
    return gaps


def _marks(lines: Sequence[str]) -> list[int]:
    """The positions of the lines that mark pages; none if they might be anything else."""
    with_digits = [(at, line) for at, line in enumerate(lines) if len(line) <= _LONGEST_MARK and _DIGITS.search(line)]
    for form, is_sure in ((_MARK, True), (_HEAD_AND_MARK, True), (_BARE, False), (_WITH_NUMBER, False)):
        numbered = [
            (at, int(next(filter(None, found.groups())))) for at, line in with_digits if (found := form.fullmatch(line))
        ]
        if form is _WITH_NUMBER:
            shapes = Counter(_shape(lines[at]) for at, _ in numbered)
            numbered = [(at, number) for at, number in numbered if shapes[_shape(lines[at])] >= _FEWEST]
        run = _ascending(lines, numbered, _FEWEST_LINES)
        sure = is_sure or any(_worded(lines[at]) for at in run)
        if len(run) >= _FEWEST and (sure or any(_breaks_a_sentence(lines, at) for at in run)):
            return run
        run = _ascending(lines, numbered, 1) if is_sure else []
        if len(run) >= _FEWEST and _are_under_heads(lines, run):
            return run
    return []


def _worded(line: str) -> bool:
    """Whether a line with a number says more than what is numbered, such as "ARTICLE 3"."""
    return sum(word.isalpha() and len(word) > 1 for word in re.split(r"[\s,.]+", line)) >= _WORDED


def _ascending(lines: Sequence[str], numbered: Sequence[tuple[int, int]], least: int) -> list[int]:
    """The positions of the longest run of numbers that grow by one, with more lines of text between than these."""
    best: list[int] = []
    run: list[tuple[int, int]] = []
    for at, number in numbered:
        if run and number == run[-1][1] + 1 and sum(map(bool, map(str.strip, lines[run[-1][0] : at]))) > least:
            run.append((at, number))
        else:
            run = [(at, number)]
        if len(run) > len(best):
            best = [position for position, _ in run]
    return best


def _are_under_heads(lines: Sequence[str], run: Sequence[int]) -> bool:
    """Whether below each line of some but the last, the same running head stands apart from the text."""
    heads = [next((each for each in range(at + 1, len(lines)) if lines[each].strip()), at) for at in run[:-1]]
    return len({_shape(lines[at]) for at in heads}) == 1 and all(_is_apart(lines, at, set(run)) for at in heads)


def _breaks_a_sentence(lines: Sequence[str], at: int) -> bool:
    """Whether the text before a line goes on in small letters behind it, and behind what may be a running head."""
    before = next((lines[each].strip() for each in range(at - 1, -1, -1) if lines[each].strip()), "")
    behind = [line.strip() for line in lines[at + 1 : at + 2 + 2 * _HEADS] if line.strip()][:_HEADS]
    after = next((line for line in behind if not line.isupper() and not _GAP.search(line)), "")
    return bool(before and after) and not _ENDS.search(before) and after[0].islower()


def _marks_and_heads(lines: Sequence[str], marks: Sequence[int]) -> set[int]:
    """Where the marks stand, and the lines beside most of them, or at the top, that stand apart from the text."""
    shown = [at for at, line in enumerate(lines) if line.strip()]
    order = {at: number for number, at in enumerate(shown)}
    beside: list[list[int]] = [shown[:_HEADS]]
    for mark in marks:
        number = order[mark]
        beside += [shown[number + 1 : number + 1 + _HEADS], shown[max(0, number - _HEADS) : number][::-1]]
    times = Counter(shape for some in beside for shape in {_shape(lines[at]) for at in some})
    often = max(_FEWEST, _OFTEN * len(marks))
    found = set(marks)
    for some in beside:
        for at in some:
            if times[_shape(lines[at])] < often or not _is_apart(lines, at, found):
                break
            found.add(at)
    return found


def _is_apart(lines: Sequence[str], at: int, gone: set[int]) -> bool:
    """Whether a line stands apart from the text: between empty lines, in capitals beside one, or with a gap in it."""
    line = lines[at].strip()
    if len(line) > _LONGEST_MARK or _ENDS.search(line):
        return False
    if _GAP.search(line):
        return True
    sides = [each in gone or not 0 <= each < len(lines) or not lines[each].strip() for each in (at - 1, at + 1)]
    return all(sides) or (any(sides) and line.isupper())


def _shape(line: str) -> str:
    return " ".join(_DIGITS.sub("#", line).casefold().split())
