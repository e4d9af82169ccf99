"""The plan of an operation: one action day, tasks for places and how far each has come, as events of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from ringtrace.errors import UsageError
from ringtrace.model.identity import derive_id
from ringtrace.operation.assignment import Assignment
from ringtrace.operation.counting import count_records
from ringtrace.operation.divisions import province_of, read_place
from ringtrace.operation.plan import Plan, Progress, Step, progress, read_plan
from ringtrace.pipeline.operation.targets import assignments
from ringtrace.pipeline.telling.room import Room
from ringtrace.store.case import Case
from ringtrace.store.ledger import Ledger
from ringtrace.store.records import read_entries

_STEP = "plan"
DAY = "plan:day"
"""The name under which the ledger counts the changes of the action day."""


def plan_of(case: Case) -> Plan:
    """Return the plan in force."""
    ledger = case.open_ledger()
    try:
        return read_plan(_steps(ledger))
    finally:
        ledger.close()


def set_day(case: Case, day: str, *, author: str, seen: int | None = None) -> None:
    """Set the one action day; what was acknowledged for another day is open again.

    seen: as ``Ledger.record`` has it.
    """
    _append(case, Step("day", day, author), author, DAY, seen)


def give_task(case: Case, place: str, words: str, *, author: str) -> str:
    """Ask a place to do something; return the task's id. Raises UsageError for an unknown place or no words."""
    reading = read_place(place, "")
    if not reading.code:
        raise UsageError(reading.problem)
    if not words.strip():
        raise UsageError("say what is to be done")
    code = province_of(reading.code)
    key = derive_id("task", code, words)
    _append(case, Step("task", key, author, code, words), author, task_subject(key))
    return key


def answer_task(case: Case, task: str, state: str, *, author: str, seen: int | None = None) -> str:
    """Acknowledge, finish or return a task; return its id. Raises UsageError for an unknown task or state.

    seen: as ``Ledger.record`` has it, of ``task_subject``.
    """
    answers: Mapping[str, Literal["acknowledged", "done", "returned"]]
    answers = {"acknowledged": "acknowledged", "done": "done", "returned": "returned"}
    if state not in answers:
        raise UsageError(f"state {state!r} is not acknowledged, done or returned")
    plan = plan_of(case)
    found = [held for held in plan.tasks if task and held.id.startswith(task)]
    if len(found) != 1:
        raise UsageError(f"{len(found) or 'no'} tasks are called {task!r}")
    if not plan.day:
        raise UsageError("no action day is set; `ringtrace plan CASE day 2014-02-19` sets it")
    _append(case, Step(answers[state], found[0].id, author), author, task_subject(found[0].id), seen)
    return found[0].id


def board(case: Case, assigned: Mapping[str, Assignment] | None = None) -> tuple[Plan, list[Progress]]:
    """Return the plan and how far each place has come: targets, arrests, rescues, tasks.

    assigned: as ``assignments`` gives them, where they are known already.
    """
    if assigned is None:
        assigned = assignments(Room(case)) if (case.analysis / "members.parquet").exists() else {}
    targets = {found.actor: f"{found.place}|{found.level}" for found in assigned.values() if found.place}
    ledger = case.open_ledger()
    try:
        plan, entries = read_plan(_steps(ledger)), read_entries(ledger)
    finally:
        ledger.close()
    return plan, progress(plan, targets, count_records(entries).figures)


def task_subject(task: str) -> str:
    """The name under which the ledger counts the changes of a task."""
    return f"plan:task:{task}"


def _append(case: Case, step: Step, author: str, subject: str, seen: int | None = None) -> None:
    ledger = case.open_ledger()
    try:
        ledger.record(_STEP, author, msgspec.to_builtins(step), subject=subject, seen=seen)
    finally:
        ledger.close()


def _steps(ledger: Ledger) -> list[Step]:
    return [msgspec.json.decode(payload, type=Step) for _, _, _, payload in ledger.payloads(_STEP)]
