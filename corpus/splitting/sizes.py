"""How large passages are. A collection records it, and so it is looked at whenever one is opened."""

from typing import Final

from ...frozen import frozen

LONGEST_SENTENCE: Final = 200
"""What a sentence may cost, in estimated tokens, before it is cut into pieces."""


@frozen
class Splitting:
    """How documents are split. A collection records it.

    Sizes are in estimated tokens: what `sentences.estimate_tokens` says, times what the document's language takes more
    of than English.

    Attributes:
        limit: The most that a passage costs.
        enough: From here on, a passage ends with its paragraph.
        least: A passage that would cost less is evened out with its neighbour.
        version: Rises when the same settings give other passages.

    Raises:
        ValueError: Unless 0 < least <= enough <= limit.
    """

    limit: int = LONGEST_SENTENCE
    enough: int = 160
    least: int = 70
    version: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.least <= self.enough <= self.limit:
            raise ValueError(f"a splitting needs 0 < least <= enough <= limit, not {self}")


DEFAULT: Final = Splitting()
