"""Where each field of a description came from: kept with the document, and shown."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.corpus.document import Document
from dragoman.corpus.read import read

if TYPE_CHECKING:
    from conftest import MakeCollection

    from support.programs import Ran

ARTICLE = (
    "Lee and Macron Meet in Johannesburg\n\nJohannesburg, Nov 23 (NationPress) South Korean President Lee Jae Myung met"
    " the French president, who had come from Paris, on the sidelines of the summit of the Group of 20 nations.\n"
)


def test_a_collection_remembers_what_was_inferred(
    make_collection: "MakeCollection", here: "Callable[..., Ran]", tmp_path: Path
) -> None:
    (tmp_path / "2025-11-24.txt").write_text(ARTICLE, encoding="utf-8")
    (document,) = read([tmp_path / "2025-11-24.txt"])
    assert isinstance(document, Document)
    make_collection([document]).close()
    ran = here("show", document.id, "--collection", tmp_path / "collection", "--json")
    shown = json.loads(ran.out)
    assert shown["dates"] == ["2025-11-23", "2025-11-23"]
    assert shown["provenance"]["dates"] == "inferred"
    assert shown["provenance"]["place"] == "extracted"
    text = here("show", document.id, "--collection", tmp_path / "collection").out
    assert "title, place, outlet, countries, people extracted; dates, language inferred\n" in text
