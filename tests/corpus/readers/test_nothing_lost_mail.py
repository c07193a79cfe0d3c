"""Every word of an e-mail, a mailbox, an Outlook message or a saved page is in a document; attachments and frames that
are not are told.
"""

import base64
import quopri
from itertools import count
from random import Random

import pytest
from hypothesis import given

from dragoman.corpus.document import Document
from dragoman.corpus.readers.support.packed_rtf import KNOWN
from support.outlook import Properties, attached, msg, packed_rtf
from support.packages import rtf
from support.written_words import CHANCE, SOME, Writer, results, words_found, words_kept

# --------------------------------------------------------------------------------------------------------- e-mail


class MailWriter(Writer):
    def __init__(self, chance: Random) -> None:
        super().__init__(chance)
        self.boundaries = count()

    def body(self) -> str:
        return f"{self.phrase()}, é.\n\n> {self.phrase()}\n-- \n{self.phrase()}"

    def page(self) -> str:
        return f"<html><body><p>{self.phrase()}<br>{self.word()}</p><ul><li>{self.word()}<li>{self.word()}</ul></html>"

    def encoded(self, content: str, kind: str) -> str:
        encoding = self.chance.choice(["8bit", "quoted-printable", "base64"])
        head = f"Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n"
        if encoding == "base64":
            # Mailing lists put their own lines behind it as they are.
            footer = f"\n____\n{self.phrase()}\n" if kind == "text/plain" and self.chance.random() < 0.5 else ""
            return f"{head}\n{base64.encodebytes(content.encode()).decode()}{footer}"
        if encoding == "quoted-printable":
            content = quopri.encodestring(content.encode()).decode()
        return f"{head}\n{content}\n"

    def plain(self) -> str:
        inline = self.chance.choice(["", "Content-Disposition: inline; filename=a.txt\n"])
        return inline + self.encoded(self.body(), "text/plain")

    def marked_up(self) -> str:
        return self.encoded(self.page(), "text/html")

    def both(self) -> str:
        return self.several("alternative", self.plain(), self.marked_up())

    def mixed(self) -> str:
        return self.several(self.chance.choice(["mixed", "related", "signed", "x-own"]), self.part(), self.part())

    def forwarded(self) -> str:
        head = f"From: {self.word()} <a@example.org>\nSubject: {self.word()}\nMIME-Version: 1.0\n"
        return f"Content-Type: message/rfc822\n\n{head}{self.part()}"

    def several(self, kind: str, *parts: str) -> str:
        boundary = f"b{next(self.boundaries)}"
        held = "".join(f"--{boundary}\n{part}\n" for part in parts)
        after = self.phrase() if self.chance.random() < 0.3 else ""
        return f"Content-Type: multipart/{kind}; boundary={boundary}\n\npreamble\n{held}--{boundary}--\n{after}\n"

    def part(self) -> str:
        return self.some(self.plain, self.marked_up, self.both, self.mixed, self.forwarded, most=1)

    def file(self) -> bytes:
        head = f"From: A B <a@example.org>\nSubject: {self.word()}\nMIME-Version: 1.0\n"
        return (head + self.part()).encode()


@SOME
@given(CHANCE)
def test_of_an_e_mail(chance: Random) -> None:
    writer = MailWriter(chance)
    data = writer.file()
    assert writer.words - words_found("x.eml", data) == set()


# -------------------------------------------------------------------------------------------------------- mailboxes


@SOME
@given(CHANCE)
def test_of_a_mailbox(chance: Random) -> None:
    writer = MailWriter(chance)
    messages = [writer.file() for _ in range(chance.randint(1, 4))]
    named = chance.random() < 0.5
    data = b""
    for number, message in enumerate(messages):
        head = f"From a@example.org Mon Jan  {number + 1} 09:00:00 2026\n".encode()
        head += f"Message-ID: <{writer.word()}@example.org>\n".encode() if named else b""
        data += head + message.replace(b"\nFrom ", b"\n>From ") + f"\n>From {writer.word()} on\n\n".encode()
    found = results("x.mbox", data)
    assert len(found) == len(messages)
    assert writer.words - words_kept(found) == set()


# ------------------------------------------------------------------------------------------------------------ Outlook


