"""Many accounts made one person: on the pages, at the terminal, and through the analysis and back."""

import json

import pytest
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.pipeline import analyse
from ringtrace.store.case import Case
from test_incremental import quiet, tables_of
from test_previews import rows


def test_actors_are_chosen_tried_joined_and_taken_back_as_one(bench):
    listed = bench.json("/actors")["actors"]
    chosen = [row["actor_id"] for row in listed[:3]]
    total = sum(row["accounts"] for row in listed[:3])
    asked = bench.client.get("/merge", params={"who": chosen}, headers={"accept": "text/html"}).text
    assert all(f'href="/actors/{actor}"' in asked for actor in chosen)
    before = bench.desk.ledger.last()
    tried = bench.post("/merge/preview", who="\n".join(chosen)).json()
    assert tried["accounts"] == total and tried["obstacles"] == []
    (descent,) = tried["effect"]["actors"]
    assert [one["id"] for one in descent["before"]] == sorted(chosen) and descent["accounts_then"] == total
    assert bench.desk.ledger.last() == before
    page = bench.client.post(
        "/merge/preview", data={"who": "\n".join(chosen), "csrf": bench.csrf}, headers={"accept": "text/html"}
    )
    assert page.status_code == 200 and 'action="/merge"' in page.text
    assert bench.post("/merge", who="\n".join(chosen), reason=" ").status_code == 400
    number = bench.post("/merge", who="\n".join(chosen), reason="one telephone").json()["undo"]
    (row,) = bench.json("/judgements")["judgements"]
    assert (row["number"], row["pairs"], row["reason"]) == (number, total - 1, "one telephone")
    assert "by one act" in bench.client.get("/judgements", headers={"accept": "text/html"}).text
    assert bench.post(f"/judgements/{number}/undo").status_code == 200
    assert bench.desk.ledger.judgements() == []


def test_a_no_is_shown_and_nothing_is_recorded_and_unknown_words_are_named(bench):
    one, other = (row["actor_id"] for row in bench.json("/actors")["actors"][:2])
    naming = bench.desk.view().room.naming
    left, right = sorted((naming.accounts_of[one][0], naming.accounts_of[other][0]))
    assert bench.post("/judge", left=left, right=right, verdict="no", reason="brothers").status_code == 200
    before = bench.desk.ledger.last()
    tried = bench.post("/merge/preview", who=f"{one}\n{other}\nnobody-1").json()
    assert left in tried["obstacles"][0] and tried["effect"] is None and tried["unknown"] == ["nobody-1"]
    assert bench.post("/merge", who=f"{one}\n{other}", reason="sure").status_code == 400
    assert bench.desk.ledger.last() == before
    name = naming.accounts[left]["names"][0]
    assert left in {row["id"] for row in bench.json(f"/merge?find={name}")["found"]}
    chinese = bench.client.get("/merge", headers={"accept": "text/html", "accept-language": "zh"}).text
    assert "多个账号同属一人" in chinese


@pytest.mark.slow
def test_at_the_terminal_the_next_analysis_is_as_the_preview_says_and_undoing_is_exact(tiny_case, tmp_path):
    import shutil

    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    case = Case(folder)
    analyse(case, 1, quiet)
    first = tables_of(case)
    actors = sorted(rows(case, "actors"), key=lambda row: (-len(row["accounts"]), row["actor_id"]))[:4]
    listed = tmp_path / "ids.txt"
    listed.write_text("\n".join(row["actor_id"] for row in actors), "utf-8")

    def run(*words):
        answer = CliRunner().invoke(app, ["merge", str(folder), *words, "--json"])
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.stdout)

    told = run("--list", str(listed), "--preview")["effect"]["actors"]
    number = run("--list", str(listed), "--reason", "one telephone")["event"]
    analyse(case, 1, quiet)
    group = sorted(account for row in actors for account in row["accounts"])
    assert group in [row["accounts"] for row in rows(case, "actors")]
    assert [one["accounts_now"] for one in told] == [len(group)]
    run("--undo", str(number))
    analyse(case, 1, quiet)
    assert tables_of(case) == first
