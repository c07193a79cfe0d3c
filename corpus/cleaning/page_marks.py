"""Where pages begin in a text of which something was left out since they were marked.

Cutting lines moves every offset, and leaves the others as they are. Joining them, as of printed pages, leaves at least
letters and digits in their order: then a mark is found again by the letters behind it, whatever became of the white
space and the hyphens between them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from ..document import Page

_SURE: Final = 24
"""So many letters in a row that agree are the same place."""

_NEAR: Final = 2000
"""How far on they are looked for first: what is cut in one piece is rarely longer."""

_MOST_STRANGE: Final = 64
"""How many letters in a row may be new in the later text before both are taken for different texts."""

_MOST_BLOCKS: Final = 20_000
_MOST_LEAPS: Final = 100
"""How often the whole rest of a text is looked through."""

_STRIDE: Final = 4096


class _Block(NamedTuple):
    """So many characters that both texts have, and the number of the first of them in each."""

    before: int
    after: int
    length: int


def moved(pages: Sequence[Page], before: str, after: str) -> tuple[Page, ...]:
    """The pages of a text as pages of another that was made of it.

    Args:
        pages: Where the pages begin in the former text, in order.
        before: The text that the marks are of.
        after: The text that was made of it, by leaving out lines, or by changing little but white space and hyphens.

    Returns:
        The pages with their offsets in the latter text; one of which nothing is left begins where the next one does.
        None at all if the two texts do not go together, since a wrong page would be worse.
    """
    if not pages or before == after:
        return tuple(pages)
    if (blocks := _common_lines(before, after)) is not None:
        places = _followed([page.at for page in pages], blocks, len(after))
        return tuple(Page(page.label, at) for page, at in zip(pages, places, strict=True))
    old, new = _letters(before), _letters(after)
    blocks = _common_letters("".join(before[at] for at in old), "".join(after[at] for at in new))
    if blocks is None:
        return ()
    letters = _followed([bisect_left(old, page.at) for page in pages], blocks, len(new))
    places = [_opening(after, new[letter]) if letter < len(new) else len(after) for letter in letters]
    return tuple(Page(page.label, at) for page, at in zip(pages, places, strict=True))


def begun_by(pages: Iterable[tuple[str, Sequence[str]]], text: str) -> tuple[Page, ...]:
    """The pages of a text that was made of their lines, as `moved` finds them.

    Args:
        pages: The label and the lines of each.
        text: The text.
    """
    marks: list[Page] = []
    lines: list[str] = []
    at = 0
    for label, page in pages:
        marks.append(Page(label, at))
        lines += page
        at += sum(len(line) + 1 for line in page)
    return moved(marks, "\n".join(lines), text)


def _followed(marks: Iterable[int], blocks: Sequence[_Block], end: int) -> Iterator[int]:
    """The marks of the former text in the latter, which ends at `end`; one that is in no block goes on to the next."""
    ends = [block.before + block.length for block in blocks]
    for mark in marks:
        block = blocks[number] if (number := bisect_right(ends, mark)) < len(blocks) else _Block(mark, end, 0)
        yield block.after + max(0, mark - block.before)


def _common_lines(before: str, after: str) -> list[_Block] | None:
    """The lines of the latter text where the former has them, in order; None if it has not all of them."""
    blocks: list[_Block] = []
    lines = _lines(before)
    for at, line in _lines(after):
        found = next((start for start, each in lines if each == line), None)
        if found is None:
            return None
        blocks.append(_Block(found, at, len(line)))
    return blocks


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, without white space around them, each with the offset of its first character."""
    at = 0
    for line in text.split("\n"):
        if shown := line.strip():
            yield at + line.index(shown), shown
        at += len(line) + 1


def _letters(text: str) -> list[int]:
    """The offsets of the letters and digits."""
    return [at for at, sign in enumerate(text) if sign.isalnum()]


def _common_letters(old: str, new: str) -> list[_Block] | None:
    """What two texts of letters alone have in common, in order; None if they do not go together."""
    blocks: list[_Block] = []
    i = j = 0
    while j < len(new):
        if length := _common(old, i, new, j):
            blocks.append(_Block(i, j, length))
            i, j = i + length, j + length
            continue
        step = _next_common(old, i, new, j, far=len(blocks) < _MOST_LEAPS)
        if step is None or len(blocks) > _MOST_BLOCKS:
            return None
        i, j = i + step[0], j + step[1]
    return blocks


def _common(old: str, i: int, new: str, j: int) -> int:
    """How many letters agree from there on."""
    length, stride = 0, _STRIDE
    while stride:
        piece = old[i + length : i + length + stride]
        if len(piece) == stride and new.startswith(piece, j + length):
            length += stride
        else:
            stride //= 2
    return length


def _next_common(old: str, i: int, new: str, j: int, *, far: bool) -> tuple[int, int] | None:
    """How many letters to pass over in either text until they agree again, or None if they never do, or not near."""
    for end in (i + _NEAR, len(old) if far else i):
        for strange in range(_MOST_STRANGE):
            sought = new[j + strange : j + strange + _SURE]
            if not sought:  # what is new goes on to the end
                return len(old) - i, strange
            if (at := old.find(sought, i, end)) >= 0:
                return at - i, strange
    return None


def _opening(text: str, at: int) -> int:
    """Where the word opens that a letter begins: before its quotation marks and brackets."""
    before = at
    while before and not (text[before - 1].isspace() or text[before - 1].isalnum()):
        before -= 1
    return before if not before or text[before - 1].isspace() else at
