"""Where people talk: sites, forums and groups with their languages, sizes and operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ringtrace.simulator.authors.fourth.people import Soul, Star
from ringtrace.simulator.authors.fourth.phrase import load_words
from ringtrace.simulator.script import Spec

_GROUP_TURN = ("telegram", "qq", "whatsapp", "qq", "qq", "telegram", "qq", "whatsapp")
_MIXES = {
    "telegram": ({"en": 0.9, "zh": 0.1}, {"zh": 0.95, "en": 0.05}, {"zh-Hant": 0.8, "en": 0.2}),
    "qq": ({"zh": 1.0},),
    "whatsapp": ({"en": 0.85, "zh-Hant": 0.15}, {"zh-Hant": 0.85, "zh": 0.15}, {"en": 1.0}, {"zh": 1.0}),
    "forum": ({"zh": 1.0}, {"en": 1.0}, {"zh-Hant": 1.0}),
    "web": ({"zh": 1.0}, {"zh": 1.0}, {"en": 1.0}, {"zh": 1.0}),
}
_SMALL = {
    "telegram": ({"en": 0.5, "zh": 0.35, "zh-Hant": 0.15},),
    "forum": ({"zh": 0.75, "en": 0.25},),
    "whatsapp": ({"en": 0.5, "zh-Hant": 0.5},),
}
"""With a single place of a kind the languages share it."""


@dataclass(slots=True)
class Venue:
    """A place before its operators have accounts. size: share of the talk; small: a closed little group."""

    key: str
    kind: str
    platform: str
    name: str
    host: str
    boards: tuple[str, ...]
    mix: dict[str, float]
    size: float
    small: bool
    operators: list[Soul]
    crowd: list[Soul]
    tastes: dict[str, float]

    @property
    def main(self) -> str:
        return max(self.mix, key=lambda language: self.mix[language])


def build_venues(spec: Spec, dice: Random, stars: Sequence[Star], public: Sequence[Soul]) -> list[Venue]:
    """All containers; each ring's operators run some of the sites and groups, strangers the rest."""
    platforms = ["web"] * spec.sites + ["forum"] * spec.forums
    platforms += [_GROUP_TURN[n % len(_GROUP_TURN)] for n in range(spec.groups)]
    operators = list({star.operator.key: star.operator for star in stars}.values())
    heads = list({star.link.key: star.link for star in stars}.values())
    used: dict[str, int] = {}
    names: set[str] = set()
    venues = []
    for number, platform in enumerate(platforms):
        nth = used[platform] = used.get(platform, -1) + 1
        alone = platforms.count(platform) == 1
        mixes = _SMALL.get(platform, _MIXES[platform]) if alone else _MIXES[platform]
        mix = mixes[nth % len(mixes)]
        main = max(mix, key=lambda language: mix[language])
        small = platform not in ("web", "forum") and nth % 3 == 2
        rulers = [dice.choice(public)]
        if platform == "web":
            rulers = [operators[nth % len(operators)]]
        elif platform != "forum" and dice.random() < 0.5:
            rulers = [dice.choice(heads + operators), *rulers]
        fit = [one for one in public if one.language in mix] or list(public)
        crowd = dice.sample(fit, min(len(fit), dice.randint(8, 14) if small and spec.groups > 5 else
                                     max(25, int(len(fit) * dice.uniform(0.05, 0.22)))))  # fmt: skip
        venues.append(Venue(
            f"v{number:02d}", {"web": "site", "forum": "forum"}.get(platform, "group"), platform,
            _name(platform, main, dice, names), _host(platform, number, dice), _boards(platform, main), mix,
            dice.uniform(0.5, 1.6) * (2.2 if platform in ("web", "forum") else 0.4 if small else 1.2), small,
            rulers, crowd, {},
        ))  # fmt: skip
    return venues


def _name(platform: str, language: str, dice: Random, names: set[str]) -> str:
    words = load_words("names_of_places")[language]
    while True:
        stem, end = dice.choice(words["stem"]), dice.choice(words["site" if platform in ("web", "forum") else "group"])
        name = (f"{stem} {end}" if language == "en" else stem + end) + ("" if len(names) < 20 else dice.choice("ABC②③"))
        if name not in names:
            names.add(name)
            return name


def _host(platform: str, number: int, dice: Random) -> str:
    if platform not in ("web", "forum"):
        return ""
    words = load_words("names_of_places")["hosts"]
    return f"{dice.choice(words['left'])}{dice.choice(words['right'])}{number}.{dice.choice(('example', 'test'))}"


def _boards(platform: str, language: str) -> tuple[str, ...]:
    return tuple(load_words("names_of_places")[language]["boards"]) if platform in ("web", "forum") else ()
