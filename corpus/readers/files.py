"""From what a user names (files, folders, patterns) to the files to read, in a fixed order."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ...refusals import lack_of_temporary
from .contract import Skipped

_WILDCARDS: Final = frozenset("*?[")
_ESCAPE: Final = re.compile(rb"\\x([0-9a-f]{2})")


def find_files(source: str | Path) -> Iterator[Path | Skipped]:
    """The files that a source names, in order: itself, those under a folder, or those that fit a pattern.

    Hidden files are left out and links to folders not followed, unless named. A source that names nothing is a
    `Skipped`, as is a folder that cannot be looked into.
    """
    path = Path(source)
    try:
        if not str(source):
            yield Skipped('""', "no name of a file or folder")
        elif path.is_dir():
            yield from _any(_below(path), Skipped(shown_name(source), "holds no files"))
        elif os.path.lexists(path):
            yield path
        elif is_pattern(source):
            yield from _any(_matching(path), Skipped(shown_name(source), "fits no file"))
        else:
            yield Skipped(shown_name(source), "no such file or folder")
    except (OSError, ValueError) as error:
        yield Skipped(shown_name(source), reason_of(error))


def is_url(source: str | Path) -> bool:
    """Whether a source is a URL of the web, rather than the path of a file."""
    return isinstance(source, str) and source[:8].lower().startswith(("http://", "https://"))


def is_pattern(source: str | Path) -> bool:
    """Whether a source that is no file or folder may stand for several."""
    return not _WILDCARDS.isdisjoint(str(source))


def path_id(path: str | Path) -> str:
    r"""A file's absolute path as text: what remembers it, and the id of a document that it holds alone.

    Bytes that are no UTF-8 and characters that are not printable are spelled out, as in `caf\xe9.md`, and so is a
    backslash that would begin such a spelling. `path_named` is the way back.
    """
    # Not resolved: a document keeps its name when a folder above it becomes a link.
    return spelled_out(Path(os.path.normpath(Path(path).absolute())).as_posix())


def path_named(name: str) -> str:
    """The path, pattern or URL that `path_id` has put as text."""
    return os.fsdecode(_ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), os.fsencode(name)))


def text_id(text: str) -> str:
    """The id of a document that came without one and from no path, such as standard input: made of its text."""
    return "stdin:" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def spelled_out(name: str) -> str:
    """A name with its bytes that are no UTF-8, and its characters that are not printable, spelled out."""
    name = os.fsdecode(_ESCAPE.sub(rb"\\x5cx\1", os.fsencode(name)))
    return "".join(each if each.isprintable() else _bytes_of(each) for each in name)


def _bytes_of(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(character))


def shown_name(path: str | Path) -> str:
    """A path as a message may show it: what cannot be shown becomes a replacement character."""
    name = os.fsencode(path).decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)


def reason_of(error: OSError | ValueError) -> str:
    """What the operating system has against a file, in its own words where it is about that file."""
    if told := lack_of_temporary(error):
        return f"{told.lacking}: {told.remedy}"
    return (getattr(error, "strerror", None) or str(error)).lower()


def _any(files: Iterator[Path | Skipped], nothing: Skipped) -> Iterator[Path | Skipped]:
    """The files, or that there are none."""
    first = next(files, nothing)
    yield first
    yield from files


def _below(folder: Path) -> Iterator[Path | Skipped]:
    """All files under a folder, those of each folder before its subfolders, by name."""
    folders = [folder]
    while folders:
        current = folders.pop()
        try:
            with os.scandir(current) as entries:
                shown = sorted(
                    (entry for entry in entries if not entry.name.startswith(".")), key=lambda each: each.name
                )
            inner = {entry.name for entry in shown if entry.is_dir(follow_symlinks=False)}
        except OSError as error:
            yield Skipped(shown_name(current), reason_of(error))
            continue
        for entry in shown:
            # A link to a folder is left out with all that it leads to, so that no loop can be entered.
            if entry.name not in inner and not (entry.is_symlink() and Path(entry.path).is_dir()):
                yield current / entry.name
        folders.extend(current / name for name in sorted(inner, reverse=True))


def _matching(pattern: Path) -> Iterator[Path]:
    """The files that fit a pattern, `**` standing for any folders, in order of their paths."""
    root = Path(pattern.anchor) if pattern.is_absolute() else Path()
    parts = pattern.parts[1:] if pattern.is_absolute() else pattern.parts
    # Down to the first wildcard the parts are plain names, "..", too, which glob would not take.
    while parts and _WILDCARDS.isdisjoint(parts[0]):
        root, parts = root / parts[0], parts[1:]
    named_hidden = any(part.startswith(".") for part in parts)
    for path in sorted(root.glob(str(Path(*parts)))):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if (named_hidden or not hidden) and not path.is_dir():
            yield path
