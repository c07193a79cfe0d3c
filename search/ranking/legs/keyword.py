"""The keyword leg: passages that hold the words of a question, scored by BM25F."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ....frozen import frozen
from ....index.reading.plan import DOCUMENT, OTHERWISE, PAIRS, PASSAGE, Words
from ....index.reading.view import Found
from ..fusion import min_max
from ..settings import Settings
from .leg import ScoredQuery

_OTHERWISE = 0.5
"""What is taken off the score of a word that a passage writes with other accents than the question: "ano" for "año"."""


@frozen
class KeywordLeg:
    """See `Leg`. A passage's own words decide what is a candidate; the other evidence decides among the candidates."""

    name = "keyword"
    is_mode = True
    normalise = staticmethod(min_max)

    def request(self, query: ScoredQuery, settings: Settings) -> Words | None:
        """Its units; evidence whose weight is 0 is not looked for."""
        if not query.units:
            return None
        pairs = query.pairs if settings.pair_weight else ()
        documents = bool(settings.document_weight)
        return Words(
            query.units,
            pairs,
            settings.bm25f,
            documents,
            optional=query.optional,
            faint=query.faint,
            any_word=query.any_word,
            written=query.written,
        )

    def weight(self, query: ScoredQuery, evidence: Mapping[str, NDArray[np.float64]], settings: Settings) -> float:
        """Less for a sentence, which wants its meaning found, than for a list of names."""
        return max(settings.keyword_weight - settings.prose_discount * query.prose, 0.0)

    def scores(self, evidence: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
        """The sum of what its own words, its whole document's and words side by side are worth."""
        weights = {
            PASSAGE: 1.0,
            OTHERWISE: -_OTHERWISE,
            DOCUMENT: settings.document_weight,
            PAIRS: settings.pair_weight,
        }
        return sum((weight * evidence[row] for row, weight in weights.items()), np.zeros(evidence.shape[1]))

    def found(self, said: Found) -> NDArray[np.bool_]:
        """What holds a word."""
        return said.evidence[PASSAGE] > 0

    def details(self, evidence: NDArray[np.float64], settings: Settings) -> dict[str, float]:
        """What each kind of evidence adds."""
        return {
            "passage": float(evidence[PASSAGE]),
            "otherwise": float(0 - _OTHERWISE * evidence[OTHERWISE]),
            "document": float(evidence[DOCUMENT] * settings.document_weight),
            "pairs": float(evidence[PAIRS] * settings.pair_weight),
        }
