"""The same conversation exported twice, by other means or from two phones: one set of posts, both sources kept.

What two exports hold in common is found by their messages: texts that stand once in each. Two exports are
the same conversation when they have the same name on the same platform (or are talks of two people), no
different numbers of a group, and most of what the smaller one says in the time they share stands in the
other too, at one distance in time. That distance is also how far one clock is from the other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import median_low
from typing import Any

CHATS = ("discord", "instagram", "line", "messenger", "qq", "signal", "telegram", "wechat", "whatsapp")
_LEAST_SHARED = 5  # messages: fewer may be greetings that any two groups hold
_LEAST_SHARE = 0.6  # of what the smaller export says in the time both cover
_LEAST_AGREEMENT = 0.8  # share of the common messages that stand at the common distance in time
_LONGEST_ALIKE = 8  # exports that may hold a text before it says nothing any more
_SHORT = 4  # code points; "ok" stands in every chat
SLACK = 60_000_000  # microseconds: exports that write minutes only


@dataclass
class Export:
    """One conversation as one file of evidence has it: rows in order of the table."""

    key: tuple[str, str]
    rows: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Pair:
    """Two exports of one conversation. offset: microseconds to add to ``left`` to get to ``right``."""

    left: Export
    right: Export
    offset: int
    shared: int
    agreeing: int


def folded(name: str) -> str:
    """Return a conversation's name as it is compared: no blanks, no case, no ending of a file."""
    return "".join(name.split()).casefold().removesuffix(".txt").removesuffix(".html").removesuffix(".json")


class Conversations:
    """Finds which exports hold the same conversation."""

    def __init__(self, rows: dict[str, list[Any]]) -> None:
        self.rows = rows
        self.exports: dict[tuple[str, str], Export] = {}
        for at, (container, evidence) in enumerate(zip(rows["container"], rows["evidence_id"], strict=True)):
            for file in sorted({evidence, *(span["evidence_id"] for span in rows["sources"][at])}):
                self.exports.setdefault((container, file), Export((container, file))).rows.append(at)

    def pairs(self) -> list[Pair]:
        """Return the pairs that are one conversation, in a stable order."""
        shared: dict[tuple[tuple[str, str], tuple[str, str]], list[tuple[int, int]]] = defaultdict(list)
        for holders in self._marks().values():
            if 1 < len(holders) <= _LONGEST_ALIKE:
                for (left, a), (right, b) in combinations(sorted(holders.items()), 2):
                    shared[left, right].append((a, b))
        found = []
        for (left, right), common in sorted(shared.items()):
            pair = self._pair(self.exports[left], self.exports[right], common)
            if pair is not None:
                found.append(pair)
        return found

    def _marks(self) -> dict[tuple[str, str, str], dict[tuple[str, str], int]]:
        """Return text -> export -> row, for texts that stand once in an export."""
        holders: dict[tuple[str, str, str], dict[tuple[str, str], int]] = defaultdict(dict)
        for key in sorted(self.exports):
            once: dict[tuple[str, str, str], int] = {}
            for at in self.exports[key].rows:
                mark = self._mark(at)
                if len(mark[2]) >= _SHORT and self.rows["sent_at"][at] is not None:
                    once[mark] = -1 if mark in once else at
            for mark, at in once.items():
                if at >= 0:
                    holders[mark][key] = at
        return holders

    def _mark(self, at: int) -> tuple[str, str, str]:
        return self.rows["platform"][at], self.rows["kind"][at], "".join(self.rows["text"][at].split())

    def _pair(self, left: Export, right: Export, common: Sequence[tuple[int, int]]) -> Pair | None:
        if left.key[1] == right.key[1] or len(common) < _LEAST_SHARED or not self._may_be_one(left, right):
            return None
        sent = self.rows["sent_at"]
        distances = [sent[b] - sent[a] for a, b in common]
        offset = median_low(distances)
        agreeing = sum(abs(distance - offset) <= SLACK for distance in distances)
        if agreeing < _LEAST_AGREEMENT * len(common) or self._share(left, right, offset) < _LEAST_SHARE:
            return None
        return Pair(left, right, 0 if abs(offset) <= SLACK else offset, len(common), agreeing)

    def _may_be_one(self, left: Export, right: Export) -> bool:
        a, b = left.rows[0], right.rows[0]
        if left.key[0] == right.key[0]:
            return True
        name = self.rows["container_name"]
        if folded(name[a]) == folded(name[b]):
            return True
        return max(self._people(left), self._people(right)) <= 2

    def _people(self, export: Export) -> int:
        return len({self.rows["account_id"][at] for at in export.rows} - {""})

    def _share(self, left: Export, right: Export, offset: int) -> float:
        """Share of the smaller export's messages, in the time both cover, that the other one has as well."""
        sent = self.rows["sent_at"]
        times = [
            sorted(sent[at] + shift for at in export.rows if sent[at] is not None)
            for export, shift in ((left, offset), (right, 0))
        ]
        first, last = max(one[0] for one in times) - SLACK, min(one[-1] for one in times) + SLACK
        sides = []
        for export, shift in ((left, offset), (right, 0)):
            within = [a for a in export.rows if sent[a] is not None and first <= sent[a] + shift <= last]
            sides.append(Counter(self._mark(at) for at in within))
        smaller = min(sides, key=lambda side: side.total())
        return (sides[0] & sides[1]).total() / max(1, smaller.total())
