"""FAISS, loaded when there are many vectors to search."""

import os
from functools import cache, partial
from types import ModuleType

from ...forking import is_child, undisturbed


@cache
def faiss_library() -> ModuleType:
    """FAISS, imported when it is first needed: to ask by words, or a small collection, it is not."""
    with undisturbed():
        import faiss

    # A child has none of the threads among which FAISS would share its work, and would wait for them for ever.
    if is_child():
        faiss.omp_set_num_threads(1)
    os.register_at_fork(after_in_child=partial(faiss.omp_set_num_threads, 1))
    return faiss
