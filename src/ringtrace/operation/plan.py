"""The plan of an operation: one action day for all, tasks by place, and how far each place has come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ringtrace.model.figure import Figure

TaskState = Literal["given", "acknowledged", "done", "returned"]


@dataclass(frozen=True, slots=True)
class Task:
    """What a place is asked to do. day: the action day for which it was acknowledged, "" before."""

    id: str
    place: str
    words: str
    state: TaskState = "given"
    by: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the plan. what: day, task, acknowledged, done, returned. subject: the task's id or the day."""

    what: Literal["day", "task", "acknowledged", "done", "returned"]
    subject: str
    by: str
    place: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """day: the one action day in force, "" before it is set. tasks: in the order given."""

    day: str
    tasks: tuple[Task, ...]

    def open_places(self) -> list[str]:
        """Places with a task that nobody acknowledged for the action day in force."""
        return sorted({task.place for task in self.tasks if task.state in ("given", "returned") or self.is_stale(task)})

    def is_stale(self, task: Task) -> bool:
        """Whether the task was acknowledged for another day than the one in force."""
        return task.state == "acknowledged" and task.day != self.day


@dataclass(frozen=True, slots=True)
class Progress:
    """One place: actors assigned to it, what records say was done there, and its tasks by state."""

    place: str
    targets: int
    doubtful: int
    arrested: int
    rescued: int
    tasks: Mapping[str, int]


def read_plan(steps: Iterable[Step]) -> Plan:
    """Fold the events of a plan. When the action day moves, what was acknowledged for another day is open again."""
    day = ""
    tasks: dict[str, Task] = {}
    for step in steps:
        if step.what == "day":
            day = step.subject
        elif step.what == "task":
            tasks[step.subject] = Task(step.subject, step.place, step.words)
        elif step.subject in tasks:
            tasks[step.subject] = replace(tasks[step.subject], state=step.what, by=step.by, day=day)
    return Plan(day, tuple(tasks.values()))


def progress(plan: Plan, targets: Mapping[str, str], figures: Sequence[Figure]) -> list[Progress]:
    """Return one row a place, by code; targets: "place|level" counted per actor as actor -> "place|level"."""
    assigned: Counter[str] = Counter()
    doubtful: Counter[str] = Counter()
    for told in targets.values():
        place, _, level = told.partition("|")
        assigned[place] += 1
        doubtful[place] += level == "doubtful"
    counted = {(f.quantity, f.status, f.place): int(f.value) for f in figures if f.value.isdecimal()}
    tasks: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for task in plan.tasks:
        tasks[task.place]["given" if plan.is_stale(task) else task.state] += 1
    places = {*assigned, *tasks, *(place for _, _, place in counted if place)}
    return [
        Progress(
            place, assigned[place], doubtful[place], counted.get(("suspects", "arrested", place), 0),
            counted.get(("children", "rescued", place), 0), dict(tasks[place]),
        )
        for place in sorted(places)
    ]  # fmt: skip
