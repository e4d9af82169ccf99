"""Ordinary talk: everyday chatter and every class that looks alike and is not the trade."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate

from ringtrace.simulator.authors.evaluation.cast import Actor, Ring
from ringtrace.simulator.authors.evaluation.crowd import Crowd, inherited
from ringtrace.simulator.authors.evaluation.grammar import Token, load
from ringtrace.simulator.authors.evaluation.notebook import Notebook, Written, derive, utter
from ringtrace.simulator.authors.evaluation.surface import Card, Said, Voice, speak
from ringtrace.simulator.authors.evaluation.trade import nudged, unique_title
from ringtrace.simulator.authors.evaluation.venue import Venue
from ringtrace.simulator.script import Spoken


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of talk. other: whose card ``<them>`` and ``<shop>`` show; answers: rules of replies.

    matter: owner of what the text tells; them: owner of the handles of others; by: who says it.
    copied: such texts are passed on word by word; again: the same author posts variants.
    """

    frame: str
    weight: float
    matter: str = "self"
    other: str = "shop"
    them: str = "other"
    by: str = ""
    answers: tuple[str, ...] = ()
    copied: bool = False
    again: bool = False
    themes: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "adopt_question": Kind("question", 5, answers=("adopt_answer",), themes=("adopt", "mother")),
    "adopt_answer": Kind("lawful", 2, themes=("adopt",)),
    "welfare_notice": Kind("lawful", 2, "other", copied=True, themes=("adopt", "kin")),
    "adopt_support": Kind("lawful", 2.5, themes=("adopt",)),
    "pregnancy": Kind("plain", 9, themes=("mother", "adopt")),
    "parenting": Kind("plain", 13, themes=("mother",)),
    "joke": Kind("joke", 6, answers=("joke_re",), themes=("mother", "free")),
    "missing": Kind("appeal", 6, "other", "family", answers=("missing_re",), copied=True, themes=("kin", "local")),
    "kin_search": Kind("appeal", 4, answers=("missing_re",), themes=("kin",)),
    "news_repost": Kind("news", 5, "quoted", answers=("news_re",), copied=True, themes=("kin", "free")),
    "police_warning": Kind("warning", 4, "quoted", by="volunteer", copied=True, themes=("kin", "adopt")),
    "quote_talk": Kind("quote", 4, "quoted", answers=("news_re",), themes=("mother", "adopt")),
    "exposing": Kind("warning", 4, "quoted", "ring", "quoted", "volunteer", ("scam_re",), themes=("kin", "adopt")),
    "scam": Kind("warning", 5, "self", "crook", "quoted", answers=("scam_re",), themes=("local", "market")),
    "goods": Kind("other", 12, answers=("goods_re",), again=True, themes=("market", "mother")),
    "pets": Kind("other", 9, answers=("pets_re",), again=True, themes=("market",)),
    "nanny": Kind("other", 6, answers=("goods_re",), again=True, themes=("market", "local")),
    "surrogacy": Kind("other", 4, again=True, by="spammer", themes=("adopt", "market")),
    "spam": Kind("other", 10, by="spammer", again=True, themes=("market", "free")),
    "moderator": Kind("other", 4, by="moderator"),
    "bot": Kind("other", 4, by="bot"),
    "reporter": Kind("question", 1.5, by="reporter", themes=("adopt", "kin")),
    "volunteer": Kind("warning", 2, by="volunteer", themes=("adopt", "kin")),
    "decoy": Kind("question", 1.0, by="reporter", themes=("adopt",)),
}
NEGATIVE_SHARE = 0.5
"""Of the conversations, not of the lines: everyday talk runs longer."""
GENTLE = ("pregnancy", "parenting")
"""Classes that ring members join in as well, besides chatter."""


@cache
def topics(language: str) -> tuple[str, ...]:
    """The topics of everyday chatter in a language."""
    rules = load(f"chatter_{language}").rules
    return tuple(name for name in rules if f"{name}_re" in rules)


QUOTABLE = ("trade.offer_parent", "trade.offer_broker", "trade.seek", "trade.ad", "trade.recruit", "trade.insider")
"""Posts that others repeat: those that can be understood alone."""


