"""Old Word documents (DOC): converted by LibreOffice or antiword, whichever the machine has; neither asks the network.

What is called .doc is often something else: RTF, a web page or a newer Word document, and is then read as that.
"""

import io
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ...errors import UnreadableSource
from .contract import LARGEST_PACKAGE, RawRecord, ReadOptions, Remark, Skipped, Source
from .registry import format_named
from .support.decode import decode
from .support.packed import not_what_it_says, read_all

_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_LONGEST_SECONDS: Final = 120
_BY_ANTIWORD: Final = (
    "read by antiword: without page headers, footers and comments, with what was deleted; LibreOffice tells them apart"
)
_OTHERS: Final = (
    (b"{\\rtf", "rtf"), (b"pk\x03\x04", "docx"), (b"mime-version:", "mhtml"),
    (b"<html", "html"), (b"<!doctype html", "html"), (b"<head", "html"), (b"<meta", "html"),
)  # fmt: skip


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of an old Word document.

    Raises:
        UnreadableSource: If it is none, if no program is there to convert it, or if that fails or takes too long.
    """
    data = read_all(source.stream)
    begins = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, name in _OTHERS:
        if begins.startswith(mark):
            yield from format_named(name).read(replace(source, stream=io.BytesIO(data)), options)
            return
    if not data.startswith(_OLD_OFFICE):
        raise not_what_it_says(data, "a Word document (.doc)")
    if office := shutil.which("soffice") or shutil.which("libreoffice"):
        converted = io.BytesIO(_by_libreoffice(office, data))
        yield from format_named("docx").read(replace(source, stream=converted), options)
    elif antiword := shutil.which("antiword"):
        text, _ = decode(_by_antiword(antiword, data), "utf-8")
        if not text.strip():
            raise UnreadableSource("no text")
        yield RawRecord(text, source.origin, name=source.name, remarks=(Remark(_BY_ANTIWORD),))
    else:
        raise UnreadableSource("an old Office file such as .doc: save it as .docx, or install LibreOffice or antiword")


def _by_libreoffice(program: str, data: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="dragoman-") as name:
        folder = Path(name)
        file = folder / "in" / "document.doc"
        file.parent.mkdir()
        file.write_bytes(data)
        # A profile of its own: it neither waits for an open window nor knows macros that the user trusts.
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        flags = ("--headless", "--norestore", "--nolockcheck", "--nodefault")
        command = (program, profile, *flags, "--convert-to", "docx", "--outdir", name, os.fspath(file))
        _run(command, folder)
        converted = folder / "document.docx"
        if not converted.is_file():
            raise UnreadableSource("LibreOffice cannot convert it: it is damaged or protected by a password")
        with converted.open("rb") as stream:
            return read_all(stream)


def _by_antiword(program: str, data: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="dragoman-") as name:
        folder = Path(name)
        (folder / "document.doc").write_bytes(data)
        out = _run((program, "-m", "UTF-8.txt", "-w", "0", os.fspath(folder / "document.doc")), folder)
        if not out:
            raise UnreadableSource("antiword cannot convert it: it is damaged or protected by a password")
        return out


def _run(command: Sequence[str], folder: Path) -> bytes:
    """What a program writes to its output. One that takes too long is ended with all that it started."""
    with (folder / "output").open("w+b") as output:
        running = subprocess.Popen(  # noqa: S603  # the program is found by its name, and what it reads is a file
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
        )
        try:
            running.wait(_LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            raise UnreadableSource(f"it takes more than {_LONGEST_SECONDS} seconds to convert") from None
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()
        output.seek(0)
        return output.read(LARGEST_PACKAGE)
