"""From figures and earlier releases to a statement: every count exact, as printed before, or not published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ringtrace.model.figure import Figure
from ringtrace.statement.against import Known, set_against
from ringtrace.statement.bounds import Constraint, at_most, sum_of
from ringtrace.statement.disclosure import ADULTS, CHILDREN, Count, Protection, Target, protect
from ringtrace.statement.document import Against, Audience, Line, Statement

_UNPLACED = "-"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for; see ``Statement``. within: (quantity, status) -> the status that holds it.

    left_out: keys of counts that are not to be told, however large they are.
    """

    case: str
    as_of: str
    audience: Audience
    embargo: str = ""
    corrects: str = ""
    waiting: int = 0
    synthetic: bool = False
    within: Mapping[tuple[str, str], str] | None = None
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a count is not printed. kind: left (chosen so), small, near (too little changed since ``value`` was printed),
    protects (else ``about``, keys, could be worked out), or exposed (it follows from what others printed). limit: the
    threshold of its kind."""

    kind: str
    about: tuple[str, ...] = ()
    value: int = 0
    limit: int = 0


def compose(
    request: Request, figures: Sequence[Figure], public: Sequence[Figure], released: Sequence[Statement]
) -> Statement:
    """Return the statement over ledger ``figures``.

    public: figures that issuers published. released: earlier public statements, oldest first.
    """
    return compose_with_reasons(request, figures, public, released)[0]


def compose_with_reasons(
    request: Request, figures: Sequence[Figure], public: Sequence[Figure], released: Sequence[Statement]
) -> tuple[Statement, dict[str, Reason]]:
    """Return the statement, and key -> why, of every count that it does not print. See ``compose``."""
    known, against = set_against(figures, public)
    counts = _counts(figures)
    values = {key: value for key, (value, _) in counts.items()}
    if request.audience == "partner":
        protection = Protection(frozenset(f"now|{key}" for key in request.left_out & set(counts)), frozenset(), ())
    else:
        protection = _protect(request, values, known, released)
    lines = tuple(_line(key, *counts[key], protection, released, key in request.left_out) for key in counts)
    shown = {line.key: line.shown for line in lines}
    made = Statement(
        request.case, request.as_of, request.audience, lines, tuple(_printable(against, shown)),
        {key: value for key, value in known.values.items() if values.get(key) == value}, request.waiting,
        request.synthetic, request.embargo, request.corrects,
        tuple(" - ".join(target.terms) for target in protection.exposed),
    )  # fmt: skip
    reasons = {
        line.key: _reason(line, protection, released)
        for line in lines if line.shown != "exact" or any(f"now|{line.key}" in t.terms for t in protection.exposed)
    }  # fmt: skip
    return made, reasons


def _reason(line: Line, protection: Protection, released: Sequence[Statement]) -> Reason:
    key, limit = f"now|{line.key}", threshold(line.key)
    if line.shown == "left":
        return Reason("left")
    if any(key in target.terms for target in protection.exposed):
        return Reason("exposed", limit=limit)
    if key in protection.protects:
        target = protection.protects[key]
        about = tuple(sorted({term.partition("|")[2] for term in target.terms}))
        return Reason("protects", about, limit=target.threshold)
    if 0 < line.value < limit:
        return Reason("small", limit=limit)
    printed = [
        before.value for statement in released for before in statement.lines
        if before.key == line.key and before.shown == "exact" and 0 < abs(before.value - line.value) < limit
    ]  # fmt: skip
    return Reason("near", value=printed[-1] if printed else line.earlier_value, limit=limit)


def _printable(against: Sequence[Against], shown: Mapping[str, str]) -> list[Against]:
    """Leave our own count out of a comparison wherever the statement does not print it."""
    found = []
    for row in against:
        hidden = shown.get(row.key) != "exact"
        if row.verdict in ("agrees", "agrees_loose", "differs") and hidden:
            found.append(replace(row, verdict="withheld", own=""))
        elif row.verdict == "unplaced" and any(s != "exact" for key, s in shown.items() if key.startswith(row.key)):
            found.append(replace(row, own=""))
        else:
            found.append(row)
    return found


def threshold(key: str) -> int:
    """Return from which count on a key's count is not small; 0 for what is no person."""
    quantity = key.partition("|")[0]
    return {"children": CHILDREN, "suspects": ADULTS}.get(quantity, 0)


