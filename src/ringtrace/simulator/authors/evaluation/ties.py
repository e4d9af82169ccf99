"""Who of a ring can be found from what the evidence shows, and no more than that."""

from __future__ import annotations

from ringtrace.simulator.authors.evaluation.cast import Ring
from ringtrace.simulator.authors.evaluation.notebook import Notebook, Written

CONTACTS = ("phone", "qq", "wechat", "telegram", "email")


class Union:
    """Sets that grow together."""

    def __init__(self) -> None:
        self.above: dict[str, str] = {}

    def find(self, key: str) -> str:
        """The head of a key's set."""
        head = key
        while self.above.setdefault(head, head) != head:
            head = self.above[head]
        while self.above[key] != head:
            self.above[key], key = head, self.above[key]
        return head

    def join(self, left: str, right: str) -> None:
        """Makes one set of two."""
        a, b = self.find(left), self.find(right)
        if a != b:
            self.above[max(a, b)] = min(a, b)


def owners(book: Notebook, rings: list[Ring]) -> dict[tuple[str, str], set[str]]:
    """Which ring members show a handle as their own, or have it as the id of an account that speaks."""
    shown: dict[tuple[str, str], set[str]] = {}
    for entry in book.written:
        if entry.actor.ring < 0:
            continue
        for mention in entry.line.mentions:
            if mention.owner == "self" and mention.kind in CONTACTS:
                shown.setdefault((mention.kind, mention.value), set()).add(entry.actor.key)
    for ring in rings:
        for actor in ring.members:
            for account in actor.accounts.values():
                if account.platform == "qq":
                    shown.setdefault(("qq", account.native), set()).add(actor.key)
    return shown


def reached(book: Notebook, rings: list[Ring]) -> set[str]:
    """Keys of the members whom visible ties join to the largest part of their ring."""
    ring_of = {actor.key: ring.index for ring in rings for actor in ring.members}
    by_line = {entry.line.key: entry for entry in book.written}
    shown = {handle: sorted(people & ring_of.keys()) for handle, people in owners(book, rings).items()}
    union = Union()

    def tie(left: str, right: str) -> None:
        if left in ring_of and ring_of[left] == ring_of.get(right):
            union.join(left, right)

    for people in shown.values():
        for left in people:
            for right in people:
                tie(left, right)
    for entry in book.written:
        if entry.kind.startswith("trade"):
            target = by_line.get(entry.line.reply_to)
            if target is not None and target.kind.startswith("trade"):
                tie(entry.actor.key, target.actor.key)
            for handle in _named(entry):
                for other in shown.get(handle, ()):
                    tie(entry.actor.key, other)
    return _largest(union, rings)


def _named(entry: Written) -> list[tuple[str, str]]:
    """The handles of others that a line names."""
    return [(m.kind, m.value) for m in entry.line.mentions if m.owner == "other" and m.kind in CONTACTS]


def _largest(union: Union, rings: list[Ring]) -> set[str]:
    found: set[str] = set()
    for ring in rings:
        parts: dict[str, list[str]] = {}
        for actor in ring.members:
            if actor.accounts and actor.key in union.above:
                parts.setdefault(union.find(actor.key), []).append(actor.key)
        if parts:
            best = max(parts.values(), key=lambda keys: (len(keys), min(keys)))
            if len(best) > 1:
                found.update(best)
    return found
