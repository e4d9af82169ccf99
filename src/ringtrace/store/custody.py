"""The custody log: append-only JSON lines, a hash tree over them, a signed checkpoint.

    custody/log.jsonl    one event a line, never rewritten
    custody/leaves.hex   RFC 6962 leaf hash of each line, one a line (to place a change)
    custody/checkpoint   signed note over size and root (C2SP tlog-checkpoint)
    custody/key.pem      the public key, for third parties
    custody/frontier     roots of the full subtrees, so that appending never reads the log; may be deleted

Order of writing: log line durable, then leaf, then checkpoint. A crash in between leaves lines
that no checkpoint covers yet; the next event signs them. A torn last line was never
acknowledged: it is moved to ``custody/torn-N`` and its removal is itself an event.

A new checkpoint always continues the tree that was signed before, never what the log file says
today: whoever changes an old line is not signed by the next event. Several processes may append;
each waits for the other.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ringtrace.errors import CaseError
from ringtrace.store.durable import append_line, replace_file
from ringtrace.store.keys import Checkpoint, public_bytes, public_pem, read_checkpoint, sign_checkpoint
from ringtrace.store.merkle import Tree, leaf_hash, root_hash

_CHANGED = "the custody log was changed after it was signed; nothing was added; run `ringtrace verify`"


@dataclass(slots=True)
class _Head:
    """Where the log ends. tree: over all its lines; offset: bytes of them; signed: lines that the checkpoint covers.

    key: who signs, the public key's bytes, once that was compared with the case's. note: the checkpoint's bytes.
    origin: the log's name, kept from its first checkpoint whatever the case is called later.
    """

    tree: Tree
    offset: int
    signed: int
    key: bytes = b""
    note: bytes = b""
    origin: str = ""


class CustodyLog:
    """Reads and appends the log in ``folder``; ``now`` returns an ISO 8601 UTC time."""

    def __init__(self, folder: Path, now: Callable[[], str]) -> None:
        self.folder = folder
        self._now = now
        self._head: _Head | None = None

    @property
    def path(self) -> Path:
        return self.folder / "log.jsonl"

    def lines(self) -> list[bytes]:
        """Return the complete lines of the log without their newline."""
        data = self.path.read_bytes() if self.path.exists() else b""
        return data[: data.rfind(b"\n") + 1].split(b"\n")[:-1]

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
        """Append events and sign a checkpoint over the whole log; durable on return.

        Raises CaseError when the log does not continue what was signed, or was signed by another key.
        """
        with self._alone():
            head = self._resume(key, origin)
            self._head = None  # until all of it is written: a failure leaves a state that must be read anew
            if events:
                self._write(head, [_line({"at": self._now(), **event}) for event in events])
            if head.signed < head.tree.size:
                self._sign(head, key)
            self._head = head

    def checkpoint(self) -> Checkpoint | None:
        """Return what was signed last; raises CaseError when form, key or signature is wrong."""
        path = self.folder / "checkpoint"
        return read_checkpoint(path.read_bytes(), self.public_key()) if path.exists() else None

    def public_key(self) -> bytes:
        """Return the case's public key, 32 bytes; raises CaseError when it is not readable."""
        try:
            key = serialization.load_pem_public_key((self.folder / "key.pem").read_bytes())
        except (OSError, ValueError) as error:
            raise CaseError(f"custody/key.pem is not readable: {error}") from error
        if not isinstance(key, Ed25519PublicKey):
            raise CaseError("custody/key.pem is not an Ed25519 key")
        return public_bytes(key)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait for other processes that append."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _resume(self, key: Ed25519PrivateKey, origin: str) -> _Head:
        """Return the end of the log, brought to the state after its last complete line."""
        size = self.path.stat().st_size if self.path.exists() else 0
        known = (size, public_bytes(key), self._note())
        if self._head is not None and (self._head.offset, self._head.key, self._head.note) == known:
            return self._head
        self._head = None
        for leftover in self.folder.glob(".*.new"):  # half-written, never in force
            leftover.unlink()
        if not (self.folder / "key.pem").exists():
            replace_file(self.folder / "key.pem", public_pem(key))
        if self.public_key() != public_bytes(key):
            raise CaseError(
                "this case is signed with another key than yours; a team that shares a case shares its key folder "
                "(RINGTRACE_KEYS)"
            )
        if not size and not (self.folder / "checkpoint").exists():  # so that no line ever comes before a checkpoint
            replace_file(self.folder / "checkpoint", sign_checkpoint(Checkpoint(origin, 0, Tree().root()), key))
        signed = self.checkpoint()
        if signed is None:
            raise CaseError(f"custody/checkpoint is missing; {_CHANGED}")
        head = self._stored_head(signed) or self._read_head(signed)
        self._follow(head)
        head.key, head.note, head.origin = public_bytes(key), self._note(), signed.origin
        return head

    def _note(self) -> bytes:
        path = self.folder / "checkpoint"
        return path.read_bytes() if path.exists() else b""

    def _stored_head(self, signed: Checkpoint) -> _Head | None:
        """Return the signed state as ``frontier`` keeps it, where its nodes lead to the signed root."""
        try:
            first, *rest = (self.folder / "frontier").read_text("ascii").split()
            sizes = [1 << bit for bit in range(signed.size.bit_length() - 1, -1, -1) if signed.size >> bit & 1]
            tree, offset = Tree([*zip(sizes, map(bytes.fromhex, rest), strict=True)]), int(first)
        except (OSError, ValueError):
            return None
        if tree.root() != signed.root or not self._ends_line(offset):
            return None
        return _Head(tree, offset, signed.size)

    def _ends_line(self, offset: int) -> bool:
        """Tell whether a line ends at ``offset``."""
        if offset <= 0 or not self.path.exists():
            return offset == 0
        with self.path.open("rb") as handle:
            handle.seek(offset - 1)
            return handle.read(1) == b"\n"

    def _read_head(self, signed: Checkpoint) -> _Head:
        lines = self.lines()[: signed.size]
        tree = Tree()
        for line in lines:
            tree.add(leaf_hash(line))
        if tree.size != signed.size or tree.root() != signed.root:
            raise CaseError(_CHANGED)
        return _Head(tree, sum(map(len, lines)) + len(lines), signed.size)

    def _follow(self, head: _Head) -> None:
        """Take in lines behind the signed ones, set a torn last line aside, and bring the leaves up to them."""
        if not self.path.exists():
            return
        with self.path.open("rb") as handle:
            handle.seek(head.offset)
            tail = handle.read()
        whole = tail.rfind(b"\n") + 1
        fresh = [leaf_hash(line) for line in tail[:whole].split(b"\n")[:-1]]
        for leaf in fresh:
            head.tree.add(leaf)
        head.offset += whole
        if whole < len(tail):
            number = 1 + sum(1 for _ in self.folder.glob("torn-*"))
            replace_file(self.folder / f"torn-{number}", tail[whole:])
            with self.path.open("r+b") as handle:
                handle.truncate(head.offset)
        self._mend_leaves(head, fresh)
        if whole < len(tail):
            self._write(head, [_line({"at": self._now(), "event": "recover", "torn": f"torn-{number}"})])

    def _mend_leaves(self, head: _Head, fresh: Sequence[bytes]) -> None:
        """Write the leaves anew where they do not end with those of the unsigned lines; never over a changed log."""
        path = self.folder / "leaves.hex"
        kept = path.read_bytes()[-65 * len(fresh) :] if fresh and path.exists() else b""
        if (path.stat().st_size if path.exists() else 0) == 65 * head.tree.size and kept == _hex(fresh):
            return
        leaves = [leaf_hash(line) for line in self.lines()]
        if root_hash(leaves) == head.tree.root():
            replace_file(path, _hex(leaves))

    def _write(self, head: _Head, lines: Sequence[bytes]) -> None:
        leaves = [leaf_hash(line) for line in lines]
        data = b"".join(line + b"\n" for line in lines)
        append_line(self.path, data)
        append_line(self.folder / "leaves.hex", _hex(leaves))
        for leaf in leaves:
            head.tree.add(leaf)
        head.offset += len(data)

    def _sign(self, head: _Head, key: Ed25519PrivateKey) -> None:
        note = sign_checkpoint(Checkpoint(head.origin, head.tree.size, head.tree.root()), key)
        replace_file(self.folder / "checkpoint", note)
        head.signed, head.note = head.tree.size, note
        temporary = self.folder / ".frontier.new"  # not made durable: what does not lead to the root is not used
        temporary.write_text("\n".join([str(head.offset), *(node.hex() for _, node in head.tree.nodes), ""]), "ascii")
        temporary.replace(self.folder / "frontier")


def _hex(leaves: Sequence[bytes]) -> bytes:
    return b"".join(leaf.hex().encode() + b"\n" for leaf in leaves)


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
