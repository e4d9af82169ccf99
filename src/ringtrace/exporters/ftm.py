"""FollowTheMoney JSON, one entity a line, for Aleph, OpenAleph and Yente: written from the published schema.

Files become Document, accounts UserAccount, actors LegalEntity (nobody says that an actor is a natural person),
rings Organization, groups and deals as their schema allows, ties UnknownLink, links Similar with their score, claims
Note. FollowTheMoney has no field for a probability or a byte range: both stand in the text of ``notes``,
``description`` or ``criteria``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ringtrace.model.material import Material
from ringtrace.model.network import Edge, Network, Node, build_network

NAME = "FollowTheMoney JSON (Aleph)"
FOLDER = False
MASKED = True

_SCHEMA = {"ring": "Organization", "actor": "LegalEntity", "account": "UserAccount", "container": "Organization",
           "deal": "Event"}  # fmt: skip
_OWNED = "has_account"
_MEMBER = "member_of"
_SAME = ("link", "may_be_same_person_as")
_PARTY = ("supplier_in", "broker_in", "buyer_in")
Properties = dict[str, list[str]]


def export(material: Material, target: Path) -> list[Path]:
    """Write entities to ``target``, sorted by id; returns it."""
    network = build_network(material)
    entities = sorted(_entities(material, network), key=lambda entity: str(entity["id"]))
    with target.open("w", encoding="utf-8", newline="\n") as handle:
        handle.writelines(json.dumps(entity, ensure_ascii=False, sort_keys=True) + "\n" for entity in entities)
    return [target]


def _entities(material: Material, network: Network) -> Iterator[dict[str, Any]]:
    mark = ["synthetic"] if material.synthetic else []
    for row in material.rows("evidence"):
        yield _entity(row["evidence_id"], "Document", fileName=[row["name"]], title=[row["name"]],
                      fileSize=[str(row["size"])], mimeType=_media_type(row["media_type"]), keywords=mark,
                      notes=[f"SHA-256 {row['evidence_id']}", material.note])  # fmt: skip
    owners = {edge.target: edge.source for edge in network.edges if edge.kind == _OWNED}
    parties: defaultdict[str, list[str]] = defaultdict(list)
    for edge in network.edges:
        if edge.kind in _PARTY:
            parties[edge.target].append(edge.source)
    for node in network.nodes:
        yield _node(node, owners, sorted(set(parties[node.id])), mark)
    kinds = {node.id: node.kind for node in network.nodes}
    for edge in network.edges:
        if edge.kind != _OWNED:
            yield _edge(edge, kinds[edge.source], kinds[edge.target])
    for statement in network.statements:
        about = [statement.subject] if statement.subject in kinds else []
        told = f"{statement.predicate.replace('_', ' ')}: {statement.object}"
        words, files = _told(statement.probability, statement.evidence), _files(statement.evidence)
        yield _entity(statement.id, "Note", entity=about, name=[told], keywords=mark, description=words, proof=files)


def _node(node: Node, owners: dict[str, str], parties: list[str], mark: list[str]) -> dict[str, Any]:
    values = "; ".join(f"{name}: {value}" for name, value in node.values.items())
    notes = [f"{node.kind}, candidate, p {node.probability:.6f}" if node.kind in ("ring", "actor") else node.kind]
    notes += [values] if values else []
    notes += [f"role: {node.role}"] if node.role else []
    more: Properties = {"notes": notes, "keywords": [*mark, node.kind]}
    if node.kind == "account":
        more |= {"username": [str(node.values["native_id"] or node.label)], "service": [str(node.values["platform"])]}
        more |= {"owner": [owners[node.id]]} if node.id in owners else {}
    if node.kind == "deal":
        more |= {"involved": parties, "description": _told(node.probability, node.evidence)}
        more |= {"date": [str(node.values["first_at"])[:10]]} if node.values.get("first_at") else {}
    return _entity(node.id, _SCHEMA[node.kind], name=[node.label], proof=_files(node.evidence), **more)


def _edge(edge: Edge, source: str, target: str) -> dict[str, Any]:
    told = [*_told(edge.probability, edge.evidence), *([edge.words] if edge.words else [])]
    if edge.kind == _MEMBER and (source, target) == ("actor", "ring"):
        return _entity(edge.id, "Membership", member=[edge.source], organization=[edge.target], description=told)
    if edge.kind in _SAME:
        return _entity(edge.id, "Similar", candidate=[edge.source], match=[edge.target], matcher=["ringtrace"],
                       confidenceScore=[f"{edge.probability:.6f}"], criteria=["\n".join(told)])  # fmt: skip
    role = [edge.kind.replace("_", " ")]
    return _entity(edge.id, "UnknownLink", subject=[edge.source], object=[edge.target], role=role, description=told)


def _told(probability: float, evidence: Iterable[str]) -> list[str]:
    return [f"p {probability:.6f}", "evidence: " + " ".join(evidence)] if evidence else [f"p {probability:.6f}"]


def _media_type(name: str) -> list[str]:
    """FollowTheMoney refuses the type that says nothing."""
    return [] if name == "application/octet-stream" else [name]


def _files(evidence: Iterable[str]) -> list[str]:
    return sorted({item.partition(":")[0] for item in evidence})


def _entity(key: str, schema: str, **properties: list[str]) -> dict[str, Any]:
    kept = {name: values for name, values in properties.items() if values and any(values)}
    return {"id": key, "schema": schema, "properties": kept}
