"""What ring members say about children: plots of a few lines among people of one star."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from ringtrace.simulator.authors.third.cast import Member
from ringtrace.simulator.authors.third.contact import show
from ringtrace.simulator.authors.third.habit import Hand, draw_hand, typed
from ringtrace.simulator.authors.third.lexicon import load_acts
from ringtrace.simulator.authors.third.phrase import Phrase, Piece, Said
from ringtrace.simulator.authors.third.rooms import Accounts, Room, moment
from ringtrace.simulator.authors.third.thread import Threads
from ringtrace.simulator.authors.third.voice import Company, extend, speak
from ringtrace.simulator.authors.third.wordfile import load_words
from ringtrace.simulator.script import Line, Spec

_PLOTS = load_words("plots.toml")
_DIRECTION: Mapping[str, str] = {act: direction for direction, acts in _PLOTS["direction"].items() for act in acts}
_TWICE = frozenset(_PLOTS["habit"]["twice"])
_SIGNED = frozenset(_PLOTS["habit"]["signed"])
_MORE: Mapping[str, str] = _PLOTS["more"]


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    act: str
    answers: int


def _parse(plot: str) -> tuple[Step, ...]:
    steps = []
    for word in plot.split():
        said, _, target = word.partition(">")
        label, _, act = said.partition(":")
        steps.append(Step(label, act, int(target) if target else -1))
    return tuple(steps)


PLOTS = tuple(_parse(plot) for plot in _PLOTS["plots"])
_LAYERS = tuple(plot for plot in PLOTS if {"b", "u"} <= {step.label for step in plot})
"""Exchanges in which a broker meets the one above."""


class Trade:
    """Writes the trade lines of all rings, ``quota`` in all, so that every member who is not silent speaks."""

    def __init__(self, spec: Spec, members: Sequence[Member], rooms: Sequence[Room], accounts: Accounts,
                 threads: Threads) -> None:  # fmt: skip
        self._spec, self._accounts, self._threads = spec, accounts, threads
        self._dice = Random(f"{spec.seed}/third/deals")
        self._start, self._stop = moment(spec)
        self._members = {member.key: member for member in members}
        self._star: defaultdict[str, list[Member]] = defaultdict(list)
        for member in members:
            if not member.silent:
                self._star[member.boss or member.key].append(member)
                if member.role == "broker":
                    self._star[member.key].append(member)
        self._waiting = [member for member in members if not member.silent]
        self._dice.shuffle(self._waiting)
        self._ladder = [
            m for m in members
            if m.role == "broker" and not m.silent and m.boss and not self._members[m.boss].silent
            and self._dice.random() > 0.6 * spec.hardness
        ]  # fmt: skip
        self._fresh = {member.key for member in self._waiting}
        self._homes = self._draw_homes(rooms)
        self._lines: list[Line] = []
        self._hands: dict[tuple[str, str], Hand] = {}

    def _draw_homes(self, rooms: Sequence[Room]) -> dict[str, list[Room]]:
        """The rooms each ring uses; a forum or site is often used by several."""
        homes = {}
        for ring in dict.fromkeys(member.ring for member in self._members.values()):
            count = max(min(3, len(rooms)), round(len(rooms) * 0.45))
            homes[ring] = self._dice.sample(list(rooms), count)
        return homes

    def write(self, quota: int) -> tuple[Line, ...]:
        while len(self._lines) < quota:
            room_left = quota - len(self._lines)
            if self._ladder and (not self._waiting or self._dice.random() < 0.22):
                broker = self._ladder.pop()
                above = {"u": self._members[broker.boss]}
                self._scene(broker, "b", self._dice.choice(_LAYERS)[:room_left], above)
                continue
            member = self._next()
            label = {"offer": "o", "seek": "s", "broker": "b", "service": "v"}[member.side]
            plots = [plot for plot in PLOTS if any(step.label == label for step in plot)]
            weights = [len({step.label for step in plot}) ** 2 if self._waiting else 1 for plot in plots]
            self._scene(member, label, self._dice.choices(plots, weights)[0][:room_left], {})
        return tuple(self._lines)

    def _next(self) -> Member:
        while self._waiting:
            member = self._waiting.pop()
            if member.key in self._fresh:
                return member
        return self._dice.choice(self._star[self._dice.choice(sorted(self._star))])

    def _scene(self, member: Member, label: str, steps: tuple[Step, ...], known: Mapping[str, Member]) -> None:
        """One exchange; ``known`` parts are given to these members."""
        cast = self._company(member, label, steps, known)
        english = sum(m.hand.language == "en" for m in cast.values()) * 2 > len(cast)
        rooms = self._homes[member.ring]
        fitting = [room for room in rooms if (room.language == "en") == english] or rooms
        if known:  # brokers meet where they have always met: one app, the boards and the sites
            fitting = [room for room in fitting if room.place.platform not in ("qq", "whatsapp")] or fitting
        room = self._dice.choices(fitting, [2.0 if r.place.kind == "group" else 1.2 for r in fitting])[0]
        at = self._dice.randrange(self._start, self._stop)
        said: list[Line] = []
        thread = ""
        for step in steps:
            if step.answers >= len(said):
                break
            line = self._line(cast[step.label], step, room, at, said, thread)
            thread = line.thread
            said.append(line)
            at = min(self._stop + 86400, at + self._pause(room))
        self._lines += said
        self._fresh -= {cast[step.label].key for step in steps}
        first = said[0]
        if steps[0].act in _SIGNED and self._dice.random() < 0.13:
            self._repost(cast[steps[0].label], first, rooms)

    def _pause(self, room: Room) -> int:
        mean = 240 if room.place.kind == "group" else 20000
        if self._dice.random() < 0.08:
            mean *= 40
        return 61 + int(self._dice.expovariate(1 / mean))

    def _company(
        self, member: Member, label: str, steps: tuple[Step, ...], known: Mapping[str, Member]
    ) -> dict[str, Member]:
        """Somebody for each part, from the member's star first, who has not spoken yet first."""
        cast = {label: member, **known}
        pivot = self._members.get(member.boss, member) if member.role != "broker" else member
        for step in steps:
            if step.label not in cast:
                cast[step.label] = self._pick(step.label, pivot, cast)
        return cast

    def _pick(self, label: str, pivot: Member, cast: dict[str, Member]) -> Member:
        if label == "b" and not pivot.silent and pivot.key not in {m.key for m in cast.values()}:
            return pivot
        side = {"o": "offer", "s": "seek", "b": "broker", "u": "broker", "v": "service"}[label[0]]
        taken = {m.key for m in cast.values()}
        for circle in self._circles(pivot):
            found = [m for m in circle if m.side == side and m.key not in taken]
            fresh = [m for m in found if m.key in self._fresh]
            if found:
                return self._dice.choice(fresh or found)
        return self._dice.choice([m for m in self._star[pivot.key] if m.key not in taken] or [pivot])

    def _circles(self, pivot: Member) -> Iterable[list[Member]]:
        """The star, the broker above with the neighbouring stars, then the whole ring."""
        yield self._star[pivot.key]
        above = self._members.get(pivot.boss)
        near = [m for m in self._star.get(pivot.boss, []) if m.role == "broker"]
        yield ([above] if above and not above.silent else []) + near
        yield [m for broker in near for m in self._star[broker.key]]
        yield [m for m in self._members.values() if m.ring == pivot.ring and not m.silent]

    def _line(self, who: Member, step: Step, room: Room, at: int, said: list[Line], thread: str) -> Line:
        act = (
            self._dice.choice(_PLOTS["service"][who.role])
            if step.act == "service" and who.side == "service"
            else step.act
        )
        act = "settle" if act == "service" else act
        spoken = self._spoken(who, act, room, not said)
        if act in _SIGNED and not any(piece.contact for piece in spoken.pieces) and self._dice.random() < 0.3:
            spoken.pieces += [
                Piece(self._dice.choice(("  ", "，", "\n", " —— ", "。"))),
                *show(who.handles, "self", room.language, self._dice),
            ]
        spoken = typed(spoken, self._hand(who, room.language), self._dice, room.place.kind == "group")
        target = said[step.answers] if step.answers >= 0 and said else None
        spoken = self._addressed(spoken, target, room)
        reply = (
            target.key
            if target and (room.place.kind != "group" or self._dice.random() < 0.85 - 0.5 * self._spec.hardness)
            else ""
        )
        if room.place.kind != "group" and not thread:
            thread = self._threads.title(room, spoken, self._dice)
        account = self._accounts.account(who.key, room, at, room.language, who.handles, True)
        return Line(
            key=f"T{len(self._lines) + len(said):06}", account=account.key, place=room.place.key, at=room.clock(at),
            text=spoken.text.strip(), thread=thread, reply_to=reply, kind=room.kind(bool(said)),
            direction=_DIRECTION[act], facts=tuple(dict.fromkeys(spoken.facts)), mentions=spoken.mentions,
            language=room.language,
        )  # fmt: skip

    def _addressed(self, spoken: Said, target: Line | None, room: Room) -> Said:
        """Where an app shows no replies, people write whom they answer, more often the less they hide."""
        if target is None or room.place.platform not in ("qq", "whatsapp"):
            return spoken
        name = self._accounts.by_key(target.account).name
        if name.startswith("+") or self._dice.random() > 0.68 - 0.4 * self._spec.hardness:
            return spoken
        mark = self._dice.choice(("@{} ", "@{} ", "{} ", "{}，" if room.language == "zh" else "{}, "))
        return Said([Piece(mark.format(name), (), True), *spoken.pieces], spoken.facts)

    def _spoken(self, who: Member, act: str, room: Room, opens: bool) -> Said:
        """The act in words: one phrase or two of it, with what people add."""
        dice, company = self._dice, self._company_of(who)
        spoken = speak(self._phrase(act, room, opens), room.language, company, dice)
        if act in _TWICE and dice.random() < 0.3:
            more = speak(self._phrase(act, room, False), room.language, company, dice)
            spoken.pieces += [
                Piece(dice.choice(("，", "？", " ", "。")) if room.language == "zh" else ", "),
                *more.pieces,
            ]
            spoken.facts += more.facts
        if act in ("offer_open", "have") and who.children > 1 and dice.random() < 0.3:
            extend(spoken, "again", room.language, company, dice)
        pool = _MORE.get(act, "more_talk")
        share, times = (0.6, 1) if room.place.kind == "group" else (0.75, 3)
        for _ in range(times if opens else 1):
            if dice.random() < (share if act in _MORE else 0.3):
                extend(spoken, pool, room.language, company, dice)
        return spoken

    def _phrase(self, act: str, room: Room, opens: bool) -> Phrase:
        kinds = load_acts(room.language)[act]
        special = kinds.get(room.place.kind)
        if special and opens and self._dice.random() < 0.7:
            return self._dice.choice(special)
        return self._dice.choice(kinds["any"])

    def _company_of(self, who: Member) -> Company:
        star = [m for m in self._star.get(who.boss or who.key, []) if m.role == "broker" and m.key != who.key]
        other = self._dice.choice(star) if star else self._members.get(who.boss, who)
        if who.friends and self._dice.random() < 0.4:
            other = self._members[who.friends[0]]
        return Company(who.handles, him=other.handles, bad=other.handles, family=who.handles, province=who.province)

    def _hand(self, who: Member, language: str) -> Hand:
        key = (who.key, language)
        if key not in self._hands:
            same = who.hand.language == language
            self._hands[key] = who.hand if same else draw_hand(language, who.province, self._dice)
        return self._hands[key]

    def _repost(self, who: Member, first: Line, rooms: Sequence[Room]) -> None:
        """The same words in other rooms, hours or days later."""
        template = first.template or f"R{first.key}"
        others = [room for room in rooms if room.language == first.language and room.place.key != first.place]
        if not others:
            return
        at = self._lines.index(first, max(0, len(self._lines) - 12))
        self._lines[at] = replace(first, template=template)
        for room in self._dice.sample(others, min(len(others), self._dice.choice((1, 1, 2)))):
            later = min(self._stop, first.at // 60 * 60 + 60 * self._dice.randrange(30, 9000))
            said = Said(
                [
                    Piece(first.text, first.mentions, True),
                    Piece(self._dice.choice(("", "", "！", " 在线", "～", " 顶")))
                    if first.language == "zh"
                    else Piece(""),
                ]
            )
            thread = self._threads.title(room, said, self._dice) if room.place.kind != "group" else ""
            account = self._accounts.account(who.key, room, later, room.language, who.handles, True)
            self._lines.append(replace(
                first, key=f"T{len(self._lines):06}", account=account.key, place=room.place.key, at=room.clock(later),
                text=said.text, thread=thread, kind=room.kind(False), template=template,
            ))  # fmt: skip
