"""The graph of a ring as SVG: marks for people, lines for ties, names where there is room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from ringtrace.report.layout import place
from ringtrace.report.words import counted, role_name, shorten

# Shape and colour both tell the role, so that neither is needed alone (Okabe and Ito's palette).
MARKS = {
    "broker": ("diamond", "#0072b2"),
    "supplier": ("square", "#d55e00"),
    "recruiter": ("square", "#cc79a7"),
    "buyer": ("circle", "#009e73"),
    "platform_operator": ("diamond", "#e69f00"),
    "document_provider": ("triangle", "#56b4e9"),
    "transporter": ("triangle", "#777777"),
    "unknown": ("circle", "#b0b0b0"),
}
_LETTER = 12
_NAMED = 60
_HUBS = 14
"""So many of the best connected are named even where others' marks stand."""
_WIDTH = 960
_MANY = 400
"""From so many ties on, lines are drawn fainter."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """key: actor id; label: what a reader sees; role: the likeliest one."""

    key: str
    label: str
    role: str


def graph(
    nodes: Sequence[Node], ties: Sequence[tuple[str, str, float]], address: Callable[[str], str] | None = None
) -> str:
    """Return an SVG of a ring, as large as its people need; names that would overlap are left to the tooltip.

    address: actor id -> where its mark leads to, None for nowhere.
    """
    if not nodes:
        return ""
    spots = place([node.key for node in nodes], ties)
    spread = max(max(x for x, _ in spots.values()) - min(x for x, _ in spots.values()), 1.0)
    scale = min(52.0, _WIDTH / (spread + 4))
    at = {key: (x * scale, y * scale) for key, (x, y) in spots.items()}
    degree = Counter(end for a, b, _ in ties for end in (a, b))
    least = max(2.5, min(8.0, 0.3 * scale))
    size = {node.key: least * min(2.0, 0.85 + 0.15 * degree[node.key] ** 0.5) for node in nodes}
    order = sorted(nodes, key=lambda n: (-degree[n.key], n.key))
    centre = _centres(ties, at, degree)
    marked = {node.key: _around(at[node.key], size[node.key] + 1) for node in nodes}
    labels, boxes = _labels(order[:_NAMED], at, centre, marked)
    left, top = min(box[0] for box in boxes) - 6, min(box[1] for box in boxes) - 6
    across, down = max(box[2] for box in boxes) - left + 6, max(box[3] for box in boxes) - top + 6
    lines = [
        f'<line x1="{at[a][0]:.1f}" y1="{at[a][1]:.1f}" x2="{at[b][0]:.1f}" y2="{at[b][1]:.1f}"/>'
        for a, b, _ in ties
        if a in at and b in at
    ]
    shapes = [mark(node, *at[node.key], size[node.key]) for node in nodes]
    if address is not None:
        shapes = [
            f'<a href="{escape(address(node.key))}" tabindex="-1">{shape}</a>'
            for node, shape in zip(nodes, shapes, strict=True)
        ]
    faint = " many" if len(ties) > _MANY else ""
    role = "img" if address is None else "group"
    return (
        f'<svg class="graph" style="max-width:{across:.0f}px" viewBox="{left:.0f} {top:.0f} {across:.0f} {down:.0f}" '
        f'role="{role}" aria-label="Graph of {counted(len(nodes), "member")} and {counted(len(ties), "tie")}">'
        f'<g class="ties{faint}">{"".join(lines)}</g>{"".join(shapes)}<g class="labels">{"".join(labels)}</g></svg>'
    )


def mark(node: Node, x: float, y: float, size: float) -> str:
    """Return the mark of a person: its shape and colour tell the likeliest role."""
    shape, colour = MARKS.get(node.role, MARKS["unknown"])
    title = f"<title>{escape(node.label)}: {escape(role_name(node.role))}</title>"
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{colour}">{title}</circle>'
    reach = size * (1.35 if shape == "diamond" else 0.95)
    corners = {
        "diamond": [(0, -reach), (reach, 0), (0, reach), (-reach, 0)],
        "square": [(-reach, -reach), (reach, -reach), (reach, reach), (-reach, reach)],
        "triangle": [(0, -reach), (reach, reach), (-reach, reach)],
    }[shape]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" fill="{colour}">{title}</polygon>'


def _centres(
    ties: Sequence[tuple[str, str, float]], at: dict[str, tuple[float, float]], degree: Counter[str]
) -> dict[str, tuple[float, float]]:
    """Return node -> where its best connected neighbour stands: names are set away from it."""
    best: dict[str, str] = {}
    for a, b, _ in ties:
        for node, other in ((a, b), (b, a)):
            if degree[other] > degree.get(best.get(node, ""), 0):
                best[node] = other
    return {node: at[other] for node, other in best.items() if other in at}


def _labels(
    nodes: Sequence[Node],
    at: Mapping[str, tuple[float, float]],
    centre: Mapping[str, tuple[float, float]],
    marked: Mapping[str, Box],
) -> tuple[list[str], list[Box]]:
    """Return (texts, boxes of marks and texts): each name at the first side where it hits nothing.

    nodes: best connected first. The first ``_HUBS`` need to be clear only of each other's.
    """
    texts: list[str] = []
    named: list[Box] = [marked[node.key] for node in nodes[:_HUBS]]
    for number, node in enumerate(nodes):
        x, y = at[node.key]
        words = shorten(node.label, 18)
        wide = text_width(words)
        taken = [*named, *marked.values()] if number >= _HUBS else named
        size = (marked[node.key][2] - marked[node.key][0]) / 2
        free: list[tuple[int, Box, str]] = []
        for anchor, tx, ty in _sides(x, y, size, centre.get(node.key, (x, y - 1))):
            begin = tx if anchor == "start" else tx - wide if anchor == "end" else tx - wide / 2
            box = (begin, ty - _LETTER, begin + wide, ty + 3)
            if not any(_meet(box, other) for other in taken):
                crowd = sum(_meet(box, other) for other in marked.values()) if number < _HUBS else 0
                text = f'<text x="{tx:.1f}" y="{ty:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
                free.append((crowd, box, text))
        if free:
            _, box, text = min(free, key=lambda found: found[0])
            named.append(box)
            texts.append(text)
    return texts, [*named, *marked.values()]


def _sides(x: float, y: float, size: float, away: tuple[float, float]) -> list[tuple[str, float, float]]:
    """Where a name may stand: on the side away from the neighbour first, then above, below, across."""
    gap = size + 4
    right, left = ("start", x + gap, y + 4), ("end", x - gap, y + 4)
    above, below = ("middle", x, y - gap), ("middle", x, y + gap + _LETTER - 2)
    across = [right, left] if x >= away[0] else [left, right]
    upright = [above, below] if y < away[1] else [below, above]
    steep = abs(y - away[1]) > 2 * abs(x - away[0])
    return [*upright, *across] if steep else [*across, *upright]


def text_width(words: str) -> float:
    """Return about how many pixels ``words`` take at the size of labels: wide letters count in full."""
    return sum(_LETTER if east_asian_width(char) in "WF" else 0.62 * _LETTER for char in words)


def _around(spot: tuple[float, float], size: float) -> Box:
    return spot[0] - size, spot[1] - size, spot[0] + size, spot[1] + size


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
