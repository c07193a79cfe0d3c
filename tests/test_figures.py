"""The figures in the documentation are those of the results files, which a benchmark writes by itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.places import ROOT

RESULTS = ROOT / "benchmarks" / "results"
LATENCY = {row[0]: row[1] for row in json.loads((RESULTS / "latency.json").read_text())["rows"]}["hybrid"]
PAGE = """Reading took 3,440<!-- figure feeding: files --> ms, and {shown}<!-- figure latency: hybrid / p50 ms -->.

<!-- figures: feeding -->
| nothing |
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository of two pages of figures, with its own results."""
    (tmp_path / "benchmarks" / "results").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    for name in ("benchmarks/figures.py", "benchmarks/growth.py", "benchmarks/record.py"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for name in ("feeding", "latency"):
        (tmp_path / "benchmarks" / "results" / f"{name}.json").write_bytes((RESULTS / f"{name}.json").read_bytes())
    (tmp_path / "docs" / "speed.md").write_text(PAGE.format(shown=LATENCY))
    return tmp_path


def figures(repository: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of `figures.py`, and what it says."""
    command = [sys.executable, str(repository / "benchmarks" / "figures.py"), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.stdout == ""
    return ran.returncode, ran.stderr


@pytest.mark.process
def test_the_figures_of_the_documentation_are_those_that_were_measured() -> None:
    assert figures(ROOT, "--check") == (0, "")


@pytest.mark.process
def test_figures_in_tables_and_sentences_are_written_from_their_files(copy: Path) -> None:
    page = copy / "docs" / "speed.md"
    code, said = figures(copy, "--check")
    assert (code, said) == (1, "docs/speed.md:1 differs from benchmarks/results: run `python benchmarks/figures.py`\n")
    assert page.read_text() == PAGE.format(shown=LATENCY)
    assert figures(copy) == (0, "")
    assert page.read_text().startswith(
        f"Reading took 20,000<!-- figure feeding: files --> ms, "
        f"and {LATENCY}<!-- figure latency: hybrid / p50 ms -->.\n"
    )
    assert "| passed over by `add` | 62 µs |" in page.read_text()
    assert figures(copy, "--check") == (0, "")
    page.write_text(page.read_text().replace("62 µs", "26 µs"))
    assert figures(copy, "--check")[0] == 1


@pytest.mark.process
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3<!-- figure absent: files -->", "absent.json"),
        ("3<!-- figure feeding: absent -->", "feeding.json holds no figure 'absent'"),
        ("three<!-- figure feeding: files -->", "no number stands before"),
        ("3<!-- figure: feeding files -->", "not spelt"),
    ],
)
def test_a_comment_that_names_no_figure_is_told(copy: Path, text: str, message: str) -> None:
    (copy / "README.md").write_text(f"{text}\n")
    code, said = figures(copy)
    assert code == 1
    assert said.startswith("README.md: ")
    assert message in said


@pytest.mark.process
def test_a_results_file_that_no_page_shows_is_told(copy: Path) -> None:
    assert figures(copy)[0] == 0
    (copy / "benchmarks" / "results" / "other.json").write_bytes((RESULTS / "load.json").read_bytes())
    assert figures(copy, "--check") == (1, "no page shows benchmarks/results/other.json\n")


@pytest.mark.process
def test_a_picture_is_drawn_from_its_file(copy: Path) -> None:
    (copy / "docs" / "pictures").mkdir()
    described = {"date": None, "machine": "", "commit": None, "command": None}
    measured = {"columns": ["", "1,000 passages"], "rows": [["on disk, MB", "7"]]}
    (copy / "benchmarks" / "results" / "scale.json").write_text(json.dumps(described | measured))
    (copy / "README.md").write_text("<!-- figures: scale -->\n")
    code, said = figures(copy, "--check")
    assert code == 1
    assert "docs/pictures/growth.svg differs from benchmarks/results/scale.json" in said
    assert figures(copy) == (0, "")
    assert "on disk" in (copy / "docs" / "pictures" / "growth.svg").read_text()
    assert figures(copy, "--check") == (0, "")


@pytest.mark.process
def test_a_benchmark_keeps_what_it_measured_with_when_and_how(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "feeding.py"), "20", f"--save={tmp_path}"]
    subprocess.run(command, capture_output=True, check=True)
    kept = json.loads((tmp_path / "feeding.json").read_text())
    recorded = json.loads((RESULTS / "feeding.json").read_text())
    assert kept.keys() == recorded.keys()
    assert kept["command"].endswith("python benchmarks/feeding.py 20")
    assert (kept["columns"], [row[0] for row in kept["rows"]]) == (
        recorded["columns"],
        [row[0] for row in recorded["rows"]],
    )
    assert kept["figures"] == {"files": "20"}
    assert len(kept["date"]) == len("2026-11-21")
    assert kept["machine"]
