"""The constants of rings as data: ``lexicons/rings.model.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ringtrace.text import lexicon

_MODEL = lexicon.constants("rings")
PROTECTIVE = frozenset(_MODEL["protective"])
TRADE_FACTS = frozenset(_MODEL["trade_facts"])
SERVICE_FACTS: Mapping[str, str] = _MODEL["service_facts"]


@cache
def number(name: str) -> float:
    """Return a count, share or number of days of the model; raises KeyError for an unknown name."""
    return float(_MODEL["number"][name])


def layer_weight(name: str) -> float:
    """Return how much one tie of a layer weighs; raises KeyError for an unknown layer."""
    return float(_MODEL["layer"][name])


def answer_weight(name: str) -> float:
    """Return the weight of a term of ``answer_model.TERMS``, natural log-odds; 0 for one the fit left out."""
    return float(_MODEL["answer"].get(name, 0.0))


def pair_weight(name: str) -> float:
    """Return the weight of a term of ``pair_model.TERMS``, natural log-odds; 0 for one the fit left out."""
    return float(_MODEL["pair"].get(name, 0.0))


def member_weight(name: str) -> float:
    """Return the weight of a term of ``membership.TERMS``, natural log-odds; 0 for one the fit left out."""
    return float(_MODEL["member"].get(name, 0.0))


def broker_weight(name: str) -> float:
    """Return the weight of a term of ``go_between.TERMS``, natural log-odds; 0 for one the fit left out."""
    return float(_MODEL["broker"].get(name, 0.0))
