"""The API described as OpenAPI 3.1, from its own declarations, so that nothing has to be kept up to date by hand."""

from functools import cache
from typing import Any

import msgspec

from ...search.results import wire
from ...version import __version__
from ..access import guard
from ..parameters import Text
from ..problems import Problem
from ..site import Site
from .endpoints import Endpoint

_SCHEMAS = "#/components/schemas/"
_PROBLEMS = {
    "400": "A parameter is unknown or does not fit, or the question cannot be understood.",
    "401": "A key is needed, or the one that came is not known.",
    "404": "There is no such document, passage or kept state.",
    "429": "The client has asked more often than it may.",
    "503": "It took longer than a question may take.",
}
_ABOUT = """\
Only GET and HEAD are answered. An unknown parameter is an error, so that a misspelt one does not go unnoticed; an empty
one counts as left out. All offsets are characters (Unicode code points), and an `end` is not included. Answers carry an
`ETag` made of the collection's state and the address: send it back as `If-None-Match`. Errors are
`application/problem+json`. Fields may be added to answers within version 1; none is renamed or removed."""


def description(endpoints: tuple[Endpoint, ...], site: Site) -> dict[str, Any]:
    """The OpenAPI document of a site.

    Args:
        endpoints: All endpoints, in the order of the document.
        site: The site whose title, keys and limits the document states: that of the present request.

    Returns:
        The document, ready to be written as JSON.
    """
    root = site.address("api.index").rstrip("/")
    security = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "A key, as `Authorization: Bearer KEY`."},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key by itself."},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{site.title}: the API", "version": __version__, "description": _ABOUT},
        "servers": [{"url": root}],
        "paths": {each.path: {"get": _operation(each, site)} for each in endpoints},
        "components": {
            "schemas": _schemas(endpoints),
            "responses": {_problem_name(status): _problem(status) for status in _PROBLEMS},
            "headers": _headers(site),
            **({"securitySchemes": security} if site.keys else {}),
        },
    }


def _operation(endpoint: Endpoint, site: Site) -> dict[str, Any]:
    guarded = site.keys is not None and guard.needs_key(f"api.{endpoint.name}")
    statuses = ["400", *(["401"] if guarded else []), *(["404"] if _names_something(endpoint) else [])]
    asks = any(each.name == "q" for each in endpoint.parameters)
    statuses += [*(["429"] if site.limiter else []), *(["503"] if asks else [])]
    path_parameter = [_parameter(endpoint.path_parameter, "path")] if endpoint.path_parameter else []
    return {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        **({"description": endpoint.details} if endpoint.details else {}),
        **({"deprecated": True} if endpoint.deprecated else {}),
        "parameters": [*path_parameter, *(_parameter(each, "query") for each in endpoint.parameters)],
        "responses": {
            "200": {
                "description": "The answer.",
                "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _headers(site)},
                "content": {kind: {"schema": _schema(answer)} for kind, answer in endpoint.answers.items()},
            },
            "304": {"description": "The answer that the client has still stands."},
            **{status: {"$ref": f"#/components/responses/{_problem_name(status)}"} for status in statuses},
        },
        **({"security": [{"bearer": []}, {"header": []}]} if guarded else {}),
    }


def _names_something(endpoint: Endpoint) -> bool:
    """Whether it takes the id of a document or passage, or the name of a kept state, which may not exist."""
    names = {each.name for each in endpoint.parameters}
    return endpoint.path_parameter is not None or bool(names & {"document", "id", "at"})


def _parameter(parameter: Text, location: str) -> dict[str, Any]:
    repeated = {"style": "form", "explode": True} if parameter.repeatable else {}
    example = [parameter.example] if parameter.repeatable else parameter.example
    return {
        "name": parameter.name,
        "in": location,
        "description": parameter.about,
        **({"required": True} if location == "path" or parameter.required else {}),
        "schema": parameter.schema() | ({"minLength": 1} if location == "path" else {}),
        **repeated,
        **({"example": example} if parameter.example else {}),
    }


def _schema(answer: Any) -> dict[str, Any]:
    if answer is None:
        return {"type": "string"}
    if _is_struct(answer):
        return {"$ref": _SCHEMAS + answer.__name__}
    return {"type": "array"} if answer == list[Any] else {"type": "object"}


def _problem_name(status: str) -> str:
    return f"Problem{status}"


def _problem(status: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": f"{_SCHEMAS}Problem"}}}
    headers: dict[str, Any] = {}
    if status == "401":
        headers = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    if status == "429":
        seconds = {"type": "integer", "minimum": 1}
        headers = {"Retry-After": {"schema": seconds, "required": True, "description": "Seconds."}}
    return {"description": _PROBLEMS[status], "content": content, **({"headers": headers} if headers else {})}


def _headers(site: Site) -> dict[str, Any]:
    headers = {"ETag": {"description": "Changes whenever the answer may.", "schema": {"type": "string"}}}
    if site.limiter:
        # In the words of draft-ietf-httpapi-ratelimit-headers: quota, window, remaining, time.
        headers["RateLimit-Policy"] = {"description": "How often one may ask.", "schema": {"type": "string"}}
        headers["RateLimit"] = {"description": "How often still, and for how long.", "schema": {"type": "string"}}
    return headers


@cache
def _schemas(endpoints: tuple[Endpoint, ...]) -> dict[str, Any]:
    structs = [Problem, *(answer for each in endpoints for answer in each.answers.values() if _is_struct(answer))]
    return wire.schemas(structs, _SCHEMAS + "{name}")


def _is_struct(answer: Any) -> bool:
    return isinstance(answer, type) and issubclass(answer, msgspec.Struct)
