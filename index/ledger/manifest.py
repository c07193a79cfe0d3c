"""What a collection says of itself: what its index was built with, and what was measured on it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from ...corpus.fields import TAKEN, Fields, OwnField
from ...frozen import frozen
from ..encoding.floors import Floors
from ..encoding.query_encoder import EncoderInfo
from .schema import IDENTITY

RANKING: Final = "ranking"
"""The setting that says how a tuned collection is ranked; one that is not tuned has none."""

VARIANTS: Final = "variants"
"""The setting that has the groups of names that its owner gave it, each a line; one that has none lacks it."""

FIELDS: Final = "fields"
"""The setting that has a collection's own fields, each as [name, key, type]; one that has none lacks it."""

LINEAGE: Final = "lineage"
"""The setting of a collection that took another one's place: that one's lineage, so that whoever follows it goes on.
Where there is none it is the collection's identity."""


@frozen
class Manifest:
    """The settings of a collection at one generation.

    Attributes:
        generation: The number of changes made to it.
        analyzer: The version of the analyzer that made its terms.
        splitting: How its documents were split into passages.
        model: The name of the model that made its vectors, or the path of its folder.
        dimension: How many components a vector has.
        precision: That of the passages' forward pass, "bfloat16" or "float32".
        encoder_folder: The name of the query encoder's folder.
        encoder_json: All that is known of how the vectors were made, as `encoder.json` has it.
        floors: The similarities that a passage must reach to be near a question.
        ranking: How it is ranked if it was tuned, as JSON has it, or None.
        fields: The fields that its documents may have, its own included.
        variants: The groups of names that count as the same in it, beside those that everywhere do.
        lineage: See LINEAGE; empty in a format before 6.
    """

    generation: int
    analyzer: int
    splitting: Mapping[str, Any]
    model: str
    dimension: int
    precision: str
    encoder_folder: str
    encoder_json: str
    floors: Floors
    ranking: Any
    fields: Fields
    variants: tuple[str, ...] = ()
    lineage: str = ""

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Manifest":
        """The manifest that the ledger's settings make up."""
        encoder = settings["encoder"]
        return cls(
            generation=settings["generation"],
            analyzer=settings["analyzer"],
            splitting=settings["splitting"],
            model=encoder["name"],
            dimension=encoder["dimension"],
            precision=encoder["precision"],
            encoder_folder=settings.get("encoder_folder", ""),
            encoder_json=json.dumps(encoder),
            floors=Floors(*settings["floors"]),
            ranking=settings.get(RANKING),
            fields=fields_of(settings),
            variants=tuple(settings.get(VARIANTS, ())),
            lineage=settings.get(LINEAGE) or settings.get(IDENTITY, ""),
        )

    @property
    def encoder(self) -> EncoderInfo:
        """What the vectors were made with.

        A collection of another recipe is refused only here, since its words can be searched all the same.

        Raises:
            CollectionMismatch: Another version of Dragoman's recipe made them.
            CollectionDamaged: What the ledger says of the encoder cannot be read.
        """
        return EncoderInfo.from_json(self.encoder_json)


def fields_of(settings: Mapping[str, Any]) -> Fields:
    """The fields that the documents of a collection may have, by its settings.

    One of its own whose name Dragoman has taken since is left out, so that the collection can be opened: see
    `overruled_fields`.
    """
    gone = overruled_fields(settings)
    return Fields(OwnField(*each) for each in settings.get(FIELDS, ()) if each[0] not in gone)


def overruled_fields(settings: Mapping[str, Any]) -> list[str]:
    """The names of a collection's own fields that this Dragoman does not let fields have."""
    return [name for name, *_ in settings.get(FIELDS, ()) if name in TAKEN]
