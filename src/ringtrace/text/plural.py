"""Counts in English words: "1 post", "1,094 members", "2 wishes", "3 offers, 1 warning"."""

from __future__ import annotations

from collections.abc import Mapping

_IRREGULAR = {
    "person": "people", "child": "children", "wish": "wishes", "reply": "replies",
    "country": "countries", "copy": "copies",
}  # fmt: skip


def counted(number: int, noun: str) -> str:
    """Return ``number`` with thousands marks and ``noun`` (singular) in its right form.

    In "group or site" both nouns change; of other phrases the last word.
    """
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of ``noun``; both sides of an "or" change."""
    if " or " in noun:
        return " or ".join(plural(part) for part in noun.split(" or "))
    head, blank, last = noun.rpartition(" ")
    return head + blank + (_IRREGULAR.get(last) or last + "s")


def listed(counts: Mapping[str, int]) -> str:
    """Return the nouns that were counted at least once: "3 offers, 1 warning"."""
    return ", ".join(counted(number, noun) for noun, number in counts.items() if number)
