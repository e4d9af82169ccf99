"""GraphML: the rings as a network, with probabilities and the evidence of every node, edge and claim.

Many programs read no graph that mixes edges with and without direction: all have one here, and ``directed`` says
whether it means anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ringtrace.model.material import Material
from ringtrace.model.network import Edge, Node, build_network
from ringtrace.text.tables.cells import xml_text

NAME = "GraphML network"
FOLDER = False
MASKED = True

_NODE = {"label": "string", "kind": "string", "role": "string", "probability": "double", "evidence": "string",
         "claims": "string", "values": "string"}  # fmt: skip
_EDGE = {"kind": "string", "probability": "double", "directed": "boolean", "evidence": "string", "words": "string"}
_GRAPH = {"note": "string", "synthetic": "boolean"}


def export(material: Material, target: Path) -> list[Path]:
    """Write the network to ``target``; returns it."""
    network = build_network(material)
    statements = network.statements_of()
    with target.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
        )
        for of, columns in (("graph", _GRAPH), ("node", _NODE), ("edge", _EDGE)):
            for name, kind in columns.items():
                handle.write(f'<key id="{of}_{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>\n')
        handle.write('<graph id="rings" edgedefault="directed">\n')
        synthetic = "true" if material.synthetic else "false"
        handle.write(_data("graph", {"note": material.note, "synthetic": synthetic}) + "\n")
        for node in network.nodes:
            claims = "\n".join(statement.words for statement in statements.get(node.id, []))
            handle.write(f'<node id="{xml_text(node.id)}">{_data("node", _node_values(node, claims))}</node>\n')
        for edge in network.edges:
            where = f'source="{xml_text(edge.source)}" target="{xml_text(edge.target)}"'
            handle.write(f'<edge id="{xml_text(edge.id)}" {where}>{_data("edge", _edge_values(edge))}</edge>\n')
        handle.write("</graph>\n</graphml>\n")
    return [target]


def _node_values(node: Node, claims: str) -> dict[str, str]:
    values = "; ".join(f"{name}: {value}" for name, value in node.values.items())
    return {
        "label": node.label, "kind": node.kind, "role": node.role, "probability": f"{node.probability:.6f}",
        "evidence": " ".join(node.evidence), "claims": claims, "values": values,
    }  # fmt: skip


def _edge_values(edge: Edge) -> dict[str, str]:
    return {
        "kind": edge.kind, "probability": f"{edge.probability:.6f}", "directed": "true" if edge.directed else "false",
        "evidence": " ".join(edge.evidence), "words": edge.words,
    }  # fmt: skip


def _data(of: str, values: Mapping[str, str]) -> str:
    return "".join(f'<data key="{of}_{name}">{xml_text(value)}</data>' for name, value in values.items() if value)
