"""Everybody else: regulars and passers-by of every place, and what they talk about all day."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringtrace.simulator.authors.fifth.cast import Player
from ringtrace.simulator.authors.fifth.lexis import Scene, lexis
from ringtrace.simulator.authors.fifth.rings import Ring
from ringtrace.simulator.authors.fifth.theatre import Theatre, daytime
from ringtrace.simulator.authors.fifth.trade import Market
from ringtrace.simulator.script import Place

_DAY = 86_400
_LETTERS = "PYXZBTACDE"


@dataclass(slots=True)
class _Hall:
    place: Place
    language: str
    weight: float
    regulars: list[Player] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    recent: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Crowd:
    theatre: Theatre
    rings: list[Ring]
    places: list[Place]
    market: Market


def chatter(crowd: Crowd, lines: int) -> None:
    """Add about ``lines`` lines of talk (never more)."""
    halls = _fill_halls(crowd, lines)
    dice = crowd.theatre.dice
    _recycle(crowd)
    stop = len(crowd.theatre.lines) + lines
    weights = [hall.weight for hall in halls]
    while len(crowd.theatre.lines) < stop:
        hall = dice.choices(halls, weights)[0]
        _talk(crowd, hall, stop - len(crowd.theatre.lines))


def _fill_halls(crowd: Crowd, lines: int) -> list[_Hall]:
    """Regulars by place; some people are at home in several, and so are busy members of rings."""
    theatre = crowd.theatre
    dice = theatre.dice
    known: dict[str, list[Player]] = {"zh": [], "en": []}
    halls = []
    for place in crowd.places:
        language = theatre.language[place.key]
        room = place.key.startswith("room")
        hall = _Hall(place, language, 0.12 if room else dice.uniform(0.5, 1.7) * (0.8 if place.kind == "site" else 1))
        if not room:
            many = max(6, lines // (10 * len(crowd.places)))
            hall.regulars = [_stranger(crowd, language) for _ in range(many)]
            hall.regulars += dice.sample(known[language], min(len(known[language]), many // 6))
            known[language] += hall.regulars[: many // 2]
        for ring in crowd.rings:
            if place in crowd.market.homes[ring.key] or crowd.market.rooms.get(ring.key) is place:
                busy = ring.brokers + ring.operators + ring.helpers
                homes = crowd.market.homes[ring.key]
                hall.regulars += busy if room else [p for p in busy if place in p.haunts(homes, 3)]
                hall.regulars += [] if room else [p for p in ring.buyers + ring.suppliers if dice.random() < 0.06]
        if not hall.regulars:  # a private room of people who have nothing to do with any ring
            hall.regulars = [_stranger(crowd, language) for _ in range(5)]
        dice.shuffle(hall.regulars)
        hall.shares = [1 / (3 + at) ** 0.8 for at in range(len(hall.regulars))]
        halls.append(hall)
    return halls


def _stranger(crowd: Crowd, language: str) -> Player:
    dice = crowd.theatre.dice
    lasting = 70 if dice.random() < 0.12 else 0
    return crowd.theatre.cast.add("s", language, lasting, dice.choice((1, 1, 1, 1, 2)), dice.choice((1, 1, 1, 2)))


def _recycle(crowd: Crowd) -> None:
    """Some numbers that a ring gave up have new owners, who sell prams and kittens."""
    strangers = [player for player in crowd.theatre.cast.players if player.key[0] == "s"]
    for ring in crowd.rings:
        for broker in ring.brokers[::2]:
            if len(broker.handles) > 1 and broker.moves and strangers:
                heir = crowd.theatre.dice.choice(strangers)
                heir.handles.append((broker.moves[-1] + 20 * _DAY, broker.handles[0][1]))


def _talk(crowd: Crowd, hall: _Hall, most: int) -> None:
    theatre = crowd.theatre
    dice = theatre.dice
    scene = _choose(hall, dice.random())
    if scene is None:
        return
    parts: dict[str, Player] = {}
    for letter in _LETTERS:
        player = dice.choices(hall.regulars, hall.shares)[0]
        while player in parts.values() and len(hall.regulars) > 12:
            player = dice.choices(hall.regulars, hall.shares)[0]
        if dice.random() < 0.06 and not hall.place.key.startswith("room"):
            player = _stranger(crowd, hall.language)
        parts[letter] = player
    at = _when(hall, crowd)
    said = theatre.perform(scene, parts, [hall.place], at, limit=most)
    if scene.repeat > 1 and most > 20 and dice.random() < 0.5:
        _spread(crowd, hall, scene, parts, at)
    hall.recent = [*hall.recent[-5:], *(line.at for line in said[:1])]


def _spread(crowd: Crowd, hall: _Hall, scene: Scene, parts: dict[str, Player], at: int) -> None:
    """The same advert elsewhere, or again some days later."""
    dice = crowd.theatre.dice
    others = [place for place in crowd.places if crowd.theatre.language[place.key] == hall.language
              and place.kind in scene.where and place.key[:4] != "room"]  # fmt: skip
    for _ in range(dice.randint(1, scene.repeat)):
        at = daytime(at + int(dice.expovariate(1 / (2 * _DAY))) + 40, dice)
        if at < crowd.theatre.last:
            crowd.theatre.perform(scene, parts, [dice.choice(others)], at, limit=1)


def _when(hall: _Hall, crowd: Crowd) -> int:
    """A time of day when people write; often while others talk about something else."""
    dice = crowd.theatre.dice
    if hall.recent and dice.random() < 0.3:
        return dice.choice(hall.recent) + dice.randint(20, 900)
    day = dice.randint(crowd.theatre.cast.first, crowd.theatre.last - 2 * _DAY) // _DAY * _DAY
    hour = dice.choice((8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 20, 21, 21, 22, 23))
    return day - 8 * 3_600 + _DAY + hour * 3_600 + dice.randint(0, 3_599)


def _choose(hall: _Hall, roll: float) -> Scene | None:
    """One of the scenes that fit the place, by weight."""
    fitting = [scene for scene in lexis(hall.language).staged("") if hall.place.kind in scene.where]
    if not fitting:
        return None
    total = roll * sum(scene.weight for scene in fitting)
    for scene in fitting:
        total -= scene.weight
        if total <= 0:
            return scene
    return fitting[-1]
