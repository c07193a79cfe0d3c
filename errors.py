"""The errors that every room raises: each says in one line what is wrong and how to mend it.

A terminal shows the message and leaves with `exit_code`; the web answers with `status`. Code that embeds Dragoman
catches `DragomanError`, or the one class it can do something about. All of them can be pickled, and so raised by a
worker process.
"""


class DragomanError(Exception):
    """The base of all errors raised on purpose. The message is one line, fit to be shown to a user as it is."""

    exit_code = 2
    status = 500


class UnreadableSource(DragomanError):
    """A file, stream or record that no document can be read from. The rest of a batch goes in without it."""

    status = 400


class InvalidDocument(DragomanError):
    """A document whose description breaks an invariant: an empty id, a date interval that ends before it begins."""

    status = 400


class InvalidField(DragomanError):
    """A field that a collection is to have of its own cannot be: its name, its type or its key will not do."""


class InvalidArgument(DragomanError, TypeError):
    """What a function or method was called with is of another type than it takes."""

    status = 400


class InvalidPack(DragomanError):
    """A file is not a pack, or is damaged, or holds what no collection may."""

    status = 400


class QueryError(DragomanError):
    """A question that cannot be understood.

    `column` is the 1-based column of the query at which understanding ended, or None where no place is to blame;
    `question` is one that can be understood, to be offered instead, or None; `message` says what is wrong.
    """

    status = 400

    def __init__(self, message: str, column: int | None = None, question: str | None = None) -> None:
        super().__init__(message if column is None else f"{message} (column {column})")
        self.message = message
        self.column = column
        self.question = question

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.column, self.question)


class CollectionNotFound(DragomanError):
    """No collection lies at the given path, or it keeps no state of the given name."""

    status = 404


class CollectionExists(DragomanError):
    """A collection lies already where a new one was asked for."""

    status = 409


class CollectionClosed(DragomanError):
    """The collection is no longer open here: it was closed, and can be opened again."""

    status = 503


class CollectionLocked(DragomanError):
    """Another writer holds the collection. The message names it."""

    status = 503


class CollectionUnreachable(DragomanError):
    """What holds the collection does not answer: a server that is away. The message names it."""

    status = 503


class CollectionMismatch(DragomanError):
    """The collection was built by another format, model or setting than the one it is now used with."""


class CollectionDamaged(DragomanError):
    """A part of the collection is missing or is not what the ledger says it is."""


class SystemRefusal(DragomanError):
    """The system refuses something: room on the disk, a right, one more open file, memory. Nothing is damaged by that.

    Args:
        path: What it is refused for.
        lacking: What is lacking.
        remedy: How to mend it.

    Attributes:
        brief: The message without the folders above the path, for those who should not learn of these.
    """

    status = 503

    def __init__(self, path: str, lacking: str, remedy: str) -> None:
        super().__init__(f"{path}: {lacking}: {remedy}")
        self.path, self.lacking, self.remedy = path, lacking, remedy
        self.brief = f"{path.rpartition('/')[2]}: {lacking}: {remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.path, self.lacking, self.remedy)


class SearchTimeout(DragomanError):
    """A question took longer than it was allowed to."""

    status = 503


class NotFound(DragomanError):
    """No document or passage has the given id."""

    status = 404


class ModelNotFound(DragomanError):
    """The embedding model is not where it should be, or is not one that can be used."""


class MissingExtra(DragomanError, ImportError):
    """A library is missing that one of Dragoman's extras installs.

    The message says what needs it and how to install it; `name` is the library's, where that is known.
    """
