"""The title of a web page, where the extractor takes a menu's heading for it or leaves the site's name behind it."""

import re
from typing import Any, Final

from .markup import Element, etree
from .page_data import PageData

_LONGEST: Final = 300
"""Longer headings are text in large letters, in characters."""

_SHORTEST: Final = 10
"""Shorter headings are a menu's, though the page's title may hold the same word."""

_LONGEST_SITE: Final = 30
"""A site's name behind a title is no longer than this, unless it is known."""

_HEAD: Final = 500_000
"""How much of a page is searched, in characters: the title stands near its beginning."""

_INVISIBLE = re.compile("[\xad\u2060]")  # where a word may be parted, or not
_HOST = re.compile(r"https?://(?:www\.|w[0-9]+\.)?([^/]+)")
_SEPARATOR = re.compile(r"\s+[|–—•·»›-]\s+")


def named(data: PageData, page: str) -> dict[str, str]:
    """The title, the outlet and the address that a page gives itself.

    Args:
        data: What the page says of itself.
        page: Its markup.
    """
    from trafilatura.metadata import examine_meta, extract_meta_json, extract_sitename, extract_title, extract_url

    said: Any = None
    title = site = url = ""
    if data.root is not None:
        try:
            said = extract_meta_json(data.root, examine_meta(data.root))
            title = said.title or extract_title(data.root)
            site = said.sitename or extract_sitename(data.root)
            url = said.url or extract_url(data.root)
        except Exception:  # what strange markup raises within a parser is not ours to list
            said = None
    url = url if isinstance(url, str) else ""
    site = site.lstrip("@") if isinstance(site, str) else ""
    if site and "." not in site and not site[0].isupper():
        site = site.title()
    if title and _letters(site) == _letters(title):
        site = ""
    site = site or ((found := _HOST.match(url)) and found[1]) or ""
    return {"title": page_title(page, title=title or "", site=site), "outlet": site, "url": url}


def page_title(page: str, *, title: str, site: str) -> str:
    """Find the title of a page's article: the heading that also stands in the title of the page, if there is one.

    A menu's or a comment form's heading stands in no page's title.

    Args:
        page: The page's markup.
        title: The title that the extractor found, perhaps empty: it counts where there is no such heading.
        site: The name of the site, perhaps empty, which is taken off the end of a title.
    """
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True)
    try:
        root = etree.fromstring(page[:_HEAD].encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return _tidy(title)
    named = _texts(root, "//title")[:1] + [_tidy(each) for each in root.xpath("//meta[@property='og:title']/@content")]
    whole = [_letters(each) for each in named]
    headings = [each for each in _texts(root, "//h1") + _texts(root, "//h2") if len(each) >= _SHORTEST]
    standing = [each for each in headings if any(_is_most(_letters(each), letters, site) for letters in whole)]
    # The site's name may be a heading too, and stand in the title beside the article's.
    if standing and _letters(longest := max(standing, key=len)) != _letters(site):
        return longest
    return _without_site(_tidy(title) or next(iter(named), ""), site)


def _is_most(heading: str, title: str, site: str) -> bool:
    """Whether a heading is a good part of a title, whatever of it the site's name is."""
    return bool(heading) and heading in title and 3 * len(heading) >= len(title.replace(_letters(site), ""))


def _without_site(title: str, site: str) -> str:
    marks = list(_SEPARATOR.finditer(title))
    if not marks:
        return title
    first, last = title[: marks[0].start()], title[marks[-1].end() :]
    short = len(last) <= min(_LONGEST_SITE, len(title) / 2) and marks[-1][0].strip() in "|•·»›"
    if short or _is_site(last, site):
        return title[: marks[-1].start()]
    return title[marks[0].end() :] if _is_site(first, site) else title


def _is_site(part: str, site: str) -> bool:
    mine, other = _letters(part), _letters(site)
    return bool(mine and other) and (mine in other or other in mine)


def _texts(root: Element, path: str) -> list[str]:
    texts = (_tidy(" ".join(each.itertext())) for each in root.xpath(path)[:10])
    return [text for text in texts if 0 < len(text) <= _LONGEST]


def _tidy(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", str(text)).split())


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
