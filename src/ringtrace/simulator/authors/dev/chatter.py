"""Ordinary talk and the hard negatives of the dev author."""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from ringtrace.simulator.authors.dev.cast import Human, Registrar
from ringtrace.simulator.authors.dev.disguise import Contact
from ringtrace.simulator.authors.dev.grammar import Surface
from ringtrace.simulator.authors.dev.surface import words
from ringtrace.simulator.authors.dev.venue import Venue
from ringtrace.simulator.authors.dev.voice import Topic, Voice
from ringtrace.simulator.authors.dev.writer import Writer
from ringtrace.simulator.script import Line, Spec

_SELLING = frozenset({"goods", "pets", "jobs", "surrogacy", "spam"})


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    frame: str
    texts: tuple[str, ...]
    replies: tuple[str, ...]
    titles: tuple[str, ...]


class Crowd:
    """Outsiders and what they say; ``known``: contacts of ring members that warnings may quote."""

    def __init__(
        self, spec: Spec, registrar: Registrar, writer: Writer, known: tuple[Contact, ...], dice: random.Random
    ) -> None:
        self.spec, self.registrar, self.writer, self.dice = spec, registrar, writer, dice
        self.voice = Voice(dice, spec.provinces)
        self.known = known
        self.office = registrar.contact("phone").bare
        self.people: list[Human] = []

    def fill(self, venue: Venue, posts: int, guests: list[Human], recycled: list[Contact]) -> None:
        """Write ``posts`` lines into ``venue``; some are by ``guests``, ring members making small talk."""
        dice = self.dice
        humans = self._humans(venue, max(4, posts // 14), recycled)
        weights = list(accumulate(1 / (rank + 3) for rank in range(len(humans))))
        kinds, limits = self._kinds(venue)
        start, days = self.writer.calendar, self.spec.days
        times = sorted(start.at(dice.random() * days, dice) for _ in range(posts))
        recent: list[tuple[Line, _Kind]] = []
        for at in times:
            human = humans[bisect(weights, dice.random() * weights[-1])]
            kind = kinds[bisect(limits, dice.random() * limits[-1])]
            if guests and kind.name in ("chat", "parenting") and dice.random() < 0.06:
                human = dice.choice(guests)
            line = self._line(venue, human, kind, at, recent)
            recent.append((line, kind))
            del recent[:-12]

    def _kinds(self, venue: Venue) -> tuple[list[_Kind], list[float]]:
        table: dict[str, Any] = words("background_en" if venue.language == "en" else "background_zh")
        kinds, weights = [], []
        for name, entry in table.items():
            weight = entry["weights"][venue.column]
            if weight:
                kinds.append(
                    _Kind(
                        name,
                        entry["frame"],
                        tuple(entry["texts"]),
                        tuple(entry.get("replies", ())),
                        tuple(entry.get("titles", ())),
                    )
                )
                weights.append(float(weight))
        return kinds, list(accumulate(weights))

    def _humans(self, venue: Venue, number: int, recycled: list[Contact]) -> list[Human]:
        """Outsiders of a venue: some come from other venues; shops share numbers, old numbers return."""
        dice = self.dice
        humans = [dice.choice(self.people) for _ in range(number // 4)] if self.people else []
        humans = [human for human in humans if human.language == venue.language]
        shop = self.registrar.contact("phone")
        while len(humans) < number:
            human = self.registrar.human("", (), venue.language)
            if dice.random() < 0.04:
                human.contacts.insert(0, shop)
            elif recycled and dice.random() < 0.05:
                human.contacts.insert(0, recycled.pop())
            humans.append(human)
            self.people.append(human)
        dice.shuffle(humans)
        return humans

    def _line(self, venue: Venue, human: Human, kind: _Kind, at: int, recent: list[tuple[Line, _Kind]]) -> Line:
        dice = self.dice
        answer: Line | None = None
        of = kind
        platform = venue.place.platform
        odds = {"forum": 0.88, "web": 0.5, "telegram": 0.25}.get(platform, 0.08)
        if recent and dice.random() < odds:
            answer, of = recent[int(dice.random() * len(recent))]
        phrase = dice.choice(of.replies) if answer is not None and of.replies and dice.random() < 0.6 else None
        if answer is not None and phrase is None and platform in ("forum", "web"):
            phrase = dice.choice(words("background_en" if venue.language == "en" else "background_zh")["chat"]["texts"])
        if phrase is None:
            phrase, of = dice.choice(kind.texts), kind
        frame = of.frame if phrase in of.texts or of.name == "joke" else "plain"
        topic = Topic(
            hidden=0.06 if of.name in _SELLING else 0.0, contact_share=0.5, others=self.known, nick=self.office
        )
        said = self.voice.speak(phrase, human, topic, venue.language)
        line_kind, thread = "message", ""
        if platform in ("forum", "web"):
            thread = answer.thread if answer is not None else self._title(venue, of, said)
            if platform == "web":
                line_kind = "listing" if answer is None else "comment"
        return self.writer.write(human, venue, at, said, thread=thread, reply_to=answer, kind=line_kind, frame=frame)

    def _title(self, venue: Venue, kind: _Kind, said: Surface) -> str:
        """A title without mentions: one of the class, the first words, or a plain one."""
        if not said.mentions and len(said.text) > 8 and (not kind.titles or self.dice.random() < 0.5):
            cut = said.text.split("，")[0].split("？")[0] if self.dice.random() < 0.5 else said.text[:20]
            return self.writer.title(venue, cut.replace("\n", " ").strip())
        if kind.titles:
            return self.writer.title(
                venue, self.voice.speak(self.dice.choice(kind.titles), Human(""), Topic(), venue.language).text
            )
        plain = words("names")["title"]["en" if venue.language == "en" else "zh"]
        return self.writer.title(venue, self.dice.choice(plain))
