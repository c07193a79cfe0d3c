"""Where things lie: the repository, the data beside it, and what of it tests read; how many briefs are shipped."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = ROOT.parent / "shared"
SEEDS: Final = SHARED / "seeds"
BRIEFS: Final = ROOT / "corpus" / "briefs"
SHIPPED: Final = len(list(BRIEFS.glob("*.md")))