def _counts(figures: Sequence[Figure]) -> dict[str, tuple[int, str]]:
    """key -> (value, figure id), totals first within their quantity, with the part that has no place."""
    counts: dict[str, tuple[int, str]] = {}
    for figure in figures:
        counts[f"{figure.quantity}|{figure.status}|{figure.place}"] = (int(figure.value), figure.id)
    for whole in [key for key in counts if key.endswith("|") and _parts(key, counts)]:
        left = counts[whole][0] - sum(counts[part][0] for part in _parts(whole, counts))
        if left:
            counts[f"{whole}{_UNPLACED}"] = (left, counts[whole][1])
    return counts


def _parts(whole: str, keys: Mapping[str, object]) -> list[str]:
    return [key for key in keys if key.startswith(whole) and key != whole]


def _protect(request: Request, values: Mapping[str, int], known: Known, released: Sequence[Statement]) -> Protection:
    """Audit this statement together with everything that was released before it."""
    chain = [{line.key: line for line in statement.lines} for statement in released]
    constraints = _constraints(values, "now|", request.within or {})
    least = {f"now|{key}": max(1, known.least.get(key, 0)) for key, value in values.items() if value}
    printed: dict[str, int] = {}
    for turn, lines in enumerate(chain):
        constraints += _constraints({key: line.value for key, line in lines.items()}, f"{turn}|", request.within or {})
        least |= {f"{turn}|{key}": 1 for key, line in lines.items() if line.value}
        printed |= {f"{turn}|{key}": line.value for key, line in lines.items() if line.shown == "exact"}
        printed |= {f"{turn}|{key}": value for key, value in released[turn].known.items() if key in lines}
    states = [
        (statement.as_of, f"{turn}|", {line.key: line.value for line in statement.lines})
        for turn, statement in enumerate(released)
    ]
    constraints += _growth([*states, (request.as_of, "now|", dict(values))])
    free = {key for key in values if request.corrects and key.endswith("|")}
    counts, targets = [], _past_targets(chain)
    for key, value in values.items():
        limit = threshold(key)
        before = tuple(printed[f"{turn}|{key}"] for turn in range(len(chain)) if f"{turn}|{key}" in printed)
        public = known.values.get(key) == value
        count = Count(f"now|{key}", value, limit, () if key in free else before, public, key.endswith("|"))
        counts.append(replace(count, left=key in request.left_out))
        for turn, lines in enumerate(chain):
            if key in lines and key not in free and 0 < abs(value - lines[key].value) < limit:
                targets.append(Target({f"now|{key}": 1, f"{turn}|{key}": -1}, limit))
    return protect(counts, constraints, printed, targets, least)


def _past_targets(chain: Sequence[Mapping[str, Line]]) -> list[Target]:
    """Small counts of earlier statements must stay unknown after this one, too."""
    return [
        Target({f"{turn}|{key}": 1}, threshold(key))
        for turn, lines in enumerate(chain)
        for key, line in lines.items()
        if 0 < line.value < threshold(key)
    ]


def _growth(states: Sequence[tuple[str, str, Mapping[str, int]]]) -> list[Constraint]:
    """A reader may take it that counts only grow from day to day; only where they did, or nothing would fit.

    states: (as-of day, prefix of the keys, key -> value).
    """
    ordered = sorted(states, key=lambda state: state[0])
    return [
        at_most(before + key, after + key)
        for (_, before, early), (_, after, late) in pairwise(ordered)
        for key, value in early.items()
        if value <= late.get(key, -1)
    ]


def _constraints(keys: Mapping[str, int], prefix: str, within: Mapping[tuple[str, str], str]) -> list[Constraint]:
    """How the counts of one statement hang together: provinces and total, one status within another.

    keys: key -> count. A status counts as within another only where it is: records may lack the earlier event.
    """
    found = []
    for key in keys:
        quantity, status, place = key.split("|")
        parts = _parts(key, keys) if not place else []
        if parts:
            found.append(sum_of(prefix + key, [prefix + part for part in parts]))
        outer = f"{quantity}|{within.get((quantity, status), '')}|{place}"
        if (quantity, status) in within and keys.get(outer, -1) >= keys[key]:
            found.append(at_most(prefix + key, prefix + outer))
    return found


def _line(
    key: str, value: int, figure: str, protection: Protection, released: Sequence[Statement], left: bool
) -> Line:  # fmt: skip
    if left:
        return Line(key, value, "left", figure)
    if f"now|{key}" not in protection.unprinted:
        return Line(key, value, "exact", figure)
    for statement in reversed(released):
        for line in statement.lines:
            if line.key == key and line.shown == "exact":
                return Line(key, value, "earlier", figure, line.value, statement.as_of)
    return Line(key, value, "withheld", figure)
