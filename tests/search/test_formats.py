"""Results as files, for whoever has no terminal."""

import subprocess
import sys


def test_writing_files_loads_nothing_of_a_terminal() -> None:
    code = "import sys, dragoman.search.results.formats; print({'click', 'tqdm'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"
