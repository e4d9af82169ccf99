"""Packs evidence for a third party: originals, log, proofs, checkpoint, time-stamps, verifier (BagIt, RFC 8493).

bagit.txt, bag-info.txt, manifest-sha256.txt, tagmanifest-sha256.txt
README.txt, verify.py                 how to check it, and a verifier that needs only Python
data/objects/ab/ab12...               originals, named by SHA-256
data/custody/log-extract.jsonl        the lines of the log that speak of them, byte for byte
data/custody/proofs.jsonl             an inclusion proof for each of those lines
data/custody/checkpoint               the signed note; checkpoint.body and checkpoint.sig for openssl; key.pem
data/custody/timestamps/N/            time-stamps, each with a consistency proof to the checkpoint
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from ringtrace import __version__
from ringtrace.errors import CaseError, UsageError
from ringtrace.pipeline.intake.custodian import Asked, log_disclosure
from ringtrace.pipeline.telling.provenance import find_evidence, history
from ringtrace.store.case import Case, now
from ringtrace.store.durable import sync_filesystem
from ringtrace.store.evidence import Held
from ringtrace.store.inspection import inspect_signed
from ringtrace.store.keys import read_checkpoint, split_checkpoint
from ringtrace.store.merkle import audit_paths, consistency_proof, leaf_hash

_CHUNK = 1 << 20
_README = """This folder holds evidence from the case {name}, packed by Ringtrace {version} on {day}.

To check it with nothing but common tools, in this folder:

  sha256sum -c manifest-sha256.txt        every file is as it was packed
  sha256sum -c tagmanifest-sha256.txt     so are the lists themselves
  cd data/custody
  openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in checkpoint.body -sigfile checkpoint.sig
                                          the checkpoint was signed with the case's key
{stamps}
Compare the key with what the case's holder gave you on another way: {key}

To check all of it, proofs included: python3 verify.py .
Take verify.py from another source than this folder where you can.

data/custody/log-extract.jsonl tells who handed each file in, who received it, under which authority, and
every act on it since, one line an act; the files themselves lie in data/objects under their SHA-256.
"""
_STAMP = """  openssl ts -verify -data timestamps/{0}/checkpoint -in timestamps/{0}/response.tsr \\
      -CAfile timestamps/{0}/roots.pem
                                          an outside authority attests the time
