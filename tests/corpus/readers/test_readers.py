"""Readers: what goes in from each format, who a document is, and that bad input is a line and never a traceback."""

import gzip
import io
import json
import lzma
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dragoman.corpus.document import DateInterval, Document, Person, Reference
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.corpus.readers.registry import BUILT_IN
from dragoman.corpus.readers.support.markdown_text import readable_text
from dragoman.errors import UnreadableSource
from support.places import ROOT

STORY = "The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring."

BRIEF = """---
id: briefs/lee-macron
title: Lee meets Macron
dates: [2025-11-22, 2025-11-23]
place: Johannesburg
kind: summit
language: eng
countries: [NO, ROK, Ruritania]
people:
  - {name: Lee Jae Myung, role: President, country: KOR}
  - Emmanuel Macron
topics: culture, security
sources:
  - {outlet: NationPress, title: Ties, url: "https://example.org/", published: 2025-11-23, note: x}
---
# Lee meets Macron

They *met* in [Johannesburg](https://example.org/a_(b)) and
agreed on **much**.

- trade
- peace
"""


def documents(*sources: object, **options: object) -> list[Document]:
    found = list(read([str(source) for source in sources], options=ReadOptions(**options)))  # pyright: ignore[reportArgumentType]
    assert [each for each in found if isinstance(each, Skipped)] == []
    return [each for each in found if isinstance(each, Document)]


def reasons(*sources: object, **options: object) -> list[str]:
    found = list(read([str(source) for source in sources], options=ReadOptions(**options)))  # pyright: ignore[reportArgumentType]
    return [each.reason for each in found if isinstance(each, Skipped)]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# ------------------------------------------------------------------------------------------------------- sources


def test_a_folder_is_read_in_order_without_hidden_files_and_linked_folders(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "deep/er/c.txt", ".hidden.txt", ".git/x.txt", "deep/.x.md", "Z.TXT"):
        write(tmp_path / name, f"{name} tells that the two met.")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "deep" / "loop").symlink_to("..")
    names = [Path(each.id).name for each in documents(tmp_path)]
    assert names == ["Z.TXT", "a.md", "b.txt", "c.txt"]
    assert documents(tmp_path) == documents(tmp_path)


def test_an_id_is_the_absolute_path_however_the_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a" / "x.txt", STORY)
    monkeypatch.chdir(tmp_path)
    expected = (tmp_path / "a" / "x.txt").as_posix()
    for name in ("a/x.txt", "a/../a/x.txt", "./a//x.txt", "a", "a/*.txt", "**/*.txt", tmp_path / "*" / "x.*"):
        assert [each.id for each in documents(name)] == [expected]


def test_a_pattern_is_only_one_where_no_such_file_is(tmp_path: Path) -> None:
    write(tmp_path / "[a].txt", "The bracketed one tells that they met.")
    write(tmp_path / "a.txt", "The other one tells that they met.")
    assert [Path(each.id).name for each in documents(tmp_path / "[a].txt")] == ["[a].txt"]
    assert reasons(tmp_path / "*.jsonl") == ["fits no file"]
    assert reasons(tmp_path / "**a") != []


def test_what_cannot_be_read_is_skipped_and_the_rest_goes_in(tmp_path: Path) -> None:
    write(tmp_path / "good.txt", STORY)
    write(tmp_path / "empty.txt", "")
    write(tmp_path / "blank.txt", "\ufeff \n\0\n")
    write(tmp_path / "binary.txt", bytes(range(256)) * 40)
    write(tmp_path / "paper.txt", b"%PDF-1.7\n" + b"x" * 100)
    write(tmp_path / "notes.xyz", "?")
    write(tmp_path / "README", "?")
    (tmp_path / "dangling.txt").symlink_to("nowhere.txt")
    (tmp_path / "self.txt").symlink_to("self.txt")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    with (tmp_path / "large.txt").open("wb") as large:
        large.truncate(50_000_000)
    found = list(read([tmp_path, tmp_path / "missing.txt"]))
    assert [Path(each.id).name for each in found if isinstance(each, Document)] == ["good.txt"]
    told = {Path(each.origin).name: each.reason for each in found if isinstance(each, Skipped)}
    assert told == {
        "empty.txt": "empty",
        "blank.txt": "empty",
        "binary.txt": "binary",
        "paper.txt": "binary",
        "notes.xyz": "no reader for .xyz",
        "README": "no reader for files without an extension",
        "dangling.txt": "no such file or directory",
        "self.txt": "too many levels of symbolic links",
        "pipe.txt": "not a file: pipe it in and name it -",
        "large.txt": "50 MB, more than 20 MB, the limit for a file of one document",
        "missing.txt": "no such file or folder",
    }
    assert reasons(tmp_path / "folder.txt") == ["holds no files"]
    assert reasons(tmp_path / "notes.xyz") == ["no reader for .xyz"]


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000, "a\nb"])
def test_a_name_that_no_file_can_have_is_skipped(name: str) -> None:
    assert len(reasons(name)) == 1


