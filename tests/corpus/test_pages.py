"""The pages of the printed original: the word at a page's mark is its first, whatever became of the text."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from dragoman.corpus.cleaning.page_marks import begun_by, moved
from dragoman.corpus.document import Document, Page, Span
from dragoman.corpus.read import read
from dragoman.corpus.readers.support import fields
from dragoman.corpus.readers.support.decode import tidy
from dragoman.corpus.readers.support.printed import paragraphs
from dragoman.errors import InvalidDocument

WORDS = "treaty trade peace 1951 déjà 평화 和平 мир سلام co-operation “quoted” (sic) well-known ﬁsheries naïve".split()
STORY = "The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring."


def printed(chance: random.Random) -> list[list[str]]:
    """The lines of some pages, in which every word tells its page, its line and its position."""

    def line(page: int, number: int) -> str:
        words = (f"{chance.choice(WORDS)}{page}x{number}x{n}" for n in range(chance.randint(1, 9)))
        return " ".join(words) + chance.choice(["", ".", ",", "-"])

    return [[line(page, number) for number in range(chance.randint(0, 6))] for page in range(chance.randint(1, 8))]


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize("seed", range(60))
def test_pages_are_found_again_when_lines_were_joined(seed: int) -> None:
    pages = printed(random.Random(seed))
    text = "\n\n".join(paragraphs(pages))
    marks = begun_by(((str(n), page) for n, page in enumerate(pages)), text)
    assert [page.label for page in marks] == [str(n) for n in range(len(pages))]
    for number, mark in enumerate(marks):
        behind = "".join(line for page in pages[number:] for line in page)
        assert letters(text[mark.at :]) == letters(behind), number


@pytest.mark.parametrize("seed", range(60))
def test_pages_are_found_again_when_lines_were_cut(seed: int) -> None:
    chance = random.Random(seed)
    pages = printed(chance)
    text, marks = "", list[Page]()
    for number, page in enumerate(pages):
        marks.append(Page(str(number), len(text)))
        text += "".join(f"{line}\n" for line in page)
    left = [[line for line in page if chance.random() < 0.7] for page in pages]
    kept = "\n".join(line for page in left for line in page).strip()
    for number, mark in enumerate(moved(marks, text, kept)):
        behind = "".join(line for page in left[number:] for line in page)
        assert letters(kept[mark.at :]) == letters(behind), number


def test_marks_stand_before_what_opens_a_word() -> None:
    (_, mark) = begun_by([("1", ["They met."]), ("2", ["(“Again”) they met."])], "They met. (“Again”) they met.")
    assert mark == Page("2", 10)
    (_, mark) = begun_by([("1", ["A Franco-"]), ("2", ["German treaty"])], "A Franco-German treaty")
    assert mark == Page("2", 9)


def test_what_was_normalised_a_little_is_the_same_text_and_another_text_has_no_pages() -> None:
    before = "".join(f"The ministers agreed on item {n} of the long agenda.\n" for n in range(40))
    marks = [Page("1", 0), Page("2", before.index("ministers agreed on item 20"))]
    after = before.replace("ministers", "mînisters").replace("\n", " ")
    found = moved(marks, before, after)
    assert after[found[1].at :].split()[:5] == ["mînisters", "agreed", "on", "item", "20"]
    assert moved(marks, before, "Quite another text " * 40) == ()
    assert moved((), before, after) == ()
    assert moved(marks, before, "") == (Page("1", 0), Page("2", 0))


def test_a_record_has_its_pages(tmp_path: Path) -> None:
    pages = [["pg_1474", 0], [1475, text_at("agreed")], ["[xii]", "60"], ["p. 9", 9999]]
    row = {"id": "a", "text": STORY, "pages": pages}
    (tmp_path / "x.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (document,) = read([tmp_path / "x.jsonl"])
    assert isinstance(document, Document)
    assert document.pages == (Page("1474", 0), Page("1475", 43), Page("xii", 60), Page("9", len(STORY)))
    assert document.unused == ()


def text_at(word: str) -> int:
    return STORY.index(word)


@pytest.mark.parametrize("pages", ["12-15", 12, [12, 13], [["a"]], [["", 0]], [["a", -1]], {"first": 1}, [[None, 0]]])
def test_what_is_no_list_of_marks_is_left_alone(tmp_path: Path, pages: object) -> None:
    (tmp_path / "x.jsonl").write_text(json.dumps({"id": "a", "text": STORY, "pages": pages}), encoding="utf-8")
    (document,) = read([tmp_path / "x.jsonl"])
    assert isinstance(document, Document)
    assert (document.pages, document.unused) == ((), ("pages",))


def test_offsets_are_into_the_text_as_the_record_has_it(tmp_path: Path) -> None:
    raw = f"\r\n\r\nOne.\r\n\x07{STORY}"
    row = {"id": "a", "text": raw, "pages": [["1", 0], ["2", raw.index("The two")]]}
    (tmp_path / "x.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (document,) = read([tmp_path / "x.jsonl"])
    assert isinstance(document, Document)
    assert document.text[document.pages[1].at :].startswith("The two leaders")


def test_offsets_between_the_halves_of_a_line_end_and_out_of_order(tmp_path: Path) -> None:
    raw = "One.\r\nTwo.\r\n\r\nThree.\u2029Four.\x81 Five."
    starts = [raw.index(word) for word in ("Five", "Two", "Three", "Four")] + [5, 12, 999]
    row = {
        "id": "a",
        "text": raw,
        "pages": [[f"{n}", at] for n, at in enumerate(starts)],
        "notes": [[f"{n}", at, "so"] for n, at in enumerate(starts)],
    }
    (tmp_path / "x.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (document,) = read([tmp_path / "x.jsonl"])
    assert isinstance(document, Document)
    assert document.text == "One.\nTwo.\n\nThree.\n\nFour. Five."
    # The page that is marked between two halves of a line end begins behind it.
    assert [note.at for note in document.notes] == [25, 5, 11, 19, 5, 10, 30]
    assert sorted(document.pages, key=lambda page: int(page.label)) == [
        Page(note.mark, note.at) for note in document.notes
    ]


def test_many_marks_in_a_text_that_is_tidied_cost_little_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    characters = 0

    def counted(text: str) -> str:
        nonlocal characters
        characters += len(text)
        return tidy(text)

    raw = "A line of some words.\r\n" * 2_000
    marks = list(range(0, len(raw), 23))
    row = {"id": "a", "text": raw, "pages": [["1", at] for at in marks], "notes": [["1", at, "so"] for at in marks]}
    (tmp_path / "x.jsonl").write_text(json.dumps(row), encoding="utf-8")
    monkeypatch.setattr(fields, "tidy", counted)
    (document,) = read([tmp_path / "x.jsonl"])
    assert isinstance(document, Document)
    assert (len(document.notes), len(document.pages)) == (2_000, 2_000)
    assert characters < 10 * len(raw)


@pytest.mark.parametrize("label", ["Map 1", "App-2", "Supp3", "Chap ii", "A-12", "pp"])
def test_only_what_begins_as_an_editors_id_is_one(tmp_path: Path, label: str) -> None:
    row = {"id": "a", "text": STORY, "pages": [[label, 0]]}
    (tmp_path / "x.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (document,) = read([tmp_path / "x.jsonl"])
    assert isinstance(document, Document)
    assert document.pages == (Page(label, 0),)


def test_a_page_without_a_label_ends_the_one_before_and_is_not_cited(tmp_path: Path) -> None:
    agreed = text_at("agreed")
    row = {"id": "a", "text": STORY, "pages": [["5", 0], ["[]", agreed], ["7", agreed + 20]]}
    (tmp_path / "x.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (document,) = read([tmp_path / "x.jsonl"])
    assert isinstance(document, Document)
    assert [page.at for page in document.pages] == [0, agreed, agreed + 20]
    assert [page.label for page in document.pages_of(Span(0, agreed))] == ["5"]
    assert document.pages_of(Span(agreed, agreed + 10)) == ()
    assert [page.label for page in document.pages_of(Span(0, agreed + 30))] == ["5", "7"]


def test_pages_go_with_the_description() -> None:
    document = Document("a", STORY, pages=(Page("1", 0), Page("2", 40)))
    described = json.loads(json.dumps(document.description()))
    assert described["pages"] == [["1", 0], ["2", 40]]
    assert Document.from_description(described, STORY) == document
    assert document.content_hash != Document("a", STORY).content_hash
    assert "pages" not in Document("a", STORY).description()


def test_pages_that_a_program_gives_are_put_in_order() -> None:
    given: Any = [("2", 40), ("1", 0)]
    assert Document("a", STORY, pages=given).pages == (Page("1", 0), Page("2", 40))
    for wrong in ([("2",)], [3], [("a", None), ("b", 2)]):
        given = wrong
        with pytest.raises(InvalidDocument, match=r"^a: each of its pages must have a label and an offset$"):
            Document("a", STORY, pages=given)


@pytest.mark.parametrize(
    ("span", "labels"),
    [
        ((0, 5), ""),
        ((0, 20), "7"),
        ((10, 20), "7"),
        ((15, 25), "7 8 9"),
        ((20, 21), "9"),
        ((40, 60), "9 10"),
        ((50, 51), "10"),
    ],
)
def test_a_passage_knows_the_pages_that_it_stands_on(span: tuple[int, int], labels: str) -> None:
    # Page 8 is blank: page 9 begins where it does.
    document = Document("a", "x" * 60, pages=(Page("7", 10), Page("8", 20), Page("9", 20), Page("10", 50)))
    assert " ".join(page.label for page in document.pages_of(Span(*span))) == labels
