"""Where people talk: groups, forums and listing sites, each with a theme and languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from ringtrace.simulator.authors.evaluation.grammar import words
from ringtrace.simulator.script import Place, Spec

THEMES: dict[str, tuple[str, ...]] = {
    "qq": ("adopt", "mother", "local", "market", "kin", "free"),
    "telegram": ("adopt", "market", "free", "en", "local", "hant"),
    "whatsapp": ("en", "hant", "mother", "en"),
}
WEIGHTS = {"adopt": 1.3, "mother": 1.5, "local": 1.0, "market": 0.9, "kin": 0.6, "free": 1.4, "en": 0.5, "hant": 0.45}


@dataclass(slots=True)
class Venue:
    """A place with what the author must know of it.

    languages: with their shares; weight: of the ordinary talk; rank: how much rings like it.
    """

    key: str
    kind: str
    platform: str
    name: str
    theme: str
    languages: dict[str, float]
    weight: float
    rank: float
    host: str = ""
    boards: tuple[str, ...] = ()
    operators: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)

    @property
    def local(self) -> bool:
        """Whether account ids mean something only inside this place."""
        return self.platform not in ("qq", "telegram")

    def place(self) -> Place:
        """The place as the script has it."""
        return Place(
            self.key, self.kind, self.platform, self.name, self.host, tuple(sorted(self.operators)), self.boards
        )

    def language(self, rng: Random) -> str:
        """The language of one post."""
        roll = rng.random()
        for language, share in self.languages.items():
            roll -= share
            if roll < 0:
                return language
        return next(iter(self.languages))


def _languages(theme: str, platform: str) -> dict[str, float]:
    if theme == "en":
        return {"en": 0.92, "zh": 0.08}
    if theme == "hant":
        return {"hant": 0.85, "zh": 0.1, "en": 0.05}
    if platform == "qq":
        return {"zh": 0.985, "hant": 0.015}
    return {"zh": 0.9, "en": 0.04, "hant": 0.06}


def _platforms(amount: int) -> list[str]:
    """QQ leads, Telegram and WhatsApp follow; with three groups there is one of each."""
    whatsapp = max(1, amount // 5) if amount >= 3 else 0
    telegram = max(1, amount // 4) if amount >= 2 else 0
    return ["qq"] * (amount - whatsapp - telegram) + ["telegram"] * telegram + ["whatsapp"] * whatsapp


def open_venues(spec: Spec, rng: Random) -> list[Venue]:
    """All places of a spec; weights are of conversations, which run longest in forums and are single on sites."""
    lists = words("venues")
    venues: list[Venue] = []
    taken: set[str] = set()
    counters: dict[str, int] = {}
    for number, platform in enumerate(_platforms(spec.groups)):
        turn = counters.get(platform, 0)
        counters[platform] = turn + 1
        theme = THEMES[platform][turn % len(THEMES[platform])]
        name = _name(rng, lists[f"group_{theme}"], lists["tail"] if theme not in ("en", "hant") else [""], taken)
        weight = WEIGHTS[theme] * rng.lognormvariate(0, 0.5)
        rank = {"adopt": 5.0, "mother": 2.0, "market": 2.0, "local": 1.6, "en": 0.8, "hant": 0.8}.get(theme, 0.7)
        venues.append(
            Venue(f"g{number + 1:03}", "group", platform, name, theme, _languages(theme, platform), weight, rank)
        )
    _share(venues, 0.8)
    forums = [
        Venue(
            f"f{i + 1}",
            "forum",
            "forum",
            _name(rng, lists["forum"], [""], taken),
            rng.choice(("mother", "adopt", "local")),
            {"zh": 0.96, "hant": 0.03, "en": 0.01},
            rng.uniform(0.6, 1.6),
            3.0,
            f"bbs{i + 1}.{rng.choice(('luan', 'xiaozhou', 'heting', 'yinxing'))}.{rng.choice(('example', 'test'))}",
            tuple(rng.sample(lists["forum_boards"], 5)),
        )
        for i in range(spec.forums)
    ]
    _share(forums, 0.11)
    sites = [
        Venue(
            f"s{i + 1}",
            "site",
            "web",
            _name(rng, lists["site"], [""], taken),
            rng.choice(("market", "adopt")),
            {"zh": 0.93, "en": 0.04, "hant": 0.03},
            rng.uniform(0.6, 1.6),
            3.0,
            f"www.{rng.choice(('miaomu', 'jishi', 'nuanjia', 'xinxi'))}{i + 1}.{rng.choice(('example', 'test'))}",
            tuple(rng.sample(lists["site_boards"], 4)),
        )
        for i in range(spec.sites)
    ]
    _share(sites, 0.09)
    return venues + forums + sites


def _name(rng: Random, heads: list[str], tails: list[str], taken: set[str]) -> str:
    for attempt in range(200):
        name = rng.choice(heads) + rng.choice(tails) + (f" {attempt}" if attempt > 60 else "")
        if name not in taken:
            taken.add(name)
            return name
    raise AssertionError("two hundred names are enough")


def _share(venues: list[Venue], share: float) -> None:
    total = sum(venue.weight for venue in venues) or 1.0
    for venue in venues:
        venue.weight *= share / total
