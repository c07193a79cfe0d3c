"""Which of the lines that a page shows are its article's.

An extractor finds the article, but leaves out lists, cells and paragraphs that its rules don't foresee, and says
nothing of them. So it is only asked which lines it would take; the lines themselves are those of the page, and what is
not the article's is told. Lines between those it took, and beside them in the same box of the page, are taken as well
if they look like text, items or cells and not like links, labels and advertisements.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import Final, NamedTuple

from ...cleaning.lines import PARAGRAPH, ends_sentence, width
from ...cleaning.patterns import is_closing, is_end, is_label, is_site
from .html_text import Line
from .page_dates import tells_change
from .surroundings import Part

_LONG: Final = 25
"""A line of so many letters and digits is found anywhere in what the extractor took; a shorter one must be a line of
it, or follow on one."""

_PIECE: Final = 40
"""A line of which a part was left out is found by its pieces of so many letters: most of them."""

_MOST_PIECES: Final = 25

_BUDGET: Final = 200_000_000
"""How many characters are looked through for lines, all lines together."""

_SHOWN_SHARE: Final = 0.6
"""Of an article that the page shows so much at least is found among its lines."""

_LINKED: Final = 0.4
"""A line with a larger share of links is no text unless the extractor took it."""

_EDGE: Final = 3
_LONGEST_CELL: Final = 200
_OUTSIDE: Final = Part.FURNITURE | Part.ASIDE | Part.CREDIT | Part.HIDDEN | Part.CAPTION
_LISTED: Final = Part.ITEM | Part.CELL
_NOT_LETTERS = re.compile(r"[\W_]+")


class Division(NamedTuple):
    """A page's article, and what stands around it: each line of the page is in one of them.

    Attributes:
        text: The article's text.
        cut: The lines around it.
        mine: For each line of the page whether it is the article's.
    """

    text: str
    cut: tuple[str, ...]
    mine: list[bool]


def divide(lines: Sequence[Line], found: str) -> Division:
    """Tell the article of a page from what stands around it.

    Args:
        lines: All lines that the page shows.
        found: The article's text as an extractor found it.
    """
    keys = [_letters(line.text) for line in lines]
    taken, share = _taken(keys, found)
    if share < _SHOWN_SHARE:
        # The article is not among what the page shows: a program would have written it there.
        own = set(map(_letters, found.split("\n")))
        cut = tuple(line.text for line, key in zip(lines, keys, strict=True) if key not in own)
        return Division(found, cut, [key in own for key in keys])
    first, last = taken.index(True), len(taken) - taken[::-1].index(True)
    _strip_links(lines, taken, first, last)
    judge = _Judge(lines, keys, taken)
    _fill(judge, taken, first, last)
    for around in (range(first - 1, -1, -1), range(last, len(lines))):
        _continue(judge, taken, around)
    before = taken.index(True) - 1
    if before >= 0 and judge.heads_a_section(before, [at for at, mine in enumerate(taken) if mine]):
        taken[before] = True
    return parted(lines, taken)


def without_furniture(lines: Sequence[Line]) -> Division:
    """All that a page shows but menus, forms, footers and the like, and the lines of these; sentences stay."""
    total = sum(len(line.text) for line in lines)
    aside = sum(len(line.text) for line in lines if line.part & (Part.ASIDE | Part.HIDDEN))
    outside = Part.FURNITURE if 2 * aside > total else Part.FURNITURE | Part.ASIDE | Part.HIDDEN
    mine = [not line.part & outside or _is_prose(line) for line in lines]
    return parted(lines, mine if any(mine) else [True] * len(lines))


def parted(lines: Sequence[Line], mine: list[bool]) -> Division:
    """The text of some of the lines, and the others, with lines at either end that only tell when they were changed."""
    own = [at for at, each in enumerate(mine) if each]
    changes = {at for at in (*own[:_EDGE], *own[-_EDGE:]) if tells_change(lines[at].text)}
    if len(changes) < len(own):
        mine = [each and at not in changes for at, each in enumerate(mine)]
    text = article_text([line for line, own in zip(lines, mine, strict=True) if own])
    return Division(text, tuple(line.text for line, own in zip(lines, mine, strict=True) if not own), mine)


def article_text(lines: Sequence[Line]) -> str:
    """The text of an article's lines: a line each, and the cells of a table's row on one."""
    rows: list[tuple[int, list[Line]]] = []
    for line in lines:
        row = line.cell[0]
        if row and rows and rows[-1][0] == row:
            rows[-1][1].append(line)
        else:
            rows.append((row, [line]))
    shown = (_row(cells) if row and len(cells) > 1 else [line.text for line in cells] for row, cells in rows)
    return "\n".join(text for texts in shown for text in texts)


def _row(cells: Sequence[Line]) -> list[str]:
    """The cells of a row on one line, if each is one short line."""
    texts = [line.text for line in cells]
    numbers = {line.cell[1] for line in cells}
    plain = not any(line.part & (Part.HEADING | Part.ITEM) for line in cells)
    joined = plain and len(numbers) == len(cells) and max(map(len, texts)) <= _LONGEST_CELL
    return [" | ".join(texts)] if joined else texts


def _taken(keys: Sequence[str], found: str) -> tuple[list[bool], float]:
    """Which lines the extractor took, and the share of what it has that is in them."""
    pieces = [_letters(each) for each in re.split(r"\n|\s\|\s?|^\||\|$", found)]
    whole = Counter(piece for piece in pieces if piece)
    text = "".join(pieces)
    taken = [False] * len(keys)
    used = bytearray(len(text))
    pointer, budget = 0, _BUDGET
    for at, key in enumerate(keys):
        size = len(key)
        if size < _LONG:
            if key and pointer and text.startswith(key, pointer):
                taken[at], pointer = True, pointer + size
            continue
        position = text.find(key, pointer)
        budget -= (position if position >= 0 else len(text)) - pointer
        if position < 0 and budget > 0:
            position = text.find(key)
            if position < 0 and size >= 2 * _PIECE:
                position = _mostly_in(text, key)
            budget -= 2 * len(text)
        # What is said twice on a page is the article's once.
        if position >= 0 and 2 * used.count(1, position, position + size) < size:
            used[position : position + size] = b"\1" * len(used[position : position + size])
            taken[at], pointer = True, position + size
    _take_short(keys, taken, whole)
    shown = sum(len(key) for key, mine in zip(keys, taken, strict=True) if mine)
    return taken, shown / max(1, len(text))


def _mostly_in(text: str, key: str) -> int:
    """Where a line begins of which most pieces are in the text; -1 if they are not."""
    positions = [text.find(key[at : at + _PIECE]) for at in range(0, len(key) - _PIECE, _PIECE)[:_MOST_PIECES]]
    found = [position for position in positions if position >= 0]
    return min(found) if 2 * len(found) > len(positions) else -1


def _take_short(keys: Sequence[str], taken: list[bool], whole: Counter[str]) -> None:
    """Take the short lines that the extractor has as lines, those nearest to the long ones first."""
    positions = [at for at, mine in enumerate(taken) if mine]
    middle = positions[len(positions) // 2] if positions else 0
    first, last = (positions[0], positions[-1]) if positions else (0, len(keys))
    candidates = [at for at, key in enumerate(keys) if key and not taken[at] and key in whole]
    for at, mine in enumerate(taken):
        if mine and keys[at] in whole:
            whole[keys[at]] -= 1

    def distance(at: int) -> tuple[int, int]:
        return max(first - at, at - last, 0), abs(at - middle)

    for at in sorted(candidates, key=distance):
        if whole[keys[at]] > 0:
            whole[keys[at]] -= 1
            taken[at] = True


def _strip_links(lines: Sequence[Line], taken: list[bool], first: int, last: int) -> None:
    """Give up the links in cells at either end, which belong to a menu."""
    for positions in (range(first, last), range(last - 1, first - 1, -1)):
        mine = [at for at in positions if taken[at]]
        menu = list(takewhile(lambda at: _is_menu(lines[at]), mine))
        if len(menu) < len(mine):
            for at in menu:
                taken[at] = False


def _is_menu(line: Line) -> bool:
    return line.linked >= 0.9 * len(line.text) and bool(line.part & Part.CELL) and not line.part & Part.HEADING


class _Judge:
    """What lines look like the article's, measured by those that were taken."""

    def __init__(self, lines: Sequence[Line], keys: Sequence[str], taken: Sequence[bool]) -> None:
        self.lines = lines
        self._keys = keys
        # A list of contents repeats the headings, as links.
        self._times = Counter(key for line, key in zip(lines, keys, strict=True) if not _is_link(line))
        mine = [line for line, own in zip(lines, taken, strict=True) if own]
        self._boxes = {line.box for line in mine}
        # What most of the article itself stands in tells nothing.
        total = sum(len(line.text) for line in mine)
        shares = {part: sum(len(line.text) for line in mine if line.part & part) for part in Part}
        self._usual = Part(sum(part for part, inside in shares.items() if inside > total / 2))

    def beside(self, at: int) -> bool:
        """Whether a line stands in the same box as the article's, or in a cell within it."""
        line = self.lines[at]
        return line.box in self._boxes or bool(line.part & Part.CELL and line.outer in self._boxes)

    def is_text(self, at: int) -> bool:
        """Whether a line may be the article's: no link, label, caption or repetition."""
        line = self.lines[at]
        outside = _OUTSIDE & ~self._usual
        if line.part & (Part.CELL | Part.QUOTE):  # a figure may hold a table
            outside &= ~Part.CAPTION
        if line.part & outside or _is_link(line) or self._times[self._keys[at]] > 1:
            return False
        return not (is_label(line.text) or is_site(line.text) or is_closing(line.text) or is_end(line.text))

    def heads_a_section(self, at: int, article: Sequence[int]) -> bool:
        """Whether a line heads the first section of an article: others have headings in the same box."""
        line = self.lines[at]
        if not (line.part & Part.HEADING and self.beside(at) and self.is_text(at)):
            return False
        return any(self.lines[each].part & Part.HEADING and self.lines[each].box == line.box for each in article)

    def is_listed(self, at: int) -> bool:
        """Whether a line is an item, a heading, a cell or the like, which need not be a sentence."""
        return bool(self.lines[at].part & (_LISTED | Part.HEADING | Part.QUOTE) & ~(self._usual & Part.CELL))


def _fill(judge: _Judge, taken: list[bool], first: int, last: int) -> None:
    """Take what stands between the lines that were taken."""
    for at in range(first, last):
        if taken[at] or not judge.is_text(at):
            continue
        line = judge.lines[at]
        if line.part & Part.HEADING:
            taken[at] = judge.beside(at) and at + 1 < last and (taken[at + 1] or judge.is_text(at + 1))
        else:
            taken[at] = (_is_prose(line) or judge.is_listed(at)) and judge.beside(at)


def _continue(judge: _Judge, taken: list[bool], around: Sequence[int]) -> None:
    """Take what the article goes on with, up to the first line that is none of it."""
    waiting: list[int] = []
    for at in around:
        if not judge.beside(at) or not judge.is_text(at) or not (_is_prose(judge.lines[at]) or judge.is_listed(at)):
            return
        waiting.append(at)
        # Headings, items and the like count only if text follows.
        if _is_prose(judge.lines[at]):
            for each in waiting:
                taken[each] = True
            waiting = []


def _is_link(line: Line) -> bool:
    return line.linked > _LINKED * len(line.text)


def _is_prose(line: Line) -> bool:
    return width(line.text) >= PARAGRAPH / 2 and ends_sentence(line.text)


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text.casefold())
