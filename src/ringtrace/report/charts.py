"""Pictures of the report as SVG: the graph of a ring, its lanes in time, its provinces."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from importlib import resources

from ringtrace.report.layout import place

# Shape and colour both tell the role, so that neither is needed alone (Okabe and Ito's palette).
MARKS = {
    "broker": ("diamond", "#0072b2"),
    "supplier": ("square", "#d55e00"),
    "recruiter": ("square", "#cc79a7"),
    "buyer": ("circle", "#009e73"),
    "platform_operator": ("diamond", "#e69f00"),
    "document_provider": ("triangle", "#56b4e9"),
    "transporter": ("triangle", "#999999"),
    "unknown": ("circle", "#bbbbbb"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """key: actor id; label: what a reader sees; role: the likeliest one."""

    key: str
    label: str
    role: str


def graph(nodes: Sequence[Node], ties: Sequence[tuple[str, str, float]], width: int = 960) -> str:
    """Return an SVG of a ring; labels stand at hubs only when there are more than 40 nodes."""
    if not nodes:
        return ""
    spots = place([node.key for node in nodes], ties)
    xs, ys = [x for x, _ in spots.values()], [y for _, y in spots.values()]
    left, top = min(xs) - 1, min(ys) - 1
    across, down = max(xs) - left + 3, max(ys) - top + 1  # names stand to the right of their marks
    scale = min(60.0, width / max(across, 1.6 * down))
    at = {key: ((x - left) * scale, (y - top) * scale) for key, (x, y) in spots.items()}
    size = max(2.5, min(8.0, 0.55 * scale))
    degree = Counter(end for a, b, _ in ties for end in (a, b))
    named = {node.key for node in sorted(nodes, key=lambda n: (-degree[n.key], n.key))[:40]}
    lines = [
        f'<line x1="{at[a][0]:.1f}" y1="{at[a][1]:.1f}" x2="{at[b][0]:.1f}" y2="{at[b][1]:.1f}"/>'
        for a, b, _ in ties
        if a in at and b in at
    ]
    shapes = [mark(node, *at[node.key], size) for node in nodes]
    labels = [
        f'<text x="{at[n.key][0] + size + 2:.1f}" y="{at[n.key][1] + 3:.1f}">{escape(n.label[:14])}</text>'
        for n in nodes
        if n.key in named
    ]
    height = down * scale
    return (
        f'<svg style="max-width:{across * scale:.0f}px" viewBox="0 0 {across * scale:.0f} {height:.0f}" role="img" '
        f'aria-label="Graph of {len(nodes)} members">'
        f'<g class="ties">{"".join(lines)}</g>{"".join(shapes)}<g class="labels">{"".join(labels)}</g></svg>'
    )


def mark(node: Node, x: float, y: float, size: float) -> str:
    shape, colour = MARKS.get(node.role, MARKS["unknown"])
    title = f"<title>{escape(node.label)}: {escape(node.role.replace('_', ' '))}</title>"
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{colour}">{title}</circle>'
    reach = size * (1.4 if shape == "diamond" else 1.0)
    corners = {
        "diamond": [(0, -reach), (reach, 0), (0, reach), (-reach, 0)],
        "square": [(-reach, -reach), (reach, -reach), (reach, reach), (-reach, reach)],
        "triangle": [(0, -reach), (reach, reach), (-reach, reach)],
    }[shape]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" fill="{colour}">{title}</polygon>'


def lanes(moments: Mapping[str, Sequence[datetime]], width: int = 960) -> str:
    """Return swim lanes: one lane a name, one bar a week, its height the number of posts."""
    dated = {name: sorted(times) for name, times in moments.items() if times}
    if not dated:
        return ""
    first = min(times[0] for times in dated.values())
    last = max(times[-1] for times in dated.values())
    weeks = max(1, (last - first) // timedelta(weeks=1) + 1)
    step = (width - 200) / weeks
    parts = []
    for row, (name, times) in enumerate(dated.items()):
        base = 26 * (row + 1)
        counts = Counter((time - first) // timedelta(weeks=1) for time in times)
        peak = max(counts.values())
        parts.append(f'<text x="0" y="{base}">{escape(name[:24])} ({len(times)})</text>')
        for week, count in sorted(counts.items()):
            tall = 3 + 17 * count / peak
            day = (first + timedelta(weeks=week)).date().isoformat()
            parts.append(
                f'<rect x="{200 + week * step:.1f}" y="{base - tall:.1f}" width="{max(1.0, step - 1):.1f}" '
                f'height="{tall:.1f}"><title>{count} posts in the week of {day}</title></rect>'
            )
    height = 26 * len(dated) + 30
    parts.append(f'<text x="200" y="{height - 6}">{first.date().isoformat()}</text>')
    parts.append(f'<text x="{width}" y="{height - 6}" text-anchor="end">{last.date().isoformat()}</text>')
    opening = f'<svg viewBox="0 0 {width} {height}" class="lanes" role="img" aria-label="Posts over time">'
    return f"{opening}{''.join(parts)}</svg>"


def tile_map(values: Mapping[str, int], place_name: Callable[[str], str]) -> str:
    """Return a tile map of provinces; values: GB/T 2260 code -> count. For orientation only.

    place_name: code -> name, Chinese first.
    """
    tiles = tomllib.loads((resources.files("ringtrace.report") / "tiles.toml").read_text("utf-8"))["tiles"]
    peak = max(values.values(), default=0)
    parts = []
    for code, (column, row) in tiles.items():
        value = values.get(code, 0)
        shade = f"rgba(0,114,178,{0.15 + 0.75 * value / peak:.2f})" if value else "none"
        name = place_name(code)
        short = name[:3] if name.startswith(("内蒙古", "黑龙江")) else name[:2]
        parts.append(
            f'<g transform="translate({column * 52},{row * 52})"><rect width="49" height="49" fill="{shade}">'
            f"<title>{escape(name)}: {value}</title></rect><text x='24' y='21'>{escape(short)}</text>"
            f"<text x='24' y='38'>{value or ''}</text></g>"
        )
    return f'<svg viewBox="-2 -2 474 420" class="tiles" role="img" aria-label="Provinces">{"".join(parts)}</svg>'
