"""Lines that most documents of an outlet share are cut, and what only looks so is not."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from dragoman.corpus.describe import describe
from dragoman.corpus.document import Document
from dragoman.corpus.readers import ReadOptions, Skipped, read
from dragoman.corpus.recurring import WINDOW, without_recurring_lines

SLOGAN = "The Gazette – Independent since 1893"
NOTICE = "The Gazette follows the code of the Press Council, and corrects what turns out to be wrong on page two."
TOWNS = "Seoul Tokyo Paris Rome Lima Oslo Cairo Delhi Hanoi Quito Accra Dakar".split()


def story(
    town: str, *, outlet: str = "The Gazette", above: Iterable[str] = (SLOGAN,), below: Iterable[str] = ()
) -> Document:
    body = [
        f"Ministers reach an agreement in {town}",
        f"The ministers met in {town} on Monday and agreed to hold a further round of talks on trade in the spring.",
        "Thank you.",
    ]
    return describe(Document(id=town, text="\n\n".join([*above, *body, *below]), outlet=outlet))


def cleaned(documents: Iterable[Document]) -> list[Document]:
    return list(without_recurring_lines(documents))


def test_what_most_documents_of_an_outlet_share_is_cut_and_kept_as_cut() -> None:
    before = [story(town, below=["Thank you.", NOTICE]) for town in TOWNS]
    assert before[0].title == SLOGAN
    after = cleaned(before)
    assert [document.id for document in after] == TOWNS
    for town, document in zip(TOWNS, after, strict=True):
        assert document.cut == (SLOGAN, NOTICE)
        assert document.title == f"Ministers reach an agreement in {town}"
        assert document.text.startswith("The ministers met")
        # A short sentence stays, though all of them have it.
        assert document.text.endswith("Thank you.\n\nThank you.")
        assert document.provenance["title"] == "extracted"


@pytest.mark.parametrize(
    "documents",
    [
        [story(town) for town in TOWNS[:4]],
        [story(town, outlet="") for town in TOWNS],
        [story(town, outlet=f"Paper {number}") for number, town in enumerate(TOWNS)],
        [story(town, above=[SLOGAN] if number % 2 else []) for number, town in enumerate(TOWNS)],
        [replace(story("Seoul"), id=town) for town in TOWNS],
        [
            story("Seoul", above=[], below=[NOTICE, (town + ", it was said, kept its own counsel. ") * 12])
            for town in TOWNS
        ],
    ],
    ids=["too few", "no outlet", "many outlets", "only half of them", "one story", "nearly one story"],
)
def test_what_is_not_sure_stays(documents: list[Document]) -> None:
    assert cleaned(documents) == documents


def test_a_given_title_is_never_changed() -> None:
    documents = [
        describe(replace(story(town), title="A title of ours", provenance={"title": "given"})) for town in TOWNS
    ]
    assert {document.title for document in cleaned(documents)} == {"A title of ours"}


def test_more_than_half_of_a_text_is_never_cut() -> None:
    documents = [
        Document(id=town, outlet="G", text=f"{town}\n\n{NOTICE}", title=town, provenance={"title": "given"})
        for town in TOWNS
    ]
    assert cleaned(documents) == documents


def test_lines_once_found_stay_known_and_little_is_held_back() -> None:
    taken = 0

    def many() -> Iterable[Document | Skipped]:
        nonlocal taken
        for number in range(2 * WINDOW + 2):
            taken += 1
            yield replace(story(TOWNS[number % 12] + str(number)), id=str(number))
        yield Skipped("x", "empty")

    found = without_recurring_lines(many())
    assert next(iter(found)) is not None
    assert taken == WINDOW
    *documents, skipped = found
    assert isinstance(skipped, Skipped)
    # The last two are too few to show anything by themselves.
    assert [each.cut for each in documents if isinstance(each, Document)] == [(SLOGAN,)] * (2 * WINDOW + 1)


def page(town: str) -> str:
    document = story(town, above=[])
    lines = [f"<p>{line}</p>" for line in [SLOGAN, *document.text.split("\n\n")] * 1]
    return (
        f'<html><head><meta property="og:site_name" content="The Gazette"><title>{document.title}</title></head><body>'
        f"<article><h1>{document.title}</h1>{''.join(lines)}<p>Officials in {town} said that more was to come, and that"
        f" the treaty on fisheries would be among the first to be signed by the two sides in the year ahead.</p>"
        "</article></body></html>"
    )


def test_web_pages_of_one_outlet_that_are_read_together(tmp_path: Path) -> None:
    for town in TOWNS:
        (tmp_path / f"{town}.html").write_text(page(town), encoding="utf-8")
    together = [each for each in read([tmp_path]) if isinstance(each, Document)]
    assert {document.cut for document in together} == {(SLOGAN,)}
    assert not any(SLOGAN in document.text for document in together)
    (alone,) = read([tmp_path / "Seoul.html"])
    assert isinstance(alone, Document)
    assert SLOGAN in alone.text
    as_they_are = read([tmp_path], options=ReadOptions(cleaning=False))
    assert all(SLOGAN in each.text for each in as_they_are if isinstance(each, Document))
