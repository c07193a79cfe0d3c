"""XML, built element by element, and an answer made of it."""

import re
from xml.etree import ElementTree

from flask import Response

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    """Add an element as the last child of another.

    Characters that have a meaning in XML are escaped when it is written; those that XML forbids are replaced.

    Args:
        parent: The element that gets the child.
        name: The child's tag.
        text: Its text, if any.
        **attributes: Its attributes.

    Returns:
        The child.
    """
    child = ElementTree.SubElement(parent, name, {key: _without_controls(each) for key, each in attributes.items()})
    child.text = _without_controls(text) or None
    return child


def xml_response(root: ElementTree.Element, media_type: str) -> Response:
    """An XML document as an answer.

    Args:
        root: The document's root element.
        media_type: What kind of document it is, such as `application/atom+xml`.
    """
    body = _DECLARATION + ElementTree.tostring(root, encoding="unicode")
    return Response(body, content_type=f"{media_type}; charset=utf-8")


def _without_controls(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
