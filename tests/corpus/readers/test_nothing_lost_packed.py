"""Every word of what lies in archives, of files or of the web, however it is compressed, and of plain text is kept."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Mapping
from random import Random

from hypothesis import given

from support.packages import docx, paragraph, rtf, zipped
from support.written_words import CHANCE, SOME, Writer, words_found

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")
COMPRESSIONS: Mapping[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def tarred(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


class ArchiveWriter(Writer):
    def text(self) -> str:
        """Plain text as people type it: paragraphs, lists, tables of blanks, words broken at the end of a line."""
        word = self.word()
        return self.chance.choice(
            [
                lambda: f"{self.phrase()} {word[:3]}-\n{word[3:]} {self.phrase()}.",
                lambda: f"{word}\n{'=' * len(word)}\n",
                lambda: f"  - {word}\n  * {self.phrase()}\n  1) {self.phrase()}",
                lambda: f"{word}\t{self.phrase()}    {self.phrase()}\n{self.word()}|{self.word()}",
                lambda: f"> {word}\n>> {self.phrase()}\f{self.phrase()}",
                lambda: f"{word},{self.word()};{self.word()}—{self.word()}/{self.word()}…{self.word()}",
            ]
        )()

    def plain(self) -> bytes:
        text = "\n\n".join(self.text() for _ in range(self.chance.randint(1, 4)))
        ends = self.chance.choice(["\n", "\r\n"])
        return f"{text}\n\nÉté: {self.phrase()}.".replace("\n", ends).encode(self.chance.choice(ENCODINGS))

    def member(self, number: int) -> tuple[str, bytes]:
        folder = self.chance.choice(["", "a/", "a/b c/"])
        name, content = self.chance.choice(
            [
                lambda: ("txt", self.plain()),
                lambda: ("html", f"<html><body><p>{self.phrase()}<p>{self.phrase()}</html>".encode()),
                lambda: ("docx", docx(paragraph(self.phrase()))),
                lambda: ("rtf", rtf(self.phrase())),
                lambda: (f"txt.{(end := self.chance.choice([*COMPRESSIONS]))}", COMPRESSIONS[end](self.plain())),
                lambda: (
                    "zip",
                    zipped({"inner.txt": self.plain(), "other.md": f"# {self.phrase()}\n\n{self.phrase()}"}),
                ),
                lambda: ("csv", f"id,text\n{self.word()},{self.phrase()}\n{self.word()},{self.phrase()}\n".encode()),
            ]
        )()
        return f"{folder}n{number}.{name}", content


@SOME
@given(CHANCE)
def test_of_plain_text(chance: Random) -> None:
    writer = ArchiveWriter(chance)
    data = writer.plain()
    assert writer.words - words_found("x.txt", data) == set(), data


@SOME
@given(CHANCE)
def test_of_an_archive(chance: Random) -> None:
    writer = ArchiveWriter(chance)
    members = dict(map(writer.member, range(chance.randint(1, 4))))
    kind = chance.choice(["zip", "tar", *(f"tar.{each}" for each in COMPRESSIONS)])
    data = zipped({**members}) if kind == "zip" else tarred(members)
    pack = COMPRESSIONS.get(kind.removeprefix("tar."), bytes)
    assert writer.words - words_found(f"x.{kind}", pack(data)) == set()


class CrawlWriter(Writer):
    """What a crawler keeps: answers of servers, however they were sent."""

    def answer(self, number: int) -> bytes:
        page = f"<html><body><p>{self.phrase()}<ul><li>{self.word()}<li>{self.word()}</ul><p>{self.phrase()}.</html>"
        kind = self.chance.choice(["text/html", "text/html; charset=utf-8", "application/xhtml+xml"])
        head, body = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n", page.encode()
        if self.chance.random() < 0.4:
            head, body = f"{head}Content-Encoding: gzip\r\n", gzip.compress(body)
        if self.chance.random() < 0.4:
            head += "Transfer-Encoding: chunked\r\n"
            body = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (body[:40], body[40:])) + b"0\r\n\r\n"
        content = f"{head}\r\n".encode() + body
        said = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/{number}\r\n"
        said += f"WARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Date: 2026-01-13T09:00:00Z\r\n"
        said += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(content)}\r\n\r\n"
        return said.encode() + content + b"\r\n\r\n"

    def file(self, pack: Callable[[bytes], bytes]) -> bytes:
        return b"".join(pack(self.answer(number)) for number in range(self.chance.randint(1, 4)))


@SOME
@given(CHANCE)
def test_of_a_crawl(chance: Random) -> None:
    writer = CrawlWriter(chance)
    end = chance.choice(["", ".gz"])
    data = writer.file(gzip.compress if end else bytes)
    assert writer.words - words_found(f"x.warc{end}", data) == set()
