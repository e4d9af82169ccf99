"""GEXF 1.3 for Gephi and Gephi Lite: the rings as drawn in the report, with colours by role and all evidence.

The official schema puts colour, position and size into GEXF's own namespace while programs look for the
prefix ``viz``: here the prefix is bound to that namespace, which satisfies both.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ringtrace.model.material import Material
from ringtrace.model.network import Edge, Network, Node, Statement, build_network
from ringtrace.text.tables.cells import xml_text

NAME = "GEXF 1.3 network (Gephi)"
FOLDER = False
MASKED = True

_GOLDEN = math.pi * (3 - math.sqrt(5))
_SCALE = 40.0
"""Units of Gephi for one unit of the report's picture: nodes of size 4 to 14 do not touch."""
_NODE = {
    "kind": "string", "role": "string", "probability": "double", "evidence": "string", "claims": "string",
    "synthetic": "boolean",
}  # fmt: skip
_EDGE = {"kind": "string", "probability": "double", "evidence": "string", "words": "string"}
_ROLE_COLOURS = {
    "supplier": (213, 94, 0), "broker": (0, 114, 178), "buyer": (0, 158, 115), "transporter": (204, 121, 167),
    "document_provider": (230, 159, 0), "platform_operator": (86, 180, 233), "victim_and_actor": (128, 0, 128),
}  # fmt: skip
"""Okabe and Ito's palette, which the colour-blind can tell apart, and one more."""
_KIND_COLOURS = {"ring": (0, 0, 0), "account": (170, 170, 170), "container": (120, 120, 90), "deal": (240, 228, 66)}
_GREY = (140, 140, 140)
_SIZES = {"ring": 14.0, "actor": 9.0, "container": 7.0, "deal": 6.0, "account": 4.0}


def export(material: Material, target: Path) -> list[Path]:
    """Write the network to ``target``; returns it."""
    network = build_network(material)
    spots = place_all(network, material.spots)
    statements = network.statements_of()
    with target.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        handle.write('<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3" version="1.3">\n')
        handle.write(f"<meta><creator>Ringtrace</creator><description>{xml_text(material.note)}</description></meta>\n")
        handle.write('<graph mode="static" defaultedgetype="directed" idtype="string">\n')
        handle.write(_attributes("node", _NODE) + _attributes("edge", _EDGE))
        handle.write(f'<nodes count="{len(network.nodes)}">\n')
        handle.writelines(
            _node(node, spots[node.id], statements.get(node.id, []), material.synthetic) for node in network.nodes
        )
        handle.write(f'</nodes>\n<edges count="{len(network.edges)}">\n')
        handle.writelines(_edge(edge) for edge in network.edges)
        handle.write("</edges>\n</graph>\n</gexf>\n")
    return [target]


def place_all(network: Network, spots: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return a position for every node: members as the report shows them, the others around what they hang on."""
    placed = {key: (_SCALE * x, _SCALE * y) for key, (x, y) in spots.items()}
    ties: defaultdict[str, set[str]] = defaultdict(set)
    for edge in network.edges:
        ties[edge.source].add(edge.target)
        ties[edge.target].add(edge.source)
    waiting = [node.id for node in network.nodes if node.id not in placed]
    turn: defaultdict[str, int] = defaultdict(int)
    while waiting:
        found = {}
        for key in waiting:
            near = sorted(other for other in ties[key] if other in placed)
            if near:
                found[key] = _beside(near, placed, turn)
        if not found:
            break
        placed |= found
        waiting = [key for key in waiting if key not in found]
    low = max((y for _, y in placed.values()), default=0.0) + 2 * _SCALE
    wide = max(1, math.isqrt(len(waiting)) * 2)
    placed |= {
        key: (_SCALE / 2 * (at % wide), low + _SCALE / 2 * (at // wide)) for at, key in enumerate(waiting)
    }  # fmt: skip
    return placed


def _beside(
    near: list[str], placed: Mapping[str, tuple[float, float]], turn: defaultdict[str, int]
) -> tuple[float, float]:
    """A place close to one neighbour, or amid several; each newcomer a golden angle further round."""
    x = sum(placed[key][0] for key in near) / len(near)
    y = sum(placed[key][1] for key in near) / len(near)
    turn[near[0]] += 1
    angle, radius = turn[near[0]] * _GOLDEN, 0.2 * _SCALE * math.sqrt(turn[near[0]])
    return round(x + radius * math.cos(angle), 3), round(y + radius * math.sin(angle), 3)


def _attributes(of: str, columns: Mapping[str, str]) -> str:
    lines = "".join(f'<attribute id="{name}" title="{name}" type="{kind}"/>' for name, kind in columns.items())
    return f'<attributes class="{of}" mode="static">{lines}</attributes>\n'


def _node(node: Node, spot: tuple[float, float], statements: Iterable[Statement], synthetic: bool) -> str:
    colour = _ROLE_COLOURS.get(node.role, _GREY) if node.kind == "actor" else _KIND_COLOURS.get(node.kind, _GREY)
    values = {
        "kind": node.kind, "role": node.role, "probability": f"{node.probability:.6f}",
        "evidence": " ".join(node.evidence), "claims": "\n".join(s.words for s in statements),
        "synthetic": "true" if synthetic else "false",
    }  # fmt: skip
    r, g, b = colour
    return (
        f'<node id="{xml_text(node.id)}" label="{xml_text(node.label)}">{"".join(_values(values))}'
        f'<viz:color r="{r}" g="{g}" b="{b}"/><viz:position x="{spot[0]:.3f}" y="{spot[1]:.3f}" z="0.0"/>'
        f'<viz:size value="{_SIZES[node.kind]}"/></node>\n'
    )


def _edge(edge: Edge) -> str:
    values = {
        "kind": edge.kind, "probability": f"{edge.probability:.6f}", "evidence": " ".join(edge.evidence),
        "words": edge.words,
    }  # fmt: skip
    kind = "directed" if edge.directed else "undirected"
    return (
        f'<edge id="{xml_text(edge.id)}" source="{xml_text(edge.source)}" target="{xml_text(edge.target)}" '
        f'type="{kind}" kind="{xml_text(edge.kind)}" weight="{edge.probability:.6f}">'
        f"{''.join(_values(values))}</edge>\n"
    )


def _values(values: Mapping[str, str]) -> Iterator[str]:
    yield "<attvalues>"
    for name, value in values.items():
        if value:
            yield f'<attvalue for="{name}" value="{xml_text(value)}"/>'
    yield "</attvalues>"
