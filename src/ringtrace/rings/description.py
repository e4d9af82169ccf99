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

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

Edge = tuple[str, str, float]
Label = dict[str, int]
Pair = tuple[int, int]
_SWEEPS = 4
"""Times that everybody is asked whether another group suits them better; most settle in two."""
_FEW, _NEAR = 8, 256
"""Pairs that are asked again before one is joined; neighbours of a group that has grown that are asked at once."""
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
        self.groups = max(self.label.values(), default=-1) + 1
        left = np.fromiter((self.label[a] for a, _, _ in edges), np.int64, len(edges))
        right = np.fromiter((self.label[b] for _, b, _ in edges), np.int64, len(edges))
        homes = np.fromiter(self.label.values(), np.int64, self.people)
        self.size, self.ends, self.within = (
            counts.astype(float).tolist()
            for counts in (
                np.bincount(homes, minlength=self.groups),
                np.bincount(left, minlength=self.groups) + np.bincount(right, minlength=self.groups),
                np.bincount(left[left == right], minlength=self.groups),
            )
        )
        self.inner = math.fsum(self.within)
        self.square = math.fsum(ends * ends for ends in self.ends)
        self._names = list(map(_named, self.size))
        self._tolds = list(map(self._told, self.within, self.ends))
        self._total()

    def _total(self) -> None:
        """Sum up what groups cost: all anew, for sums that follow each change would drift."""
        self.named, self.told = math.fsum(self._names), math.fsum(self._tolds)

    def set_groups(self, *groups: tuple[int, float, float, float]) -> None:
        """Take over what some groups have become: (number, people, ends, ties within)."""
        for group, size, ends, within in groups:
            self.groups += (size > 0) - (self.size[group] > 0)
            self.inner += within - self.within[group]
            self.square += ends * ends - self.ends[group] * self.ends[group]
            self.size[group], self.ends[group], self.within[group] = size, ends, within
            self._names[group], self._tolds[group] = _named(size), self._told(within, ends)
        self._total()

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
        told = self.told - self._tolds[one] - self._tolds[other] + self._told(within, ends)
        named = self.named - self._names[one] - self._names[other] + _named(size)
        square = self.square + 2 * self.ends[one] * self.ends[other]
        return self._length(self.groups - 1, self.inner + between, square, named, told)

    def moved(self, one: int, other: int, mine: float, theirs: float, ends: float) -> float:
        """Return how long it would be with somebody of group one in group other.

        mine, theirs: the ties that this person has with either group; ends: all that it has.
        """
        left, right = self.ends[one] - ends, self.ends[other] + ends
        told = self.told - self._tolds[one] - self._tolds[other]
        told += self._told(self.within[one] - mine, left) + self._told(self.within[other] + theirs, right)
        sizes = (self.size[one], self.size[other], self.size[one] - 1, self.size[other] + 1)
        named = self.named - _named(sizes[0]) - _named(sizes[1]) + _named(sizes[2]) + _named(sizes[3])
        square = self.square - self.ends[one] ** 2 - self.ends[other] ** 2 + left**2 + right**2
        return self._length(self.groups - (sizes[2] == 0), self.inner - mine + theirs, square, named, told)


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
    joining = _Joining(Message(edges, label), edges, label)
    while (pair := joining.best()) is not None:
        joining.join(*pair)
    return _numbered({actor: joining.home(group) for actor, group in label.items()})


class _Joining:
    """Neighbouring groups, and by how much the message would shrink were two of them one.

    That goes stale as others join, as little as the whole message changes by one group: the few best are asked again
    before one is taken, and everybody once more before the end. So a star of ten thousand takes seconds.
    """

    def __init__(self, message: Message, edges: Iterable[Edge], label: Label) -> None:
        self._message = message
        self._into = list(range(message.groups))
        self._between: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for left, right, _ in edges:
            a, b = label[left], label[right]
            if a != b:
                self._between[a][b] += 1
                self._between[b][a] += 1
        self._asked: dict[Pair, float] = {}
        self._waiting: list[tuple[float, Pair]] = []
        self._ask_all()

    def home(self, group: int) -> int:
        """Return the group that ``group`` is part of by now."""
        while self._into[group] != group:
            self._into[group] = group = self._into[self._into[group]]
        return group

    def best(self) -> Pair | None:
        """Return the two groups that shorten the message most; None where none do."""
        found = self._best_of_few()
        if found is None:
            self._ask_all()
            found = self._best_of_few()
        return found

    def join(self, one: int, other: int) -> None:
        """Make ``other`` part of ``one``, or the other way round: who has more neighbours stays."""
        if len(self._between[one]) < len(self._between[other]):
            one, other = other, one
        message, self._into[other] = self._message, one
        ties = self._between[one].pop(other)
        del self._between[other][one], self._asked[min(one, other), max(one, other)]
        touched = self._between.pop(other)
        for to, count in touched.items():
            del self._between[to][other], self._asked[min(other, to), max(other, to)]
            self._between[one][to] += count
            self._between[to][one] += count
        message.set_groups(
            (one, message.size[one] + message.size[other], message.ends[one] + message.ends[other],
             message.within[one] + message.within[other] + ties),
            (other, 0.0, 0.0, 0.0),
        )  # fmt: skip
        beside = self._between[one]
        for to in beside if len(beside) <= _NEAR else touched:
            self._ask((min(one, to), max(one, to)))

    def _best_of_few(self) -> Pair | None:
        few: list[Pair] = []
        while self._waiting and len(few) < _FEW:
            told, pair = heapq.heappop(self._waiting)
            if self._asked.get(pair) == told and pair not in few:
                few.append(pair)
        for pair in few:
            self._ask(pair)
        best = min(few, key=lambda pair: (self._asked[pair], pair), default=None)
        return best if best is not None and self._asked[best] < -_LEAST else None

    def _ask(self, pair: Pair) -> None:
        told = self._message.joined(*pair, self._between[pair[0]][pair[1]]) - self._message.length()
        self._asked[pair] = told
        heapq.heappush(self._waiting, (told, pair))

    def _ask_all(self) -> None:
        self._waiting.clear()
        for one in sorted(self._between):
            for other in sorted(self._between[one]):
                if one < other:
                    self._ask((one, other))


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
                message.set_groups(
                    (one, message.size[one] - 1, message.ends[one] - ends, message.within[one] - mine),
                    (to, message.size[to] + 1, message.ends[to] + ends, message.within[to] + theirs),
                )
                label[actor] = to
                moves += 1
        if not moves:
            break
    return label
