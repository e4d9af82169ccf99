"""The simulator keeps its promises: same seed, same bytes; exact margins; truth that stands in the evidence."""

from __future__ import annotations

import csv
import gzip
import hashlib
import html
import io
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ringtrace.errors import UsageError
from ringtrace.registry import scan
from ringtrace.simulator import Summary, preset_names, simulate
from ringtrace.simulator.authors.dev import write
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.records import record_table
from ringtrace.simulator.script import Script

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    out = tmp_path_factory.mktemp("tiny") / "out"
    return out, simulate(out, "tiny", 7, "dev")


@pytest.fixture(scope="module")
def seed_script() -> Script:
    return write(load_preset("seed", 3))


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


def test_same_seed_gives_same_bytes_and_another_seed_does_not(tiny: tuple[Path, Summary], tmp_path: Path) -> None:
    again = simulate(tmp_path / "again", "tiny", 7, "dev")
    assert again == tiny[1]
    assert digest(tmp_path / "again") == digest(tiny[0])
    simulate(tmp_path / "other", "tiny", 8, "dev")
    assert digest(tmp_path / "other") != digest(tiny[0])


def test_a_second_run_replaces_the_first_and_nothing_else(tmp_path: Path) -> None:
    simulate(tmp_path / "out", "tiny", 1, "dev")
    simulate(tmp_path / "out", "tiny", 2, "dev")
    simulate(tmp_path / "fresh", "tiny", 2, "dev")
    assert digest(tmp_path / "out") == digest(tmp_path / "fresh")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    with pytest.raises(UsageError, match="holds other files"):
        simulate(tmp_path / "mine", "tiny", 1, "dev")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "keep"


def test_unknown_names_are_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="tiny"):
        simulate(tmp_path / "a", "huge", 1, "dev")
    with pytest.raises(UsageError, match=r"dev, eval, fifth, fourth, second, third$"):
        simulate(tmp_path / "b", "tiny", 1, "nobody")
    assert preset_names() == ("hard", "seed", "tiny")


def pages_of(data: bytes) -> list[str]:
    """The HTML bodies of a WARC, undone by hand: members, transfer coding, content coding, charset."""
    found = []
    stream = gzip.GzipFile(fileobj=io.BytesIO(data)).read()
    for record in stream.split(b"\r\n\r\nWARC/1.0\r\n"):
        head, _, rest = record.partition(b"\r\n\r\n")
        if b"msgtype=response" not in head:
            continue
        http, _, body = rest.partition(b"\r\n\r\n")
        if b"chunked" in http:
            pieces = []
            while True:
                size, _, body = body.partition(b"\r\n")
                if int(size, 16) == 0:
                    break
                pieces.append(body[: int(size, 16)])
                body = body[int(size, 16) + 2 :]
            body = b"".join(pieces)
        if b"Content-Encoding: gzip" in http:
            body = gzip.decompress(body)
        charset = re.search(rb'charset="?([a-z0-9-]+)', body)
        assert charset is not None
        found.append(body.decode(charset.group(1).decode()))
    return found


