"""The readable text of Markdown: CommonMark with tables, footnotes, definition lists, and Obsidian's links.

The marks of emphasis, links, quotations and tables are gone, a paragraph is one line, a heading a paragraph; footnotes
are notes. markdown-it-py parses it.
"""

import html
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ....errors import UnreadableSource
from ...document import Note
from ...scripts import UNSPACED_IN_PRINT
from .html_text import visible_text
from .markup import Flow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_DEEPEST: Final = 60
"""How deep quotations may lie within each other: further marks of them are taken off."""

MOST_MARKS: Final = 250_000
"""The most characters of a page that may be marks, line ends included: the parser makes an object of each."""

_MOST_LOOKED_THROUGH: Final = 1_000_000
"""How many characters of a page are looked through for the ends of its brackets."""

_CROWDED: Final = 1_000
"""Once those of a page are spent, nothing is opened by the brackets of a paragraph in which there are more."""

_COUNTED: Final = "brackets counted"
_SPENT: Final = "looked through"
_MARKS: Final = "\n*_`[]()<>|~^!&\\"
_UNMARKED: Final = dict.fromkeys(map(ord, _MARKS))
_BRACKET = re.compile(r"[\[\]]")
_FURTHER: Final = "further cells"
_WIKI_LINK = re.compile(
    r"(?P<embedded>!)?\[\[(?P<page>[^\[\]\n|]{0,300}?)\\?(?:\|(?P<shown>[^\[\]\n]{0,300}))?\]\]", re.ASCII
)
_SIZE = re.compile(r"\d{1,5}(?:x\d{1,5})?")
_CALLOUT = re.compile(r"\[!([\w-]{1,30})\][+-]?(?=\s|$)")
_BLOCK_ID = re.compile(r"(?:^|\s)\^(?=[\d-]*[A-Za-z])[A-Za-z\d-]{3,60}$")
_TAGS = re.compile(r"(?:#(?=[\w/-]*[^\W\d_])[\w/-]{1,60}(?:\s+|$))+")
_MARKED = re.compile(r"==(?=\S)([^=\n]{1,500})(?<=\S)==")
_NOTE_MARK = re.compile(r"\[\^\d{1,4}\]")  # of a note that is not there
_DEEP_QUOTE = re.compile(rf"^((?:[ \t]{{0,3}}>){{{_DEEPEST}}})[ \t>]+", re.MULTILINE)

_BAR = re.compile(r"(?<!\\)\|")
_AROUND_A_ROW = re.compile(r"^[\s>]*\|?|(?<!\\)\|\s*$")
_UNSPACED = re.compile(f"[{UNSPACED_IN_PRINT}]")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s[^<>]*)?/?)>")
_ATTRIBUTE = re.compile(r"""(?<!\s)\s++[\w:.-]++\s*+=\s*+(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+)""")
_BARE_ATTRIBUTES = re.compile(
    r"(?:\s+(?:open|hidden|disabled|checked|reversed|controls|async|defer|noshade|nowrap))*\s*/?"
)
_CONTENT: Final = frozenset({"inline", "fence", "code_block", "html_block"})
_LISTS: Final = frozenset({"bullet_list_open", "ordered_list_open", "list_item_open"})
_ROWS: Final = frozenset({"tr_open", "tr_close", "th_open", "td_open"})
_PARAGRAPHS: Final = frozenset({"paragraph_open", "heading_open", "table_open", "dt_open", "dd_open"})
_BREAKS: Final = frozenset(
    "blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol option p pre table td th tr ul".split()
)
_HTML: Final = frozenset(
    "a abbr acronym address area article aside audio b base basefont bdi bdo big blink blockquote body br button "
    "canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed "
    "fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe "
    "img input ins kbd label legend li link main map mark marquee math menu meta meter nav nobr noframes noscript "
    "object ol optgroup option output p param picture pre progress q rp rt ruby s samp script section select small "
    "source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title "
    "tr track tt u ul var video wbr".split()
)