class Talk:
    """Writes ordinary talk into the notebook."""

    def __init__(self, book: Notebook, crowd: Crowd, venues: list[Venue], rings: list[Ring]) -> None:
        self.book, self.crowd, self.venues, self.rng = book, crowd, venues, book.rng
        self.running = list(accumulate(venue.weight for venue in venues))
        self.cards = [
            a.card for ring in rings for a in ring.members if not a.silent and not a.lonely and a.card.kinds()
        ]
        self.quotable = [w for w in book.written if w.kind in QUOTABLE and len(w.line.text) < 90 and w.said.mentions]
        self.earlier: dict[str, list[tuple[Actor, list[Token], Said, str, str]]] = {}

    # one line -----------------------------------------------------------------------------------

    def _author(self, kind: Kind, name: str, venue: Venue, at: int) -> Actor | None:
        rng = self.rng
        special = {"volunteer": self.crowd.volunteers, "reporter": self.crowd.reporters, "spammer": self.crowd.spammers}
        if kind.by in special:
            return rng.choice(special[kind.by])
        if kind.by == "moderator":
            return self.crowd.moderators[venue.key]
        if kind.by == "bot":
            return self.crowd.bots[venue.key]
        for _ in range(8):
            actor = self.crowd.rosters[venue.key].pick(rng)
            if self.book.can_sit(actor, venue, at) and (actor.ring < 0 or name in GENTLE):
                return actor
        return None

    def _other(self, kind: Kind) -> Card:
        pools = {"family": self.crowd.families, "crook": self.crowd.crooks, "shop": self.crowd.shops}
        if kind.other == "ring":
            return self.rng.choice(self.cards if self.cards and self.rng.random() < 0.6 else self.crowd.crooks)
        return self.rng.choice(pools[kind.other])

    def _quoted(self, voice: Voice, at: int) -> Said:
        """A post of the trade as others repeat it: every handle in it is quoted."""
        rng = self.rng
        source = [w for w in rng.sample(self.quotable, min(6, len(self.quotable))) if w.line.at < at]
        if source and rng.random() < 0.6:
            said = source[0].said
        else:
            card = rng.choice(self.cards or self.crowd.crooks)
            inner = replace(voice, me=card, other=rng.choice(self.crowd.crooks), hidden=0.3, families=(), name="老乡")
            said = utter("trade", rng.choice(("offer_parent", "offer_broker", "seek", "ad")), inner)
        copy = Said(said.text.replace("\n", " "))
        for mention, surface in zip(said.mentions, said.surfaces, strict=True):
            copy.add(surface.replace("\n", " "), mention.kind, mention.value, "quoted", mention.family)
        return copy

    def _compose(
        self, name: str, kind: Kind, actor: Actor, venue: Venue, at: int, rule: str = ""
    ) -> tuple[Said, str, str]:
        """The text, its language and its template key."""
        rng = self.rng
        language = venue.language(rng)
        if (rule or name) not in load(f"negatives_{language}").rules:
            language = "zh"
        store = self.earlier.setdefault(f"{name}.{language}", [])
        voice = replace(
            self.book.voice(actor, venue, at, language),
            other=self._other(kind),
            them=kind.them,
            matter=kind.matter,
            hidden=actor.hidden if kind.by == "spammer" else 0.03,
            families=actor.families,
            price=rng.randrange(20, 90) * 1000,
            name="那位" if language != "en" else "one member",
        )
        if not rule and store and rng.random() < 0.3 and (kind.copied or kind.again):
            previous = rng.choice(store[-40:])
            if kind.copied and all(m.owner != "self" for m in previous[2].mentions):
                return _copy(previous[2]), language, previous[3]
            if kind.again and previous[0] is actor:
                return speak(nudged(previous[1], rng), voice, self.book.finish(actor, 0.0)), language, previous[3]
        tokens = derive("negatives", rule or name, voice)
        if any(not isinstance(token, str) and token.name == "quote" for token in tokens):
            voice = replace(voice, quoted=self._quoted(voice, at))
        if any(not isinstance(token, str) and token.name == "nick" for token in tokens):
            voice = replace(voice, nick="楼主" if language != "en" else "op")
        said = speak(tokens, voice, self.book.finish(actor, 0.0))
        key = ""
        if (kind.copied or kind.again) and not rule and rng.random() < 0.3:
            key = self.book.template()
            store.append((actor, tokens, said, key, language))
        return said, language, key

    def line(
        self, name: str, venue: Venue, at: int, reply: Written | None = None, thread: str = "", rule: str = ""
    ) -> Written | None:
        """One line of a class; None if nobody there can say it."""
        kind = KINDS[name]
        actor = self._author(kind, name, venue, at)
        return None if actor is None else self._say(actor, name, kind, venue, at, reply, thread, rule)

    def _say(
        self,
        actor: Actor,
        name: str,
        kind: Kind,
        venue: Venue,
        at: int,
        reply: Written | None = None,
        thread: str = "",
        rule: str = "",
    ) -> Written | None:
        said, language, key = self._compose(name, kind, actor, venue, at, rule)
        if not said.text:
            return None
        if kind.by == "moderator" and not venue.operators:
            venue.operators.append(self.book.sit(actor, venue, at).key)
        return self.book.write(
            actor,
            venue,
            at,
            said,
            rule or name,
            frame=kind.frame,
            reply=reply,
            visible=self.rng.random() < 0.7,
            thread=thread,
            template=key,
            language=language,
        )

    # conversations ------------------------------------------------------------------------------

    def run(self, budget: int) -> None:
        """Reactions to the rings, one of each class at least, then talk until the budget is used."""
        goal = len(self.book.written) + budget
        for name in KINDS:
            for _ in range(2):
                self.thread(self._venue(("adopt", "kin", "mother")), name)
        self.inherit()
        self.reactions(goal)
        names = list(KINDS)
        by_theme = {
            theme: [KINDS[n].weight * (3.2 if theme in KINDS[n].themes else 0.8) for n in names]
            for theme in {venue.theme for venue in self.venues}
        }
        while len(self.book.written) < goal:
            venue = self.rng.choices(self.venues, cum_weights=self.running)[0]
            share = NEGATIVE_SHARE if venue.kind != "site" else 1.0
            if self.rng.random() < share:
                self.thread(venue, self.rng.choices(names, by_theme[venue.theme])[0])
            elif venue.kind != "site":
                self.chat(venue)

    def inherit(self) -> None:
        """Strangers sell and seek under numbers that members of a ring had before."""
        end = self.book.moment(1.0, 1.0)
        for heir, since in inherited(self.book, self.crowd):
            venues = [v for v in self.venues if v.kind == "group" and "zh" in v.languages]
            for _ in range(self.rng.choice((1, 2, 3))):
                if since >= end or not venues:
                    break
                venue, at = self.rng.choice(venues), self.rng.randrange(since, end)
                if self.book.can_sit(heir, venue, at):
                    name = self.rng.choice(("goods", "pets", "nanny"))
                    self._say(heir, name, KINDS[name], venue, at)

    def _venue(self, themes: tuple[str, ...]) -> Venue:
        fitting = [v for v in self.venues if v.theme in themes and v.kind != "site"]
        return self.rng.choice(fitting or [v for v in self.venues if v.kind != "site"] or self.venues)

    def thread(self, venue: Venue, name: str) -> None:
        """A post of a class and what people answer."""
        rng = self.rng
        if venue.kind == "site" and name in ("bot", "moderator", "decoy", "volunteer", "quote_talk", "adopt_answer"):
            name = rng.choice(
                ("goods", "pets", "nanny", "spam", "missing", "surrogacy", "kin_search", "welfare_notice")
            )
        kind = KINDS[name]
        at = self.book.moment()
        title = ""
        if venue.kind != "group":
            title = self._title(venue, name)
        opener = self.line(name, venue, at, thread=title)
        if opener is None or venue.kind == "site":
            return
        more = rng.choices((0, 1, 2, 4), (50, 28, 14, 8))[0] + (rng.choice((1, 2, 3, 5)) if title else 0)
        for _ in range(more):
            at = self.book.after(at)
            if kind.answers and rng.random() < 0.55:
                answer = kind.answers[0]
                if answer in KINDS:
                    self.line(answer, venue, at, opener, title)
                else:
                    self.line_as(answer, venue, at, opener, title)
            else:
                self.remark(venue, at, opener, title)

    def line_as(self, rule: str, venue: Venue, at: int, reply: Written, title: str) -> None:
        """An answer of an ordinary person; plain, whatever it answers."""
        actor = self._author(Kind("plain", 0), "", venue, at)
        if actor is None:
            return
        kind = Kind("plain", 0, other="shop")
        said, language, _ = self._compose(rule, kind, actor, venue, at, rule)
        if said.text:
            self.book.write(
                actor,
                venue,
                at,
                said,
                rule,
                reply=reply,
                visible=self.rng.random() < 0.7,
                thread=title,
                language=language,
            )

    def _title(self, venue: Venue, name: str) -> str:
        rules = load("negatives_zh").rules
        rule = f"title_{name}"
        pool = "negatives_zh" if rule in rules else "chatter_zh"
        tokens = load(pool).expand(rule if rule in rules else "title_chat", self.rng)
        return unique_title(venue, "".join(t for t in tokens if isinstance(t, str)), self.rng)

    def remark(
        self, venue: Venue, at: int, reply: Written | None, title: str, topic: str = "", language: str = ""
    ) -> Written | None:
        """A short everyday answer."""
        actor = self._author(Kind("plain", 0), "parenting", venue, at)
        if actor is None:
            return None
        language = language or venue.language(self.rng)
        rule = f"{topic}_re" if topic and self.rng.random() < 0.75 else "re"
        return self._chatter(actor, venue, at, rule, language, reply, title)

    def _chatter(
        self, actor: Actor, venue: Venue, at: int, rule: str, language: str, reply: Written | None, title: str
    ) -> Written | None:
        voice = self.book.voice(actor, venue, at, language)
        said = utter("chatter", rule, voice, self.book.finish(actor, 0.0))
        if not said.text:
            return None
        if self.rng.random() < (0.12 if venue.kind == "forum" else 0.03):
            said.follow("\n", utter("chatter", rule, voice, self.book.finish(actor, 0.0)))
        seen = self.rng.random() < (0.3 if venue.platform in ("qq", "whatsapp") else 0.55)
        return self.book.write(
            actor, venue, at, said, "chatter", reply=reply, visible=seen, thread=title, language=language
        )

    def chat(self, venue: Venue) -> None:
        """A few lines about a topic."""
        rng = self.rng
        at = self.book.moment()
        language = venue.language(rng)
        topic = rng.choice(topics(language))
        actor = self._author(Kind("plain", 0), "parenting", venue, at)
        if actor is None:
            return
        rule = "long" if rng.random() < (0.33 if venue.kind == "forum" else 0.11) else topic
        title = ""
        if venue.kind == "forum":
            voice = self.book.voice(actor, venue, at, language)
            candidate = utter("chatter", topic, voice)
            plain = candidate.text if not candidate.mentions and "\n" not in candidate.text else ""
            title = unique_title(venue, plain, rng) if 3 < len(plain) < 26 else self._title(venue, "chat")
        opener = self._chatter(actor, venue, at, rule, language, None, title)
        if opener is None:
            return
        if rng.random() < 0.02 and venue.kind == "group":
            self._joined(actor, venue, at)
        more = rng.choices((0, 1, 2, 3, 5, 8), (22, 24, 22, 16, 11, 5))[0] + (rng.choice((1, 3, 5, 9)) if title else 0)
        last = opener
        for _ in range(more):
            at = self.book.after(at)
            target = last if rng.random() < 0.5 else opener
            last = self.remark(venue, at, target, title, topic, language) or last

    def _joined(self, actor: Actor, venue: Venue, at: int) -> None:
        """The app's own notice."""
        name = self.book.sit(actor, venue, at).name
        text = f"{name} {self.rng.choice(('加入了本群', '退出了本群'))}" if venue.theme != "en" else f"{name} joined"
        said = Said(text)
        if name.startswith("+86 "):
            said.add(name, "phone", name.replace(" ", ""), "self")
        self.book.write(actor, venue, at, said, "system", system=True, frame="other")

    def reactions(self, goal: int) -> None:
        """Volunteers, journalists, decoys and passers-by under the posts of the rings."""
        rng = self.rng
        openers = [w for w in self.book.written if w.kind.startswith("trade") and w.venue.kind != "site"]
        rng.shuffle(openers)
        for opener in openers[: max(6, len(openers) // 5)]:
            if len(self.book.written) >= goal:
                return
            at = self.book.after(opener.line.at)
            roll = rng.random()
            title = opener.line.thread
            if roll < 0.4:
                self.line("volunteer", opener.venue, at, opener, title)
            elif roll < 0.52:
                self.line("decoy", opener.venue, at, opener, title)
            elif roll < 0.62:
                self.line("reporter", opener.venue, at, opener, title)
            elif roll < 0.72:
                self.line("adopt_answer", opener.venue, at, opener, title)
            else:
                self.remark(opener.venue, at, opener, title)


def _copy(said: Said) -> Said:
    return Said(said.text, [Spoken(m.kind, m.value, m.owner, m.family) for m in said.mentions], list(said.surfaces))
