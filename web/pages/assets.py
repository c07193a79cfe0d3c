"""Style sheets, scripts and pictures, under a path that changes with them, so that a browser may keep them for good."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

from ..site import address

assets = Blueprint("assets", __name__, url_prefix="/assets")

_FOLDER = Path(__file__).parents[1] / "static"
_YEAR = 365 * 24 * 3600


@assets.get("/<version>/<path:name>")
def file(version: str, name: str) -> Response:
    """A file, whatever version is asked for: a page that was opened before an upgrade gets the present one."""
    response = send_from_directory(_FOLDER, name, max_age=_YEAR if version == _version() else 0)
    response.cache_control.immutable = version == _version()
    return response


def asset(name: str) -> str:
    """The URL of a file."""
    return address("assets.file", version=_version(), name=name)


@cache
def _version() -> str:
    files = sorted(_FOLDER.iterdir())
    return hashlib.sha256(
        b"\0".join(part for each in files for part in (each.name.encode(), each.read_bytes()))
    ).hexdigest()[:12]
