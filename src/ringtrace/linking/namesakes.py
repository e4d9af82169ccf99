"""How often accounts of one name are one person in this case, as the case itself shows it.

In some evidence every name is one person's, in other evidence strangers draw their names from a few
thousand: no weight fitted elsewhere can know which. Two counts tell, and neither needs a truth: do namesakes
that give contacts of one kind give the same one, and do namesakes in one app talk side by side in one group
as often as any two accounts of that app do? A person rarely talks under one name from two accounts at once.
Then the pairs themselves are asked, by all else that is known of each (``settle``).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ringtrace.linking.identifiers import OPEN_TO_ALL
from ringtrace.linking.material import Stay
from ringtrace.linking.model import limits
from ringtrace.linking.profile import LOCAL_IDS, Profile

_MOST = 2.0
"""Most that the case's counts say of its namesakes, natural log-odds: beyond it a few more pairs change nothing."""


_ROUNDS = 300
_LEAST_SHARE = 0.001
_FEW = 50
"""Pairs at which their own word has half its weight."""


@dataclass(frozen=True, slots=True)
class Namesakes:
    """agreeing, differing: pairs of namesakes that give contacts of one kind, the same one or others.

    together: how often two namesakes of one app were active in one group over a common stretch of time;
    chance: how often so many pairs of any two accounts of their apps would have been.
    """

    agreeing: int = 0
    differing: int = 0
    together: int = 0
    chance: float = 0.0

    @property
    def odds(self) -> float:
        """Natural log-odds that namesakes are one person; where the counts say nothing, that one pair in four is.

        Four pairs with that share, and two by chance, stand beside what was counted. The more cautious of the two
        counts holds: names may be given so that no two of a group are alike, and people give several contacts.
        """
        by_contact = (self.agreeing + 1) / (self.agreeing + self.differing + 4)
        apart = max(0.0, self.chance - self.together)
        by_place = min(max((apart + 0.5) / (self.chance + 2), 0.05), 0.95)
        return max(-_MOST, min(_MOST, _log_odds(by_contact), _log_odds(by_place)))


def count_namesakes(
    profiles: Mapping[str, Profile],
    use: Mapping[tuple[str, str], tuple[str, int | None]],
    name_value: Callable[[str], float],
) -> Namesakes:
    """Count what the namesakes of a case show; use, name_value: as ``profile.Scene`` has them."""
    agreeing = differing = together = 0
    chance = 0.0
    rates = _together_by_chance(profiles)
    for left, right in _pairs(profiles, name_value):
        same, comparable = _contacts(left, right, use)
        agreeing += same
        differing += comparable and not same
        if left.platform == right.platform not in LOCAL_IDS:
            together += side_by_side(left.stays, right.stays)
            chance += rates[left.platform]
    return Namesakes(agreeing, differing, together, chance)


def _pairs(profiles: Mapping[str, Profile], name_value: Callable[[str], float]) -> Iterator[tuple[Profile, Profile]]:
    """Yield pairs of accounts with a name that says something, other ids of their app's, in order."""
    carriers: dict[str, list[str]] = defaultdict(list)
    for account, profile in sorted(profiles.items()):
        for name in profile.names:
            carriers[name].append(account)
    kept = {name for name, group in carriers.items() if 2 <= len(group) <= limits()["name_accounts"]}
    named = (combinations(carriers[name], 2) for name in sorted(kept) if name_value(name) > 0)
    for a, b in sorted({pair for pairs in named for pair in pairs}):
        left, right = profiles[a], profiles[b]
        if (left.platform, left.native) != (right.platform, right.native) or not left.native:
            yield left, right


def _contacts(
    left: Profile, right: Profile, use: Mapping[tuple[str, str], tuple[str, int | None]]
) -> tuple[bool, bool]:
    """Return (whether both claim one contact, whether they claim contacts of one kind)."""
    claimed = [
        {key for key, claim in one.claims.items() if claim.claims and use.get(key, ("", None))[0] not in OPEN_TO_ALL}
        for one in (left, right)
    ]
    kinds = [{kind for kind, _ in keys} for keys in claimed]
    return bool(claimed[0] & claimed[1]), bool(kinds[0] & kinds[1])


def side_by_side(left: Mapping[str, Stay], right: Mapping[str, Stay]) -> int:
    """Return in how many containers both were active over a common stretch of time."""
    found = 0
    for container in left.keys() & right.keys():
        (a, b, _), (c, d, _) = left[container], right[container]
        found += None not in (a, b, c, d) and max(a or 0, c or 0) < min(b or 0, d or 0)
    return found


def _together_by_chance(profiles: Mapping[str, Profile]) -> dict[str, float]:
    """Return app -> in how many containers two of its accounts were side by side, on average over all pairs."""
    accounts: dict[str, int] = defaultdict(int)
    stays: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for profile in profiles.values():
        accounts[profile.platform] += 1
        for container, (first, last, _) in profile.stays.items():
            if first is not None and last is not None and first < last:
                stays[profile.platform, container].append((first, last))
    common: dict[str, int] = defaultdict(int)
    for (app, _), times in stays.items():
        common[app] += _overlapping(times)
    return {app: common[app] / max(1, count * (count - 1) // 2) for app, count in accounts.items()}


def _overlapping(times: list[tuple[int, int]]) -> int:
    """Return how many pairs of stretches (first, last; first < last) have a common stretch.

    Of those begun before one, all but those already over overlap it.
    """
    ends = sorted(last for _, last in times)
    return sum(begun - bisect_right(ends, first) for begun, (first, _) in enumerate(sorted(times)))


def settle(counted: float, others: NDArray[np.float64]) -> float:
    """Return natural log-odds that pairs of one sort are one person here: half as ``counted``, half as the pairs say.

    counted: of namesakes as ``Namesakes.odds``, of other names beside one contact what is usual in known cases
    (``others_usual``); others: of each such pair the natural log-odds of all but this. The share
    of one person's pairs is that at which the model, told of it, finds that share again (expectation-maximisation
    of a prior: Saerens, Latinne and Decaestecker 2002); few pairs move it little. The two err in
    opposite ways, for the counts are cautious and the pairs are not independent (docs/linking.md).
    """
    if not len(others):
        return counted
    odds = counted
    for _ in range(_ROUNDS):
        share = float(np.mean(1 / (1 + np.exp(-np.clip(others + odds, -40, 40)))))
        odds = _log_odds(min(max(share, _LEAST_SHARE), 1 - _LEAST_SHARE))
    return round(counted + (odds - counted) / 2 * len(others) / (len(others) + _FEW), 6)


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))
