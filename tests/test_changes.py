"""What an analysis changed: every account is traced, nothing that stayed is told, and the runs alone decide."""

import json
import shutil

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.linking.lineage import trace
from ringtrace.pipeline import analyse
from ringtrace.pipeline.analysis.changes import read_changes, read_lineage, sentences
from ringtrace.pipeline.intake.adding import add
from ringtrace.store.case import Case
from test_incremental import quiet, tables_of


def table(groups):
    """Account -> group number, as groups named by their smallest account, the way that actors are."""
    names = {}
    for account in sorted(groups):
        names.setdefault(groups[account], f"g-{account:03}")
    rows = [(names[groups[account]], f"a-{account:03}") for account in sorted(groups)]
    return pa.table(
        {"group": pa.array([g for g, _ in rows], pa.string()), "account": pa.array([a for _, a in rows], pa.string())}
    )


def sets(found):
    held = {}
    for group, account in zip(found["group"].to_pylist(), found["account"].to_pylist(), strict=True):
        held.setdefault(group, set()).add(account)
    return held


_GROUPS = st.dictionaries(st.integers(0, 25), st.integers(0, 6), max_size=26)


@given(_GROUPS, _GROUPS)
def test_every_group_that_changed_is_told_once_and_no_other(one, two):
    before, now = table(one), table(two)
    old, new = sets(before), sets(now)
    descents, lineage = trace("actor", before, now, 0.0)
    told_old = [group for one in descents for group in one.before]
    told_new = [group for one in descents for group in one.now]
    assert sorted(told_old) == sorted(group for group, held in old.items() if new.get(group) != held)
    assert sorted(told_new) == sorted(group for group, held in new.items() if old.get(group) != held)
    for row in lineage.to_pylist():
        if row["before"] and row["now"]:
            assert row["common"] == len(old[row["before"]] & new[row["now"]]) > 0
    for one in descents:
        were = set().union(*(old[group] for group in one.before))
        are = set().union(*(new[group] for group in one.now))
        assert (one.accounts_before, one.accounts_now) == (len(were), len(are))
        kind = {
            "new": not one.before, "gone": not one.now, "merged": len(one.before) > 1 == len(one.now),
            "split": len(one.before) == 1 < len(one.now), "mixed": len(one.before) > 1 < len(one.now),
            "grew": were < are, "shrank": are < were, "changed": bool(were - are and are - were),
        }  # fmt: skip
        assert kind[one.turn], one


def test_a_ring_that_lends_one_account_to_another_is_no_kin_of_it():
    before = table({**dict.fromkeys(range(10), 0), **dict.fromkeys(range(20, 26), 1)})
    now = table({**dict.fromkeys(range(9), 0), **dict.fromkeys([9, *range(20, 26)], 1)})
    descents, _ = trace("ring", before, now, 1 / 3)
    assert sorted(one.turn for one in descents) == ["grew", "shrank"]
    assert [one.turn for one in trace("ring", before, now, 0.0)[0]] == ["mixed"]


@pytest.fixture(scope="module")
def grown(tiny_evidence, tmp_path_factory, session_keys):
    """A case analysed without its first folder of evidence, then with it: (case, changes of each run)."""
    case = Case.create(tmp_path_factory.mktemp("grown") / "case")
    folder = tmp_path_factory.mktemp("evidence") / "copy"
    shutil.copytree(tiny_evidence / "evidence", folder)
    held_back = sorted(folder.iterdir())[0]
    later = folder.parent / "later"
    held_back.rename(later)
    add(case, [folder], "synthetic", quiet)
    first = analyse(case, 1, quiet)
    later.rename(held_back)
    add(case, [folder], "synthetic", quiet)
    return case, first, analyse(case, 1, quiet)


@pytest.mark.slow
def test_the_first_run_has_nothing_to_compare_with(grown):
    _, first, _ = grown
    assert (
        first.changes.first
        and not first.since
        and b"Since the last run" not in b"".join(map(str.encode, first.sentences()))
    )


@pytest.mark.slow
def test_a_second_run_says_what_it_changed(grown):
    case, first, second = grown
    changes = second.changes
    assert changes.posts_new == second.counts["posts"] - first.counts["posts"] > 0 == changes.posts_gone
    assert len(changes.files) == second.counts["files"] - first.counts["files"] > 0
    assert changes.counts["posts"] == (first.counts["posts"], second.counts["posts"])
    assert sum(changes.turns.values()) and not changes.rules and changes == read_changes(case.analysis)
    report = (case.analysis / "report.html").read_text("utf-8")
    assert "Since the last run" in report and sentences(changes)[0] in report
    assert any(line.startswith("Since the last run: ") for line in second.sentences())
    assert json.loads(json.dumps(second.document()["changes"], default=str))["posts_new"] == changes.posts_new
    rows = read_lineage(case.analysis).to_pylist()
    told = sum(len(one.before) * len(one.now) or 1 for one in changes.rings)
    assert sum(row["kind"] == "ring" for row in rows) <= told or not changes.rings
    assert sum(row["kind"] == "actor" and row["change"] == "new" for row in rows) == changes.turns.get("actor new", 0)


@pytest.mark.slow
def test_a_run_that_changes_nothing_leaves_what_the_last_one_said(grown):
    case, _, second = grown
    before = {path.name: path.read_bytes() for path in (case.analysis / "since").iterdir()}
    again = analyse(case, 1, quiet)
    assert again.changes == second.changes
    assert {path.name: path.read_bytes() for path in (case.analysis / "since").iterdir()} == before


@pytest.mark.slow
def test_a_damaged_memory_of_the_last_run_is_a_first_run(grown, tmp_path):
    case, _, _ = grown
    copy = tmp_path / "case"
    shutil.copytree(case.folder, copy)
    (copy / "analysis" / "since" / "changes.json").write_bytes(b'{"edition": 3')
    other = Case(copy)
    assert analyse(other, 1, quiet).changes.first
    assert tables_of(other) == tables_of(case)
