"""What a telephone number in a scene is, and which stretches are spoken for.

Sources of constants: mobile prefixes follow the numbering plan of mainland China (three-digit network prefixes of
11-digit mobile numbers).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringtrace.text.contacts.scene import LONGEST_CUE, Scene

PREFIX = r"1(?:3\d|4[14-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])"
MOBILE = re.compile(PREFIX + r"\d{8}")
# A hostile text may hold any number of numbers and almost-numbers; ordinary ones hold a handful.
TRIES = 4_000
MOST = 2_000
DIALLED = frozenset({"phone", "wechat", "qq", "telegram", "whatsapp", "add", "split_head"})
CALLED = frozenset({"phone", "whatsapp", "add"})


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number at ``[start, stop)`` of the layer.

    value: E.164, or a service number's digits; national: its digits as used for handles ("" when
    it can be none); pieces: the stretches of the layer that carry its digits.
    """

    start: int
    stop: int
    pieces: tuple[tuple[int, int], ...]
    value: str
    national: str
    probability: float
    rule: str


class Taken:
    """Stretches that are spoken for; ``claim`` says whether a new one was free."""

    def __init__(self) -> None:
        self._places: set[int] = set()

    def claim(self, start: int, stop: int) -> bool:
        """Take ``[start, stop)`` unless any of it is taken. Stretches are short: at most a few hundred."""
        if not self._places.isdisjoint(range(start, stop)):
            return False
        self._places.update(range(start, stop))
        return True

    def holds(self, start: int, stop: int) -> bool:
        return not self._places.isdisjoint(range(start, stop))


def near_cue(scene: Scene, place: int, concepts: frozenset[str] = DIALLED) -> bool:
    """Whether a cue of ``concepts`` ends right before ``place`` and none of another platform stands nearer."""
    cues = [cue for cue in scene.cues_in(place - LONGEST_CUE, place) if 0 <= place - cue.stop <= 12]
    named = [cue.concept for cue in cues if cue.concept in DIALLED]
    return bool(named) and (concepts is DIALLED or named[-1] in concepts)


def is_latin(char: str) -> bool:
    return bool(char) and char.isascii() and (char.isalnum() or char == "_")


def international(digits: str, region: str | None) -> tuple[str, bool]:
    """Return (E.164, known to be in use) or ("", False) when no country has such a number."""
    import phonenumbers

    try:
        number = phonenumbers.parse(digits if region else f"+{digits}", region)
    except phonenumbers.NumberParseException:
        return "", False
    if not phonenumbers.is_possible_number(number):
        return "", False
    value: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return value, bool(phonenumbers.is_valid_number(number))
