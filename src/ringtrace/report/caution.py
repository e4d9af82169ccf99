"""What an analysis is not sure of, in sentences: nobody should take its result for more than it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.model.figure import UNREAD_FOR_FIGURES
from ringtrace.report.naming import Tables
from ringtrace.text.plural import counted

_WEAK_LINK = 0.9
_STABLE = 0.5
_MOST_CLOCKS = 5
COLUMNS = {
    "rings": ("ring_id",), "gaps": ("evidence_id", "start", "stop", "reason"),
    "evidence": ("evidence_id", "name", "reader", "note"),
    "clocks": ("evidence_id", "reference_id", "offset_seconds", "messages", "agreeing", "kind"),
    "posts": ("sent_basis",), "stances": ("band",), "links": ("probability",), "members": ("stability",),
}  # fmt: skip
"""Table -> the columns of it that ``cautions`` looks at."""


def cautions(table: Tables) -> list[str]:
    """Return the sentences that a summary must carry, the weightiest first."""
    return [line for say in (_candidates, _gaps, _files, _times, _clocks, _stances, _people) for line in say(table)]


def unread_files(table: Tables) -> list[dict[str, Any]]:
    """Files of the evidence that no reader took up."""
    return [row for row in table("evidence").to_pylist() if not row["reader"]]


def _candidates(table: Tables) -> list[str]:
    if not len(table("rings")):
        return ["That no ring was found does not show that there is none: look at offers, contacts and deals."]
    return ["Rings are candidates to be checked, not findings; a role says what posts contain, not who a person is."]


def _gaps(table: Tables) -> list[str]:
    rows = table("gaps").to_pylist()
    kinds: dict[str, list[dict[str, Any]]] = {"could not be read": [], "were read, but not for figures": []}
    unread, apart = kinds.values()
    for row in rows:
        (apart if row["reason"].startswith(UNREAD_FOR_FIGURES) else unread).append(row)
    lines = []
    for what, told in kinds.items():
        size, files = sum(row["stop"] - row["start"] for row in told), len({row["evidence_id"] for row in told})
        if told:
            lines.append(f"{counted(len(told), 'gap')} in {counted(files, 'file')}: {counted(size, 'byte')} {what}.")
    return lines


def _files(table: Tables) -> list[str]:
    unread = unread_files(table)
    noted = sum(bool(row["note"]) and bool(row["reader"]) for row in table("evidence").to_pylist())
    lines = [f"{counted(len(unread), 'file')} could not be read at all."] if unread else []
    return lines + ([f"{counted(noted, 'file')} came with remarks of their readers."] if noted else [])


def _times(table: Tables) -> list[str]:
    told = pc.value_counts(table("posts")["sent_basis"]).to_pylist()
    basis = {row["values"]: row["counts"] for row in told}
    ambiguous, assumed, none = (basis.get(word, 0) for word in ("ambiguous", "assumed", "none"))
    lines = []
    if ambiguous:
        lines.append(
            f"{counted(ambiguous, 'post')} with an ambiguous date: day and month could be the other way round."
        )
    if assumed:
        lines.append(f"{counted(assumed, 'post')} whose time states no zone: the case's zone was assumed.")
    if none:
        lines.append(f"{counted(none, 'post')} without any time.")
    return lines


def _clocks(table: Tables) -> list[str]:
    """Say of each file whose clock is off by how much, and on what that rests."""
    off = table("clocks").to_pylist()
    names = dict(zip(*(table("evidence")[column].to_pylist() for column in ("evidence_id", "name")), strict=True))
    lines = [
        f"{names.get(row['evidence_id'], row['evidence_id'])}: times are {_told(row['offset_seconds'])} those of "
        f"{names.get(row['reference_id'], row['reference_id'])} "
        f"({row['agreeing']} of {counted(row['messages'], 'common message')} say so; "
        f"{'as if of another zone' if row['kind'] == 'zone' else 'a clock that was off'}). They are shown as read."
        for row in off[:_MOST_CLOCKS]
    ]
    if len(off) > _MOST_CLOCKS:
        lines.append(f"{counted(len(off) - _MOST_CLOCKS, 'further file')} with a clock that is off: see table clocks.")
    return lines


def _told(seconds: int) -> str:
    """Say how far a clock is from its reference; seconds: what has to be added to it."""
    size = abs(seconds)
    units = [(size // 3600, "hour"), (size % 3600 // 60, "minute"), (size % 60, "second")]
    words = " ".join(counted(number, unit) for number, unit in units if number)
    return f"{words} {'behind' if seconds > 0 else 'ahead of'}"


def _stances(table: Tables) -> list[str]:
    review = _count(table("stances"), lambda t: pc.equal(t["band"], "review"))
    return [f"{counted(review, 'post')} may offer or seek a child and wait for a person's eyes."] if review else []


def _people(table: Tables) -> list[str]:
    weak = _count(
        table("links"),
        lambda t: pc.and_(pc.greater_equal(t["probability"], 0.5), pc.less(t["probability"], _WEAK_LINK)),
    )
    loose = _count(table("members"), lambda t: pc.less(t["stability"], _STABLE))
    lines = []
    if weak:
        lines.append(f"{counted(weak, 'pair')} of accounts joined at a probability under {_WEAK_LINK}.")
    if loose:
        lines.append(f"{counted(loose, 'member')} of rings by ties that are easily lost.")
    return lines


def _count(table: pa.Table, wanted: Callable[[pa.Table], pa.Array]) -> int:
    return len(table.filter(wanted(table)))
