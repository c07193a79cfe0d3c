"""Where nothing, or nothing of a word, is found: the nearest passages, the nearest values, the words that are unknown.

`paraphrases.tsv` has sixty questions on the briefs that come with Dragoman, each with the document that answers it, in
words that its passages hardly have.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dragoman

from .share import Share

BRIEFS = Path(__file__).resolve().parents[2] / "corpus" / "briefs"
PARAPHRASES = Path(__file__).with_name("paraphrases.tsv")
UNHEARD = (
    "Merkel",
    "giraffes",
    "Trabzon",
    "волейбол",
    "Wikinger",
    "saxophone",
    "çikolata",
    "Oppenheimer",
    "quinoa",
    "Québec",
)
WRONG = {
    "country": {
        "Frannce": "France",
        "South Corea": "South Korea",
        "Jappan": "Japan",
        "Viet Namm": "Vietnam",
        "Polnad": "Poland",
    },
    "person": {
        "Takaichy": "Takaichi",
        "Macrn": "Macron",
        "Merzz": "Merz",
        "Prabwo": "Prabowo",
        "Zelenskky": "Zelensky",
    },
    "lang": {"english": "en", "en-US": "en", "English": "en", "eng": "en", "en_GB": "en"},
}
COMBINED = (
    "summit country:France person:Takaichi",
    "submarines country:Laos",
    "visit date:1955",
    'talks "purple harbour"',
    "tariff country:Poland date:2026-01-01..2026-01-02",
)


def measure(work: Path) -> Iterator[Share]:
    """Shares for paraphrases, unknown words, values that nothing has, and constraints that together match nothing."""
    with dragoman.create_collection(work / "briefs") as collection:
        collection.add(each for each in dragoman.read([BRIEFS]) if isinstance(each, dragoman.Document))
        yield from _paraphrases(collection)
        asked = [f"{word} summit" for word in UNHEARD]
        named = sum(
            word in _answer(collection, each).get("unknown", ()) for word, each in zip(UNHEARD, asked, strict=True)
        )
        yield Share("words that no passage holds are named", named, len(UNHEARD))
        wrong = [(field, *each) for field, values in WRONG.items() for each in values.items()]
        typed = (_offers(collection, f'summit {field}:"{value}"', right) for field, value, right in wrong)
        given = (_offers(collection, "summit", right, **{field: value}) for field, value, right in wrong)
        yield Share("values that nothing has are helped", sum(typed) + sum(given), 2 * len(wrong))
        told = sum(_tells_what_would_be_found(collection, each) for each in COMBINED)
        yield Share("what a nought is for is told", told, len(COMBINED))


def _paraphrases(collection: "dragoman.Collection") -> Iterator[Share]:
    ids = {each.rpartition("/")[2].removesuffix(".md"): each for each in collection.document_ids()}
    lines = PARAPHRASES.read_text("utf-8").splitlines()
    for mode in ("hybrid", "meaning"):
        found = shown = something = 0
        for line in lines:
            name, question = line.split("\t")
            answer = _answer(collection, question, mode=mode, per_document=True)
            first = [hit["document"]["id"] for hit in answer.get("hits", ())[:3]]
            nearest = [hit["document"]["id"] for hit in answer.get("nearest", ())[:3]]
            found += ids[name] in first
            shown += ids[name] in first + nearest
            something += bool(first or nearest)
        yield Share(f"paraphrases, {mode}: right one in the first three hits", found, len(lines))
        yield Share(f"paraphrases, {mode}: in the first three shown", shown, len(lines))
        yield Share(f"paraphrases, {mode}: anything is shown", something, len(lines))


def _answer(collection: "dragoman.Collection", question: str, **options: Any) -> dict[str, Any]:
    try:
        return collection.search(question, **options).to_dict()
    except dragoman.DragomanError:
        return {}


def _offers(collection: "dragoman.Collection", question: str, right: str, **options: Any) -> bool:
    notices = _answer(collection, question, **options).get("notices", ())
    return any(right in str(each["question"]) for each in notices if each["kind"] == "value")


def _tells_what_would_be_found(collection: "dragoman.Collection", question: str) -> bool:
    offered = [
        each["question"]
        for each in _answer(collection, question, mode="keyword").get("notices", ())
        if each["question"]
    ]
    return bool(offered) and all(_answer(collection, each, mode="keyword").get("total") for each in offered)
