"""Repair: what is damaged in a collection is made anew from what is whole, and what is lost is named.

The ledger comes first, as everything else is made from it; then the query encoder, which what asks by meaning needs;
then the segments, each in a commit of its own. Whoever asks meanwhile is answered as before. An interruption leaves
what was mended by then, and the next repair goes on.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final

from ....errors import CollectionDamaged, CollectionMismatch, DragomanError
from ...encoding.adoption import ENCODERS, put_file, wrong_files
from ...encoding.export import exported_query_encoder
from ...encoding.query_encoder import FILES, INFO_FILE
from ...ledger.connections import check_exists
from ...ledger.ledger import State
from ...ledger.manifest import Manifest
from ...segments.similarity.vectors import owner_of
from ...writing.lock import LOCK_TIMEOUT, writer_lock
from ...writing.store import LEDGER, SEGMENTS, Store
from ...writing.tally import Progress, Report
from ...writing.vectors.later_vectors import encode_rest
from ...writing.writer import Writer
from ..ledger_seal import EARLIER, is_seal_damaged
from ..open_segments import first_fault
from ..seals import faults
from .ledger_check import ledger_faults
from .mended_segments import DamagedSegment, Mender, look_at
from .raw_database import RawDatabase
from .replaced_ledger import damaged_log
from .salvage import Salvaged, salvage

_SHOWN: Final = 3
"""How many of the faults of one part are told."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What a repair did.

    Attributes:
        mended: What was mended, a line each; empty if nothing was damaged.
        lost: What is lost, a line each: documents by id, and what else the ledger said.
        remaining: What is still damaged, a line each, with the reason and the way on.
    """

    mended: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()


@dataclass
class _Tally:
    mended: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])
    remaining: list[str] = field(default_factory=list[str])


def repair(
    folder: Path, progress: Callable[[Progress], None] | None = None, lock_timeout: float = LOCK_TIMEOUT
) -> Repair:
    """Mend what is damaged in a collection. One that is sound is not changed.

    Args:
        folder: The collection's.
        progress: Is told how far the writing of segments has come.
        lock_timeout: How many seconds to wait for a writer to finish.

    Raises:
        CollectionNotFound: There is no collection in the folder.
        CollectionDamaged: There is no ledger, or nothing can be read from it.
        CollectionMismatch: It has a format that this Dragoman cannot read, or is to be indexed anew first.
        CollectionLocked: Another writer does not finish in time.
        DragomanError: The folder cannot be written to.
    """
    if not (folder / LEDGER).exists() and (folder / SEGMENTS).is_dir():
        raise CollectionDamaged(
            f"{folder / LEDGER} is gone, and with it the text of every document: restore a backup, or index the "
            "sources anew"
        )
    check_exists(folder / LEDGER)
    tally = _Tally()
    with writer_lock(folder, lock_timeout):
        salvaged = _mend_ledger(folder, tally)
    try:
        # Re-indexing mends what would be refused.
        with closing(Store(folder, check=not (salvaged and salvaged.needs_reindexing))) as store:
            _mend_rest(store, tally, salvaged, progress, lock_timeout)
    except CollectionMismatch as error:
        if not salvaged:
            raise
        tally.remaining.append(str(error))
    return Repair(tuple(tally.mended), tuple(tally.lost), tuple(tally.remaining))


def _mend_ledger(folder: Path, tally: _Tally) -> Salvaged | None:
    """Salvage the ledger if it is damaged."""
    with RawDatabase(folder / LEDGER, damaged_log(folder / LEDGER)) as raw:  # before SQLite takes out of it what it can
        is_cut_short = raw.log.lost
    found = list(islice(ledger_faults(folder), _SHOWN))
    if not found:
        if is_cut_short:
            tally.lost.append("the ledger's log was damaged: what was committed last may be lost")
        return None
    salvaged = salvage(folder)
    tally.mended.append(
        f"the ledger ({'; '.join(found)}): {salvaged.documents:,} documents are in a new one, and the damaged one is "
        f"kept as {salvaged.kept_as.name}"
    )
    tally.mended += [f"the ledger: {remark}" for remark in salvaged.remarks]
    tally.lost += [f"{each}: its text cannot be read" for each in salvaged.lost]
    tally.lost += [f"{each}: it is not what was added, and kept as it can be read" for each in salvaged.altered]
    tally.lost += salvaged.gaps
    if any(EARLIER in each for each in found):
        tally.lost.append("what was changed after the state that the ledger is of: a backup may have it")
    return salvaged


def _mend_rest(
    store: Store,
    tally: _Tally,
    salvaged: Salvaged | None,
    progress: Callable[[Progress], None] | None,
    lock_timeout: float,
) -> None:
    encoders = list(_wrong_encoders(store))
    damaged = list(_damaged_segments(store))
    parts = dict(_damaged_parts(store))
    lacking = store.ledger.live_versions_in([])
    if encoders or damaged or lacking or salvaged or parts:
        with store.writing(lock_timeout):
            for manifest, wrong in encoders:
                is_present = manifest.encoder_folder == store.ledger.manifest.encoder_folder
                what = "the query encoder" if is_present else f"the query encoder {manifest.encoder_folder}"
                _attempt(tally, what, partial(_mend_encoder, store, manifest, wrong))
            for name, reason in parts.items():
                store.leave_out(name, reason)
            mender = Mender(store, progress)
            for each in damaged:
                _attempt(tally, f"segment {each.name}", partial(_mend_segment, store, mender, each, progress))
            if salvaged and salvaged.needs_reindexing:
                _attempt(tally, "the index", partial(_reindex, store, progress))
            elif lacking or salvaged:
                _attempt(tally, "the index", partial(_complete, store, progress))
    if parts:
        _attempt(tally, f"vectors in {', '.join(parts)}", partial(_encode_anew, store, parts, progress, lock_timeout))
    if is_seal_damaged(store.database):
        tally.mended += store.sealing.seal_rest()
    tally.remaining += [each for each in store.problems() if each not in tally.remaining]


def _attempt(tally: _Tally, what: str, mend: Callable[[], str]) -> None:
    """Mend one thing, and say what was done, or why that cannot be. What else is damaged is mended all the same."""
    try:
        if done := mend():
            tally.mended.append(f"{what}: {done}")
    except DragomanError as error:
        tally.remaining.append(f"{what}: {error}")


def _states(store: Store) -> Iterator[State]:
    """The present state, and those that are kept."""
    yield store.ledger.state()
    yield from map(store.kept_states.state, store.kept_states.names())


def _wrong_encoders(store: Store) -> Iterator[tuple[Manifest, list[str]]]:
    """The query encoders of which files are not as they should be, by a manifest that names it, and these files."""
    manifests = [Manifest.from_settings(state.settings) for state in _states(store)]
    for manifest in {each.encoder_folder: each for each in reversed(manifests)}.values():
        if wrong := _wrong_encoder_files(store, manifest):
            yield manifest, wrong


def _wrong_encoder_files(store: Store, manifest: Manifest) -> list[str]:
    folder = store.folder / ENCODERS / manifest.encoder_folder
    try:
        wrong = {*wrong_files(folder, manifest.encoder)}
    except DragomanError:
        return []  # that of another recipe
    if sealed := store.ledger.seals().get(f"{ENCODERS}/{folder.name}"):
        wrong |= {each.file for each in faults(folder, sealed)}
    return [name for name in FILES if name in wrong]


def _mend_encoder(store: Store, manifest: Manifest, wrong: Sequence[str]) -> str:
    info, folder = manifest.encoder, store.folder / ENCODERS / manifest.encoder_folder
    if not re.fullmatch("[0-9A-Za-z_-]+", manifest.encoder_folder) or folder.is_symlink():
        raise CollectionDamaged(f"it lies elsewhere, in {manifest.encoder_folder!r}: nothing is written there")
    folder.mkdir(parents=True, exist_ok=True)
    if others := [name for name in wrong if name != INFO_FILE]:
        with exported_query_encoder(store.folder, manifest.model) as exported:
            if strange := [name for name in others if name in wrong_files(exported, info)]:
                raise CollectionDamaged(
                    f"{', '.join(strange)} cannot be made as it was, since the model {manifest.model} comes out "
                    "otherwise today (its files or libraries are others): `dragoman reindex` takes it as it is"
                )
            for name in others:
                put_file(folder / name, (exported / name).read_bytes())
    if INFO_FILE in wrong:
        put_file(folder / INFO_FILE, info.to_json().encode())
    store.sealing.seal(ENCODERS, manifest.encoder_folder)
    return f"{', '.join(wrong)} made anew"


def _damaged_segments(store: Store) -> Iterator[DamagedSegment]:
    """The segments that are to be written anew: damaged ones, and those of the past with damaged vectors beside them.

    To segments of the present, vectors are given as they lie: see `_damaged_parts`.
    """
    seals = store.ledger.seals()
    present = {number for number, _ in store.ledger.segments()}
    seen: set[int] = set()
    for state in _states(store):
        for number, name in state.segments:
            if number not in seen:
                seen.add(number)
                manifest = Manifest.from_settings(state.settings)
                sealed, passages = seals.get(f"{SEGMENTS}/{name}", {}), len(store.ledger.passages_in(number))
                named = ((each, seals.get(f"{SEGMENTS}/{each}")) for each in state.parts.get(number, ()))
                parts = [(store.folder / SEGMENTS / each, its_seal) for each, its_seal in named if its_seal]
                folder, parts_too = store.folder / SEGMENTS / name, number not in present
                if found := look_at(folder, number, sealed, passages, manifest, parts, parts_too=parts_too):
                    yield found


def _damaged_parts(store: Store) -> Iterator[tuple[str, str]]:
    """The folders of vectors beside segments of the present that are not as they were written, and why."""
    seals = store.ledger.seals()
    for name in _present_parts(store):
        folder, sealed = store.folder / SEGMENTS / name, seals.get(f"{SEGMENTS}/{name}")
        reason = first_fault(folder, sealed) if sealed else None if owner_of(folder) else "it belongs to no segment"
        if reason:
            yield name, reason


def _present_parts(store: Store) -> Iterator[str]:
    named = store.ledger.vector_parts()
    return chain.from_iterable(named.get(number, ()) for number, _ in store.ledger.segments())


def _encode_anew(
    store: Store, damaged: Collection[str], progress: Callable[[Progress], None] | None, lock_timeout: float
) -> str:
    """Give passages vectors again, and take the damaged ones away when all have: until then they say what is amiss."""
    report = encode_rest(store, progress=progress, lock_timeout=lock_timeout)
    left = {*damaged}.intersection(_present_parts(store))
    if left and not report.unencoded:
        with store.writing(lock_timeout), store.database.change():
            for name in left:
                store.ledger.drop_vector_part(name)
    return f"{report.encoded:,} passages encoded" if report.encoded else ""


def _mend_segment(
    store: Store, mender: Mender, damaged: DamagedSegment, progress: Callable[[Progress], None] | None
) -> str:
    ordinals = [ordinal for ordinal, *_ in store.ledger.passages_in(damaged.number)]
    if ordinals == [*range(len(ordinals))]:
        report = mender.mend(damaged)
    elif damaged.number in {number for number, _ in store.ledger.segments()}:  # of which no other order is known
        report = Writer(store, progress).rebuild([damaged.number])
    else:
        raise CollectionDamaged("the ledger lacks passages of it: give up the kept states that need it")
    reasons = "; ".join(damaged.faults[:_SHOWN])
    return f"{_counted(report)} ({reasons})"


def _complete(store: Store, progress: Callable[[Progress], None] | None) -> str:
    """Index what no segment has, and make what a salvaged ledger lacks."""
    report = Writer(store, progress).rebuild([])
    return f"{report.updated:,} documents that no segment had, {_counted(report)}" if report.updated else ""


def _reindex(store: Store, progress: Callable[[Progress], None] | None) -> str:
    report = Writer(store, progress).reindex(store.ledger.manifest.model)
    return f"made anew, as it is unknown how it was made: {_counted(report)}"


def _counted(report: Report) -> str:
    return f"{report.passages:,} passages, {report.copied:,} copied and {report.passages - report.copied:,} encoded"
