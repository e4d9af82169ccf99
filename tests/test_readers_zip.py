"""Zip and gzip: names as text, bombs, archives that are cut."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from read_alone import gaps, members, source
from ringtrace.errors import EvidenceError, MalformedError
from ringtrace.model.source import Limits, Member
from ringtrace.model.span import Gap
from ringtrace.readers import (
    gzip_file,
    zip_archive,
)


def make_zip(*entries):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name, (2014, 1, 3, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def test_zip_members_keep_their_names_as_text():
    data = make_zip(("../../etc/x", b"1"), ("群/_chat.txt", b"2"), ("a", b"3"))
    assert [(m.path, m.data) for m in members(zip_archive, data)] == [
        ("../../etc/x", b"1"), ("群/_chat.txt", b"2"), ("a", b"3"),
    ]  # fmt: skip


def test_zip_bombs_end_in_gaps_and_the_rest_goes_in():
    data = make_zip(("small.txt", b"text"), ("bomb", b"\0" * 40_000_000), ("last.txt", b"end"))
    found = list(zip_archive.read(source(data, limits=Limits(ratio=100))))
    assert [item.path for item in found if isinstance(item, Member)] == ["small.txt", "bomb", "last.txt"]
    assert [item.reason for item in found if isinstance(item, Gap)] == ["member 'bomb': expands more than 100 times"]
    assert max(len(item.data) for item in found if isinstance(item, Member)) < 8_000_000
    many = make_zip(*((f"{at}", b"x") for at in range(10)))
    assert len(members(zip_archive, many, limits=Limits(members=4))) == 4
    assert "more than 4 members" in gaps(zip_archive, many, limits=Limits(members=4))[0].reason
    large = members(zip_archive, make_zip(("x", bytes(range(256)) * 100)), limits=Limits(member_bytes=1000))
    assert len(large[0].data) == 1000


def test_zip_without_a_directory_is_refused_by_name():
    with pytest.raises(MalformedError, match=r"bad\.zip"):
        list(zip_archive.read(source(make_zip(("a", b"1"))[:-10], "bad.zip")))


def test_gzip_streams_bombs_and_cuts():
    two = gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0)
    assert [(m.path, m.data) for m in members(gzip_file, two, "d/x.txt.gz")] == [("x.txt", b"one two")]
    bomb = gzip.compress(b"\0" * 50_000_000, mtime=0)
    (cut,) = members(gzip_file, bomb, limits=Limits(ratio=100))
    assert len(cut.data) < 12_000_000
    assert "expands more than 100 times" in gaps(gzip_file, bomb, limits=Limits(ratio=100))[0].reason
    half = gzip.compress(bytes(range(256)) * 400, mtime=0)[:-20]
    assert [gap.reason for gap in gaps(gzip_file, half)] == ["the stream is cut off"]
    with pytest.raises(EvidenceError):
        list(gzip_file.read(source(b"\x1f\x8b\x08 not gzip at all")))
