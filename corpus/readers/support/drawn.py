"""The words of what Office programs draw: slides, charts, old and new, and diagrams."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from .markup import Element, Flow, local_name

_NUMBERS: Final = frozenset({"numCache", "numLit", "numDim"})


def drawn_lines(root: Element) -> Iterator[str]:
    """The words of a chart or a diagram, a line for each title, name and label. What a chart counts is no word.

    Args:
        root: The root of the part that holds it.
    """
    for each in root.iter("{*}p", "{*}v", "{*}pt"):
        if any(local_name(around) in _NUMBERS for around in islice(each.iterancestors(), 2)):
            continue
        line = Flow()
        write_drawn(each, line, apart=line.space) if local_name(each) == "p" else line.write(each.text)
        if line.text:
            yield line.text


def write_drawn(paragraph: Element, flow: Flow, apart: Callable[[], None]) -> None:
    """Write the words of one paragraph.

    Args:
        paragraph: The paragraph.
        flow: What they are written to.
        apart: Called where a line ends, and where a tabulator stands.
    """
    for piece in paragraph.iter("{*}t", "{*}br", "{*}tab", "{*}den"):
        name = local_name(piece)
        if name in ("br", "tab"):
            apart()
        else:
            flow.write(piece.text if name == "t" else "/")  # below the line of a fraction
