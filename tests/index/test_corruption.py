"""Faults of every kind in every kind of file: `doctor` finds each, and no answer is silently another.

`benchmarks/corruption.py` makes as many of them as one likes.
"""

import shutil
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import corruption
import pytest

from dragoman.corpus.document import Document

if TYPE_CHECKING:
    from conftest import MakeCollection

SEED = 20261129


def test_faults_are_found_and_change_no_answer_in_silence(
    make_collection: "MakeCollection", briefs: list[Document], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    collection = make_collection(briefs[:8])
    collection.add(briefs[8:12])
    collection.close()
    corruption.changed(earlier := collection.path, sound := tmp_path / "sound")
    before = corruption.asked(sound)
    assert not [each for each in before if each.startswith(("error: ", "left out: "))]
    wrong: list[str] = []
    for number, fault in enumerate(islice(corruption.faults(sound, SEED, earlier), 30)):
        corruption.copied(sound, copy := tmp_path / str(number), fault)
        outcome = corruption.in_child(copy, before)
        shutil.rmtree(copy)
        if not corruption.is_good(fault, outcome):
            wrong.append(f"{number}: {fault}: answers {outcome.answers}, doctor {outcome.doctor}\n{outcome.detail}")
    assert wrong == []
