"""Three articles as a scraper left them: which of their lines a person would call the article."""

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from support.places import SEEDS

pytestmark = pytest.mark.shared("seeds")

# Of the lines that are not empty, counted from 0: those of the body, and the headline where there is one.
BODIES = {"000": (range(3, 15), 0), "001": (range(4, 13), None), "004": (range(6, 13), 2)}
BEGINNINGS = {"000": "- Strategic Partnership:", "001": "President Lee Jae Myung of", "004": "UPDATE: South Korean"}
ENDS = {"000": "traveling to Korea.", "001": "a stable future.", "004": "evolving geopolitical landscape."}


@pytest.mark.parametrize("number", BODIES)
def test_the_body_is_what_a_person_would_write_down_and_the_rest_is_kept_as_cut(number: str) -> None:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    (document,) = read([path])
    assert isinstance(document, Document)
    lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    body, headline = BODIES[number]
    assert [line for line in document.text.split("\n") if line] == [lines[at] for at in body]
    assert document.text.startswith(BEGINNINGS[number])
    assert document.text.endswith(ENDS[number])
    assert list(document.cut) == [line for at, line in enumerate(lines) if at not in body and at != headline]
    if headline is not None:
        assert document.title == lines[headline]
