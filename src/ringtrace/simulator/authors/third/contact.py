"""Handles and how people show them: which one, in what frame, plain or in a family of disguise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from ringtrace.simulator.authors.third.disguise import disguised
from ringtrace.simulator.authors.third.phrase import Piece
from ringtrace.simulator.authors.third.wordfile import load_words
from ringtrace.simulator.script import Spoken

_FRAMES: Mapping[str, Mapping[str, Mapping[str, list[str]]]] = load_words("contacts.toml")
FAMILIES = ("fullwidth", "circled", "keycap", "hanzi", "financial", "radio", "bold", "superscript", "sound", "mixed",
            "separators", "filler", "invisible", "lookalike", "lines", "cue")  # fmt: skip
_CHINESE_ONLY = frozenset({"hanzi", "financial", "radio", "sound", "filler"})
HOTLINES = ("110", "12338", "12355", "12345")


@dataclass(frozen=True, slots=True)
class Handles:
    """What somebody can be reached by; "" where they have none. habit: the family they hide in, "" for none."""

    phone: str
    qq: str = ""
    wechat: str = ""
    telegram: str = ""
    email: str = ""
    habit: str = ""
    favourite: str = "phone"


class Directory:
    """Gives out numbers and names, each once."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._given: set[str] = set()

    def phone(self) -> str:
        return self._new(lambda: f"17000{self._dice.randrange(1_000_000):06}")

    def qq(self) -> str:
        return self._new(
            lambda: str(
                self._dice.randrange(
                    *self._dice.choice(((10**7, 10**8), (10**8, 10**9), (10**8, 10**9), (10**9, 3 * 10**9)))
                )
            )
        )

    def word(self) -> str:
        """A handle of letters and digits, as people make them."""
        words = load_words("names.toml")["handle"]
        return self._new(
            lambda: (
                self._dice.choice(words)
                + self._dice.choice(("", "_", ""))
                + self._dice.choice(words)
                + str(self._dice.randrange(10, 9999))
            )
        )

    def user_number(self) -> str:
        return self._new(lambda: str(self._dice.randrange(10**8, 7 * 10**9)))

    def _new(self, draw: Callable[[], str]) -> str:
        value = draw()
        while value in self._given:
            value = draw()
        self._given.add(value)
        return value

    def handles(self, language: str, hidden: float) -> Handles:
        """Handles of one person, who hides them by habit with that probability."""
        dice = self._dice
        wechat = self.word() if dice.random() < 0.6 else ""
        telegram = self.word() if dice.random() < (0.35 if language == "zh" else 0.6) else ""
        email = f"{self.word()}@{dice.choice(('mail', 'post', 'box'))}.example" if dice.random() < 0.12 else ""
        qq = self.qq() if language == "zh" or dice.random() < 0.15 else ""
        have = (
            ["phone"]
            + ["qq"] * (2 * bool(qq))
            + ["wechat"] * (2 * bool(wechat))
            + ["telegram"] * bool(telegram)
            + ["email"] * bool(email)
        )
        families = [f for f in FAMILIES if language == "zh" or f not in _CHINESE_ONLY]
        habit = dice.choice(families) if dice.random() < hidden else ""
        return Handles(self.phone(), qq, wechat, telegram, email, habit, dice.choice(have))


def show(handles: Handles, owner: str, language: str, dice: Random, kinds: Sequence[str] = ()) -> list[Piece]:
    """Write a contact as its holder does: mostly the favourite, now and then two in a line."""
    have = [
        kind
        for kind in ("phone", "qq", "wechat", "telegram", "email")
        if getattr(handles, kind) and (not kinds or kind in kinds)
    ]
    kind = handles.favourite if handles.favourite in have and dice.random() < 0.75 else dice.choice(have or ["phone"])
    pieces = _one(handles, kind, owner, language, dice)
    others = [other for other in have if other != kind]
    if others and dice.random() < 0.1:
        between = dice.choice((" / ", "，", "  ", " 或 ", "；") if language == "zh" else (" / ", " or ", ", "))
        pieces += [Piece(between), *_one(handles, dice.choice(others), owner, language, dice)]
    return pieces


def _one(handles: Handles, kind: str, owner: str, language: str, dice: Random) -> list[Piece]:
    value = str(getattr(handles, kind))
    frames = _FRAMES[language][kind]
    hidden = handles.habit and kind != "email" and dice.random() < 0.85
    if hidden and handles.habit == "cue":
        return _framed(dice.choice(frames["cue"]), value, [_spoken(kind, value, owner, "cue")])
    if hidden:
        surface = disguised(value, handles.habit, dice)
        if surface is not None:
            return _framed(dice.choice(_bare(frames["plain"])), surface, [_spoken(kind, value, owner, handles.habit)])
    if kind == "phone" and dice.random() < 0.18:
        both = [_spoken("phone", value, owner, "plain"), _spoken("wechat", value, owner, "plain")]
        return _framed(dice.choice(frames["same"]), _spaced(value, dice), both)
    return _framed(
        dice.choice(frames["plain"]),
        _spaced(value, dice) if kind == "phone" else value,
        [_spoken(kind, value, owner, "plain")],
    )


def _bare(frames: list[str]) -> list[str]:
    """Frames that are no links, into which a disguised handle fits."""
    return [frame for frame in frames if "t.me" not in frame]


def _spaced(phone: str, dice: Random) -> str:
    roll = dice.random()
    if roll < 0.75:
        return phone
    a, b, c = phone[:3], phone[3:7], phone[7:]
    return dice.choice(
        (f"{a} {b} {c}", f"{a}-{b}-{c}", f"+86 {phone}", f"+86 {a} {b} {c}", f"86-{phone}", f"{a} {b}{c}")
    )


def _spoken(kind: str, value: str, owner: str, family: str) -> Spoken:
    return Spoken(kind, f"+86{value}" if kind == "phone" else value, owner, family)


def _framed(frame: str, surface: str, spoken: list[Spoken]) -> list[Piece]:
    before, _, after = frame.partition("{h}")
    return [Piece(before, (), True), Piece(surface, tuple(spoken), True, True), Piece(after, (), True)]


def hotline(dice: Random) -> list[Piece]:
    number = dice.choice(HOTLINES)
    return [Piece(number, (Spoken("phone", number, "hotline"),), True, True)]
