"""An operation: who must act on whom with what doubt, one day for all, signed packages, the board."""

from __future__ import annotations

import base64
import json
import shutil

import pyrage
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.errors import UsageError
from ringtrace.operation.assignment import assign
from ringtrace.operation.clues import Clue, find_clues, phone_province
from ringtrace.operation.plan import Step, progress, read_plan
from ringtrace.pipeline.operation import handing_out
from ringtrace.pipeline.telling.room import Room
from ringtrace.store.case import Case

KINDS = ["trade_place", "own_place", "deal_place", "phone_prefix", "container_name"]
CLUES = st.lists(
    st.builds(Clue, st.sampled_from(KINDS), st.sampled_from(["510000", "340000", "110000"]), st.text("ab", max_size=3))
)


@pytest.fixture
def case(tiny_case, tmp_path):
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    return Case(folder)


def test_a_single_weak_clue_leaves_doubt_and_several_kinds_do_not():
    weak = assign("a", [Clue("container_name", "510000", "成都群")])
    assert weak.level == "doubtful" and any("anybody can join" in doubt for doubt in weak.doubts)
    strong = assign(
        "a", [Clue("trade_place", "510000", f"p{n}") for n in range(3)] + [Clue("deal_place", "510000", "d")]
    )
    assert (strong.level, strong.doubts) == ("firm", ())
    torn = assign("a", [Clue("trade_place", "510000", "p"), Clue("trade_place", "340000", "q")])
    assert torn.level == "doubtful" and any("Sichuan" in doubt or "Anhui" in doubt for doubt in torn.doubts)
    assert assign("a", []).level == "none"
    phone = assign("a", [Clue("phone_prefix", "510000", "+86")])
    assert any("people move" in doubt for doubt in phone.doubts)


@given(CLUES)
def test_no_clue_is_lost_and_more_of_it_never_weakens_a_place(clues):
    found = assign("a", clues)
    assert sorted(map(repr, (*found.clues, *found.against))) == sorted(map(repr, clues))
    assert 0 <= found.share < 1 and bool(found.place) == bool(clues)
    if clues:
        more = assign("a", [*clues, Clue("trade_place", found.place, "another")])
        assert more.place == found.place and more.share >= found.share
        assert all(clue.place == found.place for clue in found.clues)


@pytest.mark.slow
def test_the_issue_of_a_number_names_its_province():
    assert phone_province("+8602888880000") in ("", "510000")
    assert phone_province("+442012345678") == "" and phone_province("nonsense") == ""


def test_every_clue_of_a_case_stands_in_its_evidence(tiny_case):
    room = Room(tiny_case[0])
    clues = [clue for found in find_clues(room.table).values() for clue in found]
    assert {clue.kind for clue in clues} >= {"trade_place", "deal_place"}
    for clue in clues:
        assert len(clue.place) == 6 and clue.place.endswith("0000")
        if clue.span:
            assert room.quote(clue.span).text


def test_packages_are_signed_and_say_what_speaks_against(case, tmp_path):
    files = handing_out.write_packages(case, tmp_path / "out")
    members = set(Room(case).table("members")["actor_id"].to_pylist())
    targets = []
    public = load_pem_public_key((tmp_path / "out" / "signer.pem").read_bytes())
    for path in files:
        data = path.read_bytes()
        public.verify(base64.b64decode(path.with_name(path.name + ".sig").read_bytes()), data)
        document = json.loads(data)
        targets += document["targets"]
        for target in document["targets"]:
            assert target["level"] in ("firm", "likely") or document["place"] == "unassigned"
            assert (
                target["roles"]
                and target["missing"]
                and set(target) >= {"clues", "clues against", "doubts", "contacts"}
            )
            assert all(cited["quote"] for clue in target["clues"] for cited in clue["cited"])
    assert targets and {target["actor"] for target in targets} <= members
    assert handing_out.write_packages(case, tmp_path / "again")[0].read_bytes() == files[0].read_bytes()


def test_packages_can_be_for_the_eyes_of_a_recipient(case, tmp_path):
    friend, stranger = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    plain = {path.name: path.read_bytes() for path in handing_out.write_packages(case, tmp_path / "plain")}
    public = load_pem_public_key((tmp_path / "plain" / "signer.pem").read_bytes())
    for path in handing_out.write_packages(case, tmp_path / "out", [str(friend.to_public())]):
        data = path.read_bytes()
        public.verify(base64.b64decode(path.with_name(path.name + ".sig").read_bytes()), data)
        assert pyrage.decrypt(data, [friend]) == plain[path.name.removesuffix(".age")]
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(data, [stranger])
    assert not any(path.suffix == ".json" for path in (tmp_path / "out").iterdir())
    with pytest.raises(UsageError, match="no public key"):
        handing_out.write_packages(case, tmp_path / "bad", ["age1nonsense"])


def test_one_day_for_all_and_acknowledgements_for_another_day_are_open_again():
    steps = [Step("task", "t1", "ann", "510000", "search"), Step("task", "t2", "ann", "340000", "search"),
             Step("day", "2014-02-19", "ann"), Step("acknowledged", "t1", "bo"), Step("done", "t2", "bo")]  # fmt: skip
    plan = read_plan(steps)
    assert (plan.day, plan.open_places()) == ("2014-02-19", [])
    moved = read_plan([*steps, Step("day", "2014-02-20", "ann")])
    assert moved.open_places() == ["510000"]
    rows = {row.place: row for row in progress(moved, {"a": "510000|firm", "b": "510000|doubtful"}, [])}
    assert (rows["510000"].targets, rows["510000"].doubtful, rows["510000"].tasks) == (2, 1, {"given": 1})
    assert rows["340000"].tasks == {"done": 1}


@pytest.mark.slow
def test_the_command_plans_and_shows_the_board(case, tmp_path):
    run, folder = CliRunner().invoke, str(case.folder)
    key = json.loads(run(app, ["plan", folder, "task", "search", "--place", "四川", "--json"]).stdout)["task"]
    assert isinstance(run(app, ["plan", folder, "answer", key]).exception, UsageError)
    assert run(app, ["plan", folder, "day", "2014-02-19"]).exit_code == 0
    assert run(app, ["plan", folder, "answer", key[:9], "--by", "Chengdu"]).exit_code == 0
    shown = run(app, ["plan", folder]).stdout
    assert "Action day: 2014-02-19" in shown and "Sichuan" in shown and "acknowledged: search" in shown
    board = json.loads(run(app, ["plan", folder, "--json"]).stdout)
    assert sum(row["targets"] for row in board["places"]) > 3
    for wrong in (["task", "x", "--place", "nowhere"], ["task", "", "--place", "四川"], ["day", "soon"], ["answer", "task-x"], ["go"],
                  ["answer", key, "--state", "lost"]):  # fmt: skip
        assert isinstance(run(app, ["plan", folder, *wrong]).exception, UsageError)
    assert run(app, ["plan", folder, "packages", str(tmp_path / "p")]).exit_code == 0
