"""What every reader promises, present and future: walked over the registry, nothing named here."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringtrace import registry
from ringtrace.errors import EvidenceError
from ringtrace.model.post import PLATFORMS, Post
from ringtrace.model.run import MOST, Run, singly
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap
from ringtrace.text import offsets

READERS = registry.scan("ringtrace.readers")
SAMPLES = Path(__file__).parent / "samples"
MAPPING = ".mapping.toml"
MOST_CUTS = 120


def sample_files(reader: str) -> list[Path]:
    folder = SAMPLES / reader
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()] if folder.is_dir() else []
    return [path for path in files if path.name != "expected.json" and not path.name.endswith(MAPPING)]


def expected_of(path: Path, reader: str) -> dict | None:
    if not (SAMPLES / reader / "expected.json").is_file():
        return None
    recorded = json.loads((SAMPLES / reader / "expected.json").read_text("utf-8"))
    return recorded.get(path.relative_to(SAMPLES / reader).as_posix(), recorded.get("file"))


def source_of(path: Path, reader: str, data: bytes | None = None) -> Source:
    data = path.read_bytes() if data is None else data
    mapping = path.with_name(path.name + MAPPING)
    return Source(
        hashlib.sha256(data).hexdigest(),
        "",
        path.relative_to(SAMPLES / reader).as_posix(),
        data,
        sidecar=mapping.read_bytes() if mapping.exists() else None,
    )


CASES = [pytest.param(name, path, id=f"{name}:{path.name}") for name in READERS for path in sample_files(name)]
each_reader = pytest.mark.parametrize("name", READERS)
each_sample = pytest.mark.parametrize(("name", "path"), CASES)


def covered(items: list, size: int) -> list[tuple[int, int]]:
    """Byte ranges of ``range(size)`` that nothing accounts for."""
    spans = sorted((i.start, i.stop) if isinstance(i, Member) else (i.span.start, i.span.stop) for i in items)
    holes, at = [], 0
    for start, stop in spans:
        assert stop <= size
        if start > at:
            holes.append((at, start))
        at = max(at, stop)
    return holes + ([(at, size)] if at < size else [])


@each_reader
def test_a_reader_says_what_it_is(name):
    reader = READERS[name]
    assert reader.__doc__
    assert isinstance(reader.NAME, str)
    assert reader.NAME
    assert re.fullmatch(r"[0-9]+(\.[0-9]+)*", reader.VERSION)
    assert reader.PLATFORM == "" or reader.PLATFORM in PLATFORMS
    assert reader.sniff.__doc__
    assert reader.read.__doc__
    assert reader.sniff.__annotations__["return"] == "float"


@each_reader
def test_a_reader_has_a_sample_with_its_expected_output(name):
    assert sample_files(name), f"put a sample into tests/samples/{name}/"
    assert (SAMPLES / name / "expected.json").is_file(), f"put tests/samples/{name}/expected.json beside the sample"


@each_sample
def test_a_sample_gives_what_is_expected(name, path):
    expected = expected_of(path, name)
    if expected is None:
        pytest.skip(f"nothing recorded for {path.name}")
    items = list(READERS[name].read(source_of(path, name)))
    posts = [item for item in items if isinstance(item, Post)]
    found: dict = {
        "posts": len(posts),
        "gaps": sum(isinstance(item, Gap) for item in items),
        "members": sum(isinstance(item, Member) for item in items),
    }
    assert {key: found[key] for key in found if key in expected} == {
        key: expected[key] for key in found if key in expected
    }
    if expected.get("first"):
        first = posts[0]
        record = {
            "text": first.text,
            "account_name": first.account_name,
            "sent_text": first.sent.text,
            "at": first.sent.at,
            "kind": first.kind,
            "title": first.title,
            "container": first.container.name,
        }
        assert {key: record[key] for key in expected["first"]} == expected["first"]


@each_sample
def test_every_byte_is_accounted_for(name, path):
    source = source_of(path, name)
    items = list(READERS[name].read(source))
    assert covered(items, len(source.data)) == []


@each_sample
def test_segments_lead_back_to_the_bytes(name, path):
    source = source_of(path, name)
    for post in READERS[name].read(source):
        if not isinstance(post, Post):
            continue
        for text, segments in ((post.text, post.segments), (post.title, post.title_segments)):
            at = 0
            for segment in segments:
                assert at <= segment.text_start < segment.text_stop <= len(text)
                at = segment.text_stop
                raw = source.data[segment.start : segment.stop]
                assert offsets.decode(segment.codec, raw) == text[segment.text_start : segment.text_stop]


@each_sample
def test_the_same_bytes_give_the_same_output(name, path):
    source = source_of(path, name)
    assert list(READERS[name].read(source)) == list(READERS[name].read(source))


@each_sample
def test_its_own_reader_is_surest_of_a_sample(name, path):
    data = path.read_bytes()
    relative = path.relative_to(SAMPLES / name).as_posix()
    scores = {other: reader.sniff(data[:65_536], relative) for other, reader in READERS.items()}
    assert all(0 <= score <= 1 for score in scores.values())
    assert scores[name] == max(scores.values()), scores


@each_sample
def test_a_cut_or_damaged_sample_is_read_or_refused_by_name(name, path):
    data = path.read_bytes()
    step = max(1, len(data) // MOST_CUTS)
    for at in range(0, len(data), step):
        flipped = data[:at] + bytes((data[at] ^ 0x55,)) + data[at + 1 :]
        for bad in (data[:at], flipped):
            check_hostile(name, source_of(path, name, bad))


@each_reader
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_random_bytes_are_read_or_refused_by_name(name, data):
    assert 0 <= READERS[name].sniff(data, "random.bin") <= 1
    check_hostile(name, Source("0" * 64, "", "random.bin", data))


def check_hostile(name: str, source: Source) -> None:
    """Nothing but EvidenceError may come out; what was read before it is accounted for."""
    try:
        items = list(READERS[name].read(source))
    except EvidenceError:
        return
    assert covered(items, len(source.data)) == []


@each_reader
def test_running_text_is_no_chat_and_no_table(name):
    if name.startswith("news") or name in ("page_html",):
        pytest.skip("made for running text")
    for text in (
        "Minutes of the meeting.\nWe met at 10:20, on 3/1/14, and spoke: all agreed.\n" * 20,
        "会议记录\n三月一日上午十点，大家到齐。下一次：3月8日。\n" * 20,
        "",
    ):
        assert READERS[name].sniff(text.encode(), "minutes.txt") <= 0.1


RUNNING = [case for case in CASES if hasattr(READERS[case.values[0]], "read_runs")]


@pytest.mark.parametrize(("name", "path"), RUNNING)
def test_a_reader_that_gives_runs_gives_what_it_reads_one_by_one(name, path):
    source = source_of(path, name)
    items = list(READERS[name].read_runs(source))
    assert list(singly(items)) == list(READERS[name].read(source))
    for run in (item for item in items if isinstance(item, Run)):
        edges = [edge for span in zip(run.starts, run.stops, strict=True) for edge in span]
        assert edges == sorted(edges) and len(run) <= MOST
        for post in run.posts():
            for part in post.segments:
                text, raw = post.text[part.text_start : part.text_stop], source.data[part.start : part.stop]
                assert offsets.split(part, text, raw) == [part], "the segments of a run are cut"
