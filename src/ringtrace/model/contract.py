"""The table contract: every table that leaves an analysis, its columns, types and row order.

Columns may be added, never renamed or dropped without a step of ``SCHEMA_VERSION``. Types are
written as words and turned into Arrow by ``ringtrace.engines.tables``: ``text``, ``int``,
``time`` (microseconds UTC), ``probability`` and ``log2_odds`` (quantised to 6 decimals by the
last writer), ``span``, ``list of X``, ``{name: type, ...}``; a trailing ``?`` may be null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SCHEMA_VERSION = "1"

_SPANS = "list of span"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """columns: name -> type word, in order. order: the columns that rows are sorted by."""

    columns: Mapping[str, str]
    order: tuple[str, ...]


def _spec(order: str, **columns: str) -> TableSpec:
    return TableSpec(MappingProxyType(columns), tuple(order.split()))


_SEGMENTS = "list of segment"

TABLES: Mapping[str, TableSpec] = MappingProxyType(
    {
        "evidence": _spec(
            "evidence_id", evidence_id="text", name="text", size="int", media_type="text", reader="text",
            reader_version="text", received_at="time?", source="text", posts="int", gap_bytes="int",
            structure_bytes="int", post_bytes="int", names="list of text", note="text",
            media="list of media", readers="list of share",
        ),
        "posts": _spec(
            "sent_at post_id", post_id="text", evidence_id="text", member="text", start="int", stop="int",
            sources=_SPANS, platform="text", container="text", account_id="text", native_id="text", sent_at="time?",
            sent_text="text", sent_basis="text", reply_to="text?", kind="text", title="text", text="text",
            account_native="text", account_name="text", container_name="text",
            thread="text", author_role="text", sent_zone="text", sent_why="text",
            sent_alternative="time?", segments=_SEGMENTS, title_segments=_SEGMENTS, state="text", changed_at="time?",
            edit_of="text?",
        ),
        "clocks": _spec(
            "evidence_id reference_id container", evidence_id="text", reference_id="text", container="text",
            offset_seconds="int", messages="int", agreeing="int", kind="text",
        ),
        "gaps": _spec(
            "evidence_id member start stop reason", evidence_id="text", member="text", start="int", stop="int",
            reason="text",
        ),
        "containers": _spec(
            "container_id", container_id="text", platform="text", name="text", operators="list of text", posts="int",
            first_at="time?", last_at="time?",
        ),
        "accounts": _spec(
            "account_id", account_id="text", platform="text", native_id="text", names="list of text", actor_id="text",
            posts="int", first_at="time?", last_at="time?",
        ),
        "mentions": _spec(
            "post_id kind value mention_id", mention_id="text", post_id="text", kind="text", surface="text",
            value="text", spans=_SPANS, owner="text", probability="probability", rule="text",
        ),
        "stances": _spec(
            "post_id", post_id="text", frame="text", direction="text", probability="probability", band="text",
            offer="probability", seek="probability", broker="probability",
        ),
        "facts": _spec("post_id fact", post_id="text", fact="text", spans=_SPANS, probability="probability"),
        "templates": _spec(
            "template_id post_id", template_id="text", post_id="text", similarity="probability", slots="list of text"
        ),
        "patterns": _spec("template_id", template_id="text", posts="int", texts="int", constants="list of text"),
        "identifiers": _spec(
            "kind value", kind="text", value="text", use="text", accounts="int", reason="text", first_at="time?",
            last_at="time?",
        ),
        "links": _spec(
            "left right", left="text", right="text", probability="probability", weights="list of weight"
        ),
        "actors": _spec("actor_id", actor_id="text", accounts="list of text", probability="probability"),
        "rings": _spec(
            "ring_id", ring_id="text", probability="probability", actors="int", accounts="int", posts="int",
            first_at="time?", last_at="time?", provinces="list of text", containers="list of text",
            level_ties="probability?", level_words="probability",
        ),
        "growth": _spec(
            "ring_id month", ring_id="text", month="text", posts="int", active="int", joined="int", members="int",
            containers="int", provinces="list of text",
        ),
        "members": _spec(
            "ring_id actor_id", ring_id="text", actor_id="text", roles="list of role", stability="probability",
            belongs="probability", cell="text",
        ),
        "near": _spec(
            "ring_id actor_id", ring_id="text", actor_id="text", probability="probability", reasons="list of text"
        ),
        "groups": _spec(
            "group_id", group_id="text", actors="list of text", level_ties="probability?", level_words="probability",
            reasons="list of text",
        ),
        "ties": _spec(
            "left right layer", left="text", right="text", layer="text", weight="probability", basis=_SPANS,
            together="probability?", said="probability",
        ),
        "deals": _spec(
            "deal_id", deal_id="text", supplier="text?", broker="text?", buyer="text?", children="int", sex="text?",
            age="text?", price="text?", place_from="text?", place_to="text?", first_at="time?", status="text",
            probability="probability", basis=_SPANS,
        ),
        "claims": _spec(
            "claim_id", claim_id="text", subject="text", predicate="text", object="text", probability="probability",
            basis=_SPANS,
        ),
        "figures": _spec(
            "figure_id", figure_id="text", origin="text", quantity="text", unit="text", status="text",
            population="text", place="text", period_start="text", period_end="text", as_of="text", bound="text",
            value="text", evidence_id="text", member="text", start="int?", stop="int?", context="text",
            records="list of text",
        ),
        "records": _spec(
            "subject date record_id", record_id="text", kind="text", subject="text", status="text", date="text",
            place="text", case="text", source_kind="text", source="text", evidence_id="text", member="text",
            start="int?", stop="int?", author="text", batch="int", flags="list of text",
        ),
        "questions": _spec("question", question="text"),
        "reconciliation": _spec(
            "left right verdict reason", left="text", right="text?", verdict="text", amount="text", reason="text"
        ),
    }
)  # fmt: skip

STRUCTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "span": {"evidence_id": "text", "member": "text", "start": "int", "stop": "int"},
        "segment": {"text_start": "int", "text_stop": "int", "start": "int", "stop": "int", "codec": "text"},
        "weight": {"feature": "text", "log2_odds": "log2_odds", "left": "span?", "right": "span?"},
        "media": {"member": "text", "media_type": "text", "size": "int", "sha256": "text"},
        "share": {
            "reader": "text",
            "sources": "int",
            "size": "int",
            "posts": "int",
            "post_bytes": "int",
            "structure_bytes": "int",
            "gap_bytes": "int",
        },
        "role": {"role": "text", "probability": "probability"},
    }
)
