"""The entry: reads a spec and writes the script, part by part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from ringtrace.simulator.authors.fourth.chatter import fill
from ringtrace.simulator.authors.fourth.ledger import Ledger
from ringtrace.simulator.authors.fourth.people import Mint, Soul, build_outsiders, build_public, build_rings
from ringtrace.simulator.authors.fourth.press import Facts, ledger_figures, write_pages, write_tips
from ringtrace.simulator.authors.fourth.trade import Casting, announce_changes
from ringtrace.simulator.authors.fourth.venues import Venue, build_venues
from ringtrace.simulator.authors.fourth.voice import CONTACTS
from ringtrace.simulator.script import Person, Place, Script, Spec


def write(spec: Spec) -> Script:
    """Return the script of that spec; the same spec gives the same script."""
    first = int((datetime.fromisoformat(spec.start).replace(tzinfo=UTC) - timedelta(hours=8)).timestamp())
    last = first + spec.days * 86_400
    mint = Mint(Random(f"{spec.seed}/fourth/handles"))
    people_dice = Random(f"{spec.seed}/fourth/people")
    members, stars = build_rings(spec, mint, people_dice, (first, last))
    public = build_public(spec, mint, people_dice, members, last)
    venues = build_venues(spec, Random(f"{spec.seed}/fourth/venues"), stars, public)
    hubs = list({star.hub.key: star.hub for star in stars}.values())
    side = Random(f"{spec.seed}/fourth/side")

    desks, swindlers = build_outsiders(spec, mint, side, 24), build_outsiders(spec, mint, side, 60)

    def stranger(letter: str, _: int) -> Soul:
        if letter == "N":
            return side.choice(desks)
        if letter == "Q" and side.random() < 0.55:
            return side.choice(swindlers)
        return side.choice(hubs if letter in "QK" and letter else public)

    ledger = Ledger(Random(f"{spec.seed}/fourth/lines"), first, last, stranger, spec.hardness)
    operators = {venue.key: [ledger.account(one, venue, first) for one in venue.operators] for venue in venues}
    budget = round(spec.posts * spec.ring_share)
    changes = Random(f"{spec.seed}/fourth/changes")
    said = announce_changes(ledger, members, venues, changes, budget // 12)
    Casting(spec, Random(f"{spec.seed}/fourth/casting"), ledger, stars, members, public, venues).run(budget - said)
    fill(ledger, venues, members, spec.posts, Random(f"{spec.seed}/fourth/chatter"))
    facts = Facts.of(spec, members)
    tied = _tied(ledger, members, venues)
    return Script(
        (*(Person(one.key, one.ring, one.roles, one.key in tied, one.province) for one in members),
         *(Person(one.key, "", _watching(ledger, one), False, one.province) for one in public)),
        tuple(ledger.accounts.values()),
        tuple(Place(v.key, v.kind, v.platform, v.name, v.host, tuple(operators[v.key]), v.boards) for v in venues),
        tuple(sorted(ledger.lines, key=lambda line: (line.at, line.key))),
        write_pages(spec, facts), write_tips(spec, ledger, hubs, public), ledger_figures(facts),
    )  # fmt: skip


def _watching(ledger: Ledger, soul: Soul) -> tuple[str, ...]:
    return ("observer",) if soul.key in ledger.onlookers else ()


def _tied(ledger: Ledger, members: Sequence[Soul], venues: Sequence[Venue]) -> frozenset[str]:
    """Members with an answer to a ring mate, a place in a ring mate's thread or a contact that a mate shows too."""
    ring = {one.key: one.ring for one in members}
    threads = {venue.key for venue in venues if venue.kind != "group"}
    said = {line.key: line for line in ledger.lines}
    found: set[str] = set()
    meetings: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for line in ledger.lines:
        person = ledger.accounts[line.account].person
        if person not in ring:
            continue
        for mention in line.mentions:
            if mention.kind in CONTACTS and mention.owner in ("self", "other"):
                meetings[ring[person], mention.kind, mention.value].add(person)
        if line.thread and line.place in threads:
            meetings[ring[person], line.place, line.thread].add(person)
        if line.reply_to:
            other = ledger.accounts[said[line.reply_to].account].person
            if other != person and ring.get(other) == ring[person]:
                found |= {person, other}
    return frozenset(found | _together(meetings.values()))


def _together(meetings: Iterable[set[str]]) -> set[str]:
    return {person for people in meetings if len(people) > 1 for person in people}
