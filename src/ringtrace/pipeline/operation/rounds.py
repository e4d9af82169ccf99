"""Rounds of deconfliction as messages that come in and go out: what waits for an answer, and the next step of each.

What comes in is laid down before anything is answered, so that a person sees from whom it is and what answering it
would tell. A message is taken by one person alone: who is second finds that it is gone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ringtrace.errors import UsageError
from ringtrace.operation import exchange
from ringtrace.operation.exchange import Kind, Message
from ringtrace.pipeline.intake.custodian import Asked
from ringtrace.pipeline.operation import deconflicting
from ringtrace.pipeline.operation.deconflicting import read_terms
from ringtrace.store.case import Case
from ringtrace.store.durable import replace_file
from ringtrace.store.keys import key_folder, open_key

FOLDER = "deconfliction"
LARGEST = 64 * 2**20
"""Bytes of a message: an answer to the most identifiers that one may hold has 40 for each, and the owner's tags."""
_NAME = 16
_WAITING, _TAKEN, _OUT = "waiting", "taken", "out"
_NEXT: dict[Kind, Kind | None] = {"ask": "answer", "answer": "claim", "claim": "pointers", "pointers": None}
"""What a message is answered with; pointers end a round."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that waits or went out. name: its file. other: the partner's name in case.toml, "" for a stranger.

    says: the name that the sender gives of itself, of what went out the recipient's. number: identifiers.
    """

    name: str
    kind: Kind
    other: str
    says: str
    number: int


def our_key() -> str:
    """The public key that partners name in their case.toml, hex."""
    return exchange.public_key(open_key(key_folder()))


def waiting(case: Case) -> list[Letter]:
    """Messages that came in and were not answered yet, in the order of their names."""
    return [_letter(case, path, came=True) for path in _files(case, _WAITING)]


def sent(case: Case) -> list[Letter]:
    """Messages that this case wrote here, the latest first."""
    found = sorted(_files(case, _OUT), key=lambda path: (-path.stat().st_mtime_ns, path.name))
    return [_letter(case, path, came=False) for path in found]


def file_of(case: Case, name: str) -> Path | None:
    """The file of a message that went out, None where there is none of this name."""
    return next((path for path in _files(case, _OUT) if path.name == name), None)


def take_in(case: Case, data: bytes) -> str:
    """Lay down what came in and return its name. Raises UsageError for what is no message or was taken already."""
    if len(data) > LARGEST:
        raise UsageError(f"a message may have {LARGEST:,} bytes")
    message = exchange.read_message(data)
    name = _name(message)
    if (_folder(case, _TAKEN) / name).exists():
        raise UsageError(
            "this message was taken before; where no answer lies here, the step broke off: let the partner write anew"
        )
    replace_file(_folder(case, _WAITING) / name, data)
    return name


def drop(case: Case, name: str) -> None:
    """Throw a message away that waits. Raises UsageError where none of this name does."""
    with _taking(case, name) as path:
        path.unlink()


def ask(case: Case, partner: str, asked: Asked) -> str:
    """Write the ask for everything that may be asked; return the name of its file."""
    return _written(case, lambda out: deconflicting.ask(case, partner, out, asked))


def advance(case: Case, name: str, asked: Asked) -> str:
    """Take the next step of the round that a waiting message belongs to.

    Returns the name of the message that is to be handed back; "" where none is: after pointers, and where an answer
    holds no hit. Raises UsageError for a stranger, over the quota, and for what answers nothing of ours.
    """
    steps = {"ask": deconflicting.answer, "answer": deconflicting.claim, "claim": deconflicting.point}
    with _taking(case, name) as path:
        data = path.read_bytes()
        kind = exchange.read_message(data).header.kind
        if kind == "pointers":
            deconflicting.read_pointers(case, data, asked)
            return ""
        return _written(case, lambda out: steps[kind](case, data, out, asked))


def _written(case: Case, write: Callable[[Path], object]) -> str:
    """Let ``write`` (of the path to write to) write a message, and name its file after it."""
    draft = _folder(case, _OUT) / f".{os.getpid()}-{os.urandom(8).hex()}"
    try:
        write(draft)
        if not draft.exists():
            return ""
        name = _name(exchange.read_message(draft.read_bytes()))
        draft.replace(draft.with_name(name))
        return name
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _taking(case: Case, name: str) -> Iterator[Path]:
    """Take a waiting message for oneself; it waits again when what was begun with it fails."""
    path = next((path for path in _files(case, _WAITING) if path.name == name), None)
    mine = _folder(case, _TAKEN) / name
    try:
        if path is None:
            raise FileNotFoundError(name)
        path.rename(mine)
    except FileNotFoundError as error:
        raise UsageError("this message waits no more: somebody else has taken it") from error
    done = False
    try:
        yield mine
        done = True
    finally:
        if not done:
            mine.rename(path)


def _letter(case: Case, path: Path, *, came: bool) -> Letter:
    header = exchange.read_message(path.read_bytes()).header
    partners = read_terms(case).partners
    known = next((name for name, key in partners.items() if key == header.key), "") if came else header.recipient
    return Letter(path.name, header.kind, known, header.sender if came else header.recipient, header.number)


def _name(message: Message) -> str:
    return f"{message.header.kind}-{message.digest[:_NAME]}.message"


def _files(case: Case, which: str) -> list[Path]:
    folder = case.folder / FOLDER / which
    return sorted(path for path in folder.glob("*.message") if path.is_file()) if folder.is_dir() else []


def _folder(case: Case, which: str) -> Path:
    folder = case.folder / FOLDER / which
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
