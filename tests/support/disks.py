"""Small disks, which tests can fill. It takes root to mount them: elsewhere such tests are skipped."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """A small disk, which can be filled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rubbish = folder / "rubbish"
        self._rubbish.mkdir()

    def fill(self, *, but: int = 0) -> None:
        """Leave so many bytes free."""
        with (self._rubbish / "bytes").open("ab", buffering=0) as file:
            while (free := self._free() - but) > 0:
                file.write(bytes(min(free, 1 << 20)))

    def _free(self) -> int:
        disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def use_up_files(self, *, but: int = 0) -> None:
        """Leave room for so many more files."""
        for number in range(os.statvfs(self.folder).f_favail - but):
            (self._rubbish / f"{number}").touch()

    def tidy(self) -> None:
        """Take the rubbish away again."""
        shutil.rmtree(self._rubbish)
        self._rubbish.mkdir()


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """A disk of 12 MB, with a thousand inodes, mounted at a new folder."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m,nr_inodes=1000", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
