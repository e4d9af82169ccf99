"""Which counts of a statement stay unprinted, so that no small count can be worked out from all that was ever printed.

A count below its threshold is not printed, nor a count that differs by less than the threshold from what
was printed before: the difference would tell of single persons. Then further counts are left out until a
linear program over everything printed so far leaves each of them a wide enough interval. Counts that some
issuer has published are known to everybody: they are always printed and count as printed for the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ringtrace.statement.bounds import Constraint, Knowledge, Terms

CHILDREN = 10
ADULTS = 5
"""A count below these is small: fewer than ten children, fewer than five adults."""
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Count:
    """One count of the statement that is being made.

    value: the true count. threshold: below it (and above zero) the count is small.
    before: values of the same count that were printed earlier. public: an issuer printed this very value.
    last: print it unless nothing else protects a small count (a total). left: not to be printed, whatever it is.
    """

    key: str
    value: int
    threshold: int
    before: tuple[int, ...] = ()
    public: bool = False
    last: bool = False
    left: bool = False

    @property
    def is_small(self) -> bool:
        return 0 < self.value < self.threshold

    @property
    def is_near(self) -> bool:
        return any(0 < abs(self.value - earlier) < self.threshold for earlier in self.before)


@dataclass(frozen=True, slots=True)
class Target:
    """A sum of counts that nobody may work out: a small count, or a small change since an earlier statement."""

    terms: Terms
    threshold: int


@dataclass(frozen=True, slots=True)
class Protection:
    """small: unprinted for their own sake, or because they were left out. complementary: unprinted to protect others.

    protects: complementary key -> what it was left out for, first.
    exposed: targets that follow from what was printed before or by others; nothing unprinted now can help.
    """

    small: frozenset[str]
    complementary: frozenset[str]
    exposed: tuple[Target, ...]
    protects: Mapping[str, Target] = field(default_factory=dict)

    @property
    def unprinted(self) -> frozenset[str]:
        return self.small | self.complementary


def protect(
    counts: Sequence[Count],
    constraints: Sequence[Constraint],
    printed: Mapping[str, int],
    targets: Iterable[Target] = (),
    least: Mapping[str, int] | None = None,
) -> Protection:
    """Choose the counts to leave unprinted.

    constraints: over the keys of ``counts`` and of earlier statements. printed: key -> value of what is
    known already. targets: what must stay protected besides the small counts here (earlier small counts,
    changes since earlier statements). least: key -> what anybody knows a count to be at least.
    """
    by_key = {count.key: count for count in counts}
    small = {count.key for count in counts if count.left or ((count.is_small or count.is_near) and not count.public)}
    wanted = [Target({c.key: 1}, c.threshold) for c in counts if c.key in small and c.is_small]
    wanted += [target for target in targets if not _printed(target, printed, by_key, small)]
    known = {**printed, **{c.key: c.value for c in counts if c.key not in small or c.public}}
    knowledge, added, exposed = Knowledge(constraints, known, least), dict[str, Target](), []
    for target in wanted:
        while (short := _shortage(knowledge, target)) > 0:
            choice = _complement(knowledge, target, by_key, short)
            if choice is None:
                exposed.append(target)
                break
            added[choice] = target
            del knowledge.known[choice]
    return Protection(frozenset(small), frozenset(added), tuple(exposed), added)


def is_protected(knowledge: Knowledge, target: Target) -> bool:
    """Whether all that is known leaves ``target`` an interval that reaches the threshold and is half as wide."""
    return _shortage(knowledge, target) <= 0


def _shortage(knowledge: Knowledge, target: Target) -> float:
    """By how much the interval is too narrow; 0 or less when it is wide enough."""
    least, most = knowledge.interval(target.terms)
    reach = target.threshold - max(abs(least), abs(most))
    width = target.threshold / 2 - (most - least)
    return max(reach, width) - _TOLERANCE


def _printed(target: Target, printed: Mapping[str, int], counts: Mapping[str, Count], small: set[str]) -> bool:
    """Whether everybody can read the target already: all its counts are printed, earlier or by others."""
    return all(key in printed or (key in counts and counts[key].public and key not in small) for key in target.terms)


def _complement(knowledge: Knowledge, target: Target, counts: Mapping[str, Count], short: float) -> str | None:
    """The printed count to leave out next: one near the target, as small as will do, a total only at the end."""
    free = [key for key in target.terms if key not in knowledge.known]
    near = knowledge.neighbours(free or list(target.terms))
    able = [counts[key] for key in near if key in knowledge.known and key in counts and not counts[key].public]
    if not able:
        return None
    return min(able, key=lambda c: (c.last, c.value < short, c.value if c.value >= short else -c.value, c.key)).key
