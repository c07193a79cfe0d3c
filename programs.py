"""How a program begins and ends sooner than Python would by itself. Hosts that embed Dragoman never load this."""

import gc
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn


@contextmanager
def without_collection() -> Generator[None]:
    """Look for no garbage within the block, which loads modules: they make much, and hardly any of it is garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def ending_at_once() -> Generator[None]:
    """Look for no garbage once the block has ended, and with it the program: the system takes back all there is."""
    try:
        yield
    finally:
        gc.freeze()


def search() -> NoReturn:
    """The program `search`."""
    # A question has no matrices to share among the threads that NumPy would start. What the user has set is kept.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with without_collection():
        from .search.cli.search import search as command
        from .search.cli.terminal import run
    gc.freeze()  # what modules are made of is never garbage
    with ending_at_once():
        run(command, "search")