AS_NOBODY = """
import os, sys
from dragoman.corpus.read import read
list(read([sys.argv[1]]))  # loads the reader: Python itself may be out of another user's reach
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
for each in read([sys.argv[2]]):
    print(type(each).__name__, each.reason)
"""


@pytest.mark.process
def test_a_file_that_may_not_be_read_is_skipped(tmp_path: Path, open_folder: Path) -> None:
    story = write(tmp_path / "story.txt", STORY)
    write(open_folder / "secret.txt", STORY).chmod(0)
    # Root may read everything, and so becomes somebody else.
    asked = [sys.executable, "-c", AS_NOBODY, str(story), str(open_folder)]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("Skipped permission denied\n", "")


def test_standard_input_is_named_after_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def piped(data: bytes, **options: object) -> list[Document]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return documents("-", **options)

    (document,) = piped(STORY.encode())
    assert document.id.startswith("stdin:")
    assert len(document.id) == len("stdin:") + 12
    assert piped(STORY.encode())[0].id == document.id
    assert piped(BRIEF.encode(), format="markdown")[0].id == "briefs/lee-macron"
    assert [each.id for each in piped(b'{"id":1,"text":"a"}\n{"id":2,"text":"b"}', format="jsonl")] == ["1", "2"]


def test_a_format_can_be_given_whatever_the_name(tmp_path: Path) -> None:
    write(tmp_path / "records.log", '{"id": "a", "text": "They met."}')
    assert documents(tmp_path / "records.log", format="jsonl")[0].id == "a"
    with pytest.raises(UnreadableSource, match="no format is called 'wav'"):
        read([tmp_path], options=ReadOptions(format="wav"))


# ---------------------------------------------------------------------------------------------------------- text


def test_plain_text_is_cleaned_and_described(tmp_path: Path) -> None:
    body = f"Lee and Macron Meet in Seoul\nSEOUL, Nov 3, 2025 (Yonhap) {STORY}\nSeoul agreed."
    write(tmp_path / "x.txt", f"Subscribe to our newsletter\n{body}")
    (document,) = documents(tmp_path)
    assert document.title == "Lee and Macron Meet in Seoul"
    assert document.text == body.partition("\n")[2]
    assert (document.place, document.outlet) == ("Seoul", "Yonhap")
    assert document.dates == DateInterval(date(2025, 11, 3), date(2025, 11, 3))
    assert documents(tmp_path, cleaning=False)[0].title == "Subscribe to our newsletter"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Séoul a dit oui à Paris.", "utf-8"),
        ("Séoul a dit oui à Paris.", "utf-8-sig"),
        ("Séoul a dit oui à Paris.", "utf-16"),
        ("Séoul a dit oui à Paris.", "utf-32"),
        (
            "Le président a été reçu à Séoul par le ministre des affaires étrangères, a déclaré l'Élysée. " * 3,
            "latin-1",
        ),
        (
            "대통령은 서울에서 프랑스 대통령을 만나 전략적 동반자 관계를 논의했다. 두 정상은 협력을 강화했다. " * 3,
            "cp949",
        ),
        ("首相は東京でフランスの大統領と会談し、戦略的な協力について話し合った。" * 3, "shift_jis"),
        ("Президент прибыл в Сеул, где его встретил министр иностранных дел. " * 3, "windows-1251"),
    ],
)
def test_encodings(tmp_path: Path, text: str, encoding: str) -> None:
    write(tmp_path / "x.txt", text.encode(encoding))
    assert documents(tmp_path)[0].text == text.strip()


