"""Style sheets, scripts and pictures, under a path that changes with them, so that a browser may keep them for good."""

import hashlib
from functools import cache
from importlib.resources import files
from io import BytesIO

from flask import Blueprint, Response, send_file
from werkzeug.exceptions import NotFound

from ..site import address

assets = Blueprint("assets", __name__, url_prefix="/assets")

_YEAR = 365 * 24 * 3600


@assets.get("/<version>/<path:name>")
def file(version: str, name: str) -> Response:
    """A file: the present one, even where a page that was opened before an upgrade names an older version."""
    response = send_asset(name, max_age=_YEAR if version == _version() else 0)
    response.cache_control.immutable = version == _version()
    return response


def send_asset(name: str, *, max_age: int, mimetype: str | None = None) -> Response:
    """A file as an answer.

    Args:
        name: The file's name.
        max_age: For how many seconds a browser may keep it.
        mimetype: Its media type; None for the one that goes with the ending of its name.

    Raises:
        werkzeug.exceptions.NotFound: There is no such file.
    """
    content = _contents().get(name)
    if content is None:
        raise NotFound
    mark = hashlib.sha256(content).hexdigest()[:24]
    return send_file(BytesIO(content), mimetype, download_name=name, etag=mark, max_age=max_age)


def asset(name: str) -> str:
    """The URL of a file, at which a browser may keep it for good."""
    return address("assets.file", version=_version(), name=name)


@cache
def _version() -> str:
    contents = ((name.encode(), content) for name, content in sorted(_contents().items()))
    return hashlib.sha256(b"\0".join(part for each in contents for part in each)).hexdigest()[:12]


@cache
def _contents() -> dict[str, bytes]:
    """What is in each file. They are few and small, and may lie in an archive."""
    folder = files((__package__ or "").rpartition(".")[0]).joinpath("static")
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
