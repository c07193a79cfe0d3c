"""The fields of a document that a question may name: each is declared here, once.

Columns, filters, facets, completion, the options of the command line, the parameters of the API and its description,
the schema of MCP, the facets of a page and the documentation follow from this table. A field more is one entry in
`DECLARED`, and one attribute of `Document` if no attribute holds its values yet. A collection may have fields of its
own beside these: see `OwnField`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal, TypeAlias, get_args

from ..errors import InvalidField
from ..frozen import frozen
from .document import Document

FieldType: TypeAlias = Literal["facet", "text", "number", "date"]
"""What a field's values are.

`facet` ones are filtered by, counted and completed; `text` is filtered by its words; of `number` and `date`, ranges are
asked for as well: `votes:10..20`, `received:2025-11..`.
"""

MOST_VALUES: Final = 1000
"""The most values of one field that a document may have."""

LONGEST_VALUE: Final = 500
"""The most characters of one value."""

LONGEST_TEXT_VALUE: Final = 20_000
"""The most characters of one value of a field whose type is text."""

MOST_OWN: Final = 32
"""The most fields of its own that a collection may have."""

_LONGEST_NAME: Final = 32

RECORD_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id",),
    "text": ("text",),
    "html": ("html",),
    "title": ("title",),
    "dates": ("dates", "date"),
    "place": ("place",),
    "outlet": ("outlet",),
    "author": ("author", "authors"),
    "url": ("url",),
    "kind": ("kind",),
    "language": ("language", "lang"),
    "countries": ("countries",),
    "people": ("people", "persons"),
    "topics": ("topics",),
    "senders": ("senders", "sender", "from"),
    "recipients": ("recipients", "recipient", "to"),
    "volume": ("volume",),
    "classification": ("classification",),
    "references": ("references", "sources"),
    "notes": ("notes",),
}
"""Under which keys records and front matter have what a document has; of several, the first that is not empty."""

RECORD_NAMES: Final[Mapping[str, str]] = {
    **{key: attribute for attribute, keys in RECORD_KEYS.items() for key in keys},
    "country": "countries",
    "person": "people",
    "topic": "topics",
}
"""What `ReadOptions.fields` and `--field` may call that, and the name in RECORD_KEYS that is meant."""

_SEARCH: Final = (
    "q query limit offset mode sort match after before where document similar fold unfold facets explain highlights "
    "timing timeout literal page more"
)
RESERVED: Final = frozenset({*RECORD_NAMES, *f"note about {_SEARCH} cut origin ids histogram undated covered".split()})
"""What a field may not be called besides: a record's key, a text field of the query language, an option of a search or
parameter of a page, what stands in an answer beside the fields, and `ids`, as an index calls those of documents."""


@frozen(kw_only=True)
class Field:
    """A field: `name:value` in a question.

    Attributes:
        name: What a question, an option and a parameter call it: small letters only.
        label: What a page calls it.
        values: How a document gives its values; empty strings among them are no values.
        about: Which documents it confines a search to, as it goes on from "Only documents ".
        example: A value for documentation.
        canonical: From a value as a question says it to the one that documents have, or None where it is not known,
            and every value that has all its words will do.
        aliases: Other names that mean it in a question.
        type: See FieldType.
        is_subject: Whether a free word that is being typed may be completed to one of its values.
        is_description: Whether free words find a document by its values, even if its text does not have them.
    """

    name: str
    label: str
    values: Callable[[Document], Sequence[str]]
    about: str
    example: str = ""
    canonical: Callable[[str], str | None] = lambda _: None
    aliases: tuple[str, ...] = ()
    type: FieldType = "facet"
    is_subject: bool = False
    is_description: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether its values are counted in facets, and offered as completions."""
        return self.type == "facet"


def _canonical_country(value: str) -> str | None:
    from .description.countries import canonical_country  # late: it reads a table that most questions do not need

    return canonical_country(value)


