"""The constants of linking as data: ``lexicons/linking.model.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ringtrace.text import lexicon


def document() -> Mapping[str, Any]:
    """Return the model file: version, limits, thresholds, pair weights (log2 odds)."""
    return lexicon.constants("linking")


def limits() -> Mapping[str, float]:
    """Return counts, days and shares; whole numbers are ints."""
    return MappingProxyType(document()["limits"])


def thresholds() -> Mapping[str, float]:
    """Return the probabilities from which a pair is linked, and shown for review."""
    return MappingProxyType(document()["thresholds"])


def pair_weights() -> Mapping[str, float]:
    """Return feature -> log2 odds at feature value 1."""
    return MappingProxyType(document()["pair"])
