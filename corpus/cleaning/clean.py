"""Boilerplate out of plain text whose markup is lost: what a scraper caught around the article.

A line wrongly cut is lost to every search, so only the surest signs count in a text that is nearly clean: whole lines
that a site says of itself anywhere, bare labels only around the article (before its first paragraph or after its
last), and at the end headlines that alternate with cut-off teasers. Summaries such as "Key Takeaways" keep their
points, which are statements on the matter, and lose their label.

A text with many such signs is a whole page with its menus: there `clean_lines` finds where the article stands, and
what lies before and behind is cut except for its headline. What was cut is returned.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .lines import article_run, ends_sentence, is_paragraph, shared_words, width, words_of
from .patterns import LIST_LABEL, is_closing, is_end, is_label, is_site

_EDGE: Final = 60
"""How many lines at either end may be labels, related headlines and the like."""

_SIGNS_OF_A_PAGE: Final = 2
"""How many different lines of navigation, sharing and the like there are at least in a whole page."""

_LINKS_OF_A_PAGE: Final = 20
"""How many short lines that end as no sentence does there are at least in a whole page."""

_HEADLINE_ABOVE: Final = 15
"""How many lines above the article its headline is looked for."""

_BEHIND: Final = 20
"""How many lines behind the article's best run may still be its own."""

