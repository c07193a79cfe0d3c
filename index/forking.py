"""What a fork must find in order, so that the child can go on where the parent was.

A child has of its parent's threads only the one that forked. A lock that another one held stays locked for ever in the
child; what it was changing stays half changed; and SQLite, whose locks on files are the process's own, believes that it
holds them in the child as well. So a fork waits until no thread is inside `undisturbed`, and an object that has what no
child may use is registered with `prepare_for_forks`.
"""

import os
import sys
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class Forked:
    """An object that is told of forks. No other thread is inside `undisturbed` then."""

    def before_fork(self) -> None:
        """Called in the parent: let go of what a child must not even inherit."""

    def after_fork(self) -> None:
        """Called in the child: put aside what was the parent's."""


_told: WeakSet[Forked] = WeakSet()
_mine = threading.local()
_locks: WeakSet[Any] = WeakSet()
"""One for each thread, which holds its own while it must not be disturbed."""
_registering = threading.RLock()
"""Held while `_locks` gets another one, and while a process forks. Nobody may wait for it in `undisturbed`."""
_held: list[Any] = []
"""The locks of other threads, while a process forks."""
_is_child = False


def undisturbed() -> "AbstractContextManager[object]":
    """A context that no fork by another thread interrupts: the fork waits until the calling thread has left it.

    It is meant for what takes milliseconds. Such a context may lie within another one.
    """
    lock = getattr(_mine, "lock", None)
    if lock is None:
        with _registering:
            _mine.lock = lock = threading.RLock()
            _locks.add(lock)
    return lock


def prepare_for_forks(each: Forked) -> None:
    """Tell an object of every fork, for as long as it exists. It is not kept for that."""
    with undisturbed():
        _told.add(each)


def abandon(thing: object) -> None:
    """Keep something of the parent's until the child has ended: to destroy it would be to use it."""
    import ctypes  # late, because only children need it

    # When a program ends, Python destroys all objects except those with one reference too many.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def is_child() -> bool:
    """Whether this process was forked off one that had loaded this module."""
    return _is_child


def _before() -> None:
    _registering.acquire()
    for lock in list(_locks):
        lock.acquire()
        _held.append(lock)
    for each in list(_told):
        each.before_fork()


def _after_in_parent() -> None:
    while _held:
        _held.pop().release()
    _registering.release()


def _after_in_child() -> None:
    global _is_child
    _is_child = True
    _after_in_parent()
    _unlock_cached_properties()
    for each in list(_told):
        each.after_fork()


def _unlock_cached_properties() -> None:
    """Give the cached properties of our classes new locks: until Python 3.12 all instances share one."""
    package = __name__.partition(".")[0]
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == package:
            for kind in [each for each in vars(module).values() if isinstance(each, type)]:
                cached: list[Any] = [each for each in vars(kind).values() if isinstance(each, cached_property)]
                for each in cached:
                    each.lock = threading.RLock()


os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
