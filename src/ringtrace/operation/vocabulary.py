"""The statuses of records, the rules of their order and the words that files use for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from rapidfuzz import fuzz, process

from ringtrace.model.record import RecordKind
from ringtrace.text import lexicon

KINDS: tuple[RecordKind, ...] = get_args(RecordKind)
PERSONS = frozenset({"suspect", "child"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What statuses of one kind allow.

    order: pairs (earlier, later): an event of the first set is never dated after one of the second.
    once:  statuses that a subject has once, unless it was reported anew in between.
    needs: status -> statuses of which one should stand before it.
    against: pairs that contradict each other.
    """

    statuses: tuple[str, ...]
    order: tuple[tuple[frozenset[str], frozenset[str]], ...]
    once: frozenset[str]
    needs: Mapping[str, frozenset[str]]
    against: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Count:
    """A figure that records give: how many subjects of ``kind`` ever had one of ``statuses``.

    within: the status of the figure that holds this one, "" for none. by_place: also told by province.
    """

    quantity: str
    status: str
    kind: str
    statuses: frozenset[str]
    within: str
    by_place: bool


@cache
def rules(kind: str) -> Rules:
    """Return the rules of a kind of record; raises KeyError for an unknown one."""
    table = lexicon.constants("records")[kind]
    return Rules(
        tuple(table["statuses"]),
        tuple((frozenset(rule["earlier"]), frozenset(rule["later"])) for rule in table["order"]),
        frozenset(table["once"]),
        {status: frozenset(before) for status, before in table["needs"].items()},
        tuple(frozenset(pair) for pair in table["against"]),
    )


@cache
def counts() -> tuple[Count, ...]:
    """Return the figures that are computed from records, in the order of the data."""
    return tuple(
        Count(
            row["quantity"], row["status"], row["kind"], frozenset(row["any"]), row.get("within", ""),
            bool(row.get("table")),
        )
        for row in lexicon.constants("records")["figure"]
    )  # fmt: skip


def constant(name: str) -> Any:  # noqa: ANN401  a number or a date of the data file
    """Return a constant of ``lexicons/records.model.toml``."""
    return lexicon.constants("records")[name]


def read_kind(word: str) -> RecordKind | None:
    """Return the kind of record that a word of a file means."""
    plain = _plain(word)
    meant = {plain, *_concepts().get(plain, ())}
    return next((kind for kind in KINDS if kind in meant), None)


def read_status(kind: str, word: str) -> str | None:
    """Return the status of ``kind`` that a word of a file means."""
    plain, allowed = _plain(word), rules(kind).statuses
    if plain.replace(" ", "_") in allowed:
        return plain.replace(" ", "_")
    return next((concept for concept in _concepts().get(plain, ()) if concept in allowed), None)


def nearest_status(kind: str, word: str) -> str:
    """Return the known word nearest to ``word``, with its status, for a message."""
    allowed = rules(kind).statuses
    words = {term: c for c, terms in lexicon.load("record_status").items() if c in allowed for term in terms}
    words.update({status: status for status in allowed})
    found = nearest(_plain(word), words)
    return f"{found} ({words[found]})" if found and words[found] != found else found


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the entry of ``known`` that is most like ``word``, "" when there is none."""
    best = process.extractOne(word, sorted(known), scorer=fuzz.ratio)
    return str(best[0]) if best else ""


def read_column(heading: str) -> str | None:
    """Return the concept that a column's heading names ("subject", "identity_name", ...)."""
    return _columns().get(_plain(heading.replace("_", " ").replace("-", " ")))


def column_concepts() -> tuple[str, ...]:
    return tuple(sorted(lexicon.load("record_columns")))


def _plain(word: str) -> str:
    return " ".join(word.strip("\ufeff \t").lower().split())


@cache
def _concepts() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for concept, terms in lexicon.load("record_status").items():
        for term in terms:
            found[term.lower()] = (*found.get(term.lower(), ()), concept)
    return found


@cache
def _columns() -> Mapping[str, str]:
    return {term.lower(): concept for concept, terms in lexicon.load("record_columns").items() for term in terms}
