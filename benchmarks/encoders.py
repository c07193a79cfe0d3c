"""How fast passages are encoded in each way that there is, and how near the vectors of these ways are.

    python benchmarks/encoders.py [PASSAGES] [ROUNDS] [--with=openvino] [--save]

The shipped briefs, again and again up to PASSAGES (256 unless told otherwise). The ways (`encoding_ways.py`) take
turns, ROUNDS times (3), each of these rounds all passages, on as many cores as they take by themselves; a rate is the
median round's, and so is the processor time, of all threads and processes. Rates of one run compare. Forward passes
have rows of a like length: PyTorch's 16, of which a sixteenth stays empty with 256 passages, with other numbers often
more, with an archive fewer; ONNX Runtime's 4, unless a way says otherwise.

A cosine is to the vectors of Sentence Transformers in float32. A vector is the same in other company if it is bit for
bit what it was when every second passage was encoded without the others. `--with=openvino` installs that in the user's
cache, if it is not there. A way that cannot be had is named with the reason. ONEDNN_MAX_CPU_ISA=AVX2 keeps PyTorch from
using more of the processor than that. What is kept is named for the processor: `encoders-avx2` if it has no AVX-512.
"""

import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
from encoding_ways import CORES, REFERENCE, Numbered, Way, install_openvino, makers, passages
from numpy.typing import NDArray
from record import Record, arguments, find_line

COLUMNS = (
    "way", "passages a second", "of the first", "processor’s ms a passage", "least cosine", "mean cosine",
    "same in other company",
)  # fmt: skip


def available(some: Numbered) -> tuple[dict[str, Way], dict[str, NDArray[np.float32]]]:
    """The ways that can be had, by name, and the vectors that they make of every second passage; others are named."""
    ways: dict[str, Way] = {}
    halves: dict[str, NDArray[np.float32]] = {}
    for name, make in makers().items():
        try:
            way = make()
            halves[name] = way.encode(some[::2])  # this also warms it up
            ways[name] = way
        except Exception as error:  # whatever a library raises that is not there, or not whole
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            print(f"{name} is left out: {reason[:200]}", file=sys.stderr, flush=True)
    return ways, halves


def main() -> None:
    """Measure."""
    given = [int(each) for each in arguments() if not each.startswith("--")]
    count, rounds = (*given, *(256, 3)[len(given) :])
    if "--with=openvino" in sys.argv:
        try:
            install_openvino()
        except OSError as error:
            print(f"OpenVINO {error}", file=sys.stderr)
    some = passages(count)
    ways, halves = available(some)
    if REFERENCE not in ways:
        sys.exit("nothing can be compared without Sentence Transformers: `pip install sentence-transformers`")
    times: dict[str, list[float]] = {name: [] for name in ways}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    vectors: dict[str, NDArray[np.float32]] = {}
    for number in range(rounds):
        for name, way in ways.items():
            began, used = time.perf_counter(), time.process_time() + way.elsewhere()
            vectors[name] = way.encode(some)
            times[name].append(time.perf_counter() - began)
            spent[name].append(time.process_time() + way.elsewhere() - used)
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    flags = find_line(Path("/proc/cpuinfo"), "flags").split()
    with Record("encoders-avx2" if "avx2" in flags and "avx512f" not in flags else "encoders", COLUMNS) as record:
        record.figure("cores", str(CORES))
        record.figure("passages", str(count))
        for name in ways:
            ratio = median(own / other for own, other in zip(times[REFERENCE], times[name], strict=True))
            cosine = (vectors[name] * vectors[REFERENCE]).sum(axis=1)
            record.row(
                name,
                f"{count / median(times[name]):.1f}",
                f"{ratio:.2f}",
                f"{1000 * median(spent[name]) / count:.1f}",
                f"{cosine.min():.5f}",
                f"{cosine.mean():.5f}",
                "yes" if np.array_equal(vectors[name][::2], halves[name]) else "no",
            )


if __name__ == "__main__":
    main()
