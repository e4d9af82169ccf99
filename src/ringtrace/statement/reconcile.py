"""Sets published figures beside each other: agrees, differs, not comparable, unallocated.

Nothing is chosen silently: each pair that speaks of the same thing gets a verdict with a reason.
Figures of different stories (contexts) are never compared; parts are never added across sources
that may be copies of one release.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations

from ringtrace.model.figure import Figure, Reconciliation, ReconciliationVerdict
from ringtrace.statement.events import Event, find_events
from ringtrace.text.places.divisions import contains

_OPEN = ("suspects", "children")
_SOMEWHERE = frozenset({"", "arrested", "detained", "rescued", "found"})  # what happens at a place of its own
_GROWING = frozenset({"identified", "found", "reunited", "placed", "charged", "convicted"})
"""What is done one after the other once the event is over; later reports tell more of it."""
_STRANGE = "the reports of the parts do not tell that total, so they may count another action"
_BEFORE = frozenset({"sold", "bought", "abducted", "reported"})
_SIMILAR = ({"arrested", "detained"}, {"rescued", "found", "reunited"})


def reconcile(figures: Sequence[Figure], place_name: Callable[[str], str] = str) -> list[Reconciliation]:
    """Return a verdict for every pair of figures that could be taken for each other, and remainders.

    place_name: division code -> words, for the reasons.
    """
    main = sorted((f for f in figures if not f.context), key=lambda f: (f.quantity, f.place, f.status, f.id))
    events = find_events(main)
    found: list[Reconciliation] = []
    for event in events:
        found.extend(_within(event))
        for quantity in _OPEN:
            found.extend(_remainders(quantity, event.figures, place_name, unplaced=event is events[0]))
    found.extend(_apart(events))
    found.extend(_sums_of_cases(figures))
    found.extend(_other_stories(figures))
    return sorted(found, key=lambda r: (r.left, r.right, r.verdict, r.reason))


def _within(event: Event) -> list[Reconciliation]:
    """Compare the figures of one event that could be taken for each other."""
    groups: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    for figure in event.figures:
        if figure.quantity != "price":  # each child had a price of its own
            groups[figure.quantity, figure.unit, figure.place].append(figure)
    found = []
    for group in groups.values():
        subsets = _sums_of_parts(group)
        found += subsets
        summed = {(r.left, r.right) for r in subsets}
        for left, right in combinations(group, 2):
            if not {(left.id, right.id), (right.id, left.id)} & summed and (verdict := _compare(left, right)):
                found.append(verdict)
    return found


def _sums_of_parts(group: Sequence[Figure]) -> list[Reconciliation]:
    """One source that tells a whole and its parts by kind ("9, of them 6 girls and 3 boys")."""
    found = []
    for whole in group:
        parts = [
            f for f in group
            if f.id != whole.id and f.status == whole.status and _same_source(f, whole)
            and f.population != whole.population and Decimal(f.value) < Decimal(whole.value)
        ]  # fmt: skip
        kinds = {f.population: f for f in parts}
        placed = sum((Decimal(f.value) for f in kinds.values()), Decimal(0))
        if len(kinds) > 1 and placed == Decimal(whole.value):
            listed = " + ".join(f.value for f in kinds.values())
            reason = f"the kinds told in one source add up: {listed} = {whole.value}"
            found += [_verdict(whole, part, "agrees", "", reason) for part in kinds.values()]
    return found


def _same_source(left: Figure, right: Figure) -> bool:
    return left.span is not None and right.span is not None and left.span.evidence == right.span.evidence


def _apart(events: Sequence[Event]) -> list[Reconciliation]:
    """Say of figures in other events than the largest why they are not set against it."""
    if not events:
        return []
    main = {(f.quantity, f.status, f.place): f for f in reversed(events[0].figures)}
    found = []
    for event in events[1:]:
        for figure in event.figures:
            mate = main.get((figure.quantity, figure.status, figure.place))
            if mate is not None and figure.quantity in _OPEN and figure.status:
                reason = "no common figure or date ties the two reports to one event"
                found.append(_verdict(mate, figure, "not_comparable", "", reason))
    return found


def _compare(left: Figure, right: Figure) -> Reconciliation | None:
    if left.status != right.status:
        if any({left.status, right.status} <= alike for alike in _SIMILAR):
            reason = f"one counts the {left.status}, the other the {right.status}; they are different numbers"
            return _verdict(left, right, "not_comparable", "", reason)
        return None
    if left.quantity in _OPEN and (not left.status or left.status in _BEFORE) and not _same_source(left, right):
        return None  # what an operation did about them is not said: each report tells of children of its own
    if left.quantity in _OPEN and not left.status:
        return None
    if left.period_start and right.period_start and left.period_start != right.period_start:
        reason = f"they are dated differently: {left.period_start} and {right.period_start}"
        return _verdict(left, right, "not_comparable", "", reason)
    return _weigh_exact(left, right) if left.bound == right.bound == "exact" else _weigh_bounds(left, right)


def _weigh_exact(left: Figure, right: Figure) -> Reconciliation | None:
    a, b = Decimal(left.value), Decimal(right.value)
    if a != b and _same_source(left, right) and left.population != right.population:
        return None  # one source contradicts itself seldom: it counts another kind
    if a != b and left.status in _GROWING and left.as_of and right.as_of and left.as_of != right.as_of:
        return _weigh_series(left, right)
    if a != b and _same_source(left, right):
        return _both_told(left, right)
    if a != b:
        days = ""
        if left.as_of and right.as_of and left.as_of != right.as_of:
            days = f"; they are counted as of {left.as_of} and {right.as_of}"
        return _verdict(
            left, right, "differs", str(abs(a - b)), f"one says {left.value}, the other {right.value}{days}"
        )
    where = (
        "in one source"
        if _same_source(left, right)
        else "in two sources, which may be copies of one release: one witness"
    )
    return _verdict(left, right, "agrees", "", f"both say {left.value}, {where}")


def _both_told(left: Figure, right: Figure) -> Reconciliation:
    """One source hardly ever contradicts itself: it tells a part, or other people; sums are checked apart."""
    reason = f"one source tells both {left.value} and {right.value}: a part of the other, or other people"
    return _verdict(left, right, "not_comparable", "", reason)


def _weigh_series(left: Figure, right: Figure) -> Reconciliation:
    """Two states of a count that grows after the event: the later may be larger, never smaller."""
    early, late = sorted((left, right), key=lambda f: (f.as_of, f.id))
    a, b = Decimal(early.value), Decimal(late.value)
    states = f"{early.value} as of {early.as_of}, {late.value} as of {late.as_of}"
    if b >= a:
        return _verdict(left, right, "not_comparable", "", f"two states of one count: {states}")
    return _verdict(left, right, "differs", str(a - b), f"a count that can only grow has shrunk: {states}")


def _weigh_bounds(left: Figure, right: Figure) -> Reconciliation:
    a, b = Decimal(left.value), Decimal(right.value)
    lower, other = (left, right) if left.bound == "at_least" else (right, left)
    if lower.bound == "at_least":
        holds = Decimal(other.value) >= Decimal(lower.value)
        reason = f"{other.value} is {'' if holds else 'not '}in line with the lower bound {lower.value}"
    else:
        holds = abs(a - b) <= max(a, b) / 10
        reason = f"{left.value} and {right.value}: one is only approximate"
    if not holds and _same_source(left, right):
        return _both_told(left, right)
    return _verdict(left, right, "agrees" if holds else "differs", "" if holds else str(abs(a - b)), reason)


def _remainders(
    quantity: str, main: Sequence[Figure], place_name: Callable[[str], str], *, unplaced: bool
) -> list[Reconciliation]:
    """What of a total no source gives a province; each province's largest stated part counts once.

    unplaced: say so, too, where no part of any total has a place.
    """
    found: list[Reconciliation] = []
    whole_unplaced: list[Reconciliation] = []
    mine = [f for f in main if f.quantity == quantity]
    whole_statuses = {f.status for f in mine if not f.place and f.bound == "exact" and f.status in _SOMEWHERE}
    custody = _one_custody(mine)
    for status in sorted(whole_statuses - (custody - {"arrested"})):
        counted = custody if status in custody else {status}
        totals = [f for f in mine if not f.place and f.status == status and f.bound == "exact"]
        parts: dict[str, Figure] = {}
        for part in mine:
            fits = part.place and part.bound == "exact" and (part.status in counted or not part.status)
            if fits and (part.place not in parts or Decimal(part.value) > Decimal(parts[part.place].value)):
                parts[part.place] = part
        total = max(totals, key=lambda f: (Decimal(f.value), f.id))
        strangers = [part for part in parts.values() if _is_stranger(part, total, mine)]
        for part in strangers:
            reason = f"{place_name(part.place)} {part.value} is no part of the total of {total.value}: " + _STRANGE
            found.append(_verdict(total, part, "not_comparable", "", reason))
        parts = {place: part for place, part in parts.items() if part not in strangers}
        parts = {place: part for place, part in parts.items() if not _is_inside_another(place, parts)}
        left = Decimal(total.value) - _sum(parts.values())
        if left < 0:  # a part that says no status of its own may be part of another total
            parts = {place: part for place, part in parts.items() if part.status in counted}
            left = Decimal(total.value) - _sum(parts.values())
        names = ", ".join(f"{place_name(code)} {part.value}" for code, part in sorted(parts.items())) or "none"
        loose = [part for part in parts.values() if not _tells(part, total, mine)]
        if left < 0 and loose:
            reason = f"the parts ({names}) add up to {_sum(parts.values())}, more than {total.value}: " + _STRANGE
            found.extend(_verdict(total, part, "not_comparable", "", reason) for part in loose)
        elif left < 0:
            reason = (
                f"the parts ({names}) add up to {_sum(parts.values())}, more than the total of {total.value} {quantity}"
            )
            found.append(Reconciliation(total.id, next(iter(parts.values())).id, "differs", str(-left), reason))
        elif left > 0:
            share = f"{_grouped(left)} of {_grouped(Decimal(total.value))} {quantity}"
            reason = f"{share} are allocated to no province (placed: {names})"
            (found if parts else whole_unplaced).append(Reconciliation(total.id, "", "unallocated", str(left), reason))
        elif parts:
            reason = f"the parts ({names}) add up to the total"
            found.append(Reconciliation(total.id, next(iter(parts.values())).id, "agrees", "", reason))
    return found or (whole_unplaced if unplaced else [])


def _one_custody(figures: Sequence[Figure]) -> frozenset[str]:
    """Both words for custody where reports give one total as "arrested" and as "detained": one number, asked once."""
    totals = {(f.status, f.value) for f in figures if not f.place and f.bound == "exact"}
    shared = [value for status, value in totals if status == "arrested" and ("detained", value) in totals]
    return frozenset({"arrested", "detained"}) if shared else frozenset()


def _tells(part: Figure, total: Figure, figures: Sequence[Figure]) -> bool:
    """Whether the report of a part tells the total, too."""
    return any(
        _same_source(part, f) and not f.place and (f.value, f.status) == (total.value, total.status) for f in figures
    )


def _is_stranger(part: Figure, total: Figure, figures: Sequence[Figure]) -> bool:
    """A part larger than the whole, from a report that does not tell that whole, is part of something else."""
    return Decimal(part.value) > Decimal(total.value) and not _tells(part, total, figures)


def _sum(parts: Iterable[Figure]) -> Decimal:
    return sum((Decimal(part.value) for part in parts), Decimal(0))


def _is_inside_another(place: str, parts: Mapping[str, Figure]) -> bool:
    """A city's figure is part of its province's: both together would count it twice."""
    return any(other != place and contains(other, place) for other in parts)


def _sums_of_cases(figures: Sequence[Figure]) -> list[Reconciliation]:
    """One release that tells several cases: their figures against its own total, in the same source."""
    found: list[Reconciliation] = []
    for total in figures:
        if total.context or total.place or total.bound != "exact" or total.quantity not in _OPEN:
            continue
        parts = sorted((f for f in figures if _is_case_of(f, total)), key=lambda f: (f.context, f.id))
        if len({part.context for part in parts}) < 2:
            continue
        placed = sum((Decimal(part.value) for part in parts), Decimal(0))
        listed = " + ".join(part.value for part in parts)
        gap = abs(Decimal(total.value) - placed)
        verdict: ReconciliationVerdict = "differs" if gap else "agrees"
        reason = f"the cases of the release add up to {listed} = {placed}, its total is {total.value}"
        found.extend(_verdict(total, part, verdict, str(gap) if gap else "", reason) for part in parts)
    return found


def _is_case_of(part: Figure, total: Figure) -> bool:
    same = (part.quantity, part.status, part.bound) == (total.quantity, total.status, "exact")
    source = part.span is not None and total.span is not None and part.span.evidence == total.span.evidence
    return same and source and part.context.startswith("part") and not part.place


def _other_stories(figures: Sequence[Figure]) -> list[Reconciliation]:
    """Figures of another story beside the main one: said, so that nobody adds them."""
    main = {
        (f.quantity, f.status): f for f in sorted(figures, key=lambda f: (f.place, f.id), reverse=True) if not f.context
    }
    found = []
    for figure in figures:
        mate = main.get((figure.quantity, figure.status))
        if figure.context and mate is not None and not figure.context.startswith("part"):
            reason = f"“{figure.context}” is another story than the operation; the two are never added"
            if figure.context.startswith("cumulative"):
                reason = f"one counts the operation, the other {figure.context}; the first may be part of the second"
            found.append(_verdict(mate, figure, "not_comparable", "", reason))
    return found


def _verdict(left: Figure, right: Figure, verdict: ReconciliationVerdict, amount: str, reason: str) -> Reconciliation:
    return Reconciliation(left.id, right.id, verdict, amount, reason)


def _grouped(value: Decimal) -> str:
    return f"{value:,f}"
