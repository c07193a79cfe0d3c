"""The drawing of how a collection grows, from `results/scale.json`: docs/pictures/growth.svg, for light and dark.

`figures.py` writes it, and checks it, with the tables.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

PANELS: Mapping[str, Mapping[str, str]] = {
    "A question in an open collection, ms": {
        "hybrid, p50": "hybrid, p50, ms",
        "meaning, p50": "meaning, p50, ms",
        "keyword, p50": "keyword, p50, ms",
        "hybrid, p95": "hybrid, p95, ms",
    },
    "Indexing, s": {
        "searchable by words": "searchable by words, s",
        "all indexed": "all indexed, s",
        "compaction": "compaction, s",
    },
    "One document more, s": {
        "until found by words": "one document more, `dragoman add` until found by keyword, s",
        "until found by meaning": "one document more, `dragoman add` until found by meaning, s",
        "in an open process": "one document more, in a process that has added before, s",
    },
    "Size, MB": {
        "on disk": "on disk, MB",
        "memory while indexing": "peak of memory while indexing, MB",
        "memory while asking": "memory while asking, no pages of files, MB",
    },
}
"""What is drawn, by the title of a panel: each line's label, and the row of the table that it shows."""

WIDTH, HEIGHT = 430, 250
LEFT, RIGHT, TOP, BOTTOM = 52, 160, 34, 30
"""The margins of a panel."""
APART = 13.0
"""The least distance between two labels."""

STYLE = """
text { font: 11px system-ui, sans-serif; fill: #52514e }
.title { font-size: 13px; font-weight: 600; fill: #0b0b0b }
.ground { fill: #fcfcfb }
.grid { stroke: #e5e4e0 }
.line { fill: none; stroke-width: 2 }
.c0 { stroke: #2a78d6 } .c1 { stroke: #c2410c } .c2 { stroke: #0f8a5f } .c3 { stroke: #7a5bd0 }
circle.c0 { fill: #2a78d6 } circle.c1 { fill: #c2410c } circle.c2 { fill: #0f8a5f } circle.c3 { fill: #7a5bd0 }
@media (prefers-color-scheme: dark) {
  text { fill: #c3c2b7 }
  .title { fill: #ffffff }
  .ground { fill: #1a1a19 }
  .grid { stroke: #3a3a37 }
  .c0 { stroke: #5b9ff0 } .c1 { stroke: #f0824a } .c2 { stroke: #3fc48f } .c3 { stroke: #a58cf0 }
  circle.c0 { fill: #5b9ff0 } circle.c1 { fill: #f0824a } circle.c2 { fill: #3fc48f } circle.c3 { fill: #a58cf0 }
}
"""


class Line(NamedTuple):
    """A line of a panel: its label, and its points as pairs of a size and a value, both above 0."""

    label: str
    points: Sequence[tuple[float, float]]


def draw(results: Mapping[str, Any]) -> str:
    """The picture of the contents of `results/scale.json`, as SVG."""
    sizes = [number(head) for head in results["columns"] if head.endswith(" passages")]
    rows = {row[0]: [number(cell) for cell in row[1 : 1 + len(sizes)]] for row in results["rows"]}
    parts = [f'<rect class="ground" width="{2 * WIDTH}" height="{2 * HEIGHT}"/>']
    for place, (title, lines) in enumerate(PANELS.items()):
        known = [
            Line(label, [(size, value) for size, value in zip(sizes, rows[name], strict=True) if value > 0])
            for label, name in lines.items()
            if name in rows
        ]
        across, down = place % 2 * WIDTH, place // 2 * HEIGHT
        parts += [f'<g transform="translate({across} {down})">', *panel(title, known), "</g>"]
    described = f"How a collection grows, up to {max(sizes):,.0f} passages; both scales are logarithmic"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}" role="img" '
        f'aria-label="{described}"><style>{STYLE}</style>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def number(shown: str) -> float:
    """A figure from how it is shown."""
    return float(shown.removesuffix(" passages").replace(",", ""))


def panel(title: str, lines: Sequence[Line]) -> list[str]:
    """A panel: its title, the grid of powers of ten, and its lines with their labels at their ends."""
    parts = [f'<text class="title" x="{LEFT}" y="18">{escape(title)}</text>']
    xs, ys = ([each[axis] for line in lines for each in line.points] for axis in (0, 1))
    if not xs:
        return parts
    decades_x, decades_y = decades(xs), decades(ys)
    edges = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, TOP

    def place(x: float, y: float) -> tuple[float, float]:
        return scaled(x, decades_x, edges[0], edges[1]), scaled(y, decades_y, edges[2], edges[3])

    for power in range(decades_x[0], decades_x[1] + 1):
        x, _ = place(10.0**power, 10.0 ** decades_y[0])
        parts.append(f'<path class="grid" d="M{x:.1f} {edges[3]}V{edges[2]}"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 12}" text-anchor="middle">{short(power)}</text>')
    for power in range(decades_y[0], decades_y[1] + 1):
        _, y = place(10.0 ** decades_x[0], 10.0**power)
        parts.append(f'<path class="grid" d="M{edges[0]} {y:.1f}H{edges[1]}"/>')
        parts.append(f'<text x="{edges[0] - 6}" y="{y + 4:.1f}" text-anchor="end">{short(power)}</text>')
    drawn = [(line, [place(*point) for point in line.points]) for line in lines if line.points]
    for colour, (_, points) in enumerate(drawn):
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f'<path class="line c{colour}" d="{path}"/>')
        parts += [f'<circle class="c{colour}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points]
    heights = spread([points[-1][1] for _, points in drawn])
    for colour, ((line, _), y) in enumerate(zip(drawn, heights, strict=True)):
        parts.append(f'<circle class="c{colour}" cx="{edges[1] + 12}" cy="{y:.1f}" r="3.5"/>')
        parts.append(f'<text x="{edges[1] + 20}" y="{y + 4:.1f}">{escape(line.label)}</text>')
    return parts


def decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten between which some values lie, at least one apart."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def scaled(value: float, powers: tuple[int, int], start: float, end: float) -> float:
    """Where a value lies between two ends that stand for powers of ten."""
    return start + (end - start) * (math.log10(value) - powers[0]) / (powers[1] - powers[0])


def short(power: int) -> str:
    """A power of ten as it is written beside an axis."""
    if power >= 6:
        return f"{10 ** (power - 6)} m"
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def spread(heights: Sequence[float]) -> list[float]:
    """Heights moved apart so that labels do not lie on each other, in the same order."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    moved = sorted(heights)
    for before, after in pairwise(range(len(moved))):
        moved[after] = max(moved[after], moved[before] + APART)
    over = max(moved[-1] - (HEIGHT - BOTTOM), 0) if moved else 0
    placed = dict(zip(order, (each - over for each in moved), strict=True))
    return [placed[number] for number in range(len(heights))]
