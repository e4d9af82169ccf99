"""An attacker of their own making: random tables and chains of releases, and a linear program that only reads print."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog

from ringtrace.model.figure import Bound, Figure
from ringtrace.statement.bounds import Constraint, at_most, sum_of
from ringtrace.statement.composing import Request, compose
from ringtrace.statement.disclosure import CHILDREN, Count, Protection, Target, protect
from ringtrace.statement.document import Line, Statement


@dataclass(frozen=True)
class Print:
    """All that a reader holds: named cells, those printed, and equalities/inequalities as (coefficients, equal)."""

    cells: tuple[str, ...]
    printed: Mapping[str, int]
    rules: tuple[tuple[Mapping[str, int], bool], ...]
    least: int = 1
    """Every cell that stands in a table is one at least: a reader sees that there is a line."""


def attack(shown: Print, wanted: Mapping[str, int]) -> tuple[float, float]:
    """(least, most) of a combination, with every printed cell as an equality; independent of the product's code."""
    at = {cell: index for index, cell in enumerate(shown.cells)}

    def row(terms: Mapping[str, int]) -> np.ndarray:
        made = np.zeros(len(at))
        for cell, factor in terms.items():
            made[at[cell]] += factor
        return made

    equal = [(row(terms), 0.0) for terms, is_equal in shown.rules if is_equal]
    equal += [(row({cell: 1}), float(value)) for cell, value in shown.printed.items()]
    upper = [row(terms) for terms, is_equal in shown.rules if not is_equal]
    found = []
    for sign in (1.0, -1.0):
        solved = linprog(
            sign * row(wanted),
            A_eq=np.array([r for r, _ in equal]) if equal else None,
            b_eq=np.array([b for _, b in equal]) if equal else None,
            A_ub=np.array(upper) if upper else None,
            b_ub=np.zeros(len(upper)) if upper else None,
            bounds=(shown.least, None),
            method="highs-ds",
        )
        assert solved.status in (0, 3), solved.message
        found.append(-math.inf if solved.status == 3 else float(solved.fun))
    return found[0], -found[1]


def recovered(interval: tuple[float, float]) -> bool:
    """Whether only one whole number fits."""
    least, most = interval
    return most - least < 1e6 and math.ceil(least - 1e-6) >= math.floor(most + 1e-6)


def province_sizes(dice: random.Random, total: int, provinces: int) -> list[int]:
    """Counts of provinces as the simulator deals them; each at least one."""
    weights = [1 + 4 * dice.random() for _ in range(provinces)]
    drawn = dice.choices(range(provinces), weights, k=max(0, total - provinces))
    return [1 + drawn.count(at) for at in range(provinces)]


def table_case(dice: random.Random) -> tuple[list[Count], list[Constraint]]:
    """A one- or two-way table with totals; some cells were printed by somebody else."""
    threshold = dice.choice((5, 10))
    rows, columns = dice.randint(2, 9), dice.choice((1, 1, 2, 3))
    values = {
        f"{r}/{c}": dice.choice((0, dice.randint(0, 12), dice.randint(5, 80)))
        for r in range(rows)
        for c in range(columns)
    }
    values = {key: value for key, value in values.items() if value}  # of what is nothing there is no line
    constraints = []
    if columns > 1:
        for r in range(rows):
            parts = [key for c in range(columns) if (key := f"{r}/{c}") in values]
            constraints.append(sum_of(f"row {r}", parts))
            values[f"row {r}"] = sum(values[p] for p in parts)
        for c in range(columns):
            parts = [key for r in range(rows) if (key := f"{r}/{c}") in values]
            constraints.append(sum_of(f"column {c}", parts))
            values[f"column {c}"] = sum(values[p] for p in parts)
        constraints.append(sum_of("all", [f"row {r}" for r in range(rows)]))
        constraints.append(sum_of("all", [f"column {c}" for c in range(columns)]))
        values["all"] = sum(values[f"row {r}"] for r in range(rows))
        empty = {key for key, value in values.items() if not value}
        values = {key: value for key, value in values.items() if value}
        constraints = [
            Constraint({k: f for k, f in c.terms.items() if k not in empty}, c.equal)
            for c in constraints if set(c.terms) - empty
        ]  # fmt: skip
    else:
        constraints.append(sum_of("all", list(values)))
        values["all"] = sum(values.values())
    counts = [
        Count(key, value, threshold, (), dice.random() < 0.06, key == "all" or key.startswith(("row", "column")))
        for key, value in values.items()
    ]
    return counts, constraints


