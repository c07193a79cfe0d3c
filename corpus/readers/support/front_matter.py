"""The description at the top of a Markdown file: YAML between lines of ---, or TOML between lines of +++."""

import re
import tomllib
from datetime import date, datetime, time
from typing import Any, Final, cast

from ....errors import UnreadableSource
from ..contract import LARGEST_FRONT_MATTER

_CLOSING_LINES: Final = {
    "---": re.compile(r"^(?:---|\.\.\.)[^\S\n]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[^\S\n]*$", re.MULTILINE),
}
_FIELD_LINE = re.compile(r"\s*(?:#.*\n\s*)*(?:[A-Za-z_][\w-]*[^\S\n]*[:=](?:\s|$|[\"'\[{\d])|\[)")


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The fields of the front matter, all values as strings, lists and mappings of strings; and the rest.

    Raises:
        UnreadableSource: If there is front matter that is not closed, too large, not YAML or TOML, or no mapping.
    """
    first, _, rest = text.partition("\n")
    mark = first.rstrip()
    if mark not in _CLOSING_LINES:
        return {}, text
    closing = _CLOSING_LINES[mark].search(rest, 0, LARGEST_FRONT_MATTER)
    if closing is None:
        if not _FIELD_LINE.match(rest):
            return {}, text  # a rule at the top of the page
        if _CLOSING_LINES[mark].search(rest):
            raise UnreadableSource(f"its front matter is larger than {LARGEST_FRONT_MATTER // 1024} KB")
        raise UnreadableSource(f"its front matter is not closed: a line of {mark} has to follow it")
    front_matter, body = rest[: closing.start()], rest[closing.end() :]
    return (_yaml if mark == "---" else _toml)(front_matter), body


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


def _toml(front_matter: str) -> dict[str, Any]:
    try:
        return _as_strings(tomllib.loads(front_matter))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableSource(f"its front matter is not TOML: {str(error)[:100]}") from None
    except RecursionError:
        raise UnreadableSource("its front matter is nested too deeply") from None


def _as_strings(value: Any) -> Any:
    """What YAML's would be: strings, lists and mappings."""
    if isinstance(value, dict):
        return {key: _as_strings(each) for key, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_as_strings(each) for each in cast("list[Any]", value)]
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)
