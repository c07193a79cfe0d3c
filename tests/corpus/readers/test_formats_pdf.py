"""PDF: running text out of printed pages, and one clear line for what has no text, is locked or is no PDF."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.corpus.readers.support.printed import paragraphs, without_furniture

BODY = [
    "President Lee and President Macron met in Johannesburg on the margins of",
    "the summit. They agreed to raise relations to a strategic partner-",
    "ship, and to work together on a well-known list of subjects, from quan-",
    "tum computing to space. Both sides called the talks warm.",
    "A second meeting is planned in Seoul, where the ministers of both govern-",
    "ments will sign what was agreed. It will be the third in a year.",
]
CLOSING = ["In closing, both thanked their hosts for a day in a city that is so well-", "known to them."]


def make_pdf(pages: Sequence[Sequence[str]], *, info: str = "", locked: bool = False) -> bytes:
    """A PDF with a text layer, written by hand: a page for each list of lines."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = "".join(f"1 0 0 1 40 {780 - 14 * n} Tm ({line}) Tj\n" for n, line in enumerate(lines))
        content = f"BT /F1 11 Tf\n{shown}ET" if lines else "0 0 595 842 re f"
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream".encode("latin-1"))
        kids.append(len(objects) + 1)
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R"
        objects.append(f"{page} /Resources << /Font << /F1 3 0 R >> >> >>".encode())
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] /Count {len(kids)} >>".encode()
    objects.append(f"<< {info} >>".encode("latin-1"))
    trailer = f"/Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R"
    if locked:
        secret = "ab" * 32
        trailer += f" /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{secret}> /U <{secret}> >> /ID [<00> <00>]"
    out = b"%PDF-1.4\n"
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return out + f"{head}trailer\n<< {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n".encode()


def reading(path: Path, data: bytes, **options: object) -> tuple[list[Document], list[str]]:
    path.write_bytes(data)
    found = list(read([path], options=ReadOptions(**options)))  # pyright: ignore[reportArgumentType]
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [each.reason for each in found if isinstance(each, Skipped)]


def test_pages_become_running_text(tmp_path: Path) -> None:
    head, feet = "Ministry of Foreign Affairs", [f"- {number} -" for number in (1, 2, 3)]
    pages = [["Joint Statement", "", *BODY], BODY[::-1], [*CLOSING, "- trade", "- peace"]]
    info = "/Title (Joint Statement on the Partnership) /Author (Jane Doe) /Keywords (trade; peace) "
    info += "/CreationDate (D:20150101000000Z)"
    data = make_pdf([[head, *page, foot] for page, foot in zip(pages, feet, strict=True)], info=info)
    ((document,), skipped) = reading(tmp_path / "x.pdf", data)
    assert skipped == []
    assert "raise relations to a strategic partnership, and to work together on a well-known list" in document.text
    assert "from quantum computing to space." in document.text
    assert document.text.endswith("in a city that is so well-known to them.\n\n- trade\n\n- peace")
    assert head not in document.text
    assert document.cut == (head, "- 1 -")
    assert (document.title, document.author) == ("Joint Statement on the Partnership", "Jane Doe")
    assert document.topics == ("trade", "peace")
    assert document.dates is None  # when the file was made is no date of publication
    assert document.id == (tmp_path / "x.pdf").as_posix()
    assert head in reading(tmp_path / "x.pdf", data, cleaning=False)[0][0].text


def test_a_title_that_is_the_name_of_a_file_is_none(tmp_path: Path) -> None:
    for title in ("Microsoft Word - statement.docx", "untitled", "statement_final_v2.indd", "x"):
        ((document,), _) = reading(tmp_path / "x.pdf", make_pdf([BODY], info=f"/Title ({title}) /Author (jdoe)"))
        assert document.title.startswith("President Lee and President Macron met")
        assert document.author == ""


