"""A ledger's settings, of which some are lost: what can be found out from the rest of the collection."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ....corpus.fields import DECLARED, Fields, OwnField
from ....errors import CollectionDamaged, DragomanError
from ...encoding.adoption import ENCODERS
from ...encoding.query_encoder import FILES, INFO_FILE, EncoderInfo, QueryEncoder
from ...ledger.manifest import FIELDS, RANKING, VARIANTS
from ...ledger.schema import CHANGE, FORMAT, IDENTITY, OLDEST, new_identity
from ...writing.store import built_with
from ..seals import Seal, faults

_IDENTIFIED: Final = 6
"""The format from which on each collection has an identity."""

_MADE_ANEW: Final = "copies"
"""The setting that goes with tables which are made anew."""


class RestoredSettings(NamedTuple):
    """Settings that a ledger can do with.

    Attributes:
        values: All of them.
        gaps: What is lost, or may be, a line each.
        remarks: What was found out from elsewhere, a line each.
        needs_reindexing: Whether it is unknown how the index was made, so that it has to be made anew.
    """

    values: dict[str, Any]
    gaps: list[str]
    remarks: list[str]
    needs_reindexing: bool


Samples: TypeAlias = list[tuple[str, NDArray[np.float32]]]
"""The texts of a few passages, each with its vector."""


def sealed_encoders(folder: Path, seals: Mapping[str, Seal]) -> dict[str, EncoderInfo]:
    """The query encoders in a collection that are as they were sealed, by their folders' names.

    Args:
        folder: The collection's.
        seals: All seals, as `Ledger.seals` gives them.
    """
    found: dict[str, EncoderInfo] = {}
    for each, sealed in seals.items():
        kind, _, name = each.partition("/")
        if kind == ENCODERS and not any(fault.file in ("", *FILES) for fault in faults(folder / each, sealed)):
            with suppress(OSError, DragomanError):
                found[name] = EncoderInfo.from_json((folder / each / INFO_FILE).read_bytes())
    return found


def agreed(name: str, info: EncoderInfo, sealed: Mapping[str, EncoderInfo]) -> tuple[str, EncoderInfo]:
    """The folder and the description of a collection's encoder, where the ledger says one of them wrong.

    Args:
        name: The folder's name, as the ledger has it.
        info: The description, as the ledger has it.
        sealed: The encoders that are as they were sealed.
    """
    if name in sealed:
        return name, sealed[name]
    return next(((other, info) for other, known in sealed.items() if known == info), (name, info))


def restored(
    folder: Path,
    found: Mapping[str, str],
    *,
    may_lack: bool,
    columns: frozenset[str],
    samples: Samples,
    encoders: Mapping[str, EncoderInfo],
) -> RestoredSettings:
    """The settings of a collection, as far as they are known.

    Args:
        folder: The collection's.
        found: Those that could be read, by name, as JSON.
        may_lack: Whether others could not be.
        columns: The names of the columns that its segments have.
        samples: Some of its passages.
        encoders: Those of its query encoders that are as they were sealed.

    Raises:
        CollectionDamaged: What the vectors were made with is lost, and no encoder lies in the collection that says it.
    """
    values: dict[str, Any] = {}
    gaps: list[str] = []
    remarks: list[str] = []
    for name, content in found.items():
        try:
            values[name] = json.loads(content)
        except ValueError:
            gaps.append(f"the setting {name!r} could not be read")
            may_lack = True
    values.pop(_MADE_ANEW, None)
    for name in [name for name, value in values.items() if not _is_sensible(name, value)]:
        del values[name]
        gaps.append(f"the setting {name!r} made no sense")
        may_lack = True
    values.setdefault("format", OLDEST + 2)  # the steps from there on change nothing where there is nothing to change
    if IDENTITY not in values and values["format"] >= _IDENTIFIED:
        values[IDENTITY] = new_identity()
        gaps.append("what tells it and its backups from other collections: it has got a new identity")
    values["generation"] = values.get("generation", 0) + 1
    values[CHANGE] = uuid4().hex
    lacking = {*built_with(), "encoder", "encoder_folder", "floors"} - values.keys()
    if lacking & {"encoder", "encoder_folder"}:
        name, info = _encoder(folder, samples)
        values |= {"encoder": asdict(info), "encoder_folder": name}
        remarks.append(f"what the vectors were made with was taken from the encoder in the collection, {info.name}")
    else:
        named = values["encoder_folder"], EncoderInfo.from_json(json.dumps(values["encoder"]))
        if (right := agreed(*named, encoders)) != named:
            values |= {"encoder": asdict(right[1]), "encoder_folder": right[0]}
            remarks.append("which query encoder it has was taken from the one that lies there")
    values = {**built_with(), "floors": [1.0, 1.0], **values}
    own = sorted(columns - {each.name for each in DECLARED})
    if may_lack and FIELDS not in values and own:
        values[FIELDS] = Fields(OwnField(name, name) for name in own).settings()
        gaps.append(
            f"of its own fields ({', '.join(own)}) only the names are known, by its columns: "
            "say their keys and types with `dragoman reindex --field`"
        )
    if may_lack:
        kept = " and ".join(name for name in (RANKING, VARIANTS) if name in values) or "nothing"
        gaps.append(f"of a ranking of its own and names of its own, if there were any, {kept} could be read")
    return RestoredSettings(values, gaps, remarks, bool(lacking))


def _is_sensible(name: str, value: Any) -> bool:
    """Whether a setting can be what it says."""
    try:
        match name:
            case "format":
                return type(value) is int and OLDEST <= value <= FORMAT
            case "generation":
                return type(value) is int and value >= 0
            case "encoder":
                EncoderInfo.from_json(json.dumps(value))
            case "encoder_folder":
                return isinstance(value, str) and re.fullmatch("[0-9A-Za-z_-]+", value) is not None
            case "floors":
                return [type(each) for each in value] == [float, float]
            case "fields":
                Fields(OwnField(*each) for each in value)
            case "variants":
                return all(isinstance(each, str) for each in value)
            case "ranking":
                return isinstance(value, dict)
            case _:
                return True
    except (DragomanError, TypeError, ValueError):
        return False
    return True


def _encoder(folder: Path, samples: Samples) -> tuple[str, EncoderInfo]:
    """The encoder in a collection that made its vectors: its folder's name, and what it says of itself."""
    known: dict[str, EncoderInfo] = {}
    for each in sorted((folder / ENCODERS).glob("*")):
        with suppress(OSError, DragomanError):
            known[each.name] = EncoderInfo.from_json((each / INFO_FILE).read_bytes())
    if not known:
        raise CollectionDamaged(
            "the ledger's settings are lost, and no query encoder in the collection says what its vectors were made "
            "with: restore a backup, or index the sources anew"
        )
    if len(known) == 1:
        return known.popitem()
    return max(known.items(), key=lambda each: (_likeness(folder / ENCODERS / each[0], each[1], samples), each[0]))


def _likeness(folder: Path, info: EncoderInfo, samples: Samples) -> float:
    """How near the vectors that an encoder gives some texts are to those that they have: a mean cosine."""
    fitting = [(text, vector) for text, vector in samples if len(vector) == info.dimension]
    try:
        encoded = QueryEncoder(folder).encode([text for text, _ in fitting])
    except DragomanError:
        return -1.0
    return float(np.mean([row @ vector for row, (_, vector) in zip(encoded, fitting, strict=True)] or [-1.0]))
