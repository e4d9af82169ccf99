"""A team at work on one case, on both databases: verdicts, comments, mentions, work handed over, and the log before all."""

import json
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from ringtrace.errors import ConflictError, UsageError
from ringtrace.model.person import Person
from ringtrace.store.discussion import About, Discussion, mentioned
from ringtrace.store.ledger import Ledger
from team_bench import Seat, TeamBench, copied

pytestmark = pytest.mark.slow  # a team's server and its database: no unit tests


@pytest.fixture
def bench(tiny_case, tmp_path, decisions):
    made = TeamBench(copied(tiny_case, tmp_path / "case"), decisions)
    made.desk.warm()
    made.desk.wait(120)
    yield made
    made.desk.close()


@pytest.fixture
def two(bench):
    return bench.seat("Li Na", "analyst"), bench.seat("Wu Min", "supervisor", "intake")


def a_post(bench):
    return bench.desk.view().room.table("posts")["post_id"][3].as_py()


def test_a_verdict_on_what_a_colleague_judged_meanwhile_is_shown_with_both(bench, two):
    post = a_post(bench)
    seen = [seat.get(f"/posts/{post}").json()["verdict_version"] for seat in two]
    assert seen == [0, 0]
    assert two[0].post("/judge", post=post, verdict="yes", reason="a price", version="0").status_code == 200
    late = two[1].post("/judge", post=post, verdict="no", reason="a joke", version="0")
    assert late.status_code == 409
    told = late.json()
    assert (
        "Li Na" in told["reason"]
        and told["present"]["payload"]["reason"] == "a price"
        and told["mine"]["reason"] == "a joke"
    )
    page = two[1].client.post(
        "/judge",
        data={"post": post, "verdict": "no", "reason": "a joke", "version": "0", "csrf": two[1].csrf},
        headers={"accept": "text/html"},
    )
    assert page.status_code == 409 and "a price" in page.text and "a joke" in page.text
    blind = two[1].post("/judge", post=post, verdict="no")
    assert blind.status_code == 409, "who names no version has seen none"
    assert [j.verdict for j in bench.desk.ledger.judgements()] == ["yes"]
    version = two[1].get(f"/posts/{post}").json()["verdict_version"]
    assert two[1].post("/judge", post=post, verdict="no", version=str(version)).status_code == 200
    assert [(j.verdict, j.analyst) for j in bench.desk.ledger.judgements()] == [("no", "Wu Min")]


@pytest.mark.parametrize("version", ["-1", "x", "1.5", "9" * 10, "٣"])
def test_a_version_that_is_none_is_refused(bench, two, version):
    answer = two[0].post("/judge", post=a_post(bench), verdict="yes", version=version)
    assert answer.status_code in (400, 409)
    assert bench.desk.ledger.judgements() == []


def test_twenty_who_judge_one_post_at_once(bench):
    post, seats = a_post(bench), [bench.seat(f"Analyst {n}", "analyst") for n in range(20)]
    answers, start = [], threading.Barrier(len(seats))

    def judge(seat):
        start.wait()
        answers.append(seat.post("/judge", post=post, verdict="yes", version="0").status_code)

    threads = [threading.Thread(target=judge, args=(seat,)) for seat in seats]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answers) == [200] + [409] * 19
    assert len(bench.desk.ledger.history(f"post:{post}")) == 1


def test_the_action_day_and_a_task_are_changed_by_one_at_a_time(bench, two):
    boss, other = two[1], bench.seat("He Ying", "supervisor")
    assert boss.post("/operation/day", day="2014-02-19", version="0").status_code == 200
    late = other.post("/operation/day", day="2014-02-20", version="0")
    assert late.status_code == 409 and late.json()["present"]["author"] == "Wu Min"
    assert boss.post("/operation/tasks", place="510000", words="look").status_code == 200
    board = boss.get("/operation").json()
    assert board["day"] == "2014-02-19" and board["day_version"] == 1
    task = board["tasks"][0]
    partner = bench.seat("A Partner", "partner")
    done = partner.post(f"/operation/tasks/{task['id']}", state="acknowledged", version=str(task["version"]))
    assert done.status_code == 200
    assert (
        boss.post(f"/operation/tasks/{task['id']}", state="returned", version=str(task["version"])).status_code == 409
    )
    assert boss.get("/operation").json()["tasks"][0]["by"] == "A Partner"


def test_comments_call_colleagues_and_wait_on_their_first_page(bench, two):
    li, wu = two
    actor = bench.desk.view().actors[0]["actor_id"]
    said = li.post("/comments", about=f"actor:{actor}", text="@wu min please look, see <b>post</b> “7”")
    assert said.status_code == 200
    told = wu.get(f"/actors/{actor}").json()["discussion"]["comments"]
    assert [(one["author"], one["text"]) for one in told] == [("Li Na", "@wu min please look, see <b>post</b> “7”")]
    needs = wu.get("/").json()["needs"]
    assert [(one["by"], one["url"]) for one in needs["mentions"]] == [("Li Na", f"/actors/{actor}")]
    assert li.get("/").json()["needs"]["mentions"] == []
    page = wu.client.get(f"/actors/{actor}", headers={"accept": "text/html"}).text
    assert "<b>post</b>" not in page and "&lt;b&gt;post&lt;/b&gt;" in page
    number = needs["mentions"][0]["number"]
    assert li.post("/comments/seen", comment=str(number)).status_code == 400
    assert wu.post("/comments/seen", comment=str(number)).status_code == 200
    assert wu.get("/").json()["needs"]["mentions"] == []
    assert len(wu.get(f"/actors/{actor}").json()["discussion"]["comments"]) == 1