class MarkdownText(NamedTuple):
    """What a page of Markdown shows.

    Attributes:
        title: Its first heading, where it begins with one of the first rank: it is not in the text.
        text: The rest.
        notes: Its footnotes, by their places in the text.
        topics: The tags of lines that hold nothing else, which are not in the text either.
    """

    title: str
    text: str
    notes: tuple[Note, ...] = ()
    topics: tuple[str, ...] = ()


def readable_text(markdown: str) -> MarkdownText:
    """What a page of Markdown shows.

    Raises:
        UnreadableSource: If it is nested too deeply, or has too much text.
    """
    environment: dict[str, Any] = {}
    try:
        if len(markdown) - len(markdown.translate(_UNMARKED)) > MOST_MARKS:
            raise UnreadableSource(
                f"Markdown of more than {MOST_MARKS:,} marks and lines: split it, or read it as text"
            )
        tokens = _parser().parse(_DEEP_QUOTE.sub(r"\1 ", markdown), environment)
        page = _Page(environment)
        page.tell(tokens)
    except RecursionError:
        raise UnreadableSource("lists or quotations that are nested too deeply") from None
    return MarkdownText(page.title, page.flow.text, tuple(page.flow.notes), tuple(dict.fromkeys(page.topics)))


class _Page:
    """Writes the tokens of a page into a flow.

    Args:
        environment: What the parser has found out beside the tokens: the inline footnotes among others.
        is_note: Whether it is a footnote, whose own footnotes are told within it.
    """

    def __init__(self, environment: dict[str, Any], *, is_note: bool = False) -> None:
        self.flow = Flow()
        self.title = ""
        self.topics: list[str] = []
        self._environment = environment
        self._is_note = is_note
        self._definitions: dict[str, list[Token]] = {}
        self._told: set[str] = set()
        self._marks = ""  # those of the items that have been opened and have nothing yet
        self._last_line = -1
        self._in_row = False
        self._quoted = False  # a quotation has just been opened, which may be a callout

    def tell(self, tokens: "Sequence[Token]") -> None:
        """Write all of a page."""
        body = self._without_definitions(tokens)
        if [token.type for token in body[:2]] == ["heading_open", "inline"] and body[0].tag == "h1":
            heading = _Page(self._environment, is_note=True)
            heading.tell([*body[1:2]])
            self.title = " ".join(heading.flow.text.split())
            del body[:3]
        for token in body:
            self._block(token)
        for label, definition in self._definitions.items():
            if label not in self._told:  # nothing refers to it
                self.flow.note(label, self._said(definition))

    def _without_definitions(self, tokens: "Sequence[Token]") -> "list[Token]":
        """The tokens without those of the footnotes, which are kept by their labels."""
        body: list[Token] = []
        labels: list[str] = []
        for token in tokens:
            if token.type == "footnote_reference_open":
                labels.append(token.meta["label"])
                self._definitions.setdefault(labels[-1], [])
            elif token.type == "footnote_reference_close":
                labels.pop()
            else:
                (self._definitions[labels[-1]] if labels else body).append(token)
        return body

    def _said(self, definition: "Sequence[Token]") -> str:
        """The text of a footnote, on one line."""
        page = _Page(self._environment, is_note=True)
        page.tell(definition)
        return " ".join(page.flow.text.split())

    def _block(self, token: "Token") -> None:
        if token.type in _CONTENT:
            self._content(token)
        elif token.type in _LISTS:
            self._begin(is_line=token.map is not None and token.map[0] == self._last_line)
            if token.type == "list_item_open":
                self._marks += f"{token.info}{token.markup} " if token.info else "- "
        elif token.type in _PARAGRAPHS:
            self._begin(is_line=token.hidden or token.type == "dd_open")
        elif token.type in _ROWS:
            self._row(token)
        elif token.type == "list_item_close":
            self._marks = ""
        self._quoted = token.type == "blockquote_open" or (self._quoted and token.type == "paragraph_open")
        if token.map and token.nesting >= 0 and token.type not in _LISTS:
            self._last_line = token.map[1]

    def _row(self, token: "Token") -> None:
        if token.type == "tr_open":
            self.flow.line()
            self._in_row = False
        elif token.type == "tr_close":
            for cell in token.meta.get(_FURTHER, ()):
                self.flow.cell(first=False)
                self._text(cell)
        else:
            self.flow.cell(first=not self._in_row)
            self._in_row = True

    def _content(self, token: "Token") -> None:
        if token.type == "inline":
            self._text(token)
            return
        self._begin()
        if token.type == "html_block":
            self._html(token.content)
        else:
            self._code(token.content)

    def _begin(self, *, is_line: bool = False) -> None:
        """What comes next stands apart, unless it is the first thing of an item."""
        if not self._marks:
            self.flow.line() if is_line else self.flow.paragraph()

    def _mark(self) -> None:
        self.flow.write(self._marks)
        self._marks = ""

    def _text(self, token: "Token") -> None:
        children = token.children or []
        if _TAGS.fullmatch(token.content) and not self._marks and not self._is_note:
            self.topics += [each.lstrip("#") for each in token.content.split()]
            return
        self._mark()
        if children and children[-1].type == "text":
            children[-1].content = _BLOCK_ID.sub("", children[-1].content)
        if self._quoted and children and children[0].type == "text":
            self._callout(children)
        for at, child in enumerate(children):
            following = children[at + 1] if at + 1 < len(children) else None
            if child.type != "softbreak" or not _is_unspaced(children[max(0, at - 4) : at], children[at + 1 : at + 5]):
                self._inline(child, following)

    def _callout(self, children: "list[Token]") -> None:
        """Obsidian's `> [!warning] Title`: the kind is shown where there is no title."""
        if found := _CALLOUT.match(children[0].content):
            rest = children[0].content[found.end() :].strip()
            children[0].content = rest or found[1].replace("-", " ").capitalize()
            following = next((child for child in children if child.type == "softbreak"), None)
            if following:
                following.type = "hardbreak"

    def _inline(self, token: "Token", following: "Token | None") -> None:
        match token.type:
            case "text" | "text_special":
                self.flow.write(_MARKED.sub(r"\1", _NOTE_MARK.sub("", token.content)))
            case "code_inline" | "wiki_link":
                self.flow.write(token.content)
            case "softbreak":
                self.flow.space()
            case "hardbreak":
                self.flow.line()
            case "image":
                for child in token.children or []:
                    self._inline(child, None)
            case "footnote_ref":
                self._footnote(token)
            case "sup_open" | "sub_open":
                self.flow.aside(following.content if following else "", token.markup.replace("~", "_"))
            case "html_inline":
                self._tag(token.content, following.content if following else "")
            case _:
                pass

    def _footnote(self, token: "Token") -> None:
        label = token.meta.get("label", "")
        inline = self._environment["footnotes"]["list"][token.meta["id"]].get("tokens")
        if inline is not None:
            said = _Page(self._environment, is_note=True)
            for child in inline:
                said._inline(child, None)
            if self._is_note:
                self.flow.write(f" ({said.flow.text})")
            else:
                self.flow.note(str(len(self.flow.notes) + 1), said.flow.text)
        elif label not in self._told and label in self._definitions:
            self._told.add(label)
            self.flow.note(label, self._said(self._definitions[label]))

    def _code(self, code: str) -> None:
        self._mark()
        for line in code.rstrip("\n").split("\n"):
            self.flow.line()
            self.flow.verbatim(line)

    def _html(self, markup: str) -> None:
        self._mark()
        for line in visible_text(_TAG.sub(_stranger, markup)).split("\n"):
            self.flow.line()
            self.flow.write(line)

    def _tag(self, tag: str, inside: str) -> None:
        """A tag within a line. What is none after all is text: "a<b and c>d"."""
        found = _TAG.fullmatch(tag)
        if found is None:
            return
        if not _is_tag(found):
            self.flow.write(tag)
        elif (name := found[2].lower()) in _BREAKS:
            self.flow.line()
        elif name in ("sup", "sub") and not found[1]:
            self.flow.aside(inside, "^" if name == "sup" else "_")