def attack_table(seed: int) -> list[str]:
    """Protect one random table and attack every unprinted cell; return the recovered ones that were protected."""
    counts, constraints = table_case(random.Random(seed))
    done = protect(counts, constraints, {}, least=dict.fromkeys((count.key for count in counts), 1))
    printed = {c.key: c.value for c in counts if c.key not in done.unprinted}
    shown = Print(tuple(c.key for c in counts), printed, tuple((c.terms, c.equal) for c in constraints))
    others = {c.key: c.value for c in counts if c.public}
    bare = Print(shown.cells, others, shown.rules)
    return [
        count.key
        for count in counts
        if count.key in done.small
        and recovered(attack(shown, {count.key: 1}))
        and not recovered(attack(bare, {count.key: 1}))
    ]


def composed_case(dice: random.Random) -> Iterator[tuple[str, dict[str, int]]]:
    """(day, key -> count) of an operation that grows: children rescued by province, and reunited among them."""
    provinces = [f"{n}0000" for n in dice.sample(range(11, 66), dice.randint(2, 6))]
    sizes = {place: dice.choice((0, dice.randint(1, 12), dice.randint(8, 50))) for place in provinces}
    unplaced, home = dice.choice((0, 0, dice.randint(1, 30))), 0
    for month in range(1, dice.randint(2, 4)):
        total = sum(sizes.values()) + unplaced
        home = min(total, home + dice.choice((0, dice.randint(1, 9), dice.randint(5, 30))))
        counts = {"children|rescued|": total, "children|reunited|": home}
        counts |= {f"children|rescued|{place}": size for place, size in sizes.items()}
        yield f"2014-{month + 1:02}-28", {key: value for key, value in counts.items() if value}
        for place in provinces:
            sizes[place] += dice.choice((0, 0, dice.randint(1, 9), dice.randint(10, 30)))


def attack_composed(seed: int) -> list[str]:
    """Release what ``compose`` makes of a growing operation; return small counts and changes that anybody can work out."""
    dice, within = random.Random(seed), {("children", "reunited"): "rescued"}
    editor = random.Random(f"editor {seed}")  # leaves some counts out, large and small
    released: list[Statement] = []
    for day, counts in composed_case(dice):
        figures = [_figure(key, value, day) for key, value in counts.items()]
        left = frozenset(key for key in counts if editor.random() < editor.choice((0, 0, 0.3)))
        request = Request("c", day, "public", within=within, left_out=left)
        released.append(compose(request, figures, _reports(dice, counts, day), released))
    told = [{line.key: line for line in statement.lines} for statement in released]
    cells = tuple(f"{turn}|{key}" for turn, lines in enumerate(told) for key in lines)
    printed = {
        f"{turn}|{k}": x.value for turn, lines in enumerate(told) for k, x in lines.items() if x.shown == "exact"
    }
    shown = Print(cells, printed, tuple(_rules(told)))
    by_others = {f"{turn}|{key}" for turn, statement in enumerate(released) for key in statement.known}
    exposed = {name for statement in released for name in statement.exposed}
    broken = []
    for turn, lines in enumerate(told):
        for key, line in lines.items():
            wanted: list[dict[str, int]] = [{f"{turn}|{key}": 1}] if line.value < CHILDREN else []
            for earlier in range(turn):
                if key in told[earlier] and 0 < line.value - told[earlier][key].value < CHILDREN:
                    wanted.append({f"{turn}|{key}": 1, f"{earlier}|{key}": -1})
            broken += [str(w) for w in wanted if not set(w) <= by_others and recovered(attack(shown, w))]
    return [] if exposed or by_others & {cell for cell in cells if cell not in printed} else broken


def _figure(key: str, value: int, day: str, bound: Bound = "exact") -> Figure:
    quantity, status, place = key.split("|")
    return Figure(f"{key}-{value}", "ledger", quantity, "person", status, "", place, "2014-02-19", "2014-02-19", day,
                  bound, str(value), None)  # fmt: skip


