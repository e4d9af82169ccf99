"""What ring members say about the trade, deal by deal, then adverts and services."""

from __future__ import annotations

import random

from ringtrace.simulator.authors.dev.cast import Deal, Human, Ring
from ringtrace.simulator.authors.dev.disguise import Contact
from ringtrace.simulator.authors.dev.grammar import Surface, freeze
from ringtrace.simulator.authors.dev.surface import words
from ringtrace.simulator.authors.dev.venue import Calendar, Venue
from ringtrace.simulator.authors.dev.voice import Topic, Voice
from ringtrace.simulator.authors.dev.writer import Writer
from ringtrace.simulator.script import Line, Spec

_DIRECTION = {
    "offer": "offer", "seek": "seek", "reply_offer": "broker", "reply_seek": "broker", "advert": "broker",
    "haggle_buyer": "seek", "haggle_seller": "offer", "recruit": "broker", "operator": "broker",
    "recommend": "broker", "papers": "none", "transport": "none", "moved": "none",
}  # fmt: skip
_ROLE_PHRASE = {"document_provider": "papers", "transporter": "transport", "recruiter": "recruit"}


class Market:
    """Writes one ring's lines into its venues until ``budget`` lines are spent."""

    def __init__(
        self, spec: Spec, ring: Ring, neighbours: list[Human], venues: list[Venue], writer: Writer, dice: random.Random
    ) -> None:
        self.spec, self.ring, self.venues, self.writer, self.dice = spec, ring, venues, writer, dice
        self.neighbours = neighbours
        self.voice = Voice(dice, spec.provinces)
        self.calendar = Calendar(spec)
        self.seen: set[str] = set()

    def run(self, budget: int) -> None:
        start = len(self.writer.lines)
        for deal in self.ring.deals:
            self._deal(deal)
        self._join_rest()
        self._services()
        self._brokers()
        while len(self.writer.lines) - start < budget:
            self._repeat()

    def _say(
        self, phrase: str, human: Human, venue: Venue, at: int, topic: Topic, reply_to: Line | None = None,
        frozen: tuple[str, str] = ("", ""),
    ) -> Line:  # fmt: skip
        """Write one line of the kind ``phrase``; frozen: (text to be repeated, its template key)."""
        text = frozen[0] or self.dice.choice(words("ring_en" if venue.language == "en" else "ring_zh")[phrase])
        said = self.voice.speak(text, human, topic, venue.language)
        kind, thread = "message", ""
        if venue.place.platform == "web":
            kind = "comment" if reply_to is not None else "listing"
        if venue.place.platform in ("forum", "web"):
            thread = reply_to.thread if reply_to is not None else self._title(phrase, venue, topic, said)
        self.seen.add(human.key)
        return self.writer.write(
            human, venue, at, said, thread=thread, reply_to=reply_to, kind=kind, direction=_DIRECTION[phrase],
            template=frozen[1], trade=True,
        )  # fmt: skip

    def _title(self, phrase: str, venue: Venue, topic: Topic, said: Surface) -> str:
        """A title that mentions nothing that the body does not."""
        table = words("ring_en" if venue.language == "en" else "ring_zh")
        key = "title_" + (phrase if phrase in ("offer", "seek") else "advert")
        known = {(m.kind, m.value) for m in said.mentions}
        for _ in range(6):
            title = self.voice.speak(self.dice.choice(table[key]), Human(""), topic, venue.language)
            if {(m.kind, m.value) for m in title.mentions} <= known:
                return self.writer.title(venue, title.text)
        return self.writer.title(
            venue,
            self.dice.choice(("诚心交流", "有意的进来", "联系我", "看帖")) if venue.language != "en" else "Please read",
        )

    def _venue(self) -> Venue:
        return self.dice.choice(self.venues)

    def _topic(self, deal: Deal, share: float = 0.5) -> Topic:
        return Topic(deal.sex, deal.days, deal.price, deal.supplier.province, deal.buyer.province,
                     hidden=0.45, contact_share=share * (1 - 0.4 * self.spec.hardness))  # fmt: skip

    def _deal(self, deal: Deal) -> None:
        """Supplier offers, broker answers, buyer asks in another post, broker answers, they haggle."""
        dice, topic = self.dice, self._topic(deal)
        at = self.calendar.at(deal.day, dice)
        if not deal.supplier.silent:
            venue = self._venue()
            offer = self._say("offer", deal.supplier, venue, at, topic)
            answer = self._say("reply_offer", deal.broker, venue, at + dice.randint(120, 9000), topic, offer)
            if dice.random() < 0.35:
                self._say("haggle_seller", deal.supplier, venue, answer.at + dice.randint(60, 5000), topic, answer)
        if deal.buyer.silent:
            return
        venue = self._venue()
        seek = self._say("seek", deal.buyer, venue, at + dice.randint(-40_000, 90_000), topic)
        broker = deal.second or deal.broker
        answer = self._say("reply_seek", broker, venue, seek.at + dice.randint(120, 9000), topic, seek)
        if dice.random() < 0.4:
            asked = self._say("haggle_buyer", deal.buyer, venue, answer.at + dice.randint(60, 4000), topic, answer)
            if dice.random() < 0.3:
                self._say("reply_seek", broker, venue, asked.at + dice.randint(60, 3000), topic, asked)

    def _join_rest(self) -> None:
        """Suppliers and buyers without a deal ask under a broker's advert, or post and are answered."""
        dice = self.dice
        for human in (*self.ring.suppliers, *self.ring.buyers):
            if human.silent or human.key in self.seen:
                continue
            broker = dice.choice(self.ring.brokers)
            venue, at = self._venue(), self.calendar.at(dice.randrange(self.spec.days), dice)
            deal = Deal(human, broker, None, human, dice.choice("FM"), dice.choice((10, 60, 200, 400)),
                        500 * dice.randint(20, 160), 0)  # fmt: skip
            topic = self._topic(deal)
            supplier = "supplier" in human.roles
            if dice.random() < 0.5:
                advert = self._say("advert", broker, venue, at, topic)
                self._say(
                    "haggle_seller" if supplier else "haggle_buyer",
                    human,
                    venue,
                    at + dice.randint(200, 20_000),
                    topic,
                    advert,
                )
            else:
                post = self._say("offer" if supplier else "seek", human, venue, at, topic)
                self._say(
                    "reply_offer" if supplier else "reply_seek",
                    broker,
                    venue,
                    at + dice.randint(200, 20_000),
                    topic,
                    post,
                )

    def _services(self) -> None:
        """Papers, transport, hosts and insiders answer brokers; operators state their cut."""
        dice = self.dice
        for human in self.ring.support:
            if human.silent:
                continue
            phrase = next((_ROLE_PHRASE[role] for role in human.roles if role in _ROLE_PHRASE), "recommend")
            for _ in range(dice.randint(1, 3)):
                broker = dice.choice(self.ring.brokers)
                venue, at = self._venue(), self.calendar.at(dice.randrange(self.spec.days), dice)
                advert = self._say("advert", broker, venue, at, self._plain())
                self._say(phrase, human, venue, at + dice.randint(300, 20_000), self._plain(broker), advert)
        for human in self.ring.operators:
            for _ in range(2 + len(self.ring.deals) // 20):
                venue, at = self._venue(), self.calendar.at(dice.randrange(self.spec.days), dice)
                topic = self._plain()
                if dice.random() < 0.5:
                    self._say("operator", human, venue, at, topic)
                else:
                    advert = self._say("advert", dice.choice(self.ring.brokers), venue, at, topic)
                    self._say("operator", human, venue, at + dice.randint(300, 9000), topic, advert)

    def _plain(self, named: Human | None = None) -> Topic:
        other: Contact | None = named.contacts[0] if named is not None else None
        nick = named.nick if named is not None else ""
        return Topic(hidden=0.45, other=other, nick=nick, contact_share=0.6)

    def _brokers(self) -> None:
        """Brokers refer to each other, so that the stars hang together; who moved says so."""
        dice = self.dice
        for at, broker in enumerate(self.ring.brokers):
            for above in ([self.ring.brokers[(at - 1) // 3]] if at else []) + dice.sample(
                self.ring.brokers, min(2, at)
            ):
                venue, when = self._venue(), self.calendar.at(dice.randrange(self.spec.days), dice)
                advert = self._say("advert", above, venue, when, self._plain())
                self._say("recommend", broker, venue, when + dice.randint(300, 9000), self._plain(above), advert)
            if self.neighbours and dice.random() < 0.02 + 0.25 * self.spec.hardness:
                self._say("recommend", broker, self._venue(), self.calendar.at(dice.randrange(self.spec.days), dice),
                          self._plain(dice.choice(self.neighbours)))  # fmt: skip
            for move in broker.moves:
                self._say("moved", broker, self._venue(), self.calendar.at(move + 1, dice), Topic(contact_share=1.0))

    def _repeat(self) -> None:
        """One text by one person, repeated with small changes in several venues over some days."""
        dice = self.dice
        deal = dice.choice(self.ring.deals)
        phrase, human = dice.choice((("advert", deal.broker), ("offer", deal.supplier), ("seek", deal.buyer)))
        if human.silent:
            phrase, human = "advert", deal.broker
        language = "en" if dice.random() < 0.1 else "zh"
        venues = [venue for venue in self.venues if venue.language == language] or self.venues
        language = venues[0].language
        frozen = freeze(dice.choice(words("ring_en" if language == "en" else "ring_zh")[phrase]), dice)
        frozen = frozen.replace("{contact?}", "{contact}")
        key = f"dev/{self.ring.name}/{len(self.writer.lines)}"
        day = dice.randrange(self.spec.days)
        for venue in dice.sample(venues, min(len(venues), dice.randint(2, 5))):
            at = self.calendar.at(min(day + dice.randrange(6), self.spec.days - 1), dice)
            line = self._say(phrase, human, venue, at, self._topic(deal, 1.0), None, (frozen, key))
            if phrase != "advert" and dice.random() < 0.2:
                self._say(f"reply_{phrase}", deal.broker, venue, at + dice.randint(300, 9000), self._topic(deal), line)
