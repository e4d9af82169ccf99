"""The custody log: append-only JSON lines, a hash tree over them, a signed checkpoint.

    custody/log.jsonl    one event a line, never rewritten
    custody/leaves.hex   RFC 6962 leaf hash of each line, one a line (to place a change)
    custody/checkpoint   signed note over size and root (C2SP tlog-checkpoint)
    custody/key.pem      the public key, for third parties

Order of writing: log line durable, then leaf, then checkpoint. A crash in between leaves lines
that no checkpoint covers yet; the next intake signs them. A torn last line was never
acknowledged: it is moved to ``custody/torn-N`` and its removal is itself an event.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ringtrace.errors import CaseError
from ringtrace.store.durable import append_line, replace_file
from ringtrace.store.keys import Checkpoint, public_bytes, public_pem, read_checkpoint, sign_checkpoint
from ringtrace.store.merkle import leaf_hash, root_hash


@dataclass(frozen=True, slots=True)
class Finding:
    """What ``verify`` found: where (a path or log line) and what is wrong, in words."""

    where: str
    what: str


class CustodyLog:
    """Reads and appends the log in ``folder``; ``now`` returns an ISO 8601 UTC time."""

    def __init__(self, folder: Path, now: Callable[[], str]) -> None:
        self.folder = folder
        self._now = now

    @property
    def path(self) -> Path:
        return self.folder / "log.jsonl"

    def lines(self) -> list[bytes]:
        """Return the complete lines of the log without their newline."""
        data = self.path.read_bytes() if self.path.exists() else b""
        return data[: data.rfind(b"\n") + 1].splitlines()

    def events(self) -> list[dict[str, Any]]:
        """Return the events in order; raises CaseError naming the line that is not JSON."""
        found = []
        for number, line in enumerate(self.lines(), start=1):
            try:
                event = json.loads(line)
            except ValueError as error:
                raise CaseError(f"{self.path} line {number} is damaged; run `ringtrace verify`") from error
            if not isinstance(event, dict):
                raise CaseError(f"{self.path} line {number} is damaged; run `ringtrace verify`")
            found.append(event)
        return found

    def append(self, events: Sequence[dict[str, Any]], key: Ed25519PrivateKey, origin: str) -> None:
        """Append events, then sign a checkpoint over the whole log; durable on return."""
        self.mend(key)
        if events:
            self._write([_line({"at": self._now(), **event}) for event in events])
        self.sign(key, origin)

    def mend(self, key: Ed25519PrivateKey) -> None:
        """Bring log and leaves to the state after the last complete line."""
        self.folder.mkdir(parents=True, exist_ok=True)
        key_path = self.folder / "key.pem"
        if not key_path.exists():
            replace_file(key_path, public_pem(key))
        data = self.path.read_bytes() if self.path.exists() else b""
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            number = 1 + sum(1 for _ in self.folder.glob("torn-*"))
            replace_file(self.folder / f"torn-{number}", data[whole:])
            with self.path.open("r+b") as handle:
                handle.truncate(whole)
            self._write([_line({"at": self._now(), "event": "recover", "torn": f"torn-{number}"})])
        leaves = b"".join(leaf_hash(line).hex().encode() + b"\n" for line in self.lines())
        leaf_path = self.folder / "leaves.hex"
        if (leaf_path.read_bytes() if leaf_path.exists() else b"") != leaves and not self.problems():
            replace_file(leaf_path, leaves)

    def sign(self, key: Ed25519PrivateKey, origin: str) -> None:
        """Sign a checkpoint over all lines, unless the present one already covers them."""
        leaves = [leaf_hash(line) for line in self.lines()]
        checkpoint = Checkpoint(origin, len(leaves), root_hash(leaves))
        note = sign_checkpoint(checkpoint, key)
        path = self.folder / "checkpoint"
        if not path.exists() or path.read_bytes() != note:
            replace_file(path, note)

    def problems(self) -> list[Finding]:
        """Return everything about the log that does not agree with its signed checkpoint."""
        lines = self.lines()
        path = self.folder / "checkpoint"
        if not path.exists():
            return [Finding("custody/checkpoint", "there is no checkpoint, though the log has lines")] if lines else []
        try:
            checkpoint = read_checkpoint(path.read_bytes(), self.public_key())
        except CaseError as error:
            return [Finding("custody/checkpoint", str(error))]
        if checkpoint.size > len(lines):
            return [Finding("custody/log.jsonl", f"{checkpoint.size - len(lines)} lines are missing at the end")]
        leaves = [leaf_hash(line) for line in lines[: checkpoint.size]]
        if root_hash(leaves) == checkpoint.root:
            return []
        return self._changed(leaves, checkpoint)

    def unsigned(self) -> int:
        """Return how many lines lie behind the last checkpoint (0 in a case at rest)."""
        path = self.folder / "checkpoint"
        size = read_checkpoint(path.read_bytes(), self.public_key()).size if path.exists() else 0
        return len(self.lines()) - size

    def public_key(self) -> bytes:
        """Return the case's public key, 32 bytes; raises CaseError when it is not readable."""
        try:
            key = serialization.load_pem_public_key((self.folder / "key.pem").read_bytes())
        except (OSError, ValueError) as error:
            raise CaseError(f"custody/key.pem is not readable: {error}") from error
        if not isinstance(key, Ed25519PublicKey):
            raise CaseError("custody/key.pem is not an Ed25519 key")
        return public_bytes(key)

    def _changed(self, leaves: list[bytes], checkpoint: Checkpoint) -> list[Finding]:
        path = self.folder / "leaves.hex"
        kept = path.read_bytes().split() if path.exists() else []
        try:
            recorded = [bytes.fromhex(entry.decode("ascii", "replace")) for entry in kept[: checkpoint.size]]
        except ValueError:
            recorded = []
        if root_hash(recorded) != checkpoint.root:
            return [Finding("custody/log.jsonl", "the log does not lead to the signed root, nor does leaves.hex")]
        return [
            Finding(f"custody/log.jsonl line {number}", "this line was changed after it was signed")
            for number, (old, new) in enumerate(zip(recorded, leaves, strict=True), start=1)
            if old != new
        ]

    def _write(self, lines: Sequence[bytes]) -> None:
        append_line(self.path, b"".join(line + b"\n" for line in lines))
        append_line(self.folder / "leaves.hex", b"".join(leaf_hash(line).hex().encode() + b"\n" for line in lines))


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
