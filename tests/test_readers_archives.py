"""Archives around evidence: nested, cut, bombs; whatever they do, the rest goes in and bytes are accounted."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import random
import tarfile
import zipfile

import pytest

from ringtrace.errors import MalformedError
from ringtrace.model.source import Limits, Member, Source
from ringtrace.model.span import Gap
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.readers import compressed_file, tar_archive, zip_archive

CHAT = b"[LINE] group\n\n2014/01/03(Fri)\n09:00\tAlan\thello\n09:01\tBo\thi\n"


def source(data: bytes, name: str, **more: object) -> Source:
    return Source(hashlib.sha256(data).hexdigest(), "", name, data, **more)  # type: ignore[arg-type]


def tar(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(f"{name}.txt")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("pack", "ending"), [(gzip.compress, ".tar.gz"), (bz2.compress, ".tar.bz2"), (lzma.compress, ".tar.xz")]
)
def test_a_packed_tar_is_read_down_to_the_chats_in_it(pack, ending) -> None:
    data = pack(tar(one=CHAT, two=CHAT.replace(b"hello", b"good day")))
    reading = read_source(source(data, f"export{ending}"))
    assert sorted(post.text for post in reading.posts) == ["good day", "hello", "hi", "hi"]
    assert not reading.gaps
    assert reading.post_bytes + reading.gap_bytes + reading.structure_bytes == len(data)


def test_of_a_tar_that_is_cut_the_whole_members_go_in() -> None:
    data = tar(one=CHAT, two=CHAT * 40)
    items = list(tar_archive.read(source(data[:2200], "export.tar")))
    members = [item for item in items if isinstance(item, Member)]
    assert members[0].data == CHAT
    assert any(isinstance(item, Gap) for item in items)


def test_links_devices_and_paths_upwards_reach_nothing() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind in (("../../etc/x", tarfile.SYMTYPE), ("dev", tarfile.CHRTYPE), ("hard", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert not [item for item in tar_archive.read(source(buffer.getvalue(), "x.tar")) if isinstance(item, Member)]


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_a_bomb_stops_at_the_ratio_and_says_so(pack) -> None:
    data = pack(b"\0" * 40_000_000)
    items = list(compressed_file.read(source(data, "bomb", limits=Limits(ratio=50))))
    gaps = [item for item in items if isinstance(item, Gap)]
    assert "expands more than 50 times" in gaps[0].reason
    assert sum(len(item.data) for item in items if isinstance(item, Member)) < 20_000_000


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_a_cut_stream_keeps_what_was_read_and_noise_is_refused(pack) -> None:
    whole = random.Random(1).randbytes(3_000_000)
    data = pack(whole)
    member, gap = compressed_file.read(source(data[: len(data) // 2], "cut"))
    assert isinstance(member, Member)
    assert len(member.data) > 500_000
    assert whole.startswith(member.data)
    assert gap.reason == "the stream is cut off"
    with pytest.raises(MalformedError):
        list(compressed_file.read(source(data[:10] + b"\xff" * 200, "noise")))


def test_a_member_without_a_name_costs_no_other_member() -> None:
    """Found by fuzzing: the whole archive was given up."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("a.txt", "x", "b.txt"):
            archive.writestr(zipfile.ZipInfo(name), name)
    data = buffer.getvalue()
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"b.txt"))
    entry = data.rindex(b"PK\x01\x02", 0, at)
    nameless = data[: entry + 28] + b"\0\0\x01\0" + data[entry + 32 :]  # its name becomes an extra field
    found = [item for item in zip_archive.read(source(nameless, "a.zip")) if isinstance(item, Member)]
    assert {"a.txt", "b.txt"} <= {member.path for member in found}
