"""Operation: who must act where, the one action day, tasks and how far each place has come.

What plans is loaded with the first visit: the start of the workbench does without it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import anyio.to_thread
import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from ringtrace.errors import UsageError
from ringtrace.report.words import place_name
from ringtrace.web.pages import deconfliction, packages
from ringtrace.web.visit import Answer, Guest

PLACE = (60, "Operation", "/operation", "o")
_WORDS = 1_000


@get("/operation", sync_to_thread=True)
def operation(visit: Guest) -> Answer:
    """The board by place."""
    from ringtrace.pipeline.operation.planning import DAY, board, task_subject

    visit.records = True
    plan, places = board(visit.desk.case, visit.view.assigned if visit.desk.analysed() else {})
    rows = [{**msgspec.to_builtins(row), "name": place_name(row.place)} for row in places]
    rows.sort(key=lambda row: (-row["targets"], -row["arrested"], row["place"]))
    tasks = [
        {
            **msgspec.to_builtins(task),
            "name": place_name(task.place),
            "stale": plan.is_stale(task),
            "version": visit.desk.ledger.version(task_subject(task.id)),
        }
        for task in plan.tasks
    ]
    document: dict[str, Any] = {
        "day": plan.day, "day_version": visit.desk.ledger.version(DAY), "board": rows, "tasks": tasks,
        "open_places": [{"code": code, "name": place_name(code)} for code in plan.open_places()],
    }  # fmt: skip
    if visit.may("GET /operation/packages/{place}"):
        document["packages"] = packages.listed(visit, plan)
    if visit.may("GET /operation/deconfliction"):
        found = deconfliction.read(visit)
        document["deconfliction"] = {"hits": len(found.hits), "unread": found.unread, "asked": bool(found.moves)}
    made = {row["place"]: row for row in document.get("packages", [])}
    kinds = ("targets", "doubtful", "arrested", "rescued")
    others = [dict.fromkeys(kinds, 0) | {"place": code, "name": row["name"], "tasks": {}} for code, row in made.items()]
    known = {row["place"] for row in rows}
    lines = [
        {**row, "package": made.get(row["place"])}
        for row in [*rows, *(one for one in others if one["place"] not in known)]
    ]
    return visit.show("operation.html.j2", document, pictures={"lines": lines})


@post("/operation/day", status_code=303)
async def day(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Set the one action day. Fields: day, version (of it that was seen)."""
    from ringtrace.pipeline.operation.planning import set_day

    form = await request.form()
    told, seen = str(form.get("day") or ""), visit.seen_version(str(form.get("version") or ""))
    try:
        chosen = date.fromisoformat(told).isoformat()
    except ValueError as error:
        raise UsageError("a day is written as 2014-02-19") from error
    await anyio.to_thread.run_sync(lambda: set_day(visit.desk.case, chosen, author=visit.session.user, seen=seen))
    return visit.back("/operation")


@post("/operation/tasks", status_code=303)
async def task(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Ask a place to do something. Fields: place (name or division code), words."""
    from ringtrace.pipeline.operation.planning import give_task

    form = await request.form()
    place, words = str(form.get("place") or ""), str(form.get("words") or "")[:_WORDS]
    await anyio.to_thread.run_sync(lambda: give_task(visit.desk.case, place, words, author=visit.session.user))
    return visit.back("/operation#tasks")


@post("/operation/tasks/{task_id:str}", status_code=303)
async def answer(visit: Guest, request: Request[Any, Any, Any], task_id: FromPath[str]) -> Response[Any]:
    """Answer a task. Fields: state (acknowledged, done or returned), version (of the task that was seen)."""
    from ringtrace.pipeline.operation.planning import answer_task

    form = await request.form()
    state, seen = str(form.get("state") or ""), visit.seen_version(str(form.get("version") or ""))
    await anyio.to_thread.run_sync(
        lambda: answer_task(visit.desk.case, task_id, state, author=visit.session.user, seen=seen)
    )
    return visit.back("/operation#tasks")


HANDLERS = [operation, day, task, answer]
