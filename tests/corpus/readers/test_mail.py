"""E-mail as programs write it: all that was written is read, whatever its sender's faults."""

import base64
import io
from email.headerregistry import HeaderRegistry

import pytest

from dragoman.corpus.document import Document, Remark
from dragoman.corpus.intake import read_stream
from dragoman.corpus.readers.contract import ReadOptions, Skipped, Source
from dragoman.corpus.readers.registry import format_named
from dragoman.corpus.readers.support import mail_text

PAPER = 'Content-Disposition: attachment; filename="p.txt"\n'
HEAD = "From: Ana Diaz <ana@example.org>\nDate: Mon, 24 Nov 2025 09:10:00 +0100\nMIME-Version: 1.0\n"


def results(data: str | bytes) -> list[Document | Skipped]:
    data = data if isinstance(data, bytes) else data.encode()
    return list(read_stream(Source(io.BytesIO(data), "x.eml", "x", "x.eml"), format_named("eml"), ReadOptions()))


def reading(data: str | bytes) -> Document:
    (document,) = results(data)
    assert isinstance(document, Document), document
    return document


def several(kind: str, *parts: str) -> str:
    held = "".join(f"--B\n{part}\n" for part in parts)
    return f"{HEAD}Content-Type: multipart/{kind}; boundary=B\n\n{held}--B--\n"


def part(content: str, kind: str = "text/plain", more: str = "") -> str:
    return f"Content-Type: {kind}; charset=utf-8\n{more}\n{content}"


def test_what_stands_behind_a_picture_is_read_too() -> None:
    picture = "Content-Type: image/png\nContent-Disposition: inline; filename=map.png\n\niVBORw0KGgo="
    document = reading(several("mixed", part("First half."), picture, part("<p>Second <b>half</b>.", "text/html")))
    assert document.text == "First half.\n\nSecond half."
    assert document.remarks == (Remark("attachments were left out", "1 attachment (map.png)"),)


@pytest.mark.parametrize(
    "stub",
    [
        "Your e-mail client does not support HTML.",
        "Für die vollständige Ansicht öffnen Sie diese Nachricht in Ihrem Browser: http://e.org/x",
        "Если письмо не отображается, откройте его в браузере: http://e.org/x",
        "このメールはHTML形式です。",
    ],
)
def test_a_plain_part_that_says_nothing_gives_way_to_the_html(stub: str) -> None:
    page = "<html><p>The ministers met in Nara and agreed to open a corridor.</p></html>"
    document = reading(several("alternative", part(stub), part(page, "text/html")))
    assert document.text == "The ministers met in Nara and agreed to open a corridor."
    assert document.cut == (stub,)


def test_a_plain_part_that_breaks_off_gives_way_to_the_html() -> None:
    page = f"<p>The ministers met in Nara.</p><p>{'They agreed on squid. ' * 20}</p>"
    document = reading(several("alternative", part("The ministers met in Nara."), part(page, "text/html")))
    assert "They agreed on squid." in document.text
    assert document.cut == ()


def test_of_two_forms_the_plain_one_is_the_text_and_the_rest_of_the_other_is_cut() -> None:
    page = "<p>The ministers met in Nara.</p><p>Unsubscribe</p>"
    document = reading(several("alternative", part("The ministers met\nin Nara."), part(page, "text/html")))
    assert (document.text, document.cut) == ("The ministers met\nin Nara.", ("Unsubscribe",))


def test_an_attached_message_is_read_with_its_own_attachments_named() -> None:
    inner = several("mixed", part("It names three colonels."), "Content-Type: image/png; name=a.png\n\nx")
    inner = inner.replace("boundary=B", "boundary=C").replace("--B", "--C").replace("Ana Diaz", "Kim Deok")
    document = reading(several("mixed", part("For your files."), f"Content-Type: message/rfc822\n\n{inner}"))
    assert document.text == (
        "For your files.\n\nFrom: Kim Deok <ana@example.org>\nDate: Mon, 24 Nov 2025 09:10:00 +0100\n\n"
        "It names three colonels."
    )
    assert document.author == "Ana Diaz"
    assert [each.example for each in document.remarks] == ["1 attachment (a.png)"]


def test_an_attached_message_that_should_not_be_encoded_and_is() -> None:
    inner = base64.encodebytes(f"{HEAD}Subject: Squid\n\nIt names three colonels.".encode()).decode()
    attached = f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{inner}"
    text = reading(several("mixed", part("For your files."), attached)).text
    assert text.startswith("For your files.\n\nFrom: Ana Diaz")
    assert text.endswith("Subject: Squid\n\nIt names three colonels.")


def test_several_messages_in_one_file_are_told() -> None:
    one = f"From ana@example.org Mon Nov 24 09:10:00 2025\n{HEAD}Subject: One\n\nThe first.\n"
    assert reading(one).text == "The first."
    assert [str(each) for each in results(f"{one}\n{one}\n{one}")] == [
        "x.eml: an mbox of 3 messages, not one message: name it .mbox"
    ]
    quoted = f"{HEAD}\nHe said:\n\nFrom here on in 2025\nall was well."
    assert "all was well." in reading(quoted).text


@pytest.mark.parametrize("name", ["Jøhn Døe", "김철수", "Łukasz Żak", "שלום כהן", "محمد علي"])
@pytest.mark.parametrize("charset", ["", "utf-8"])
def test_names_in_headers(name: str, charset: str) -> None:
    written = name
    if charset:
        # A character may be parted among two encoded words.
        data = name.encode(charset)
        halves = (data[:3], data[3:])
        written = "\n ".join(f"=?{charset}?B?{base64.b64encode(half).decode()}?=" for half in halves)
    document = reading(f"From: {written} <a@example.org>\nTo: {written} <b@example.org>\nSubject: {written}\n\nText.")
    assert (document.author, document.title) == (name, name)
    assert [person.name for person in document.people] == [name]