def test_line_ends_are_one_kind_and_control_characters_gone_and_all_else_is_kept(tmp_path: Path) -> None:
    write(tmp_path / "x.txt", "They met.\r\nThey \0spoke.\rThey\x07 le\u0301ft…\u00a0now\x0cEnd ﬁne.\u2028So it was.")
    text = documents(tmp_path)[0].text
    assert text == "They met.\nThey spoke.\nThey le\u0301ft…\u00a0now\nEnd ﬁne.\nSo it was."


# ------------------------------------------------------------------------------------------------------ markdown


def test_a_brief_says_all_of_itself_in_its_front_matter(tmp_path: Path) -> None:
    (document,) = documents(write(tmp_path / "x.md", BRIEF))
    assert set(document.provenance.values()) == {"given"}
    assert replace(document, provenance={}) == Document(
        id="briefs/lee-macron",
        text="They met in Johannesburg and agreed on much.\n\n- trade\n- peace",
        title="Lee meets Macron",
        dates=DateInterval(date(2025, 11, 22), date(2025, 11, 23)),
        place="Johannesburg",
        kind="summit",
        language="en",
        countries=("Norway", "South Korea", "Ruritania"),
        people=(Person("Lee Jae Myung", "President", "South Korea"), Person("Emmanuel Macron")),
        topics=("culture", "security"),
        references=(Reference("NationPress", "Ties", "https://example.org/", "2025-11-23"),),
        origin=str(tmp_path / "x.md"),
    )


def test_without_front_matter_the_first_heading_is_the_title(tmp_path: Path) -> None:
    (document,) = documents(write(tmp_path / "x.md", "# A treaty\n\nThey signed it.\n"))
    assert (document.title, document.text) == ("A treaty", "They signed it.")
    (ruled,) = documents(write(tmp_path / "x.md", "---\n\nThey signed the treaty.\n"))
    assert ruled.text == "They signed the treaty."


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("One *two* **three** _four_ ***five*** ~~six~~ `se_v_en`", "One two three four five six se_v_en"),
        ("2 * 3 * 4, snake_case_name and a * b", "2 * 3 * 4, snake_case_name and a * b"),
        ("![A map](m.png) and [![logo](l.png)](u) [x][ref] <https://e.org/> a[^1]\n\n[ref]: u",
         "A map and logo x https://e.org/ a"),
        ("## Part two ##\nText &amp; more\n\n> quoted\n> lines", "Part two\n\nText & more\n\nquoted lines"),
        ("Title\n===\nText", "Title"),
        ("* one\n* two\n  goes on\n1. three", "- one\n- two goes on\n1. three"),
        ("```py\ndef f():\n    return 1\n```\nafter", "def f():\n    return 1\n\nafter"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("first  \nsecond\\\nthird\nfourth", "first\nsecond\nthird fourth"),
        ("<!-- no\n\nnever -->\nyes <b>bold</b> \\*star\\*", "yes bold *star*"),
        ("a\n\n---\n\n***\n\nb", "a\n\nb"),
    ],
)  # fmt: skip
def test_markdown_is_read_as_its_text(markdown: str, text: str) -> None:
    page = readable_text(markdown)
    assert (page.title or page.text) == text


@pytest.mark.parametrize(
    ("front_matter", "reason"),
    [
        ("---\n- a\n- b\n---\ntext", "not a list of fields"),
        ("---\ntitle: x\n\ntext", "not closed"),
        ("---\n? [a, b]\n: c\n---\ntext", "not YAML"),
        ("---\na: " + "[" * 20_000 + "\n---\ntext", "nested too deeply"),
        ("---\na: " + "x" * 70_000 + "\n---\ntext", "larger than 64 KB"),
        ("---\ntitle: x\n---\n\n", "no text under its front matter"),
    ],
)
def test_bad_front_matter_is_one_line(tmp_path: Path, front_matter: str, reason: str) -> None:
    (told,) = reasons(write(tmp_path / "x.md", front_matter))
    assert reason in told
    assert "\n" not in told


# ---------------------------------------------------------------------------------------------------------- html

PAGE = f"""<html lang="en-GB"><head><title>Lee meets Macron | NationPress</title>
<meta property="og:site_name" content="NationPress"><meta name="author" content="Jane Doe">
<meta property="article:published_time" content="2025-11-23T10:00:00Z"></head>
<body><nav><a href="/">Home</a> <a href="/x">Sport results</a></nav><article><h1>Lee meets Macron</h1>
<p>{STORY}</p><p>The date of 1 October 2023 had been named before, but it was then put off for more than two years.</p>
<p>Both sides said that they were content with what they had achieved in the course of a long day.</p></article>
<footer>Copyright 2025 NationPress. All rights reserved.</footer></body></html>"""


