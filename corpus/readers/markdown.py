"""Markdown with front matter: its readable text, and the description that its author gave."""

import html
import re
from collections.abc import Iterator
from typing import Any, cast

from ...errors import UnreadableSource
from ..splitting.title_line import without_title
from .contract import LARGEST_FRONT_MATTER, RawRecord, ReadOptions, Skipped, Source
from .files import text_id
from .support.decode import read_text
from .support.fields import Fields

_CLOSING_LINE = re.compile(r"^(?:---|\.\.\.)[^\S\n]*$", re.MULTILINE)
_FIELD_LINE = re.compile(r"\s*(?:#.*\n\s*)*[A-Za-z_][\w-]*[^\S\n]*:(?:\s|$)")

_FENCE = re.compile(r"(`{3,}|~{3,})")
_RULE = re.compile(r"(?:[-*_][^\S\n]*){3,}|=+|-+")
_HEADING = re.compile(r"#{1,6}(?:[^\S\n]+|$)")
_QUOTE = re.compile(r"(?:>[^\S\n]?)+")
_BULLET = re.compile(r"[-*+][^\S\n]+")
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])[^\S\n]+")
_TABLE_RULE = re.compile(r"(?=[^|]*\|)[|:\s-]+")
_DEFINITION = re.compile(r"\[[^\]\n]{1,200}\]:[^\S\n]")

_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>")
_AUTOLINK = re.compile(r"<((?:https?|ftp|mailto):[^<>\s]+)>")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+[\"'(][^\"'\n]{0,300}[\"')])?\s*\)")
_REFERENCE = re.compile(r"!?\[([^\[\]^]+)\]\[[^\[\]]*\]")
_NOTE = re.compile(r"\[\^[^\[\]\s]{1,60}\]")
_CODE = re.compile(r"(?<!`)(`++)([^`\n]++)\1")
_STRONG = re.compile(r"(?<![\\*_\w])(\*{1,3}|_{1,3}|~~)(?=[^\s*_~])([^*_~]++)(?<=[^\s\\])\1(?![*_~\w])")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a Markdown file.

    Raises:
        UnreadableSource: If there is no text or the front matter is unusable.
    """
    del options  # front matter has our names for its fields
    whole, remarks = read_text(source)
    description, body = split_front_matter(whole)
    heading, text = readable_text(body)
    title = Fields(description).text("title")
    if heading and title:
        text = f"{heading}\n\n{text}"
    if not text.strip():
        raise UnreadableSource("no text" + (" under its front matter" if description else ""))
    description = {**description, "title": title or heading}
    document_id = source.id or text_id(whole)
    yield RawRecord(without_title(text, title), source.origin, description, id=document_id, remarks=remarks)


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The fields of the front matter, all values as strings, lists and mappings of strings; and the rest.

    Raises:
        UnreadableSource: If there is front matter that is not closed, too large, not YAML or no mapping.
    """
    first, _, rest = text.partition("\n")
    if first.rstrip() != "---":
        return {}, text
    closing = _CLOSING_LINE.search(rest, 0, LARGEST_FRONT_MATTER)
    if closing is None:
        if not _FIELD_LINE.match(rest):
            return {}, text  # a rule at the top of the page
        if _CLOSING_LINE.search(rest):
            raise UnreadableSource(f"its front matter is larger than {LARGEST_FRONT_MATTER // 1024} KB")
        raise UnreadableSource("its front matter is not closed: a line of --- has to follow it")
    return _yaml(rest[: closing.start()]), rest[closing.end() :]


