"""Check digits of numbers that people copy: what proves a number to be of one kind and of no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
"""GB 11643: weights 2^(17-i) mod 11 and the check signs of ISO 7064 MOD 11-2."""


def luhn(digits: str) -> bool:
    """Whether ASCII digits bear the check digit of ISO/IEC 7812 (bank cards)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return bool(digits) and total % 10 == 0


def identity_card(digits: str) -> bool:
    """Whether 18 signs are a mainland identity number: a date of birth in the middle, the check sign at the end."""
    if len(digits) != 18 or not digits[:17].isdigit():
        return False
    year, month, day = int(digits[6:10]), int(digits[10:12]), int(digits[12:14])
    if not (1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=False))
    return _ID_CHECK[total % 11] == digits[17].upper()


def ean13(digits: str) -> bool:
    """Whether 13 digits bear the check digit of GS1 (bar codes, ISBN-13)."""
    return len(digits) == 13 and sum(int(d) * (1 + 2 * (at % 2)) for at, d in enumerate(digits)) % 10 == 0


CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {"luhn": luhn, "identity_card": identity_card, "ean13": ean13}
)
"""By the names that lexicons use."""
