"""Vehicle plates of mainland China: "皖A·12345", "粤B 12345D", as province sign, letter and serial without a dot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

from ringtrace.model.mention import Candidate
from ringtrace.text import lexicon
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "plate"
READS: tuple[str, ...] = ()
_MOST = 500
"""Plates read in one text: a budget for hostile ones."""
_NEAR = 12
_LEAST_DIGITS = 2


@cache
def _pattern(lexicons: Path | None) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Return the pattern of a plate in folded text and the words of vehicles.

    The shape follows GA 36: a province sign, a letter, five signs (six for new-energy cars) without
    i and o, the last one perhaps a sign of use.
    """
    terms = lexicon.load("plate", lexicons)
    signs = "".join(terms["province_sign"])
    use = "".join(terms["use_sign"])
    shape = rf"([{signs}]) ?([a-hj-np-z])[ ·.•-]?([a-hj-np-z0-9]{{4,5}}[a-hj-np-z0-9{use}])(?![a-z0-9])"
    return re.compile(shape), terms["vehicle"]


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    digits = need(characters="0123456789", least=_LEAST_DIGITS)
    return ((need(lexicon.load("plate", lexicons)["province_sign"]), digits),)


def find(view: TextView) -> Iterator[Candidate]:
    """Yield plates; likelier beside a word of vehicles."""
    pattern, vehicles = _pattern(view.lexicons)
    folded = view.folded
    for match in islice(pattern.finditer(folded.text), _MOST):
        serial = match.group(3)
        if sum(map(str.isdigit, serial)) < _LEAST_DIGITS:
            continue
        near = folded.text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
        sure = 0.95 if any(word in near for word in vehicles) else 0.75
        value = f"{match.group(1)}{match.group(2)}{serial}".upper()
        yield Candidate(KIND, (folded.origin(*match.span()),), value, sure, "shape of a plate")