def test_a_web_page_is_its_article_and_what_its_metadata_say(tmp_path: Path) -> None:
    (document,) = documents(write(tmp_path / "x.html", PAGE))
    assert document.text.startswith("The two leaders met")
    assert document.text.endswith("a long day.")
    assert (document.title, document.outlet, document.author) == ("Lee meets Macron", "NationPress", "Jane Doe")
    assert document.dates == DateInterval(date(2025, 11, 23), date(2025, 11, 23))
    assert document.language == "en"


def test_a_date_in_the_article_is_not_the_page_s(tmp_path: Path) -> None:
    page = PAGE.replace('<meta property="article:published_time" content="2025-11-23T10:00:00Z">', "")
    assert page != PAGE
    assert documents(write(tmp_path / "x.html", page))[0].dates is None


def test_a_page_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    story = "Le président a été reçu à Séoul par le ministre, qui était arrivé la veille de Genève."
    page = (
        f'<html><head><meta charset="iso-8859-1"><title>Séoul reçoit</title></head><body><p>{story}</p></body></html>'
    )
    (document,) = documents(write(tmp_path / "x.html", page.encode("latin-1")))
    assert (document.title, document.text) == ("Séoul reçoit", story)
    declared = '<?xml version="1.0" encoding="utf-8"?>' + page.replace("iso-8859-1", "utf-8")
    assert documents(write(tmp_path / "x.html", declared))[0].text == story


def test_a_fragment_is_a_page(tmp_path: Path) -> None:
    assert documents(write(tmp_path / "x.html", f"<p>{STORY}</p>"))[0].text == STORY


@pytest.mark.parametrize(
    "page", ["", "<html></html>", "<html><body><script>x()</script></body></html>", "<!-- -->", "<" * 5000]
)
def test_a_page_without_text_is_skipped_or_read_but_never_raises(tmp_path: Path, page: str) -> None:
    assert len(list(read([write(tmp_path / "x.html", page)]))) == 1


def test_a_deeply_nested_page_does_not_raise(tmp_path: Path) -> None:
    page = "<html><body>" + "<div>" * 10_000 + f"<p>{STORY}</p>" + "</div>" * 10_000 + "</body></html>"
    assert len(list(read([write(tmp_path / "x.html", page)]))) == 1


# --------------------------------------------------------------------------------------------------------- jsonl


def test_a_record_gives_all_its_fields(tmp_path: Path) -> None:
    record = {
        "id": 7, "title": " A\ttitle ", "text": "They met.\n\nThey left.", "date": "2025-11", "url": "https://e.org/",
        "place": "Seoul", "outlet": "AP", "lang": "kor", "kind": "news", "author": "J. Doe", "countries": "ROK, France",
        "people": ["Lee", {"name": "Macron", "country": "FRA", "age": 47}], "topics": ["trade"], "unknown": [{}],
    }  # fmt: skip
    (document,) = documents(write(tmp_path / "x.jsonl", json.dumps(record)))
    assert set(document.provenance.values()) == {"given"}
    assert replace(document, provenance={}) == Document(
        id="7", title="A title", text="They met.\n\nThey left.", url="https://e.org/", place="Seoul", outlet="AP",
        dates=DateInterval(date(2025, 11, 1), date(2025, 11, 30)), language="ko", kind="news", author="J. Doe",
        countries=("South Korea", "France"), people=(Person("Lee"), Person("Macron", country="France")),
        topics=("trade",), origin=f"{tmp_path / 'x.jsonl'} line 1",
    )  # fmt: skip


