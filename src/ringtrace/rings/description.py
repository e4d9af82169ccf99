"""Which cut of a connected part tells its ties in the fewest words: the judge between cuts of any fineness.

The message names first everybody's group, then how many ties cross groups, then each tie: one within a group costs as
much as naming two of its ends among the ends of that group, one across as much as naming two ends anywhere else
(``length``, in nats: a degree-corrected planted partition after Karrer and Newman 2011 and Zhang and Peixoto 2020,
with groups of any size). How many groups of which size there are is taken as known: told as well, trees of people whom
one chance tie joins come out as one, and joining two rings is the worse fault. A group that ties do not need costs its
names, a cut that is too coarse costs longer ties, so the shortest message decides how many groups there are, with
nothing to set: a hub with its spokes is one group, and a part without structure stays whole. Cuts are proposed
elsewhere; the best few are improved here by joining neighbouring groups and moving people while the message grows
shorter.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

Edge = tuple[str, str, float]
Label = dict[str, int]
_SWEEPS = 4
"""Times that everybody is asked whether another group suits them better; most settle in two."""
_LEAST = 1e-7
"""A gain in nats below which two messages are equally long: sums in another order differ by less."""


class Message:
    """The length of one cut, kept up to date while groups join and people move.

    Each tie counts once, whatever its weight; ``label`` gives everybody's group, numbered from 0.
    """

    def __init__(self, edges: Sequence[Edge], label: Mapping[str, int]) -> None:
        self.label = dict(label)
        self.ties = float(len(edges))
        self.people = len(self.label)
        groups = max(self.label.values(), default=-1) + 1
        left = np.fromiter((self.label[a] for a, _, _ in edges), np.int64, len(edges))
        right = np.fromiter((self.label[b] for _, b, _ in edges), np.int64, len(edges))
        self.size = np.bincount(np.fromiter(self.label.values(), np.int64, self.people), minlength=groups).astype(float)
        self.ends = (np.bincount(left, minlength=groups) + np.bincount(right, minlength=groups)).astype(float)
        self.within = np.bincount(left[left == right], minlength=groups).astype(float)
        self._total(groups)

    def _total(self, groups: int) -> None:
        """Sum up what joins and moves change by differences; those leave no empty group uncounted."""
        self.groups = groups
        self.inner = float(self.within.sum())
        self.square = float((self.ends**2).sum())
        self.named = math.fsum(map(_named, self.size.tolist()))
        self.told = math.fsum(map(self._told, self.within.tolist(), self.ends.tolist()))

    def length(self) -> float:
        """Return how long the message is, in nats, but for what no cut changes."""
        return self._length(self.groups, self.inner, self.square, self.named, self.told)

    def _told(self, within: float, ends: float) -> float:
        return -within * math.log(2 * self.ties / ends) if within else 0.0

    def _length(self, groups: int, inner: float, square: float, named: float, told: float) -> float:
        ties, people = self.ties, self.people
        if not ties:
            return 0.0
        outer, apart = ties - inner, 1 - square / (4 * ties * ties)
        across = outer * math.log(max(apart, 1 / (4 * ties * ties))) if outer > 0 else 0.0
        share = 0.5 * math.log(ties + 1) if groups > 1 else 0.0
        labels = math.lgamma(people + 1) - named
        return told + ties * _entropy(inner / ties) + across + share + labels

    def joined(self, one: int, other: int, between: float) -> float:
        """Return how long it would be with two groups as one. between: the ties across."""
        size, ends = self.size[one] + self.size[other], self.ends[one] + self.ends[other]
        within = self.within[one] + self.within[other] + between
        told = self.told - self._old(one) - self._old(other) + self._told(within, ends)
        named = self.named - _named(self.size[one]) - _named(self.size[other]) + _named(size)
        square = self.square + 2 * self.ends[one] * self.ends[other]
        return self._length(self.groups - 1, self.inner + between, square, named, told)

    def moved(self, one: int, other: int, mine: float, theirs: float, ends: float) -> float:
        """Return how long it would be with somebody of group one in group other.

        mine, theirs: the ties that this person has with either group; ends: all that it has.
        """
        left, right = self.ends[one] - ends, self.ends[other] + ends
        told = self.told - self._old(one) - self._old(other)
        told += self._told(self.within[one] - mine, left) + self._told(self.within[other] + theirs, right)
        sizes = (self.size[one], self.size[other], self.size[one] - 1, self.size[other] + 1)
        named = self.named - _named(sizes[0]) - _named(sizes[1]) + _named(sizes[2]) + _named(sizes[3])
        square = self.square - self.ends[one] ** 2 - self.ends[other] ** 2 + left**2 + right**2
        return self._length(self.groups - (sizes[2] == 0), self.inner - mine + theirs, square, named, told)

    def _old(self, group: int) -> float:
        return self._told(self.within[group], self.ends[group])


def _named(size: float) -> float:
    return math.lgamma(size + 1)


def _entropy(share: float) -> float:
    return -sum(part * math.log(part) for part in (share, 1 - share) if 0 < part < 1)


def length(edges: Sequence[Edge], label: Mapping[str, int]) -> float:
    """Return how long the message of a cut is, in nats, but for what no cut of the same ties changes."""
    return Message(edges, _numbered(label)).length()


def told_shorter_as_one(edges: Sequence[Edge], label: Mapping[str, int]) -> set[tuple[int, int]]:
    """Return the pairs of groups, the lower first, that are told in fewer words joined; each pair by itself."""
    names = sorted({label[actor] for left, right, _ in edges for actor in (left, right)})
    at = {name: place for place, name in enumerate(names)}
    own = {actor: at[label[actor]] for left, right, _ in edges for actor in (left, right)}
    message = Message(edges, own)
    between = Counter((min(own[a], own[b]), max(own[a], own[b])) for a, b, _ in edges if own[a] != own[b])
    return {
        (names[a], names[b]) for (a, b), ties in between.items()
        if message.joined(a, b, float(ties)) < message.length() - _LEAST
    }  # fmt: skip


def improved(edges: Sequence[Edge], label: Mapping[str, int]) -> tuple[float, Label]:
    """Return a cut that is told at least as shortly as ``label``, with its length."""
    found = _settled(edges, _merged(edges, _numbered(label)))
    found = _merged(edges, _numbered(found))
    return length(edges, found), found


def _numbered(label: Mapping[str, int]) -> Label:
    """Number the groups anew from 0, in order of their first person."""
    at: dict[int, int] = {}
    return {actor: at.setdefault(label[actor], len(at)) for actor in sorted(label)}


def _merged(edges: Iterable[Edge], label: Label) -> Label:
    """Join the two neighbouring groups that shorten the message most, until none do."""
    edges = list(edges)
    message = Message(edges, label)
    between: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for left, right, _ in edges:
        a, b = label[left], label[right]
        if a != b:
            between[a][b] += 1
            between[b][a] += 1
    into = list(range(message.groups))
    gain = {(a, b): message.joined(a, b, ties) for a, held in between.items() for b, ties in held.items() if a < b}
    while gain:
        # Lengths go stale as others join: the few best are asked again before one is taken.
        best = sorted(gain, key=lambda pair: (gain[pair], pair))[:8]
        pair = min(best, key=lambda pair: (_again(message, pair, between), pair))
        if _again(message, pair, between) >= message.length() - _LEAST:
            break
        one, other = pair
        _join(message, one, other, between)
        into = [one if to == other else to for to in into]
        gain = {p: value for p, value in gain.items() if other not in p and one not in p}
        gain.update({(min(one, to), max(one, to)): message.joined(one, to, ties) for to, ties in between[one].items()})
    return {actor: into[group] for actor, group in label.items()}


def _again(message: Message, pair: tuple[int, int], between: Mapping[int, Mapping[int, float]]) -> float:
    return message.joined(*pair, between[pair[0]][pair[1]])


def _join(message: Message, one: int, other: int, between: dict[int, dict[int, float]]) -> None:
    ties = between[one].pop(other)
    del between[other][one]
    for to, count in between.pop(other).items():
        del between[to][other]
        between[one][to] += count
        between[to][one] += count
    message.size[one] += message.size[other]
    message.ends[one] += message.ends[other]
    message.within[one] += message.within[other] + ties
    message.size[other] = message.ends[other] = message.within[other] = 0.0
    message._total(message.groups - 1)


def _settled(edges: Iterable[Edge], label: Label) -> Label:
    """Move people, in order of their names, to the neighbouring group that shortens the message most."""
    edges = list(edges)
    label = _numbered(label)
    message = Message(edges, label)
    beside: dict[str, list[str]] = defaultdict(list)
    for left, right, _ in edges:
        beside[left].append(right)
        beside[right].append(left)
    for _ in range(_SWEEPS):
        moves = 0
        for actor in sorted(beside):
            held = Counter(label[other] for other in beside[actor])
            one = label[actor]
            if len(held) == 1 and one in held:
                continue
            ends, mine = float(len(beside[actor])), float(held.pop(one, 0))
            best = min(((message.moved(one, to, mine, count, ends), to) for to, count in sorted(held.items())))
            if best[0] < message.length() - _LEAST:
                to, theirs = best[1], float(held[best[1]])
                for group, sign, ties in ((one, -1, mine), (to, 1, theirs)):
                    message.size[group] += sign
                    message.ends[group] += sign * ends
                    message.within[group] += sign * ties
                message._total(message.groups - (message.size[one] == 0))
                label[actor] = to
                moves += 1
        if not moves:
            break
    return label
