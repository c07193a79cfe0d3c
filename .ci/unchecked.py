"""Name what is installed in this environment and not in constraints-ci.txt: it came without a hash. `.ci/run` runs it.

PyTorch and what comes with it are left out, and so is what is installed from a checkout.
"""

import re
import sys
from importlib.metadata import distributions
from pathlib import Path

_OTHER = re.compile(r"torch|triton|nvidia-.*|cuda-.*|pip|dragoman")


def canonical(name: str) -> str:
    """A project's name as the Python Package Index writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


named = (Path(__file__).parents[1] / "constraints-ci.txt").read_text(encoding="utf-8")
checked = {canonical(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", named, re.MULTILINE)}
there = {canonical(each.metadata["Name"]): each.version for each in distributions()}
unchecked = [name for name, version in sorted(there.items()) if version != checked.get(name)]
if unchecked := [f"{name}=={there[name]}" for name in unchecked if not _OTHER.fullmatch(name)]:
    print(f"installed without a hash: {', '.join(unchecked)}; `make constraints` makes constraints-ci.txt anew")
    sys.exit(1)
