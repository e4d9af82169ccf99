"""Ages as ISO 8601 durations in the unit that is said: P3D, P2W, P3M, P2Y6M; 满月 is P1M, newborn P0D.

A bound ("15天以内", "under 6 months", "0-1岁") gives its number, and its rule says which bound it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ringtrace.model.mention import Candidate
from ringtrace.text.ages.bare import HINTS, find_bare_chinese_ages
from ringtrace.text.ages.chinese import age_words, find_chinese_ages
from ringtrace.text.ages.english import find_english_ages
from ringtrace.text.numbers.finding import NUMBER, find_numbers
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "age"
READS: tuple[str, ...] = ()
_LATIN = re.compile("[a-z]{2}")


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    words = age_words(lexicons)
    units = [unit for unit, _ in (*words.chinese, *words.english)]
    said = need((*units, *words.terms["aged"], "old", *HINTS))
    grown = need(characters="0123456789", least=2), need(("了", *words.terms["by_now"]))
    return (need(sorted(words.marked_by)),), (NUMBER, said), (*grown, need(words.terms["person"]))


def find(view: TextView) -> Iterator[Candidate]:
    """Yield ages; durations that are no age ("怀孕8个月", "six-month operation") are left out."""
    folded = view.folded
    text = folded.text
    words = age_words(view.lexicons)
    if not find_numbers(text) and not words.marked(text):
        return
    found = [] if text.isascii() else [*find_chinese_ages(text, words), *find_bare_chinese_ages(text, words)]
    if text.isascii() or _LATIN.search(text) is not None:
        found.extend(find_english_ages(text, words))
    if not found:
        return
    taken = 0
    last = (-1, -1)
    for one in sorted(found, key=lambda item: (item.start, -item.stop, -item.probability, item.value)):
        if one.start < taken and (one.start, one.stop) != last:
            taken = max(taken, one.stop)
            continue
        taken, last = one.stop, (one.start, one.stop)
        piece = folded.origin(one.start, one.stop)
        if one.value and piece[0] < piece[1]:
            yield Candidate(KIND, (piece,), one.value, one.probability, one.rule)