def _is_unspaced(before: "Sequence[Token]", behind: "Sequence[Token]") -> bool:
    """Whether the text around a place is in a script that has no spaces between words; marks may stand between."""
    last = next((token.content[-1] for token in reversed(before) if token.content), "")
    first = next((token.content[0] for token in behind if token.content), "")
    return bool(_UNSPACED.match(last) and _UNSPACED.match(first))


def _stranger(found: re.Match[str]) -> str:
    return found[0] if _is_tag(found) else html.escape(found[0])


def _is_tag(found: re.Match[str]) -> bool:
    """Whether what looks like a tag is one: a name that HTML has, and attributes as it has them."""
    bare = _ATTRIBUTE.sub("", found[3])
    return found[2].lower() in _HTML and (bool(found[1]) or _BARE_ATTRIBUTES.fullmatch(bare) is not None)


def _wiki_link(state: "StateInline", silent: bool) -> bool:
    """Obsidian's `[[Page]]`, `[[Page|shown]]` and `![[embedded]]`."""
    found = _WIKI_LINK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    shown = found["shown"] or ""
    if not shown.strip() or (found["embedded"] and _SIZE.fullmatch(shown)):
        shown = found["page"].lstrip("#").replace("#^", " ").replace("#", " > ")
    if not silent:
        state.push("wiki_link", "", 0).content = shown
    state.pos = found.end()
    return True


