"""Errors as answers: problem+json (RFC 9457) under the API, a page elsewhere, and never a traceback.

A wrong Host header is answered in JSON everywhere: no reader's browser sends one.
"""

from http import HTTPStatus

import msgspec
from flask import Blueprint, Flask, Response, current_app, make_response, request
from werkzeug.exceptions import HTTPException, NotFound

from ..errors import DragomanError, QueryError, SystemRefusal
from ..refusals import refusal
from ..search.results import wire
from .pages.rendering import page
from .site import site

_FAILURE = "The server failed to answer. Its log says what went wrong."


class Problem(msgspec.Struct, frozen=True):
    """An error (RFC 9457). `detail` says what is wrong and how to mend it; `column` where in the question, from 1.

    `question` is one that can be understood, to be offered instead.
    """

    type: str
    title: str
    status: int
    detail: str
    column: int | msgspec.UnsetType = msgspec.UNSET
    question: str | msgspec.UnsetType = msgspec.UNSET


def register(app: Flask | Blueprint) -> None:
    """Let an app, or a part of one, answer its errors this way."""
    app.register_error_handler(DragomanError, _answer_own)
    app.register_error_handler(HTTPException, _answer_http)
    for kind in (OSError, MemoryError, RuntimeError):
        app.register_error_handler(kind, _answer_refusal)


def problem(status: int, detail: str, error: DragomanError | None = None) -> Response:
    """An error for programs, as problem+json.

    Args:
        status: The HTTP status.
        detail: What is wrong and how to mend it, in a sentence.
        error: What is answered; None for what is no error of ours.
    """
    known = error if isinstance(error, QueryError) else QueryError("")
    answer = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        column=msgspec.UNSET if known.column is None else known.column,
        question=known.question or msgspec.UNSET,
    )
    return Response(wire.encode(answer), status, content_type="application/problem+json")


def _answer_own(error: DragomanError) -> Response:
    if isinstance(error, SystemRefusal):  # which folders a server has is nobody's business
        current_app.logger.error("%s %s: %s", request.method, request.path, error)
        return _answer(error.status, f"The collection cannot be used now: {error.brief}")
    if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
        return _answer(error.status, str(error), error)
    # Such a message is for whoever runs the server: it names files and commands.
    current_app.logger.error("%s %s: %s", request.method, request.path, error)
    return _answer(error.status, _FAILURE)


def _answer_refusal(error: Exception) -> Response:
    refused = refusal(error, site().collection.path)
    if refused is None:
        raise error
    return _answer_own(refused)


def _answer_http(error: HTTPException) -> Response:
    default = error.get_response()
    status = default.status_code
    if isinstance(error, NotFound):
        error.description = "There is nothing at this address: it may be misspelt, or have moved."
    if status < HTTPStatus.BAD_REQUEST:
        return make_response(default)
    answer = _answer(status, (error.description or "") if status < HTTPStatus.INTERNAL_SERVER_ERROR else _FAILURE)
    if "Allow" in default.headers:
        # Flask would answer OPTIONS; we do not.
        answer.headers["Allow"] = default.headers["Allow"].replace(", OPTIONS", "").replace("OPTIONS, ", "")
    return answer


def _answer(status: int, detail: str, error: DragomanError | None = None) -> Response:
    for_programs = {f"{site().name}.{part}" for part in ("api", "telemetry")}
    if request.blueprint in for_programs or (request.blueprint is None and request.path.startswith("/api/")):
        return problem(status, detail, error)
    return page("error.html", status, phrase=HTTPStatus(status).phrase, detail=detail)
