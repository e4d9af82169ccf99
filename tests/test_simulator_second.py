"""The second development author keeps the simulator's promises in its own words and network."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from ringtrace.simulator import Summary, simulate
from ringtrace.simulator.authors import dev, second
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.script import Script

pytestmark = pytest.mark.slow

FRAMES = {"plain", "quote", "warning", "appeal", "news", "question", "joke", "lawful", "other"}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    out = tmp_path_factory.mktemp("second") / "out"
    return out, simulate(out, "tiny", 7, "second")


@pytest.fixture(scope="module")
def script() -> Script:
    return second.write(load_preset("seed", 3))


def digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


def test_same_seed_same_bytes(tiny: tuple[Path, Summary], tmp_path: Path) -> None:
    assert simulate(tmp_path / "again", "tiny", 7, "second") == tiny[1]
    assert digest(tmp_path / "again") == digest(tiny[0])
    simulate(tmp_path / "other", "tiny", 8, "second")
    assert digest(tmp_path / "other") != digest(tiny[0])


def test_tiny_holds_trade_and_much_more_talk(tiny: tuple[Path, Summary]) -> None:
    _, summary = tiny
    assert summary.members == 12
    assert 6 <= summary.reachable <= 12
    assert min(summary.directions[name] for name in ("offer", "seek", "broker")) > 5
    assert summary.directions["none"] > 3 * (summary.posts - summary.directions["none"])


def test_margins_and_breadth_of_the_seed_preset(script: Script) -> None:
    members = [person for person in script.people if person.ring]
    where = Counter(person.province for person in members)
    assert (len(members), where["510000"], where["340000"], len(where)) == (1094, 27, 43, 27)
    assert sorted(Counter(person.ring for person in members).values()) == [143, 221, 318, 412]
    figures = {(figure.quantity, figure.status, figure.place): figure.value for figure in script.figures}
    assert figures["children", "rescued", ""] == "382"
    assert 95_000 <= len(script.lines) <= 105_000
    frames = Counter(line.frame for line in script.lines if line.direction == "none")
    assert set(frames) == FRAMES
    assert min(frames.values()) > 50


def test_background_is_not_a_handful_of_sentences(script: Script) -> None:
    shapes = {re.sub("[0-9]+", "0", line.text) for line in script.lines if line.direction == "none"}
    assert len(shapes) > 20_000


def test_contents_stay_within_the_rules(script: Script) -> None:
    for line in script.lines:
        for mention in line.mentions:
            if mention.kind == "phone":
                assert re.fullmatch(r"\+8617000[0-9]{6}|[0-9]{3,5}", mention.value), mention
            if mention.kind == "email":
                assert mention.value.endswith((".example", ".test")), mention
    hosts = [place.host for place in script.places if place.host] + [page.host for page in script.pages]
    assert hosts
    assert all(host.endswith((".example", ".test")) for host in hosts)
    assert max(len(line.text) for line in script.lines) < 300


def test_plain_contacts_stand_in_the_text(script: Script) -> None:
    checked = 0
    for line in script.lines:
        for mention in line.mentions:
            if mention.family == "plain" and mention.kind in ("phone", "qq", "wechat", "telegram"):
                value = mention.value.removeprefix("+86")
                assert value in re.sub(r"(?<=[0-9])[- ](?=[0-9])", "", line.text).lower(), (line.text, mention)
                checked += 1
    assert checked > 500


def test_the_two_development_authors_share_hardly_a_sentence(script: Script) -> None:
    other = {line.text for line in dev.write(load_preset("tiny", 3)).lines if len(line.text) > 8}
    mine = {line.text for line in script.lines if len(line.text) > 8}
    assert len(other & mine) <= len(other) / 100