CLASSIFICATIONS: Final = (
    "Top Secret",
    "Secret",
    "Confidential",
    "Restricted",
    "Limited Official Use",
    "Official Use Only",
    "Unclassified",
)
"""How archives mark what may be seen by whom, the most secret first."""

_LONGEST_SOURCE_NOTE: Final = 10_000
# A classification stands by itself: "Central Files, 1–51. Top Secret; Niact.", "[Confidential.]". The full stop before
# it may be missing after a file's number, and it may come after what a letter is besides: "Personal and Secret."
_STATED = re.compile(
    r"(?:^|[.;]\s*|\[|, (?=[\w ]{1,40}[.;/])|(?-i:(?<=[A-Z0-9]{2}) (?=[\w ]{1,40}[.;]))|\bPersonal and |\bFor )"
    rf"({'|'.join(CLASSIFICATIONS)})(?=[.;,/\]]|$)",
    re.IGNORECASE,
)


def canonical_classification(value: str) -> str | None:
    """The usual writing of a classification, such as "Top Secret" for "TOP SECRET"; None for one that is not usual."""
    plain = " ".join(re.findall(r"\w+", value)).lower()
    return next((known for known in CLASSIFICATIONS if known.lower() == plain), None)


def stated_classification(source_note: str) -> str:
    """The classification that an archive's note on a document's source states, or "".

    Args:
        source_note: Such as "Source: Central Files, 611.94/2–1258. Top Secret; Priority. Drafted by Lane.": a mark that
            stands by itself counts, the name of a "Confidential File" does not, and of several the first does.
    """
    found = _STATED.search(" ".join(source_note[:_LONGEST_SOURCE_NOTE].split()))
    return (found and canonical_classification(found[1])) or ""


DECLARED: Final[tuple[Field, ...]] = (
    Field(
        name="country",
        label="Country",
        values=lambda document: document.countries,
        about="on this country",
        example="France",
        canonical=_canonical_country,
        is_subject=True,
    ),
    Field(
        name="person",
        label="Person",
        values=lambda document: [person.name for person in document.people],
        about="on this person",
        example="Macron",
        is_subject=True,
        is_description=True,
    ),
    Field(
        name="outlet",
        label="Outlet",
        values=lambda document: [document.outlet],
        about="of this outlet",
        example="Yonhap",
        is_subject=True,
    ),
    Field(
        name="place",
        label="Place",
        values=lambda document: [document.place],
        about="from this place",
        example="Nara",
    ),
    Field(
        name="kind",
        label="Kind",
        values=lambda document: [document.kind],
        about="of this kind, such as communiqué",
        example="article",
    ),
    Field(
        name="lang",
        label="Language",
        values=lambda document: [document.language],
        about="in this language, such as fr",
        example="en",
        canonical=str.lower,
        aliases=("language",),
    ),
    Field(
        name="author",
        label="Author",
        values=lambda document: [document.author],
        about="by this author",
        example="Kim",
        is_description=True,
    ),
    Field(
        name="topic",
        label="Topic",
        values=lambda document: document.topics,
        about="on this topic",
        example="trade",
        is_description=True,
    ),
    Field(
        name="from",
        label="From",
        values=lambda document: document.senders,
        about="sent by this person or office",
        example="Rusk",
        is_description=True,
        aliases=("sender",),
    ),
    Field(
        name="to",
        label="To",
        values=lambda document: document.recipients,
        about="sent to this person or office",
        example="Kennedy",
        is_description=True,
        aliases=("recipient",),
    ),
    Field(
        name="volume",
        label="Volume",
        values=lambda document: [document.volume],
        about="of this volume",
        example="frus1961-63v05",
    ),
    Field(
        name="classification",
        label="Classification",
        values=lambda document: [document.classification],
        about="of this classification, such as Secret",
        example="Secret",
        canonical=canonical_classification,
    ),
)
"""The fields that every collection has, in the order in which they are shown."""


