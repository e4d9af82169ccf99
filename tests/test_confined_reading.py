"""Reading in child processes: the same as in this one, and whatever a reader does, the siblings go in."""

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from ringtrace.engines.crew import Crew, Died
from ringtrace.errors import RingtraceError, UsageError
from ringtrace.pipeline.reading.confined import MODULE, open_member, read_confined
from ringtrace.pipeline.reading.files import Task, read_files
from ringtrace.pipeline.reading.reader_process import Allowance, Request
from ringtrace.store.evidence import Held

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parent
SHORT = Allowance(seconds=0.5, patience=2.0, memory=256 * 2**20)
PATIENT = Allowance(seconds=0.5, patience=120.0, memory=256 * 2**20)
"""For a busy machine, where processor time comes slowly."""


def task(folder, files):
    """A task over a store that holds ``files`` (name -> bytes)."""
    held = []
    for name, data in files.items():
        key = hashlib.sha256(data).hexdigest()
        path = folder / "objects" / key[:2] / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        held.append(Held(key, len(data), (name,), "2013-06-01T00:00:00+00:00", "test"))
    return Task(str(folder), tuple(held))


def samples():
    return {
        path.relative_to(TESTS).as_posix(): path.read_bytes()
        for path in sorted((TESTS / "samples").rglob("*"))
        if path.is_file() and path.name != "expected.json"
    }


@pytest.fixture
def planted(monkeypatch):
    """Children know the readers in ``hostile_readers`` too."""
    monkeypatch.syspath_prepend(TESTS / "hostile_readers")


def read(tmp_path, files, allowance=SHORT):
    """Return (texts of posts by file, gaps by file, note by file), in one task."""
    ((evidence, posts, gaps),) = read_confined([task(tmp_path, files)], 1, allowance)
    names = dict(zip(evidence["evidence_id"].to_pylist(), evidence["name"].to_pylist(), strict=True))
    texts = {name: [] for name in names.values()}
    for row in posts.to_pylist():
        texts[names[row["evidence_id"]]].append(row["text"])
    missing = {name: [] for name in names.values()}
    for row in gaps.to_pylist():
        missing[names[row["evidence_id"]]].append((row["member"], row["start"], row["stop"], row["reason"]))
    for row in evidence.to_pylist():
        assert row["post_bytes"] + row["gap_bytes"] + row["structure_bytes"] == row["size"], row
    return texts, missing, dict(zip(evidence["name"].to_pylist(), evidence["note"].to_pylist(), strict=True))


def test_every_sample_reads_the_same_in_a_child(tmp_path):
    whole = task(tmp_path, samples())
    half = len(whole.held) // 2
    parts = [replace(whole, held=whole.held[:half]), replace(whole, held=whole.held[half:])]
    for part, found in zip(parts, read_confined(parts, 2), strict=True):
        for here, there in zip(read_files(part), found, strict=True):
            assert here.equals(there) and here.schema.equals(there.schema, check_metadata=True)


REASONS = {
    "spin": "more processor time than allowed",
    "sleep": "more time than allowed",
    "crash": "the reading process crashed (SIGSEGV)",
    "exit": "the reading process ended with code 3",
    "kill": "killed from outside, as when memory runs out",
    "leave": "the reading process ended with code 1",
}


@pytest.mark.parametrize("deed", REASONS)
def test_a_reader_that_dies_keeps_what_it_gave_and_its_siblings_go_in(tmp_path, planted, deed):
    files = {
        "a.txt": b"planted\nfirst\n",
        "b.txt": f"planted\nbefore\n{deed}\nafter\n".encode(),
        "c.txt": b"planted\nlast\n",
    }
    texts, gaps, notes = read(tmp_path, files, SHORT if deed == "sleep" else PATIENT)
    assert texts == {"a.txt": ["first"], "b.txt": ["before"], "c.txt": ["last"]}
    reason = f"reading was stopped: {REASONS[deed]}"
    assert gaps == {"a.txt": [], "b.txt": [("", 15, len(files["b.txt"]), reason)], "c.txt": []}
    assert notes["b.txt"] == reason


def test_memory_and_text_floods_stop_the_file_and_not_the_child(tmp_path, planted):
    files = {name: f"planted\nbefore\n{name}\nafter\n".encode() for name in ("explode", "flood")}
    ample = Allowance(seconds=20.0, memory=256 * 2**20)  # time enough to reach the limit of memory on a busy machine
    texts, gaps, _ = read(tmp_path, {**files, "z": b"planted\nlast\n"}, ample)
    assert texts == {"explode": ["before"], "flood": ["before"], "z": ["last"]}
    assert [gap[3] for gap in gaps["explode"]] == ["more memory than allowed"]
    assert [gap[3] for gap in gaps["flood"]] == ["gives more text than a file of this size may"]


