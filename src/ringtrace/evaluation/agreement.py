"""How far two or more people agree on labels, beyond chance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return Cohen's kappa (1960) of two people's labels of the same things; nan without any.

    1 where both always say one and the same word: there is nothing to disagree on.
    """
    if not pairs:
        return math.nan
    size = len(pairs)
    same = sum(left == right for left, right in pairs) / size
    first, second = Counter(left for left, _ in pairs), Counter(right for _, right in pairs)
    chance = sum(first[word] * second[word] for word in first) / size**2
    return 1.0 if chance == 1 else (same - chance) / (1 - chance)


def krippendorff_alpha(units: Sequence[Sequence[str]]) -> float:
    """Return Krippendorff's alpha for nominal labels (2011); units: the labels of each thing, by any number of people.

    Things with fewer than two labels say nothing; nan where none is left.
    """
    paired = [unit for unit in units if len(unit) >= 2]
    total = sum(map(len, paired))
    if not total:
        return math.nan
    counts = Counter(label for unit in paired for label in unit)
    apart = sum(
        sum(n * (len(unit) - n) for n in Counter(unit).values()) / (len(unit) - 1) for unit in paired
    )  # fmt: skip
    expected = sum(n * (total - n) for n in counts.values()) / (total - 1)
    return 1.0 if not expected else 1 - apart / expected
