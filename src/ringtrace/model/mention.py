"""What a text names: handles, money, places, ages, dates, counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Owner = Literal["self", "other", "quoted", "hotline", "unknown"]

CONTACT_KINDS = frozenset({"phone", "qq", "wechat", "telegram", "email", "url"})
IDENTITY_KINDS = CONTACT_KINDS | {"payment"}
"""Kinds that somebody owns, so that two accounts that give one value may be one person."""

TYING_KINDS = IDENTITY_KINDS | {"image"}
"""Kinds on which a tie between two people may rest; of a picture the value is the SHA-256 of its bytes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an extractor found in one text, before anybody decides who owns it.

    pieces: code-point ranges ``(start, stop)`` in the ORIGINAL text (or title); several when the
            value is split. Sorted, not overlapping, each non-empty.
    value:  normalised as the table contract says.
    rule:   the path that produced it, e.g. "cue+digits", "circled digits > 11 digits".
    owner:  what the words right around the value say about its owner, else "unknown".
    shown:  what may be stored in place of the words, "" for the words themselves.
    """

    kind: str
    pieces: tuple[tuple[int, int], ...]
    value: str
    probability: float
    rule: str
    owner: Owner = "unknown"
    shown: str = ""
