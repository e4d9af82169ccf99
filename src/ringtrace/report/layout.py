"""Where the people of a ring stand on the picture: hubs packed as discs, their leaves around them.

Rings of this kind are many small stars joined by brokers, so a picture that shows stars says more
than one that shows springs; stars stand near those they are tied to. Deterministic: the same ties
give the same positions.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

_GOLDEN = math.pi * (3 - math.sqrt(5))
_GRAIN = 0.4
"""How far apart points of the plane are, in the units of the picture."""


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
    plane = _Plane(sum(_star_radius(len(stars[hub])) ** 2 for hub in hubs))
    while hubs:
        hub = max(hubs, key=lambda key: sum(other in places for other in strength[key]))
        hubs.remove(hub)
        near = _neighbours(stars[hub], hub, strength, places)
        x, y = plane.take(_star_radius(len(stars[hub])), near)
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


def _neighbours(
    leaves: Sequence[str],
    hub: str,
    strength: Mapping[str, Mapping[str, float]],
    places: Mapping[str, tuple[float, float]],
) -> list[tuple[float, float]]:
    """Where those stand that a star is tied to."""
    others = {other for member in (hub, *leaves) for other in strength[member]}
    return [places[other] for other in sorted(others) if other in places]


class _Plane:
    """Where discs may still stand: points on a spiral from the middle, each with the room around it."""

    def __init__(self, area: float) -> None:
        """area: the sum of the discs' squared radii; three times as much plane is laid out."""
        steps = np.arange(int(3 * area / _GRAIN**2) + 400)
        reach = _GRAIN * np.sqrt(steps)
        self._x, self._y = reach * np.cos(steps * _GOLDEN), reach * np.sin(steps * _GOLDEN)
        self._room = np.full(len(steps), np.inf)

    def take(self, radius: float, near: Sequence[tuple[float, float]]) -> tuple[float, float]:
        """Return the free place nearest to the middle of ``near``, else to the middle of all, and keep it."""
        free = np.flatnonzero(self._room >= radius)
        if not len(free):
            return self._beyond(radius)
        at = int(free[0])
        if near:
            x, y = (math.fsum(spot[axis] for spot in near) / len(near) for axis in (0, 1))
            away = (self._x[free] - x) ** 2 + (self._y[free] - y) ** 2
            at = int(free[int(np.argmin(np.round(away, 6)))])
        return self._keep(float(self._x[at]), float(self._y[at]), radius)

    def _beyond(self, radius: float) -> tuple[float, float]:
        """A place right of everything: reached only when the plane was laid out too small."""
        x = float(np.max(self._x)) + radius
        self._x, self._y = np.append(self._x, x + radius), np.append(self._y, 0.0)
        self._room = np.append(self._room, 0.0)
        return self._keep(x, 0.0, radius)

    def _keep(self, x: float, y: float, radius: float) -> tuple[float, float]:
        self._room = np.minimum(self._room, np.sqrt((self._x - x) ** 2 + (self._y - y) ** 2) - radius)
        return x, y
