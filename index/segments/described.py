"""The words of a document's description that its text does not say: who wrote it, and what and whom it is about."""

from collections.abc import Callable, Iterable

from ...corpus.document import Document
from ...corpus.fields import Field, description_of
from ..analysis import Analysed


def description_terms(
    document: Document, fields: Iterable[Field], analyzed: Callable[[str], Analysed] = Analysed
) -> list[str]:
    """The words of these values that the document itself does not say anywhere, in order.

    Each passage of the document carries them. What the document says is left to the passages that say it: else a name
    in a list of people would make all passages of a long text match.

    Args:
        document: The document.
        fields: Those that it can be filtered by.
        analyzed: From a text to its tokens, for whoever keeps a record of them.
    """
    values = [value for _, value in description_of(document, fields)]
    if not values:
        return []
    parts = (document.title, document.text, *(note.text for note in document.notes))
    said = frozenset[str]().union(*(Analysed(part).held for part in parts))
    return [term for value in values for term in analyzed(value).terms if term not in said]
