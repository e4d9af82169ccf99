"""A ring as people and ties with places on a plane: what every picture of it is drawn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ringtrace.report.charts import MARKS
from ringtrace.report.layout import place


def network(
    members: Sequence[Mapping[str, Any]],
    roles: Mapping[str, str],
    names: Mapping[str, str],
    ties: Iterable[Mapping[str, Any]],
    first: Mapping[str, datetime],
) -> dict[str, Any]:
    """Return people, ties and months of a ring; the same members and ties give the same places.

    members: rows of ``members``; roles, names: actor -> likeliest role, name; ties: rows of ``ties`` among them;
    first: actor -> time of the first dated post that the ring counts. people: id, name, role, shape,
    colour (both tell the role), x, y (units of the picture), ties (different people), since ("2014-02" or ""), the
    best connected first. ties: left, right, weight (summed over layers), layers. months: from the first to the last
    in which somebody joined.
    """
    weights: dict[tuple[str, str], float] = defaultdict(float)
    layers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in ties:
        pair = min(row["left"], row["right"]), max(row["left"], row["right"])
        weights[pair] += row["weight"]
        layers[pair].add(row["layer"])
    degree: dict[str, int] = defaultdict(int)
    for left, right in weights:
        degree[left] += 1
        degree[right] += 1
    actors = sorted(member["actor_id"] for member in members)
    spots = place(actors, [(left, right, weight) for (left, right), weight in sorted(weights.items())])
    since = {actor: at.astimezone(UTC).strftime("%Y-%m") for actor, at in first.items()}
    people = [
        _person(actor, roles[actor], names[actor], spots[actor], degree[actor], since.get(actor, ""))
        for actor in actors
    ]
    people.sort(key=lambda person: (-person["ties"], person["id"]))
    told = [
        {"left": left, "right": right, "weight": round(weight, 6), "layers": sorted(layers[left, right])}
        for (left, right), weight in sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    ]
    return {"people": people, "ties": told, "months": sorted({since[actor] for actor in actors if actor in since})}


def _person(actor: str, role: str, name: str, spot: tuple[float, float], ties: int, since: str) -> dict[str, Any]:
    shape, colour = MARKS.get(role, MARKS["unknown"])
    return {
        "id": actor, "name": name, "role": role, "shape": shape, "colour": colour,
        "x": round(spot[0], 3), "y": round(spot[1], 3), "ties": ties, "since": since,
    }  # fmt: skip