def strings(value: object) -> list[str]:
    """Every string of a JSON document; Telegram's mixed texts joined."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [piece for inner in value for piece in strings(inner)]
    if not isinstance(value, dict):
        return []
    text = value.get("text")
    mixed = ["".join(x if isinstance(x, str) else x["text"] for x in text)] if isinstance(text, list) else []
    return mixed + [piece for key, inner in value.items() if key != "text_entities" for piece in strings(inner)]


def bare(page: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", page))


def page_text(data: bytes) -> str:
    charset = re.search(rb'charset="?([a-z0-9-]+)', data)
    assert charset is not None
    return bare(data.decode(charset.group(1).decode()))


def visible(path: Path) -> str:
    """Everything that a file says, without white space, whatever the format."""
    data = path.read_bytes()
    if path.name.endswith(".warc.gz"):
        text = "".join(bare(page) for page in pages_of(data))
    elif path.suffix == ".html":
        text = page_text(data)
    elif path.suffix == ".json":
        text = "\n".join(strings(json.loads(data)))
    elif path.suffix == ".jsonl":
        text = "".join(str(value) for row in rows(path) for value in row.values())
    elif path.suffix == ".csv":
        text = "".join("".join(row) for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    else:
        plain = data[:3] == b"\xef\xbb\xbf" or "qq" not in path.parts
        text = data.decode("utf-8-sig" if plain else "gb18030")
    return "".join(text.split())


def test_every_true_post_stands_in_every_file_that_the_truth_names(tiny: tuple[Path, Summary]) -> None:
    out, summary = tiny
    truth = rows(out / "truth" / "posts.jsonl")
    assert len(truth) == summary.posts > 300
    said: dict[str, str] = {}
    for row in truth:
        for name in [row["evidence"], *row["also"]]:  # type: ignore[misc]
            text = said.setdefault(str(name), visible(out / "evidence" / str(name)))
            assert "".join(str(row["text"]).split()) in text, (name, row["text"])
    assert {name.split("/")[0] for name in said} == {"telegram", "qq", "whatsapp", "web", "saved", "tips"}


def test_truth_is_in_order_of_time_within_a_file_and_knows_every_person(tiny: tuple[Path, Summary]) -> None:
    out, summary = tiny
    truth = rows(out / "truth" / "posts.jsonl")
    people = json.loads((out / "truth" / "persons.json").read_text("utf-8"))
    accounts = {row["account"]: row for row in rows(out / "truth" / "accounts.jsonl")}
    assert [(r["evidence"], r["at"]) for r in truth] == sorted((r["evidence"], r["at"]) for r in truth)
    spoken = [row for row in truth if row["kind"] not in ("article", "tip")]
    assert all(row["person"] in people and accounts[row["account"]]["person"] == row["person"] for row in spoken)
    assert sum(person["ring"] is not None for person in people.values()) == summary.members == 12
    assert 6 <= summary.reachable == sum(person["reachable"] for person in people.values()) <= 12
    assert all(person["ring"] for person in people.values() if person["reachable"])


def test_reachable_members_have_at_least_one_post_in_the_evidence(tiny: tuple[Path, Summary]) -> None:
    out, _ = tiny
    speaking = {row["person"] for row in rows(out / "truth" / "posts.jsonl")}
    people = json.loads((out / "truth" / "persons.json").read_text("utf-8"))
    assert {key for key, person in people.items() if person["reachable"]} <= speaking


def test_margins_of_the_seed_preset_are_exact(seed_script: Script) -> None:
    members = [person for person in seed_script.people if person.ring]
    assert len(members) == 1094
    assert sorted(Counter(person.ring for person in members).values()) == [143, 221, 318, 412]
    where = Counter(person.province for person in members)
    assert (where["510000"], where["340000"], len(where)) == (27, 43, 27)
    figures = {(f.quantity, f.status, f.place): f.value for f in seed_script.figures}
    assert figures["children", "rescued", ""] == "382"
    assert (figures["children", "rescued", "510000"], figures["children", "rescued", "340000"]) == ("13", "11")
    assert len(seed_script.places) == 37
    assert abs(len(seed_script.lines) - 100_000) < 100


def test_records_give_back_the_margins(seed_script: Script) -> None:
    table = record_table(load_preset("seed", 3), seed_script).decode("utf-8-sig")
    kept = list(csv.DictReader(io.StringIO(table)))
    seized = Counter(row["地点"] for row in kept if row["状态"] == "抓获")
    rescued = Counter(row["地点"] for row in kept if row["状态"] == "解救")
    assert (sum(seized.values()), seized["510000"], seized["340000"], len(seized)) == (1094, 27, 43, 27)
    assert (sum(rescued.values()), rescued["510000"], rescued["340000"]) == (382, 13, 11)
    assert all(row["来源"].startswith("合成数据") for row in kept)


def test_every_class_of_hard_negative_is_there(seed_script: Script) -> None:
    frames = Counter(line.frame for line in seed_script.lines if line.direction == "none")
    assert set(frames) == {"plain", "quote", "warning", "appeal", "news", "question", "joke", "lawful", "other"}
    assert min(frames.values()) > 100
    assert all(line.frame == "plain" for line in seed_script.lines if line.direction != "none")


def test_contents_stay_within_the_rules(seed_script: Script) -> None:
    for line in seed_script.lines:
        for mention in line.mentions:
            if mention.kind == "phone":
                assert re.fullmatch(r"\+8617000[0-9]{6}|110|12338|12355|12345", mention.value), mention
            if mention.kind == "email":
                assert mention.value.endswith(".example")
    hosts = [place.host for place in seed_script.places if place.host] + [page.host for page in seed_script.pages]
    assert all(host.endswith((".example", ".test")) for host in hosts)
    assert all(line.text.strip() for line in seed_script.lines)
    assert max(len(line.text) for line in seed_script.lines) < 300


def test_plain_mentions_stand_in_the_text_as_they_are(seed_script: Script) -> None:
    checked = 0
    for line in seed_script.lines[::7]:
        for mention in line.mentions:
            if mention.family == "plain" and mention.kind in ("phone", "qq", "wechat", "telegram"):
                bare = mention.value.removeprefix("+86")
                assert bare in re.sub(r"(?<=[0-9])[- ](?=[0-9])", "", line.text), (line.text, mention)
                checked += 1
    assert checked > 1000


def test_place_codes_are_those_of_the_shipped_divisions() -> None:
    from ringtrace.simulator.authors.dev.surface import places

    table = (Path(__file__).parent.parent / "src/ringtrace/jurisdictions/cn-divisions.toml").read_text("utf-8")
    known = {(cells[0], cells[2]) for cells in (line.split("\t") for line in table.splitlines()) if len(cells) > 3}
    wrong = [(code, zh) for code, zh, _ in places() if (code, zh) not in known]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(scan("ringtrace.simulator.native")))
def test_native_formats_say_what_they_serve(name: str) -> None:
    module = scan("ringtrace.simulator.native")[name]
    assert module.PLATFORMS
    assert all(isinstance(platform, str) for platform in module.PLATFORMS)
    assert module.__doc__
    assert module.lay.__doc__


def test_hard_has_fewer_ties_than_seed() -> None:
    seed, hard = load_preset("seed", 1), load_preset("hard", 1)
    assert (hard.hardness, seed.hardness) == (1.0, 0.0)
    assert hard.rings == seed.rings
    silent = [
        sum(not person.reachable for person in write(replace(spec, posts=5000)).people if person.ring)
        for spec in (seed, hard)
    ]
    assert silent[1] > 2 * silent[0]


def test_figures_of_a_page_are_printed_on_it(seed_script: Script) -> None:
    """Numbers up to five may be written as words."""
    words = {"3": "three", "4": "four", "5": "five"}
    for page in seed_script.pages:
        text = " ".join(page.paragraphs).replace(",", "").replace("a thousand", "1000")
        for figure in page.figures:
            assert re.search(rf"(?<![0-9]){figure.value}(?![0-9])", text) or words.get(figure.value, "-") in text, (
                figure
            )
    assert {figure.context for page in seed_script.pages for figure in page.figures} == {"", "other case", "witness"}
