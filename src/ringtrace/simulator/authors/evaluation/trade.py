"""The talk of the rings: one scene after another until the share of posts is used up.

Every deal gets a short scene first; then longer ones, templated notices and talk among brokers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from ringtrace.simulator.authors.evaluation import disguise
from ringtrace.simulator.authors.evaluation.cast import Actor, Deal, Ring
from ringtrace.simulator.authors.evaluation.grammar import Token, load
from ringtrace.simulator.authors.evaluation.notebook import Notebook, Written, derive, home, utter
from ringtrace.simulator.authors.evaluation.surface import Child, Said, Voice, speak, value_of
from ringtrace.simulator.authors.evaluation.ties import reached
from ringtrace.simulator.authors.evaluation.venue import Venue

DIRECTIONS = {
    "offer_parent": "offer",
    "offer_broker": "broker",
    "seek": "seek",
    "seek_reply": "seek",
    "offer_reply": "offer",
    "haggle_buyer": "seek",
    "haggle_seller": "offer",
    "closing_buy": "seek",
    "closing_give": "offer",
    "nudge": "none",
}
"""Direction of a rule where it is not the go-between's; everything else is "broker"."""

ROLE_RULES = {
    "insider": "insider",
    "recruiter": "recruit",
    "transporter": "transport",
    "document_provider": "document",
    "host": "host",
    "platform_operator": "operator",
}


@dataclass(slots=True)
class Scene:
    """A talk in one place about one child."""

    venue: Venue
    at: int
    language: str
    child: Child
    price: int
    thread: str = ""
    last: Written | None = None
    opener: Written | None = None


