"""The boundary between the program and a reader: whatever a reader does on hostile bytes, the file's siblings go in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from ringtrace.errors import EvidenceError

OUT_OF_MEMORY = "more memory than allowed"
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a reader stopped, in words."""

    reason: str


def guarded(steps: Iterator[Item]) -> Iterator[Item | Fault]:
    """Yield what a reader gives, and where it fails the reason in place of the rest."""
    try:
        yield from steps
        return
    except EvidenceError as error:
        reason = error.reason
    except MemoryError:
        reason = OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001  the one broad except: a reader's fault becomes a Gap
        reason = f"the reader failed: {type(error).__name__}: {error}"
    yield Fault(reason)  # out here: an error holds on to everything that the reader held
