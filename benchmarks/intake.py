"""Inputs that readers are easily wrong about, one line a kind: how many come out right, and which do not.

    python benchmarks/intake.py ../shared/cases/intake [--save]

`intake_cases.py` says what is right of each.
"""

import sys
from collections import defaultdict
from pathlib import Path

from intake_cases import CASES
from record import Record, arguments


def main() -> None:
    """Read every input of the folder that is named."""
    folder = Path((arguments() or sys.exit(__doc__))[0])
    answers: dict[str, dict[str, bool]] = defaultdict(dict)
    for case in CASES:
        answers[case.kind][case.name] = case.is_right(folder)
    with Record("intake", ["kind", "inputs", "right", "wrong"]) as record:
        for kind, right in answers.items():
            wrong = [name for name, is_right in right.items() if not is_right]
            record.row(kind, str(len(right)), str(len(right) - len(wrong)), ", ".join(wrong))


if __name__ == "__main__":
    main()
