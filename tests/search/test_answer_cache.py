"""Answers that `dragoman eval` keeps belong to the program that gave them: an edit anywhere in it answers anew."""

import shutil
from pathlib import Path

import pytest

from dragoman.search.evaluation.answer_cache import fingerprint
from support.places import ROOT


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for room in ("corpus", "index", "search"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize(
    "edited",
    [
        "corpus/document.py",
        "corpus/splitting/sentences.py",
        "corpus/readers/support/decode.py",
        "index/analysis.py",
        "index/segments/similarity/vectors.py",
        "search/collection.py",
        "search/ranking/engine.py",
        "search/language/words/variants.txt",
    ],
)
def test_an_edit_in_any_folder_counts(edited: str, package: Path) -> None:
    before = fingerprint(package)
    with (package / edited).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert fingerprint(package) != before


def test_a_moved_or_a_new_file_counts_and_compiled_ones_do_not(package: Path) -> None:
    before = fingerprint(package)
    (package / "index" / "segments" / "__pycache__").mkdir()
    (package / "index" / "segments" / "__pycache__" / "vectors.cpython-311.pyc").write_bytes(b"compiled")
    assert fingerprint(package) == before
    (package / "index" / "segments" / "new.py").touch()
    added = fingerprint(package)
    assert added != before
    (package / "index" / "segments" / "new.py").rename(package / "index" / "new.py")
    assert fingerprint(package) not in (before, added)