def _reports(dice: random.Random, counts: Mapping[str, int], day: str) -> list[Figure]:
    """Sometimes somebody publishes the total, so that the event is known, and a lower bound for a province."""
    if dice.random() < 0.6:
        return []
    bounds: list[tuple[str, int]] = [(key, value - value // 5) for key, value in counts.items() if key[-4:] == "0000"]
    found = [replace(_figure("children|rescued|", counts.get("children|rescued|", 0), day), origin="public")]
    return found + [replace(_figure(*pair, day, "at_least"), origin="public") for pair in bounds[:1]]


def _rules(told: Sequence[Mapping[str, Line]]) -> Iterator[tuple[Mapping[str, int], bool]]:
    """What a reader takes for granted: provinces add up, the reunited were rescued, counts grow."""
    for turn, lines in enumerate(told):
        parts = [key for key in lines if key.startswith("children|rescued|") and key[-1] != "|"]
        if parts:
            yield {f"{turn}|children|rescued|": -1, **{f"{turn}|{part}": 1 for part in parts}}, True
        if "children|reunited|" in lines:
            yield {f"{turn}|children|reunited|": 1, f"{turn}|children|rescued|": -1}, False
        for key in lines:
            if turn and key in told[turn - 1] and told[turn - 1][key].value <= lines[key].value:
                yield {f"{turn - 1}|{key}": 1, f"{turn}|{key}": -1}, False


@dataclass
class Released:
    counts: dict[str, int]
    printed: dict[str, int]


def chain_case(dice: random.Random, releases: int, provinces: int) -> Iterator[list[int]]:
    """Counts of provinces that only grow, release after release."""
    sizes = [dice.choice((0, dice.randint(1, 14), dice.randint(8, 60))) for _ in range(provinces)]
    for _ in range(releases):
        yield list(sizes)
        for at in range(provinces):
            sizes[at] += dice.choice((0, 0, dice.randint(1, 4), dice.randint(5, 25)))


def attack_chain(seed: int) -> list[str]:
    """Release a growing table several times; return small counts and small changes that anybody can work out."""
    dice = random.Random(seed)
    threshold = dice.choice((5, 10))
    provinces = dice.randint(2, 7)
    past: list[Released] = []
    constraints: list[Constraint] = []
    exposed: set[str] = set()
    least: dict[str, int] = {}
    for turn, sizes in enumerate(chain_case(dice, dice.randint(2, 4), provinces)):
        values = {f"{turn}|{p}": size for p, size in enumerate(sizes) if size}  # of what is nothing there is no line
        if not values:
            past.append(Released({}, {}))
            continue
        constraints.append(sum_of(f"{turn}|all", list(values)))
        values[f"{turn}|all"] = sum(sizes)
        least |= dict.fromkeys(values, 1)
        if turn:
            grown = {key: key.replace(f"{turn}|", f"{turn - 1}|", 1) for key in values}
            constraints += [at_most(old, key) for key, old in grown.items() if old in past[-1].counts]
        targets, counts = [], []
        for key, value in values.items():
            place = key.partition("|")[2]
            before = []
            for earlier, release in enumerate(past):
                old = f"{earlier}|{place}"
                if 0 < abs(value - release.counts.get(old, 0)) < threshold and old in release.counts:
                    targets.append(Target({key: 1, old: -1}, threshold))
                if old in release.printed:
                    before.append(release.printed[old])
            counts.append(Count(key, value, threshold, tuple(before), False, place == "all"))
        for earlier, release in enumerate(past):
            targets += [
                Target({key: 1}, threshold)
                for key, v in release.counts.items()
                if 0 < v < threshold and f"{earlier}|" in key
            ]
        known = {key: v for release in past for key, v in release.printed.items()}
        done: Protection = protect(counts, constraints, known, targets, least)
        exposed |= {str(sorted(target.terms.items())) for target in done.exposed}
        past.append(Released(values, {c.key: c.value for c in counts if c.key not in done.unprinted}))
    shown = Print(
        tuple(key for release in past for key in release.counts),
        {key: v for release in past for key, v in release.printed.items()},
        tuple((c.terms, c.equal) for c in constraints),
    )
    return _broken(past, shown, threshold)


def _broken(past: Sequence[Released], shown: Print, threshold: int) -> list[str]:
    """The small counts and small changes of a chain that the print gives away."""
    broken = []
    for turn, release in enumerate(past):
        for key, value in release.counts.items():
            wanted: list[dict[str, int]] = [{key: 1}] if 0 < value < threshold else []
            for earlier in range(turn):
                old = f"{earlier}|{key.partition('|')[2]}"
                if old in past[earlier].counts and 0 < value - past[earlier].counts[old] < threshold:
                    wanted.append({key: 1, old: -1})
            broken += [str(sorted(w.items())) for w in wanted if recovered(attack(shown, w))]
    return broken
