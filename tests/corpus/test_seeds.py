"""Three articles as a scraper left them: what a person would write on their index cards."""

from pathlib import Path
from shutil import copyfile

import pytest

from dragoman.corpus.description.head.datelines import find_dateline
from dragoman.corpus.document import Document, Person
from dragoman.corpus.read import read
from support.places import SEEDS

pytestmark = pytest.mark.shared("seeds")

LEE = Person("Lee Jae Myung", "President", "South Korea")


def seed(number: str) -> Path:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    return path


def described(path: Path) -> Document:
    (document,) = read([path])
    assert isinstance(document, Document)
    return document


def test_a_wire_story_with_headline_and_dateline() -> None:
    document = described(seed("000"))
    assert document.title == (
        "Can South Korean President Lee Strengthen Ties with France During Discussions with Macron?"
    )
    assert (document.place, document.outlet, document.author) == ("Johannesburg", "NationPress", "")
    assert document.dates is None  # the dateline says Nov 23, and nothing in the file of which year
    assert find_dateline(document.text.splitlines()).day == (11, 23)
    assert document.people == (LEE, Person("Emmanuel Macron", "President", "France"))
    assert document.countries[:2] == ("South Korea", "France")
    assert document.language == "en"
    assert document.provenance == {
        "title": "extracted", "place": "extracted", "outlet": "extracted", "people": "extracted",
        "countries": "extracted", "language": "inferred",
    }  # fmt: skip


def test_its_year_is_inferred_from_the_name_of_its_file(tmp_path: Path) -> None:
    for name in ("nationpress-2025-11-24.txt", "20251125_lee_macron.txt"):
        copyfile(seed("000"), tmp_path / name)
        document = described(tmp_path / name)
        assert str(document.dates) == "2025-11-23"
        assert document.provenance["dates"] == "inferred"


def test_an_article_whose_headline_is_lost() -> None:
    document = described(seed("001"))
    # No headline is left: the title is made of the first sentence, and says so.
    assert document.title == (
        "President Lee Jae Myung of South Korea is set to visit Japan for a crucial summit with"
        " Prime Minister Sanae Takaichi…"
    )
    assert document.provenance["title"] == "inferred"
    assert (document.place, document.outlet, document.author) == ("", "", "Saif Rahman")
    assert document.dates is None
    assert document.people == (
        LEE, Person("Sanae Takaichi", "Prime Minister"), Person("Xi Jinping", "President", "China")
    )  # fmt: skip
    assert document.countries == ("South Korea", "Japan", "China", "North Korea")


def test_an_article_that_misdates_its_summit() -> None:
    document = described(seed("004"))
    assert document.title == "South Korea’s Lee Pushes for US-North Korea Talks at Trump Summit"
    assert (document.place, document.outlet, document.author) == ("", "", "")
    assert "October 1, 2023" in document.text
    assert document.dates is None
    assert document.people == (LEE, Person("Wi Sung-lac", "Aide"), Person("Kim Jong Un", "Leader", "North Korea"))
    assert document.countries[:3] == ("South Korea", "United States", "North Korea")
