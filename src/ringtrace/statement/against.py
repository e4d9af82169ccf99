"""The ledger's figures beside what others published about the same operation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ringtrace.model.figure import Figure
from ringtrace.statement.document import Against
from ringtrace.statement.events import LARGE, find_events

_COUNTED = ("suspects", "children")
_CUSTODY, _LOOSE = "arrested", "detained"
_ALIKE = ({"arrested", "detained"}, {"rescued", "found", "reunited"})


@dataclass(frozen=True, slots=True)
class Known:
    """What issuers published of our counts, by key (quantity|status|place).

    values: the exact count, where they agree. least: what a count must be at least, after any of them: a lower
    bound, an earlier count, the cities of a province; never more than our own count: that tells of something else.
    """

    values: Mapping[str, int]
    least: Mapping[str, int]


def set_against(figures: Sequence[Figure], public: Sequence[Figure]) -> tuple[Known, list[Against]]:
    """Return what is publicly known of our counts, and a verdict for every published count of our operation.

    Only reports of the same event are compared: those that share a large count with the ledger, or, where
    none does, whose day lies within the ledger's period.
    """
    own = {_key(figure): figure for figure in figures}
    groups: defaultdict[str, list[Figure]] = defaultdict(list)
    for figure in _same_event(figures, public):
        if figure.quantity in _COUNTED and figure.value.isdecimal():
            groups[_key(figure)].append(figure)
    found: list[Against] = []
    for key in sorted(groups):
        found += _verdicts(key, groups[key], own)
    found = _merged(found, {f.id: f.span.evidence for f in public if f.span})
    exact = {key: {int(f.value) for f in group if f.bound == "exact"} for key, group in groups.items()}
    known = {key: max(values) for key, values in exact.items() if key in own and len(values) == 1}
    return Known(known, _least(groups, own)), [*found, *_unplaced(groups, own)]


def _least(groups: Mapping[str, Sequence[Figure]], own: Mapping[str, Figure]) -> dict[str, int]:
    found: dict[str, int] = {}
    cities: defaultdict[str, int] = defaultdict(int)
    for key, group in sorted(groups.items()):
        counts = [int(f.value) for f in group if f.bound in ("exact", "at_least")]
        if not counts:
            continue
        quantity, status, place = key.split("|")
        if len(place) == 6 and place.isdigit() and not place.endswith("0000"):
            cities[f"{quantity}|{status}|{place[:2]}0000"] += min(counts)
        fitting = [count for count in counts if key in own and count <= int(own[key].value)]
        if fitting:
            found[key] = max(fitting)
    for key, count in cities.items():
        if key in own and count <= int(own[key].value):
            found[key] = max(count, found.get(key, 0))
    return found


def _same_event(figures: Sequence[Figure], public: Sequence[Figure]) -> list[Figure]:
    main = sorted((f for f in public if not f.context), key=lambda f: (f.quantity, f.place, f.status, f.id))
    events = find_events(main)
    large = {(f.quantity, f.value) for f in figures if f.value.isdecimal() and int(f.value) >= LARGE}
    sharing = [e for e in events if any((f.quantity, f.value) in large for f in e.figures)]
    if not sharing:
        days = [day for f in figures for day in (f.period_start, f.period_end) if day]
        sharing = [
            e
            for e in events
            if days and any(min(days) <= f.period_start <= max(days) for f in e.figures if f.period_start)
        ]
    return [figure for event in sharing for figure in event.figures]


def _verdicts(key: str, group: Sequence[Figure], own: Mapping[str, Figure]) -> list[Against]:
    quantity, status, place = key.split("|")
    mine = own.get(key)
    if mine is None:
        alike = [
            k
            for k in own
            if k.startswith(f"{quantity}|") and k.endswith(f"|{place}") and _alike(k.split("|")[1], status)
        ]
        if not alike:
            return []
        return [Against("not_comparable", alike[0], group[0].value, "", status, bound=group[0].bound)]
    by_value: defaultdict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in group:
        by_value[figure.value, figure.bound].append(figure)
    found = []
    for (value, bound), figures in sorted(by_value.items()):
        fits = _fits(Decimal(value), bound, Decimal(mine.value))
        wide = own.get(f"{quantity}|{_CUSTODY}|{place}") if status == _LOOSE and not fits else None
        if wide is not None:  # the press says "detained" for any custody
            mine, fits = wide, _fits(Decimal(value), bound, Decimal(wide.value))
        sources = len({f.span.evidence for f in figures if f.span})
        ids = tuple(sorted(f.id for f in figures))
        found.append(
            Against("agrees" if fits else "differs", _key(mine), value, mine.value, status, "", sources, "", ids, bound)
        )
    return found


def _merged(rows: Sequence[Against], evidence: Mapping[str, str]) -> list[Against]:
    """One line for one published count: "arrested" and "detained" of one number are told once.

    evidence: id of a published figure -> the report it stands in.
    """
    first: dict[tuple[str, ...], Against] = {}
    for row in rows:
        face = (row.verdict, row.key, row.value, row.bound, "" if row.verdict in ("agrees", "differs") else row.status)
        if face in first:
            ids = tuple(sorted({*first[face].figures, *row.figures}))
            told = len({evidence[i] for i in ids if i in evidence})
            first[face] = replace(first[face], sources=max(told, 1), figures=ids)
        else:
            first[face] = row
    return list(first.values())


def _fits(value: Decimal, bound: str, mine: Decimal) -> bool:
    if bound == "at_least":
        return mine >= value
    return abs(mine - value) <= value / 10 if bound == "about" else mine == value


def _alike(left: str, right: str) -> bool:
    return any({left, right} <= pair for pair in _ALIKE)


def _unplaced(groups: Mapping[str, Sequence[Figure]], own: Mapping[str, Figure]) -> list[Against]:
    """What of a published total no source places, and what our records place of it; nothing where a part is a bound."""
    found = []
    for key in sorted(groups):
        exact = [int(f.value) for f in groups[key] if f.bound == "exact"]
        if not key.endswith("|") or not exact or not any(k.startswith(key) and k != key for k in own):
            continue
        placing = [g for k, g in groups.items() if k.startswith(key) and k != key and k[-4:] == "0000"]
        parts = [max((int(f.value) for f in group if f.bound == "exact"), default=None) for group in placing]
        left = max(exact) - sum(part for part in parts if part is not None)
        if left > 0 and None not in parts:
            placed = sum(int(f.value) for k, f in own.items() if k.startswith(key) and k != key)
            found.append(Against("unplaced", key, str(max(exact)), str(placed), left=str(left)))
    return found


def _key(figure: Figure) -> str:
    place = "" if figure.place == "CN" else figure.place
    return f"{figure.quantity}|{figure.status}|{place}"
