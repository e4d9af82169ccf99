"""The constants of rings as data: ``lexicons/rings.model.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any


def _document() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("ringtrace") / "lexicons" / "rings.model.toml").read_text("utf-8"))


_MODEL = _document()
PROTECTIVE = frozenset(_MODEL["protective"])
TRADE_FACTS = frozenset(_MODEL["trade_facts"])
SERVICE_FACTS: Mapping[str, str] = _MODEL["service_facts"]


def number(name: str) -> float:
    """Return a count, share or number of days of the model; raises KeyError for an unknown name."""
    return float(_MODEL["number"][name])


def layer_weight(name: str) -> float:
    """Return how much one tie of a layer weighs; raises KeyError for an unknown layer."""
    return float(_MODEL["layer"][name])
