"""Who owns what a text names, decided with its frame."""

from __future__ import annotations

from collections.abc import Sequence

from ringtrace.model.mention import CONTACT_KINDS, Candidate, Owner
from ringtrace.model.stance import Direction, Frame
from ringtrace.stances.concepts import Hit
from ringtrace.stances.features import quotations
from ringtrace.text.view import TextView

_HOTLINE_DIGITS = 6
"""A service number (110, 12355) has at most so many digits; a subscriber's has more."""
_QUOTING = frozenset({"quote", "warning", "news"})
_BEFORE = 14
"""Code points before a contact in which "ask her" makes it somebody else's."""


def decide_owners(
    view: TextView, hits: Sequence[Hit], frame: Frame, direction: Direction, candidates: Sequence[Candidate]
) -> tuple[Owner, ...]:
    """Return the owner of each candidate; pieces count code points of the original text."""
    quoted = quotations(view.text) if candidates else []
    return tuple(_owner(view, hits, frame, direction, candidate, quoted) for candidate in candidates)


def _owner(
    view: TextView,
    hits: Sequence[Hit],
    frame: Frame,
    direction: Direction,
    candidate: Candidate,
    quoted: Sequence[tuple[int, int]],
) -> Owner:
    if candidate.kind not in CONTACT_KINDS:
        return candidate.owner
    if _is_hotline(candidate) or candidate.owner == "hotline":
        return "hotline"
    if frame in _QUOTING or (frame == "question" and candidate.owner != "self"):
        return "quoted"
    start = candidate.pieces[0][0]
    if candidate.owner != "self" and any(a <= start < b for a, b in quoted):
        return "quoted"
    if candidate.owner != "unknown":
        return candidate.owner
    named = {hit.concept for hit in hits}
    if frame == "appeal":
        return "self" if "own_child" in named or "kin" in named else "other"
    if frame == "lawful" and "institution" in named:
        return "hotline"
    if direction == "broker" and _recommended(view, hits, start):
        return "other"
    return "self"


def _recommended(view: TextView, hits: Sequence[Hit], start: int) -> bool:
    for hit in hits:
        if hit.concept == "knows_someone":
            return hit.start < start + _BEFORE
    return False


def _is_hotline(candidate: Candidate) -> bool:
    return candidate.kind == "phone" and candidate.value.isdigit() and len(candidate.value) <= _HOTLINE_DIGITS
