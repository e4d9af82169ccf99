"""Asks a configured authority for a time-stamp: a network call that is made only on this command."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from ringtrace.errors import CaseError, UsageError
from ringtrace.pipeline.intake.custodian import Asked
from ringtrace.store.case import Case
from ringtrace.store.keys import key_folder, open_key
from ringtrace.store.timestamps import check_response, keep_timestamp, make_request

_MOST = 1 << 20
"""Bytes of an answer; real ones have some thousands."""
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Stamped:
    """A time-stamp that was checked and kept. at: as the authority says; lines: of the log that it covers."""

    number: int
    at: datetime
    lines: int
    authority: str


def stamp(case: Case, asked: Asked, send: Callable[[str, bytes], bytes] | None = None) -> Stamped:
    """Have the present checkpoint stamped by the authority in ``case.toml`` and keep the answer.

    Raises UsageError while none is configured, CaseError when it cannot be reached or its answer does not hold.
    """
    url, roots = case.settings.timestamp_authority, case.settings.timestamp_roots
    if not url or not roots:
        raise UsageError(
            f"no authority is configured: set timestamp_authority and timestamp_roots in {case.folder / 'case.toml'}"
        )
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(f"timestamp_authority {url!r} is no http or https address")
    log, key = case.evidence.log, open_key(key_folder())
    with case.locked():
        log.append([], key, case.origin)
        checkpoint = log.checkpoint()
        if checkpoint is None or not checkpoint.size:
            raise UsageError("there is nothing to stamp yet; add evidence first")
        note, trusted = (log.folder / "checkpoint").read_bytes(), (case.folder / roots).read_bytes()
        request = make_request(note)
        response = (send or post_query)(url, request.as_bytes())
        at = check_response(response, note, trusted, request.nonce)
        files = {"checkpoint": note, "request.tsq": request.as_bytes(), "response.tsr": response, "roots.pem": trusted}
        said = keep_timestamp(log, files)
        event = {"event": "timestamp", **asked.document(), "authority": url, "time": at.isoformat(), **said}
        log.append([event], key, case.origin)
    return Stamped(said["number"], at, checkpoint.size, url)


def post_query(url: str, query: bytes) -> bytes:
    """Send a time-stamp query (RFC 3161 section 3.4) and return the answer; raises CaseError when there is none."""
    request = urllib.request.Request(  # noqa: S310  the scheme was checked
        url, query, {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            data: bytes = answer.read(_MOST + 1)
    except (urllib.error.URLError, OSError) as error:
        raise CaseError(f"the time-stamp authority {url} cannot be reached: {error}") from error
    if len(data) > _MOST:
        raise CaseError(f"the time-stamp authority {url} answered with more than {_MOST:,} bytes")
    return data
