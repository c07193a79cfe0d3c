"""What the text of a web page stands in, told while its tags pass by: a menu, a list, a cell, a form, a link."""

import re
from collections import Counter
from enum import IntFlag, auto
from typing import Final, NamedTuple


class Part(IntFlag):
    """The parts of a page that matter to what is the article and what is around it."""

    FURNITURE = auto()
    """Menus, sidebars, footers, forms, and what is called an advertisement, a comment or the like."""

    CAPTION = auto()
    HEADING = auto()
    ITEM = auto()
    """Of a list, of terms and of what they mean."""

    CELL = auto()
    QUOTE = auto()
    HIDDEN = auto()
    """Not shown until something is done."""

    ASIDE = auto()
    """Beside the matter: related articles, a box."""

    CREDIT = auto()
    """What is called the author's line, the date or the like."""


_MEANT: Final = {
    "nav": Part.FURNITURE, "footer": Part.FURNITURE, "form": Part.FURNITURE, "button": Part.FURNITURE,
    "select": Part.FURNITURE, "textarea": Part.FURNITURE, "menu": Part.FURNITURE, "dialog": Part.FURNITURE,
    "aside": Part.ASIDE,
    "figure": Part.CAPTION, "figcaption": Part.CAPTION, "caption": Part.CAPTION,
    "h1": Part.HEADING, "h2": Part.HEADING, "h3": Part.HEADING, "h4": Part.HEADING, "h5": Part.HEADING,
    "h6": Part.HEADING,
    "li": Part.ITEM, "dd": Part.ITEM, "dt": Part.ITEM,
    "td": Part.CELL, "th": Part.CELL,
    "blockquote": Part.QUOTE,
}  # fmt: skip
_HOLDERS: Final = frozenset(_MEANT) | frozenset(
    "address article center details div dl fieldset figure header main ol p section summary table tbody tfoot "
    "thead tr ul".split()
)
"""What is followed from its beginning to its end."""

_BOXES: Final = frozenset("article aside body details div main nav section td th footer header form figure".split())
_CLOSED_BY: Final = {
    "li": ("li",), "dd": ("dd", "dt"), "dt": ("dd", "dt"), "td": ("td", "th"), "th": ("td", "th"),
    "tr": ("tr",), "p": ("p",), "option": ("option",),
}  # fmt: skip
"""What ends without a tag of its own when such an element begins, if nothing of the list or table lies between."""