def test_a_record_s_fields_may_have_other_names(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ndjson", '{"_id": "a", "body": "They met.", "source": "AP", "when": "2025", "id": "no"}')
    (document,) = documents(path, fields={"id": "_id", "text": "body", "outlet": "source", "date": "when"})
    assert (document.id, document.text, document.outlet) == ("a", "They met.", "AP")
    assert document.dates == DateInterval(date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "not JSON: Expecting value at column 1"),
        ('{"id": "a", "text": "x"', "not JSON"),
        ("[1, 2]", "each line is to hold one JSON object"),
        ("3", "each line is to hold one JSON object"),
        ("[" * 200_000, "nested too deeply"),
        ('{"id": ' + "9" * 5000 + ', "text": "x"}', "too many digits"),
        ('{"id": ' + "9" * 2000 + ', "text": "x"}', "at most 1024 characters"),
        (b'{"id": "\xff", "text": "x"}', "its id has bytes that are wrong"),
        ('{"text": "x"}', "has no id: name its field with id=KEY"),
        ('{"id": " ", "text": "x"}', "has no id"),
        ('{"id": "a"}', "has no text: name its field with text=KEY"),
        ('{"id": "a", "text": " \\n"}', "has no text"),
        ('{"id": true, "text": "x"}', "id is true or false, not a string"),
        ('{"id": "a", "text": ["x"]}', "text is a list, not a string"),
    ],
)
def test_a_bad_record_is_skipped_with_its_line_and_the_rest_goes_in(
    tmp_path: Path, line: str | bytes, reason: str
) -> None:
    bad = line.encode() if isinstance(line, str) else line
    content = b'{"id": "first", "text": "x"}\n\n' + bad + b'\n{"id": "last", "text": "y"}'
    found = list(read([write(tmp_path / "x.jsonl", content)]))
    assert [each.id for each in found if isinstance(each, Document)] == ["first", "last"]
    (told,) = [each for each in found if isinstance(each, Skipped)]
    assert told.origin == f"{tmp_path / 'x.jsonl'} line 3"
    assert reason in told.reason
    assert len(str(told)) < 1500


def test_what_json_allows_is_taken(tmp_path: Path) -> None:
    content = (
        '\ufeff{"id": "a", "text": "\\ud800x\\u0000y", "date": NaN, "title": null, "countries": []}\r\n'
        '{"id": "b", "text": "t", "id": "c"}'
    )
    first, second = documents(write(tmp_path / "x.jsonl", content))
    assert (first.id, first.text, first.dates) == ("a", "xy", None)
    assert second.id == "c"


def test_compressed_records_are_streamed_and_damage_ends_them(tmp_path: Path) -> None:
    lines = "".join(f'{{"id": {number}, "text": "They met {number} times."}}\n' for number in range(2000)).encode()
    write(tmp_path / "a.jsonl.gz", gzip.compress(lines))
    write(tmp_path / "b.jsonl.xz", lzma.compress(lines))
    assert len(documents(tmp_path)) == 4000
    for name, packed in (("a.jsonl.gz", gzip.compress(lines)), ("b.jsonl.xz", lzma.compress(lines))):
        found = list(read([write(tmp_path / name, packed[: len(packed) // 2])]))
        assert sum(isinstance(each, Skipped) for each in found) == 1
        assert "damaged after line" in str(found[-1])
        assert "damaged after line 0" in reasons(write(tmp_path / name, b"nothing of the kind"))[0]


def test_a_record_too_long_is_passed_over(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "x.jsonl.gz", "wb") as packed:
        packed.write(b'{"id": "long", "text": "')
        for _ in range(25):
            packed.write(b"x" * 1_000_000)
        packed.write(b'"}\n{"id": "short", "text": "They met."}\n')
    long, short = read([tmp_path / "x.jsonl.gz"])
    assert str(long) == f"{tmp_path / 'x.jsonl.gz'} line 1: larger than 20 MB, the limit for a record"
    assert isinstance(short, Document)


@pytest.mark.parametrize(
    ("content", "reason"),
    [("[\n {},\n {}\n]", "JSON over many lines: one record a line is needed"), ("", "empty"), ("\n \n", "empty")],
)
def test_a_file_that_is_no_jsonl_is_one_line(tmp_path: Path, content: str, reason: str) -> None:
    assert reasons(write(tmp_path / "x.jsonl", content)) == [reason]


def test_readers_know_nothing_of_cleaning_and_describing() -> None:
    for each in BUILT_IN:
        code = (ROOT / "corpus" / "readers" / f"{each.name}.py").read_text(encoding="utf-8")
        known = r"(?:cleaning\.clean|description|intake|document import .*\bDocument)"
        assert re.findall(rf"^ *from \.+{known}\b", code, re.MULTILINE) == []


@pytest.mark.process
def test_importing_the_corpus_loads_nothing_heavy() -> None:
    import subprocess

    heavy = "trafilatura yaml pycountry chardet webencodings lxml torch numpy".split()
    imports = "import dragoman.corpus.read, dragoman.corpus.splitting.passages"
    code = f"import sys; {imports}; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
