"""Ages as ISO 8601 durations in the unit that is said: P3D, P2W, P3M, P2Y6M; 满月 is P1M, newborn P0D.

A bound ("15天以内", "under 6 months", "0-1岁") gives its number, and its rule says which bound it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.mention import Candidate
from ringtrace.text.ages import age_words, find_chinese_ages
from ringtrace.text.ages_english import find_english_ages
from ringtrace.text.numbers import find_numbers
from ringtrace.text.view import TextView

KIND = "age"
_MARKS = frozenset("岁月天周龄歲年星礼")
_BORN = ("出生", "新生", "刚生", "才生")


def find(view: TextView) -> Iterator[Candidate]:
    """Yield ages; durations that are no age ("怀孕8个月", "six-month operation") are left out."""
    folded = view.folded
    text = folded.text
    ascii_only = text.isascii()
    chinese = not ascii_only and (not _MARKS.isdisjoint(text) or any(term in text for term in _BORN))
    english = ascii_only or any("a" <= char <= "z" for char in text)
    numbers = find_numbers(text)
    if not chinese and not numbers and not (english and ("born" in text or "old" in text)):
        return
    words = age_words(view.lexicons)
    found = find_chinese_ages(text, words) if chinese else []
    if english:
        found.extend(find_english_ages(text, words))
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
