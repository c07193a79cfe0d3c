"""The query encoders within a collection: an exported one is copied into it, and opened from there."""

import re
import shutil
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...errors import CollectionDamaged, CollectionMismatch, DragomanError
from ...refusals import telling_refusals
from ..keeping.seals import Seal, faults
from ..segments.durability import make_folder, sync
from ..writing.rights import share
from .query_encoder import FILES, INFO_FILE, MEND, MODEL_FILE, TOKENIZER_FILE, EncoderInfo, QueryEncoder, sha256

ENCODERS = "encoders"
"""The folder within a collection's, with one folder for each query encoder."""

_UNFINISHED = re.compile(r"[0-9A-Za-z_-]+\.[0-9a-f]{32}")
"""The names of query encoders not yet whole. Nothing else is swept: a link may lie in place of their folder."""

_UNNEEDED = ".unneeded"
"""A file that stands in a query encoder's folder since the first commit after which no state needs it."""


def adopt_encoder(collection: Path, exported: Path, precision: str = "") -> dict[str, Any]:
    """Copy an exported query encoder into a collection, unless one of its name is there already, and whole.

    Args:
        collection: The collection's folder.
        exported: The query encoder's folder, as `export.export_query_encoder` gives it.
        precision: What passages are encoded in, if not in what that says.

    Returns:
        The settings that name it in the ledger: its EncoderInfo as `encoder`, its folder's name as `encoder_folder`.

    Raises:
        SystemRefusal: It cannot be written.
    """
    info, name = EncoderInfo.from_json((exported / INFO_FILE).read_bytes()), exported.name
    if precision not in ("", info.precision):
        info, name = replace(info, precision=precision), f"{name}-{precision}"
    target = collection / ENCODERS / name
    if not target.exists():
        with telling_refusals(target):
            make_folder(target.parent)
        work = target.with_name(f"{name}.{uuid4().hex}")
        with telling_refusals(target):
            try:
                work.mkdir()
                for file in FILES:
                    shutil.copyfile(exported / file, work / file)
                (work / INFO_FILE).write_text(info.to_json())
                share(target.parent, collection)
                for path in (*(work / file for file in FILES), work):
                    sync(path)
                work.rename(target)
            except BaseException:
                shutil.rmtree(work, ignore_errors=True)
                raise
    elif own := whole_encoder(target):
        info = own
    else:
        with telling_refusals(target):
            for file in FILES:
                put_file(
                    target / file, info.to_json().encode() if file == INFO_FILE else (exported / file).read_bytes()
                )
    with telling_refusals(target):
        sync(target.parent)  # also if somebody was killed who had just made it
    return {"encoder": asdict(info), "encoder_folder": name}


def sweep_encoders(collection: Path) -> None:
    """Remove what was left of query encoders that were not copied to their end. To be called by the one writer.

    Args:
        collection: The collection's folder.
    """
    for leftover in (collection / ENCODERS).glob("*.*"):
        if _UNFINISHED.fullmatch(leftover.name):
            shutil.rmtree(leftover, ignore_errors=True)


def collect_encoders(collection: Path, needed: Collection[str], before: float) -> None:
    """Remove the query encoders that no state has needed for a while. To be called by the one writer.

    Args:
        collection: The collection's folder.
        needed: The names of those that are needed.
        before: Since when one must have been found not to be, in seconds since the epoch.
    """
    for folder in (collection / ENCODERS).glob("*"):
        unneeded = folder / _UNNEEDED
        with suppress(OSError):  # another writer will do it
            if folder.name in needed:
                unneeded.unlink(missing_ok=True)
            elif not (folder / INFO_FILE).is_file() or folder.is_symlink():
                continue  # it is none
            elif not unneeded.exists():
                unneeded.touch()
            elif unneeded.stat().st_mtime < before:
                shutil.rmtree(folder)


def whole_encoder(folder: Path) -> EncoderInfo | None:
    """What the query encoder in a folder says of itself, if all of it is there as it says."""
    try:
        info = EncoderInfo.from_json((folder / INFO_FILE).read_bytes())
    except (OSError, DragomanError):
        return None
    return None if wrong_files(folder, info) else info


def wrong_files(folder: Path, info: EncoderInfo) -> list[str]:
    """Which of FILES are missing from a folder, or are not those of an encoder.

    Args:
        folder: The query encoder's.
        info: What it should be.
    """
    expected = {TOKENIZER_FILE: info.tokenizer_hash, MODEL_FILE: info.query_hash}
    return [name for name in FILES if not _is_info(folder / name, info) and _hash(folder / name) != expected.get(name)]


def _is_info(path: Path, info: EncoderInfo) -> bool:
    """Whether a file is the description of an encoder."""
    try:
        return path.name == INFO_FILE and EncoderInfo.from_json(path.read_bytes()) == info
    except (OSError, DragomanError):
        return False


def _hash(path: Path) -> str:
    try:
        return sha256(path.read_bytes())
    except OSError:
        return ""


def put_file(path: Path, content: bytes) -> None:
    """Have a file of an encoder hold that content, at every moment either as before or whole.

    Args:
        path: The file.
        content: What it holds afterwards; one that holds it already is left alone.

    Raises:
        OSError: It cannot be written.
    """
    try:
        if path.read_bytes() == content:
            return
    except OSError:
        pass  # it is not there, or cannot be read: all the more reason
    work = path.with_name(f".{path.name}.{uuid4().hex}")  # a hidden file is none of the encoder's
    work.write_bytes(content)
    sync(work)
    work.replace(path)
    sync(path.parent)


def open_encoder(collection: Path, name: str, expected: EncoderInfo, sealed: Seal | None = None) -> QueryEncoder:
    """The query encoder in a collection.

    Args:
        collection: The collection's folder.
        name: The encoder's folder among ENCODERS.
        expected: What the collection's vectors were made with.
        sealed: Its seal, if it has one.

    Raises:
        CollectionDamaged: It is missing or not whole, or not as it was sealed.
        CollectionMismatch: It is another one than the vectors were made with.
    """
    if not re.fullmatch("[0-9A-Za-z_-]+", name):
        raise CollectionDamaged(f"the collection's query encoder lies elsewhere, in {name!r}: {MEND}")
    # The two larger files are compared with their seals when they are read.
    for fault in faults(collection / ENCODERS / name, sealed, content={INFO_FILE}) if sealed else ():
        raise CollectionDamaged(f"{ENCODERS}/{name}/{fault.file} {fault.what}: mend it with `dragoman doctor --repair`")
    encoder = QueryEncoder(collection / ENCODERS / name, sealed)
    if encoder.info != expected:
        raise CollectionMismatch(
            f"the collection's vectors were made with {expected.name} ({expected.model_hash[:12]}), but the "
            f"encoder in it is {encoder.info.name} ({encoder.info.model_hash[:12]}): "
            "mend it with `dragoman reindex`"
        )
    return encoder
