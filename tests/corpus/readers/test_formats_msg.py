"""Outlook messages: text, headers and attachments. (Those of Outlook itself were tried by hand, and are not ours.)"""

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import Skipped
from dragoman.corpus.readers.support import packed_rtf
from dragoman.errors import UnreadableSource
from support.outlook import Properties, attached, msg
from support.packages import docx, paragraph

pytest.importorskip("olefile")

SENT = int((datetime(2026, 1, 13, 9, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
HEAD: dict[str, str | bytes] = {
    "0037": "회담에 대하여",
    "0C1A": "Jane Doe",
    "0E04": "김철수; john@example.org",
    "0E03": "'Ana Diaz'",
}


def reading(path: Path, data: bytes) -> tuple[list[Document], list[str]]:
    path.write_bytes(data)
    found = list(read([path]))
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(str(path)) for each in found if isinstance(each, Skipped)]


def test_a_message_and_its_attachments(tmp_path: Path) -> None:
    path = tmp_path / "x.msg"
    attachments: list[Properties] = [
        {"3707": "memo.docx", "3701": docx(paragraph("The zebra corridor opens."))},
        {"3704": "NOTE.TXT", "3701": "Une note à lire.".encode()},
        {"3707": "map.png", "3701": b"\x89PNG"},
        {"3707": "a drawing"},  # an object of another program, which is a folder and no stream
    ]
    (message, *others), skipped = reading(path, msg({**HEAD, "1000": "They met in Nara.\r\n"}, attachments, SENT))
    assert (message.id, message.title, message.author) == (str(path), "회담에 대하여", "Jane Doe")
    assert (message.text, str(message.dates)) == ("They met in Nara.", "2026-01-13")
    assert [(each.name, each.role) for each in message.people] == [
        ("Jane Doe", "from"),
        ("김철수", "to"),
        ("Ana Diaz", "cc"),
    ]
    assert [(each.id.removeprefix(str(path)), each.text) for each in others] == [
        ("!memo.docx", "The zebra corridor opens."),
        ("!NOTE.TXT", "Une note à lire."),
    ]
    assert [each.example for each in message.remarks] == ["2 attachments (map.png, a drawing)"]
    assert skipped == []


def test_messages_that_are_attached_are_read_with_what_hangs_on_them(tmp_path: Path) -> None:
    path = tmp_path / "x.msg"
    ships = "The ships wait for the pilot outside the harbour, and nobody knows when he will come."
    inmost = attached({"0037": "Ships", "1000": ships, "1013": f"<p>{ships}</p><p>Piraeus</p>".encode()})
    hanging: list[Properties] = [{"3701": inmost}, {"3707": "memo.txt", "3701": b"The zebra corridor opens."}]
    forwarded = attached({"0037": "Talks", "0C1A": "Ana Diaz", "1000": "They left."}, hanging, SENT)
    damaged = attached({"0037": "Of rich text alone", "1009": b"spoilt"})
    data = msg({**HEAD, "1000": "See below."}, [{"3707": "Talks", "3701": forwarded}, {"3701": damaged}])
    (message, memo), skipped = reading(path, data)
    assert message.text == (
        f"See below.\n\nFrom: Ana Diaz\nDate: 2026-01-13\nSubject: Talks\n\nThey left.\n\nSubject: Ships\n\n{ships}"
    )
    assert message.cut == ("Piraeus",)
    assert (memo.id, memo.text, skipped) == (f"{path}!memo.txt", "The zebra corridor opens.", [])
    assert [each.example for each in message.remarks] == ["1 attachment (Of rich text alone)"]


def test_messages_may_hang_on_messages_so_deep_and_no_deeper(tmp_path: Path) -> None:
    chain = attached({"0037": "inmost", "1000": "Level 25."})
    for level in range(24, 0, -1):
        chain = attached({"1000": f"Level {level}."}, [{"3701": chain}])
    (message,), _ = reading(tmp_path / "x.msg", msg({**HEAD, "1000": "Level 0."}, [{"3701": chain}]))
    assert message.text.split("\n\n") == [f"Level {level}." for level in range(21)]
    assert [each.example for each in message.remarks] == ["1, for 1,000 are the most, at most 20 deep"]


def test_a_message_in_html_alone(tmp_path: Path) -> None:
    (message,), _ = reading(tmp_path / "x.msg", msg({**HEAD, "1013": b"<p>They <b>met</b> in Nara.</p>"}, []))
    assert message.text == "They met in Nara."


def test_of_two_forms_the_one_that_tells_more_is_the_text_and_the_rest_is_cut(tmp_path: Path) -> None:
    page = "<p>They met in Nara and spoke of the zebra corridor for an hour.<p>Sent from a telephone</p>"
    (message,), _ = reading(tmp_path / "x.msg", msg({**HEAD, "1000": "They met in Nara.", "1013": page.encode()}, []))
    assert message.text.startswith("They met in Nara and spoke of the zebra corridor")
    plain = "They met in Nara and spoke of the zebra corridor for an hour."
    (message,), _ = reading(tmp_path / "x.msg", msg({**HEAD, "1000": plain, "1013": page}, []))
    assert (message.text, message.cut) == (plain, ("Sent from a telephone",))


@pytest.mark.parametrize(
    ("packed", "rich", "shown"),
    [  # the examples of MS-OXRTFCP
        (
            "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
            "hello world",
        ),
        ("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}", "WXYZ" * 5),
        ("160000000a0000004d454c41000000007b5c72746631207a7d0a", b"{\\rtf1 z}\n", "z"),
    ],
)
def test_rich_text_is_unpacked(packed: str, rich: bytes, shown: str, tmp_path: Path) -> None:
    assert packed_rtf.unpacked_rtf(bytes.fromhex(packed)) == rich
    (message,), _ = reading(tmp_path / "x.msg", msg({**HEAD, "1009": bytes.fromhex(packed)}, []))
    assert message.text == shown


def test_rich_text_unpacks_to_no_more_than_a_file_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_rtf, "LARGEST_PACKAGE", 1_000)
    bomb = struct.pack("<IIII", 0, 0, 0x75465A4C, 0) + (b"\xff" + b"\x00\x0f" * 8) * 50
    with pytest.raises(UnreadableSource, match="unpacks to more than"):
        packed_rtf.unpacked_rtf(bomb)


@pytest.mark.parametrize("packed", [b"LZFu", b"x" * 40, bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a7030fff")])
def test_rich_text_that_is_damaged_is_one_line(packed: bytes, tmp_path: Path) -> None:
    documents, (skipped,) = reading(tmp_path / "x.msg", msg({**HEAD, "1009": packed}, []))
    assert (documents, skipped[:2]) == ([], ": ")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", ": empty"),
        (b"From: a@b\n\nx", ": not an Outlook message (.msg), or damaged"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, ": an Outlook message (.msg) that is damaged"),
        (msg(HEAD, [])[:700], ": an Outlook message (.msg) that is damaged"),
        (msg(HEAD, []), ": a message without text"),
    ],
)
def test_what_is_no_message_is_one_line(data: bytes, reason: str, tmp_path: Path) -> None:
    documents, (skipped,) = reading(tmp_path / "x.msg", data)
    assert documents == []
    assert skipped.startswith(reason)
