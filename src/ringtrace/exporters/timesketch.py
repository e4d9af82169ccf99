"""Timesketch JSONL: one event a line with message, datetime and timestamp_desc, each with its bytes in evidence.

Posts with a time, possible deals, and records with a whole date become events; Timesketch takes no event without
a time. Posts whose time is not known are counted in the first line's message.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ringtrace.model.material import Material, Row, has_span, reference, references

NAME = "Timesketch JSONL timeline"
FOLDER = False
MASKED = True

_EPOCH = "1970-01-01T00:00:00+00:00"


def export(material: Material, target: Path) -> list[Path]:
    """Write the timeline in order of time to ``target``; returns it."""
    events = [*_posts(material), *_deals(material), *_records(material), *_claims(material)]
    undated = sum(row["sent_at"] is None for row in material.rows("posts"))
    first = {
        "message": f"{material.note} {undated} posts state no time and are not in this timeline.",
        "datetime": min((event["datetime"] for event in events), default=_EPOCH),
        "timestamp_desc": "About this timeline",
    }  # fmt: skip
    events.sort(key=lambda event: (event["datetime"], event["timestamp_desc"], event["id"]))
    with target.open("w", encoding="utf-8", newline="\n") as handle:
        for event in (first, *events):
            event |= {"data_type": "ringtrace", "tag": ["synthetic"] if material.synthetic else []}
            handle.write(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n")
    return [target]


def _event(at: datetime, what: str, message: str, key: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    moment = at.astimezone(UTC)
    stamp = round(moment.timestamp() * 1_000_000)
    return {"message": message, "datetime": moment.isoformat(timespec="microseconds"), "timestamp": stamp,
            "timestamp_desc": what, "id": key, **more}  # fmt: skip


def _posts(material: Material) -> Iterator[dict[str, Any]]:
    stances = {row["post_id"]: row for row in material.rows("stances")}
    for row in material.rows("posts"):
        if row["sent_at"] is None:
            continue
        stance = stances.get(row["post_id"])
        told = "\n".join(part for part in (row["title"], row["text"]) if part)
        read = {k: stance[k] for k in ("frame", "direction", "band", "probability")} if stance else {}
        yield _event(
            row["sent_at"], f"Post sent ({row['sent_basis']})", told or f"({row['kind']} without text)", row["post_id"],
            evidence=list(references(row["sources"] or [row])), account=row["account_id"], platform=row["platform"],
            username=row["account_name"], container=row["container_name"], **read,
        )  # fmt: skip


def _deals(material: Material) -> Iterator[dict[str, Any]]:
    for row in material.rows("deals"):
        if row["first_at"]:
            names = ("status", "price", "children", "place_from", "place_to", "supplier", "broker", "buyer")
            told = ", ".join(f"{name.replace('_', ' ')} {row[name]}" for name in names if row[name] is not None)
            evidence = list(references(row["basis"]))
            yield _event(row["first_at"], "Possible deal first spoken of", f"Possible deal: {told}", row["deal_id"],
                         evidence=evidence, probability=row["probability"])  # fmt: skip


def _claims(material: Material) -> Iterator[dict[str, Any]]:
    """Claims about posts at the post's time; the others at the first time of what they rest on."""
    times = {
        reference(span): row["sent_at"]
        for row in material.rows("posts") if row["sent_at"] for span in row["sources"] or [row]
    }  # fmt: skip
    for row in material.rows("claims"):
        evidence = references(row["basis"])
        dated = [times[key] for key in evidence if key in times]
        at = min(dated) if dated else datetime(1970, 1, 1, tzinfo=UTC)
        what = "Claim (time of its first evidence)" if dated else "Claim (no time in its evidence)"
        told = f"{row['subject']} {row['predicate'].replace('_', ' ')} {row['object']}"
        yield _event(at, what, told, row["claim_id"], evidence=list(evidence), probability=row["probability"])


def _records(material: Material) -> Iterator[dict[str, Any]]:
    for row in material.rows("records"):
        if len(row["date"]) == 10:
            at = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
            evidence = [reference(row)] if has_span(row) else []
            yield _event(at, f"Record: {row['status'].replace('_', ' ')} (day only)", _record_words(row),
                         row["record_id"], evidence=evidence, source=row["source"])  # fmt: skip


def _record_words(row: Row) -> str:
    where = f" in {row['place']}" if row["place"] else ""
    return f"{row['subject']} {row['status'].replace('_', ' ')}{where} ({row['source_kind']} {row['source']})".strip()