def test_work_is_handed_over_and_done(bench, two):
    li, wu = two
    ring = bench.desk.view().rings[0]["ring_id"]
    shown = wu.get(f"/rings/{ring}").json()["discussion"]
    assert shown["version"] == 0 and {one["name"] for one in shown["people"]} == {"Li Na", "Wu Min"}
    fields = {"about": f"ring:{ring}", "to": li.person.id, "state": "open", "note": "before Friday"}
    assert wu.post("/assignments", **fields, version="0").status_code == 200
    assert [one["note"] for one in li.get("/").json()["needs"]["assignments"]] == ["before Friday"]
    assert "before Friday" in li.client.get("/", headers={"accept": "text/html"}).text
    late = li.post("/assignments", **{**fields, "to": wu.person.id}, version="0")
    assert late.status_code == 409 and late.json()["present"]["payload"]["name"] == "Li Na"
    assert li.post("/assignments", **{**fields, "state": "done"}, version="1").status_code == 200
    assert li.get("/").json()["needs"]["assignments"] == []
    assert wu.get(f"/rings/{ring}").json()["discussion"]["assignment"]["state"] == "done"


def test_nobody_is_called_to_what_they_may_not_read(bench, two):
    bench.person("An Editor", "statement editor")
    post = a_post(bench)
    refused = two[0].post("/comments", about=f"post:{post}", text="@An Editor see this")
    assert refused.status_code == 400 and "may not read" in refused.text
    assert (
        two[0]
        .post(
            "/assignments", about=f"post:{post}", to=bench.team.people.named("An Editor").id, state="open", version="0"
        )
        .status_code
        == 400
    )
    assert [row for row in bench.desk.ledger.all_events() if row[2] in ("comment", "assignment")] == []


@pytest.mark.parametrize(
    "about", ["", "post:none", "ring:", "link:a", "link:b:a", "actor:x:y", "evidence:1", "post", ":::", "post:\0"]
)
def test_a_comment_is_on_something_of_the_case(bench, two, about):
    assert two[0].post("/comments", about=about, text="x").status_code == 400
    assert two[0].post("/assignments", about=about, to=two[0].person.id, state="open", version="0").status_code == 400


@pytest.mark.parametrize("words", ["", "  ", "x" * 4001])
def test_a_comment_says_something(bench, two, words):
    assert two[0].post("/comments", about=f"post:{a_post(bench)}", text=words).status_code == 400


def test_two_people_release_a_statement_and_their_names_are_those_who_signed_in(bench):
    editor, one, two_ = (
        bench.seat("An Editor", "statement editor"),
        bench.seat("Li Na", "disclosure"),
        bench.seat("Wu Min", "supervisor"),
    )
    draft = editor.post("/statements", as_of="2014-02-28", audience="public")
    assert draft.status_code == 200, draft.text
    path = draft.json()["next"]
    assert editor.post(path + "/approve", by="Wu Min").status_code == 403
    assert one.post(path + "/approve", by="Somebody Else").status_code == 200
    assert one.post(path + "/approve", by="Yet Another").status_code >= 400
    assert one.get(path).json()["people"] == ["Li Na"] and not one.get(path).json()["released"]
    assert two_.post(path + "/approve").status_code == 200
    assert one.get(path).json()["people"] == ["Li Na", "Wu Min"] and one.get(path).json()["released"]


def test_what_is_read_is_logged_under_the_name_before_it_leaves(bench, two):
    post = a_post(bench)
    lines = len(bench.case.evidence.log.lines())
    assert two[0].get(f"/posts/{post}").status_code == 200
    told = bench.case.evidence.log.events()[lines:]
    assert [(event["event"], event["by"]) for event in told] == [("consult", "Li Na")] and told[0]["spans"]
    two[1].get("/operation")
    ((event, payload),) = list(bench.desk.ledger.events("audit"))
    assert event.author == "Wu Min" and payload["what"] == "records consulted" and payload["page"] == "/operation"


def unwritable(bench):
    """Let the ledger's database refuse every write, whoever asks."""
    with bench.desk.ledger.engine.begin() as connection:
        if bench.desk.ledger.engine.dialect.name == "sqlite":
            connection.execute(
                text("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END")
            )
        else:
            connection.execute(
                text(
                    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$"
                )
            )
            connection.execute(
                text("CREATE TRIGGER full_disk BEFORE INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse()")
            )


