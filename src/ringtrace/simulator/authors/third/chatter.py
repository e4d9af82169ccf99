"""Everything that is not the trade: small talk in volume and every kind of look-alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from ringtrace.simulator.authors.third.cast import Member
from ringtrace.simulator.authors.third.contact import Directory, Handles
from ringtrace.simulator.authors.third.habit import Hand, draw_hand, typed
from ringtrace.simulator.authors.third.lexicon import Theme, load_acts, load_themes
from ringtrace.simulator.authors.third.phrase import Phrase, Piece, Said
from ringtrace.simulator.authors.third.rooms import Accounts, Room, moment
from ringtrace.simulator.authors.third.thread import Threads
from ringtrace.simulator.authors.third.voice import Company, extend, speak
from ringtrace.simulator.script import Line, Person, Spec

_LONE = 0.0015
"""Share of background conversations that open with somebody who wants a child and belongs to no ring."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody of the background. seeks: a lone buyer."""

    key: str
    language: str
    province: str
    handles: Handles
    hand: Hand


@dataclass(frozen=True, slots=True)
class Copy:
    """A text that is passed on: who may post it (the crew whose contact it shows), or anybody."""

    said: Said
    key: str
    crew: tuple[Neighbour, ...]


class Chatter:
    """Writes the background of every room. Members of rings chat along now and then."""

    def __init__(self, spec: Spec, members: Sequence[Member], rooms: Sequence[Room], accounts: Accounts,
                 threads: Threads, directory: Directory) -> None:  # fmt: skip
        self._spec, self._accounts, self._threads, self._directory = spec, accounts, threads, directory
        self._rooms = rooms
        self._dice = Random(f"{spec.seed}/third/chatter")
        self._start, self._stop = moment(spec)
        self._people: list[Neighbour] = []
        self._lone: set[str] = set()
        self._regulars: defaultdict[str, list[Neighbour]] = defaultdict(list)
        self._copies: defaultdict[str, list[Copy]] = defaultdict(list)
        self._members = list(members)
        self._suspects = [member.handles for member in members if not member.silent]
        self._public = {lang: self._shared() for lang in ("zh", "en")}
        self._themes = {
            (kind, lang): [t for t in load_themes() if t.language == lang and kind in t.where]
            for kind in ("group", "forum", "site") for lang in ("zh", "en")
        }  # fmt: skip
        self._lines: list[Line] = []
        self._openers: defaultdict[str, list[Line]] = defaultdict(list)
        self._recycled = [m.handles for m in members if m.silent or m.role == "buyer"]

    def people(self) -> tuple[Person, ...]:
        return tuple(
            Person(one.key, "", ("buyer",) if one.key in self._lone else ("observer",), False, one.province)
            for one in self._people
        )

    def _shared(self) -> tuple[list[Handles], list[Handles]]:
        """Media and offices: contacts that thousands repost."""
        media, offices = ([Handles(self._directory.phone()) for _ in range(count)] for count in (4, 6))
        return media, offices

    def write(self, quota: int, trade: Sequence[Line]) -> tuple[Line, ...]:
        """Return ``quota`` lines. trade: what rings say, which outsiders now and then answer."""
        self._openers = defaultdict(list)
        for line in trade:
            if line.direction != "none" and not line.reply_to:
                self._openers[line.place].append(line)
        total = sum(room.weight for room in self._rooms)
        for room in self._rooms:
            share = round(quota * room.weight / total)
            self._meet(room, share)
            goal = len(self._lines) + share
            while len(self._lines) < goal:
                self._talk(room, goal - len(self._lines))
            self._heckle(room, quota)
        while len(self._lines) < quota:
            self._talk(self._rooms[0], quota - len(self._lines))
        return tuple(self._lines[:quota])

    def _heckle(self, room: Room, quota: int) -> None:
        """Outsiders ask about, warn of and shrug at what rings offer and seek."""
        asides = [theme for theme in load_themes() if not theme.weight and theme.language == room.language]
        for line in self._openers[room.place.key]:
            if self._dice.random() < 0.09 and len(self._lines) < quota:
                theme, at = self._dice.choice(asides), line.at + self._dice.randrange(70, 9000)
                self._lines.append(
                    self._say(room, self._dice.choice(theme.opening), at, theme.frame, line, line.thread)
                )

    def _meet(self, room: Room, share: int) -> None:
        """Who is in the room: mostly people of their own, some known from elsewhere."""
        regulars = self._regulars[room.place.key]
        known = [one for one in self._people if one.language == room.language]
        for _ in range(max(6, share // 11)):
            if known and self._dice.random() < 0.25:
                regulars.append(self._dice.choice(known))
            else:
                regulars.append(self._newcomer(room.language))

    def _newcomer(self, language: str) -> Neighbour:
        dice = self._dice
        province = dice.choice(self._spec.provinces)
        handles = self._directory.handles(language, 0.13)
        if self._recycled and dice.random() < 0.01:
            handles = replace(handles, phone=dice.choice(self._recycled).phone)
        one = Neighbour(f"N{len(self._people):05}", language, province, handles, draw_hand(language, province, dice))
        self._people.append(one)
        return one

    def _talk(self, room: Room, left: int) -> None:
        dice = self._dice
        themes = self._themes[room.place.kind, room.language]
        theme = dice.choices(themes, [t.weight for t in themes])[0]
        at = self._hour()
        if dice.random() < _LONE:
            return self._lone_wish(room, at)
        first = self._open(theme, room, at)
        self._lines.append(first)
        if not theme.answer:
            return None
        mean = {"group": 2.2, "forum": 3.4, "site": 1.1}[room.place.kind]
        count = min(left - 1, int(dice.expovariate(1 / mean)))
        last = first
        for _ in range(count):
            at = min(
                self._stop + 86400, at + 61 + int(dice.expovariate(1 / (150 if room.place.kind == "group" else 15000)))
            )
            frame = theme.answer_frame
            target = first if dice.random() < 0.6 else last
            last = self._say(room, dice.choice(theme.answer), at, frame, target, first.thread)
            self._lines.append(last)
        return None

    def _hour(self) -> int:
        """A moment by day rather than by night."""
        day = self._dice.randrange((self._stop - self._start) // 86400)
        hour = min(23.9, max(0.0, self._dice.gauss(15, 4.5)))
        return self._start + day * 86400 + int(hour * 3600)

    def _open(self, theme: Theme, room: Room, at: int) -> Line:
        if theme.copied and self._dice.random() < 0.7:
            return self._pass_on(theme, room, at)
        return self._say(room, self._dice.choice(theme.opening), at, theme.frame, None, "")

    def _pass_on(self, theme: Theme, room: Room, at: int) -> Line:
        dice, copies = self._dice, self._copies[theme.key]
        if not copies or dice.random() < 0.12:
            phrase = dice.choice(theme.opening)
            crew = tuple(self._newcomer(room.language) for _ in range(dice.choice((1, 2, 2, 3))))
            said = speak(phrase, room.language, self._company(crew[0]), dice)
            own = any(mention.owner == "self" for mention in said.mentions)
            copies.append(Copy(said, f"C{theme.key}{len(copies)}", crew if own else ()))
        copy = dice.choice(copies[-12:])
        who = dice.choice(copy.crew or tuple(self._regulars[room.place.key]))
        tail = dice.choice(
            ("", "", "", "！！", "～", " 转", " 急", "🙏")
            if room.language == "zh"
            else ("", "", " pls share", "!!", " x")
        )
        said = Said([*copy.said.pieces, Piece(tail, (), True)])
        plain = Hand(room.language, who.hand.traditional)
        return self._line(room, who, typed(said, plain, dice, False), at, theme.frame, None, "", copy.key)

    def _say(self, room: Room, phrase: Phrase, at: int, frame: str, target: Line | None, thread: str,
             direction: str = "none", who: Neighbour | None = None) -> Line:  # fmt: skip
        dice = self._dice
        language = room.language
        if who is None and self._members and dice.random() < 0.012:
            return self._member_says(room, phrase, at, frame, target, thread)
        who = who or dice.choice(self._regulars[room.place.key])
        said = self._spoken(phrase, language, who, frame)
        return self._line(
            room, who, typed(said, who.hand, dice, room.place.kind == "group"), at, frame, target, thread, "", direction
        )

    def _spoken(self, phrase: Phrase, language: str, who: Neighbour, frame: str) -> Said:
        """The phrase with what people put before and after it in talk."""
        dice, company = self._dice, self._company(who)
        said = speak(phrase, language, company, dice)
        if frame in ("plain", "question", "joke", "lawful"):
            if dice.random() < 0.22:
                extend(said, "lead", language, company, dice, front=True)
            if dice.random() < 0.4:
                extend(said, "tail", language, company, dice)
        return said

    def _member_says(self, room: Room, phrase: Phrase, at: int, frame: str, target: Line | None, thread: str) -> Line:
        """A ring's member in everyday talk, who may sell a pram with the same number."""
        member = self._dice.choice(self._members)
        hand = member.hand if member.hand.language == room.language else Hand(room.language)
        one = Neighbour(member.key, room.language, member.province, member.handles, hand)
        said = self._spoken(phrase, room.language, one, frame)
        return self._line(
            room, one, typed(said, hand, self._dice, room.place.kind == "group"), at, frame, target, thread, ""
        )

    def _line(self, room: Room, who: Neighbour, said: Said, at: int, frame: str, target: Line | None, thread: str,
              template: str, direction: str = "none") -> Line:  # fmt: skip
        if room.place.kind != "group" and not thread:
            thread = self._threads.title(room, said, self._dice)
        answers = target is not None and (room.place.kind != "group" or self._dice.random() < 0.45)
        account = self._accounts.account(who.key, room, at, room.language, who.handles, False)
        traded = direction != "none"
        return Line(
            key=f"B{len(self._lines):06}", account=account.key, place=room.place.key, at=room.clock(at),
            text=said.text.strip(), thread=thread, reply_to=target.key if target is not None and answers else "",
            kind=room.kind(target is not None), direction=direction, frame="plain" if traded else frame,
            facts=tuple(dict.fromkeys(said.facts)) if traded else (), mentions=said.mentions, template=template,
            language=room.language,
        )  # fmt: skip

    def _company(self, who: Neighbour) -> Company:
        dice = self._dice
        media, offices = self._public[who.language]
        bad = (
            dice.choice(self._suspects)
            if self._suspects and dice.random() < 0.5
            else self._directory.handles(who.language, 0.1)
        )
        family = Handles(self._directory.phone())
        return Company(who.handles, None, family, bad, dice.choice(media), dice.choice(offices), who.province)

    def _lone_wish(self, room: Room, at: int) -> None:
        who = self._newcomer(room.language)
        self._lone.add(who.key)
        kinds = load_acts(room.language)["seek_open"]
        phrase = self._dice.choice(kinds.get(room.place.kind, kinds["any"]))
        self._lines.append(self._say(room, phrase, at, "plain", None, "", "seek", who))