def test_a_raw_header_in_an_old_encoding() -> None:
    text = "Los ministros se reunieron en la mañana. Según el portavoz, la reunión fue útil y abrirá el camino."
    head = "From: José Núñez <a@example.org>\nSubject: Reunión"
    for more in ("", "\nContent-Type: text/plain; charset=windows-1252"):
        document = reading(f"{head}{more}\n\n{text}".encode("cp1252"))
        assert (document.author, document.title, document.text) == ("José Núñez", "Reunión", text)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_people_on_several_lines_of_a_header(end: str) -> None:
    names = ["Ana Diaz", "Kim Min-su", "Ðặng Văn", "Jürgen Weiß"]
    several = f",{end} ".join(f"{name} <a@example.org>" for name in names)
    document = reading(
        f"From: Ana Diaz{end}\t<ana@example.org>{end}To: {several}{end}Subject: A long{end} one{end}{end}Text."
    )
    assert [person.name for person in document.people] == names
    assert (document.author, document.title) == ("Ana Diaz", "A long one")


def test_addresses_without_end_are_read_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    many = ",\n ".join(f"Ana {number} <a@example.org>" for number in range(4_000))
    people = [person.name for person in reading(f"From: {many}\nTo: {many}\nCc: {many}\n\nText.").people]
    assert people == [f"Ana {number}" for number in range(100)]
    parsed: list[int] = []

    def counted(name: str, value: str) -> object:
        parsed.append(len(value))
        return HeaderRegistry()(name, value)

    monkeypatch.setattr(mail_text, "_registry", counted)
    for nothing in ("a,", "<@a,"):
        assert (
            reading(f"From: {nothing * 10_000}\nCc: {nothing * 4_000}\nCc: {nothing * 4_000}\n\nText.").text == "Text."
        )
    assert 0 < sum(parsed) < 100_000


def test_many_attachments_of_one_name_are_told_apart() -> None:
    found = results(several("mixed", *(part(f"Text {n}.", more=PAPER) for n in range(3)), part("Body.")))
    assert [each.id for each in found if isinstance(each, Document)] == ["x", "x!p.txt", "x!p 2.txt", "x!p 3.txt"]
    numbered = [part("Text.", more=PAPER.replace("p.txt", name)) for name in ("p 2.txt", "p.txt", "p.txt")]
    found = results(several("mixed", part("Body."), *numbered))
    assert [each.id for each in found if isinstance(each, Document)] == ["x", "x!p 2.txt", "x!p.txt", "x!p 3.txt"]


@pytest.mark.parametrize(
    ("title", "charset", "text"),
    [
        ("Économie française", "iso-8859-1", "La réunion des ministres a été utile, et le chemin est ouvert."),
        ("Reunión de año nuevo", "windows-1252", "La reunión fue útil según el portavoz."),
        ("Zürich – Gespräche", "windows-1252", "Die Gespräche in Zürich führten zu nichts."),
        ("会談", "iso-8859-1", "La réunion a été utile."),
    ],
)
def test_a_header_in_utf8_over_a_text_in_another_encoding(title: str, charset: str, text: str) -> None:
    kind = f"Content-Type: text/plain; charset={charset}\n\n"
    for more in (kind, "\n"):
        data = f"From: {title} <a@example.org>\nSubject: {title}\n{more}".encode() + text.encode(charset)
        document = reading(data)
        assert (document.title, document.author, document.text) == (title, title, text)


def test_a_raw_header_over_several_parts_is_in_the_encoding_of_the_first() -> None:
    text = "Los ministros se reunieron en la mañana. Según el portavoz, la reunión fue útil."
    parts = f"--B\nContent-Type: text/plain; charset=windows-1252\n\n{text}\n--B--\n"
    head = "From: José Núñez <a@example.org>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
    assert reading(f"{head}{parts}".encode("cp1252")).author == "José Núñez"


def test_transfer_encodings_with_faults() -> None:
    encoded = base64.encodebytes("They met in Séoul.".encode()).decode()
    footer = "____________\nTalks mailing list"
    mail = f"{HEAD}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{encoded}{footer}\n"
    assert reading(mail).text == f"They met in Séoul.\n\n{footer}"
    unsaid = "They met in S=C3=A9oul and agreed =\non a corridor, =\nand on squid=E2=80=94and more.\n"
    mail = f"{HEAD}Content-Type: text/plain; charset=utf-8\n\n{unsaid}"
    assert reading(mail).text == "They met in Séoul and agreed on a corridor, and on squid—and more."
    broken = "They=20met =ZZ in=\n Nara =3D =e9=\n"
    mail = f"{HEAD}Content-Type: text/plain; charset=cp1252\nContent-Transfer-Encoding: quoted-printable\n\n{broken}"
    assert reading(mail).text == "They met =ZZ in Nara = é"


def test_places_where_words_may_be_parted_are_nothing() -> None:
    kind = "Content-Type: text/plain; charset=utf-8"
    document = reading(f"{HEAD}Subject: Ne\u00adgo\u00adti\u00adations\n{kind}\n\nIn Na\u00adra.")
    assert (document.title, document.text) == ("Negotiations", "In Nara.")


def test_a_boundary_that_nobody_told() -> None:
    mail = f"{HEAD}Content-Type: multipart/mixed\n\nThey met in Nara."
    assert reading(mail).text == "They met in Nara."
