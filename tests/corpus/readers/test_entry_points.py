"""Formats that other packages bring by an entry point, each a real package in a folder of its own."""

import io
import logging
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.intake import read_stream
from dragoman.corpus.read import read
from dragoman.corpus.readers import registry
from dragoman.corpus.readers.contract import ReadOptions, Skipped, Source
from dragoman.corpus.readers.registry import format_named, format_names, format_of
from dragoman.errors import UnreadableSource
from support.places import ROOT

if TYPE_CHECKING:
    from support.programs import Programs

Install: TypeAlias = Callable[..., None]

MEETING = "Council meeting\n14 March 1950\n\nThe council agreed on the budget of the strait, and met again in May.\n"
MANY = """
def read(source, options):
    for number, line in enumerate(source.stream.read().decode().splitlines()):
        yield RawRecord(line, f"{source.origin} line {number}", id=line.partition(" ")[0] if "." in line else "")
"""


def documented() -> tuple[str, dict[str, str]]:
    """The example of docs/embedding.md: the module, and its entry points."""
    text = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```\w+\n# ([\w.]+)\n(.*?)```", text, re.DOTALL))
    return blocks["minutes_reader.py"], tomllib.loads(blocks["pyproject.toml"])["project"]["entry-points"][
        "dragoman.readers"
    ]


def write_package(folder: Path, module: str, points: dict[str, str]) -> Path:
    """Put a package where a folder is searched for packages, as an installer would."""
    info = folder / "minutes_reader-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "minutes_reader.py").write_text(module, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: minutes-reader\nVersion: 1.0\n")
    lines = (f"{name} = {value}" for name, value in points.items())
    (info / "entry_points.txt").write_text("\n".join(["[dragoman.readers]", *lines]))
    return folder


