"""An attacker of their own making: random tables and chains of releases, and a linear program that only reads print."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from ringtrace.statement.bounds import Constraint, at_most, sum_of
from ringtrace.statement.disclosure import Count, Protection, Target, protect


@dataclass(frozen=True)
class Print:
    """All that a reader holds: named cells, those printed, and equalities/inequalities as (coefficients, equal)."""

    cells: tuple[str, ...]
    printed: Mapping[str, int]
    rules: tuple[tuple[Mapping[str, int], bool], ...]


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
            bounds=(0, None),
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
    constraints = []
    if columns > 1:
        for r in range(rows):
            parts = [f"{r}/{c}" for c in range(columns)]
            constraints.append(sum_of(f"row {r}", parts))
            values[f"row {r}"] = sum(values[p] for p in parts)
        for c in range(columns):
            parts = [f"{r}/{c}" for r in range(rows)]
            constraints.append(sum_of(f"column {c}", parts))
            values[f"column {c}"] = sum(values[p] for p in parts)
        constraints.append(sum_of("all", [f"row {r}" for r in range(rows)]))
        constraints.append(sum_of("all", [f"column {c}" for c in range(columns)]))
        values["all"] = sum(values[f"row {r}"] for r in range(rows))
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
    done = protect(counts, constraints, {})
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
    for turn, sizes in enumerate(chain_case(dice, dice.randint(2, 4), provinces)):
        values = {f"{turn}|{p}": size for p, size in enumerate(sizes)}
        constraints.append(sum_of(f"{turn}|all", list(values)))
        values[f"{turn}|all"] = sum(sizes)
        if turn:
            constraints += [at_most(key.replace(f"{turn}|", f"{turn - 1}|", 1), key) for key in values]
        targets, counts = [], []
        for key, value in values.items():
            place = key.partition("|")[2]
            before = []
            for earlier, release in enumerate(past):
                old = f"{earlier}|{place}"
                if 0 < abs(value - release.counts[old]) < threshold:
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
        done: Protection = protect(counts, constraints, known, targets)
        exposed |= {str(sorted(target.terms.items())) for target in done.exposed}
        past.append(Released(values, {c.key: c.value for c in counts if c.key not in done.unprinted}))
    cells = tuple(key for release in past for key in release.counts)
    printed = {key: v for release in past for key, v in release.printed.items()}
    shown = Print(cells, printed, tuple((c.terms, c.equal) for c in constraints))
    broken = []
    for turn, release in enumerate(past):
        for key, value in release.counts.items():
            wanted: list[dict[str, int]] = [{key: 1}] if 0 < value < threshold else []
            for earlier in range(turn):
                old = f"{earlier}|{key.partition('|')[2]}"
                if 0 < value - past[earlier].counts[old] < threshold:
                    wanted.append({key: 1, old: -1})
            broken += [str(sorted(w.items())) for w in wanted if recovered(attack(shown, w))]
    return broken
