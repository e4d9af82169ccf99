"""What an investigator gets to see of a script: deletions, clocks that are off, partial exports."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable

from ringtrace.simulator.play import Play, Scene, Window
from ringtrace.simulator.script import Line, Place, Script, Spec

_DELETED = {"background": 0.02, "ring": 0.05}
_CHAT = frozenset({"telegram", "whatsapp", "qq"})
_DRIFT = {"telegram": 0, "whatsapp": 90, "qq": 240, "forum": 600, "web": 420}
"""Clocks: Telegram states the server's time; the others are off by up to so many seconds."""


def observe(script: Script, spec: Spec) -> Play:
    """Return the script as it survives in evidence; the same spec gives the same play."""
    accounts = {account.key: account for account in script.accounts}
    rings = {person.key: person.ring for person in script.people}
    by_place: defaultdict[str, list[Line]] = defaultdict(list)
    for line in script.lines:
        by_place[line.place].append(line)
    scenes = []
    for place in script.places:
        dice = random.Random(f"{spec.seed}/observe/{place.key}")
        lines = sorted(by_place[place.key], key=lambda line: (line.at, line.key))
        ring_keys = {line.key for line in lines if line.account and rings.get(accounts[line.account].person)}
        kept, removed = _delete(lines, ring_keys, place, dice, spec.hardness)
        windows = _windows(kept, place, dice, spec.hardness)
        seen = tuple(line for line in kept if any(w.start <= line.at < w.stop for w in windows))
        scenes.append(Scene(place, seen, removed, windows))
    return Play(spec.seed, script, tuple(scenes), accounts, {line.key: line for line in script.lines})


def _delete(
    lines: list[Line], ring_keys: set[str], place: Place, dice: random.Random, hardness: float
) -> tuple[list[Line], dict[str, Line]]:
    """Drop lines; in forums and sites the opening post goes only together with its whole page."""
    openings = set() if place.platform in _CHAT else set(_openings(lines))
    gone: set[str] = set()  # lines of deleted pages
    kept, removed = [], {}
    for line in lines:
        rate = _DELETED["ring" if line.key in ring_keys else "background"] * (1 + 2 * hardness)
        if line.key in openings:
            rate /= 3
        dead = dice.random() < rate or line.reply_to in gone
        if not dead:
            kept.append(line)
            continue
        if line.key in openings or line.reply_to in gone:
            gone.add(line.key)
        if not line.system and line.key not in openings and dice.random() < 0.5:
            removed[line.key] = line
    return kept, removed


def _openings(lines: Iterable[Line]) -> Iterable[str]:
    seen = set()
    for line in lines:
        if line.kind == "listing" or (line.thread and line.thread not in seen):
            seen.add(line.thread)
            yield line.key


def _windows(lines: list[Line], place: Place, dice: random.Random, hardness: float) -> tuple[Window, ...]:
    """One whole export, or two or three that overlap; together they may miss the beginning."""
    if not lines:
        return ()
    first, last = lines[0].at, lines[-1].at + 1
    drift = _DRIFT.get(place.platform, 0)
    offset = dice.randint(-drift, drift) if dice.random() < 0.6 else 0
    if place.platform not in _CHAT or len(lines) < 40:
        return (Window(first, last, 0, offset),)
    span = last - first
    roll = dice.random()
    if roll < 0.5:
        return (Window(first, last, 0, offset),)
    cut = [first + int(span * share) for share in (dice.uniform(0.05, 0.4), dice.uniform(0.5, 0.8))]
    late = offset if dice.random() >= hardness else offset + dice.randint(-drift, drift)
    if roll < 0.85:
        return (Window(first, cut[1], 0, offset), Window(cut[0], last, 1, late))
    start = first + int(span * dice.uniform(0.0, 0.03))
    return (
        Window(start, cut[1], 0, offset),
        Window(cut[0], last, 1, late),
        Window(cut[0], (cut[1] + last) // 2, 2, offset),
    )
