"""What the words of the scores mean, for readers who do not measure for a living."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TERMS: Mapping[str, str] = {
    "precision": "of what was found, the share that is right.",
    "recall": "of what is there to be found, the share that was found.",
    "F1": "precision and recall in one number (their harmonic mean): 1 only where both are.",
    "average precision": "how high the right posts stand in the list from the surest down: 1 when all of them come "
    "first, the base rate when the order is chance.",
    "base rate": "the share of all posts that is right: what guessing would reach.",
    "B-cubed": "how well accounts were joined into people, account by account: of the accounts joined with it, the "
    "share that is the same person's (precision); of that person's accounts, the share joined with it (recall).",
    "ARI": "adjusted Rand index: whether pairs of people were rightly put together or apart, 1 for all, 0 for what "
    "chance would reach. It needs people of two true rings at least.",
    "false rings": "candidates in which no true ring makes up half of the people known.",
    "reachable members": "people whom at least one reply, mention, shared contact or deal of the evidence ties to "
    "their ring.",
    "ECE": "expected calibration error: how far a stated probability lies from how often it comes true, 0 is best.",
    "Brier": "mean squared error of the probabilities, 0 is best.",
    "macro-F1": "the mean of the F1 of each direction, so that rare ones count as much.",
    "[low, high]": "95 % interval by bootstrap: where the score would lie for other evidence of the same kind.",
}  # fmt: skip
"""Word of the scores -> what it means, in one sentence."""


def explained(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each word that a document of scores uses; intervals are explained always."""
    used = set(_names(document))
    yield "What the words mean:"
    for word, meaning in TERMS.items():
        if word == "[low, high]" or any(word.lower() in name.lower() for name in used):
            yield f"  {word}: {meaning}"


def _names(document: Mapping[str, Any]) -> Iterator[str]:
    for name, inner in document.items():
        yield str(name)
        if isinstance(inner, dict):
            yield from _names(inner)
