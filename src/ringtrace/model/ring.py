"""Accounts, the links between them, the actors behind them, the rings they form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ringtrace.model.span import Span

Role = Literal[
    "supplier", "recruiter", "broker", "transporter", "host", "insider", "document_provider",
    "platform_operator", "buyer", "observer", "victim_and_actor", "unknown",
]  # fmt: skip
Verdict = Literal["yes", "no", "unsure"]


@dataclass(frozen=True, slots=True)
class Weight:
    """One line of a link's waterfall: what speaks for or against, on which two quotes.

    A span is None only for the prior and for features that compare no quotes (timing).
    """

    feature: str
    log2_odds: float
    left: Span | None
    right: Span | None


@dataclass(frozen=True, slots=True)
class Link:
    """Whether two accounts are the same person: left < right (account ids)."""

    left: str
    right: str
    probability: float
    weights: tuple[Weight, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's verdict on a subject, e.g. ``("link", left, right)``. at: microseconds UTC.

    blind: given as a second look, while what somebody else had said of the subject was hidden.
    """

    subject: tuple[str, ...]
    verdict: Verdict
    analyst: str
    at: int
    reason: str
    blind: bool = False

    def beside(self, before: Judgement | None) -> Judgement:
        """Return what holds when this comes after ``before``: the later one, but nothing where a second look differs.

        Two who judged without knowing of each other bind nobody until a third has looked.
        """
        if not self.blind or before is None or before.verdict == self.verdict:
            return self
        return replace(self, verdict="unsure", reason="two people disagree")


@dataclass(frozen=True, slots=True)
class Actor:
    id: str
    accounts: tuple[str, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class RoleHeld:
    role: Role
    probability: float


@dataclass(frozen=True, slots=True)
class Membership:
    ring: str
    actor: str
    roles: tuple[RoleHeld, ...]
    stability: float


@dataclass(frozen=True, slots=True)
class Ring:
    id: str
    probability: float
    members: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class Deal:
    """Who offered what to whom through whom; every field but the basis may be unknown (None)."""

    id: str
    supplier: str | None
    broker: str | None
    buyer: str | None
    children: int
    sex: str | None
    age: str | None
    price: str | None
    place_from: str | None
    place_to: str | None
    first_at: int | None
    status: str
    probability: float
    basis: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement that the program makes; it cannot exist without the bytes it rests on."""

    id: str
    subject: str
    predicate: str
    object: str
    probability: float
    basis: tuple[Span, ...]

    def __post_init__(self) -> None:
        if not self.basis:
            raise ValueError(f"claim {self.subject} {self.predicate} {self.object} has no basis")