_ITEM = re.compile(r"[-*•–—\d(\[]")
_SMALL_WORDS: Final = frozenset(
    {"a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "is", "it", "its", "of", "off", "on", "or"}
    | {"over", "per", "the", "to", "up", "via", "vs", "with"}
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The article's own text, and the lines that were cut from around it, in order."""

    text: str
    cut: tuple[str, ...]


def clean(text: str) -> Cleaned:
    """The text without what is not the article. A text that holds nothing of the kind comes back as it is.

    It takes time in proportion to the text, and never cuts all of it.
    """
    lines = text.split("\n")
    shown = [number for number, line in enumerate(lines) if line.strip()]
    content = [lines[number].strip() for number in shown]
    cut = _around_the_article(content) if _is_page(content) else set[int]()
    cut |= _boilerplate(content, [position for position in range(len(content)) if position not in cut])
    if not cut or len(cut) == len(shown):
        return Cleaned(text, ())
    numbers = {shown[position] for position in cut}
    remaining = "\n".join(line for number, line in enumerate(lines) if number not in numbers)
    return Cleaned(
        re.sub(r"\n(?:[^\S\n]*\n){2,}", "\n\n", remaining).strip(), tuple(content[position] for position in sorted(cut))
    )


def _is_page(content: Sequence[str]) -> bool:
    """Whether a text must be a whole page, with its furniture.

    No more than one such label is found in any of 15,576 despatches and press releases.
    """
    signs = {line.casefold() for line in set(content) if is_label(line) or is_site(line)}
    links = sum(len(line) < 30 and line[-1] not in ".!?:;," for line in content)
    return len(signs) >= _SIGNS_OF_A_PAGE and links >= _LINKS_OF_A_PAGE


def _around_the_article(content: Sequence[str]) -> set[int]:
    """The positions of all lines before and behind the article, and of labels and controls within it."""
    start, end = article_run(content)
    if end == 0:
        return set()
    words = words_of(content[start:end])
    end = _with_the_rest(content, end, words)
    kept = {position for position in range(start, end) if not is_label(content[position])}
    kept |= _headline(content, start, words)
    return set(range(len(content))) - kept


def _with_the_rest(content: Sequence[str], end: int, words: frozenset[str]) -> int:
    """Where the article ends if the short sentences, items and lines on its matter right behind it are its own."""
    for position in range(end, min(end + _BEHIND, len(content))):
        line = content[position]
        if is_label(line) or is_site(line) or is_end(line) or is_closing(line):
            return position
        if not (ends_sentence(line) or _ITEM.match(line) or shared_words(line, words) >= 0.5):
            return position
    return min(end + _BEHIND, len(content))


def _headline(content: Sequence[str], start: int, words: frozenset[str]) -> set[int]:
    """The position of the line above the article that shares most of its words with it, if any shares enough."""
    best, found = 0.5, set[int]()
    for position in range(start - 1, max(-1, start - 1 - _HEADLINE_ABOVE), -1):
        line = content[position]
        if 20 <= width(line) <= 200 and not (is_label(line) or is_site(line) or is_end(line)):
            shared = shared_words(line, words)
            if shared > best and len(line.split()) > 2:
                best, found = shared, {position}
    return found


def _boilerplate(content: Sequence[str], kept: list[int]) -> set[int]:
    """The positions, among those kept so far, of lines that are surely not the article's."""
    of_the_site = set(filter(is_site, {content[position] for position in kept}))
    cut = {position for position in kept if content[position] in of_the_site}
    cut |= _closing_lines(content, [position for position in kept if position not in cut])
    cut |= _labels(content, [position for position in kept if position not in cut], len(cut))
    return cut | _related(content, [position for position in kept if position not in cut])


def _closing_lines(content: Sequence[str], kept: list[int]) -> set[int]:
    cut: set[int] = set()
    for position in reversed(kept[-_EDGE:]):
        if not (is_closing(content[position]) or is_label(content[position])):
            break
        cut.add(position)
    # Labels alone are no sign: a play may close with "Print".
    return cut if any(is_closing(content[position]) for position in cut) else set()


def _labels(content: Sequence[str], kept: list[int], certain: int) -> set[int]:
    """Bare labels before the first paragraph and after the last, if there is other boilerplate or two of them."""
    first = next((at for at, position in enumerate(kept) if _tells(content[position])), None)
    if first is None:
        return set()
    around = kept[: min(first, _EDGE)] + kept[max(_last_paragraph(content, kept) + 1, len(kept) - _EDGE) :]
    labels = {position for position in around if is_label(content[position])}
    return labels if len(labels) + certain >= 2 else set()


def _related(content: Sequence[str], kept: list[int]) -> set[int]:
    """The headlines of other articles after the last paragraph: two with their teasers, or three under a label."""
    tail = kept[_last_paragraph(content, kept) + 1 :]
    if not 3 <= len(tail) <= _EDGE or len(tail) == len(kept):
        return set()
    for at, position in enumerate(tail):
        rest = [content[each] for each in tail[at:]]
        if len(rest) > 3 and LIST_LABEL.fullmatch(rest[0]) and all(map(_is_headline, rest[1:])):
            return set(tail[at:])
        pairs = zip(rest[::2], rest[1::2], strict=False)
        teased = sum(_is_headline(head) and _teases(head, below) for head, below in pairs)
        if teased >= 2 and teased >= len(rest) // 2 and position not in tail[-3:]:
            return set(tail[at:])
    return set()


def _last_paragraph(content: Sequence[str], kept: Sequence[int]) -> int:
    """Which of those kept is the last paragraph; -1 if none is one."""
    return next((at for at in reversed(range(len(kept))) if _tells(content[kept[at]])), -1)


def _tells(line: str) -> bool:
    """Whether a line is a paragraph of an article, and no headline with a question mark."""
    return is_paragraph(line) and not _is_headline(line)


def _is_headline(line: str) -> bool:
    """Whether a line is about as long as headlines are and Capitalised as They Are."""
    if not 25 <= len(line) <= 160 or line.endswith((".", ",", ";", ":")):
        return False
    words = [word for word in line.split() if word.strip("-–—&") and word.lower() not in _SMALL_WORDS]
    return len(words) >= 3 and sum(not word[0].islower() for word in words) >= 0.75 * len(words)


def _teases(headline: str, line: str) -> bool:
    """Whether a line is the cut-off beginning of the article under that headline."""
    if not 60 <= len(line) <= 300 or ends_sentence(line) or sum(map(str.islower, line.split())) < 5:
        return False
    return shared_words(headline, words_of([line])) > 0
