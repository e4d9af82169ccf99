"""Keeps what is being written: accounts as they are first used, and lines in order, turn by turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from ringtrace.simulator.authors.fourth.people import Soul
from ringtrace.simulator.authors.fourth.phrase import Choice, Phrase, Slot, load_words, parse
from ringtrace.simulator.authors.fourth.plot import ROLES, Plot, Turn
from ringtrace.simulator.authors.fourth.venues import Venue
from ringtrace.simulator.authors.fourth.voice import CONTACTS, Said, Voice, split_messages
from ringtrace.simulator.script import Account, Line, Spoken

_CHAT = frozenset({"telegram", "whatsapp", "qq"})
_STEP = {"": (25, 2400), "~": (3600, 32_000), "~~": (86_400, 520_000)}
"""Seconds from one turn to the next: minutes, hours, days."""


class Ledger:
    """Accounts and lines of one script. first, last: the seconds between which everything is said."""

    def __init__(
        self, dice: Random, first: int, last: int, stranger: Callable[[str, int], Soul], hardness: float
    ) -> None:
        self.dice, self.first, self.last, self._stranger, self._hardness = dice, first, last, stranger, hardness
        self.accounts: dict[str, Account] = {}
        self.lines: list[Line] = []
        self.onlookers: set[str] = set()  # people who asked questions beside the trade
        self._numbers: set[str] = set()
        self._keys: dict[tuple[str, ...], str] = {}
        self._titles: set[tuple[str, str]] = set()

    def account(self, soul: Soul, venue: Venue, at: int) -> str:
        """The key of the person's account there at that time, made when first needed."""
        life = soul.life(at)
        scope = venue.key if venue.platform not in _CHAT else ""
        mark = (soul.key, str(life), venue.platform, scope)
        if mark not in self._keys:
            key = self._keys[mark] = f"a{len(self._keys):06d}"
            handles = soul.lives[life][1]
            name, native = handles.name, ""
            mentions: tuple[Spoken, ...] = ()
            draw = Random(f"{key}/{handles.qq}")
            if venue.platform == "qq":
                native = handles.qq
            elif venue.platform == "telegram":
                native = str(draw.randint(100_000_000, 1_990_000_000))
            elif venue.platform == "whatsapp" and draw.random() < 0.25 and handles.phone not in self._numbers:
                self._numbers.add(handles.phone)  # of a couple only one is a bare number
                name = f"+86 {handles.phone[:3]} {handles.phone[3:7]} {handles.phone[7:]}"
                mentions = (Spoken("phone", "+86" + handles.phone, "other"),)
            self.accounts[key] = Account(key, soul.key, venue.platform, native, name, mentions)
        return self._keys[mark]

    def evening(self) -> int:
        """A time at which somebody might begin to talk, anywhere in the period."""
        day = self.dice.randrange(self.first, self.last, 86_400)
        hour = self.dice.choices(range(24), (1, 1, 0, 0, 0, 1, 2, 4, 6, 7, 8, 7, 8, 7, 6, 6, 6, 6, 7, 9, 10, 10, 7, 4))[
            0
        ]
        return min(self.last - 60, day + hour * 3600 + self.dice.randrange(3600))

    def play(self, plot: Plot, cast: Mapping[str, Soul], places: Mapping[str, Venue], at: int, trade: bool) -> int:
        """Write the scene's turns from ``at`` on and return how many lines that made."""
        before = len(self.lines)
        last: dict[str, Line] = {}
        opening: dict[str, Line] = {}
        title = ""
        for turn in plot.turns:
            if turn.optional and self.dice.random() < 0.4:
                continue
            low, high = _STEP[turn.delay]
            at += int(low + (high - low) * self.dice.random() ** 2)
            if at >= self.last:
                break
            venue = places[turn.place]
            if venue.platform not in _CHAT and not title:
                title = self._title(plot, venue)
            thread = title if venue.platform not in _CHAT else ""
            line = self._write(plot, turn, cast, venue, at, thread, opening.get(venue.key), last.get(venue.key), trade)
            opening.setdefault(venue.key, line)
            last[venue.key] = line
        return len(self.lines) - before

    def _write(self, plot: Plot, turn: Turn, cast: Mapping[str, Soul], venue: Venue, at: int, thread: str,
               opening: Line | None, last: Line | None, trade: bool) -> Line:  # fmt: skip
        dice, chat = self.dice, venue.platform in _CHAT
        soul = cast[turn.who]
        if turn.who in "ZJ" and not soul.ring:
            self.onlookers.add(soul.key)
        handles = {letter: one.handles(at) for letter, one in cast.items()}
        rate = (0.17 + 0.15 * self._hardness if trade else 0.03) if soul.ring or trade else 0.03
        voice = Voice(dice, plot.language, turn.who, turn.frame, at, handles,
                      lambda letter: self._stranger(letter, at).handles(at), rate, chat)  # fmt: skip
        account = self.account(soul, venue, at)
        answer = opening.key if opening and not chat else ""
        if last and last.account != account and dice.random() < (0.7 if trade else 0.45):
            answer = last.key
        kind = "message" if chat or venue.platform == "forum" else "comment" if opening else "listing"
        line = None
        for part, said in enumerate(split_messages(voice.say(self._signed(turn, plot.language, trade)))):
            line = self._line(account, venue, at + part * 20, said, thread, answer if not part else "", kind,
                              turn.direction if not part else "none", turn.frame,
                              _facts(turn, said, trade and bool(soul.ring)), plot)  # fmt: skip
        if line is None:
            raise AssertionError("nothing was said")
        return line

    def _signed(self, turn: Turn, language: str, trade: bool) -> Phrase:
        """The turn's words; who deals in public now and then signs them with a handle."""
        if not trade or turn.direction == "none" or turn.who[0] not in ROLES:
            return turn.phrase
        known = any(isinstance(part, Slot | Choice) and _has_contact(part) for part in turn.phrase)
        if known or self.dice.random() > (0.16 if turn.place == "m" else 0.32):
            return turn.phrase
        words = load_words("nouns")[language]
        if turn.who == "C" or self.dice.random() < 0.4:
            return (*turn.phrase, *parse(self.dice.choice(words["signed"])))
        behind = "C" if turn.who == "B" else "B"
        return (*turn.phrase, *parse(self.dice.choice(words["passed"]).replace("{c}", f"{{c:{behind}}}")))

    def _line(self, account: str, venue: Venue, at: int, said: Said, thread: str, answer: str, kind: str,
              direction: str, frame: str, facts: tuple[str, ...], plot: Plot) -> Line:  # fmt: skip
        if venue.platform == "whatsapp":
            at -= at % 60
        line = Line(
            f"l{len(self.lines):06d}", account, venue.key, at, said.text, thread, answer, kind, False, direction, frame,
            facts, said.mentions, f"{plot.kind}/{plot.key}" if plot.kind == "spam" else "", plot.language,
        )  # fmt: skip
        self.lines.append(line)
        return line

    def _title(self, plot: Plot, venue: Venue) -> str:
        words = load_words("nouns")[plot.language]
        for attempt in range(40):
            phrase = plot.title or parse(self.dice.choice(words["titles"]))
            voice = Voice(
                self.dice, plot.language, "", "plain", 0, {}, lambda _: self._stranger("", 0).handles(0), 0, True
            )
            title = voice.say(phrase).text
            if attempt > 4:
                title += self.dice.choice(words["title_tail"]) + (
                    self.dice.choice(words["title_tail"]) if attempt > 9 else ""
                )
            if (venue.key, title) not in self._titles:
                break
        else:
            title = f"{title} ({chr(97 + len(self._titles) % 26)}{len(self._titles)})"
        self._titles.add((venue.key, title))
        return title

    def announce(self, soul: Soul, venue: Venue, at: int, source: str, language: str) -> None:
        """One line outside any scene, such as a new handle half announced."""
        plot = Plot("announce", language, "trade", "plain", 1, (), (Turn("g", "A", parse(source)),))
        self.play(plot, {"A": soul}, {"g": venue}, at, True)

    def say_early(self, soul: Soul, venue: Venue, at: int, source: str) -> None:
        """The old account announces the handles of the next life."""
        account = self.account(soul, venue, at)
        new = Soul(soul.key, soul.ring, soul.letters, soul.province, soul.language, [(0, soul.lives[-1][1])])
        plot = Plot("announce", soul.language, "trade", "plain", 1, (), (Turn("g", "A", parse(source)),))
        voice = Voice(self.dice, soul.language, "A", "plain", at, {"A": new.handles(at)},
                      lambda letter: self._stranger(letter, at).handles(at), 0.2, True)  # fmt: skip
        for part, said in enumerate(split_messages(voice.say(plot.turns[0].phrase))):
            self._line(account, venue, at + part * 20, said, "", "", "message", "none", "plain",
                       _facts(plot.turns[0], said, True), plot)  # fmt: skip

    def arrival(self, soul: Soul, venue: Venue, at: int) -> None:
        """A system line: somebody joins."""
        account = self.account(soul, venue, at)
        at -= at % 60
        text = f"{self.accounts[account].name} {'joined' if venue.main == 'en' else '加入本群'}"
        self.lines.append(
            Line(f"l{len(self.lines):06d}", account, venue.key, at, text, system=True, language=venue.main)
        )


def _facts(turn: Turn, said: Said, trade: bool) -> tuple[str, ...]:
    if not trade:
        return ()
    private = any(m.kind in CONTACTS and m.owner in ("self", "other") for m in said.mentions)
    return tuple(sorted({*turn.facts, *(["private_channel"] if private else [])}))


def _has_contact(part: Slot | Choice) -> bool:
    if isinstance(part, Slot):
        return part.name == "c"
    return any(isinstance(x, Slot | Choice) and _has_contact(x) for option in part.options for x in option)
