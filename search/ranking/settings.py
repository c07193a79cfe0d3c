"""The ranking's settings as JSON: as users write them, and as `dragoman tune` keeps them in a collection."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from ...errors import CollectionMismatch, DragomanError, UnreadableSource
from .engine import Settings

_Settings = TypeVar("_Settings")


def kept(known: object) -> Settings:
    """How a collection ranks by its own settings, as its manifest has them: as it was tuned, or by default.

    Raises CollectionMismatch if what is kept there means nothing to this Dragoman.
    """
    try:
        if known is not None and not isinstance(known, dict):
            raise UnreadableSource(f"they are {str(known)[:80]!r}")
        return changed(Settings(), known or {})
    except DragomanError as error:
        mend = "take the defaults back with `dragoman tune --reset`"
        raise CollectionMismatch(
            f"the settings of the ranking in the collection cannot be used ({error}): {mend}"
        ) from error


def changed(settings: _Settings, changes: Mapping[str, Any]) -> _Settings:
    """Settings with some values changed, as JSON gives them; settings within settings are changed likewise.

    Raises UnreadableSource for a name that there is not, or a value of another kind; for one that is out of its range,
    what the settings themselves raise.
    """
    if not is_dataclass(settings) or isinstance(settings, type):
        raise TypeError("settings are a dataclass")
    known = {each.name: getattr(settings, each.name) for each in fields(settings)}
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in known:
            raise UnreadableSource(f"there is no setting {name!r}: there are {', '.join(known)}")
        values[name] = _fitting(name, known[name], value)
    return replace(settings, **values)


def _fitting(name: str, known: Any, value: Any) -> Any:
    if is_dataclass(known) and isinstance(value, dict):
        return changed(known, value)
    if isinstance(known, tuple) and isinstance(value, list) and len(value) == len(known):
        return tuple(_fitting(name, *pair) for pair in zip(known, value, strict=True))
    if isinstance(known, float) and type(value) is int:
        return float(value)
    if known is not None and type(value) is not type(known):
        raise UnreadableSource(f"the setting {name} is {known!r} by default, and cannot be {value!r}")
    return value
