"""From what a person typed to the one thing that is meant, or to the nearest ids."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.errors import UsageError
from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.pipeline.telling.room import Room

KINDS: Mapping[str, tuple[str, str]] = {
    "ring": ("rings", "ring_id"),
    "actor": ("actors", "actor_id"),
    "account": ("accounts", "account_id"),
    "deal": ("deals", "deal_id"),
    "post": ("posts", "post_id"),
    "claim": ("claims", "claim_id"),
    "container": ("containers", "container_id"),
    "figure": ("figures", "figure_id"),
}
_NEAREST = 3
_COMPARED = 5_000


def resolve(room: Room, subject: str) -> tuple[str, str]:
    """Return (kind, id) of the thing whose id starts with ``subject``, or whose name or contact it is.

    A contact is ("contact", "kind value"). Raises UsageError that names the nearest ids when
    nothing or several things fit.
    """
    kind = subject.partition("-")[0]
    if kind in KINDS and "-" in subject:
        return kind, _by_id(room, kind, subject)
    found = _by_name(room, subject)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{subject!r} fits {len(found)} things: {_told(room, [key for _, key in found])}; give the id")
    near = _near_names(room, subject)
    hint = f"near are {_told(room, near)}" if near else f"ids look like {', '.join(f'{kind}-...' for kind in KINDS)}"
    raise UsageError(
        f"nothing in this analysis has the id, name or contact {subject!r}; {hint}; "
        f"`ringtrace show {room.case.folder}` gives an overview"
    )


def _by_id(room: Room, kind: str, subject: str) -> str:
    ids = room.table(KINDS[kind][0])[KINDS[kind][1]]
    hits: list[str] = pc.unique(ids.filter(pc.starts_with(ids, subject))).to_pylist()
    if subject in hits:
        return subject
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise UsageError(f"{subject} is the start of {len(hits):,} ids: {_told(room, sorted(hits))}; give more of it")
    near = nearest(subject, ids.to_pylist())
    if not near:
        raise UsageError(f"this analysis has no {kind} at all; `ringtrace show {room.case.folder}` gives an overview")
    raise UsageError(f"no {kind} has the id {subject}; the nearest: {_told(room, near)}")


def nearest(subject: str, ids: list[str]) -> list[str]:
    """Return up to three of ``ids`` most like ``subject``: by common beginning, then by letters."""
    ranked = sorted(ids, key=lambda key: (-_shared(subject, key), key))[:_COMPARED]
    best = [key for key in ranked if _shared(subject, key) > len(subject.partition("-")[0]) + 2][:_NEAREST]
    if len(best) < _NEAREST:
        best += [key for key in difflib.get_close_matches(subject, ranked, _NEAREST, 0.0) if key not in best]
    return best[:_NEAREST]


def _shared(left: str, right: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))


def _by_name(room: Room, subject: str) -> list[tuple[str, str]]:
    accounts = [("account", key) for key, row in sorted(room.naming.accounts.items()) if _is(subject, row)]
    containers = [("container", k) for k, row in sorted(room.naming.containers.items()) if row["name"] == subject]
    kind, _, value = subject.rpartition(":")
    mentions = room.table("mentions").select(["kind", "value"])
    wanted = {subject.lower(), value.lower(), "+86" + subject}
    rows = mentions.filter(pc.is_in(mentions["value"], pa.array(sorted(wanted)))).to_pylist()
    contacts = {
        ("contact", f"{row['kind']} {row['value']}")
        for row in rows
        if row["kind"] in CONTACT_KINDS and (not kind or row["kind"] == kind)
    }
    return [*accounts, *containers, *sorted(contacts), *_files(room, subject)]


def _files(room: Room, subject: str) -> list[tuple[str, str]]:
    """Files of evidence by name, or by eight or more digits of their hash."""
    digits = subject.lower() if len(subject) >= 8 and set(subject.lower()) <= set("0123456789abcdef") else ""
    rows = room.table("evidence").select(["evidence_id", "names"]).to_pylist()
    return [
        ("evidence", row["evidence_id"])
        for row in rows
        if subject in row["names"] or (digits and row["evidence_id"].startswith(digits))
    ]


def _is(subject: str, row: Mapping[str, object]) -> bool:
    names = row["names"]
    return subject == row["native_id"] or (isinstance(names, list) and subject in names)


def _near_names(room: Room, subject: str) -> list[str]:
    named = {name: key for key, row in sorted(room.naming.accounts.items()) for name in row["names"]}
    named |= {row["name"]: key for key, row in sorted(room.naming.containers.items())}
    return [named[name] for name in difflib.get_close_matches(subject, sorted(named)[:_COMPARED], _NEAREST, 0.5)]


def _told(room: Room, ids: list[str]) -> str:
    shown = [f"{key} ({name})" if (name := room.naming.of(key)) != key else key for key in ids[:_NEAREST]]
    return ", ".join(shown) + (", ..." if len(ids) > _NEAREST else "")
