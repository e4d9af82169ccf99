"""Which members of a ring the evidence can show: ties that survive observation.

A tie is a visible answer to a ring mate (reply, forum thread of theirs, name addressed) or a
contact, not a hotline, that two of them show. Being in the same group is none. A member is
reachable when ties join it to the largest connected part of its ring.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.simulator.play import Play
from ringtrace.simulator.script import Line

_SHOWS_REPLIES = frozenset({"telegram"})
"""Platforms whose exports show what a post answers; elsewhere a thread or a name in the text does."""


def reachable_people(play: Play, shown: Mapping[str, str]) -> frozenset[str]:
    """Return the keys of people whom the author calls reachable and whom ``shown`` lines tie in.

    shown: line key -> the text as it stands in evidence.
    """
    ring = {person.key: person.ring for person in play.script.people if person.ring}
    parent = {key: key for key in ring}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for left, right in _ties(play, shown, ring):
        a, b = sorted((root(left), root(right)))
        parent[b] = a
    parts: defaultdict[str, list[str]] = defaultdict(list)
    for key in ring:
        parts[root(key)].append(key)
    largest: dict[str, str] = {}
    for top, members in parts.items():
        best = largest.get(ring[top])
        if best is None or len(members) > len(parts[best]):
            largest[ring[top]] = top
    promised = {person.key for person in play.script.people if person.reachable}
    return frozenset(key for top in largest.values() if len(parts[top]) > 1 for key in parts[top] if key in promised)


def _ties(play: Play, shown: Mapping[str, str], ring: dict[str, str]) -> Iterable[tuple[str, str]]:
    platform = {scene.place.key: scene.place.platform for scene in play.scenes}
    opener: dict[tuple[str, str], str] = {}
    holder: dict[tuple[str, str, str], str] = {}
    for line in sorted((play.lines[key] for key in shown), key=_order):
        person = play.accounts[line.account].person
        if person not in ring:
            continue
        for mention in line.mentions:
            if mention.kind in CONTACT_KINDS and mention.owner in ("self", "other"):
                first = holder.setdefault((ring[person], mention.kind, mention.value), person)
                if first != person:
                    yield first, person
        if line.thread and platform[line.place] in ("forum", "web"):
            first = opener.setdefault((line.place, line.thread), person)
            if first != person and ring[first] == ring[person]:
                yield first, person
        target = play.lines.get(line.reply_to)
        if target is None or target.place != line.place:
            continue
        other = play.accounts[target.account]
        if (
            ring.get(other.person) == ring[person]
            and other.person != person
            and (platform[line.place] in _SHOWS_REPLIES or other.name in shown[line.key])
        ):
            yield person, other.person


def _order(line: Line) -> tuple[int, str]:
    return line.at, line.key
