"""Reads all contacts of one text and settles which string is which kind of contact."""

from __future__ import annotations

from ringtrace.model.mention import Candidate
from ringtrace.text.contacts.addresses import find_addresses
from ringtrace.text.contacts.cued import read_group
from ringtrace.text.contacts.groups import Group, group_cues
from ringtrace.text.contacts.kinds import add_number
from ringtrace.text.contacts.numbers import find_numbers
from ringtrace.text.contacts.reading import Reading
from ringtrace.text.contacts.scene import MOST as CUES_MOST
from ringtrace.text.contacts.scene import lay_out
from ringtrace.text.contacts.splits import find_splits
from ringtrace.text.contacts.tables import cues
from ringtrace.text.contacts.telephone import MOST as NUMBERS_MOST
from ringtrace.text.contacts.uncued import read_bare
from ringtrace.text.view import TextView

# A candidate from here on takes its place in the text.
_TAKEN = 0.5
# Groups of cues, and bare values of a kind, that are read in one text: a budget for hostile ones.
_MOST = 1_500


def read(view: TextView) -> tuple[Candidate, ...]:
    """Return every contact candidate of the view, in order of place; kept with the view."""
    kept: tuple[Candidate, ...] | None = view.__dict__.get("_contacts")
    if kept is None:
        kept = _read(view)
        view.__dict__["_contacts"] = kept
    return kept


def cut(view: TextView) -> bool:
    """Return whether the text holds more cues or numbers than are read in one text; the rest was left unread."""
    if len(view.text) < _MOST:  # every cue and number takes a character
        return False
    read(view)
    return bool(view.__dict__.get("_contacts_cut", False))


def _read(view: TextView) -> tuple[Candidate, ...]:
    scene = lay_out(view.folded, cues(view.lexicons))
    if scene is None:
        return ()
    reading = Reading(scene, view)
    _take_addresses(reading)
    splits = find_splits(scene)
    for number in [*splits, *find_numbers(scene)]:
        if reading.taken.holds(number.start, number.stop):
            continue
        reading.numbers.append(number)
        if number.probability >= _TAKEN:
            reading.taken.claim(number.start, number.stop)
    reading.numbers.sort(key=lambda number: number.start)
    reading.starts = [number.start for number in reading.numbers]
    used: set[int] = set()
    groups = group_cues(scene)
    over = len(groups) > _MOST or len(scene.found) >= CUES_MOST or len(reading.numbers) >= NUMBERS_MOST
    view.__dict__["_contacts_cut"] = over
    for group, following in _with_next(groups[:_MOST]):
        read_group(reading, group, following, used)
    for number in reading.numbers:
        if number.start not in used:
            add_number(reading, number, frozenset(), None)
    read_bare(reading)
    return _unique(reading.found)


def _take_addresses(reading: Reading) -> None:
    for address in find_addresses(reading.scene):
        reading.add(address.kind, ((address.start, address.stop),), address.value, address.probability, address.rule)
        if address.probability >= 0.5:
            reading.taken.claim(address.start, min(address.stop, address.start + 4_000))


def _with_next(groups: list[Group]) -> list[tuple[Group, int]]:
    starts = [group.start for group in groups[1:]]
    return list(zip(groups, [*starts, 1 << 60], strict=False))


def _unique(found: list[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates in order of place, the likelier of two equal readings of one place."""
    best: dict[tuple[str, tuple[tuple[int, int], ...], str], Candidate] = {}
    for candidate in found:
        key = (candidate.kind, candidate.pieces, candidate.value)
        if key not in best or candidate.probability > best[key].probability:
            best[key] = candidate
    return tuple(sorted(best.values(), key=lambda c: (c.pieces, c.kind, -c.probability, c.value)))
