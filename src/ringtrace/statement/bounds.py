"""What a reader can work out about counts that are not printed: the least and the most by linear programming."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Terms = Mapping[str, int]
"""Count's key -> factor: {"a": 1, "b": -1} is a - b."""
_INFEASIBLE, _UNBOUNDED = 2, 3


@dataclass(frozen=True, slots=True)
class Constraint:
    """The terms add up to zero (``equal``), or to zero at most."""

    terms: Terms
    equal: bool = True


def sum_of(whole: str, parts: Iterable[str]) -> Constraint:
    return Constraint({whole: -1, **dict.fromkeys(parts, 1)})


def at_most(lesser: str, greater: str) -> Constraint:
    return Constraint({lesser: 1, greater: -1}, equal=False)


class Knowledge:
    """What a reader knows: printed counts, how counts hang together, and the least that each can be (else zero).

    A count that stands in a table without its number is one at least: of what is nothing there is no line.
    """

    def __init__(
        self, constraints: Sequence[Constraint], known: Mapping[str, int], least: Mapping[str, int] | None = None
    ) -> None:
        self._constraints = constraints
        self._least = least or {}
        self.known = dict(known)
        self._of: defaultdict[str, list[int]] = defaultdict(list)
        for index, constraint in enumerate(constraints):
            for key in constraint.terms:
                self._of[key].append(index)

    def interval(self, terms: Terms) -> tuple[float, float]:
        """Return (least, most) of a sum of counts, infinite where nothing bounds it.

        Raises ValueError when what is printed contradicts itself.
        """
        fixed = sum(factor * self.known[key] for key, factor in terms.items() if key in self.known)
        free = {key: factor for key, factor in terms.items() if key not in self.known}
        if not free:
            return float(fixed), float(fixed)
        names, equal, upper = self._around(free)
        at = {name: index for index, name in enumerate(names)}
        goal = np.zeros(len(names))
        for key, factor in free.items():
            goal[at[key]] = factor
        sides = [self._solve(sign * goal, equal, upper, at) for sign in (1.0, -1.0)]
        return fixed + sides[0], fixed - sides[1]

    def neighbours(self, keys: Iterable[str]) -> list[str]:
        """Return the counts that hang together with ``keys`` through unprinted ones, nearest first."""
        seen, edge = dict.fromkeys(keys), list(keys)
        while edge:
            following: list[str] = []
            for key in edge:
                for index in self._of[key]:
                    following += [name for name in self._constraints[index].terms if name not in seen]
                    seen.update(dict.fromkeys(self._constraints[index].terms))
            edge = [name for name in dict.fromkeys(following) if name not in self.known]
        return list(seen)

    def _around(self, free: Terms) -> tuple[list[str], list[Constraint], list[Constraint]]:
        """The unprinted counts tied to ``free`` and the constraints on them."""
        names, edge = dict.fromkeys(free), list(free)
        used: dict[int, None] = {}
        while edge:
            key = edge.pop()
            for index in self._of[key]:
                if index not in used:
                    used[index] = None
                    new = [n for n in self._constraints[index].terms if n not in self.known and n not in names]
                    names.update(dict.fromkeys(new))
                    edge += new
        constraints = [self._constraints[index] for index in used]
        return list(names), [c for c in constraints if c.equal], [c for c in constraints if not c.equal]

    def _solve(
        self, goal: np.ndarray, equal: Sequence[Constraint], upper: Sequence[Constraint], at: Mapping[str, int]
    ) -> float:
        from scipy.optimize import linprog  # a second, which only a release needs

        a_eq, b_eq = self._matrix(equal, at)
        a_ub, b_ub = self._matrix(upper, at)
        bounds = [(self._least.get(name, 0), None) for name in at]
        found = linprog(
            goal, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq, bounds=bounds, method="highs"
        )  # fmt: skip
        if found.status == _UNBOUNDED:
            return float("-inf")
        if found.status == _INFEASIBLE or found.fun is None:
            raise ValueError("the printed counts contradict each other")
        return float(found.fun)

    def _matrix(
        self, constraints: Sequence[Constraint], at: Mapping[str, int]
    ) -> tuple[np.ndarray | None, np.ndarray | None]:
        if not constraints:
            return None, None
        matrix, right = np.zeros((len(constraints), len(at))), np.zeros(len(constraints))
        for row, constraint in enumerate(constraints):
            for key, factor in constraint.terms.items():
                if key in self.known:
                    right[row] -= factor * self.known[key]
                else:
                    matrix[row, at[key]] += factor
        return matrix, right
