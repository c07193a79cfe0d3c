"""Print the lower bounds of what Dragoman itself asks for, its extras included, as constraints: `python .ci/lowest.py`.

Left out are PyTorch, of which constraints.txt names the one release that is tested, and the tools of the `dev` extra.
"""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = [each for name, needed in project["optional-dependencies"].items() if name != "dev" for each in needed]
for requirement in (*project["dependencies"], *extras):
    if bound := re.fullmatch(r"([\w.-]+)>=([\w.]+)", requirement):
        if bound[1] != "torch":
            print(f"{bound[1]}=={bound[2]}")
    elif not requirement.startswith("dragoman["):
        raise SystemExit(f"pyproject.toml gives no plain lower bound: {requirement}")