def test_a_scan_needs_ocr(tmp_path: Path) -> None:
    assert reading(tmp_path / "x.pdf", make_pdf([[], []])) == (
        [],
        ['no text layer: it needs OCR: --ocr, with pip install "dragoman[ocr]"'],
    )
    stamped = make_pdf([["Digitised by the Library"] for _ in range(5)])
    assert reading(tmp_path / "x.pdf", stamped) == (
        [],
        ['no text layer: it needs OCR: --ocr, with pip install "dragoman[ocr]"'],
    )
    ((document,), reasons) = reading(tmp_path / "x.pdf", make_pdf([BODY, [], []]))
    assert document.text.startswith("President Lee")
    assert reasons == [
        '2 of its 3 pages have no text layer: if they hold any, it needs OCR: --ocr, with pip install "dragoman[ocr]"'
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (make_pdf([BODY], locked=True), "protected by a password: save it without one"),
        (b"<!DOCTYPE html><html><body>Sign in to read</body></html>", "not a PDF: it is HTML"),
        (b"PK\x03\x04 and so on", "not a PDF: it is a zip archive"),
        (b"\0" * 5000, "not a PDF, or damaged"),
        (b"", "empty"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "a PDF that is damaged or cut off"),
        (make_pdf([BODY])[:300], "a PDF that is damaged or cut off"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.txt").write_text("They met in Seoul.")
    (tmp_path / "x.pdf").write_bytes(data)
    good, told = read([tmp_path])
    assert isinstance(good, Document)
    assert told == Skipped(str(tmp_path / "x.pdf"), reason)


@pytest.mark.process
def test_without_its_library_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(make_pdf([BODY]))
    script = """
import io, sys
sys.modules["pypdfium2"] = sys.modules["warcio"] = None
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Source
from dragoman.corpus.readers.pdf import read as read_pdf
for each in read([sys.argv[1]]): print(each.reason)
for each in read([sys.argv[1]], options=ReadOptions(format="warc")): print(each.reason)
try:
    next(read_pdf(Source(io.BytesIO(b""), "x"), ReadOptions()))
except ImportError as error:
    print(error.name)
"""
    ran = subprocess.run([sys.executable, "-c", script, tmp_path / "x.pdf"], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [
        'pypdfium2 is not installed: pip install "dragoman[pdf]"',
        'warcio is not installed: pip install "dragoman[warc]"',
        "pypdfium2",
    ]


# -------------------------------------------------------------------------------------------------- printed pages


def test_lines_that_recur_at_the_edges_are_furniture_and_others_are_not() -> None:
    bodies = [["Seoul agreed.", "It did so at once."], ["Paris", "agreed.", "Seoul agreed."], ["All", "met.", "Again."]]
    bodies += [["Seoul agreed.", "So did Paris, and so did all."], ["In the end", "nothing was", "signed."]]
    pages = [[f"Chapter {n} of the Treaty", *body, f"{n + 40}"] for n, body in enumerate(bodies, start=1)]
    kept, cut = without_furniture(pages)
    assert kept == bodies
    assert cut == ["Chapter 1 of the Treaty", "41"]
    kept, cut = without_furniture([["Page 1 of 2", "One."], ["Two.", "– 2 –"]])
    assert (kept, cut) == ([["One."], ["Two."]], ["Page 1 of 2", "– 2 –"])


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["The Franco-", "German text was long enough to fill."], "The Franco-German text was long enough to fill."),
        (["A well-known rule; it is called well-", "known here."], "A well-known rule; it is called well-known here."),
        (["It was signed in the spring of that year by co-", "operating states."], "by cooperating states."),
        (["首相は東京でフランスの大統領と会談し、", "戦略的な協力について話し合った。"], "会談し、戦略的な"),
    ],
)
def test_words_broken_at_the_end_of_a_line_are_whole_again(lines: list[str], expected: str) -> None:
    assert expected in next(paragraphs([lines]))


def test_a_paragraph_goes_on_across_pages() -> None:
    first = ["1. The parties will consult each other whenever either of them thinks that", "their security is threat-"]
    second = ["ened by armed attack from outside, and will take all appropriate measures.", "2. They will meet."]
    assert list(paragraphs([first, second])) == [
        "1. The parties will consult each other whenever either of them thinks that their security is threatened by "
        "armed attack from outside, and will take all appropriate measures.",
        "2. They will meet.",
    ]


def test_each_page_is_marked_where_its_own_text_begins(tmp_path: Path) -> None:
    pages = [["Joint Statement", *BODY], [], BODY[::-1], CLOSING, ["vities in the port were watched.", "It ended."]]
    head = "Ministry of Foreign Affairs"
    printed = [[head, *page, f"- {n} -"] if page else [] for n, page in enumerate(pages, 1)]
    data = make_pdf(printed, info="/Title (Joint Statement)")
    ((document,), _) = reading(tmp_path / "x.pdf", data)
    assert [page.label for page in document.pages] == ["1", "2", "3", "4", "5"]
    first_words = [document.text[page.at :].split()[:3] for page in document.pages]
    assert first_words[0] == ["President", "Lee", "and"], "the title's line is gone"
    assert first_words[1] == first_words[2] == ["ments", "will", "sign"]
    assert first_words[3] == ["In", "closing,", "both"]
    assert first_words[4] == ["vities", "in", "the"]


def test_a_page_is_called_what_the_file_calls_it(tmp_path: Path) -> None:
    labels = b"/Type /Catalog /PageLabels << /Nums [0 << /S /r >> 1 << /S /D /St 1474 >>] >>"
    data = make_pdf([["Preface of some length."], BODY, BODY[::-1]]).replace(b"/Type /Catalog", labels)
    ((document,), _) = reading(tmp_path / "x.pdf", data)
    assert [page.label for page in document.pages] == ["i", "1474", "1475"]