def _further_cells(state: "StateCore") -> None:
    """Keep the cells that a row has beyond the first one's number, which the parser leaves out."""
    lines: list[str] = []
    row, count = 0, 0
    for token in state.tokens:
        if token.type == "tr_open" and token.map:
            row, count = token.map[0], 0
        count += token.type in ("th_open", "td_open")
        if token.type != "tr_close":
            continue
        lines = lines or state.src.split("\n")
        cells = _BAR.split(_AROUND_A_ROW.sub("", lines[row]))
        further = [cell.strip().replace("\\|", "|") for cell in cells[count:]]
        if any(further):
            token.meta = {_FURTHER: [replace(token, type="inline", content=cell, children=[]) for cell in further]}
            for each in token.meta[_FURTHER]:
                state.md.inline.parse(each.content, state.md, state.env, each.children)


def _bare_bracket(state: "StateInline", silent: bool) -> bool:
    """A bracket where there are so many that to look for the end of each would take forever: it opens nothing."""
    end = state.src.startswith(("[", "![", "^["), state.pos) and state.src.index("[", state.pos) + 1
    if not end:
        return False
    counted: tuple[str, bool] = state.env.get(_COUNTED, ("", False))
    if counted[0] is not state.src:
        count = _looked_through(state.src)
        state.env[_SPENT] = spent = state.env.get(_SPENT, 0) + count
        counted = state.env[_COUNTED] = (state.src, count > _CROWDED and spent > _MOST_LOOKED_THROUGH)
    is_crowded = counted[1]
    if is_crowded:
        if not silent:
            state.pending += state.src[state.pos : end]
        state.pos = end
    return is_crowded


def _looked_through(paragraph: str) -> int:
    """How many characters are looked through for the ends of all brackets in a paragraph."""
    opened: list[int] = []
    count = 0
    for found in _BRACKET.finditer(paragraph):
        if found[0] == "[":
            opened.append(found.start())
        elif opened:
            count += found.start() - opened.pop()
    return count + sum(len(paragraph) - at for at in opened)


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.subscript import sub_plugin
    from mdit_py_plugins.superscript import superscript_plugin

    # What lies deeper than maxNesting would be left out in silence, and so the recursion alone ends it.
    parser = MarkdownIt("commonmark", {"maxNesting": 100_000}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin, move_to_end=False).use(deflist_plugin).use(sub_plugin).use(superscript_plugin)
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)
    parser.inline.ruler.before("wiki_link", "bare_bracket", _bare_bracket)
    parser.core.ruler.after("inline", "further_cells", _further_cells)
    return parser
