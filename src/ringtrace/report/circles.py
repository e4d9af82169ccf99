"""What lies around and within a ring: its cells, who is near it without being a member, and what is no ring."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ringtrace.text.plural import counted

_CELLS = 12
_PEOPLE = 12


def cell_lines(members: Sequence[Mapping[str, Any]], name: Callable[[str], str]) -> list[str]:
    """Return a line a cell, the largest first: its size and around whom; none where a ring is one cell.

    members: rows of ``members`` of one ring, those with the most ties first; name: actor id -> its name.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for member in members:
        if member.get("cell"):
            groups[member["cell"]].append(member["actor_id"])
    if len(groups) < 2:
        return []
    found = sorted(groups.values(), key=lambda group: (-len(group), group[0]))
    lines = [f"{counted(len(group), 'actor')} around {name(group[0])}" for group in found[:_CELLS]]
    sizes = Counter(len(group) for group in found[_CELLS:])
    rest = sum(size * count for size, count in sizes.items())
    return lines + ([f"{counted(rest, 'actor')} in smaller cells"] if rest else [])


def near_rows(rows: Iterable[Mapping[str, Any]], name: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return who is near a ring, the surest first: id, name, probability, reasons."""
    found = sorted(rows, key=lambda row: (-row["probability"], row["actor_id"]))
    return [
        {"id": row["actor_id"], "name": name(row["actor_id"]), "probability": row["probability"],
         "reasons": list(row["reasons"])}
        for row in found
    ]  # fmt: skip


def unconfirmed_rows(rows: Iterable[Mapping[str, Any]], name: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return groups that chance explains, the largest first: id, size, people (id, name), reasons as sentences."""
    found = sorted(rows, key=lambda row: (-len(row["actors"]), row["group_id"]))
    return [
        {"id": row["group_id"], "size": len(row["actors"]), "reasons": [_sentence(line) for line in row["reasons"]],
         "people": [{"id": actor, "name": name(actor)} for actor in row["actors"][:_PEOPLE]]}
        for row in found
    ]  # fmt: skip


def _sentence(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}."
