"""People, their handles and the accounts under which they turn up in each place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from ringtrace.simulator.authors.second.phrase import load_table
from ringtrace.simulator.script import Account, Person, Place, Spoken

_SCOPELESS = frozenset({"qq", "telegram"})
"""Platforms whose ids are the same in every group."""


@dataclass(frozen=True, slots=True)
class Handle:
    """A way to reach somebody: kind and value as in the table contract."""

    kind: str
    value: str


@dataclass(slots=True)
class Soul:
    """A person while the script is being written.

    turns: moments (seconds UTC) after which the person comes back under new accounts.
    manner: number that decides how the person types. wary: how often handles are disguised.
    """

    key: str
    language: str
    nick: str
    manner: int
    ring: str = ""
    roles: tuple[str, ...] = ("unknown",)
    province: str = ""
    handles: list[Handle] = field(default_factory=list)
    turns: tuple[int, ...] = ()
    wary: float = 0.1
    tied: bool = False

    def person(self) -> Person:
        return Person(self.key, self.ring, self.roles, self.tied and bool(self.ring), self.province)


class Cast:
    """Makes people and accounts; every number is given out once unless it is meant to be shared."""

    def __init__(self, dice: Random, places: Iterable[Place]) -> None:
        self.dice = dice
        self.souls: dict[str, Soul] = {}
        self.accounts: dict[str, Account] = {}
        self.places = {place.key: place for place in places}
        self._given: set[str] = set()
        self._used: dict[str, set[str]] = {key: set() for key in self.places}
        self._known: dict[tuple[str, str, int], str] = {}
        self._natives: set[str] = set()
        self._names = load_table("names")

    def soul(self, language: str, **more: object) -> Soul:
        """A new person with a nickname of their own or one of those that everybody has."""
        key = f"p{len(self.souls) + 1:05d}"
        soul = Soul(key, language, self.nick(language), self.dice.randrange(1 << 16))
        for name, value in more.items():
            setattr(soul, name, value)
        self.souls[key] = soul
        return soul

    def nick(self, language: str) -> str:
        names, dice = self._names[language], self.dice
        roll = dice.random()
        if roll < 0.3:
            return self._word(names["common"])
        if roll < 0.6:
            return self._word(names["first"]) + self._word(names["second"])
        if roll < 0.8:
            return self._word(names["first"]) + self._word(names["tail"])
        return self._word(names["whole"])

    def _word(self, words: str) -> str:
        return self.dice.choice(words.split())

    def handle(self, kind: str) -> Handle:
        """A fresh handle. Phones are of the block 170 00, hosts end in .example or .test."""
        while True:
            value = self._value(kind)
            if value not in self._given:
                self._given.add(value)
                return Handle(kind, value)

    def _value(self, kind: str) -> str:
        dice = self.dice
        if kind == "phone":
            return f"+8617000{dice.randrange(10**6):06d}"
        if kind == "qq":
            return str(dice.randrange(10**6 * 3, 10 ** dice.choice((8, 9, 9, 10, 10))))
        stem = "".join(dice.choice(self._names["syllables"].split()) for _ in range(dice.choice((2, 3, 3))))
        if kind == "wechat":
            mark = dice.choice(("", "", "_", "-"))
            return (f"wx{mark}" if dice.random() < 0.2 else "") + f"{stem}{mark}{dice.randrange(10, 10**4)}"
        if kind == "telegram":
            return f"{stem}_{dice.choice(self._names['syllables'].split())}{dice.choice(('', dice.randrange(100)))}"
        if kind == "url":
            ending = dice.choice(("example", "test"))
            return f"http://{dice.choice(('www', 'bbs', 'm'))}.{stem}{dice.randrange(100)}.{ending}/"
        return f"{stem}{dice.randrange(1000)}@{dice.choice(('mail', 'post', 'box'))}.example"

    def equip(self, soul: Soul, kinds: Iterable[str]) -> Soul:
        soul.handles += [self.handle(kind) for kind in kinds]
        return soul

    def account(self, soul: Soul, place_key: str, at: int, mask: int = 0) -> Account:
        """The account under which somebody speaks in a place at a time; mask: which of several at once."""
        place = self.places[place_key]
        turn = sum(moment <= at for moment in soul.turns) + 10 * mask
        scope = place.platform if place.platform in _SCOPELESS else place_key
        known = self._known.get((soul.key, scope, turn))
        if known is None:
            account = self._open(soul, place, scope, turn)
            known = self._known[soul.key, scope, turn] = account.key
            self.accounts[known] = account
        return self.accounts[known]

    def _open(self, soul: Soul, place: Place, scope: str, turn: int) -> Account:
        key = f"{soul.key}/{scope}/{turn}"
        name = self._renamed(soul, turn)
        if place.platform == "qq":
            return Account(key, soul.key, "qq", self._qq(soul, turn), name)
        if place.platform == "telegram":
            return Account(key, soul.key, "telegram", str(self.dice.randrange(10**8, 10**10)), name)
        phone = next((h.value for h in soul.handles if h.kind == "phone"), "")
        if place.platform == "whatsapp" and phone and soul.manner % 5 == 0 and not turn:
            name = f"+86 {phone[3:6]} {phone[6:10]} {phone[10:]}"
        name = self._alone(place.key, name)
        mentions = (Spoken("phone", phone, "self"),) if name.startswith("+86") else ()
        return Account(key, soul.key, place.platform, "", name, mentions)

    def _qq(self, soul: Soul, turn: int) -> str:
        """Somebody's first QQ account is the number that they give; later ones are new."""
        own = next((handle.value for handle in soul.handles if handle.kind == "qq"), "")
        native = own if own and not turn and own not in self._natives else self.handle("qq").value
        self._natives.add(native)
        return native

    def _renamed(self, soul: Soul, turn: int) -> str:
        if not turn:
            return soul.nick
        roll = (soul.manner * 7 + turn * 31) % 10
        if roll < 4:
            return soul.nick
        return soul.nick + self._word(self._names["again"]) if roll < 7 else self.nick(soul.language)

    def _alone(self, place_key: str, name: str) -> str:
        """Where names are all there is, a site gives each name once."""
        used, made = self._used[place_key], name
        while made in used:
            made = f"{name}{self._word(self._names['marks'])}"
            name = made if len(made) < 14 else name
        used.add(made)
        return made
