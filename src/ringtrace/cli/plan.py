"""The command plan: packages, action day, tasks and the board by province."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringtrace.cli.output import CasePath, Json, emit, who
from ringtrace.text.plural import counted

if TYPE_CHECKING:
    from ringtrace.operation.plan import Plan, Progress

_ACTIONS = ("board", "day", "task", "answer", "packages")


def plan(
    case: CasePath,
    action: Annotated[str, typer.Argument(help="board (when left out), day, task, answer or packages.")] = "board",
    subject: Annotated[
        str, typer.Argument(help="The action day; what is to be done; the task's id; or the folder for packages.")
    ] = "",
    place: Annotated[str, typer.Option(help="For task: division code or name.")] = "",
    state: Annotated[str, typer.Option(help="For answer: acknowledged, done or returned.")] = "acknowledged",
    encrypt_to: Annotated[
        list[str] | None, typer.Option(help="For packages: a public key (age1... or ssh-...); give it again for more.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who does this; your login name when left out.")] = "",
    as_json: Json = False,
) -> None:
    """Plan one operation in many places: one action day, tasks, a package a place, and how far each has come.

    Example: ringtrace plan mycase day 2014-02-19

    Example: ringtrace plan mycase task "search the flat" --place 510000

    Example: ringtrace plan mycase answer task-4be1 --state acknowledged --by Chengdu

    Example: ringtrace plan mycase packages out/
    """
    from ringtrace.errors import UsageError
    from ringtrace.pipeline.operation.handing_out import write_packages
    from ringtrace.pipeline.operation.planning import answer_task, give_task, set_day
    from ringtrace.pipeline.operation.planning import board as read_board
    from ringtrace.store.case import Case

    opened = Case(case)
    if action == "day":
        set_day(opened, _day(subject), author=who(by))
        emit(as_json, {"day": subject}, [f"All act on {subject}. Tasks acknowledged for another day are open again."])
    elif action == "task":
        key = give_task(opened, place, subject, author=who(by))
        emit(as_json, {"task": key}, [f"{key} given to {place}."])
    elif action == "answer":
        key = answer_task(opened, subject, state, author=who(by))
        emit(as_json, {"task": key, "state": state}, [f"{key}: {state}."])
    elif action == "packages":
        files = write_packages(opened, Path(subject or case / "packages"), encrypt_to or ())
        lines = [f"Wrote {counted(len(files), 'signed package')}:", *(f"  {path}" for path in files)]
        emit(as_json, {"files": [str(path) for path in files]}, lines)
    elif action == "board":
        held, rows = read_board(opened)
        emit(as_json, _document(held, rows), _board(held, rows))
    else:
        raise UsageError(f"{action!r} is not one of {', '.join(_ACTIONS)}")


def _board(plan: Plan, rows: list[Progress]) -> list[str]:
    from ringtrace.operation.divisions import place_words

    lines = [f"Action day: {plan.day or 'not set'}"]
    if not rows and not plan.tasks:
        return [*lines, "No actor has a place yet, no task was given, and nothing was recorded."]
    lines += [f"{'targets':>8} {'in doubt':>9} {'arrested':>9} {'rescued':>8}  tasks given/ack/done/returned  place"]
    for row in rows:
        tasks = "/".join(str(row.tasks.get(state, 0)) for state in ("given", "acknowledged", "done", "returned"))
        numbers = f"{row.targets:>8} {row.doubtful:>9} {row.arrested:>9} {row.rescued:>8}"
        lines.append(f"{numbers}  {tasks:<30}  {place_words(row.place)}")
    waiting = plan.open_places()
    lines += [f"Not yet acknowledged: {', '.join(place_words(code) for code in waiting)}"] if waiting else []
    return [*lines, *(f"  {task.id} {task.state}: {task.words}" for task in plan.tasks)]


def _document(plan: Plan, rows: list[Progress]) -> dict[str, object]:
    import msgspec

    return {"day": plan.day, "tasks": msgspec.to_builtins(plan.tasks), "places": msgspec.to_builtins(rows)}


def _day(text: str) -> str:
    from datetime import date

    from ringtrace.errors import UsageError

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"the action day must be a day such as 2014-02-19, not {text!r}") from None
