"""Verdicts of analysts: they hold in every run, a preview says what they will do, and undoing is exact."""

import json
import subprocess
import sys
from itertools import combinations

import pyarrow.parquet as pq
import pytest

from ringtrace.model.ring import Judgement
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.judging.previewing import Preview
from ringtrace.pipeline.reading.answering import find_answers
from ringtrace.pipeline.telling.room import Room
from ringtrace.rings import pair_model
from ringtrace.rings.activity import reassigned
from ringtrace.rings.assembly import find_members, operators
from ringtrace.rings.rehearsal import Rehearsal
from ringtrace.store.case import Case
from test_incremental import quiet, tables_of

pytestmark = pytest.mark.slow


@pytest.fixture
def case(tiny_evidence, tmp_path, session_keys):
    made = Case.create(tmp_path / "case")
    add(made, [tiny_evidence / "evidence"], "synthetic", quiet)
    analyse(made, 1, quiet)
    return made


def rows(case, name):
    return pq.read_table(case.analysis / f"{name}.parquet").to_pylist()


def judged(case):
    ledger = case.open_ledger()
    found = ledger.judgements()
    ledger.close()
    return found


def judge(case, left, right, verdict, at):
    ledger = case.open_ledger()
    number = ledger.judge(Judgement(("link", *sorted((left, right))), verdict, "ann", at, "known"))
    ledger.close()
    return number


def actor_of(case):
    return {row["account_id"]: row["actor_id"] for row in rows(case, "accounts")}


def pairs(case):
    """Verdicts of every kind: splits of actors, merges within, into, between and outside of rings, and no-ops."""
    groups = sorted((row["accounts"] for row in rows(case, "actors")), key=lambda group: (-len(group), group))
    accounts = {row["actor_id"]: row["accounts"] for row in rows(case, "actors")}
    members = [row["actor_id"] for row in rows(case, "members")]
    outside = [group[0] for group in groups if not set(members) & {actor_of(case)[group[0]]}]
    found = [(group[0], group[-1], "no") for group in groups[:3] if len(group) > 1]
    found += [(accounts[a][0], accounts[b][0], "yes") for a, b in list(combinations(members, 2))[:3]]
    found += [
        (accounts[members[0]][0], outside[0], "yes"),
        (outside[0], outside[1], "yes"),
        (outside[0], outside[1], "no"),
    ]
    return found


def test_a_preview_is_what_the_next_analysis_does_and_undoing_is_exact(case):
    first = tables_of(case)
    told = 0
    for at, (left, right, verdict) in enumerate(pairs(case), start=1):
        people = rows(case, "actors"), rows(case, "members")
        effect = Preview(Room(case).table, judged(case)).verdict(left, right, verdict)
        number = judge(case, left, right, verdict, at)
        changes = analyse(case, 1, quiet).changes
        if effect.none:
            assert (rows(case, "actors"), rows(case, "members")) == people
        else:
            told += 1
            assert effect.rings == changes.rings
            large = [one for one in effect.actors if max(one.accounts_before, one.accounts_now) > 1]
            assert sorted(large, key=str) == sorted(changes.actors, key=str)
            assert effect.counts.get("actors") == changes.counts.get("actors")
            assert effect.counts.get("rings") == changes.counts.get("rings")
        back = Preview(Room(case).table, judged(case)).undo(left, right, None)
        ledger = case.open_ledger()
        ledger.undo_verdict(number, "ann")
        ledger.close()
        changes = analyse(case, 1, quiet).changes
        if not effect.none:
            assert back.rings == changes.rings
        assert tables_of(case) == first
    assert told >= 5


def test_ties_are_built_anew_as_a_whole_case_would_have_them(case):
    names = ("posts", "mentions", "stances", "facts", "accounts", "actors", "templates", "identifiers", "links")
    tables = {name: pq.read_table(case.analysis / f"{name}.parquet") for name in names}
    rehearsal = Rehearsal(tables, find_answers(tables["posts"]))
    accounts = {row["actor_id"]: row["accounts"] for row in tables["actors"].to_pylist()}
    tied = sorted({row["left"] for row in rows(case, "ties")} | {row["actor_id"] for row in rows(case, "members")})
    changed = 0
    for one, other in zip(tied, tied[3:], strict=False):
        split = {account: "actor-new" for account in accounts[one][1:]}
        for moved in ({account: one for account in accounts[other]}, split):
            stage = reassigned(rehearsal.scene, moved)
            whole = rehearsal.built(stage, rehearsal.mentions, tables)
            found = rehearsal.ties_then(moved)
            assert weighed(found) == weighed(whole)
            then = pair_model.weighed(whole, stage)
            assert rehearsal.members(moved).equals(find_members(stage, then, operators(tables["posts"])).members)
            changed += weighed(found) != weighed(rehearsal.ties_then({}))
    assert changed >= 5


def weighed(ties):
    columns = ("left", "right", "layer", "weight", "times")
    return [tuple(row[name] for name in columns) for row in ties.to_pylist()]


def test_a_verdict_taken_back_by_unsure_leaves_no_trace_in_the_tables(case):
    first = tables_of(case)
    left, right, _ = next(pair for pair in pairs(case) if pair[2] == "yes")
    judge(case, left, right, "yes", 1)
    analyse(case, 1, quiet)
    assert tables_of(case) != first
    judge(case, left, right, "unsure", 2)
    analyse(case, 1, quiet)
    assert tables_of(case) == first


def test_verdicts_hold_when_evidence_is_added_and_conflicts_are_shown(case, tmp_path):
    merges = [pair for pair in pairs(case) if pair[2] == "yes"]
    (a, b, _), c = merges[0], merges[-1][0]
    judge(case, a, b, "yes", 1)
    judge(case, b, c, "no", 2)
    effect = Preview(Room(case).table, judged(case)).verdict(a, c, "yes")
    assert effect.refused == (" ".join(sorted((a, c))),)
    assert any("cannot be followed" in line for line in effect.lines())
    judge(case, a, c, "yes", 3)
    chat = tmp_path / "more.txt"
    chat.write_text("SYNTHETIC\n2014-02-01 10:00:00 张三(1000001)\n在吗\n", "utf-8")
    add(case, [chat], "synthetic", quiet)
    analyse(case, 1, quiet)
    actors = actor_of(case)
    assert actors[a] == actors[b] != actors[c]
    conflicts = [pair for row in rows(case, "actors") for pair in row["conflicts"]]
    assert conflicts and set(conflicts) == {" ".join(sorted((a, c)))}


def test_the_command_previews_and_records_nothing(case):
    left, right, verdict = pairs(case)[0]
    done = subprocess.run(
        [sys.executable, "-m", "ringtrace", "judge", case.folder, left, right, "--verdict", verdict, "--preview", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["actors"][0]["turn"] in {"split", "mixed"} and not told["none"]
    assert judged(case) == []
