"""Pictures, sound and film: kept as evidence under their hash, recognised by their first bytes, never opened.

Nothing is decoded, so a hostile picture meets no decoder here. What they show is for a person to look at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Media, Span, Structure

NAME = "Pictures, sound, film"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "JPEG, PNG, GIF, WebP, HEIC, BMP, MP4, 3GP, MKV, AVI, MP3, Ogg, WAV, AMR, SILK, CAF"
KNOWN_GAPS = "words in pictures and speech are not read"

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"), (b"\x1aE\xdf\xa3", "video/x-matroska"), (b"ID3", "audio/mpeg"), (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"), (b"#!SILK_V3", "audio/silk"), (b"\x02#!SILK_V3", "audio/silk"), (b"caff\0", "audio/x-caf"),
    (b"FLV\x01", "video/x-flv"),
)  # fmt: skip
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"avif", b"hevc"})


def media_type(head: bytes) -> str:
    """Return the media type that the first bytes state, "" when they state none."""
    if head[:4] == b"RIFF":
        return _RIFF.get(bytes(head[8:12]), "")
    if head[4:8] == b"ftyp":
        return "image/heic" if bytes(head[8:12]) in _PICTURE_BRANDS else "video/mp4"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    return next((kind for mark, kind in _MAGIC if head.startswith(mark)), "")


def sniff(head: bytes, name: str) -> float:
    """Return how surely these are such bytes, by their first ones alone."""
    return 0.9 if media_type(head) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member | Media]:
    """Yield one Media that names what it is; raises MalformedError where the first bytes say nothing."""
    kind = media_type(bytes(source.data[:16]))
    if not kind:
        raise MalformedError(source.name, "neither picture nor sound nor film by its first bytes")
    span = Span(source.evidence, source.member, 0, len(source.data))
    yield Media(span, kind, hashlib.sha256(source.data).hexdigest())
