"""What the programs load: nothing that they do not need, as every module takes some time before the first answer.

Run as a script, this lists anew what they load. A line that is added to the list has a reason.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from support.places import ROOT
from support.programs import Programs

LIST: Final = ROOT / "tests" / "fixtures" / "modules.json"
SEARCH: Final = "from dragoman.programs import search as main"
DRAGOMAN: Final = "from dragoman.__main__ import main"

CASES: Final[dict[str, tuple[str, list[str], dict[str, str]]]] = {
    "words": (SEARCH, ["Lee Macron strategic partnership", "--mode", "keyword"], {}),
    "words and meaning": (SEARCH, ["Lee Macron strategic partnership"], {}),
    "a phrase": (SEARCH, ['"strategic partnership" -Macron', "--mode", "keyword"], {}),
    "filters alone": (SEARCH, ["country:France", "date:2025-11"], {}),
    "as JSON": (SEARCH, ["Lee", "--mode", "keyword", "--format", "json"], {}),
    "search --help": (SEARCH, ["--help"], {}),
    "search, a tab": (
        SEARCH,
        [],
        {"_SEARCH_COMPLETE": "bash_complete", "COMP_WORDS": "search --mo", "COMP_CWORD": "1"},
    ),
    "status": (DRAGOMAN, ["status"], {}),
    "list": (DRAGOMAN, ["list"], {}),
    "sources": (DRAGOMAN, ["sources"], {}),
    "show": (DRAGOMAN, ["show", "briefs/busan-summit-ishiba-lee"], {}),
    "dragoman --help": (DRAGOMAN, ["--help"], {}),
    "dragoman --version": (DRAGOMAN, ["--version"], {}),
    "completion": (DRAGOMAN, ["completion", "bash"], {}),
    "dragoman, a tab": (
        DRAGOMAN,
        [],
        {"_DRAGOMAN_COMPLETE": "bash_complete", "COMP_WORDS": "dragoman sta", "COMP_CWORD": "1"},
    ),
}
"""What starts a program, its arguments, and variables."""

LIGHT: Final = frozenset({"dragoman --version"})
"""Those that need nothing of what all others load."""

HEAVY: Final = frozenset(
    "asyncio concurrent.futures email hashlib http importlib.metadata importlib.resources logging multiprocessing "
    "numpy.ma socket ssl subprocess tempfile unittest urllib.request xml zipfile".split()
)
"""Modules of Python's own, and of NumPy, that take long. Which others there are depends on their versions."""


def loaded(case: str, environment: Mapping[str, str]) -> set[str]:
    """What is loaded by the end: modules of ours, libraries of others, and what is heavy of Python's own."""
    main, arguments, variables = CASES[case]
    code = (
        f"import sys\nbefore = set(sys.modules)\nsys.argv = ['dragoman', *{arguments!r}]\n"
        f"{main}\ntry: main()\nfinally: print(*sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env={**environment, **variables}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    names = set(ran.stderr.splitlines()[-1].split())
    ours = {name for name in names if name.partition(".")[0] == "dragoman"}
    others = {name.partition(".")[0] for name in names - ours} - sys.stdlib_module_names
    return ours | {name for name in others if not name.startswith("_")} | names & HEAVY


@pytest.mark.parametrize("case", CASES)
def test_a_program_loads_nothing_that_it_did_not_load_before(programs: Programs, case: str) -> None:
    lists = json.loads(LIST.read_text(encoding="utf-8"))
    listed = {*lists[case], *([] if case in LIGHT else lists["every"])}
    newcomers = sorted(loaded(case, programs.environment) - listed)
    assert not newcomers, f"{', '.join(newcomers)}: import it only where it is needed, or run this file as a script"


if __name__ == "__main__":
    with TemporaryDirectory() as home:
        trial = Programs(Path(home))
        assert trial("search", "Nara").code == 0
        found = {case: loaded(case, trial.environment) for case in CASES}
    every = set.intersection(*(names for case, names in found.items() if case not in LIGHT))
    rest = {case: sorted(names if case in LIGHT else names - every) for case, names in found.items()}
    LIST.write_text(json.dumps({"every": sorted(every), **rest}, indent=1) + "\n", encoding="utf-8")
