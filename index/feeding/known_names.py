"""Under which names a collection knows files: links and mounts lead to one file by several, and it is one document."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ...corpus.readers.files import is_url, path_id, path_named


class _Root(NamedTuple):
    """A source that is a file or folder.

    Attributes:
        path: The path that it is known by.
        real: Where it lies, without any link.
        identity: The device and number of a folder; None for a file, whose other names may lead to other files later.
    """

    path: Path
    real: Path
    identity: tuple[int, int] | None


class KnownNames:
    """The names by which files are known, so that one that is named otherwise keeps the name that it has.

    Args:
        sources: What the collection is fed from already, by its names.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self._roots: dict[str, _Root] = {}
        self._files: dict[Path, Path] = {}
        self._folders: dict[Path, tuple[Path, Path]] = {}
        for each in sources:
            self._learn(each)

    def source(self, source: str) -> str:
        """A source by the name that it is known by, which is the given one if it is not known yet: then it is now."""
        if source == "-" or is_url(source) or (name := path_id(source)) in self._roots:
            return source
        root = _root(name)
        for known in self._roots.values():
            if root and (root.real == known.real or (root.identity and root.identity == known.identity)):
                return str(known.path)
        if root and (known := self.file(root.path)) != root.path:
            return str(known)  # it lies in a folder that is known by another name
        self._learn(name)
        return source

    def file(self, path: Path) -> Path:
        """A file by the name that it is known by, or would be."""
        parent = Path(os.path.normpath(path.absolute())).parent
        if parent not in self._folders:
            self._folders[parent] = self._folder(parent)
        real, known = self._folders[parent]
        alone = self._files.get(real / path.name)
        return alone or (path if known == parent else known / path.name)

    def _folder(self, folder: Path) -> tuple[Path, Path]:
        """Where a folder lies, and the path that it is known by."""
        real = Path(os.path.realpath(folder))
        above = [each for each in self._roots.values() if each.real == real or each.real in real.parents]
        if not above:
            return real, folder
        nearest = max(above, key=lambda each: len(each.real.parts))
        if any(each.real == nearest.real and each.path in (folder, *folder.parents) for each in above):
            return real, folder
        return real, nearest.path / real.relative_to(nearest.real)

    def _learn(self, name: str) -> None:
        if root := _root(name):
            self._roots[name] = root
            self._folders.clear()
            if root.identity is None:
                self._files.setdefault(root.real, root.path)


def _root(name: str) -> _Root | None:
    """The source of that name, if it is a file or folder that is there."""
    if is_url(name):
        return None
    path = Path(path_named(name))
    try:
        state = path.stat()
    except (OSError, ValueError):
        return None
    return _Root(path, Path(os.path.realpath(path)), (state.st_dev, state.st_ino) if path.is_dir() else None)
