"""Places of the dev author and the clock of the story."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ringtrace.simulator.authors.dev.surface import words
from ringtrace.simulator.script import Place, Spec

_HOURS = (2, 1, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 9, 7, 6, 6, 6, 6, 7, 9, 11, 12, 9, 5)
"""How busy each hour of the day (China) is."""


@dataclass(frozen=True, slots=True)
class Venue:
    """ring: number of the ring that trades here, -1 for none; column: of the weights of a class."""

    place: Place
    ring: int
    language: str
    column: int
    traditional: bool = False


class Calendar:
    """Seconds UTC for days since the start, with the hours at which people write."""

    def __init__(self, spec: Spec) -> None:
        start = date.fromisoformat(spec.start)
        self.zero = int(datetime(start.year, start.month, start.day, tzinfo=UTC).timestamp()) - 8 * 3600
        self.days = spec.days

    def at(self, day: float, dice: random.Random) -> int:
        hour = dice.choices(range(24), _HOURS)[0]
        return self.zero + int(day) * 86_400 + hour * 3600 + dice.randrange(3600)

    def day(self, at: int) -> int:
        return (at - self.zero) // 86_400


def open_venues(spec: Spec, dice: random.Random) -> list[Venue]:
    """Return groups, then forums, then sites; about two groups in three see trade."""
    names = words("names")
    venues = []
    for n in range(spec.groups):
        platform = ("telegram", "qq", "whatsapp", "telegram", "qq")[n % 5]
        language = "en" if n % 10 == 2 else "zh"
        ring = n % len(spec.rings) if n % 3 != 1 or spec.groups < 6 else -1
        table = names["group"][language]["ring" if ring >= 0 else "open"]
        title = table[n % len(table)].replace("{n}", str(n // len(table) + 1)) + ("" if n < 15 else f"({n})")
        venues.append(Venue(Place(f"g{n:02}", "group", platform, title), ring, language, 1 if ring >= 0 else 0))
    for n in range(spec.forums):
        name = names["forum"]["names"][n % 5]
        place = Place(f"f{n}", "forum", "forum", name, f"bbs{n + 1}.example", (), tuple(names["forum"]["boards"]))
        venues.append(Venue(place, n % len(spec.rings), "en" if n == 2 else "zh", 2, traditional=n == 1))
    for n in range(spec.sites):
        place = Place(f"s{n}", "site", "web", names["site"]["names"][n % 6], f"www.site{n + 1}.example")
        venues.append(Venue(place, n % len(spec.rings), "zh", 3))
    return venues
