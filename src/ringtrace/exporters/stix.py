"""STIX 2.1 bundle: actors and rings as identities and groupings, accounts and files as observables, claims as notes.

Ids are version 5 UUIDs of content, so the same analysis gives the same bundle; observables have the ids that the
specification derives. Probability and evidence stand in a property extension, whose definition goes along and whose
schema is published as docs/schemas/stix-evidence.schema.json. Times are those of the evidence, never of the export.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ringtrace.model.identity import derive_uuid
from ringtrace.model.material import Material
from ringtrace.model.network import Edge, Network, Node, build_network

NAME = "STIX 2.1 bundle"
FOLDER = False
MASKED = True

_OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""The namespace that STIX 2.1, section 2.9, gives for ids of observables."""
EXTENSION = f"extension-definition--{derive_uuid('stix', 'evidence')}"
_SCHEMA = "docs/schemas/stix-evidence.schema.json in the source distribution of Ringtrace"
_PUBLISHED = "2026-11-27T00:00:00.000Z"
_RINGTRACE = f"identity--{derive_uuid('stix', 'ringtrace')}"
Thing = dict[str, Any]


def export(material: Material, target: Path) -> list[Path]:
    """Write the bundle to ``target``; returns it."""
    network = build_network(material)
    objects = list(_Objects(material, network).all())
    bundle = f"bundle--{derive_uuid('stix', material.case, *sorted(thing['id'] for thing in objects))}"
    with target.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write(f'{{"type": "bundle", "id": "{bundle}", "objects": [\n')
        handle.write(",\n".join(json.dumps(thing, ensure_ascii=False) for thing in objects))
        handle.write("\n]}\n")
    return [target]


class _Objects:
    """Makes the objects of one bundle."""

    def __init__(self, material: Material, network: Network) -> None:
        self._material, self._network = material, network
        times = [row["last_at"] for row in material.rows("accounts") if row["last_at"]]
        self._now = _stamp(max(times)) if times else _PUBLISHED
        self._labels = ["synthetic"] if material.synthetic else []
        self._ids = {node.id: _node_id(node) for node in network.nodes}

    def all(self) -> Iterator[Thing]:
        yield from self._frame()
        for row in self._material.rows("evidence"):
            yield _observable("file", {"hashes": {"SHA-256": row["evidence_id"]}}, size=row["size"], name=row["name"])
        for node in self._network.nodes:
            yield self._node(node)
        for edge in self._network.edges:
            yield self._edge(edge)
        for statement in self._network.statements:
            about = self._ids.get(statement.subject, _RINGTRACE)
            words = f"{statement.predicate.replace('_', ' ')}: {statement.object}"
            yield self._note(statement.id, words, [about], statement.probability, statement.evidence)

    def _frame(self) -> Iterator[Thing]:
        common = {"spec_version": "2.1", "created": _PUBLISHED, "modified": _PUBLISHED}
        yield {"type": "identity", "id": _RINGTRACE, **common, "name": "Ringtrace", "identity_class": "system"}
        yield {
            "type": "extension-definition", "id": EXTENSION, **common, "created_by_ref": _RINGTRACE,
            "name": "Ringtrace evidence", "schema": _SCHEMA, "version": "1.0.0",
            "description": "How probable a statement is, and the bytes of evidence it rests on.",
            "extension_types": ["property-extension"],
        }  # fmt: skip
        note = self._note(f"about {self._material.case}", self._material.note, [_RINGTRACE], None, ())
        yield {key: value for key, value in note.items() if key != "extensions"}

    def _domain(self, kind: str, key: str, probability: float | None, evidence: Iterable[str], **more: Any) -> Thing:  # noqa: ANN401
        thing: Thing = {
            "type": kind, "spec_version": "2.1", "id": f"{kind}--{derive_uuid('stix', kind, key)}",
            "created_by_ref": _RINGTRACE, "created": self._now, "modified": self._now, **more,
        }  # fmt: skip
        if self._labels:
            thing["labels"] = self._labels
        if probability is not None:
            thing["confidence"] = round(100 * probability)
            thing["extensions"] = {EXTENSION: _extension(probability, evidence)}
        return thing

    def _node(self, node: Node) -> Thing:
        told = "; ".join(f"{name}: {value}" for name, value in {"id": node.id, **node.values}.items())
        if node.kind == "account":
            native = str(node.values["native_id"])
            thing = _observable("user-account", {"user_id": node.id}, display_name=node.label)
            thing |= {"account_login": native} if native else {}
            thing["id"] = self._ids[node.id]
            return {**thing, "extensions": {EXTENSION: _extension(node.probability, node.evidence)}}
        if node.kind == "actor":
            roles = {"roles": [node.role]} if node.role else {}
            return self._domain(
                "identity", node.id, node.probability, node.evidence, name=node.label, identity_class="unknown",
                description=f"Accounts that are held to be one actor; {told}", **roles,
            )  # fmt: skip
        if node.kind == "ring":
            members = sorted({self._ids[e.source] for e in self._network.edges if e.target == node.id})
            return self._domain(
                "grouping", node.id, node.probability, node.evidence, name=node.label, context="suspicious-activity",
                description=f"A candidate ring, to be checked; {told}", object_refs=members or [_RINGTRACE],
            )  # fmt: skip
        if node.kind == "container":
            return self._domain("infrastructure", node.id, node.probability, node.evidence, name=node.label,
                                infrastructure_types=["unknown"], description=f"Group or site; {told}")  # fmt: skip
        parties = sorted({self._ids[e.source] for e in self._network.edges if e.target == node.id})
        return self._domain("grouping", node.id, node.probability, node.evidence, name=node.label,
                            context="unspecified", description=f"A possible deal; {told}",
                            object_refs=parties or [_RINGTRACE])  # fmt: skip

    def _edge(self, edge: Edge) -> Thing:
        """Always ``related-to``, which any two objects may be; what ties them stands beside it."""
        kind = edge.kind.replace("_", " ")
        thing = self._domain(
            "relationship", edge.id, edge.probability, edge.evidence, relationship_type="related-to",
            source_ref=self._ids[edge.source], target_ref=self._ids[edge.target],
            description=f"{kind}: {edge.words}" if edge.words else kind,
        )  # fmt: skip
        thing["extensions"][EXTENSION]["kind"] = edge.kind
        return thing

    def _note(
        self, key: str, words: str, about: list[str], probability: float | None, evidence: Iterable[str]
    ) -> Thing:
        return self._domain("note", key, probability, evidence, content=words, object_refs=about)


def _node_id(node: Node) -> str:
    if node.kind == "account":
        more = {"account_login": str(node.values["native_id"])} if node.values["native_id"] else {}
        return _observable_id("user-account", {"user_id": node.id, **more})
    kind = {"actor": "identity", "ring": "grouping", "deal": "grouping", "container": "infrastructure"}[node.kind]
    return f"{kind}--{derive_uuid('stix', kind, node.id)}"


def _observable(kind: str, known: Mapping[str, Any], **more: Any) -> Thing:  # noqa: ANN401  any JSON value
    return {"type": kind, "spec_version": "2.1", "id": _observable_id(kind, known), **known, **more}


def _observable_id(kind: str, known: Mapping[str, Any]) -> str:
    """The id from the properties that contribute to it: their canonical JSON (RFC 8785) under STIX's namespace."""
    canonical = json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{kind}--{uuid.uuid5(_OBSERVABLES, canonical)}"


def _extension(probability: float, evidence: Iterable[str]) -> Thing:
    held = list(evidence)
    told: Thing = {"extension_type": "property-extension", "probability": probability}
    return {**told, "evidence": held} if held else told


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
