"""Mail: mailboxes, whose messages are called by their Message-IDs, and attachments, each a document of its own."""

import mailbox
import shutil
from collections.abc import Sequence
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers import mbox
from dragoman.corpus.readers.contract import RawRecord, ReadOptions, Skipped, Source
from dragoman.index.feeding.feeder import Feeding, feed
from dragoman.index.writing.store import Store
from dragoman.index.writing.writer import Writer
from support.packages import docx, paragraph, zipped

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


def ids(path: Path) -> list[str]:
    """The names of the messages that a mailbox is taken for, without a look at their texts."""
    with path.open("rb") as stream:
        return [each.id for each in mbox.read(Source(stream, "x"), ReadOptions()) if isinstance(each, RawRecord)]


def test_each_message_of_a_mailbox_is_a_document(tmp_path: Path) -> None:
    path = tmp_path / "talks.mbox"
    box(path, [message(1, message_id="<one@example.org>"), message(2), message(3, message_id="<three@example.org>")])
    documents, skipped = reading(path)
    assert [each.id for each in documents if each.title != "Talks 2"] == ["one@example.org", "three@example.org"]
    assert documents[1].id.startswith(f"{path}!")
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


LINE = b"From kim@example.org Tue Jan 13 10:00:00 2026\n"


@pytest.mark.parametrize(
    ("line", "between"),
    [
        (LINE, b""),  # as programs leave it that forget the empty line
        (b"From - Tue Jan 13 10:00:00 2026\r\n", b""),
        (b"From MAILER-DAEMON Fri, 9 Jan 2026 08:08:34 +0900\n", b""),
        (LINE, b"\n\n"),
    ],
)
def test_no_message_is_swallowed_by_the_one_before_it(line: bytes, between: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    path.write_bytes(between.join(line + bytes(message(each, f"Letter {each}.")) for each in (1, 2, 3)))
    documents, skipped = reading(path)
    assert ([each.text for each in documents], skipped) == (["Letter 1.", "Letter 2.", "Letter 3."], [])


@pytest.mark.parametrize("short", range(27, 40))
def test_a_message_may_begin_anywhere_in_a_large_mailbox(short: int, tmp_path: Path) -> None:
    before = LINE + b"Subject: Long\nMessage-ID: <long@x>\n\n"
    filled = (b"word " * 13 + b"\n") * (mbox.MEGABYTE // 66 + 1)
    text = filled[: mbox.MEGABYTE - len(before) - len(LINE) - 2 + 30 - short]
    path = tmp_path / "x.mbox"
    path.write_bytes(before + text + b"\n\n" + LINE + bytes(message(2, message_id="<next@x>")))
    assert ids(path) == ["long@x", "next@x"]


@pytest.mark.parametrize(
    "line", ["From the desk at 10:30, as agreed", "From 10:00 on they talked", "From Nara to Kyoto on Tue Jan 13 10:00"]
)
def test_a_line_of_a_text_begins_no_message(line: str, tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    body = f"They met.\n\n{line}\nNote: nothing was agreed.\n\nZebra."
    path.write_bytes(LINE + f"Subject: Talks\nMessage-ID: <1@x>\n\n{body}\n\n".encode() + LINE + bytes(message(2)))
    documents, skipped = reading(path)
    assert (documents[0].text, len(documents), skipped) == (body, 2, [])


def test_messages_keep_their_names_whichever_others_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    letters = [message(each, f"Letter {each}.") for each in (1, 2, 3)]
    box(path, letters)
    before = {each.text: each.id for each in reading(path)[0]}
    letters[1]["X-Mozilla-Status"] = "0001"
    box(path, [letters[2], letters[1]])
    after = {each.text: each.id for each in reading(path)[0]}
    assert after == {text: name for text, name in before.items() if text != "Letter 1."}
    assert len(set(before.values())) == 3


def test_two_messages_of_one_name_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    one, other = (message(each, f"Letter {each}.", message_id="<one@x>") for each in (1, 2))
    box(path, [one, other, one])
    documents, skipped = reading(path)
    assert {each.id: each.text for each in documents if each.id == "one@x"} == {"one@x": "Letter 1."}
    assert len({each.id for each in documents}) == 2
    assert skipped == []


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


def with_attachments() -> EmailMessage:
    mail = message(1, "See the enclosures.", message_id="<one@example.org>")
    mail.add_attachment("Der Minister sprach über Fische.".encode("latin-1"), maintype="text", subtype="plain")
    mail.get_payload()[-1].replace_header("Content-Type", "text/plain; charset=iso-8859-1")  # pyright: ignore
    mail.get_payload()[-1].replace_header("Content-Disposition", 'attachment; filename="rede.txt"')  # pyright: ignore
    mail.add_attachment(
        docx(paragraph("The zebra corridor opens.")),
        maintype="application",
        subtype="octet-stream",
        filename="회담.docx",
    )
    mail.add_attachment(b"<p>A page.</p>", maintype="text", subtype="html", filename="a/b.html")
    mail.add_attachment(b"Second.", maintype="text", subtype="x-notes", filename="rede.txt")
    mail.add_attachment(zipped({"in.md": "From the archive."}), maintype="application", subtype="zip", filename="a.zip")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="map.png")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="broken.pdf")
    return mail


def test_attachments_that_can_be_read_are_documents_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(bytes(with_attachments()))
    documents, skipped = reading(path)
    assert {each.id.removeprefix(str(path)): each.text for each in documents} == {
        "": "See the enclosures.",
        "!rede.txt": "Der Minister sprach über Fische.",
        "!회담.docx": "The zebra corridor opens.",
        "!a/b.html": "A page.",
        "!rede 2.txt": "Second.",
        "!a.zip!in.md": "From the archive.",
    }
    assert [each.example for each in documents[0].remarks] == ["1 attachment (map.png)"]
    assert skipped == ["!broken.pdf: a PDF that is damaged or cut off"]


def test_attachments_in_a_mailbox_are_called_by_their_message(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    box(path, [with_attachments(), message(2)])
    documents, _ = reading(path)
    assert [each.id for each in documents][:3] == [
        "one@example.org",
        "one@example.org!rede.txt",
        "one@example.org!회담.docx",
    ]
    assert documents[-1].id.startswith(f"{path}!")


def test_tables_and_records_are_read_among_attachments(tmp_path: Path) -> None:
    mail = message(1, "See the tables.", message_id="<one@example.org>")
    for name, content in (
        ("acts.csv", "id,text\nc1,The treaty was signed.\nc2,The treaty was kept.\n"),
        ("acts.json", '[{"id": "j1", "text": "The envoy left."}]'),
        ("acts.jsonl", '{"id": "l1", "text": "The envoy came."}\n'),
        ("in.zip", zipped({"a.csv": "id,text\nz1,The envoy stayed.\n"})),
        ("two.mbox", b"\n".join(LINE + bytes(message(each, message_id=f"<m{each}@x>")) for each in (2, 3))),
    ):
        data = content.encode() if isinstance(content, str) else content
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    (tmp_path / "x.eml").write_bytes(bytes(mail))
    box(tmp_path / "x.mbox", [mail])
    for name, own in (("x.eml", str(tmp_path / "x.eml")), ("x.mbox", "one@example.org")):
        documents, skipped = reading(tmp_path / name)
        assert [each.id for each in documents] == [own, "c1", "c2", "j1", "l1", "z1", "m2@x", "m3@x"]
        assert skipped == []


def test_a_message_of_attachments_alone_is_told_and_they_are_read(tmp_path: Path) -> None:
    mail = message(1, "")
    mail.add_attachment(b"A letter.", maintype="text", subtype="plain", filename="letter.txt")
    (tmp_path / "x.eml").write_bytes(bytes(mail))
    documents, skipped = reading(tmp_path / "x.eml")
    assert [each.text for each in documents] == ["A letter."]
    assert skipped == [": a message without text"]


def test_messages_attached_as_files_are_read_but_not_without_end(tmp_path: Path) -> None:
    mail = message(9, "Innermost.")
    for number in range(8, 0, -1):
        outer = message(number, f"Letter {number}.")
        outer.add_attachment(bytes(mail), maintype="application", subtype="octet-stream", filename="x.eml")
        mail = outer
    (tmp_path / "x.eml").write_bytes(bytes(mail))
    documents, skipped = reading(tmp_path / "x.eml")
    assert [each.text for each in documents] == [f"Letter {number}." for number in range(1, 6)]
    assert len(skipped) == 1
    assert "take out the outermost" in skipped[0]


def test_a_message_that_is_gone_is_removed_and_its_attachments_stay(
    empty_collections: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "x.eml").write_bytes(bytes(with_attachments()))
    with closing(Store(shutil.copytree(empty_collections[0], tmp_path / "c.idx"))) as store:
        for removed in (0, 1):
            with store.writing(timeout=10):
                report = feed(Writer(store), [(str(folder), Feeding(ReadOptions()))])
            assert report.removed == removed
            (folder / "x.eml").unlink(missing_ok=True)
        assert len(list(store.ledger.live_ids())) == 5
        assert any("5 documents of its attachments stay" in each.reason for each in report.skipped)
