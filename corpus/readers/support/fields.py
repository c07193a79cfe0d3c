"""The values of a description as front matter and JSONL records give it, each checked for what it should be."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from ....errors import UnreadableSource
from ...document import Note
from .decode import tidy

# Other keys that hold a field of ours, tried in this order after its own name.
_SYNONYMS: Final = {"language": ("lang",), "dates": ("date",), "references": ("sources",)}
# What a user may call a field of ours in a mapping.
_CALLED: Final = {"lang": "language", "date": "dates", "sources": "references"}
# What a message calls the types of JSON and YAML.
_KINDS: Final[dict[type[object], str]] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


class Fields:
    """The values of a record by our names for them. Unknown keys are left alone, empty values count as absent."""

    def __init__(self, record: Mapping[str, Any], names: Mapping[str, str] | None = None) -> None:
        self._record = record
        self._names = {_CALLED.get(ours, ours): theirs for ours, theirs in (names or {}).items()}

    def key(self, name: str) -> str:
        """The key under which the record has the field, or should have it."""
        if name in self._names:
            return self._names[name]
        present = (key for key in (name, *_SYNONYMS.get(name, ())) if self._record.get(key) is not None)
        return next(present, name)

    def text(self, name: str) -> str:
        """A field of one line. Raises UnreadableSource if it is no string."""
        return " ".join(self.raw_text(name).split())

    def raw_text(self, name: str) -> str:
        """A field as it is, without control characters. Raises UnreadableSource if it is no string."""
        value = self.value(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._wrong(name, "a string", value)
        return tidy(value)

    def id(self) -> str:
        """The id, which may be given as a whole number. Raises UnreadableSource if it is anything else."""
        value = self.value("id")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text("id")

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings, or a string with commas. Raises UnreadableSource if it is neither."""
        value = self.value(name)
        if value is None:
            return ()
        items: list[Any] = list(value.split(",")) if isinstance(value, str) else _listed(value)
        if not isinstance(value, str | list) or not all(isinstance(item, str) for item in items):
            raise self._wrong(name, "a list of strings", cast("object", value))
        shown = (" ".join(tidy(item).split()) for item in items)
        return tuple(dict.fromkeys(item for item in shown if item))

    def mappings(self, name: str, keys: tuple[str, ...], *, bare: str) -> Iterator[dict[str, str]]:
        """The mappings of a field that is a list of them.

        Args:
            name: The field.
            keys: The keys of each mapping that count; the others are left alone.
            bare: The key that a bare string in the list is the value of.

        Returns:
            The mappings in order, "" for each key that one lacks. Those that lack all are left out.

        Raises:
            UnreadableSource: If it is anything else, or if one of the keys has a value that is no string.
        """
        value = self.value(name)
        items: list[Any] = list(value.split(",")) if isinstance(value, str) else _listed(value)
        if not isinstance(value, str | list | None):
            raise self._wrong(name, "a list", value)
        for item in items:
            if not isinstance(item, str | dict):
                raise self._wrong(name, f"a list whose items have a {bare}", item)
            inner = Fields({bare: item} if isinstance(item, str) else cast("dict[str, Any]", item))
            found = {key: inner.text(key) for key in keys}
            if any(found.values()):
                yield found

    def notes(self, text: str) -> Iterator[Note]:
        """A list of footnotes, each [mark, offset, text] or a mapping with `mark`, `at` and `text`.

        Offsets are into the record's own text, and come out as offsets into `text`, which was made of it by tidying;
        those beyond its end are moved there. A `notes` that is a string is no list of footnotes, and left alone.

        Raises:
            UnreadableSource: If it is anything else.
        """
        value = self.value("notes")
        items = _listed(value)
        if not isinstance(value, list | str | None):
            raise self._wrong("notes", "a list", value)
        raw = self.value("text")
        for item in items:
            match _note_parts(item):
                case [str() | int() | None as mark, int() | str() | None as at, str() as said] if _is_offset(at):
                    position = int(at or 0)
                    if isinstance(raw, str) and raw != text:
                        position = len(tidy(raw[:position]))
                    yield Note(tidy(str(mark or "")).strip(), min(position, len(text)), tidy(said).strip())
                case _:
                    wanted = "a list of [mark, offset, text]"
                    raise UnreadableSource(f"{self.key('notes')} is not {wanted}: {str(item)[:60]!r} is in it")

    def value(self, name: str) -> Any:
        """A field as it is; None if it is absent or empty."""
        value = self._record.get(self.key(name))
        return None if isinstance(value, str) and not value.strip() else value

    def _wrong(self, name: str, wanted: str, value: object) -> UnreadableSource:
        kind = _KINDS.get(type(value), type(value).__name__)
        return UnreadableSource(f"{self.key(name)} is {kind}, not {wanted}")


def _listed(value: object) -> list[Any]:
    """A value of a record if it is a list, else an empty list."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def _note_parts(item: object) -> object:
    """Mark, offset and text of a footnote that may be a mapping; anything else as it is."""
    if not isinstance(item, dict):
        return item
    named = cast("dict[str, Any]", item)
    return [named.get(key) for key in ("mark", "at", "text")]


def _is_offset(value: int | str | None) -> bool:
    return value is None or (str(value).isdecimal() and len(str(value)) < 20)