"""


@dataclass(frozen=True, slots=True)
class Bagged:
    """What a package holds. bytes: of originals; lines: of the log."""

    originals: int
    bytes: int
    lines: int


def write_bag(
    case: Case, out: Path, only: Sequence[str], to: str, asked: Asked, progress: Callable[[int, int], None]
) -> Bagged:
    """Write a package of all originals, or of those in ``only`` (names or hashes), to the new folder ``out``.

    The log says first that they leave, and to whom. Raises UsageError when ``out`` is there or nothing is held,
    CaseError when an original or the log was changed: no package is left then.
    """
    if out.exists():
        raise UsageError(f"{out} exists; give a new name")
    if problems := inspect_signed(case.evidence.log):
        raise CaseError(f"{problems[0].where}: {problems[0].what}; nothing was packed; run `ringtrace verify`")
    chosen = {find_evidence(case, word) for word in only}
    held = [item for item in case.evidence.held() if not only or item.evidence_id in chosen]
    if not held or len(held) < len(chosen):
        raise UsageError("there is nothing to pack" if not held else "one of these files was erased")
    log_disclosure(case, "evidence package", to, asked, [item.evidence_id for item in held] if only else None)
    fresh = out.with_name(f".{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        hashes = dict(_copy_originals(case, fresh, held, progress))
        lines = _write_custody(case, fresh, chosen)
        _write_tags(case, fresh, hashes, sum(item.size for item in held))
        sync_filesystem(fresh)
        fresh.rename(out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Bagged(len(held), sum(item.size for item in held), lines)


def _copy_originals(
    case: Case, bag: Path, held: Sequence[Held], progress: Callable[[int, int], None]
) -> Iterable[tuple[str, str]]:
    """Copy originals and yield (path in the bag, SHA-256); raises CaseError for one whose bytes were changed."""
    done, total = 0, sum(item.size for item in held)
    for item in held:
        source = case.evidence.object_path(item.evidence_id)
        name = f"data/objects/{item.evidence_id[:2]}/{item.evidence_id}"
        (bag / name).parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with source.open("rb") as reader, (bag / name).open("wb") as writer:
            while chunk := reader.read(_CHUNK):
                digest.update(chunk)
                writer.write(chunk)
                done += len(chunk)
        if digest.hexdigest() != item.evidence_id:
            raise CaseError(f"{item.names[0]} was changed in the store; nothing was packed; run `ringtrace verify`")
        progress(done, total)
        yield name, item.evidence_id


def _write_custody(case: Case, bag: Path, chosen: set[str]) -> int:
    """Write the log's lines on what is packed, with their proofs; return how many."""
    log, folder = case.evidence.log, bag / "data" / "custody"
    folder.mkdir(parents=True)
    note = (log.folder / "checkpoint").read_bytes()
    present = read_checkpoint(note, log.public_key())
    lines = log.lines()[: present.size]
    wanted = _wanted(case, chosen, present.size)
    leaves = [leaf_hash(line) for line in lines]
    body, signature = split_checkpoint(note)
    files = {
        "checkpoint": note, "checkpoint.body": body, "checkpoint.sig": signature,
        "key.pem": (log.folder / "key.pem").read_bytes(),
        "log-extract.jsonl": b"".join(lines[at] + b"\n" for at in wanted),
        "proofs.jsonl": b"".join(
            _json({"line": at + 1, "path": [value.hex() for value in path]})
            for at, path in zip(wanted, audit_paths(leaves, wanted), strict=True)
        ),
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).write_bytes(data)
    for stamp in sorted((log.folder / "timestamps").glob("[0-9]*")):
        target = folder / "timestamps" / stamp.name
        shutil.copytree(stamp, target)
        old = read_checkpoint((stamp / "checkpoint").read_bytes(), log.public_key())
        proof = [value.hex() for value in consistency_proof(leaves, old.size)]
        (target / "consistency.json").write_bytes(_json(proof))
    return len(wanted)


def _wanted(case: Case, chosen: set[str], size: int) -> list[int]:
    """Return the indexes of the lines to pack: all, or those that touch what was chosen."""
    if not chosen:
        return list(range(size))
    return sorted({row["line"] - 1 for key in chosen for row in history(case, key) if row["line"] <= size})


def _write_tags(case: Case, bag: Path, hashes: dict[str, str], size: int) -> None:
    """Write what BagIt asks for: declaration, information, manifests; and the verifier."""
    day = now()[:10]
    stamps = sorted((bag / "data/custody/timestamps").glob("*"), key=lambda path: int(path.name))
    key = hashlib.sha256(case.evidence.log.public_key()).hexdigest()
    readme = _README.format(
        name=case.settings.name, version=__version__, day=day, key=key,
        stamps="".join(_STAMP.format(path.name) for path in stamps),
    )  # fmt: skip
    payload = dict(hashes)
    for path in sorted((bag / "data/custody").rglob("*")):
        if path.is_file():
            payload[path.relative_to(bag).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
            size += path.stat().st_size
    info = f"Bagging-Date: {day}\nPayload-Oxum: {size}.{len(payload)}\nBag-Software-Agent: ringtrace {__version__}\n"
    verifier = (resources.files(__package__) / "bag_verifier.py").read_bytes()
    tags = {
        "README.txt": readme.encode(), "bag-info.txt": info.encode(),
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "manifest-sha256.txt": _manifest(payload), "verify.py": verifier,
    }  # fmt: skip
    tags["tagmanifest-sha256.txt"] = _manifest({name: hashlib.sha256(data).hexdigest() for name, data in tags.items()})
    for name, data in tags.items():
        (bag / name).write_bytes(data)


def _manifest(hashes: dict[str, str]) -> bytes:
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode()


def _json(value: Any) -> bytes:  # noqa: ANN401  any JSON value
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
