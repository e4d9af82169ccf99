"""Lawful clusters: agencies and shops whose few contacts are posted by several accounts in many groups."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ringtrace.simulator.authors.second.cast import Soul
from ringtrace.simulator.authors.second.director import Director, Stage
from ringtrace.simulator.authors.second.phrase import load_table
from ringtrace.simulator.authors.second.scene import load_scenes
from ringtrace.simulator.authors.second.telling import Matter
from ringtrace.simulator.authors.second.trade import day_second
from ringtrace.simulator.authors.second.world import Venue
from ringtrace.simulator.script import Spec

_DAY = 86_400


def run_firms(spec: Spec, director: Director, venues: Sequence[Venue], start: int, dice: Random) -> None:
    """Advertise: about one post in fifty, by a firm for every 1,500 posts, three at least."""
    kinds = load_table("firms")["kinds"]
    number = max(3, spec.posts // 1500)
    for index in range(number):
        kind = sorted(kinds)[index % len(kinds)]
        language = "en" if dice.random() < 0.3 else "zh"
        mine = [venue for venue in venues if venue.language == language] or list(venues)
        firm = _Firm(director, dice, kind, kinds[kind], mine, spec.days, start)
        firm.advertise(max(3, int(spec.posts / 50 / number * dice.uniform(0.4, 1.6))))


class _Firm:
    """Some staff, or one person under several names, with one or two contacts in common."""

    def __init__(
        self, director: Director, dice: Random, kind: str, frame: str, venues: Sequence[Venue], days: int, start: int
    ) -> None:
        self.director, self.dice, self.kind, self.frame, self.start, self.days = (
            director,
            dice,
            kind,
            frame,
            start,
            days,
        )
        self.venues = dice.sample(venues, min(len(venues), dice.randint(2, 9)))
        contacts = [director.cast.handle(way) for way in dice.sample(("phone", "wechat", "qq", "phone"), 2)]
        if dice.random() < 0.3:
            contacts.append(director.cast.handle("url"))
        self.staff: list[Soul] = []
        for _ in range(dice.choice((1, 1, 2, 3, 5))):
            soul = director.cast.soul(self.venues[0].language, wary=dice.choice((0.0, 0.1, 0.5)))
            soul.handles = contacts
            self.staff.append(soul)
        self.masks = 3 if len(self.staff) == 1 else 1
        self.matter = Matter(ways={})

    def advertise(self, posts: int) -> None:
        """One text, told anew now and then, as an opening post; sometimes somebody answers."""
        dice, texts = self.dice, 0
        told, template = None, ""
        for _ in range(posts):
            venue, soul = dice.choice(self.venues), dice.choice(self.staff)
            stage = Stage(venue.place, self._at(), venue.language, self.start + self.days * _DAY - 60)
            if venue.place.platform in ("forum", "web") or told is None or dice.random() < 0.15:
                texts += 1
                self.matter.at, self.matter.wary = stage.at, soul.wary
                self.matter.ways["self"] = soul.handles
                template = f"{soul.key}/{texts}"
                told = self.director.tell(f"firm.{self.kind}", soul, venue.language, self.matter)
            if venue.place.platform in ("forum", "web") or dice.random() < 0.12:
                scene = next(s for s in load_scenes()["firm"] if s.name == self.kind)
                self.director.play(scene, stage, {"A": soul}, Matter(ways=dict(self.matter.ways)))
            else:
                mask = dice.randrange(self.masks)
                self.director.write(soul, stage, told, frame=self.frame, template=template, mask=mask)

    def _at(self) -> int:
        return min(
            self.start + int(self.dice.random() * self.days) * _DAY + day_second(self.dice),
            self.start + self.days * _DAY - 7200,
        )