class OutlookWriter(Writer):
    def bodies(self, page: int) -> Properties:
        """The forms of what was written: alone, or beside each other, where one may tell more than the other."""
        before = set(self.words)
        plain = f"{self.phrase()}, été.\r\n\r\n> {self.phrase()}\r\n"
        marked_up = (
            f"<html><body><p>{self.phrase()}, été<br>{self.word()}<ul><li>{self.word()}<li>{self.word()}</ul></html>"
        )
        rich = f"\\pard {self.phrase()}\\par {{\\b {self.word()}}}\\par {self.phrase()} \\'e9t\\'e9"
        html: Properties = {"1013": self.chance.choice([marked_up.encode(f"cp{page or 1252}"), marked_up])}
        forms: dict[str, Properties] = {
            "plain": {"1000": plain},
            "html": html,
            "both": {"1000": plain, **html},
            "rich": {"1009": packed_rtf(rtf(rich), known=KNOWN)},
        }
        kind = self.chance.choice([*forms])
        told = {"plain": plain, "html": marked_up, "both": plain + marked_up, "rich": rich}[kind]
        self.words = before | {word for word in self.words if word in told}
        return forms[kind]

    def attachment(self, page: int, depth: int = 0) -> Properties:
        kind = self.chance.choice(["readable", "picture", "object", "message", "message"])
        if kind == "readable":
            return {"3707": f"{self.word()}.txt", "3701": f"{self.phrase()} à lire".encode()}
        if kind == "message":
            attachments = [self.attachment(page, depth + 1) for _ in range(self.chance.randint(0, 2 - depth))]
            head = {"0037": self.phrase(), "0C1A": f"{self.word()} {self.word()}"}
            return {"3701": attached({**head, **self.bodies(page)}, attachments, page=page)}
        return {"3707": f"{self.word()}.png", "3701": b"\x89PNG"} if kind == "picture" else {"3707": self.word()}

    def file(self) -> bytes:
        page = self.chance.choice([0, 0, 1252, 65001])
        bodies = self.bodies(page)
        attachments = [self.attachment(page) for _ in range(self.chance.randint(0, 3))]
        to = f"{self.word()} {self.word()}; '{self.word()} {self.word()}'"
        head: Properties = {"0037": self.phrase(), "0C1A": f"{self.word()} {self.word()}", "0E04": to}
        return msg({**head, "0E03": f"{self.word()} {self.word()}", **bodies}, attachments, page=page)


@SOME
@given(CHANCE)
def test_of_an_outlook_message(chance: Random) -> None:
    pytest.importorskip("olefile")
    writer = OutlookWriter(chance)
    found = results("x.msg", writer.file())
    assert all(isinstance(each, Document) for each in found), found
    assert writer.words - words_kept(found) == set(), found


# ---------------------------------------------------------------------------------------------------- saved pages


CHARSETS = (
    ("utf-8", "É"),
    ("windows-1252", "É"),
    ("windows-1251", "Ж"),
    ("koi8-r", "Ж"),
    ("euc-kr", "나"),
    ("shift_jis", "奈"),
)


class PageWriter(Writer):
    def block(self) -> str:
        return self.some(
            lambda: f"<p>{self.phrase()}<br>{self.word()} <b>{self.word()}</b></p>",
            lambda: f"<ul><li>{self.phrase()}<li>{self.phrase()}</ul>",
            lambda: f"<div>{self.phrase()}<div>{self.phrase()}</div>{self.word()}</div>",
            lambda: f"<table><tr><td>{self.word()}<td>{self.phrase()}</table>",
            lambda: f"<h2>{self.phrase()}</h2>{self.word()}",
            lambda: f"<blockquote><p>{self.phrase()}</blockquote>",
        )

    def file(self) -> bytes:
        charset, letter = self.chance.choice(CHARSETS)
        foreign = self.word()
        self.words = self.words - {foreign} | {letter + foreign}
        text = f"{self.block()}<p>{letter}{foreign}: {self.phrase()}.</p>"
        page = f"<html><head><title>Talks</title></head><body>{text}</body></html>".encode(charset)
        encoding = self.chance.choice(["quoted-printable", "base64", "8bit"])
        body = {
            "quoted-printable": quopri.encodestring(page),
            "base64": base64.encodebytes(page),
            "8bit": page,
        }[encoding]
        head = (
            "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\n'
            f"Content-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n"
            "Content-Location: http://example.org/talks\r\n\r\n"
        )
        others = [
            "Content-Type: text/css\r\nContent-Location: http://example.org/a.css\r\n\r\np { color: red }",
            "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==",
            # A frame is counted.
            "Content-Type: text/html\r\nContent-Location: cid:frame@example.org\r\n\r\n<p>unread",
        ]
        for each in self.chance.sample(others, self.chance.randint(0, 3)):
            body += f"\r\n--b\r\n{each}".encode()
            self.words |= {"frames"} if "unread" in each else set()
        return head.encode() + body + b"\r\n--b--\r\n"


@SOME
@given(CHANCE)
def test_of_a_saved_page(chance: Random) -> None:
    writer = PageWriter(chance)
    data = writer.file()
    assert writer.words - words_kept(results("x.mhtml", data)) == set()
