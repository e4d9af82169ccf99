"""Rows on their way from the child that reads: a few megabytes at a time, many of them in a file that leaves no trace."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from ringtrace.errors import CaseError
from ringtrace.pipeline.reading import received
from ringtrace.pipeline.reading.confined import read_confined
from ringtrace.pipeline.reading.files import read_files
from ringtrace.pipeline.reading.received import Received
from ringtrace.store import packs
from ringtrace.store.cache import Cache
from ringtrace.store.packs import Part
from test_confined_reading import PATIENT, planted, task  # noqa: F401  planted is a fixture

LIKE = pa.table({"number": pa.array([], pa.int64())})


def packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()


def numbers(low: int, high: int) -> pa.Table:
    return pa.table({"number": pa.array(range(low, high), pa.int64())})


@pytest.mark.parametrize("room", [True, False])
def test_rows_come_back_in_order_and_no_file_is_left(tmp_path, monkeypatch, room):
    monkeypatch.setattr(received, "_HELD", 3_000)
    rows = Received(LIKE, str(tmp_path / "room") if room else "")
    for low in range(0, 5_000, 100):
        rows.take(packed(numbers(low, low + 100)))
    assert bool(list(tmp_path.glob("room/*"))) == room
    found = pa.concat_tables(rows.tables())
    assert found.equals(numbers(0, 5_000)) and not list(tmp_path.glob("room/*"))


def test_unsound_rows_are_told_and_a_dropped_file_is_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(received, "_HELD", 0)
    rows = Received(LIKE, str(tmp_path))
    rows.take(packed(numbers(0, 9)))
    rows.take(packed(pa.table({"other": [1]})))
    rows.take(packed(numbers(9, 12)))
    assert rows.fault == "a table of another form" and len(list(tmp_path.iterdir())) == 1
    rows.drop()
    assert not list(tmp_path.iterdir())


def test_a_disk_that_takes_no_rows_is_an_error_and_not_bad_evidence(tmp_path, monkeypatch):
    monkeypatch.setattr(received, "_HELD", 0)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CaseError, match="cannot be kept"):
        Received(LIKE, str(tmp_path / "file")).take(packed(numbers(0, 9)))


def test_large_results_lie_in_the_cache_as_they_are_and_are_read_from_there(tmp_path, monkeypatch):
    monkeypatch.setattr(packs, "_LARGE", 1)
    keys = pa.array([bytes([n]) * 32 for n in range(3)], pa.binary(32))

    def compute(missing):
        at = missing.repeat(2)
        yield Part(missing, (pa.table({"number": pa.array(at * 10)}),), (at,))

    shelf = Cache(tmp_path, "odd length").shelf("kind")
    (first,) = shelf.complete(keys, compute)
    (again,) = Cache(tmp_path, "odd length").shelf("kind").complete(keys, lambda missing: iter(()))
    assert again.equals(first) and again["number"].to_pylist() == [0, 0, 10, 10, 20, 20]
    buffer = again["number"].chunk(0).buffers()[1]
    assert buffer.address % 8 == 0


@pytest.mark.slow
def test_a_large_file_comes_in_shipments_and_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(received, "_HELD", 2**20)
    taken = []
    monkeypatch.setattr(
        Received, "take", lambda self, part, take=Received.take: (taken.append(len(part)), take(self, part))
    )
    said = "".join(f"1/2/14, 10:{n % 60:02} - Ann: {n} 字字字字字字字字\n" for n in range(60_000))
    whole = replace(task(tmp_path / "store", {"WhatsApp Chat with x.txt": said.encode()}), room=str(tmp_path / "room"))
    ((evidence, posts, gaps),) = read_confined([whole], 1)
    for there, here in zip((evidence, posts, gaps), read_files(whole), strict=True):
        assert there.equals(here)
    assert len(taken) >= 3 and max(taken) < 8 * 2**20
    assert not list(Path(tmp_path / "room").iterdir())


@pytest.mark.slow
def test_what_a_child_sent_before_it_died_is_not_taken_twice(tmp_path, planted, monkeypatch):  # noqa: F811
    monkeypatch.setattr(received, "_HELD", 2**20)
    lines = [f"line {n}" for n in range(30_000)]
    data = "\n".join(["planted", *lines, "kill", "after", ""]).encode()
    whole = replace(task(tmp_path / "store", {"a": data}), room=str(tmp_path / "room"))
    ((evidence, posts, gaps),) = read_confined([whole], 1, PATIENT)
    assert posts["text"].to_pylist() == lines
    assert gaps["stop"].to_pylist() == [len(data)] and evidence["posts"].to_pylist() == [30_000]
    assert not list(Path(tmp_path / "room").iterdir())
