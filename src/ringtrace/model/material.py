"""What an exporter is given: the rows of one analysis, masked, with where everything rests in evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Material:
    """One analysis as it may leave the case.

    case: its name. synthetic: whether any evidence is invented (the mark goes into every format).
    tables: the folder of the internal tables, unmasked; only the export of the tables itself reads it.
    rows: name of a contract table -> its rows in the contract's order, text masked.
    spots: actor id -> (x, y) of the picture that the report shows.
    """

    case: str
    synthetic: bool
    tables: Path
    rows: Callable[[str], list[dict[str, Any]]]
    spots: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def note(self) -> str:
        """The sentence that every format carries."""
        made = "Synthetic: invented for tests and training; no real person. " if self.synthetic else ""
        return f"{made}Observed facts with their evidence, not findings about persons. Case {self.case}, by Ringtrace."


def reference(span: Row) -> str:
    """Return a span as text, as records take it in: "SHA-256:start-stop" or "SHA-256:member:start-stop"."""
    member = f"{span['member']}:" if span["member"] else ""
    return f"{span['evidence_id']}:{member}{span['start']}-{span['stop']}"


def references(spans: Iterable[Row | None]) -> tuple[str, ...]:
    """Return the references of ``spans`` in their order, each once; None stands for no quote."""
    return tuple(dict.fromkeys(reference(span) for span in spans if span))


def has_span(row: Row) -> bool:
    """Whether a row that may carry a span (figures, records) does."""
    return bool(row["evidence_id"]) and row["start"] is not None
