"""The people: rings with their shapes, strangers, and the accounts under which each of them writes."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from ringtrace.simulator.authors.fifth.handle import Exchange, Handle
from ringtrace.simulator.authors.fifth.names import Names
from ringtrace.simulator.script import Account, Place, Spec

KINDS = {"zh": ("qq", "qq", "wechat", "wechat", "phone", "phone", "phone"),
         "en": ("telegram", "wechat", "phone", "phone", "email")}  # fmt: skip


@dataclass(slots=True)
class Player:
    """One person. moves: times at which old accounts are given up; sides: accounts kept at the same time.

    handles: contacts in use, by age; quota: most lines that may be said about the trade (0: none said).
    """

    key: str
    ring: str = ""
    role: str = "observer"
    roles: tuple[str, ...] = ()
    province: str = ""
    language: str = "zh"
    moves: tuple[int, ...] = ()
    sides: int = 1
    handles: list[tuple[int, Handle]] = field(default_factory=list)
    quota: int = 99
    hand: int = 0

    def haunts(self, places: Sequence[Place], most: int) -> list[Place]:
        """The few of these places in which the person is at home."""
        return random.Random(f"{self.hand}/haunts").sample(list(places), min(most, len(places)))

    def handle(self, at: int, dice: random.Random) -> Handle:
        """A contact in use at that time: mostly the newest."""
        live = [handle for start, handle in self.handles if start <= at] or [self.handles[0][1]]
        return live[-1] if dice.random() < 0.7 else dice.choice(live[-2:])


class Cast:
    """All people, and every account that has been used."""

    def __init__(self, spec: Spec, dice: random.Random, first: int, last: int) -> None:
        self.spec = spec
        self.dice = dice
        self.first, self.last = first, last
        self.exchange = Exchange(dice)
        self.names = Names(dice)
        self.players: list[Player] = []
        self.accounts: dict[str, Account] = {}
        self._natives: set[str] = set()

    def add(self, prefix: str, language: str, lasting: int, sides: int = 1, contacts: int = 1) -> Player:
        """A new person whose accounts last about ``lasting`` days (0: for ever)."""
        dice = self.dice
        moves: list[int] = []
        at = self.first + dice.randint(10, 180) * 86_400
        while lasting and at < self.last and len(moves) < 3:
            moves.append(at)
            at += int(lasting * dice.uniform(0.6, 1.8)) * 86_400
        player = Player(f"{prefix}{len(self.players):05}", language=language, moves=tuple(moves), sides=sides)
        player.hand = dice.randint(0, 10**9)
        starts = [0, *moves][: max(contacts, 1)] + [0] * max(0, contacts - 1 - len(moves))
        kinds = KINDS[language]
        player.handles = [(start, self.exchange.draw(dice.choice(kinds))) for start in sorted(starts)]
        self.players.append(player)
        return player

    def account(self, player: Player, place: Place, at: int, language: str) -> Account:
        """The account under which the person writes there at that time; made when first needed."""
        turn = bisect_right(player.moves, at)
        side = random.Random(f"{player.hand}/{place.key}").randrange(player.sides)
        wide = place.platform in ("qq", "telegram")
        key = f"{player.key}.{place.platform}.{turn}.{side}" + ("" if wide else f".{place.key}")
        if key not in self.accounts:
            self.accounts[key] = self._make(key, player, place, turn, side, language, wide)
        return self.accounts[key]

    def _make(self, key: str, player: Player, place: Place, turn: int, side: int, language: str, wide: bool) -> Account:
        hand = random.Random(f"{player.hand}/name/{side}/{turn if turn % 2 else 0}")
        wish = Names(hand).draw(language)
        phones = [handle.bare for _, handle in player.handles if handle.kind == "phone"]
        if place.platform == "whatsapp" and hand.random() < 0.25:
            bare = phones[-1] if phones and hand.random() < 0.5 else f"17000{hand.randint(0, 999_999):06}"
            wish = f"+86 {bare[:3]} {bare[3:7]} {bare[7:]}"
        name = wish if wide and hand.random() < 0.9 else self.names.fresh(place.key, wish, language)
        native = self._native(place.platform) if wide else ""
        return Account(key, player.key, place.platform, native, name)

    def _native(self, platform: str) -> str:
        while True:
            size = self.dice.choice((8, 9, 9, 10))
            native = str(self.dice.randint(10 ** (size - 1), min(10**size, 3 * 10**9) - 1))
            if native not in self._natives:
                self._natives.add(native)
                return native
