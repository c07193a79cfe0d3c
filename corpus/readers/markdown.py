"""Markdown with front matter: its readable text, and the description that its author gave."""

from collections.abc import Iterator
from typing import cast

from ...errors import UnreadableSource
from ..splitting.title_line import without_title
from .contract import RawRecord, ReadOptions, Skipped, Source
from .files import text_id
from .support.decode import read_text
from .support.fields import Fields
from .support.front_matter import split_front_matter
from .support.markdown_text import readable_text


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a Markdown file.

    Raises:
        UnreadableSource: If there is no text or the front matter is unusable.
    """
    whole, remarks = read_text(source)
    description, body, told = split_front_matter(whole)
    page = readable_text(body)
    fields = Fields(description)
    title = fields.text("title")
    text = without_title("\n\n".join(filter(None, (page.title if title else "", page.text))), title)
    if not text.strip():
        raise UnreadableSource("no text" + (" under its front matter" if description else ""))
    if heading := title or page.title:
        description = {**description, fields.key("title"): heading}
    if page.notes:
        moved = len(text) - len(page.text)  # by a heading above it, or a title's line taken off
        notes = [[note.mark, max(0, note.at + moved), note.text] for note in page.notes]
        own = description.get("notes")
        description["notes"] = [*own, *notes] if isinstance(own, list) else notes
    if not Fields(description).value("topics"):
        own = {options.fields.get(each.name, each.key) for each in options.own}
        tags = description.pop("tags", None) if "tags" not in own else None
        description["topics"] = [*_tags(tags), *page.topics]
    yield RawRecord(text, source.origin, description, id=source.id or text_id(whole), remarks=(*remarks, *told))


def _tags(tags: object) -> Iterator[str]:
    """The topics that front matter calls tags, as Hugo, Jekyll and Obsidian do: a list, or a string with commas."""
    listed = cast("list[object]", tags) if isinstance(tags, list) else str(tags or "").split(",")
    for tag in listed:
        if isinstance(tag, str) and tag.strip(" #"):
            yield tag.strip(" #")
