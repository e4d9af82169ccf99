"""Collects the lines of a script: keys, titles that stay apart, accounts, traditional characters."""

from __future__ import annotations

import random
from functools import cache

from opencc import OpenCC

from ringtrace.simulator.authors.dev.cast import Human
from ringtrace.simulator.authors.dev.grammar import Surface
from ringtrace.simulator.authors.dev.venue import Calendar, Venue
from ringtrace.simulator.authors.dev.wardrobe import Wardrobe
from ringtrace.simulator.script import Account, Line


class Writer:
    """``write`` appends one line and returns it."""

    def __init__(self, wardrobe: Wardrobe, calendar: Calendar, dice: random.Random) -> None:
        self.wardrobe = wardrobe
        self.calendar = calendar
        self.dice = dice
        self.lines: list[Line] = []
        self.used: dict[str, Account] = {}
        self._titles: dict[str, int] = {}

    def title(self, venue: Venue, words: str) -> str:
        """``words``, told apart from the same title in the same place."""
        if venue.traditional:
            words = traditional(words)
        key = f"{venue.place.key}/{words}"
        seen = self._titles[key] = self._titles.get(key, 0) + 1
        return words if seen == 1 else words + ("！" * (seen - 1) if seen < 4 else f" {seen}")

    def write(
        self, human: Human, venue: Venue, at: int, said: Surface, *, thread: str = "", reply_to: Line | None = None,
        kind: str = "message", direction: str = "none", frame: str = "plain", template: str = "", trade: bool = False,
    ) -> Line:  # fmt: skip
        account = self.wardrobe.account(human, venue.place, self.calendar.day(at))
        self.used.setdefault(account.key, account)
        if venue.place.platform == "whatsapp":
            at -= at % 60
        text = traditional(said.text) if venue.traditional else said.text
        line = Line(
            f"l{len(self.lines):06}", account.key, venue.place.key, at, text, thread,
            reply_to.key if reply_to is not None else "", kind, False, direction, frame,
            said.facts if trade else (), said.mentions, template,
            venue.language,
        )  # fmt: skip
        self.lines.append(line)
        return line


@cache
def traditional(text: str) -> str:
    """Traditional characters, one for one."""
    return str(_converter().convert(text))


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")