def _yaml(front_matter: str) -> dict[str, Any]:
    import yaml

    class Loader(yaml.BaseLoader):
        """All scalars are strings, so that `countries: [NO]` is no boolean; aliases, which may explode, are refused."""

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.check_event(yaml.AliasEvent):  # pyright: ignore[reportUnknownMemberType]
                raise UnreadableSource("its front matter holds YAML aliases: write the values out")
            return super().compose_node(parent, index)

    try:
        fields = yaml.load(front_matter, Loader)  # noqa: S506 (BaseLoader makes nothing but strings, lists and dicts)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise UnreadableSource(
            f"its front matter is not YAML{where}: {getattr(error, 'problem', None) or 'unreadable'}"
        ) from None
    except RecursionError:
        raise UnreadableSource("its front matter is nested too deeply") from None
    if fields in (None, ""):
        return {}
    if not isinstance(fields, dict):
        raise UnreadableSource("its front matter is not a list of fields such as `title: …`")
    named = cast("dict[Any, Any]", fields).items()
    return {key: None if value in ("~", "null") else value for key, value in named if isinstance(key, str)}


def readable_text(markdown: str) -> tuple[str, str]:
    """The first heading where the page begins with one of the first rank, and the rest as readable text.

    Headings and paragraphs stand apart, a paragraph is one line, and the marks of emphasis, links, quotations, code
    and tables are gone. It covers what people write, not every corner of CommonMark.
    """
    blocks = list(_blocks(_without_comments(markdown)))
    title = ""
    if blocks and blocks[0].startswith("# "):
        title = _inline(blocks.pop(0)[2:].rstrip("# "))
    shown = (_inline(_HEADING.sub("", block).rstrip("# ") if _HEADING.match(block) else block) for block in blocks)
    return title, "\n\n".join(block for block in shown if block.strip())


def _blocks(markdown: str) -> Iterator[str]:
    """The blocks of a page: headings still with their marks, paragraphs joined, lists a line an item, code as it is."""
    block: list[str] = []
    fence = ""
    for raw in markdown.split("\n"):
        line = raw.strip()
        if fence:
            if line.startswith(fence) and not line.strip(fence[0]):
                fence = ""
                yield from _joined(block)
                block = []
            else:
                block.append("\0" + raw)
            continue
        line = _QUOTE.sub("", line, count=1) if line.startswith(">") else line
        opened = _FENCE.match(line)
        if opened:
            fence = opened[1]
        if opened or not line or _RULE.fullmatch(line) or _TABLE_RULE.fullmatch(line) or _DEFINITION.match(line):
            # A heading may be underlined instead of marked.
            if block and len(block) == 1 and line and set(line) == {"="}:
                block[0] = "# " + block[0]
            yield from _joined(block)
            block = []
        elif _HEADING.match(line):
            yield from _joined(block)
            yield line
            block = []
        elif line.startswith("|"):
            block.append("\0" + line.strip("| "))
        else:
            block.append(
                ("\0" if block and (_ITEM.match(line) or _is_hard_break(block[-1])) else "") + _unbulleted(line, raw)
            )
    yield from _joined(block)


def _without_comments(markdown: str) -> str:
    first, *others = markdown.split("<!--")
    parts = (part.partition("-->") for part in others)
    return first + "".join(after if closed else f"<!--{before}" for before, closed, after in parts)


def _unbulleted(line: str, raw: str) -> str:
    line = "- " + line[2:].lstrip() if _BULLET.match(line) else line
    return line + ("  " if raw.endswith("  ") else "")


def _is_hard_break(line: str) -> bool:
    return line.endswith(("  ", "\\"))


def _joined(block: list[str]) -> Iterator[str]:
    """The lines of a block as one, except for those marked as lines of their own."""
    if block:
        lines = (line.rstrip("\\") if _is_hard_break(line) else line for line in block)
        yield (
            " ".join(line.rstrip() if line[:1] != "\0" else "\n" + line[1:].rstrip() for line in lines)
            .replace(" \n", "\n")
            .lstrip("\n")
        )


def _inline(text: str) -> str:
    """One block without its inline marks."""
    text = _CODE.sub(r"\2", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _NOTE.sub("", text)
    for _ in range(2):  # an image may stand within a link
        text = _LINK.sub(r"\1", text)
    text = _REFERENCE.sub(r"\1", text)
    for _ in range(3):  # emphasis within emphasis
        text = _STRONG.sub(r"\2", text)
    text = _ESCAPE.sub(r"\1", _TAG.sub("", text))
    return html.unescape(text).strip()