_FENCES: Final = frozenset("ul ol dl table menu".split())
_ENDS_PARAGRAPH: Final = frozenset(
    "address article aside blockquote center details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "main menu nav ol p pre section table ul".split()
)
_CALLED = re.compile(
    r"""\b(?:class|id|role)\s{0,5}=\s{0,5}(?:"([^"]{1,500})"|'([^']{1,500})'|([^\s>"']{1,200}))""", re.IGNORECASE
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_FURNITURE_WORDS: Final = frozenset(
    "ad ads advert advertisement advertising banner breadcrumb breadcrumbs comment comments cookie cookies consent "
    "copyright disqus footer infolinks login menu menubar nav navbar navigation navi newsletter outbrain "
    "paywall popup pager pagination promo promotion recommended related share sharing shares sharebar sidebar signup "
    "skip social sponsor sponsored subscribe subscription taboola tags teaser teasers ticker toolbar tooltip topbar "
    "trending widget masthead dialog complementary contentinfo search recirc recommendation recommendations popular "
    "addthis sharedaddy rating ratings reply respond modal".split()
)
_CREDIT_WORDS: Final = frozenset("byline author authors bio credit credits timestamp meta vcard".split())
_DATED = re.compile(r"""\s(?:datetime|content|title)\s{0,5}=\s{0,5}["']?([^"'<>]{4,60})""", re.IGNORECASE)
_PUBLISHED = re.compile(r"\b(?:dt-|date-?)?(?:published|pubdate|publish-?date|publication-?date)\b", re.IGNORECASE)
_CHANGED = re.compile(r"modified|updated", re.IGNORECASE)
_HIDDEN = re.compile(
    r"\shidden\b(?!\s{0,5}-)|\bdisplay\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden", re.IGNORECASE
)
_MOST_OPEN: Final = 5_000
"""Of elements within elements more are not followed."""


class Place(NamedTuple):
    """Where in a page a piece of text stands: see `html_text.Line`."""

    part: Part = Part(0)
    box: int = 0
    outer: int = 0
    cell: tuple[int, int] = (0, 0)


class Surroundings:
    """The elements that are open at one point of a page, as far as they matter."""

    def __init__(self) -> None:
        self._open: list[tuple[str, Place]] = []
        self._names: Counter[str] = Counter()
        self._boxes = self._rows = self._cells = 0
        self.in_link = False
        """Whether a link is open."""

    @property
    def place(self) -> Place:
        """Where a text stands that comes here."""
        return self._open[-1][1] if self._open else Place()

    def pass_tag(self, name: str, tag: str) -> None:
        """Take notice of a tag.

        Args:
            name: The element's name in lower case.
            tag: All of the tag.
        """
        if name == "a":
            self.in_link = tag[1] != "/" and "href" in tag.lower()
        if name in _ENDS_PARAGRAPH and self._open and self._open[-1][0] == "p":
            self._close_last()
        if name not in _HOLDERS or tag[-2] == "/":
            return
        if tag[1] == "/":
            self._close(name)
        elif len(self._open) < _MOST_OPEN:
            self._close_before(name)
            self._begin(name, tag)

    def _begin(self, name: str, tag: str) -> None:
        part, box, outer, cell = self.place
        own = _MEANT.get(name, Part(0))
        if own & Part.CELL:
            self._cells += 1
            cell = (cell[0], self._cells)
        elif name == "tr":
            self._rows += 1
            cell = (self._rows, 0)
            part &= ~(Part.CELL | Part.ITEM)
        if name in _BOXES:
            self._boxes += 1
            outer = box
            box = self._boxes
        if " " in tag:
            own |= _called(tag)
        self._open.append((name, Place(part | own, box, outer, cell)))
        self._names[name] += 1

    def _close(self, name: str) -> None:
        if self._names[name]:
            while self._close_last() != name:
                pass

    def _close_before(self, name: str) -> None:
        """Close what the beginning of an element ends, back to the list or table that it is of."""
        closed = _CLOSED_BY.get(name)
        if not closed or not any(self._names[each] for each in closed):
            return
        for depth in range(len(self._open) - 1, max(-1, len(self._open) - 50), -1):
            each = self._open[depth][0]
            if each in closed:
                while len(self._open) > depth:
                    self._close_last()
                return
            if each in _FENCES:
                return

    def _close_last(self) -> str:
        name, _ = self._open.pop()
        self._names[name] -= 1
        return name


def _called(tag: str) -> Part:
    """What the names and the styles of an element make of it."""
    part = Part(0)
    head = tag[:3000]
    for found in _CALLED.finditer(head):
        words = {word.lower() for word in _WORD.findall(found[1] or found[2] or found[3])}
        if not words.isdisjoint(_FURNITURE_WORDS):
            part |= Part.ASIDE
        if not words.isdisjoint(_CREDIT_WORDS):
            part |= Part.CREDIT
    if _HIDDEN.search(head):
        part |= Part.HIDDEN
    return part


def date_told(name: str, tag: str) -> tuple[str, str] | None:
    """The date that an element tells besides its text, and what of: "published", "modified" or "" if it says neither.

    Args:
        name: The element's name in lower case.
        tag: The tag that it begins with. The date is "" if the element's own text has it.
    """
    if name != "time" and "itemprop" not in tag and "publi" not in tag.lower():
        return None
    head = tag[:1000]
    said = "published" if _PUBLISHED.search(head) else "modified" if _CHANGED.search(head) else ""
    if not said and name != "time":
        return None
    found = _DATED.search(head)
    return said, found[1].strip() if found else ""
