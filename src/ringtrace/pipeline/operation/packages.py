"""The packages of an operation that were written: the ledger says which, for whom, with which hash and signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ringtrace.store.ledger import Change, Ledger

KIND = "package"
UNASSIGNED = "unassigned"
"""Stands for a place where none is firm or likely."""


@dataclass(frozen=True, slots=True)
class Written:
    """A package as it left. name: of its file. signature: Ed25519 in Base64. day: the action day that it names.

    recipients: public keys that alone open it, () where it is in clear.
    """

    place: str
    name: str
    sha256: str
    signature: str
    targets: int
    day: str
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """What a package would hold. evidence: quoted spans, each once. against: what speaks against roles and places, with
    doubts. missing: what is not known -> of how many targets."""

    targets: int
    evidence: int
    against: int
    missing: Mapping[str, int]


def note_package(ledger: Ledger, author: str, written: Written) -> None:
    """Record that a package leaves; durable on return."""
    ledger.record(KIND, author, {"what": "package written", **asdict(written)})


def read_packages(ledger: Ledger) -> list[tuple[Change, Written]]:
    """Return every package that was written, the latest first."""
    return [(event, _written(payload)) for event, payload in ledger.events(KIND)][::-1]


def _written(payload: Mapping[str, Any]) -> Written:
    told = {key: value for key, value in payload.items() if key != "what"}
    return Written(**{**told, "recipients": tuple(told["recipients"])})
