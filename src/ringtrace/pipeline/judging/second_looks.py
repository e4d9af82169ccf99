"""Triage by two: which things a second person judges without knowing of the first, and how far the two agree.

A fixed share of what one person has judged is dealt to somebody else, chosen by the thing's name alone, so that
neither the first nor the second can choose it. Two verdicts that differ bind nobody until a third has settled it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

from ringtrace.errors import UsageError
from ringtrace.evaluation.agreement import cohen_kappa, krippendorff_alpha
from ringtrace.model.ring import Judgement
from ringtrace.store.ledger import VERDICTS, Change, Ledger, judgements_of

SHARE = 0.25
"""Of what is judged, the share that two people judge: that of ``ringtrace label``."""
KINDS = ("post", "link")
Subject = tuple[str, ...]
BOUND = (
    "two have judged this, the second without knowing of the first, and you are one of them; until a third has judged "
    "it, both verdicts stay as they are"
)
HIDDEN = "what somebody said of this is kept from you until you have judged it yourself"
KEPT = "somebody has judged these two, and what a verdict would change would tell which way; judge them yourself first"


def give(ledger: Ledger, given: Judgement, seen: int | None = None) -> int:
    """Record a verdict, in the workbench as at the terminal, and return its event; seen: as of ``Ledger.record``.

    Whoever is asked for a second look gives it blind, beside the first, whatever version of the thing they saw: also
    when the first was given while they were writing theirs. That is told within the act that records it.
    Raises UsageError for one of two who have judged it, the second blind: a third person judges it first.
    """

    def decide(changes: Sequence[Change]) -> tuple[Judgement, int | None]:
        looks = _looks_of(ledger, changes)
        if looks.is_bound(given.subject, given.analyst):
            raise UsageError(BOUND)
        dealt = looks.is_dealt(given.subject, given.analyst)
        return replace(given, blind=dealt), None if dealt else seen

    return ledger.judge_after(given.subject, decide)


def take_back(ledger: Ledger, number: int, person: str, looks: SecondLooks, *, hides: bool = True) -> None:
    """Take back the verdict, or the whole group of them, of event ``number``.

    hides: whether verdicts are kept from the person until they have judged. Raises UsageError for a verdict that the
    person must not know, and for one of two who have judged it, the second blind.
    """
    for subject in looks.subjects.get(number, ()):
        if hides and looks.is_dealt(subject, person):
            raise UsageError(HIDDEN)
        if looks.is_bound(subject, person):
            raise UsageError(BOUND)
    ledger.undo_verdict(number, person)


def in_share(subject: Subject) -> bool:
    """Whether a second person looks at ``subject`` ("post", id), once somebody has judged it."""
    return subject[0] in KINDS and chance(subject) < SHARE


@lru_cache(maxsize=100_000)
def chance(subject: Subject) -> float:
    """A number in 0..1 that hangs on the subject's name alone, evenly spread."""
    digest = sha256("\0".join(("second look", *subject)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


@dataclass(frozen=True, slots=True)
class Opinion:
    """A verdict that stands. number: of its event."""

    number: int
    given: Judgement


@dataclass(frozen=True, slots=True)
class Pair:
    """What two said of one thing, the second without knowing of the first. third: who settled it, or None."""

    subject: Subject
    first: Opinion
    second: Opinion
    third: Opinion | None

    @property
    def people(self) -> tuple[str, str]:
        return self.first.given.analyst, self.second.given.analyst

    @property
    def same(self) -> bool:
        return self.first.given.verdict == self.second.given.verdict

    @property
    def open(self) -> bool:
        """Whether a third has to look."""
        return not self.same and self.third is None


@dataclass(frozen=True)
class SecondLooks:
    """All verdicts of a case at one moment. standing: those not taken back, in order; asked: who ever judged a thing or
    took a verdict on it back; given: all, those taken back as well; undone: events of these; versions: how often a
    thing was changed; subjects: event -> the things that it judged, of a group several."""

    standing: Mapping[Subject, tuple[Opinion, ...]]
    asked: Mapping[Subject, frozenset[str]]
    given: Mapping[Subject, tuple[Opinion, ...]] = field(default_factory=dict)
    undone: Set[int] = frozenset()
    versions: Mapping[Subject, int] = field(default_factory=dict)
    subjects: Mapping[int, tuple[Subject, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, ledger: Ledger, subject: Subject | None = None) -> SecondLooks:
        """Read the verdicts of a case from its ledger; subject: only those on one thing."""
        return Verdicts(ledger).now() if subject is None else _looks_of(ledger, ledger.verdict_changes(subject))

    def opinions(self) -> list[Opinion]:
        """Return every verdict ever given, in the order of recording."""
        return sorted((one for opinions in self.given.values() for one in opinions), key=lambda one: one.number)

    def judged(self, kind: str) -> set[Subject]:
        """Return what has a verdict that stands."""
        return {subject for subject in self.standing if subject[0] == kind}

    def is_dealt(self, subject: Subject, person: str) -> bool:
        """Whether ``person`` is asked for a second look at ``subject``, and must not see the verdict on it."""
        opinions = self.standing.get(subject, ())
        return (
            len({opinion.given.analyst for opinion in opinions}) == 1
            and person not in self.asked[subject]
            and in_share(subject)
        )

    def dealt(self, kind: str, person: str) -> list[tuple[int, Subject]]:
        """Return (first verdict's event, thing) of all that ``person`` is asked to look at, oldest first."""
        found = [
            (opinions[0].number, subject)
            for subject, opinions in self.standing.items()
            if subject[0] == kind and self.is_dealt(subject, person)
        ]
        return sorted(found)

    def pairs(self, kind: str) -> list[Pair]:
        """Return the things that two judged, the second blind, in order of the second verdict."""
        found = []
        for subject, opinions in self.standing.items():
            two = _two_of(opinions) if subject[0] == kind else None
            if two is not None:
                first, blind = two
                people = {first.given.analyst, blind.given.analyst}
                after = [one for one in opinions if one.number > blind.number and not one.given.blind]
                third = next((one for one in reversed(after) if one.given.analyst not in people), None)
                found.append(Pair(subject, first, blind, third))
        return sorted(found, key=lambda pair: pair.second.number)

    def pair(self, subject: Subject) -> Pair | None:
        return next((pair for pair in self.pairs(subject[0]) if pair.subject == subject), None)

    def is_bound(self, subject: Subject, person: str) -> bool:
        """Whether ``person`` is one of two who judged ``subject``, the second blind, and no third has judged it since.

        Each of the two has seen by then what the other said, so that neither may say or take back anything more: a
        blind verdict that was taken back and given again, not blind, would bind although two differ.
        """
        stands = {one.number for one in self.standing.get(subject, ())}
        every = self.given.get(subject, ())
        for at, blind in enumerate(every):
            others = [one for one in every[:at] if one.given.analyst != blind.given.analyst]
            if not blind.given.blind or not others:
                continue
            first = next((one for one in reversed(others) if one.number in stands), others[-1])
            two = {first.given.analyst, blind.given.analyst}
            later = {one.given.analyst for one in every[at + 1 :] if one.number in stands}
            if person in two and later <= two:
                return True
        return False

    def agreement(self, kind: str) -> dict[str, Any]:
        """Return how far two agree: judged twice, the same, kappa (None but of two people alone) and alpha."""
        pairs = self.pairs(kind)
        people = sorted({name for pair in pairs for name in pair.people})
        words = [_by_name(pair) for pair in pairs]
        kappa = cohen_kappa(words) if len(people) == 2 else math.nan
        return {
            "twice": len(pairs), "same": sum(pair.same for pair in pairs), "people": people,
            "kappa": _number(kappa), "alpha": _number(krippendorff_alpha(words)),
            "open": sum(pair.open for pair in pairs), "share": SHARE,
        }  # fmt: skip


class Verdicts:
    """The verdicts of a case as its ledger grows: what was read once is kept; shared by threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._last = 0
        self._looks: SecondLooks | None = None
        self._standing: dict[Subject, tuple[Opinion, ...]] = {}
        self._asked: dict[Subject, frozenset[str]] = {}
        self._given: dict[Subject, tuple[Opinion, ...]] = {}
        self._undone: set[int] = set()
        self._versions: dict[Subject, int] = {}
        self._subjects: dict[int, tuple[Subject, ...]] = {}

    def now(self) -> SecondLooks:
        """Return all verdicts as the ledger has them at this moment."""
        with self._lock:
            for change in self._ledger.changes(VERDICTS, self._last):
                self._last, self._looks = change.number, None
                self.take(change)
            if self._looks is None:
                self._looks = self.looks()
            return self._looks

    def take(self, change: Change) -> None:
        """Take in the next event; other kinds than verdicts and their taking back are passed over."""
        given = judgements_of(change)
        if given:
            self._subjects[change.number] = tuple(one.subject for one in given)
            for one in given:
                opinion = Opinion(change.number, one)
                for opinions in (self._standing, self._given):
                    opinions[one.subject] = (*opinions.get(one.subject, ()), opinion)
            touched = self._subjects[change.number]
        elif change.kind == "judgement_undone":
            number = int(change.payload["number"])
            touched = self._subjects.get(number, ())
            self._take_back(number, touched)
        else:
            return
        for subject in touched:
            self._asked[subject] = self._asked.get(subject, frozenset()) | {change.author}
            self._versions[subject] = self._versions.get(subject, 0) + 1

    def _take_back(self, number: int, subjects: Sequence[Subject]) -> None:
        if subjects:
            self._undone.add(number)
        for subject in subjects:
            left = tuple(one for one in self._standing[subject] if one.number != number)
            if left:
                self._standing[subject] = left
            else:
                self._standing.pop(subject)

    def looks(self) -> SecondLooks:
        """Return what was taken in so far, untouched by what comes."""
        return SecondLooks(
            dict(self._standing), dict(self._asked), dict(self._given), frozenset(self._undone), dict(self._versions),
            dict(self._subjects),
        )  # fmt: skip


def _looks_of(ledger: Ledger, changes: Sequence[Change]) -> SecondLooks:
    read = Verdicts(ledger)
    for change in changes:
        read.take(change)
    return read.looks()


def _two_of(opinions: Sequence[Opinion]) -> tuple[Opinion, Opinion] | None:
    """The first verdict that was given blind beside an earlier one of somebody else, after that earlier one."""
    for at, blind in enumerate(opinions):
        others = [one for one in opinions[:at] if one.given.analyst != blind.given.analyst]
        if blind.given.blind and others:
            return others[-1], blind
    return None


def _by_name(pair: Pair) -> tuple[str, str]:
    """The two verdicts, in the order of the people's names: kappa asks for each person's own habit."""
    first, second = sorted((pair.first, pair.second), key=lambda one: one.given.analyst)
    return first.given.verdict, second.given.verdict


def _number(found: float) -> float | None:
    return None if math.isnan(found) else round(found, 4)
