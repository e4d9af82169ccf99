"""Casts the scenes of the trade: every star gets its scenes until the share of posts is used up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random

from ringtrace.simulator.authors.fourth.ledger import Ledger
from ringtrace.simulator.authors.fourth.people import Soul, Star
from ringtrace.simulator.authors.fourth.phrase import load_words
from ringtrace.simulator.authors.fourth.plot import ROLES, Plot, trade_plots
from ringtrace.simulator.authors.fourth.venues import Venue
from ringtrace.simulator.script import Spec


class Casting:
    """Chooses who plays what where. Everybody who is not silent comes first, then everybody again."""

    def __init__(self, spec: Spec, dice: Random, ledger: Ledger, stars: Sequence[Star], souls: Sequence[Soul],
                 public: Sequence[Soul], venues: Sequence[Venue]) -> None:  # fmt: skip
        self._spec, self._dice, self._ledger, self._stars = spec, dice, ledger, stars
        self._public, self._venues = public, venues
        self._played: Counter[str] = Counter()
        self._used: Counter[str] = Counter()
        self._by_ring: defaultdict[str, list[Soul]] = defaultdict(list)
        for soul in souls:
            if not soul.silent:
                self._by_ring[soul.ring].append(soul)
        self._haunts: dict[str, list[Venue]] = {}

    def run(self, budget: int) -> int:
        """Play scenes for about ``budget`` lines; return how many lines that made."""
        made, round_ = 0, 0
        while made < budget:
            # a large star has as many more scenes as it has more people
            stars = [star for star in self._stars for _ in range(1 + len(star.leaves) // 5)]
            self._dice.shuffle(stars)
            for star in stars:
                if made >= budget:
                    break
                waiting = [one for one in (star.hub, *star.leaves) if not one.silent and not self._played[one.key]]
                if waiting or round_ > 2 or made < budget * 0.2:
                    made += self._stage(star, waiting, budget - made)
            round_ += 1
        return made

    def _stage(self, star: Star, waiting: list[Soul], room: int) -> int:
        language = star.language
        if sum(self._spec.rings) < 60:
            language = self._dice.choices(("zh", "en", "zh-Hant"), (6, 3, 2))[0]
        plots = trade_plots()[language]
        if self._dice.random() > 0.02 + 0.2 * self._spec.hardness:
            plots = tuple(plot for plot in plots if plot.kind != "cross")
        want = self._dice.choice(waiting).letters[0] if waiting else ""
        fitting = [plot for plot in plots if not want or want in plot.members] or list(plots)
        tried = self._dice.sample(fitting, min(6, len(fitting)))
        best: tuple[float, Plot, dict[str, Soul]] | None = None
        for plot in tried:
            cast = self._cast(plot, star)
            if cast is None:
                continue
            fresh = sum(1 for one in cast.values() if one.ring and not self._played[one.key])
            usual = 1 + sum(self._used[other.key] for other in plots) / len(plots)
            score = min(fresh, 4) - 1.0 * self._used[plot.key] / usual
            if best is None or score > best[0]:
                best = (score, plot, cast)
        if best is None:
            return 0
        _, plot, cast = best
        if plot.length > room + 3 and room < 4:
            return room
        self._used[plot.key] += 1
        self._played.update(cast[who].key for who in plot.cast)
        for letter, behind in (("B", star.hub), ("C", star.link)):
            cast.setdefault(letter, behind)  # who can be referred to without being there
        at = self._ledger.evening()
        return self._ledger.play(plot, cast, self._scenery(star.ring, plot.language), at, True)

    def _cast(self, plot: Plot, star: Star) -> dict[str, Soul] | None:
        cast: dict[str, Soul] = {}
        for letter in sorted(plot.cast, key=lambda letter: (letter not in "BPC", letter)):
            taken = {one.key for one in cast.values()}
            options = self._options(letter, star, taken)
            if not options:
                return None
            low = min(self._played[one.key] for one in options)
            cast[letter] = self._dice.choice([one for one in options if self._played[one.key] == low])
        return cast

    def _options(self, letter: str, star: Star, taken: set[str]) -> list[Soul]:
        letter = letter[0]  # U2 is a second buyer
        if letter not in ROLES:
            return [self._dice.choice(self._public)]
        fixed = {"B": star.hub, "P": star.operator, "C": star.link}.get(letter)
        if fixed and fixed.key not in taken and not fixed.silent:
            return [fixed]
        near = [one for one in star.leaves if letter in one.letters and not one.silent and one.key not in taken]
        if near:
            return near
        wanted = "SRV" if letter in "SRV" else letter
        ring = self._by_ring[star.ring]
        far = [one for one in ring if one.key not in taken and any(x in one.letters for x in wanted)]
        alike = [one for one in far if one.language == star.language] or far
        return self._dice.sample(alike, min(len(alike), 12))

    def _scenery(self, ring: str, language: str) -> dict[str, Venue]:
        """p, g, m, h -> places that the ring haunts, as far as there are some in that language."""
        haunts = self._haunts.get(ring) or self._choose_haunts(ring)
        self._haunts[ring] = haunts
        spoken = [v for v in haunts if language in v.mix] or [v for v in self._venues if language in v.mix] or haunts
        public = [v for v in spoken if v.kind != "group"] or [v for v in haunts if v.kind != "group"]
        groups = [v for v in spoken if v.kind == "group"] or [v for v in haunts if v.kind == "group"]
        group = self._dice.choice(groups)
        small = self._dice.choice([v for v in groups if v.small] or groups)
        other = self._dice.choice([v for v in groups if v.platform != group.platform] or groups)
        return {"p": self._dice.choice(public), "g": group, "m": small, "h": other}

    def _choose_haunts(self, ring: str) -> list[Venue]:
        public = [v for v in self._venues if v.kind != "group"]
        groups = [v for v in self._venues if v.kind == "group"]
        by_main: defaultdict[str, list[Venue]] = defaultdict(list)
        for venue in groups:
            by_main[venue.main].append(venue)
        chosen = self._dice.sample(public, max(1, round(len(public) * 0.7)))
        for venues in by_main.values():
            chosen += self._dice.sample(venues, max(1, round(len(venues) * 0.4)))
        return chosen


def announce_changes(ledger: Ledger, souls: Sequence[Soul], venues: Sequence[Venue], dice: Random, room: int) -> int:
    """New handles, half announced: by the old account or by the new one, in a group or two."""
    before = len(ledger.lines)
    for soul in souls:
        if len(soul.lives) < 2 or soul.silent or dice.random() < 0.45 or len(ledger.lines) - before >= room:
            continue
        since = soul.lives[1][0]
        at = since + dice.choice((-1, 1)) * dice.randint(3600, 5 * 86_400)
        groups = [v for v in venues if v.kind == "group" and soul.language in v.mix]
        if groups and ledger.first < at < ledger.last:
            # the words name the new handles, whichever account says them
            source = dice.choice(load_words("nouns")[soul.language]["renewed"])
            if at >= since:
                ledger.announce(soul, dice.choice(groups), at, source, soul.language)
            else:
                ledger.say_early(soul, dice.choice(groups), at, source)
    return len(ledger.lines) - before
