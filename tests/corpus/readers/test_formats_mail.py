"""Mailboxes: messages told apart as mail programs write them, each called by its Message-ID."""

import mailbox
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers import mbox
from dragoman.corpus.readers.contract import Skipped

BODY = """The two ministers met in Nara.

From here they went on to Kyoto: a city that both like.

From 10:00 on they talked about fisheries.

>From the record it appears that they agreed.
"""


def message(number: int, body: str = BODY, *, message_id: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "김철수 <kim@example.org>"
    mail["To"] = "Jane Doe <jane@example.org>"
    mail["Subject"] = f"Talks {number}"
    mail["Date"] = f"Tue, {number} Jan 2026 23:30:00 +0900"
    if message_id:
        mail["Message-ID"] = message_id
    mail.set_content(body)
    return mail


def box(path: Path, messages: Sequence[EmailMessage]) -> bytes:
    """A mailbox as Python's standard library writes it, which is as Unix does."""
    path.unlink(missing_ok=True)
    made = mailbox.mbox(path)
    for each in messages:
        made.add(each)
    made.close()
    return path.read_bytes()


def reading(path: Path) -> tuple[list[Document], list[str]]:
    found = list(read([path]))
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(str(path)) for each in found if isinstance(each, Skipped)]


def test_each_message_of_a_mailbox_is_a_document(tmp_path: Path) -> None:
    path = tmp_path / "talks.mbox"
    box(path, [message(1, message_id="<one@example.org>"), message(2), message(3, message_id="<three@example.org>")])
    documents, skipped = reading(path)
    assert [each.id for each in documents] == ["one@example.org", f"{path}!2", "three@example.org"]
    assert [(each.title, str(each.dates), each.author) for each in documents] == [
        (f"Talks {number}", f"2026-01-0{number}", "김철수") for number in (1, 2, 3)
    ]
    assert {each.text for each in documents} == {BODY.replace(">From the", "From the").strip()}
    assert skipped == []


@pytest.mark.parametrize(
    "line", [b"From - Tue Jan 13 10:00:00 2026", b"From ", b"From kim@example.org Tue Jan 13 10:00:00 +0900 2026\r"]
)
def test_mailboxes_of_other_programs_are_read(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "Inbox.MBOX"
    path.write_bytes(b"\n".join(line + b"\n" + bytes(message(each, f"Letter {each}.")) for each in (1, 2, 3)))
    documents, skipped = reading(path)
    assert ([each.text for each in documents], skipped) == (["Letter 1.", "Letter 2.", "Letter 3."], [])


def test_a_bad_message_is_named_and_the_rest_goes_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "LARGEST_PACKAGE", 5_000_000)
    path = tmp_path / "talks.mbox"
    box(path, [message(1), message(2, "word " * 1_200_000), message(3, ""), message(4)])
    documents, skipped = reading(path)
    assert [each.title for each in documents] == ["Talks 1", "Talks 4"]
    assert skipped == [
        " message 2: larger than 5 MB, the limit for a message",
        " message 3: a message without text",
    ]


@pytest.mark.parametrize("data", [b"", b"No mailbox.\n", b"PK\3\4", b"From the minister: a letter.\n", b"From \n"])
def test_what_is_no_mailbox_is_one_line(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.mbox").write_bytes(data)
    documents, skipped = reading(tmp_path / "x.mbox")
    assert (documents, len(skipped)) == ([], 1)
