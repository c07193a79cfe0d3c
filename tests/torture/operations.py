"""All that is done while something goes wrong."""

from changes import CHANGES
from copies import COPIES

OPERATIONS = {each.name: each for each in (*CHANGES, *COPIES)}
"""By their names."""
