"""CASE/UCO 1.4 JSON-LD: files, byte ranges, accounts, candidates for persons and rings, claims with their evidence.

Every claim is a UCO annotation about its subject and about the byte ranges it rests on; a range is an observable
that a relationship with a DataRangeFacet places in its file. Confidence is in percent, as UCO wants it; the
statement gives the probability with six decimals.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ringtrace.model.identity import derive_uuid
from ringtrace.model.material import Material, Row, reference
from ringtrace.model.network import Edge, Network, Node, build_network

NAME = "CASE/UCO JSON-LD"
FOLDER = False
MASKED = True

_UCO = "https://ontology.unifiedcyberontology.org/uco/"
_CONTEXT = {
    "kb": "https://ringtrace.example/kb/", "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    **{f"uco-{name}": f"{_UCO}{name}/" for name in ("core", "identity", "observable", "tool", "types", "vocabulary")},
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip
Thing = dict[str, Any]


def export(material: Material, target: Path) -> list[Path]:
    """Write one bundle to ``target``; returns it."""
    network = build_network(material)
    with target.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write(f'{{"@context": {json.dumps(_CONTEXT)},\n"@graph": [\n')
        handle.write(",\n".join(json.dumps(thing, ensure_ascii=False) for thing in _things(material, network)))
        handle.write("\n]}\n")
    return [target]


def _things(material: Material, network: Network) -> Iterator[Thing]:
    files = {row["evidence_id"]: row for row in material.rows("evidence")}
    spans = _spans(material)
    tool = _iri("tool", "ringtrace")
    yield {"@id": tool, "@type": "uco-tool:Tool", "uco-core:name": "Ringtrace"}
    yield {
        "@id": _iri("annotation", f"about {material.case}"), "@type": "uco-core:Annotation",
        "uco-core:name": material.case, "uco-core:statement": material.note, "uco-core:object": [{"@id": tool}],
        "uco-core:tag": "synthetic" if material.synthetic else "not marked as synthetic",
    }  # fmt: skip
    for row in files.values():
        yield _file(row)
    for key, span in spans.items():
        yield from _range(key, span)
    for node in network.nodes:
        yield _node(node)
    for edge in network.edges:
        yield from _edge(edge)
    known = {node.id for node in network.nodes}
    for statement in network.statements:
        words = f"{statement.predicate.replace('_', ' ')}: {statement.object} (p {statement.probability:.6f})"
        about = [_iri("node", statement.subject)] if statement.subject in known else []
        yield _annotation(statement.id, words, statement.probability, about, statement.evidence)


def _spans(material: Material) -> dict[str, Row]:
    """Reference -> the span, of everything that claims, ties, links and deals rest on."""
    found: dict[str, Row] = {}
    for table in ("claims", "ties", "deals"):
        for row in material.rows(table):
            found |= {reference(span): span for span in row["basis"]}
    for row in material.rows("links"):
        for weight in row["weights"]:
            found |= {reference(span): span for span in (weight["left"], weight["right"]) if span}
    return {key: found[key] for key in sorted(found)}


def _iri(kind: str, key: str) -> str:
    return f"kb:{kind}-{derive_uuid('case', kind, key)}"


def _facet(kind: str, key: str, **values: Any) -> Thing:  # noqa: ANN401  any JSON value
    name = kind.partition(":")[2].lower()
    return {"@id": _iri(name, key), "@type": kind, **values}


def _file(row: Row) -> Thing:
    key = row["evidence_id"]
    digest = {
        "@id": _iri("hash", key), "@type": "uco-types:Hash",
        "uco-types:hashMethod": "SHA256",
        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": key},
    }  # fmt: skip
    facets = [
        _facet("uco-observable:FileFacet", key, **{
            "uco-observable:fileName": row["name"], "uco-observable:sizeInBytes": _integer(row["size"]),
        }),
        _facet("uco-observable:ContentDataFacet", key, **{"uco-observable:hash": digest}),
    ]  # fmt: skip
    return {"@id": _iri("file", key), "@type": "uco-observable:File", "uco-core:hasFacet": facets}


def _range(key: str, span: Row) -> Iterator[Thing]:
    member = f", in member {span['member']}" if span["member"] else ""
    yield {
        "@id": _iri("range", key), "@type": "uco-observable:ObservableObject", "uco-core:name": key,
    }  # fmt: skip
    yield {
        "@id": _iri("within", key), "@type": "uco-observable:ObservableRelationship",
        "uco-core:source": {"@id": _iri("range", key)}, "uco-core:target": {"@id": _iri("file", span["evidence_id"])},
        "uco-core:kindOfRelationship": "Contained_Within", "uco-core:isDirectional": True,
        "uco-core:hasFacet": _facet("uco-observable:DataRangeFacet", key, **{
            "uco-observable:rangeOffset": _integer(span["start"]),
            "uco-observable:rangeOffsetType": f"bytes from the beginning{member}",
            "uco-observable:rangeSize": _integer(span["stop"] - span["start"]),
        }),
    }  # fmt: skip


def _node(node: Node) -> Thing:
    thing: Thing = {"@id": _iri("node", node.id), "uco-core:name": node.label}
    told = "; ".join(f"{name}: {value}" for name, value in {"id": node.id, "role": node.role, **node.values}.items())
    thing["uco-core:description"] = f"{node.kind}, p {node.probability:.6f}; {told}"
    if node.kind == "actor":
        thing["@type"] = "uco-identity:Identity"
    elif node.kind == "account":
        thing["@type"] = "uco-observable:DigitalAccount"
        thing["uco-core:hasFacet"] = _facet("uco-observable:AccountFacet", node.id, **{
            "uco-observable:accountIdentifier": str(node.values["native_id"] or node.label),
        })  # fmt: skip
    elif node.kind == "container":
        thing["@type"] = "uco-observable:ObservableObject"
    else:
        thing["@type"] = "uco-core:UcoObject"
    return thing


def _edge(edge: Edge) -> Iterator[Thing]:
    yield {
        "@id": _iri("edge", edge.id), "@type": "uco-core:Relationship",
        "uco-core:source": {"@id": _iri("node", edge.source)}, "uco-core:target": {"@id": _iri("node", edge.target)},
        "uco-core:kindOfRelationship": edge.kind, "uco-core:isDirectional": edge.directed,
        "uco-core:description": f"p {edge.probability:.6f} {edge.words}".strip(),
        "uco-core:hasFacet": _confidence(edge.id, edge.probability),
    }  # fmt: skip
    if edge.evidence:
        words = f"{edge.kind.replace('_', ' ')} (p {edge.probability:.6f}) rests on these bytes"
        yield _annotation(edge.id, words, edge.probability, [_iri("edge", edge.id)], edge.evidence)


def _annotation(key: str, words: str, probability: float, about: Iterable[str], evidence: Iterable[str]) -> Thing:
    objects = [*about, *(_iri("range", item) for item in evidence)]
    return {
        "@id": _iri("annotation", key), "@type": "uco-core:Annotation", "uco-core:statement": words,
        "uco-core:object": [{"@id": item} for item in objects],
        "uco-core:hasFacet": _confidence(f"annotation {key}", probability),
    }  # fmt: skip


def _confidence(key: str, probability: float) -> Thing:
    percent: Mapping[str, str] = {"@type": "xsd:nonNegativeInteger", "@value": str(round(100 * probability))}
    return _facet("uco-core:ConfidenceFacet", key, **{"uco-core:confidence": percent})


def _integer(value: int) -> Mapping[str, str]:
    return {"@type": "xsd:integer", "@value": str(value)}
