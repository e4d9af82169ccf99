"""Where people meet: groups, forums and sites, their languages, and the accounts people hold there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from ringtrace.model.post import GLOBAL_ID_PLATFORMS
from ringtrace.simulator.authors.third.contact import Directory, Handles
from ringtrace.simulator.authors.third.wordfile import load_words
from ringtrace.simulator.script import Account, Place, Spec

_NAMES = load_words("names.toml")
_CYCLE = ("telegram", "qq", "whatsapp")


@dataclass(frozen=True, slots=True)
class Room:
    place: Place
    language: str
    weight: float

    def clock(self, at: int) -> int:
        """The time as the app keeps it: WhatsApp in whole minutes."""
        return at // 60 * 60 if self.place.platform == "whatsapp" else at

    def kind(self, answer: bool) -> str:
        """The contract's kind of an opening or an answer here."""
        if self.place.kind == "site":
            return "comment" if answer else "listing"
        return "message"


def draw_rooms(spec: Spec) -> list[Room]:
    """Return the places in a stable order: groups of three apps, forums, sites."""
    dice = Random(f"{spec.seed}/third/rooms")
    rooms = []
    for number in range(spec.groups):
        platform = _CYCLE[number % 3]
        english = number % 9 == 2 if platform == "whatsapp" else platform == "telegram" and number % 15 == 6
        language = "en" if english else "zh"
        name = f"{dice.choice(_NAMES[f'group_{language}'])}{' ' if english else ''}{number + 1}"
        rooms.append(Room(Place(f"G{number + 1:02}", "group", platform, name), language, dice.lognormvariate(0, 0.5)))
    for kind, count, platform in (("forum", spec.forums, "forum"), ("site", spec.sites, "web")):
        for number in range(count):
            language = "en" if number and number % 3 == 2 else "zh"
            names = _NAMES[f"{kind}_{language}"]
            name = names[number % len(names)]
            host = f"{'bbs' if kind == 'forum' else 'www'}.third{kind}{number + 1}.example"
            boards = tuple(_NAMES[f"boards_{language}"])
            place = Place(f"{kind[0].upper()}{number + 1}x", kind, platform, name, host, (), boards)
            weight = (
                (2.0 if kind == "forum" else 0.9)
                * spec.groups
                / 30
                * dice.uniform(0.7, 1.3)
                * (1 if language == "zh" else 0.6)
            )
            rooms.append(Room(place, language, weight))
    return rooms


def moment(spec: Spec) -> tuple[int, int]:
    """First and last second (UTC) of the period, which ends with the day before the operation at the latest."""
    start = datetime.fromisoformat(spec.start).replace(tzinfo=UTC) - timedelta(hours=8)
    stop = start + timedelta(days=spec.days)
    acts = datetime.fromisoformat(spec.operation).replace(tzinfo=UTC) - timedelta(hours=8)
    return int(start.timestamp()), int(min(stop, acts).timestamp())


class Accounts:
    """Everybody's accounts, made when first used. Turnover: some come back under a new id."""

    def __init__(self, spec: Spec, directory: Directory) -> None:
        self._spec, self._directory = spec, directory
        self._dice = Random(f"{spec.seed}/third/accounts")
        self._start, self._stop = moment(spec)
        self._made: dict[tuple[str, str, int], Account] = {}
        self._taken: defaultdict[str, set[str]] = defaultdict(set)
        self._moves: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._by_key: dict[str, Account] = {}

    @property
    def all(self) -> tuple[Account, ...]:
        return tuple(self._made.values())

    def by_key(self, key: str) -> Account:
        return self._by_key[key]

    def account(self, person: str, room: Room, at: int, language: str, handles: Handles, member: bool) -> Account:
        """Return the account with which ``person`` speaks in that room at that time."""
        place = room.place
        if person not in self._moves:
            chance = (0.12 + 0.3 * self._spec.hardness) if member else 0.03
            span = self._stop - self._start
            moves = self._dice.random() < chance
            self._moves[person] = self._start + int(span * self._dice.uniform(0.25, 0.8)) if moves else self._stop + 1
        turn = int(at >= self._moves[person])
        world = place.platform if place.platform in GLOBAL_ID_PLATFORMS else place.key
        key = (person, world, turn)
        if key not in self._made:
            self._made[key] = made = self._new(key, place, language, handles)
            self._by_key[made.key] = made
        return self._made[key]

    def _new(self, key: tuple[str, str, int], place: Place, language: str, handles: Handles) -> Account:
        person, world, turn = key
        native = ""
        if place.platform == "qq":
            native = handles.qq if handles.qq and not turn else self._directory.qq()
        elif place.platform == "telegram":
            native = "user" + self._directory.user_number()
        name = self._names.get(person, "")
        if not name or (turn and self._dice.random() < 0.6):
            name = self._names[person] = nickname(language, self._dice)
        if place.platform == "whatsapp" and self._dice.random() < 0.35:
            number = f"+86 {handles.phone[:3]} {handles.phone[3:7]} {handles.phone[7:]}"
            name = name if number in self._taken[world] else number
        while not native and name in self._taken[world]:
            name += self._dice.choice("abcdefghk23456789") if language == "en" else self._dice.choice("儿了也呀2345678")
        if not native:
            self._taken[world].add(name)
        return Account(f"A-{person}-{world}-{turn}", person, place.platform, native, name)


def nickname(language: str, dice: Random) -> str:
    if language == "en":
        return str(dice.choice(_NAMES["en_first"]) + dice.choice(_NAMES["en_last"]))
    first, last = dice.choice(_NAMES["nick_first"]), dice.choice(_NAMES["nick_last"])
    return str(first + last + dice.choice(_NAMES["nick_mark"]))


def with_operators(rooms: list[Room], operators: dict[str, tuple[str, ...]]) -> tuple[Place, ...]:
    return tuple(replace(room.place, operators=operators.get(room.place.key, ())) for room in rooms)
