"""Several processes that answer on one socket, watched over by gunicorn.

Gunicorn starts them, replaces what dies or hangs, and ends all of them in good order. What speaks HTTP in each is the
server of `serving`: of those that were tried no other keeps slow and silent clients from keeping everybody out.
"""

import gc
import logging
import os
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker as GunicornWorker

from ...errors import DragomanError
from .serving import GRACE, Company
from .shared_memory import LOST, WORKER, Counts

_LOG = logging.getLogger("dragoman.serving")

_MOST_WORKERS = 1024
_ENDED = -1
_STARTED = "started"

HANGING: Final = 30
"""After how many seconds without a sign of life a worker is taken to hang, and replaced."""

_STARTING = 600
"""For how many seconds a worker may be getting ready."""

Answer = Callable[[socket.socket, Company], None]
"""What a worker does: it gets ready, and answers on a socket."""


def run(answer: Answer, listener: socket.socket, counts: Counts, *, workers: int, hanging: int = HANGING) -> None:
    """Have workers answer on a socket until SIGTERM or SIGINT comes, and then leave the program.

    Args:
        answer: What each of them does.
        listener: The socket, already listening; it is closed in the end.
        counts: What all of them share.
        workers: How many there are.
        hanging: After how many seconds without a sign of life one is taken to hang, and replaced.
    """
    _Workers(answer, listener, counts, workers, hanging).run()


class _Workers(BaseApplication):
    """What gunicorn is told, by its settings and its hooks; what a worker makes use of."""

    def __init__(self, answer: Answer, listener: socket.socket, counts: Counts, workers: int, hanging: int) -> None:
        self.answer = answer
        self._hanging = hanging
        self.counts = counts
        self.workers = workers
        self._connections = Counts(most=_MOST_WORKERS)
        self._listener = listener.detach()  # it is gunicorn's from now on
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's own settings: no file and no variable of the environment is read."""
        settings: Any = self.cfg
        wanted: dict[str, Any] = {
            "bind": f"fd://{self._listener}",
            "workers": self.workers,
            "worker_class": _Worker,
            # A sign of life is the time of a file without a name; a container may have nothing else to write to.
            "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108
            "timeout": self._hanging,
            "graceful_timeout": int(GRACE) + 2,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": _begin,
            "pre_fork": _number,
            "child_exit": self._note_end,
            "on_exit": _end,
        }
        for name, value in wanted.items():
            if name in settings.settings:  # older ones have no control socket
                settings.set(name, value)

    def note(self, number: int, connections: int) -> None:
        """Note how many connections a worker has."""
        self._connections.put(str(number), connections)

    def connections(self) -> dict[str, float]:
        """How many connections each worker has that answers, by its number."""
        return {name: value for name, value in self._connections.all().items() if value != _ENDED}

    def _note_end(self, arbiter: Any, worker: "_Worker") -> None:
        self.counts.put(f"{WORKER} {worker.number}", 0)
        self.note(worker.number, _ENDED)
        if arbiter.LISTENERS:  # else it was told to end
            self.counts.add({LOST: 1})


class _Worker(GunicornWorker):
    """A process that answers, and the company of the others."""

    app: Any
    number = 0

    def load_wsgi(self) -> None:
        """Load nothing: `run` does."""

    def run(self) -> None:
        """Get ready, and answer until told to stop."""
        self._ready = threading.Event()
        threading.Thread(target=self._show_life, name="start", daemon=True).start()
        listener: Any = self.sockets[0]
        try:
            self.app.answer(listener.sock, self)
        except (DragomanError, OSError, MemoryError, sqlite3.Error) as error:
            _LOG.error("a worker cannot answer: %s", error)  # a line is enough
            if self.app.counts.all().get(_STARTED, 0) < self.app.workers:
                sys.exit(Arbiter.WORKER_BOOT_ERROR)  # which ends all
            time.sleep(1)
            sys.exit(1)

    def started(self) -> bool:
        """See `Company.started`."""
        self._ready.set()
        self.app.counts.put(f"{WORKER} {self.number}", 1)
        return self.app.counts.add({_STARTED: 1})[_STARTED] == self.app.workers

    def goes_on(self, connections: int) -> bool:
        """See `Company.goes_on`."""
        self.notify()
        self.app.note(self.number, connections)
        return self.alive and os.getppid() == self.ppid

    def connections(self) -> int:
        """See `Company.connections`."""
        return int(sum(self.app.connections().values()))

    def excess(self) -> int:
        """See `Company.excess`."""
        connections = self.app.connections()
        return int(connections[str(self.number)] - min(connections.values()))

    def _show_life(self) -> None:
        for _ in range(_STARTING):
            if self._ready.wait(1):
                return
            self.notify()


def _begin(arbiter: Any) -> None:
    """Before the first worker starts: hand memory on untouched, and take signals as one process does."""
    gc.collect()
    gc.freeze()
    for number in (signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, lambda _, frame: arbiter.signal(signal.SIGTERM, frame))
    for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)


def _number(arbiter: Any, worker: _Worker) -> None:
    """Give a worker the lowest number that none has."""
    taken = {each.number for each in arbiter.WORKERS.values()}
    worker.number = min(set(range(len(taken) + 1)) - taken)


def _end(_: Any) -> None:
    """In the end, leave no time in which a signal would kill the program while Python takes its handlers off."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