class Trade:
    """Writes the scenes of one ring into the notebook."""

    def __init__(self, book: Notebook, ring: Ring, venues: list[Venue], allies: list[Actor]) -> None:
        self.book, self.ring, self.rng = book, ring, book.rng
        self.hard = book.spec.hardness
        self.allies = allies
        self.forums = [v for v in venues if v.kind != "site"]
        self.sites = [v for v in venues if v.kind == "site"]
        ranks = [v.rank for v in self.forums]
        amount = min(len(self.forums), max(3, len(venues) * 2 // 5))
        chosen: dict[str, Venue] = {}
        while len(chosen) < amount and len(chosen) < len(self.forums):
            pick = self.rng.choices(self.forums, ranks)[0]
            chosen.setdefault(pick.key, pick)
        self.haunts = list(chosen.values())
        self.broker_haunts: dict[str, list[Venue]] = {}
        self.openers: list[Written] = []

    # frame --------------------------------------------------------------------------------------

    def run(self, budget: int) -> None:
        """A scene a deal, then more until about ``budget`` lines of the trade are written."""
        start = self.book.trade
        self.run_site()
        for deal in self.ring.deals:
            self.deal_scene(deal, long=False)
        for broker in self.ring.brokers:
            if broker.chief is not None:
                self.referral(broker, broker.chief)
        for actor in self.ring.members:
            if not actor.silent and not actor.accounts:
                self.single(actor)
        for _ in range(3):
            self.mend()
        guard = 0
        while self.book.trade - start < budget and guard < budget * 2:
            guard += 1
            roll = self.rng.random()
            if roll < 0.54:
                self.deal_scene(self.rng.choice(self.ring.deals), long=True)
            elif roll < 0.80:
                self.advert()
            elif roll < 0.88:
                self.referral(self.rng.choice(self.ring.brokers), self.rng.choice(self.ring.brokers))
            else:
                self.single(self.rng.choice(self.ring.members))

    def run_site(self) -> None:
        """The operator of the ring opens a site, or a group where there is no site."""
        for actor in self.ring.staff("platform_operator")[:2]:
            at = self.book.moment(0.0, 0.1)
            venue = self.rng.choice(self.sites or self.haunts)
            if actor.silent or not self.book.can_sit(actor, venue, at):
                continue
            scene = self._scene(venue, at)
            self._title(scene, "broker")
            entry = self._line(actor, scene, "operator")
            if entry is not None:
                venue.operators.append(entry.line.account)

    def mend(self) -> None:
        """Members who should be findable but are not yet: their broker answers a post of theirs."""
        known = reached(self.book, [self.ring])
        mine: dict[str, list[Written]] = {}
        for entry in self.book.written:
            if entry.kind.startswith("trade") and entry.venue.kind != "site" and entry.actor.ring == self.ring.index:
                mine.setdefault(entry.actor.key, []).append(entry)
        hubs = [broker for broker in self.ring.brokers if broker.key in known]
        hubs = hubs or [actor for actor in self.ring.members if actor.key in known and not actor.lonely]
        for actor in self.ring.members:
            if actor.silent or actor.lonely or actor.key in known or self.rng.random() < 0.06 + 0.3 * self.hard:
                continue
            posts = mine.get(actor.key, [])
            if not posts or not hubs:
                continue
            post = self.rng.choice(posts)
            chief = actor.chief if actor.chief is not None and actor.chief in hubs else self.rng.choice(hubs)
            scene = self._scene(post.venue, post.line.at)
            scene.opener, scene.thread = post, post.line.thread
            for hub in (chief, *self.rng.sample(hubs, min(6, len(hubs)))):
                if len(self.ring.members) < 40:
                    hub.cap = min(4, hub.cap + 1)
                if hub is not actor and self.book.can_sit(hub, post.venue, self.book.after(scene.at)):
                    rule = (
                        "broker_reply" if post.line.direction == "seek" else self.rng.choice(("nudge", "broker_reply"))
                    )
                    self._line(hub, scene, rule, reply=post, other=self.rng.choice(hubs))
                    break

    def _haunts(self, broker: Actor) -> list[Venue]:
        found = self.broker_haunts.get(broker.key)
        if found is None:
            above = self.broker_haunts.get(broker.chief.key, []) if broker.chief else []
            pool = self.haunts
            found = self.rng.sample(pool, min(len(pool), self.rng.choice((2, 3, 3))))
            if above and above[0] not in found:
                found.append(above[0])
            self.broker_haunts[broker.key] = found
        return found

    def _stage(self, broker: Actor, people: list[Actor], at: int) -> tuple[Venue | None, list[Actor]]:
        """The place where most of the people can meet, and those people."""
        best: tuple[Venue | None, list[Actor]] = (None, [])
        for venue in self.rng.sample(self._haunts(broker), len(self._haunts(broker))):
            able = [actor for actor in people if self.book.can_sit(actor, venue, at)]
            if len(able) == len(people):
                return venue, able
            if len(able) > len(best[1]):
                best = (venue, able)
        if best[0] is None or len(best[1]) < 2:
            for actor in people:
                if len(actor.accounts) >= actor.cap:
                    actor.cap = min(4, actor.cap + 1)
        return best

    def _scene(self, venue: Venue, at: int, deal: Deal | None = None) -> Scene:
        rng = self.rng
        days = rng.choices(
            (rng.randint(2, 27), rng.randint(28, 150), rng.randint(150, 690), rng.randint(730, 1900)), (50, 32, 13, 5)
        )[0]
        number = rng.choices((1, 2, 3), (92, 7, 1))[0]
        price = (
            rng.choice((20, 25, 28, 30, 35, 38, 40, 45, 48, 50, 55, 58, 60, 65, 68, 70, 75, 80, 85, 90, 98, 110, 120))
            * 1000
        )
        sex = "F" if rng.random() < 0.5 else "M"
        language = venue.language(rng)
        return Scene(venue, at, language, Child(sex, days, number), price if sex == "F" else int(price * 1.15))

    # speech -------------------------------------------------------------------------------------

    def _voice(self, actor: Actor, scene: Scene, other: Actor | None = None) -> Voice:
        voice = self.book.voice(actor, scene.venue, scene.at, scene.language)
        if other is None or other is actor:
            other = actor.chief or self.rng.choice(self.ring.brokers)
        card = other.handles(scene.at)
        name = self.book.sit(other, scene.venue, scene.at).name if other and self._seated(other, scene) else "老乡"
        return replace(
            voice,
            child=scene.child,
            price=scene.price,
            other=card,
            name="老乡" if name.startswith("+86") else name,
            hidden=actor.hidden,
            families=actor.families,
            here=home(actor, self.rng, scene.language),
        )

    def _seated(self, actor: Actor, scene: Scene) -> bool:
        return self.book.can_sit(actor, scene.venue, scene.at) and bool(actor.accounts)

    def _line(
        self,
        actor: Actor,
        scene: Scene,
        rule: str,
        reply: Written | None = None,
        other: Actor | None = None,
        direction: str = "",
        spoken: Said | None = None,
        template: str = "",
    ) -> Written | None:
        """One line of a scene; time goes on."""
        scene.at = self.book.after(scene.at) if scene.opener else scene.at
        if not self.book.can_sit(actor, scene.venue, scene.at):
            return None
        voice = self._voice(actor, scene, other)
        if reply is not None:
            voice = replace(voice, nick=self.book.sit(reply.actor, reply.venue, reply.line.at).name)
            if voice.nick.startswith("+86"):
                voice = replace(voice, nick="好人" if scene.language != "en" else "friend")
        said = spoken or utter("trade", rule, voice, self.book.finish(actor, actor.veil))
        if not said.text:
            return None
        shown = self.rng.random() < (0.9 if scene.venue.platform in ("telegram", "forum") else 0.78) - 0.4 * self.hard
        entry = self.book.write(
            actor,
            scene.venue,
            scene.at,
            said,
            f"trade.{rule}",
            direction=direction or DIRECTIONS.get(rule, "broker"),
            reply=reply,
            visible=shown,
            thread=scene.thread,
            template=template,
            language=scene.language,
        )
        if scene.opener is None:
            scene.opener = entry
            self.openers.append(entry)
        scene.last = entry
        return entry

    def _title(self, scene: Scene, kind: str) -> None:
        if scene.venue.kind == "group":
            return
        tokens = load(f"trade_{scene.language}").expand(f"title_{kind}", self.rng)
        scene.thread = unique_title(scene.venue, "".join(t for t in tokens if isinstance(t, str)), self.rng)

    # scenes -------------------------------------------------------------------------------------

    def deal_scene(self, deal: Deal, long: bool) -> None:
        """Offer or wish, answer, go-between, and what follows."""
        rng = self.rng
        givers = [a for a in deal.givers if not a.silent and not a.lonely]
        takers = [a for a in deal.takers if not a.silent and not a.lonely]
        chain = [a for a in deal.chain if not a.silent]
        if not chain:
            chain = deal.chain[:1]
        broker = rng.choice(chain)
        if self.allies and rng.random() < 0.008 + 0.11 * self.hard:
            broker = rng.choice(self.allies)
        people = givers[:2] + takers[:2] + [broker]
        at = self.book.moment(0.0, 0.97)
        venue, able = self._stage(broker, people, at)
        if venue is None:
            return
        scene = self._scene(venue, at, deal)
        giver = next((a for a in givers if a in able), None)
        taker = next((a for a in takers if a in able), None)
        if rng.random() < 0.5 and taker is not None:
            self._wish_first(scene, giver, taker, broker, long)
        else:
            self._offer_first(scene, giver, taker, broker, long)
        for extra in [a for a in (*givers, *takers) if a in able and a not in (giver, taker)]:
            rule = "offer_reply" if extra in givers else "seek_reply"
            self._line(extra, scene, rule, reply=scene.opener)
        if long:
            self._aftermath(scene, deal, giver, taker, broker)

    def _offer_first(self, scene: Scene, giver: Actor | None, taker: Actor | None, broker: Actor, long: bool) -> None:
        seller = giver if giver is not None and self.rng.random() < 0.72 else broker
        rule = "offer_parent" if "supplier" in seller.roles else ROLE_RULES.get(seller.roles[0], "offer_broker")
        self._title(scene, "offer" if seller is not broker else "broker")
        opener = self._line(seller, scene, rule, direction="offer" if "supplier" in seller.roles else "")
        if opener is None:
            return
        self._two_posts(seller, scene)
        answer = self._line(taker, scene, "seek_reply", reply=opener) if taker else None
        if answer is not None:
            reply = "offer_reply" if seller is not broker else "broker_reply"
            self._line(seller, scene, reply, reply=answer, other=giver if seller is broker else None)
        if seller is not broker and (long or self.rng.random() < 0.5 or taker is None):
            self._line(broker, scene, "broker_reply", reply=answer or opener, other=self._known(seller, scene, broker))
        elif seller is broker and giver is not None:
            self._line(giver, scene, "offer_reply", reply=answer or opener)

    def _wish_first(self, scene: Scene, giver: Actor | None, taker: Actor, broker: Actor, long: bool) -> None:
        self._title(scene, "seek")
        opener = self._line(taker, scene, "seek")
        if opener is None:
            return
        self._two_posts(taker, scene)
        named = giver if giver is not None else broker.chief
        answer = self._line(broker, scene, "broker_reply", reply=opener, other=self._known(named, scene, broker))
        if giver is not None:
            self._line(giver, scene, "offer_reply", reply=opener)
        if answer is not None and (long or self.rng.random() < 0.4):
            self._line(taker, scene, self.rng.choice(("nudge", "seek_reply")), reply=answer)

    def _known(self, actor: Actor | None, scene: Scene, fallback: Actor) -> Actor:
        """Somebody with a handle to recommend."""
        if actor is not None and not actor.lonely and actor.handles(scene.at).kinds():
            return actor
        return fallback.chief or fallback

    def _two_posts(self, actor: Actor, scene: Scene) -> None:
        """Now and then the number comes in two posts, one after the other."""
        if self.rng.random() > 0.05 + 0.04 * self.hard or scene.venue.kind != "group":
            return
        card = actor.handles(scene.at)
        kind = "phone" if card.phone else "qq"
        raw = card.phone or card.qq
        if not raw or scene.language == "en":
            return
        cut = self.rng.randrange(4, len(raw) - 2)
        head = Said(self.rng.choice(("", "先记 ", "号 ", "")) + raw[:cut])
        self._line(actor, scene, "nudge", spoken=head, direction=DIRECTIONS.get("nudge", ""))
        tail = Said(raw[cut:] + self.rng.choice(("", " 接上面", "，连起来", " 拼一起")))
        tail.add(raw[cut:], kind, value_of(kind, raw), "self", disguise.TWO_POSTS)
        tail.facts.append("private_channel")
        self._line(actor, scene, "nudge", spoken=tail, direction="none")

    def _aftermath(self, scene: Scene, deal: Deal, giver: Actor | None, taker: Actor | None, broker: Actor) -> None:
        rng = self.rng
        seller = giver or broker
        if taker is not None:
            for _ in range(rng.choice((0, 1, 1, 2))):
                bid = self._line(taker, scene, "haggle_buyer", reply=scene.last)
                self._line(seller, scene, "haggle_seller", reply=bid, direction="offer" if giver else "broker")
        for helper in deal.helpers:
            rule = ROLE_RULES[next(role for role in helper.roles if role in ROLE_RULES)]
            if not helper.silent:
                self._line(helper, scene, rule, reply=scene.last, other=helper)
        if rng.random() < 0.35:
            actor = rng.choice([a for a in (seller, taker, broker) if a is not None])
            side = "seek" if actor is taker else "offer" if actor is giver else "broker"
            self._line(actor, scene, "meet", reply=scene.last, direction=side)
        if rng.random() < 0.3 and taker is not None:
            self._line(taker, scene, rng.choice(("nudge", "closing_buy")), reply=scene.last)
        elif rng.random() < 0.2 and giver is not None:
            self._line(giver, scene, "closing_give", reply=scene.opener)

    def referral(self, left: Actor, right: Actor) -> None:
        """Two go-betweens about a child of one and a family of the other."""
        at = self.book.moment(0.0, 0.98)
        people = [a for a in (left, right) if not a.silent]
        if left is right or not people:
            return
        venue, able = self._stage(left, people, at)
        if venue is None or not able:
            return
        scene = self._scene(venue, at)
        self._title(scene, "broker")
        third = self.rng.choice([a for a in self.ring.members if not a.lonely and not a.silent] or able)
        opener = self._line(able[0], scene, "referral", other=third)
        if len(able) > 1 and opener is not None:
            self._line(
                able[1], scene, self.rng.choice(("broker_reply", "referral", "nudge")), reply=opener, other=third
            )
            if self.rng.random() < 0.4:
                self._line(
                    able[0], scene, self.rng.choice(("document", "transport", "nudge")), reply=scene.last, other=third
                )

    def single(self, actor: Actor) -> None:
        """One post that stands alone, on a site or in a group."""
        if actor.silent:
            return
        at = self.book.moment(0.0, 0.98)
        places = self.haunts + self.sites * 2 if self.rng.random() < 0.7 else self.haunts
        venue = self.rng.choice(places or self.forums or self.sites)
        if not self.book.can_sit(actor, venue, at):
            if actor.accounts:
                return
            venue = self.haunts[0] if self.haunts else venue
        scene = self._scene(venue, at)
        main = self.rng.choice(actor.roles)
        rule = {"buyer": "seek", "supplier": "offer_parent", "broker": "ad"}.get(main, ROLE_RULES.get(main, "seek"))
        if rule not in load(f"trade_{scene.language}").rules:
            rule = "offer_broker"
        self._title(scene, {"seek": "seek", "offer_parent": "offer"}.get(rule, "broker"))
        other = actor if actor.lonely else self.rng.choice(self.ring.brokers)
        entry = self._line(actor, scene, rule, other=other if other.handles(at).kinds() else actor)
        if entry is not None and not actor.lonely and venue.kind != "site" and actor.chief is not None:
            chief = actor.chief
            if (
                not chief.silent
                and self.book.can_sit(chief, venue, scene.at)
                and self.rng.random() < 0.8 - 0.4 * self.hard
            ):
                self._line(chief, scene, "broker_reply", reply=entry, other=self._known(chief.chief, scene, chief))

    def advert(self) -> None:
        """The same notice again and again in several places, with small changes."""
        rng = self.rng
        actors = [a for a in self.ring.brokers if not a.silent]
        if not actors:
            return
        actor = rng.choice(actors)
        places = [v for v in (*self._haunts(actor), *self.sites) if v.kind != "forum" or rng.random() < 0.5]
        key = self.book.template()
        skeleton: dict[str, list[Token]] = {}
        first = self._scene(rng.choice(places), self.book.moment(0.0, 0.85))
        for number in range(rng.choice((2, 3, 3, 4, 6))):
            venue = rng.choice(places)
            at = self.book.after(first.at, 40) if number else first.at
            if not self.book.can_sit(actor, venue, at):
                continue
            scene = self._scene(venue, at)
            if rng.random() < 0.6:
                scene.child, scene.price = first.child, first.price
            first.at = at
            voice = self._voice(actor, scene, rng.choice(self.ring.brokers))
            tokens = skeleton.setdefault(scene.language, derive("trade", "ad", voice))
            said = speak(nudged(tokens, rng), voice, self.book.finish(actor, 0.0))
            self._title(scene, "broker")
            self._line(actor, scene, "ad", spoken=said, template=key)


def nudged(tokens: list[Token], rng: Random) -> list[Token]:
    """The same text with a mark or an ornament changed, as people do to get past filters."""
    out = list(tokens)
    literals = [i for i, token in enumerate(out) if isinstance(token, str)]
    if literals and rng.random() < 0.5:
        at = rng.choice(literals)
        text = str(out[at])
        changes = (
            ("，", " "),
            ("：", "~"),
            ("【", "「"),
            ("。", "！"),
            ("，", "、"),
            ("！", "!!"),
            ("可", "可以"),
            (", ", " "),
        )
        old, new = rng.choice(changes)
        out[at] = text.replace(old, new, 1)
    if rng.random() < 0.3:
        out.append(rng.choice(("~", "！", " 🌹", "…", "顶", " up", "★")))
    return out


def unique_title(venue: Venue, title: str, rng: Random) -> str:
    """A title that no other thread of the place has."""
    marks = ("", "！", "～", "？", "…", "（转）", "（求顶）", "，谢谢", "！！", "（新）", " up", "～～", "。")
    openers = ("", "【求助】", "[原创] ", "【公告】", "讨论：", "转：", "问：", "新手：", "回复：", "急：")
    for attempt in range(400):
        text = rng.choice(openers) + title + rng.choice(marks) if attempt else title
        if attempt > 40:
            text += rng.choice("甲乙丙丁戊己庚辛壬癸东西春夏秋冬") + rng.choice("一二三四五六七八九十ABCDEFGHJK")
        if text not in venue.threads:
            break
    venue.threads.add(text)
    return text
