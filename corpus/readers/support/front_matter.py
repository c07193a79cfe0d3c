"""The description at the top of a Markdown file: YAML between lines of ---, or TOML between lines of +++."""

import re
import tomllib
from datetime import date, datetime, time
from typing import Any, Final, cast

from ....errors import UnreadableSource
from ...fields import RECORD_NAMES
from ..contract import LARGEST_FRONT_MATTER, Remark

_CLOSING_LINES: Final = {
    "---": re.compile(r"^(?:---|\.\.\.)[^\S\n]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[^\S\n]*$", re.MULTILINE),
}
_FIELD = re.compile(
    r"^(?P<key>[A-Za-z_][\w -]{0,60}?)[^\S\n]*:(?P<value>.*(?:\n(?:[^\S\n].*|-[^\S\n].*|#.*)?)*)", re.MULTILINE
)
_TOML_FIELD = re.compile(
    r"^(?P<key>[A-Za-z_][\w-]{0,60})[^\S\n]*=(?P<value>.*(?:\n(?![A-Za-z_][\w-]{0,60}[^\S\n]*=).*)*)", re.MULTILINE
)
_TOML_TABLE = re.compile(r"^\[", re.MULTILINE)
_KNOWN: Final = "|".join(sorted({*RECORD_NAMES, "tags", "categories", "layout", "draft", "slug", "aliases"}))
_FIELD_LINE = re.compile(r"\s*(?:#.*\n\s*)*[A-Za-z_][\w-]*[^\S\n]*:")
_PARAGRAPH = re.compile(r"^[^\S\n]*\n(?![A-Za-z_][\w -]{0,60}:|[\s#\-\]}])(?=.)", re.MULTILINE)
_DEEPEST: Final = 100  # lists within lists
_TOO_DEEP: Final = "its front matter is nested too deeply"
_BEGINNINGS: Final = {
    # A page that begins with a rule may go on like a letter ("Date: 3 May", "To: …") or with any word and a colon.
    "---": re.compile(rf"\s*(?:#.*\n\s*)*(?:(?:{_KNOWN}):(?:\s|$)|[a-z_][\w-]*:(?:\s.*)?\n[a-z_][\w-]*:(?:\s|$))"),
    "+++": re.compile(r"\s*(?:#.*\n\s*)*(?:[A-Za-z_][\w-]*[^\S\n]*=|\[)"),
}
"""What front matter begins with, if its end is missing."""


def split_front_matter(text: str) -> tuple[dict[str, Any], str, tuple[Remark, ...]]:
    """The fields of the front matter, all values as strings, lists and mappings of strings; the rest; and remarks.

    Raises:
        UnreadableSource: If there is front matter that is not closed, too large, not YAML or TOML, or no mapping.
    """
    first, _, rest = text.partition("\n")
    mark = first.rstrip()
    if mark not in _CLOSING_LINES:
        return {}, text, ()
    closing = _CLOSING_LINES[mark].search(rest, 0, LARGEST_FRONT_MATTER)
    if closing is None:
        if _FIELD_LINE.match(rest) and _CLOSING_LINES[mark].search(rest):
            raise UnreadableSource(f"its front matter is larger than {LARGEST_FRONT_MATTER // 1024} KB")
        if not _BEGINNINGS[mark].match(rest):
            return {}, text, ()  # a rule at the top of the page
        raise UnreadableSource(f"its front matter is not closed: a line of {mark} has to follow it")
    front_matter, body = rest[: closing.start()], rest[closing.end() :]
    if mark == "+++":
        fields, remarks = _toml(front_matter)
        return fields, body, remarks
    if _PARAGRAPH.search(front_matter) and not _BEGINNINGS[mark].match(front_matter):
        return {}, text, ()  # text between two rules
    fields, remarks = _yaml(front_matter)
    return fields, body, remarks


def _yaml(front_matter: str) -> tuple[dict[str, Any], tuple[Remark, ...]]:
    """The fields, one by one where the whole is no YAML: a field that cannot be read costs no document."""
    try:
        return _mapping(front_matter), ()
    except _NotYaml as error:
        reason = str(error)
    fields: dict[str, Any] = {}
    remarks = list[Remark]()
    for found in _FIELD.finditer(front_matter):
        try:
            fields |= _field(found)
        except (_NotYaml, UnreadableSource):
            remarks.append(Remark(f"{found['key'][:60]} was left open (no YAML)", found["value"].strip()[:60]))
    if not fields:
        raise UnreadableSource(reason)
    return fields, tuple(remarks)


def _field(found: re.Match[str]) -> dict[str, Any]:
    """The field of a few lines, of which the first has its name: as YAML, or else as the text that stands there."""
    try:
        return _mapping(found[0])
    except _NotYaml:
        # "title: Nara: the summit", "title: [Draft] Summit", "title: *Strictly* confidential"
        value = found["value"].strip()
        if "\n" in value or not value:
            raise
        return {found["key"]: value}


def _mapping(front_matter: str) -> dict[str, Any]:
    """Raises _NotYaml if it is none, and UnreadableSource if it is something else than fields."""
    import yaml

    # A base loader makes nothing but strings (`countries: [NO]` is no boolean), lists and mappings. libyaml's is ten
    # times faster, where there is one.
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    library: Any = yaml  # which has no types
    try:
        depth = 0
        for event in library.parse(front_matter, loader):
            if isinstance(event, yaml.AliasEvent):
                raise _NotYaml("its front matter holds YAML aliases: write the values out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise UnreadableSource(_TOO_DEEP)
        fields = library.load(front_matter, loader)
    except yaml.YAMLError as error:
        if "nesting depth" in str(error):  # libyaml has a limit of its own
            raise UnreadableSource(_TOO_DEEP) from None
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or "unreadable"
        raise _NotYaml(f"its front matter is not YAML{where}: {problem}") from None
    if fields in (None, ""):
        return {}
    if not isinstance(fields, dict):
        raise UnreadableSource("its front matter is not a list of fields such as `title: …`")
    named = cast("dict[Any, Any]", fields).items()
    return {key: None if value in ("~", "null") else value for key, value in named if isinstance(key, str)}


class _NotYaml(Exception):
    """What is no YAML, with what a reader is told."""


def _toml(front_matter: str) -> tuple[dict[str, Any], tuple[Remark, ...]]:
    """The fields, one by one where the whole is no TOML, as far as the first table."""
    try:
        return _as_strings(tomllib.loads(front_matter)), ()
    except tomllib.TOMLDecodeError as error:
        reason = f"its front matter is not TOML: {str(error)[:100]}"
    except RecursionError:
        raise UnreadableSource(_TOO_DEEP) from None
    fields: dict[str, Any] = {}
    remarks = list[Remark]()
    for found in _TOML_FIELD.finditer(_TOML_TABLE.split(front_matter, maxsplit=1)[0]):
        key, value = found["key"], found["value"].strip()
        try:
            fields |= _as_strings(tomllib.loads(found[0]))
        except (tomllib.TOMLDecodeError, RecursionError):
            if "\n" in value or not value[:1].isalnum():
                remarks.append(Remark(f"{key} was left open (no TOML)", value[:60]))
            else:  # title = Nara, without quotation marks
                fields[key] = value
    if not fields and not remarks:
        raise UnreadableSource(reason)
    return fields, tuple(remarks)


def _as_strings(value: Any) -> Any:
    """What YAML's would be: strings, lists and mappings."""
    if isinstance(value, dict):
        return {key: _as_strings(each) for key, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_as_strings(each) for each in cast("list[Any]", value)]
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)
