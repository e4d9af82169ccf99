"""What was not read, file by file, in words: nobody should have to open the gaps table to learn why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from ringtrace.model.figure import UNREAD_FOR_FIGURES
from ringtrace.pipeline.analysis.observing import UNREAD

_REASONS_TOLD = 3


def unread(evidence: Sequence[Mapping[str, Any]], gaps: pa.Table) -> tuple[str, ...]:
    """Return a line for each file with a gap in it or in one of its members, by name: bytes and reasons.

    Bytes that were read, and only not for figures, are none of these: see ``unread_for_figures``.
    """
    reasons: dict[str, dict[str, None]] = {}
    for file, member, reason in zip(
        *(gaps[name].to_pylist() for name in ("evidence_id", "member", "reason")), strict=True
    ):
        if not reason.startswith(UNREAD_FOR_FIGURES):
            reasons.setdefault(file, {})[f"{member}: {reason}" if member else reason] = None
    lines = []
    for row in sorted(evidence, key=lambda row: (row["name"], row["evidence_id"])):
        if found := [*reasons.get(row["evidence_id"], ())]:
            more = f"; and {len(found) - _REASONS_TOLD} more reasons" if len(found) > _REASONS_TOLD else ""
            told = "; ".join(found[:_REASONS_TOLD])
            lines.append(f"{row['name']}: {row['gap_bytes']:,} of {row['size']:,} bytes: {told}{more}")
    return tuple(lines)


def unread_for_figures(evidence: Sequence[Mapping[str, Any]], gaps: pa.Table) -> tuple[str, ...]:
    """Return a line for each stretch of a report that was read as its words but not looked through for figures."""
    names = {row["evidence_id"]: row["name"] for row in evidence}
    return tuple(
        f"{names.get(row['evidence_id'], '?')}{_within(row['member'])}: bytes {row['start']:,} to {row['stop']:,} "
        f"were read, but {row['reason']}"
        for row in gaps.to_pylist()
        if row["reason"].startswith(UNREAD_FOR_FIGURES)
    )


def _within(member: str) -> str:
    return f" [{member}]" if member else ""


def cut_short(facts: pa.Table) -> tuple[str, ...]:
    """Return a line that counts the posts in which a budget ended the reading of contacts, or nothing."""
    posts = {post for post, fact in zip(facts["post_id"].to_pylist(), facts["fact"].to_pylist(), strict=True)
             if fact == UNREAD}  # fmt: skip
    if not posts:
        return ()
    told = ", ".join(sorted(posts)[:_REASONS_TOLD])
    return (f"{len(posts)} posts hold more handles than are read in one post; the rest of them is unread: {told}",)


def remarks(evidence: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what readers noted on files, by name: an empty file, a tie between readers, a reader that failed."""
    ordered = sorted(evidence, key=lambda row: (row["name"], row["evidence_id"]))
    return tuple(f"{row['name']}: {row['note']}" for row in ordered if row["note"])
