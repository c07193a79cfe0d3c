"""The web: pages and a JSON API over a collection.

    from dragoman.web import create_app

    app = create_app("archive.idx")

Or within an app that is there already: `Dragoman(app, "archive.idx", url_prefix="/archive")`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import Dragoman, Options, blueprint, create_app

__all__ = ["Dragoman", "Options", "blueprint", "create_app"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(".app", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
