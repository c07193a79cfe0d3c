"""Lenient arguments, as models give them: null for what may be left out, one text where there are to be several."""

from typing import Any, Final, cast

_NULL: Final = {"type": "null"}


def lenient(parameters: dict[str, Any]) -> dict[str, Any]:
    """The schema of a tool's parameters as clients see it: null for what may be left out, one text for a list."""
    required = parameters.get("required", ())
    properties = {
        name: schema if name in required else _or_null(schema) for name, schema in parameters["properties"].items()
    }
    return {**parameters, "properties": properties}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that admits null as well, and one text where there are to be several."""
    about = {name: schema[name] for name in ("title", "description", "default") if name in schema}
    either = schema.get("anyOf") or [{name: value for name, value in schema.items() if name not in about}]
    if schema.get("type") == "array":
        either = [*either, schema["items"]]
    if schema.get("type") == "object" and (inner := schema.get("additionalProperties")):
        either = [{**either[0], "additionalProperties": {"anyOf": [inner, inner["items"], _NULL]}}]
    return {"anyOf": [*either, *([] if _NULL in either else [_NULL])], **about}


def fitted(value: Any, schema: dict[str, Any]) -> Any:
    """A value as its schema has it: a text by itself becomes a list of one where there are to be several."""
    kind = schema.get("type")
    if kind == "array" and isinstance(value, str):
        return [value]
    if kind == "object" and isinstance(value, dict):
        inner: dict[str, Any] = schema.get("additionalProperties") or {}
        values = cast("dict[str, Any]", value)
        return {name: fitted(each, inner) for name, each in values.items() if each is not None}
    return value
