"""Where the people of a ring stand on the picture: hubs packed as discs, their leaves around them.

Rings of this kind are many small stars joined by brokers, so a picture that shows stars says more
than one that shows springs. Deterministic: the same ties give the same positions.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

_GOLDEN = math.pi * (3 - math.sqrt(5))


def place(nodes: Sequence[str], ties: Iterable[tuple[str, str, float]]) -> dict[str, tuple[float, float]]:
    """Return node -> (x, y) in arbitrary units; ties are (node, node, weight)."""
    strength: dict[str, dict[str, float]] = {node: {} for node in nodes}
    for left, right, weight in ties:
        if left in strength and right in strength and left != right:
            strength[left][right] = strength[left].get(right, 0) + weight
            strength[right][left] = strength[right].get(left, 0) + weight
    stars = _stars(nodes, strength)
    hubs = sorted(stars, key=lambda hub: (-len(stars[hub]), hub))
    places: dict[str, tuple[float, float]] = {}
    discs: list[tuple[float, float, float]] = []
    for hub in hubs:
        radius = _star_radius(len(stars[hub]))
        x, y = _free_spot(discs, radius)
        discs.append((x, y, radius))
        places[hub] = (x, y)
        for leaf, spot in zip(stars[hub], _around(len(stars[hub])), strict=True):
            places[leaf] = (x + spot[0], y + spot[1])
    return places


def _stars(nodes: Sequence[str], strength: dict[str, dict[str, float]]) -> dict[str, list[str]]:
    """Give each node to its best connected neighbour, unless it is a hub itself."""
    degree = {node: len(strength[node]) for node in nodes}
    hub_of: dict[str, str] = {}
    for node in sorted(nodes, key=lambda n: (-degree[n], n)):
        better = [n for n in strength[node] if (degree[n], n) > (degree[node], node) and n in hub_of and hub_of[n] == n]
        if better and degree[node] <= 3:
            hub_of[node] = max(better, key=lambda n: (strength[node][n], degree[n], n))
        else:
            hub_of[node] = node
    stars: dict[str, list[str]] = defaultdict(list)
    for node in sorted(nodes):
        stars[hub_of[node]]
        if hub_of[node] != node:
            stars[hub_of[node]].append(node)
    return dict(stars)


def _star_radius(leaves: int) -> float:
    return 1.0 + (0.0 if leaves == 0 else _shell(leaves) * 1.6 + 0.6)


def _shell(leaves: int) -> int:
    """How many shells of 8, 16, 24 ... leaves are needed."""
    shell = 0
    while leaves > 0:
        shell += 1
        leaves -= 8 * shell
    return shell


def _around(leaves: int) -> list[tuple[float, float]]:
    spots: list[tuple[float, float]] = []
    shell = 0
    while len(spots) < leaves:
        shell += 1
        count = min(8 * shell, leaves - len(spots))
        for index in range(count):
            angle = 2 * math.pi * index / count + shell
            spots.append((math.cos(angle) * (0.6 + 1.6 * shell), math.sin(angle) * (0.6 + 1.6 * shell)))
    return spots


def _free_spot(discs: list[tuple[float, float, float]], radius: float) -> tuple[float, float]:
    """The first place on a spiral from the middle where a disc of ``radius`` touches no other."""
    step = 0
    while True:
        reach = 0.8 * math.sqrt(step)
        x, y = reach * math.cos(step * _GOLDEN), reach * math.sin(step * _GOLDEN)
        if all((x - a) ** 2 + (y - b) ** 2 >= (radius + r) ** 2 for a, b, r in discs):
            return x, y
        step += 1 if step < 400 else step // 100
