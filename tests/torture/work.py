"""The work: all trials of a plan, side by side in several processes, and the table of what came of them."""

import gc
import os
import random
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import torch
from cases import Known, Torture, run_child
from faults import Faults
from operations import OPERATIONS
from plan import Plan, Trial
from record import Record

from dragoman.index.encoding import passage_encoder
from dragoman.index.encoding.export import export_query_encoder
from support.tiny_model import make_tiny_model

COLUMNS = ("fault", "tried", "lost or wrong")
OF_EVERY = ("operation", "steps", "killed at", "lost or wrong")

Outcome = tuple[Trial, list[str], int]
"""What was tried, what is wrong, and how many bytes were looked through."""

_workshop: list[Torture] = []
"""The one of this process."""


def run(folder: Path, faults: Faults, wanted: Namespace) -> int:
    """Try everything, print what came of it, and keep it if that is wanted.

    Args:
        folder: Where to work.
        faults: The library.
        wanted: The command line.

    Returns:
        0 if nothing was lost or wrong, else 1.
    """
    began = time.monotonic()
    models = _ready_models(folder)
    if wanted.forget_syncs:
        faults.forget_syncs()
    chance = random.Random(wanted.seed)
    gc.freeze()
    pool = ProcessPoolExecutor(
        wanted.processes, get_context("fork"), initializer=_open_workshop, initargs=(folder, models, faults)
    )
    try:
        lacks_ext4 = pool.submit(_lacks_ext4).result()
        known = {name: pool.submit(_learn, name) for name in wanted.every or wanted.only or OPERATIONS}
        plan = Plan({name: each.result() for name, each in known.items()}, wanted.kills, chance)
        trials = plan.every() if wanted.every else plan.trials(has_ext4=not lacks_ext4)
        chance.shuffle(trials)  # so that as many of each have been tried if there is no time for all
        until = began + wanted.minutes * 60 if wanted.minutes else float("inf")
        seeds = [chance.getrandbits(64) for _ in trials]
        results = [
            pool.submit(_try, trial, known[trial.operation].result(), seed, until)
            for trial, seed in zip(trials, seeds, strict=True)
        ]
        return _told(trials, results, lacks_ext4, began, wanted)
    finally:
        pool.shutdown(cancel_futures=True)


def _ready_models(folder: Path) -> tuple[Path, Path]:
    """Two models, loaded, so that every process that is forked from now on has them."""
    torch.set_num_threads(1)  # a forked process has no pool of threads
    models = make_tiny_model(folder / "first", seed=1), make_tiny_model(folder / "second", seed=2)

    def export(_: Callable[[str], None]) -> None:
        for each in models:
            export_query_encoder(str(each))

    exported = run_child(export)
    if exported.unforeseen:
        raise RuntimeError(exported.unforeseen)
    for each in models:
        passage_encoder.load(str(each), each.resolve(), passage_encoder.passage_precision())
    return models


def _open_workshop(folder: Path, models: tuple[Path, Path], faults: Faults) -> None:
    _workshop.append(Torture(folder / f"{os.getpid():08}", models, faults))
    threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    if threads > 1:
        raise RuntimeError(f"there are {threads} threads, of which a child would have one")


def _lacks_ext4() -> str:
    return _workshop[0].lacks_ext4


def _learn(name: str) -> Known:
    return _workshop[0].learn(OPERATIONS[name])


def _try(trial: Trial, known: Known, seed: int, until: float) -> Outcome | None:
    """Try one thing, unless the time is over."""
    if time.monotonic() > until:
        return None
    torture = _workshop[0]
    torture.chance, torture.bytes = random.Random(seed), 0
    wrong = trial.run(torture, known)
    return trial, wrong, torture.bytes


def _told(
    trials: Sequence[Trial],
    results: Sequence[Future[Outcome | None]],
    lacks_ext4: str,
    began: float,
    wanted: Namespace,
) -> int:
    def called(trial: Trial) -> str:
        return trial.operation if wanted.every else trial.name

    planned = Counter(map(called, trials))
    tried = {name: [0, 0] for name in sorted(planned)}
    operations, looked_through = set[str](), 0
    for future in as_completed(results):
        outcome = future.result()
        if outcome is None:
            continue
        trial, wrong, size = outcome
        operations.add(trial.operation)
        looked_through += size
        tried[called(trial)][0] += 1
        if wrong:
            tried[called(trial)][1] += 1
            at = f" ({trial.fault.at})" if trial.fault and trial.fault.at else ""
            print(f"{trial.operation}, {trial.name}{at}: {'; '.join(wrong)}", file=sys.stderr, flush=True)
    seconds = time.monotonic() - began
    kept = ("torture-every", OF_EVERY) if wanted.every else ("torture", COLUMNS)
    with Record(*kept) as record:
        for name, (number, wrong) in tried.items():
            steps = [f"{planned[name]:,}"] if wanted.every else []
            record.row(name, *steps, f"{number:,}", f"{wrong:,}")
        kills = sum(number for name, (number, _) in tried.items() if wanted.every or name.startswith("a kill"))
        lost = sum(wrong for _, wrong in tried.values())
        record.figure("kills", f"{kills:,}")
        record.figure("faults", f"{sum(number for number, _ in tried.values()):,}")
        record.figure("operations", f"{len(operations):,}")
        record.figure("lost", f"{lost:,}")
        record.figure("MB looked through", f"{looked_through / 1e6:,.0f}")
        record.figure("minutes", f"{seconds / 60:.0f}")
        record.figure("processes", f"{wanted.processes}")
        record.figure("seed", str(wanted.seed))
    if lacks_ext4 and not wanted.every:
        print(f"no power cut was tried on ext4: {lacks_ext4}")
    if os.geteuid() and not wanted.every:
        print("nothing was tried as another user: only root can become one")
    return 1 if lost else 0