def test_records_are_not_shown_when_the_ledger_cannot_be_written(bench, two):
    assert two[1].get("/operation").status_code == 200
    unwritable(bench)
    for path in ("/operation", "/figures"):
        for accept in ("application/json", "text/html"):
            answer = two[1].client.get(path, headers={"accept": accept})
            assert answer.status_code == 503 and "nothing is shown" in answer.text, path
            assert "510000" not in answer.text and "rescued" not in answer.text
    assert two[1].post("/judge", post=a_post(bench), verdict="yes", version="0").status_code == 503
    assert two[1].get("/rings").status_code == 200, "what needs no such entry is still there"


def test_evidence_is_not_shown_when_the_custody_log_cannot_be_written(bench, two):
    post = bench.desk.view().room.table("posts").slice(5, 1).to_pylist()[0]
    log = bench.case.evidence.log.path
    log.rename(log.with_name("away"))
    log.mkdir()
    for path in (
        f"/posts/{post['post_id']}",
        f"/evidence/{post['evidence_id']}?start={post['start']}&stop={post['stop']}",
        "/search?q=",
    ):
        for accept in ("application/json", "text/html"):
            answer = two[0].client.get(path, headers={"accept": accept})
            assert answer.status_code == 503, path
            assert post["text"][:12] not in answer.text
    log.rmdir()
    log.with_name("away").rename(log)
    assert two[0].get(f"/posts/{post['post_id']}").status_code == 200


@pytest.mark.slow
def test_nobody_reads_while_the_database_is_gone(tiny_case, tmp_path, postgres):
    bench = TeamBench(copied(tiny_case, tmp_path / "gone"), postgres.url("gone"))
    bench.desk.warm()
    bench.desk.wait(120)
    seat, post = bench.seat("Li Na", "analyst"), a_post(bench)
    assert seat.get(f"/posts/{post}").status_code == 200
    postgres.stop()
    try:
        for path in (f"/posts/{post}", "/rings", "/", "/account"):
            answer = seat.get(path)
            assert answer.status_code == 503 and "cannot be" in answer.text, path
    finally:
        postgres.start()
    assert seat.get(f"/posts/{post}").status_code == 200
    bench.desk.close()


_NAMES = st.lists(
    st.text("ab李 .", min_size=1, max_size=4).map(lambda t: " ".join(t.split())).filter(bool),
    min_size=1,
    max_size=5,
    unique_by=str.casefold,
)


@given(_NAMES, st.text("@ab李 .", max_size=30))
def test_the_longest_name_behind_an_at_is_called(names, words):
    people = {f"p{n}": Person(f"p{n}", name) for n, name in enumerate(names)}
    called = {person.name for person in mentioned(words, people)}
    for part in words.split("@")[1:]:
        fitting = [name for name in names if part.casefold().startswith(name.casefold())]
        assert not fitting or max(fitting, key=len) in called
    assert all(f"@{name.casefold()}" in words.casefold() for name in called)
    closed = {key: Person(key, person.name, closed=True) for key, person in people.items()}
    assert mentioned(words, closed) == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.sampled_from("abcdefgh"), min_size=1), st.sets(st.sampled_from("abcdefgh"), min_size=1))
def test_what_was_said_stays_with_the_accounts_it_was_said_of(tmp_path_factory, then, now):
    ledger = Ledger.at(tmp_path_factory.mktemp("said") / "ledger.db")
    talk = Discussion(ledger)
    talk.comment(About("actor:old", frozenset(then)), "careful", "Li Na", [])
    comments, _ = talk.on(About("actor:new", frozenset(now)))
    assert bool(comments) == (2 * len(then & now) >= len(then))
    assert talk.on(About("ring:new", frozenset(now)))[0] == []
    assert len(talk.on(About("actor:old", frozenset("z")))[0]) == 1
    ledger.close()


def test_an_assignment_is_changed_by_one_at_a_time(database):
    ledger = Ledger(database)
    talk, other = Discussion(ledger), Discussion(ledger)
    people = [Person(f"p{n}", f"Person {n}") for n in range(2)]
    about = About("post:1")
    talk.assign(about, people[0], "open", "", "Li Na", 0)
    with pytest.raises(ConflictError):
        other.assign(about, people[1], "open", "", "Wu Min", 0)
    assert other.on(about)[1].to == "p0" and [one.about for one in other.needs("p0")[0]] == ["post:1"]
    with pytest.raises(UsageError):
        talk.assign(about, people[1], "open", "x" * 401, "Li Na", 1)
    assert json.loads(ledger.payloads("assignment")[0][3])["name"] == "Person 0"
    ledger.close()


def test_a_stranger_sees_nothing_of_the_case(bench):
    seat = Seat(bench)
    page = seat.client.get("/rings", headers={"accept": "text/html"}, follow_redirects=False)
    assert page.status_code == 303 and page.headers["location"] == "/sign-in"
    page = seat.client.get("/sign-in", headers={"accept": "text/html"})
    assert page.status_code == 200 and 'class="menu"' not in page.text
