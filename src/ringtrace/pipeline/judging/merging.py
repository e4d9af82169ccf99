"""Many accounts made one person by one act: who is meant, what stands against it, the group of verdicts recorded."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringtrace.errors import UsageError
from ringtrace.linking.pairs import latest_verdicts
from ringtrace.pipeline.judging.second_looks import SecondLooks
from ringtrace.store.ledger import Ledger

MOST = 5_000
"""Accounts that one act may join."""
_NAMED = 5
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Chosen:
    """accounts: ids, sorted. unknown: words that name none; several: words that name accounts of several actors."""

    accounts: tuple[str, ...]
    unknown: tuple[str, ...]
    several: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Merger:
    """pairs: what would be recorded, a star round the first account; against: verdicts of no within what would be one
    person; waiting: pairs within it that the author is to judge first, not knowing what was said; bound: pairs
    on which the author may say nothing more until a third has judged; after: the latest event looked at."""

    pairs: tuple[Pair, ...]
    against: tuple[Pair, ...]
    waiting: tuple[Pair, ...]
    bound: tuple[Pair, ...]
    after: int

    def obstacles(self) -> list[str]:
        """Why it cannot be recorded, in sentences; empty when it can. What is hidden comes first, and alone."""
        for pairs, why in (
            (self.waiting, "of these, pairs wait for your own verdict first, and an answer here would tell of it"),
            (self.against, "a verdict says that these are two persons; take it back first"),
            (self.bound, "two have judged this pair without knowing of each other; a third must judge it first"),
        ):  # fmt: skip
            if pairs:
                more = f" and {len(pairs) - _NAMED:,} more" if len(pairs) > _NAMED else ""
                return [f"{why}: {', '.join(' '.join(pair) for pair in pairs[:_NAMED])}{more}"]
        return []


def choose(words: Iterable[str], accounts: Iterable[Mapping[str, Any]]) -> Chosen:
    """Find whom words mean: ids of accounts, ids of actors (all their accounts), native ids or names as written.

    A native id or name that accounts of several actors have means nobody: it is told, and an id must be given.
    accounts: rows of ``accounts``.
    """
    known: dict[str, set[str]] = defaultdict(set)
    named: dict[str, dict[str, str]] = defaultdict(dict)
    for row in accounts:
        account, actor = row["account_id"], row["actor_id"]
        known[account].add(account)
        known[actor].add(account)
        for name in {row["native_id"] or "", *row["names"]} - {""}:
            named[name][account] = actor
    found: set[str] = set()
    unknown, several = [], {}
    for word in dict.fromkeys(one.strip() for one in words):
        if word in known:
            found |= known[word]
        elif len(set(named.get(word, {}).values())) == 1:
            found |= named[word].keys()
        elif word in named:
            several[word] = tuple(sorted(named[word]))
        elif word:
            unknown.append(word)
    return Chosen(tuple(sorted(found)), tuple(unknown), several)


def plan_merger(ledger: Ledger, accounts: Sequence[str], person: str) -> Merger:
    """Return what would be recorded to make these accounts one person, and what stands against it.

    Raises UsageError for fewer than two, and for more than ``MOST``.
    """
    if not 1 < len(set(accounts)) <= MOST:
        raise UsageError(f"one act joins 2 to {MOST:,} accounts; these are {len(set(accounts)):,}")
    first, *others = sorted(set(accounts))
    after = ledger.last()
    looks, verdicts = SecondLooks.of(ledger), latest_verdicts(ledger.judgements())
    one = _joined(first, [*((first, other) for other in others), *_said(verdicts, "yes")])
    asked = sorted((s[1], s[2]) for s in looks.given if s[0] == "link" and s[1] in one and s[2] in one)
    bound = {pair for pair in asked if looks.is_bound(("link", *pair), person)}
    return Merger(
        tuple((first, other) for other in others if (first, other) not in bound),
        tuple(pair for pair in sorted(_said(verdicts, "no")) if set(pair) <= one),
        tuple(pair for pair in asked if looks.is_dealt(("link", *pair), person)),
        tuple(pair for pair in sorted(bound) if verdicts.get(pair) != "yes"),
        after,
    )  # fmt: skip


def merge(ledger: Ledger, merger: Merger, person: str, reason: str) -> int:
    """Record the verdicts as one act and return its event. Raises UsageError when something stands against it, and
    ConflictError when a verdict was given since it was planned; nothing is recorded then."""
    for obstacle in merger.obstacles():
        raise UsageError(obstacle)
    if not reason.strip():
        raise UsageError("say why these are one person")
    if not merger.pairs:
        raise UsageError("two have judged so already")
    return ledger.judge_group(merger.pairs, person, reason.strip(), time.time_ns() // 1000, merger.after)


def _said(verdicts: Mapping[Pair, str], verdict: str) -> Iterator[Pair]:
    return (pair for pair, said in verdicts.items() if said == verdict)


def _joined(start: str, pairs: Iterable[Pair]) -> set[str]:
    """Return the accounts that pairs connect with ``start``, itself included."""
    beside: dict[str, list[str]] = defaultdict(list)
    for left, right in pairs:
        beside[left].append(right)
        beside[right].append(left)
    found, waiting = {start}, [start]
    while waiting:
        for other in beside[waiting.pop()]:
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
