"""The author whose texts Ringtrace is developed on. ``words/`` holds what is said, as data."""

from __future__ import annotations

import random
from dataclasses import replace

from ringtrace.simulator.authors.dev.cast import Registrar, Ring, cast_rings
from ringtrace.simulator.authors.dev.chatter import Crowd
from ringtrace.simulator.authors.dev.press import ledger_figures, write_pages, write_tips
from ringtrace.simulator.authors.dev.trade import Market
from ringtrace.simulator.authors.dev.venue import Calendar, Venue, open_venues
from ringtrace.simulator.authors.dev.wardrobe import Wardrobe
from ringtrace.simulator.authors.dev.writer import Writer
from ringtrace.simulator.script import Person, Place, Script, Spec


def write(spec: Spec) -> Script:
    """Return a script of the asked size; the same spec gives the same script."""
    dice = random.Random(f"dev/{spec.seed}/{spec.hardness}")
    registrar = Registrar(dice)
    rings = cast_rings(spec, registrar)
    venues = open_venues(spec, dice)
    writer = Writer(Wardrobe(registrar, dice), Calendar(spec), dice)
    budget = round(spec.posts * spec.ring_share)
    for number, ring in enumerate(rings):
        mine = [v for v in venues if v.ring == number or (v.place.kind == "forum" and v.language == "zh")]
        neighbours = [broker for other in rings if other is not ring for broker in other.brokers]
        Market(spec, ring, neighbours, mine, writer, dice).run(round(budget * spec.rings[number] / sum(spec.rings)))
    crowd = _crowd(spec, registrar, writer, rings, venues, dice)
    tips = write_tips(spec, rings, crowd.people, dice)
    places = tuple(_with_operators(venue, rings, writer) for venue in venues)
    people = [
        Person(member.key, ring.name, member.roles, not member.silent, member.province)
        for ring in rings for member in ring.members
    ]  # fmt: skip
    people += [Person(human.key, "", (), False) for human in crowd.people]
    return Script(
        tuple(people), tuple(writer.used.values()), places, tuple(writer.lines), write_pages(spec, dice), tips,
        ledger_figures(spec),
    )  # fmt: skip


def _crowd(
    spec: Spec, registrar: Registrar, writer: Writer, rings: tuple[Ring, ...], venues: list[Venue], dice: random.Random
) -> Crowd:
    """Everybody else, up to the number of posts that was asked for."""
    brokers = [broker for ring in rings for broker in ring.brokers]
    known = tuple(contact for broker in brokers for contact in broker.contacts[:2])
    recycled = [human.contacts[-1] for ring in rings for human in (*ring.suppliers, *ring.buyers) if human.moves][:40]
    crowd = Crowd(spec, registrar, writer, known, dice)
    rest = max(0, spec.posts - len(writer.lines))
    shares = [{"group": 0.7 / spec.groups, "forum": 0.2 / spec.forums, "site": 0.1 / spec.sites}[v.place.kind]
              * dice.uniform(0.5, 1.5) for v in venues]  # fmt: skip
    for venue, share in zip(venues, shares, strict=True):
        guests = []
        if venue.ring >= 0:
            ring = rings[venue.ring]
            guests = [human for human in (*ring.brokers, *ring.suppliers, *ring.buyers) if not human.silent][:60]
        crowd.fill(venue, round(rest * share / sum(shares)), guests, recycled)
    return crowd


def _with_operators(venue: Venue, rings: tuple[Ring, ...], writer: Writer) -> Place:
    """The place with those of the ring's operators who have an account in it."""
    if venue.ring < 0:
        return venue.place
    scope = {"telegram": "telegram", "qq": "qq", "whatsapp": "whatsapp"}.get(venue.place.platform, venue.place.key)
    owners = tuple(
        account.key for human in rings[venue.ring].operators for key, account in writer.used.items()
        if key.startswith(f"{human.key}/{scope}/")
    )  # fmt: skip
    return replace(venue.place, operators=owners)
