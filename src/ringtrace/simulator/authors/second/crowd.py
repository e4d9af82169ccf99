"""Everybody else: who talks in which venue, and whose handles are quoted or open to all."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ringtrace.simulator.authors.second.cast import Cast, Handle, Soul
from ringtrace.simulator.authors.second.director import Stage
from ringtrace.simulator.authors.second.ring import Cell
from ringtrace.simulator.authors.second.world import Venue
from ringtrace.simulator.script import Spec

_DAY = 86_400


class Crowd:
    """People of the venues; a few are in several, and ring members stand among them."""

    def __init__(self, spec: Spec, cast: Cast, venues: Sequence[Venue], cells: Sequence[Cell], dice: Random) -> None:
        self.cast, self.dice = cast, dice
        self._traded = [handle for cell in cells for soul in (cell.head, *cell.brokers) for handle in soul.handles]
        self._desks = [cast.handle(kind) for kind in ("phone", "phone", "qq", "email", "email", "wechat")]
        self._people: dict[str, list[Soul]] = {}
        everybody: list[Soul] = []
        total = sum(venue.busy for venue in venues)
        for venue in venues:
            number = int(spec.posts * venue.busy / total / 9) + 8
            fresh = [self._newcomer(venue.language, spec) for _ in range(number)]
            alike = [soul for soul in everybody if soul.language == venue.language]
            guests = [dice.choice(alike) for _ in range(number // 5)] if alike else []
            members = [soul for cell in cells if venue in cell.venues for soul in cell.people() if dice.random() < 0.5]
            everybody += fresh
            self._people[venue.place.key] = fresh + guests + members[: number // 8]
            dice.shuffle(self._people[venue.place.key])

    def _newcomer(self, language: str, spec: Spec) -> Soul:
        dice = self.dice
        soul = self.cast.soul(language, roles=("unknown",))
        if dice.random() < 0.4:
            kinds = ("qq", "wechat", "phone", "phone") if language == "zh" else ("phone", "wechat", "email", "telegram")
            self.cast.equip(soul, dice.sample(kinds, 1 if dice.random() < 0.8 else 2))
        soul.wary = 0.25 if dice.random() < 0.2 else 0.03
        if self._traded and dice.random() < 0.004:
            soul.handles = [dice.choice(self._traded)]  # a number given out anew after its first owner
        return soul

    def stranger(self, stage: Stage) -> Soul:
        """Somebody of the venue; some talk far more than others."""
        people = self._people[stage.place.key]
        return people[int(len(people) * self.dice.random() ** 1.7)]

    def regular(self, venue: Venue) -> Soul:
        """Who talks there most."""
        return self._people[venue.place.key][0]

    def ways(self, dice: Random) -> dict[str, Sequence[Handle]]:
        """Handles that a conversation may quote, those of a family that searches, and those open to all."""
        quoted = dice.choice(self._traded) if self._traded and dice.random() < 0.5 else self.cast.handle("qq")
        return {
            "quoted": (quoted,),
            "family": (self.cast.handle(dice.choice(("phone", "phone", "phone", "qq"))),),
            "shop": (self.cast.handle(dice.choice(("phone", "qq", "wechat"))),),
            "desk": (dice.choice(self._desks),),
        }