@frozen
class OwnField:
    """A field that a collection has of its own: `dragoman index … --field desk=department --field-type desk=date`.

    Attributes:
        name: What a question calls it.
        key: Under which key records have its values, or in which column.
        type: See FieldType.

    Raises:
        InvalidField: The name or the type will not do.
    """

    name: str
    key: str
    type: FieldType = "facet"

    def __post_init__(self) -> None:
        shown = self.name[:40]
        if not self.name.isalpha() or self.name != self.name.lower() or len(self.name) > _LONGEST_NAME:
            raise InvalidField(
                f"a field cannot be called {shown!r}: use small letters only, {_LONGEST_NAME} at most; "
                f"the key of the record may be any, as in --field desk='Desk No. 1'"
            )
        if self.name in TAKEN:
            raise InvalidField(f"there is a field {shown!r} already: choose another name, as in --field my{shown}=…")
        if self.type not in get_args(FieldType):
            kinds = ", ".join(get_args(FieldType))
            raise InvalidField(f"the type of the field {shown!r} is {self.type[:40]!r}, and must be one of {kinds}")
        if not self.key.strip():
            raise InvalidField(f"the field {shown!r} needs the key that records have it under: --field {shown}=KEY")

    @property
    def field(self) -> Field:
        """The field as questions see it."""
        return Field(
            name=self.name,
            label=self.name.capitalize(),
            values=lambda document: document.extra.get(self.name, ()),
            about=f"with this {self.name}",
            type=self.type,
            is_description=self.type in ("facet", "text"),
        )


TAKEN: Final = RESERVED.union(*({each.name, *each.aliases} for each in DECLARED))
"""What a collection may not call a field of its own."""
"""What a collection's own field may not be called: an option, a name of the query language, of a record, of ours."""


class Fields:
    """The fields of a collection: those that all have, then its own. Immutable; equal if the own ones are.

    Args:
        own: Its own.

    Raises:
        InvalidField: Two of its own have one name, or they are more than MOST_OWN.
    """

    def __init__(self, own: Iterable[OwnField] = ()) -> None:
        self.own = tuple(own)
        if len(self.own) > MOST_OWN:
            raise InvalidField(f"a collection has at most {MOST_OWN} fields of its own, not {len(self.own)}")
        self._by_name = {each.name: each for each in DECLARED}
        for each in self.own:
            if each.name in self._by_name:
                raise InvalidField(f"the field {each.name!r} is declared twice: give each name once")
            self._by_name[each.name] = each.field
        self._called = {alias: each for each in self for alias in (each.name, *each.aliases)}

    def __iter__(self) -> Iterator[Field]:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> Field:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fields) and self.own == other.own

    def __hash__(self) -> int:
        return hash(self.own)

    def __reduce__(self) -> tuple[type["Fields"], tuple[tuple[OwnField, ...]]]:
        # How a document gives the values of those that all have is code, which is in every process.
        return Fields, (self.own,)

    def with_own(self, own: Iterable[OwnField]) -> "Fields":
        """These with some of its own more, or in place of those of the same names. Raises InvalidField for too many."""
        return Fields({each.name: each for each in (*self.own, *own)}.values())

    def settings(self) -> list[list[str]]:
        """Its own as JSON-ready values: each is [name, key, type]."""
        return [[each.name, each.key, each.type] for each in self.own]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(self._by_name)

    def called(self, name: str) -> Field | None:
        """The field that somebody means by a name, or None."""
        return self._called.get(name.lower())


FIELDS: Final = Fields()
"""Those of a collection that has none of its own."""


def description_of(document: Document, fields: Iterable[Field]) -> Iterator[tuple[str, str]]:
    """The values by which free words find a document, each after the name of its field.

    Args:
        document: The document.
        fields: Those that it can be filtered by; only some describe it: see `Field.is_description`.
    """
    for field in fields:
        if field.is_description:
            yield from ((field.name, value) for value in field.values(document) if value.strip())
