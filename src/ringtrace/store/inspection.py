"""What does not agree in the custody folder: each finding names the file and the line."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from ringtrace.errors import CaseError
from ringtrace.model.custody import Finding
from ringtrace.store.custody import CustodyLog
from ringtrace.store.keys import Checkpoint, is_signed_by, key_id, read_checkpoint
from ringtrace.store.merkle import consistency_proof, is_consistent, leaf_hash, root_hash

_LOG, _LEAVES, _NOTE, _KEY = (f"custody/{name}" for name in ("log.jsonl", "leaves.hex", "checkpoint", "key.pem"))
KNOWN = ("log.jsonl", "leaves.hex", "checkpoint", "key.pem", "frontier", "timestamps", ".lock")


def inspect_log(log: CustodyLog) -> list[Finding]:
    """Return everything about the log that does not agree with its signed checkpoint."""
    return inspect_signed(log) or inspect_rest(log)


def inspect_signed(log: CustodyLog) -> list[Finding]:
    """Return what contradicts the signature: changed, removed or inserted lines, a wrong note or key."""
    lines = log.lines()
    leaves = [leaf_hash(line) for line in lines]
    path = log.folder / "checkpoint"
    if not path.exists():
        return [Finding(_NOTE, "there is no checkpoint, though the log has lines")] if lines else []
    if problem := _key_problem(log):
        return [Finding(_KEY, problem)]
    try:
        checkpoint = read_checkpoint(path.read_bytes(), log.public_key())
    except CaseError as error:
        another = "another key" in str(error)
        return [Finding(_blamed(path.read_bytes(), log.public_key(), leaves) if another else _NOTE, str(error))]
    if problem := _note_problem(path.read_bytes()):
        return [Finding(_NOTE, problem)]
    if checkpoint.size <= len(leaves) and root_hash(leaves[: checkpoint.size]) == checkpoint.root:
        return []
    return _place(leaves, _recorded(log), checkpoint)


def inspect_rest(log: CustodyLog) -> list[Finding]:
    """Return what no signature covers: lines behind the checkpoint, a torn line, wrong leaves, unknown files."""
    found = []
    lines = log.lines()
    data = log.path.read_bytes() if log.path.exists() else b""
    if not data.endswith(b"\n") and data:
        found.append(Finding(f"{_LOG} line {len(lines) + 1}", "this last line is not complete"))
    try:
        checkpoint = log.checkpoint()
    except CaseError:
        checkpoint = None
    if checkpoint and checkpoint.size < len(lines):
        where = f"{_LOG} line {checkpoint.size + 1} to {len(lines)}"
        found.append(Finding(where, f"{len(lines) - checkpoint.size} log lines are not covered by the checkpoint yet"))
    found += _leaf_problems(log, lines)
    if log.folder.exists():
        strange = sorted(p.name for p in log.folder.iterdir() if not _is_known(p.name))
        found += [Finding(f"custody/{name}", "this file does not belong here") for name in strange]
    return found


def inspect_witness(log: CustodyLog, note: bytes) -> tuple[Checkpoint | None, list[Finding]]:
    """Return an earlier checkpoint that a witness kept, and what contradicts it.

    The log must lead from it to the present checkpoint by an RFC 6962 consistency proof.
    """
    try:
        old, new = read_checkpoint(note, log.public_key()), log.checkpoint()
    except CaseError as error:
        return None, [Finding("the witness's checkpoint", str(error))]
    if new is None or old.size > new.size:
        return old, [Finding(_LOG, f"the witness saw {old.size} lines, the log has {new.size if new else 0}")]
    leaves = [leaf_hash(line) for line in log.lines()[: new.size]]
    if not is_consistent(old.size, old.root, new.size, new.root, consistency_proof(leaves, old.size)):
        return old, [Finding(f"{_LOG} line 1 to {old.size}", "the log is not a continuation of what the witness saw")]
    return old, []


def _is_known(name: str) -> bool:
    return name in KNOWN or name.startswith("torn-")


def _note_problem(note: bytes) -> str:
    """Return what is wrong beside the signature: the case's own checkpoint has one signature and nothing else."""
    return "" if note.count(b"\n") == 5 else "there is more in this file than the checkpoint and its signature"


def _blamed(note: bytes, public: bytes, leaves: Sequence[bytes]) -> str:
    """Return which of note and key was changed: a note that agrees with itself and the log speaks against the key."""
    body, _, tail = note.partition(b"\n\n")
    lines, words = body.split(b"\n"), tail.split(b" ")
    if len(lines) != 3 or len(words) != 3 or words[1] != lines[0] or not lines[1].isdigit():
        return _NOTE
    root = base64.b64encode(root_hash(leaves[: int(lines[1][:18])]))
    same_id = key_id(lines[0].decode("utf-8", "replace"), public) == _decoded(words[2])[:4]
    return _KEY if root == lines[2] and not same_id and not is_signed_by(note, public) else _NOTE


def _key_problem(log: CustodyLog) -> str:
    """Return what is wrong with the public key's file, "" when nothing."""
    try:
        data = (log.folder / "key.pem").read_bytes()
        log.public_key()
        written = load_pem_public_key(data).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    except (OSError, CaseError) as error:
        return str(error)
    return "" if written == data else "this file has more in it than the public key"


def _recorded(log: CustodyLog) -> list[bytes]:
    path = log.folder / "leaves.hex"
    kept = path.read_bytes().split(b"\n") if path.exists() else []
    try:
        return [bytes.fromhex(entry.decode("ascii", "replace")) for entry in kept if entry]
    except ValueError:
        return []


def _place(leaves: Sequence[bytes], recorded: Sequence[bytes], checkpoint: Checkpoint) -> list[Finding]:
    """Say which lines were changed: by the leaves, where they still lead to the signed root."""
    recorded = recorded[: checkpoint.size]
    if root_hash(recorded) != checkpoint.root:
        if len(leaves) < checkpoint.size:
            return [Finding(_LOG, f"{checkpoint.size - len(leaves)} lines are missing")]
        return [Finding(_LOG, "the log does not lead to the signed root, nor does leaves.hex")]
    if len(leaves) == len(recorded):
        return [
            Finding(f"{_LOG} line {number}", "this line was changed after it was signed")
            for number, (old, new) in enumerate(zip(recorded, leaves, strict=True), start=1)
            if old != new
        ]
    start = next((at for at, (a, b) in enumerate(zip(recorded, leaves, strict=False)) if a != b), None)
    start = min(len(recorded), len(leaves)) if start is None else start
    change = len(leaves) - len(recorded)
    what = f"{-change} lines are missing from here on" if change < 0 else f"{change} lines were put in from here on"
    return [Finding(f"{_LOG} line {start + 1}", f"{what}, or lines were joined or split")]


def _leaf_problems(log: CustodyLog, lines: Sequence[bytes]) -> list[Finding]:
    path = log.folder / "leaves.hex"
    kept = path.read_bytes() if path.exists() else b""
    wanted = b"".join(leaf_hash(line).hex().encode() + b"\n" for line in lines)
    if kept == wanted:
        return []
    at = next((n for n, (a, b) in enumerate(zip(kept, wanted, strict=False)) if a != b), min(len(kept), len(wanted)))
    return [Finding(f"{_LEAVES} line {at // 65 + 1}", "this leaf does not belong to the line of the log")]


def _decoded(code: bytes) -> bytes:
    try:
        return base64.b64decode(code)
    except ValueError:
        return b""
