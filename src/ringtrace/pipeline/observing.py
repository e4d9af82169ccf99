"""From posts to mentions, stances and facts: a map stage, one Arrow batch in, three tables out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa

from ringtrace import registry
from ringtrace.engines.tables import from_rows
from ringtrace.model.identity import derive_id
from ringtrace.model.mention import IDENTITY_KINDS, Candidate
from ringtrace.model.span import Segment
from ringtrace.pipeline.posts import SegmentRows
from ringtrace.stances.assess import assess
from ringtrace.stances.company import DIRECTIONS
from ringtrace.text.contacts import cut
from ringtrace.text.offsets import locate
from ringtrace.text.view import Said, TextView

INPUT = (
    "post_id", "evidence_id", "member", "platform", "container_name", "kind", "sent_at", "title", "text",
    "segments", "title_segments",
)  # fmt: skip


UNREAD = "contacts_unread"
"""The fact of a post in which a budget ended the reading of contacts: the rest of it was not looked at."""


def observe(batch: pa.Table, lexicons: Path | None = None, secret: bytes = b"") -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return tables (mentions, stances, facts) of a batch of posts.

    batch: the columns of ``INPUT`` and ``above``, as ``answering.posts_above`` gives it,
    ``lift`` and ``lean``, as ``stances.company`` gives them (0 at first sight). secret: the case's key for digests.
    """
    mentions: list[dict[str, Any]] = []
    stances: list[dict[str, Any]] = []
    facts: list[dict[str, Any]] = []
    batch = batch.set_column(batch.schema.get_field_index("sent_at"), "sent_at", batch["sent_at"].cast(pa.int64()))
    ways, title_ways = SegmentRows(batch["segments"]), SegmentRows(batch["title_segments"])
    for at, row in enumerate(batch.drop_columns(["segments", "title_segments"]).to_pylist()):
        if row["kind"] == "system":
            continue
        view = TextView(
            text=row["text"],
            platform=row["platform"],
            container=row["container_name"],
            kind=row["kind"],
            sent_at=row["sent_at"],
            title=row["title"],
            above=tuple(Said(**one) for one in row["above"]),
            lift=row["lift"],
            lean=tuple(row["lean"]),
            lexicons=lexicons,
            secret=secret,
        )
        candidates = find_all(view)
        found = assess(view, candidates)
        segments = ways[at] if candidates or found.facts else ()
        mentions.extend(_mentions(row, row["text"], segments, zip(candidates, found.owners, strict=True)))
        if row["title"]:
            mentions.extend(_title_mentions(row, view, title_ways[at]))
        stances.append(
            {"post_id": row["post_id"], "frame": found.frame, "direction": found.direction,
             "probability": found.probability, "band": found.band,
             **{name: share * found.probability for name, share in zip(DIRECTIONS, found.leanings, strict=True)}}
        )  # fmt: skip
        if cut(view):
            whole = locate(ways[at], row["text"], 0, len(row["text"]))
            facts.append(
                {"post_id": row["post_id"], "fact": UNREAD, "spans": [_span(row, a, b) for _, _, a, b in whole],
                 "probability": 1.0}
            )  # fmt: skip
        for fact in found.facts:
            runs = [run for a, b in fact.pieces for run in locate(segments, row["text"], a, b)]
            spans = [_span(row, start, stop) for _, _, start, stop in runs]
            facts.append(
                {"post_id": row["post_id"], "fact": fact.fact, "spans": spans, "probability": fact.probability}
            )
    return from_rows("mentions", mentions), from_rows("stances", stances), from_rows("facts", facts)


SHORT = 200
"""Code points up to which a text's candidates are remembered: half of what a case says is said again."""
_REMEMBERED = 131_072
_TOLD = frozenset({"platform", "kind", "secret"})
"""What is remembered with a text; an extractor that reads more of a view (``READS``) looks anew each time."""


def find_all(view: TextView) -> list[Candidate]:
    """Return what every extractor finds in ``view``, in order of place."""
    lasting, passing = _extractors()
    if len(view.text) <= SHORT:
        found = [*_lasting(view.text, view.platform, view.kind, view.lexicons, view.secret)]
    else:
        found = [c for extractor in lasting for c in extractor.find(view)]
    for extractor in passing:
        found.extend(extractor.find(view))
    found.sort(key=lambda c: (c.pieces, c.kind, c.value, -c.probability))
    return found


@cache
def _extractors() -> tuple[tuple[ModuleType, ...], tuple[ModuleType, ...]]:
    """Return the extractors whose finds depend on the text and ``_TOLD`` alone, and the others."""
    parts = registry.scan("ringtrace.extractors").values()
    lasting = tuple(part for part in parts if hasattr(part, "READS") and _TOLD.issuperset(part.READS))
    return lasting, tuple(part for part in parts if part not in lasting)


@lru_cache(maxsize=_REMEMBERED)
def _lasting(text: str, platform: str, kind: str, lexicons: Path | None, secret: bytes) -> tuple[Candidate, ...]:
    view = TextView(text, platform, kind=kind, lexicons=lexicons, secret=secret)
    return tuple(c for extractor in _extractors()[0] for c in extractor.find(view))


def _title_mentions(row: dict[str, Any], view: TextView, segments: tuple[Segment, ...]) -> list[dict[str, Any]]:
    """Contacts that stand in a headline only; who owns them follows from the post as a whole."""
    title = TextView(
        text=row["title"], platform=view.platform, container=view.container, kind=view.kind, sent_at=view.sent_at,
        lexicons=view.lexicons, secret=view.secret,
    )  # fmt: skip
    candidates = [c for c in find_all(title) if c.kind in IDENTITY_KINDS]
    if not candidates:
        return []
    owners = assess(title, candidates).owners
    return list(_mentions(row, row["title"], segments, zip(candidates, owners, strict=True)))


def _mentions(
    row: dict[str, Any], text: str, segments: tuple[Segment, ...], found: Iterable[tuple[Candidate, str]]
) -> Iterable[dict[str, Any]]:
    seen: set[str] = set()
    for candidate, owner in found:
        runs = [run for a, b in candidate.pieces for run in locate(segments, text, a, b)]
        place = "".join(f"{start}-{stop}," for _, _, start, stop in runs)
        mention = derive_id("mention", row["post_id"], candidate.kind, candidate.value, place)
        if not runs or mention in seen:
            continue
        seen.add(mention)
        yield {
            "mention_id": mention,
            "post_id": row["post_id"],
            "kind": candidate.kind,
            "surface": candidate.shown or "".join(text[a:b] for a, b, _, _ in runs),
            "value": candidate.value,
            "spans": [_span(row, start, stop) for _, _, start, stop in runs],
            "owner": owner,
            "probability": candidate.probability,
            "rule": candidate.rule,
        }


def _span(row: dict[str, Any], start: int, stop: int) -> dict[str, Any]:
    return {"evidence_id": row["evidence_id"], "member": row["member"], "start": start, "stop": stop}