def test_a_file_that_explodes_does_not_keep_the_next_one_from_being_opened(tmp_path, planted):
    small = task(tmp_path, {"a": b"planted\nexplode\n"})
    key = "f" * 64
    path = tmp_path / "objects" / "ff" / key
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as handle:
        handle.truncate(800 << 20)  # of zeros without blocks: more than the first file's limit leaves
    large = replace(small, held=(Held(key, 800 << 20, ("b",), "2013-06-01T00:00:00+00:00", "test"),))
    ample = Allowance(seconds=20.0, memory=256 * 2**20)
    first, second = read_confined([small, large], 1, ample)
    assert first[2]["reason"].to_pylist() == ["more memory than allowed"]
    assert second[2]["reason"].to_pylist() == ["no reader recognises this file"]


def test_a_child_that_has_grown_too_large_leaves_the_next_file_to_another(tmp_path, planted):
    files = {
        "a": b"planted\nwho\n",
        "b": b"planted\nhoard\nwho\n",
        "c": b"planted\nwho\nthird\n",
        "d": b"planted\nlast\n",
    }
    texts, gaps, _ = read(tmp_path, files, Allowance(seconds=20.0, memory=400 * 2**20))
    assert texts["a"][0] == texts["b"][1] != texts["c"][0] and texts["d"] == ["last"]
    assert not any(gaps.values())


def test_a_member_is_opened_in_a_child_and_one_that_kills_it_is_told(tmp_path, planted):
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(zipfile.ZipInfo("chat.txt"), b"planted\ninner\n")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("b.zip"), inner.getvalue())
        archive.writestr(zipfile.ZipInfo("a!b.txt"), b"planted\n")
    whole = task(tmp_path, {"all.zip": outer.getvalue()})
    with Crew(MODULE, 1) as crew:
        assert open_member(crew, whole, "b.zip!chat.txt") == b"planted\ninner\n"
        assert open_member(crew, whole, "a!b.txt") == b"planted\n"
        assert open_member(crew, whole, "nothing.txt") is None
        deadly = task(tmp_path, {"x": b"planted\nkill\n"})
        with pytest.raises(UsageError, match="killed from outside"):
            open_member(crew, deadly, "nothing.txt")


def test_of_an_archive_only_the_members_that_kill_are_missing(tmp_path, planted):
    members = {f"{n}.txt": f"planted\nmember {n}\n{'kill' if n in (2, 5) else 'and'}\n" for n in range(8)}
    members["3.txt"] = "planted sniff"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    texts, gaps, _ = read(tmp_path, {"all.zip": buffer.getvalue()})
    wanted = [word for n in range(8) if n != 3 for word in ([f"member {n}"] + (["and"] if n not in (2, 5) else []))]
    assert texts["all.zip"] == wanted
    assert {gap[0] for gap in gaps["all.zip"]} - {""} == {"2.txt", "3.txt", "5.txt"}


def test_a_file_that_kills_again_and_again_is_given_up(tmp_path, planted):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(30):
            archive.writestr(zipfile.ZipInfo(f"{n}.txt"), f"planted\nmember {n}\nkill\n")
    texts, gaps, _ = read(tmp_path, {"all.zip": buffer.getvalue(), "z": b"planted\nlast\n"})
    assert texts["all.zip"] == [f"member {n}" for n in range(5)] and texts["z"] == ["last"]
    assert len({gap[0] for gap in gaps["all.zip"]} - {""}) == 30


def test_a_child_reaches_no_network_runs_nothing_and_writes_nothing(tmp_path, planted):
    texts, _, _ = read(tmp_path, {"a": b"planted\nconnect\nexecute\nwrite\n"}, Allowance())
    assert texts["a"] == ["refused: PermissionError", "refused: PermissionError", "refused: OSError"]


def test_a_child_knows_no_environment_and_survives_no_nonsense(tmp_path, planted, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", "/secret")
    texts, _, _ = read(tmp_path, {"a": b"planted\nenvironment\n"}, Allowance())
    assert "RINGTRACE_KEYS" not in texts["a"][0] and "PYTHONPATH" in texts["a"][0]
    with Crew("ringtrace.pipeline.reading.reader_process", 1) as crew:
        for _ in range(2):  # the first child dies of it; the second is a new one
            answer = crew.ask(b"\xc1", 1, 10)
            assert isinstance(answer, Died) and "Error" in answer.reason


def test_a_file_of_many_gigabytes_may_take_its_time(tmp_path):
    whole = task(tmp_path, {"x": b"planted\n"})
    with Crew(MODULE, 1) as crew:
        assert open_member(crew, whole, "nothing.txt") is None
        assert len(crew.ask(msgspec.msgpack.encode(Request(whole)), 3, 1e9)) == 3


def test_a_child_that_cannot_start_is_told_and_not_taken_for_bad_evidence():
    with Crew("ringtrace.no_such_module", 1) as crew, pytest.raises(RingtraceError, match="cannot be started"):
        crew.ask(b"", 1, 10)
