"""Which numbers of a sentence add up: "58 in custody, 33 of them in Guangxi and 25 in Hunan"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

_REACH = 8
"""Numbers on either side that may be the parts of a whole."""
_SMALLEST = 4
"""Below this a sum is as likely chance."""


def sum_cues(values: Sequence[Decimal], index: int, told: Sequence[object] = ()) -> Iterator[str]:
    """Yield how a value stands to those around it: the whole of parts behind or before it, or a part.

    told: values of earlier sentences, of which a run of this one may be the parts."""
    first, last = max(0, index - _REACH), min(len(values), index + _REACH + 1)
    behind, before = values[index + 1 : last], values[first:index][::-1]
    if _adds_up(behind, values[index]):
        yield "whole of those behind"
    if _adds_up(before, values[index]):
        yield "whole of those before"
    sums = {
        sum(values[start:stop])
        for start in range(first, index + 1)
        for stop in range(max(index, start + 1) + 1, last + 1)
    }
    around = {value for at, value in enumerate(values[first:last], first) if at != index}
    if any(value >= _SMALLEST and value in sums for value in around if value > values[index]):
        yield "part of a sum"
    elif any(value in sums for value in told if isinstance(value, Decimal) and value >= _SMALLEST):
        yield "part of a told sum"


def _adds_up(run: Sequence[Decimal], whole: Decimal) -> bool:
    """Whether two or more values in a row, beginning within two of the first, add up to a whole."""
    if whole < _SMALLEST:
        return False
    for start in range(min(_STARTS, len(run))):
        added = Decimal(0)
        for count, value in enumerate(run[start:], 1):
            added += value
            if added == whole and count > 1:
                return True
            if added >= whole:
                break
    return False


_STARTS = 3
