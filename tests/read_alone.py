"""One file, or bytes of one, read by one reader: its posts, its gaps, its members."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap


def source(data, name="file", **more):
    data = data.encode() if isinstance(data, str) else data
    return Source(hashlib.sha256(data).hexdigest(), "", name, data, **more)


def posts(reader, data, name="file", **more):
    return [item for item in reader.read(source(data, name, **more)) if isinstance(item, Post)]


def gaps(reader, data, name="file", **more):
    return [item for item in reader.read(source(data, name, **more)) if isinstance(item, Gap)]


def members(reader, data, name="file", **more):
    return [item for item in reader.read(source(data, name, **more)) if isinstance(item, Member)]


def local(at, hours=8):
    return (datetime(1970, 1, 1) + timedelta(microseconds=at, hours=hours)).isoformat(" ", "seconds")
