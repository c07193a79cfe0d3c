"""What a document's description says that its text does not: who wrote it, what it is about, whom it concerns."""

from collections.abc import Callable, Iterable, Iterator

from ...corpus.document import Document
from ...corpus.fields import Field
from ..analysis import Token, analyze


def described(document: Document, fields: Iterable[Field]) -> Iterator[tuple[str, str]]:
    """The values by which free words find a document, each after the name of its field.

    Args:
        document: The document.
        fields: Those that it can be filtered by; only some describe it: see `Field.is_description`.
    """
    for field in fields:
        if field.is_description:
            yield from ((field.name, value) for value in field.values(document) if value.strip())


def description_terms(
    document: Document, fields: Iterable[Field], analyzed: Callable[[str], list[Token]] = analyze
) -> list[str]:
    """The words of these values that the document itself does not say anywhere, in order.

    Each passage of the document carries them. What the document says is left to the passages that say it: else a name
    in a list of people would make all passages of a long text match.

    Args:
        document: The document.
        fields: As for `described`.
        analyzed: From a text to its tokens, for whoever keeps a record of them.
    """
    values = [value for _, value in described(document, fields)]
    if not values:
        return []
    parts = (document.title, document.text, *(note.text for note in document.notes))
    said = {token.term for part in parts for token in analyze(part)}
    return [token.term for value in values for token in analyzed(value) if token.term not in said]
