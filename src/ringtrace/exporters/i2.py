"""A pair of CSV files for i2 Analyst's Notebook's import: entities.csv and links.csv, with evidence and grading."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from ringtrace.model.material import Material
from ringtrace.model.network import Edge, Network, Node, build_network
from ringtrace.text.tables.cells import safe_cell

NAME = "i2 Analyst's Notebook CSV pair"
FOLDER = True
MASKED = True

_TYPES = {"ring": "Organisation", "actor": "Person", "account": "Account", "container": "Online Group", "deal": "Event"}
"""Entity types of i2's standard palette, but for the group."""
_ENTITY = ("Entity ID", "Entity Type", "Label", "Role", "Probability", "Evidence", "Claims", "Values", "Source")
_LINK = ("Link ID", "From ID", "To ID", "Link Type", "Direction", "Strength", "Probability", "Evidence", "Description",
         "Source")  # fmt: skip
_CONFIRMED = 0.9


def export(material: Material, target: Path) -> list[Path]:
    """Write the pair into folder ``target``; returns both files."""
    target.mkdir(parents=True, exist_ok=True)
    network = build_network(material)
    entities, links = target / "entities.csv", target / "links.csv"
    _write(entities, _ENTITY, _entities(network, material.note))
    _write(links, _LINK, (_link(edge, material.note) for edge in network.edges))
    return [entities, links]


def _entities(network: Network, note: str) -> Iterable[Sequence[str]]:
    statements = network.statements_of()
    for node in network.nodes:
        claims = "\n".join(statement.words for statement in statements.get(node.id, []))
        values = "; ".join(f"{name}: {value}" for name, value in node.values.items())
        yield (node.id, _TYPES[node.kind], _label(node), node.role, f"{node.probability:.6f}",
               " ".join(node.evidence), claims, values, note)  # fmt: skip


def _label(node: Node) -> str:
    return node.label if node.kind in ("ring", "deal") else f"{node.label} ({node.id[-6:]})"


def _link(edge: Edge, note: str) -> Sequence[str]:
    direction = "From To" if edge.directed else "None"
    strength = (
        "Confirmed" if edge.probability >= _CONFIRMED else "Unconfirmed" if edge.probability >= 0.5 else "Tentative"
    )
    return (edge.id, edge.source, edge.target, edge.kind.replace("_", " "), direction, strength,
            f"{edge.probability:.6f}", " ".join(edge.evidence), edge.words, note)  # fmt: skip


def _write(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(headings)
        writer.writerows([safe_cell(value) for value in row] for row in rows)