def module(
    read_function: str = "def read(source, options):\n    yield RawRecord('They met.', 'x')\n", format_: str = ""
) -> str:
    imports = "from dragoman.corpus.readers.contract import Format, RawRecord\n"
    return imports + read_function + "\n" + (format_ or "FORMAT = Format('minutes', ('.minutes',), read)")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a package for this process, until the test is over."""

    def install(module: str, points: dict[str, str] | None = None) -> None:
        points = points or {"minutes": "minutes_reader:FORMAT"}
        monkeypatch.syspath_prepend(write_package(tmp_path / "packages", module, points))
        registry._from_packages.cache_clear()

    yield install
    registry._from_packages.cache_clear()
    sys.modules.pop("minutes_reader", None)


def skipped(path: Path) -> str:
    (only,) = read([path])
    assert isinstance(only, Skipped)
    return only.reason


def test_the_documented_reader_feeds_a_collection(
    programs: "Programs", tiny_models: tuple[Path, Path], tmp_path: Path
) -> None:
    packages = write_package(tmp_path / "packages", *documented())
    programs.environment["PYTHONPATH"] = f"{packages}:{programs.environment.get('PYTHONPATH', '')}"
    folder = tmp_path / "meetings"
    folder.mkdir()
    (folder / "March.minutes").write_text(MEETING)
    (folder / "notes.txt").write_text("Somebody took notes of the meeting in the great hall.")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    ran = programs("dragoman", "index", folder, "--model", tiny_models[0], "--collection", tmp_path / "c")
    assert ran.code == 0, ran.err
    assert "documents: 2 added, 1 skipped" in ran.out
    assert "no reader for .png" in ran.out + ran.err
    shown = programs("dragoman", "show", folder / "March.minutes", "--collection", tmp_path / "c")
    assert "Council meeting" in shown.out
    assert "14 March 1950" in shown.out or "1950-03-14" in shown.out
    (tmp_path / "april").write_text(MEETING.replace("March", "April"))
    ran = programs("dragoman", "add", tmp_path / "april", "--as", "minutes", "--collection", tmp_path / "c")
    assert ran.code == 0, ran.err
    assert "minutes" in programs("dragoman", "add", "--help").out
    wrong = programs("dragoman", "add", tmp_path / "april", "--as", "hours", "--collection", tmp_path / "c")
    assert (wrong.code, "'minutes'" in wrong.err) == (2, True)


def test_what_it_reads_is_described_as_any_other_document(install: Install, tmp_path: Path) -> None:
    install(*documented())
    path = tmp_path / "MARCH.Minutes"
    path.write_text(MEETING)
    (document,) = read([path])
    assert isinstance(document, Document)
    assert document.id == str(path)
    assert document.title == "Council meeting"
    assert (str(document.dates), document.language) == ("1950-03-14", "en")
    assert document.provenance["dates"] == "given"
    assert document.provenance["language"] == "inferred"


def test_records_need_ids_and_a_file_of_one_document_holds_one(install: Install, tmp_path: Path) -> None:
    install(module(MANY, "FORMAT = Format('minutes', ('.minutes',), read, one_document=False)"))
    path = tmp_path / "x.minutes"
    path.write_text("1 They met.\nThey left\n")
    first, second = read([path])
    assert isinstance(first, Document)
    assert first.id == "1"
    assert second == Skipped(f"{path} line 1", "has no id")


def test_a_second_document_is_not_put_in_the_place_of_the_first(install: Install, tmp_path: Path) -> None:
    install(module(MANY))
    path = tmp_path / "x.minutes"
    path.write_text("They met\nThey left\n")
    first, second = read([path])
    assert isinstance(first, Document)
    assert first.id == str(path)
    assert second == Skipped(f"{path} line 1", "a second document, in a format of one document a file")


def test_nothing_is_loaded_before_it_is_needed(install: Install, tmp_path: Path) -> None:
    install(module(f"from pathlib import Path\nPath({str(tmp_path / 'loaded')!r}).touch()\ndef read(s, o): ..."))
    (tmp_path / "x.txt").write_text("They met in Seoul.")
    (document,) = read([tmp_path / "x.txt"])
    assert isinstance(document, Document)
    assert format_named("html").name == "html"
    assert not (tmp_path / "loaded").exists()
    assert format_of("x.minutes") is not None
    assert (tmp_path / "loaded").exists()


@pytest.mark.parametrize(
    ("code", "points", "reason"),
    [
        (
            "import a_library_that_is_not_there",
            {},
            "ModuleNotFoundError: No module named 'a_library_that_is_not_there'",
        ),
        ("FORMAT = 1 / 0", {}, "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit('no licence')", {}, "SystemExit: no licence"),
        ("FORM = 1", {}, "AttributeError: module 'minutes_reader' has no attribute 'FORMAT'"),
        ("FORMAT = 'minutes'", {}, "minutes_reader:FORMAT is not a Format of the same name"),
        (module(), {"hours": "minutes_reader:FORMAT"}, "minutes_reader:FORMAT is not a Format of the same name"),
        (module(format_="FORMAT = Format('minutes', '.minutes', read)"), {}, "its extensions are not a tuple of such"),
        (
            module(format_="FORMAT = Format('minutes', ('minutes',), read)"),
            {},
            "its extensions are not a tuple of such",
        ),
        (module(format_="FORMAT = Format('minutes', ('.x.txt',), read)"), {}, "files of .x.txt have a reader already"),
        (module(), {"text": "minutes_reader:FORMAT"}, "a format of that name is there already, and cannot be replaced"),
    ],
)
def test_a_reader_that_cannot_be_used_is_named_in_one_line(
    code: str,
    points: dict[str, str],
    reason: str,
    install: Install,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    install(code, points)
    (tmp_path / "a.minutes").write_text(MEETING)
    (tmp_path / "b.minutes").write_text(MEETING)
    (tmp_path / "c.txt").write_text("They met in Seoul.")
    with caplog.at_level(logging.WARNING, "dragoman.reading"):
        results = list(read([tmp_path / "*.*"]))
    assert [each.reason for each in results if isinstance(each, Skipped)] == ["no reader for .minutes"] * 2
    assert [each.text for each in results if isinstance(each, Document)] == ["They met in Seoul."]
    (line,) = caplog.messages
    name = next(iter(points), "minutes")
    assert line.startswith(f"the reader {name!r} of minutes-reader is left out: {reason}")
    assert "\n" not in line
    assert format_names() == tuple(each.name for each in registry.BUILT_IN)


def test_of_two_readers_of_the_same_files_the_second_is_left_out(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    code = module(format_="ONE, TWO = (Format(name, ('.minutes',), read) for name in ('one', 'two'))")
    install(code, {"two": "minutes_reader:TWO", "one": "minutes_reader:ONE"})
    form = format_of("x.minutes")
    assert form is not None
    assert (form.name, form.package) == ("one", "minutes-reader")
    assert ["'two'" in line for line in caplog.messages] == [True]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ZeroDivisionError('of time')", "a fault in the reader 'minutes' (ZeroDivisionError: of time): please"),
        ("yield {'text': 'They met.'}", "a fault in the reader 'minutes' (TypeError: it gave no RawRecord, but a dict"),
        ("yield RawRecord('They met.', 'x', id='\\n')", "a document needs an id that is not empty"),
    ],
)
def test_a_fault_of_its_reader_costs_that_file_alone(body: str, reason: str, install: Install, tmp_path: Path) -> None:
    install(module(f"def read(source, options):\n    {body}\n"))
    (tmp_path / "x.minutes").write_text(MEETING)
    assert skipped(tmp_path / "x.minutes").startswith(reason)


def test_its_texts_hold_nothing_that_no_document_may(install: Install) -> None:
    install(module("def read(source, options):\n    yield RawRecord('They\\r\\nmet.\\ud800\\0', 'x')\n"))
    (document,) = read_stream(Source(io.BytesIO(), "x"), format_named("minutes"), ReadOptions())
    assert isinstance(document, Document)
    assert document.text == "They\nmet."


def test_a_format_of_no_package_is_an_error_that_lists_all(install: Install) -> None:
    install(*documented())
    with pytest.raises(UnreadableSource, match=r"no format is called 'hours': there are text, .*, eml, .*minutes$"):
        format_named("hours")


def test_another_version_of_a_package_reads_its_files_anew(install: Install) -> None:
    install(module())
    minutes, text = format_named("minutes"), format_named("text")
    assert minutes.version == f"{registry.READERS_VERSION} minutes-reader 1.0"
    assert text.version == str(registry.READERS_VERSION)
    assert registry.format_version("minutes") == minutes.version
    assert registry.format_version("feed") == text.version
