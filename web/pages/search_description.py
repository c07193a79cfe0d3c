"""The search description: what a browser reads to add the site to its search engines.

The format is OpenSearch 1.1, which has nothing to do with the server software of that name.
"""

from typing import Final
from xml.etree import ElementTree

from ..site import Site
from .atom import MEDIA_TYPE as ATOM
from .elements import add

MEDIA_TYPE: Final = "application/opensearchdescription+xml"

_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
_LONGEST_NAME = 16  # characters, by the format's rules, as are the other limits below
_LONGEST_LONG_NAME = 48
_LONGEST_DESCRIPTION = 1024


def search_description(site: Site) -> ElementTree.Element:
    """The search description of a site. Build it within a request: its links name the request's host.

    Args:
        site: The site, which must be that of the present request.

    Returns:
        The root element.
    """
    title = site.title
    root = ElementTree.Element("OpenSearchDescription", xmlns=_NAMESPACE)
    add(root, "ShortName", title if len(title) <= _LONGEST_NAME else f"{title[: _LONGEST_NAME - 1].rstrip()}…")
    add(root, "LongName", title[:_LONGEST_LONG_NAME])
    add(root, "Description", f"Passages by their words and by their meaning: {title}"[:_LONGEST_DESCRIPTION])
    add(root, "InputEncoding", "UTF-8")
    image = site.address("assets.file", external=True, version="0", name="dragoman.svg")
    add(root, "Image", image, type="image/svg+xml")
    for kind, rel, endpoint, more in (
        ("text/html", "results", "pages.search", ""),
        (ATOM, "results", "syndication.feed", ""),
        ("application/x-suggestions+json", "suggestions", "api.suggest", "&format=opensearch"),
    ):
        template = f"{site.address(endpoint, external=True)}?q={{searchTerms}}{more}"
        add(root, "Url", type=kind, rel=rel, method="get", template=template)
    own = site.address("syndication.opensearch", external=True)
    add(root, "Url", type=MEDIA_TYPE, rel="self", template=own)
    return root
