"""Writes WARC 1.0 files, each record its own gzip member, as crawlers do."""

from __future__ import annotations

import gzip
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

_INFO = (
    "software: synthetic-capture/1.0\r\nformat: WARC File Format 1.0\r\n"
    "description: synthetic evidence made by a simulator\r\n"
)
_AGENT = "Mozilla/5.0 (compatible; synthetic-capture/1.0)"


@dataclass(frozen=True, slots=True)
class Capture:
    """One fetched page. at: seconds UTC; chunked: sent with chunked transfer coding."""

    url: str
    at: int
    body: bytes
    content_type: str
    chunked: bool = False
    zipped: bool = False


def pack(name: str, captures: list[Capture]) -> bytes:
    """Return the bytes of a .warc.gz: warcinfo, then request and response of every capture."""
    first = captures[0].at if captures else 0
    parts = [_record("warcinfo", "", first, "application/warc-fields", _INFO.encode(), f"{name}/info", name)]
    for index, capture in enumerate(captures):
        label = f"{name}/{index}"
        parts.append(_exchange(capture, label))
    return b"".join(parts)


def _exchange(capture: Capture, label: str) -> bytes:
    host, _, rest = capture.url.partition("://")[2].partition("/")
    asked = f"GET /{rest} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {_AGENT}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    kind = "application/http; msgtype="
    request = _record("request", capture.url, capture.at, kind + "request", asked, label + "/q")
    return request + _record("response", capture.url, capture.at, kind + "response", _response(capture), label + "/a")


def _response(capture: Capture) -> bytes:
    body = gzip.compress(capture.body, 6, mtime=0) if capture.zipped else capture.body
    head = f"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: {capture.content_type}\r\n"
    if capture.zipped:
        head += "Content-Encoding: gzip\r\n"
    if not capture.chunked:
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    pieces = [body[at : at + 4096] for at in range(0, len(body), 4096)]
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + coded + b"0\r\n\r\n"


def _record(kind: str, url: str, at: int, media: str, body: bytes, label: str, name: str = "") -> bytes:
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    identifier = uuid.UUID(bytes=hashlib.sha256(label.encode() + body).digest()[:16], version=4)
    lines = ["WARC/1.0", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{identifier}>", f"WARC-Date: {stamp}"]
    if url:
        lines.append(f"WARC-Target-URI: {url}")
    if name:
        lines.append(f"WARC-Filename: {name}")
    lines += [f"Content-Type: {media}", f"Content-Length: {len(body)}"]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return gzip.compress(head + body + b"\r\n\r\n", 6, mtime=0)
