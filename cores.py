"""How many processor cores this process may use."""

import os
from math import ceil
from pathlib import Path


def cores() -> int:
    """Those it is bound to, or fewer where a container gets less."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        share, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return max(min(bound, ceil(int(share) / int(period))), 1)
    except (OSError, ValueError):  # there is no limit
        return bound
