"""RFC 3161 time-stamps on checkpoints: an outside authority attests that the log stood there by then.

    custody/timestamps/N/checkpoint     the checkpoint that was stamped
    custody/timestamps/N/request.tsq    what was asked
    custody/timestamps/N/response.tsr   what the authority answered
    custody/timestamps/N/roots.pem      the root certificates it was checked with

Check one without Ringtrace: ``openssl ts -verify -data checkpoint -in response.tsr -CAfile roots.pem``.
Nothing here uses the network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringtrace.errors import CaseError
from ringtrace.model.custody import Finding
from ringtrace.store.custody import CustodyLog
from ringtrace.store.durable import replace_file, sync_folder
from ringtrace.store.keys import read_checkpoint
from ringtrace.store.merkle import leaf_hash, root_hash

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest

NAMES = ("checkpoint", "request.tsq", "response.tsr", "roots.pem")
_WHERE = "custody/timestamps"


def make_request(note: bytes) -> TimeStampRequest:
    """Return a request to stamp ``note``: SHA-256, a nonce, the authority's certificate wanted."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build()


def check_response(response: bytes, note: bytes, roots: bytes, nonce: int | None = None) -> datetime:
    """Return the time that ``response`` attests for ``note``; roots: PEM certificates that are trusted.

    nonce: of the request, where it was made just now. Raises CaseError when the response is malformed, is
    on other bytes, or is not signed by a time-stamping certificate under one of the roots.
    """
    from cryptography import x509
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        certificates = x509.load_pem_x509_certificates(roots)
        decoded = decode_timestamp_response(_in_order(response))
        VerifierBuilder(roots=certificates, nonce=nonce).build().verify_message(decoded, note)
        return decoded.tst_info.gen_time.replace(tzinfo=UTC)
    except (ValueError, VerificationError) as error:
        raise CaseError(f"the time-stamp does not hold: {error}") from error


def _in_order(response: bytes) -> bytes:
    """Return the response with its certificates in the order of DER: OpenSSL writes them as they come.

    Only the order changes, which no signature covers; anything that is not a response is returned as it is.
    """
    try:
        _, start, stop = _element(response, 0)  # TimeStampResp
        for step in (1, 1, 0, 3):  # token behind the status; its content; SignedData in it; certificates in that
            place = start
            for _ in range(step):
                place = _element(response, place)[2]
            tag, start, stop = _element(response, place)
        parts, place = [], start
        while place < stop:
            parts.append(response[place : _element(response, place)[2]])
            place += len(parts[-1])
    except IndexError:
        return response
    return response[:start] + b"".join(sorted(parts)) + response[stop:] if tag == 0xA0 else response


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """Return (tag, start, stop) of the content of the DER element at ``at``; raises IndexError behind the end."""
    tag, size, start = data[at], data[at + 1], at + 2
    if size >= 0x80:
        start += size & 0x7F
        size = int.from_bytes(data[at + 2 : start], "big")
    if start + size > len(data):
        raise IndexError
    return tag, start, start + size


def keep_timestamp(log: CustodyLog, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Store the ``NAMES`` of a checked time-stamp, durable; return what the log must say of it."""
    folder = log.folder / "timestamps"
    folder.mkdir(exist_ok=True)
    logged = _events(log)
    for path in folder.iterdir():
        if path.name not in logged:  # a crash came before the log line
            shutil.rmtree(path)
    number = str(1 + max(map(int, logged), default=0))
    fresh = folder / f".{number}.{os.getpid()}"
    fresh.mkdir()
    for name in NAMES:
        replace_file(fresh / name, files[name])
    fresh.rename(folder / number)
    sync_folder(folder)
    return {"number": int(number), "files": {name: hashlib.sha256(files[name]).hexdigest() for name in NAMES}}


def inspect_timestamps(log: CustodyLog) -> list[Finding]:
    """Return what is wrong with the kept time-stamps: changed, missing, foreign files; proofs that do not hold."""
    logged = _events(log)
    folder = log.folder / "timestamps"
    found = [
        Finding(f"{_WHERE}/{path.name}", "no log line speaks of this time-stamp")
        for path in sorted(folder.glob("*"))
        if path.name not in logged
    ]
    leaves = [leaf_hash(line) for line in log.lines()] if logged else []
    for number, event in logged.items():
        found += _inspect_one(log, folder / number, event["files"], leaves)
    return found


def _inspect_one(log: CustodyLog, folder: Path, hashes: Mapping[str, str], leaves: Sequence[bytes]) -> list[Finding]:
    where = f"{_WHERE}/{folder.name}"
    there = {path.name: path.read_bytes() for path in folder.glob("*")} if folder.is_dir() else {}
    found = [Finding(f"{where}/{name}", "this file does not belong here") for name in sorted(there.keys() - hashes)]
    for name, digest in hashes.items():
        if name not in there:
            found.append(Finding(f"{where}/{name}", "this file is missing"))
        elif hashlib.sha256(there[name]).hexdigest() != digest:
            found.append(Finding(f"{where}/{name}", "its bytes were changed"))
    if found:
        return found
    try:
        old = read_checkpoint(there["checkpoint"], log.public_key())
        check_response(there["response.tsr"], there["checkpoint"], there["roots.pem"])
    except CaseError as error:
        return [Finding(where, str(error))]
    if old.size > len(leaves) or root_hash(leaves[: old.size]) != old.root:
        return [Finding(where, "the log is not a continuation of the checkpoint that was stamped")]
    return []


def _events(log: CustodyLog) -> dict[str, dict[str, Any]]:
    """Return the time-stamps that the log speaks of, by number."""
    return {str(int(event["number"])): event for event in log.events() if event.get("event") == "timestamp"}
