"""Whose handle it is, as far as the words right around it say."""

from __future__ import annotations

import re

from ringtrace.model.mention import Owner
from ringtrace.text.contacts.scene import Scene

_OPEN, _CLOSE = '“「『《"', '”」』》"'
# Code points looked at before the cue and behind the value; a word that must stand beside stands so near.
_NAMED = 10
_WHOSE = 40
_LEFT, _RIGHT, _BESIDE = 44, 24, 2
_CALLED = 2
"""Code points between a word such as 监督 or 求助 and the cue of the number that it gives."""
_SENTENCE = re.compile(r"[。!?;\n]|\.(?= )")
_CLAUSE = re.compile(r"[,。!?;\n、或]|\bor\b|\.(?= )")
_Hit = tuple[str, int, int]


def owner_of(scene: Scene, cue_start: int, start: int, stop: int) -> Owner:
    """Return the owner of a value at ``[start, stop)`` whose cue begins at ``cue_start`` (layer places).

    Quotation first, then words of warning in the sentence, then a public service in the clause,
    then words that name somebody else, then the speaker's own, then a service in the sentence.
    """
    text = scene.text
    if _inside_quotes(text, start, stop):
        return "quoted"
    first = min(cue_start, start)
    left = _SENTENCE.split(text[max(0, first - _LEFT) : start])[-1]
    right = _SENTENCE.split(text[stop : stop + _RIGHT])[0]
    before, behind = _hits(scene, left), _hits(scene, right)
    if any(
        concept == "owner_hotline_near" and len(left) - (start - first) - end <= _CALLED for concept, _, end in before
    ):
        return "hotline"
    named = scene.cues.named.search(left[: len(left) - (start - first)][-_NAMED:])
    if named is not None:
        own = named.group(1) or any(concept == "owner_self" for concept, _, _ in before)
        return "self" if own else "other"
    if any(concept == "owner_quoted" for concept, _, _ in (*before, *behind)):
        return "quoted"
    if scene.cues.whose.search(left[: len(left) - (start - first)][-_WHOSE:]):
        return "other"
    return _from_left(before, left, start - first) or _from_right(behind, right)


def _from_left(hits: list[_Hit], left: str, cued: int) -> Owner | None:
    """cued: how many code points at the end of ``left`` are the cue itself."""
    clause = max((match.end() for match in _CLAUSE.finditer(left[: max(0, len(left) - cued)])), default=0)
    if any(concept == "owner_hotline" and at >= clause for concept, at, _ in hits):
        return "hotline"
    if any(concept == "owner_other" for concept, _, _ in hits):
        return "other"
    near = max(clause, len(left) - cued - _BESIDE)
    beside = [
        concept
        for concept, _, end in hits
        if concept == "owner_self" or (concept == "owner_other_near" and end >= near)
    ]
    if beside:
        return "self" if beside[-1] == "owner_self" else "other"
    return "hotline" if any(concept == "owner_hotline" for concept, _, _ in hits) else None


def _from_right(hits: list[_Hit], right: str) -> Owner:
    tail = _CLAUSE.search(right)
    reach = min(tail.start() if tail else len(right), 8)
    after = [concept for concept, at, _ in hits if at < reach and concept != "owner_hotline"]
    if not after:
        return "unknown"
    return "self" if after[0] == "owner_self" else "other"


def _hits(scene: Scene, part: str) -> list[_Hit]:
    """Return (concept, start, stop) of the owner words; Latin ones only as whole words."""
    automaton, concepts = scene.cues.owners
    found = []
    for index, start, stop in automaton.find_matches_as_indexes(part):
        if part[start].isascii() and part[start].isalpha():
            before, after = part[start - 1 : start] if start else " ", part[stop : stop + 1]
            if (before.isascii() and before.isalnum()) or before in "@./_" or "a" <= after <= "z":
                continue
        if concepts[index] != "owner_none":
            found.append((concepts[index], start, stop))
    return found


def _inside_quotes(text: str, start: int, stop: int) -> bool:
    """Whether an open quotation that began some way before the value ends behind it."""
    before, after = text[max(0, start - 120) : start], text[stop : stop + 120]
    for opening, closing in zip(_OPEN, _CLOSE, strict=True):
        place = before.rfind(opening)
        if place < 0 or closing not in after or len(before) - place <= 6:
            continue
        if opening != closing and closing in before[place:]:
            continue
        if opening != closing or before.count(opening) % 2 == 1:
            return True
    return False
