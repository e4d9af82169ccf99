"""Who there is: stars of three to eight around a broker, a few large ones, joined by brokers and operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random

from ringtrace.simulator.authors.fourth.phrase import load_words
from ringtrace.simulator.authors.fourth.plot import ROLES
from ringtrace.simulator.authors.fourth.voice import Handles
from ringtrace.simulator.script import Spec

_LIKES = {
    "zh": (("qq", 0.75), ("wechat", 0.5), ("phone", 0.45), ("telegram", 0.06), ("email", 0.05)),
    "zh-Hant": (("phone", 0.6), ("wechat", 0.5), ("telegram", 0.4), ("email", 0.15), ("qq", 0.1)),
    "en": (("telegram", 0.6), ("phone", 0.5), ("wechat", 0.35), ("email", 0.35), ("qq", 0.05)),
}
_LETTERS, _SHARES = "SUVRTHDIB", (34, 36, 4, 7, 6, 5, 4, 3, 2)
_LANGUAGES, _LANGUAGE_SHARES = ("zh", "en", "zh-Hant"), (65, 25, 10)


@dataclass(slots=True)
class Soul:
    """One person. lives: (seconds since 1970 from which it holds, handles), oldest first.

    letters: the parts they play (see ``plot.ROLES``); silent: never seen to speak of the trade.
    """

    key: str
    ring: str
    letters: str
    province: str
    language: str
    lives: list[tuple[int, Handles]]
    silent: bool = False

    def life(self, at: int) -> int:
        return max((n for n, (since, _) in enumerate(self.lives) if since <= at), default=0)

    def handles(self, at: int) -> Handles:
        return self.lives[self.life(at)][1]

    @property
    def roles(self) -> tuple[str, ...]:
        roles = [ROLES[letter] for letter in self.letters]
        return tuple(dict.fromkeys([*roles, "supplier"] if "V" in self.letters else roles))


@dataclass(slots=True)
class Star:
    """A hub with its leaves. link: the broker through whom it hangs on the ring; language: what it speaks."""

    ring: str
    language: str
    hub: Soul
    leaves: list[Soul]
    link: Soul
    operator: Soul


@dataclass(slots=True)
class Mint:
    """Makes names and handles that nobody else has."""

    dice: Random
    _taken: set[str] = field(default_factory=lambda: {"17000990011", "17000990022", "805511772"})

    def _fresh(self, make: str, size: int) -> str:
        while True:
            digits = "".join(self.dice.choice("0123456789") for _ in range(size))
            text = make + digits
            if text not in self._taken and (make or digits[0] != "0"):
                self._taken.add(text)
                return text

    def name(self, language: str, surname: str = "") -> str:
        words = load_words("names")[language]
        kin = words.get("kin")
        while True:
            if surname and kin:
                name = str(self.dice.choice(kin)).replace("{s}", surname)
            else:
                name = self.dice.choice(words["first"]) + self.dice.choice(words["second"])
            if name in self._taken:
                name += self.dice.choice(words["tail"]) + self.dice.choice(["", *words["tail"]])
            if name not in self._taken:
                self._taken.add(name)
                return name

    def handles(self, language: str, province: str, surname: str = "") -> Handles:
        dice, words = self.dice, load_words("names")
        phone, qq = self._fresh("17000", 6), self._fresh("", dice.choice((6, 8, 9, 9, 9, 10)))
        if qq[0] == "1" and len(qq) > 9:
            qq = self._fresh("2", 8)
        stem = dice.choice(words["syllables"]) + dice.choice(words["syllables"])
        wechat = dice.choice((qq, qq, phone)) if dice.random() < 0.45 else self._fresh(
            stem + dice.choice(("", "_", "")), dice.choice((3, 4, 5)))  # fmt: skip
        telegram = self._fresh(dice.choice(words["syllables"]) + "_" + dice.choice(words["syllables"]), 2)
        email = f"{stem}{dice.randint(1, 999)}.{qq[:3]}@{dice.choice(words['mail'])}"
        likes = tuple(kind for kind, share in _LIKES[language] if dice.random() < share)
        return Handles(
            self.name(language, surname), province, phone, qq, wechat, telegram, email,
            likes or (_LIKES[language][0][0],),
        )  # fmt: skip


def _province_deck(spec: Spec, total: int, dice: Random, which: int) -> list[str]:
    """``total`` province codes: the margins exactly, the others uneven but none left out."""
    deck = [code for code, pair in spec.margins.items() for _ in range(pair[which])]
    free = [code for code in spec.provinces if code not in spec.margins]
    rest = total - len(deck)
    if free:
        deck += free[:rest]
        weights = [dice.uniform(0.3, 2) for _ in free]
        deck += dice.choices(free, weights, k=max(0, rest - len(free)))
    dice.shuffle(deck)
    return deck


def child_provinces(spec: Spec) -> list[str]:
    """The province of each rescued child."""
    return _province_deck(spec, spec.children, Random(f"{spec.seed}/fourth/children"), 1)


def build_rings(spec: Spec, mint: Mint, dice: Random, days: tuple[int, int]) -> tuple[list[Soul], list[Star]]:
    """All members and their stars. days: first and last second of the period."""
    deck = _province_deck(spec, sum(spec.rings), dice, 0)
    souls: list[Soul] = []
    stars: list[Star] = []
    for number, size in enumerate(spec.rings, 1):
        cards = deck[:size]
        del deck[:size]
        made, mine = _build_ring(f"r{number}", size, cards, mint, dice)
        souls += made
        stars += mine
    _hush(souls, stars, spec, dice)
    _renew(souls, mint, dice, spec, days)
    return souls, stars


def _build_ring(ring: str, size: int, cards: list[str], mint: Mint, dice: Random) -> tuple[list[Soul], list[Star]]:
    cards.sort(key=lambda code: hash_share(code, ring) + dice.random() * 0.35)

    serial = count()

    def soul(letters: str, language: str, surname: str = "") -> Soul:
        province = cards.pop()
        handles = mint.handles(language, province, surname)
        if letters in "BCP":
            handles = replace(handles, likes=handles.likes[:1])
        return Soul(f"m{ring}-{next(serial):04d}", ring, letters, province, language, [(0, handles)])

    souls: list[Soul] = []
    # brokers and operators are known by one handle, which others pass on
    tops, operators = 1 if size < 20 else 2 if size < 200 else 3, 1 + size // 200
    for letters in ["P"] * operators + ["C"] * tops:
        souls.append(soul(letters, "zh"))
    heads = souls[operators:]
    stars: list[Star] = []
    for number in _star_sizes(size - len(souls), dice):
        language = dice.choices(_LANGUAGES, _LANGUAGE_SHARES)[0]
        surname = dice.choice(load_words("names")["surnames"]) if dice.random() < 0.4 else ""
        hub = soul("B", language, surname)
        leaves = [soul(letters, language, surname) for letters in _leaf_letters(number - 1, dice)]
        link = dice.choice(heads) if len(stars) < 4 or dice.random() < 0.75 else dice.choice(stars).hub
        stars.append(Star(ring, language, hub, leaves, link, dice.choice(souls[:operators])))
        souls += [hub, *leaves]
        _pair_up(leaves, dice)
    return souls, stars


def hash_share(code: str, ring: str) -> float:
    """A repeatable share in 0..1 that orders provinces differently in each ring."""
    return Random(f"{code}/{ring}").random()


def _star_sizes(rest: int, dice: Random) -> list[int]:
    """Two large stars where there is room, then many of three to eight."""
    sizes = [rest // 9, rest // 12] if rest > 60 else []
    left = rest - sum(sizes)
    while left > 8:
        number = min(dice.choice((3, 4, 5, 5, 6, 7, 8)), left - 3)
        sizes.append(number)
        left -= number
    return [*sizes, left] if left else sizes


def _leaf_letters(number: int, dice: Random) -> list[str]:
    letters = ["S", "U"][: max(0, number)]
    while len(letters) < number:
        letter = dice.choices(_LETTERS, _SHARES)[0]
        if letter in "STH" and dice.random() < 0.1:
            letter += dice.choice([other for other in "TUR" if other != letter])
        letters.append(letter)
    return letters


def _pair_up(leaves: Sequence[Soul], dice: Random) -> None:
    """Now and then a couple: two leaves with one telephone."""
    if len(leaves) > 2 and dice.random() < 0.2:
        left, right = dice.sample(list(leaves), 2)
        a, b = left.lives[0][1], right.lives[0][1]
        likes = tuple(dict.fromkeys(("phone", *b.likes)))
        wechat = a.phone if b.wechat == b.phone else b.wechat
        right.lives[0] = (0, Handles(b.name, b.province, a.phone, b.qq, wechat, b.telegram, b.email, likes))
        left.lives[0] = (0, Handles(a.name, a.province, a.phone, a.qq, a.wechat, a.telegram, a.email,
                                    tuple(dict.fromkeys(("phone", *a.likes)))))  # fmt: skip


def _hush(souls: list[Soul], stars: list[Star], spec: Spec, dice: Random) -> None:
    heads = {star.hub.key for star in stars} | {star.link.key for star in stars} | {s.operator.key for s in stars}
    rate = 0.06 + 0.26 * spec.hardness
    for one in souls:
        one.silent = one.key not in heads and dice.random() < rate


def _renew(souls: list[Soul], mint: Mint, dice: Random, spec: Spec, days: tuple[int, int]) -> None:
    """Some change their handles in between; half of them keep the telephone, half something of the name."""
    for one in souls:
        if dice.random() >= 0.13 + 0.22 * spec.hardness:
            continue
        since = days[0] + int((days[1] - days[0]) * dice.uniform(0.25, 0.7))
        old, new = one.lives[0][1], mint.handles(one.language, one.province)
        phone = old.phone if dice.random() < 0.5 else new.phone
        wechat = phone if new.wechat == new.phone else new.wechat
        name = old.name + dice.choice(load_words("names")["renewed"]) if dice.random() < 0.5 else new.name
        one.lives.append(
            (since, Handles(name, one.province, phone, new.qq, wechat, new.telegram, new.email, new.likes))
        )


def build_public(spec: Spec, mint: Mint, dice: Random, members: Sequence[Soul], stop: int) -> list[Soul]:
    """Everybody else; a few of them got a handle that a member gave up months before."""
    total = max(40, spec.posts // 24)
    people = []
    for number in range(total):
        language = dice.choices(_LANGUAGES, (66, 23, 11))[0]
        province = dice.choice(spec.provinces)
        people.append(Soul(f"x{number:05d}", "", "", province, language, [(0, mint.handles(language, province))]))
    for one in members:
        if len(one.lives) == 2 and one.lives[0][1].phone != one.lives[1][1].phone and dice.random() < 0.3:
            since = one.lives[1][0] + 45 * 86_400
            if since < stop:
                heir, old = dice.choice(people), one.lives[0][1]
                mine = mint.handles(heir.language, heir.province)
                name = heir.lives[0][1].name + dice.choice("1234567890")
                wechat = mine.wechat if mine.wechat != mine.phone else mine.telegram + "x"
                likes = ("phone", "telegram") if heir.language == "en" else ("phone",)
                new = Handles(name, heir.province, old.phone, mine.qq, wechat, old.telegram, mine.email, likes)
                heir.lives.append((since, new))
                heir.lives.sort(key=lambda life: life[0])
    return people


def build_outsiders(spec: Spec, mint: Mint, dice: Random, number: int) -> list[Soul]:
    """Owners of handles that are only ever talked about: desks open to all, swindlers that people warn of."""
    return [
        Soul(f"o{n}", "", "", province, "zh", [(0, mint.handles(dice.choices(_LANGUAGES, (70, 20, 10))[0], province))])
        for n, province in enumerate(dice.choices(spec.provinces, k=number))
    ]
