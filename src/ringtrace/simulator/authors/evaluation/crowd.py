"""Everybody who belongs to no ring, and where they sit."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from ringtrace.simulator.authors.evaluation import disguise
from ringtrace.simulator.authors.evaluation.cast import DAY, Actor, Directory, Ring
from ringtrace.simulator.authors.evaluation.gazetteer import divisions
from ringtrace.simulator.authors.evaluation.notebook import Notebook
from ringtrace.simulator.authors.evaluation.surface import Card
from ringtrace.simulator.authors.evaluation.venue import Venue


@dataclass(slots=True)
class Roster:
    """Who talks in a place, with running weights for a quick draw."""

    actors: list[Actor] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    running: list[float] = field(default_factory=list)

    def add(self, actor: Actor, weight: float) -> None:
        """Seats a person."""
        self.actors.append(actor)
        self.weights.append(weight)

    def pick(self, rng: Random) -> Actor:
        """A person, busy ones more often."""
        if len(self.running) != len(self.weights):
            self.running = list(accumulate(self.weights))
        return rng.choices(self.actors, cum_weights=self.running)[0]


@dataclass(slots=True)
class Crowd:
    """Outsiders by what they do; cards of people who are only spoken of."""

    rosters: dict[str, Roster]
    everyone: list[Actor]
    volunteers: list[Actor]
    reporters: list[Actor]
    spammers: list[Actor]
    bots: dict[str, Actor]
    moderators: dict[str, Actor]
    shops: list[Card]
    families: list[Card]
    crooks: list[Card]


def _outsider(rng: Random, directory: Directory, number: int, provinces: list[str], roles: list[str]) -> Actor:
    actor = Actor(f"p{number:05}", -1, roles, rng.choice(provinces))
    actor.card = directory.card((0.7, 0.75, 0.5, 0.12, 0.04))
    actor.woman = rng.random() < 0.55
    actor.style = rng.randrange(6)
    actor.cap = rng.choices((1, 2, 3), (75, 19, 6))[0]
    actor.families = disguise.favourites(rng)
    return actor


def gather(book: Notebook, directory: Directory, venues: list[Venue], rings: list[Ring]) -> Crowd:
    """The outsiders, one for some twenty posts, and the rosters of all places (ring members sit there too)."""
    rng = book.rng
    provinces = sorted({d.code for d in divisions() if d.level == "province"})
    rosters = {venue.key: Roster() for venue in venues}
    weights = [venue.weight for venue in venues]
    number = 0

    def one(*roles: str) -> Actor:
        nonlocal number
        number += 1
        return _outsider(rng, directory, number, provinces, list(roles))

    everyone = []
    for _ in range(max(24, min(9000, book.spec.posts // 22))):
        actor = one()
        if rng.random() < 0.06:
            actor.turn = book.moment(0.2, 0.9)
            actor.later = directory.renewed(actor.card, 0.8)
            actor.cap = max(2, actor.cap)
        busy = rng.paretovariate(1.25)
        for venue in {v.key: v for v in rng.choices(venues, weights, k=actor.cap)}.values():
            rosters[venue.key].add(actor, min(busy, 60.0))
        everyone.append(actor)
    _seat_members(rings, venues, rosters)
    volunteers = [one("observer") for _ in range(max(3, len(venues)))]
    reporters = [one("observer") for _ in range(max(2, len(venues) // 8))]
    spammers = [one() for _ in range(max(3, len(venues)))]
    for actor in (*volunteers, *reporters, *spammers):
        actor.cap = 12
        actor.hidden = 0.45 if actor in spammers else 0.0
    bots, moderators = {}, {}
    for venue in venues:
        if not rosters[venue.key].actors:
            rosters[venue.key].add(everyone[0], 1.0)
        bots[venue.key], moderators[venue.key] = one(), one()
    cards = ((0.9, 0.4, 0.5, 0.0, 0.0), (1.0, 0.3, 0.3, 0.0, 0.0), (0.5, 0.7, 0.5, 0.1, 0.0))
    shops, families, crooks = ([directory.card(chances) for _ in range(max(4, len(venues)))] for chances in cards)
    return Crowd(rosters, everyone, volunteers, reporters, spammers, bots, moderators, shops, families, crooks)


def _seat_members(rings: list[Ring], venues: list[Venue], rosters: dict[str, Roster]) -> None:
    """Ring members chat in the places where they have accounts (of global apps: in two of them)."""
    by_platform: dict[str, list[Venue]] = {}
    for venue in venues:
        by_platform.setdefault(venue.platform, []).append(venue)
    for actor in (actor for ring in rings for actor in ring.members):
        for number, (platform, place, _) in enumerate(sorted(actor.accounts)):
            if place:
                rosters[place].add(actor, 1.2)
            else:
                pool = by_platform[platform]
                picks = dict.fromkeys((number + int(actor.key[-3:]) * k) % len(pool) for k in (1, 3))
                for pick in picks:
                    rosters[pool[pick].key].add(actor, 0.8)


def inherited(book: Notebook, crowd: Crowd) -> list[tuple[Actor, int]]:
    """Numbers that ring members showed and gave up: strangers who have them now, and from when on."""
    rng = book.rng
    free: dict[str, int] = {}
    for entry in book.written:
        turn, phone = entry.actor.turn, entry.actor.card.phone
        gone = entry.actor.ring >= 0 and turn is not None and phone != entry.actor.later.phone
        if gone and turn and any(m.owner == "self" and m.value == f"+86{phone}" for m in entry.line.mentions):
            free[phone] = turn + 21 * DAY
    heirs = [actor for actor in crowd.everyone if actor.turn is None]
    out = []
    for phone in sorted(free):
        if rng.random() < 0.9 and heirs:
            heir = heirs.pop(rng.randrange(len(heirs)))
            heir.card = Card(phone)
            out.append((heir, free[phone]))
    return out
