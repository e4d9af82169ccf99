"""GeoJSON by division: what figures, deals, rings and posts say of a place, each with its evidence.

A first-level division stands at its seat (a point for a map of the country, not a place where anything happened).
Lower divisions have their code and the first-level division above, but no geometry: no centroids with a clear
licence are at hand, and a point of the wrong town would mislead.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ringtrace.model.material import Material, Row, has_span, reference, references
from ringtrace.text.places.divisions import names, table

NAME = "GeoJSON by division"
FOLDER = False
MASKED = True
CLAIMS = False

_SURE = 0.5
_QUOTED_POSTS = 20


def export(material: Material, target: Path) -> list[Path]:
    """Write one feature a division to ``target``; returns it."""
    held = _held(material)
    features = [_feature(code, held[code]) for code in sorted(held)]
    document = {
        "type": "FeatureCollection", "note": material.note, "synthetic": material.synthetic,
        "geometry": "points are the seats of first-level divisions; null where no point is known", "features": features,
    }  # fmt: skip
    target.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return [target]


def _held(material: Material) -> dict[str, dict[str, Any]]:
    found: defaultdict[str, dict[str, Any]] = defaultdict(
        lambda: {"rings": [], "figures": [], "deals": [], "posts": 0, "post evidence": []}
    )
    for ring in material.rows("rings"):
        for code in ring["provinces"]:
            found[code]["rings"].append({"ring": ring["ring_id"], "probability": ring["probability"]})
    for figure in material.rows("figures"):
        if figure["place"]:
            found[figure["place"]]["figures"].append(_figure(figure))
    for deal in material.rows("deals"):
        for end in ("place_from", "place_to"):
            if deal[end]:
                found[deal[end]]["deals"].append(
                    {"deal": deal["deal_id"], "end": end.removeprefix("place_"), "status": deal["status"],
                     "probability": deal["probability"], "evidence": list(references(deal["basis"]))}
                )  # fmt: skip
    posts: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for mention in material.rows("mentions"):
        if mention["kind"] == "place" and mention["probability"] >= _SURE:
            posts[mention["value"]].setdefault(mention["post_id"], mention)
    for code, mentions in posts.items():
        found[code]["posts"] = len(mentions)
        spans = [mention["spans"][0] for mention in list(mentions.values())[:_QUOTED_POSTS] if mention["spans"]]
        found[code]["post evidence"] = list(references(spans))
    return dict(found)


def _figure(row: Row) -> dict[str, Any]:
    columns = ("figure_id", "origin", "quantity", "status", "value", "bound", "period_start", "period_end", "as_of")
    told = {name: row[name] for name in columns}
    return {**told, "evidence": [reference(row)] if has_span(row) else [], "records": row["records"]}


def _feature(code: str, held: Mapping[str, Any]) -> dict[str, Any]:
    native, english = names().get(code, (code, ""))
    seat = seats().get(code)
    above = code[:2] + "0000" if len(code) == 6 and code.isdigit() and code[2:] != "0000" else ""
    return {
        "type": "Feature", "id": code,
        "geometry": {"type": "Point", "coordinates": list(seat)} if seat else None,
        "properties": {"code": code, "name": native, "name_en": english, "within": above, **held},
    }  # fmt: skip


@cache
def seats() -> Mapping[str, tuple[float, float]]:
    """Code of a first-level division -> (longitude, latitude) of its seat, degrees, WGS 84."""
    rows = (line.split("\t") for line in table("cn-seats")["table"].splitlines() if line)
    return {code: (float(east), float(north)) for code, east, north in rows}
