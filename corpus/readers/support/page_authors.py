"""Who wrote a web page, from its structured data, its head and the line of the author's at its article.

Programs fill in what they have: the name of the site, of whoever set it up, of a button. What is not surely the name of
a person, or of those who signed, is left open.
"""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

from .html_text import Line
from .page_data import PageData, letters
from .page_dates import Near
from .page_words import any_of, words
from .surroundings import Part

_METAS: Final = (
    "author", "article:author", "og:article:author", "og:author", "dc.creator", "dcterms.creator",
    "dc.contributor.author", "citation_author", "parsely-author", "sailthru.author", "byl", "rbauthors",
    "article:author_name", "cre", "vr:author", "authors", "article.author", "dcsext.author",
)  # fmt: skip
_PREFIX = re.compile(
    rf"^\W*(?:{any_of('author').pattern}\s*:|(?:{any_of('done').pattern}\s+)?{any_of('by').pattern}\s*:?\s)\s*",
    re.IGNORECASE,
)
_CJK_PREFIX = re.compile(r"^\s*(?:作者|文|记者|記者|撰文|글|기자)\s*[:：/]\s*")
_CJK_SUFFIX = re.compile(r"\s*(?:기자|특파원|記者|记者)\s*$")
# Where a name is at its end: a date, an address, a sign between it and what follows.
_END = re.compile(
    r"\s*(?:(?<=[a-zß-öø-ÿ])Follow|[|•·@✉►»\n\t]|\s[-–—/]\s|https?:|www\.|\S+@\S|\(|\[|\b(?:\d{1,2}[.:/\s]|\d{4})"
    rf"|{any_of('behind_name').pattern}).*$",
    re.IGNORECASE | re.DOTALL,
)
_BETWEEN = re.compile(r"\s*(?:;|,|\n|\s(?:&|and|und|et|y|e|og|och|en|with|mit|avec|и)\s|\s/\s)\s*", re.IGNORECASE)
_NO_NAME: Final = any_of("no_name")
_NOT_AUTHOR: Final = re.compile("|".join(words("not_author")), re.IGNORECASE)
_HOST = re.compile(r"(?:^|\s)[\w-]+\.(?:com|org|net|de|info|eu|uk|fr|it|es|pl|at|ch|[a-z]{2})$", re.IGNORECASE)
_ROLES = re.compile(r",?\s+(?:ph\.?\s?d|m\.?d|mba|m\.?a|b\.?a|esq|jr|sr|rd|rn|dphil)\.?(?=\s*(?:,|;|$))", re.IGNORECASE)
_CAPITAL = re.compile(r"[^\W\d_a-zß-öø-ÿ]")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PARTICLES: Final = frozenset(words("particles"))
_LONGEST: Final = 150
_LONGEST_NAME: Final = 60
_MOST: Final = 12


def stated_author(data: PageData, site: str) -> str:
    """Those whom a page's structured data or its head name as its authors, parted by semicolons; "" if none."""
    structured = [name for article in data.articles for name in _persons(article.get("author"))]
    metas = [value for wanted in _METAS for key, value in data.metas if key == wanted]
    for values in (structured, metas):
        if found := _names(values, site, data.titles, signed=True):
            return found
    # Several that differ are those of several articles.
    marked = {name for each in data.signatures if (name := _names([each], site, data.titles, signed=True))}
    return marked.pop() if len(marked) == 1 else ""


def shown_author(around: Near, data: PageData, site: str) -> str:
    """Those whom the author's line names, between the heading and the text or right above the heading."""
    lines = [line for line in [*around.below, *around.above[:2]] if not line.part & (Part.FURNITURE | Part.CAPTION)]
    for line in lines:
        is_byline = _is_byline(line) and (not line.part & Part.ASIDE or line.part & Part.CREDIT)
        if is_byline and (found := _names([line.text], site, data.titles, signed=True)):
            return found
    for line in lines:
        is_credit = line.part & Part.CREDIT and not line.part & Part.ASIDE and len(line.text) <= _LONGEST_NAME
        if is_credit and (found := _names([line.text], site, data.titles, signed=False)):
            return found
    return ""


def _is_byline(line: Line) -> bool:
    return len(line.text) <= _LONGEST and _prefixed(line.text) and not line.text.rstrip().endswith((".", "?", "!", "…"))


def _prefixed(text: str) -> bool:
    return bool(_PREFIX.match(text) or _CJK_PREFIX.match(text))


def _persons(value: Any, depth: int = 0) -> Iterator[str]:
    """The names in the author of structured data; those of organisations are none of persons."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < 3:
        for each in cast("list[object]", value)[:_MOST]:
            yield from _persons(each, depth + 1)
    elif isinstance(value, dict):
        said = cast("dict[str, Any]", value)
        if "organization" not in str(said.get("@type", "")).lower():
            yield from _persons(said.get("name"), depth + 1) if depth < 3 else ()


def _names(values: Iterable[str], site: str, titles: Iterable[str], *, signed: bool) -> str:
    found: dict[str, str] = {}
    titles = list(titles)
    for value in values:
        for name in _split(value):
            key = letters(name)
            if not _is_name(name, signed=signed) or not key or key in (letters(site), *titles):
                continue
            if not signed and any(key in title for title in titles):
                continue
            if len(key) > 5 and letters(site) and (key in letters(site) or letters(site) in key):
                continue
            known = found.get(key)
            if known is None or (known.isupper() and not name.isupper()):
                found[key] = name
    names = [_written(name) for name in list(found.values())[:_MOST]]
    # "Jane" beside "Jane Doe" is the same.
    kept = [each for each in names if not any(each != other and f"{each} " in f"{other} " for other in names)]
    return "; ".join(kept)


def _split(value: str) -> Iterator[str]:
    text = re.sub(r"<[^<>]{0,300}>", " ", html.unescape(value[:500]))
    text = " ".join(text.split())
    if text.lower().startswith(("http", "www.", "/", "@")) or _NOT_AUTHOR.search(text):
        return
    text = _CJK_PREFIX.sub("", _PREFIX.sub("", text, count=1), count=1)
    text = _ROLES.sub(
        lambda found: found[0].replace(",", "") if found[0].strip(", .").lower() in ("jr", "sr") else "", text
    )
    text = _END.sub("", text)
    parts = [part for part in _BETWEEN.split(text) if part and part.strip()]
    if any(len(letters(part)) < 2 for part in parts):
        parts = [text]  # "Mac & i" is one name
    for part in parts:
        name = _CJK_SUFFIX.sub("", _PREFIX.sub("", part.strip(" ,;:-–—*'\"„“”|")))
        yield name.strip(" ,;:-–—*'\"„“”|")


def _is_name(name: str, *, signed: bool) -> bool:
    if not 2 <= len(name) <= 60 or _NO_NAME.search(name) or _HOST.search(name) or "@" in name:
        return False
    words = name.split()
    if _WIDE.search(name):
        return len(name) <= 20 and not any(map(str.isdigit, name))
    if any(map(str.isdigit, name)) or len(words) > 6:
        return False
    if len(words) == 1:
        return False
    capitals = sum(bool(_CAPITAL.match(word)) for word in words if word.lower() not in _PARTICLES)
    wanted = sum(word.lower() not in _PARTICLES for word in words)
    return ":" not in name and (capitals == wanted or (signed and capitals >= 1 and "&" in name))


def _written(name: str) -> str:
    """A name as it is usually written: JANE DOE is Jane Doe."""
    if name.isupper() and len(name) > 4 and not _WIDE.search(name):
        return " ".join(word if len(word) <= 2 and "." in word else word.title() for word in name.split())
    return name
