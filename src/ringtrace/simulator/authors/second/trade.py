"""What the people of a ring say to each other: every member's scenes, as far as the posts last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from ringtrace.simulator.authors.second.cast import Soul
from ringtrace.simulator.authors.second.director import Director, Stage
from ringtrace.simulator.authors.second.gazetteer import Spot, spots_of
from ringtrace.simulator.authors.second.ring import Cell
from ringtrace.simulator.authors.second.scene import Scene, load_scenes
from ringtrace.simulator.authors.second.telling import Matter
from ringtrace.simulator.authors.second.world import Venue
from ringtrace.simulator.script import Spec

_DAY = 86_400
_CALLS = {"recruiter": "recruit", "transporter": "carry", "document_provider": "papers", "insider": "inside",
          "host": "host"}  # fmt: skip
"""Which family of scenes a specialist plays in."""

Part = tuple[str, dict[str, Soul]]
"""A family of scenes and who takes which letter."""


def pick(dice: Random, family: str) -> Scene:
    scenes = load_scenes()[family]
    return dice.choices(scenes, [scene.weight for scene in scenes])[0]


class Market:
    """Plays the trade of all rings."""

    def __init__(self, spec: Spec, director: Director, cells: Sequence[Cell], start: int, dice: Random) -> None:
        self.spec, self.director, self.cells, self.start, self.dice = spec, director, cells, start, dice
        self.stop = start + spec.days * _DAY
        self.said = 0

    def run(self, budget: int) -> None:
        """First a scene for everybody, then more of the brokers' business until ``budget`` lines are said."""
        plans = [(cell, part) for cell in self.cells for part in self._needed(cell)]
        self.dice.shuffle(plans)
        plans.sort(key=lambda plan: plan[1][0] != "chain")
        for cell, part in plans:
            if self.said >= budget:
                return
            self._play(cell, part)
        while self.said < budget:
            cell = self.dice.choice(self.cells)
            for part in self._more(cell):
                self._play(cell, part)

    def _needed(self, cell: Cell) -> Iterator[Part]:
        dice, silent = self.dice, 0.05 + 0.25 * self.spec.hardness
        buyers = list(cell.buyers)
        dice.shuffle(buyers)
        if cell.above:
            yield "chain", {"M": cell.head, "U": cell.above}
        for broker in cell.brokers:
            yield "chain", {"M": broker, "U": cell.head}
        for supplier in cell.suppliers:
            if dice.random() < silent:
                yield "lone", {"S": supplier}
            elif buyers and dice.random() < 0.5:
                yield from self._sold(cell, supplier, buyers.pop())
            else:
                yield "supply", {"S": supplier, **self._between(cell)}
        for buyer in buyers:
            family = "lonewish" if dice.random() < silent else dice.choice(("wish", "wish", "resale"))
            yield family, {"B": buyer, **self._between(cell)} if family != "lonewish" else {"B": buyer}
        for other in cell.others:
            yield _CALLS[other.roles[0]], {other.roles[0][0].upper(): other, **self._between(cell)}
        for operator in cell.operators:
            yield "operate", {"X": operator, "M": cell.head}

    def _sold(self, cell: Cell, supplier: Soul, buyer: Soul) -> Iterator[Part]:
        if self.dice.random() < 0.45:
            yield "direct", {"S": supplier, "B": buyer}
            if self.dice.random() < 0.6:
                yield "supply", {"S": supplier, **self._between(cell)}
        else:
            yield "full", {"S": supplier, "B": buyer, **self._between(cell)}

    def _between(self, cell: Cell) -> dict[str, Soul]:
        """A broker of the cell and the one above."""
        broker = self.dice.choice(cell.brokers) if cell.brokers and self.dice.random() < 0.65 else cell.head
        above = cell.head if broker is not cell.head else (cell.above or self._head_elsewhere(cell))
        return {"M": broker, "U": above}

    def _head_elsewhere(self, cell: Cell) -> Soul:
        """Where rings overlap, that of another ring; else any broker of the own cell."""
        if self.dice.random() < 0.02 + 0.1 * self.spec.hardness:
            return self.dice.choice(self.cells).head
        return self.dice.choice(cell.brokers) if cell.brokers else cell.head

    def _more(self, cell: Cell) -> Iterator[Part]:
        roll = self.dice.random()
        between = self._between(cell)
        if roll < 0.3:
            yield "advert", {"M": between["M"]}
        elif roll < 0.5 and cell.suppliers:
            yield "supply", {"S": self.dice.choice(cell.suppliers), **between}
        elif roll < 0.75 and cell.buyers:
            yield self.dice.choice(("wish", "resale")), {"B": self.dice.choice(cell.buyers), **between}
        elif roll < 0.85 and cell.others:
            other = self.dice.choice(cell.others)
            yield _CALLS[other.roles[0]], {other.roles[0][0].upper(): other, **between}
        else:
            yield "chain", between

    def _play(self, cell: Cell, part: Part) -> None:
        family, people = part
        if people.get("M") is people.get("U"):
            people.pop("U", None)
        venue = self.dice.choice(cell.venues)
        stage = self._stage(venue)
        first = next(iter(people.values()))
        matter = Matter(province=first.province, spot=self._spot(first, venue.language))
        scene = pick(self.dice, family)
        if "U" not in people:
            scene = replace(scene, moves=tuple(move for move in scene.moves if move.who != "U" and move.to != "U"))
        if not scene.moves:
            return
        lines = self.director.play(scene, stage, people, matter)
        accounts = self.director.cast.accounts
        said = {accounts[line.account].person for line in lines}
        members = [soul for soul in people.values() if soul.key in said]
        for soul in members:
            soul.tied = soul.tied or len({m.key for m in members if m.ring == soul.ring}) > 1
        self.said += sum(accounts[line.account].person in {soul.key for soul in members} for line in lines)
        if family == "advert":
            self._again(cell, scene, people, matter)

    def _again(self, cell: Cell, scene: Scene, people: dict[str, Soul], matter: Matter) -> None:
        """The advertisement once more, told anew elsewhere."""
        for venue in cell.venues[1:]:
            if self.dice.random() < 0.6:
                self.said += len(self.director.play(scene, self._stage(venue), people, replace(matter)))

    def _stage(self, venue: Venue) -> Stage:
        at = self.start + int(self.dice.random() * self.spec.days) * _DAY + day_second(self.dice)
        return Stage(venue.place, min(at, self.stop - 5 * _DAY), venue.language, self.stop - 60)

    def _spot(self, soul: Soul, language: str) -> Spot | None:
        return self.dice.choice(spots_of(soul.province, language)) if soul.province else None


def day_second(dice: Random) -> int:
    """A second of the day in China (as seconds after 0:00 UTC): few at night, most in the evening."""
    hour = dice.choices(range(24), (1, 1, 0, 0, 0, 1, 2, 4, 6, 7, 7, 6, 7, 6, 6, 6, 6, 6, 7, 9, 11, 10, 7, 3))[0]
    return ((hour - 8) % 24) * 3600 + dice.randrange(3600)
