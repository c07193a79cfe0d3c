"""What a power cut leaves: files as they were when they were last synced, or some of them as they are.

Two disks are tried. One is made up: it has nothing but what was synced, a file's content by a sync of the file, its
name by one of its folder; or, of each file and of each folder, what was synced or what is there, by chance. The other
is ext4 in a file, of which a copy is taken while it is in use.
"""

import os
import random
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from faults import Faults

_IMAGE_BYTES = 48 * 2**20


def cut(faults: Faults, root: Path, durable: Path, chance: random.Random | None) -> None:
    """Leave of a folder what is on disk.

    Args:
        faults: The library that copied what was synced.
        root: The folder.
        durable: Where to.
        chance: Decides of what else is there whether it had come to the disk by itself; None for nothing.
    """
    now: dict[str, Path] = {}
    if chance:
        now = {faults.key(each): each for each in (root, *root.rglob("*"))}
    left = root.with_name(f"{root.name}.left")
    _write(faults.key(root), left, durable, now, chance)
    shutil.rmtree(root)
    left.rename(root)


def _write(key: str, target: Path, durable: Path, now: dict[str, Path], chance: random.Random | None) -> None:
    target.mkdir()
    for each, kind, name in _names(key, durable, now, chance):
        if kind == "d":
            _write(each, target / name, durable, now, chance)
            continue
        content = durable / each
        if chance and each in now and chance.random() < 0.5:
            content = now[each]
        if content.exists():
            shutil.copyfile(content, target / name)
        else:
            (target / name).touch()


def _names(key: str, durable: Path, now: dict[str, Path], chance: random.Random | None) -> list[tuple[str, str, str]]:
    """What is in a folder: of each its key, "d" for a folder, and its name."""
    if chance and key in now and chance.random() < 0.5:
        keys = {path: each for each, path in now.items() if path.parent == now[key]}
        return [(each, "d" if path.is_dir() else "f", path.name) for path, each in keys.items()]
    if not (durable / key).exists():
        return []
    lines = (durable / key).read_text().splitlines()
    return [(each, kind, name) for each, kind, name in (line.split(" ", 2) for line in lines)]


class Ext4:
    """An ext4 filesystem in a file, mounted at a folder.

    Args:
        image: The file.
        folder: Where it is to be mounted.
    """

    def __init__(self, image: Path, folder: Path) -> None:
        self.image, self.folder = image, folder

    def lacking(self) -> str:
        """What is missing to have one, if anything is."""
        if os.geteuid():
            return "only root can mount a filesystem"
        try:
            with self.mounted(anew=True):
                return ""
        except OSError as error:
            return f"no filesystem can be mounted here ({error})"

    @contextmanager
    def mounted(self, *, anew: bool = False) -> Generator[None]:
        """Have it mounted, empty if `anew`. The system writes little to it by itself: only every ten minutes."""
        if anew:
            with self.image.open("wb") as file:
                file.truncate(_IMAGE_BYTES)
            _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,nodiscard", str(self.image))
        self.folder.mkdir(exist_ok=True)
        _run("mount", "-o", "loop,commit=600,noauto_da_alloc", str(self.image), str(self.folder))
        try:
            yield
        finally:
            _run("umount", str(self.folder))

    def flush(self) -> None:
        """Write all that is on it to the disk."""
        _run("sync", "--file-system", str(self.folder))

    def copy(self, target: Path) -> "Ext4":
        """What is on the disk at this moment, as a filesystem that is to be mounted at the same place."""
        _run("cp", "--sparse=always", str(self.image), str(target))
        return Ext4(target, self.folder)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{command[0]}: {' '.join(done.stderr.split())}")
