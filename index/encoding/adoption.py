"""The query encoders within a collection: an exported one is copied into it, and opened from there."""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...errors import CollectionMismatch
from ..segments.durability import sync
from .query_encoder import FILES, INFO_FILE, EncoderInfo, QueryEncoder

ENCODERS = "encoders"
"""The folder within a collection's, with one folder for each query encoder."""


def adopt_encoder(collection: Path, exported: Path) -> dict[str, Any]:
    """Copy an exported query encoder into a collection, unless it is there already.

    Args:
        collection: The collection's folder.
        exported: The query encoder's folder, as `export.export_query_encoder` gives it.

    Returns:
        The settings that name it in the ledger: its EncoderInfo as `encoder`, its folder's name as `encoder_folder`.

    Raises:
        OSError: It cannot be written.
    """
    info = EncoderInfo.from_json((exported / INFO_FILE).read_bytes())
    name = exported.name
    target = collection / ENCODERS / name
    if not target.exists():
        work = target.with_name(f"{name}.{uuid4().hex}")
        work.mkdir(parents=True)
        for file in FILES:
            shutil.copyfile(exported / file, work / file)
            sync(work / file)
        work.rename(target)
        sync(target.parent)
    return {"encoder": asdict(info), "encoder_folder": name}


def open_encoder(collection: Path, name: str, expected: EncoderInfo) -> QueryEncoder:
    """The query encoder in a collection.

    Args:
        collection: The collection's folder.
        name: The encoder's folder among ENCODERS.
        expected: What the collection's vectors were made with.

    Raises:
        CollectionDamaged: It is missing or not whole.
        CollectionMismatch: It is another one than the vectors were made with.
    """
    encoder = QueryEncoder(collection / ENCODERS / name)
    if encoder.info != expected:
        raise CollectionMismatch(
            f"the collection's vectors were made with {expected.name} ({expected.model_hash[:12]}), but the "
            f"encoder in it is {encoder.info.name} ({encoder.info.model_hash[:12]}): "
            "mend it with `dragoman reindex`"
        )
    return encoder
