"""What a web page says of itself in its head: JSON-LD, meta elements, the language, the canonical address.

Structured data of a page may be of other pages as well: of a list of headlines, of related stories, of comments. Only
what stands at the top, or beside it in one graph, is of the page itself.
"""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final, cast

from .markup import Element, etree

_HEAD: Final = 500_000
"""How much of a page is searched, in characters: what it says of itself stands near its beginning."""

_LONGEST_DATA: Final = 2_000_000
_MOST_NODES: Final = 200
_LETTERS = re.compile(r"[\W_]+")
_APART = re.compile(r"comment|related|sidebar|widget|teaser|recommend", re.IGNORECASE)
_ARTICLES: Final = frozenset("blogposting report liveblogposting newsitem socialmediaposting".split())
_OTHERS: Final = frozenset("webpage itempage aboutpage medicalwebpage creativework podcastepisode recipe book".split())


class PageData:
    """The head of a page, parsed."""

    def __init__(self, page: str) -> None:
        from lxml import html  # pyright: ignore[reportMissingTypeStubs]

        options: dict[str, Any] = {"remove_comments": True, "remove_pis": True, "huge_tree": True, "no_network": True}
        parser: Any = html.HTMLParser(encoding="utf-8", **options)
        try:
            self.root: Element | None = etree.fromstring(page[:_HEAD].encode("utf-8", "replace"), parser)
        except (etree.XMLSyntaxError, ValueError):
            self.root = None
        self.metas: list[tuple[str, str]] = []
        """Each meta element's name or property in lower case, and what it holds, in order."""
        self.items: list[tuple[str, str]] = []
        """The same of those that are of some item on the page, which need not be the article."""
        for each in self._all("//meta[@content]"):
            for attribute, known in (("property", self.metas), ("name", self.metas), ("itemprop", self.items)):
                if key := each.get(attribute):
                    known.append((key.strip().lower()[:100], " ".join(each.get("content")[:1000].split())))

    def _all(self, path: str) -> list[Element]:
        return self.root.xpath(path)[:1000] if self.root is not None else []

    def meta(self, *names: str) -> str:
        """What the first of these meta elements holds that there is; "" if there is none."""
        return next((value for name in names for key, value in self.metas if key == name and value), "")

    @cached_property
    def language(self) -> str:
        """The language that the page says it is in, with its region if it has one: "en-GB"."""
        if self.root is None:
            return ""
        said = self.root.get("lang") or self.root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
        if not said:
            said = next((each.get("lang") for each in self._all("//body[@lang]")), "")
        if not said:
            path = "//meta[translate(@http-equiv,'CONTENTLAGU','contentlagu')='content-language']/@content"
            said = next(iter(self._all(path)), "")
        found = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?\b", said)
        return "" if not found else found[1].lower() + (f"-{found[2].upper()}" if found[2] else "")

    @cached_property
    def address(self) -> str:
        """The canonical address, "" if the page has none."""
        links = [each.get("href") or "" for each in self._all("//link[@rel='canonical']")]
        return next((each.strip() for each in [*links, self.meta("og:url")] if each.strip().startswith("http")), "")

    @cached_property
    def signatures(self) -> list[str]:
        """What elements that are called the author's say, outside of comments and boxes beside the matter."""
        paths = (
            "//*[@rel='author']",
            "//*[@itemprop='author']//*[@itemprop='name']",
            "//*[contains(concat(' ',@class,' '),' author ')]//*[contains(concat(' ',@class,' '),' fn ')]",
            "//*[contains(concat(' ',@class,' '),' fn ') and contains(concat(' ',@class,' '),' author ')]",
        )
        for path in paths:
            texts = [" ".join(each.itertext()) for each in self._all(path)[:20] if not _is_apart(each)]
            if texts:
                return texts
        return []

    @cached_property
    def titles(self) -> list[str]:
        """What the page is called, in its title and its main headings, as letters and digits alone."""
        texts = [" ".join(each.itertext()) for each in [*self._all("//title"), *self._all("//h1")[:3]]]
        return [key for each in [*texts, self.meta("og:title")] if (key := letters(each))]

    @cached_property
    def articles(self) -> list[dict[str, Any]]:
        """What JSON-LD tells of the page's article; of several, those of this page alone."""
        nodes = [node for script in self._all("//script[@type='application/ld+json']") for node in _nodes(script.text)]
        kinds = [(_kind(node), node) for node in nodes[:_MOST_NODES]]
        for wanted in (_ARTICLES, _OTHERS):
            some = [
                node for kind, node in kinds if kind in wanted or (wanted is _ARTICLES and kind.endswith("article"))
            ]
            some = [node for node in some if not self._is_another(node)]
            if len(some) > 1:
                some = [node for node in some if self._is_this(node)] or some
            if some:
                return some
        return []

    def _is_this(self, node: dict[str, Any]) -> bool:
        if self.address and self.address in (node.get("url"), node.get("@id"), _id(node.get("mainEntityOfPage"))):
            return True
        headline = letters(str(node.get("headline") or node.get("name") or ""))
        return bool(headline) and any(headline in title or title in headline for title in self.titles)

    def _is_another(self, node: dict[str, Any]) -> bool:
        """Whether its headline has not a word in common with what the page is called."""
        headline = str(node.get("headline") or "")
        words = {letters(word) for word in headline.split() if len(word) > 3}
        if len(words) < 3 or not self.titles or self._is_this(node):
            return False
        return not any(word in title for word in words for title in self.titles)


def _is_apart(element: Element) -> bool:
    around = [element, *element.iterancestors()][:50]
    return any(each.tag in ("aside", "nav", "footer") or _APART.search(each.get("class") or "") for each in around)


def letters(text: str) -> str:
    """The letters and digits of a text, without regard to case."""
    return _LETTERS.sub("", text.casefold())


def _nodes(script: str | None) -> Iterator[dict[str, Any]]:
    """The things that a script of structured data is about."""
    if not script or len(script) > _LONGEST_DATA:
        return
    text = re.sub(
        r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/)\s*$", "", script
    )
    try:
        data = json.loads(text.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        yield from _broken(text)
        return
    for top in _each(data):
        yield top
        graph = _each(top.get("@graph"))
        main = _each(top.get("mainEntity")) + _each(top.get("mainEntityOfPage"))
        yield from (each for each in [*graph, *main] if _kind(top) != "itemlist" or each in graph)


def _broken(text: str) -> Iterator[dict[str, Any]]:
    """What can be made out of data that are no JSON, if they tell of one thing."""
    kinds = re.findall(r'"@type"\s{0,5}:\s{0,5}"(\w{1,40}[Aa]rticle|BlogPosting)"', text)
    dates = set(re.findall(r'"datePublished"\s{0,5}:\s{0,5}"([^"]{4,40})"', text))
    if len(kinds) == 1 and len(dates) == 1:
        yield {"@type": kinds[0], "datePublished": dates.pop()}


def _each(data: object) -> list[dict[str, Any]]:
    some = cast("list[object]", data) if isinstance(data, list) else [data]
    return [cast("dict[str, Any]", each) for each in some[:_MOST_NODES] if isinstance(each, dict)]


def _kind(node: dict[str, Any]) -> str:
    kind = node.get("@type")
    if isinstance(kind, list) and kind:
        kind = cast("list[object]", kind)[0]
    return kind.rpartition("/")[2].lower() if isinstance(kind, str) else ""


def _id(value: object) -> object:
    return cast("dict[str, Any]", value).get("@id") if isinstance(value, dict) else value
