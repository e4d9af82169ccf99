"""Reads evidence in child processes under limits: whatever one file does to its reader, the rest goes in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

import msgspec
import pyarrow as pa

from ringtrace.engines.crew import Crew, Died
from ringtrace.engines.tables import from_rows
from ringtrace.errors import UsageError
from ringtrace.model.source import Source
from ringtrace.pipeline.reading.files import Tables, Task, read_files
from ringtrace.pipeline.reading.originals import Take
from ringtrace.pipeline.reading.posts import post_table
from ringtrace.pipeline.reading.reader_process import Allowance, Request, place_of
from ringtrace.pipeline.reading.readings import Reading, refusal
from ringtrace.pipeline.reading.received import Received, unpacked
from ringtrace.pipeline.reading.watching import Stop

MODULE = "ringtrace.pipeline.reading.reader_process"
STOPPED = "reading was stopped"
"""How the reason of a Gap begins behind which time, memory or a crash ended the reading: chance may have had a part."""
_PARTS = 3  # evidence, posts, gaps
_MOST_STOPS = 6
_BEYOND = 3600.0
"""Seconds over a child's own limits after which it is given up: only when it has lifted those."""


def read_confined(tasks: Sequence[Task], workers: int, allowance: Allowance | None = None) -> Iterator[Tables]:
    """Yield tables (evidence, posts, gaps) of each task in order, each file read under ``allowance``.

    The same as ``read_files`` gives, but where a reader exceeds what it may or dies, from there on the
    member (or file) that it was reading is a Gap with the reason. Raises RingtraceError when no child
    can be started.
    """
    with Crew(MODULE, min(workers, len(tasks))) as crew:
        yield from crew.map(partial(read_task, crew, allowance or Allowance()), tasks)


def task_table(tasks: Sequence[Task]) -> pa.Table:
    """Return Table(task), one row a task: what ``read_tasks`` reads."""
    return pa.table({"task": pa.array([msgspec.msgpack.encode(task) for task in tasks], pa.binary())})


def read_tasks(batch: pa.Table) -> Tables:
    """Return tables (evidence, posts, gaps) of a few tasks: the map stage that reading is.

    Every process that runs it keeps children of its own, until it ends or dismisses them; the store of
    evidence must lie at the same place for all of them.
    """
    found = [(from_rows("evidence", []), post_table([]), from_rows("gaps", []))]
    for task in batch["task"].to_pylist():
        found.append(read_task(_crew(), Allowance(), msgspec.msgpack.decode(task, type=Task)))
    evidence, posts, gaps = (pa.concat_tables(part) for part in zip(*found, strict=True))
    return evidence, posts, gaps


@cache
def _crew() -> Crew:
    return Crew(MODULE, os.cpu_count() or 1)


def dismiss() -> None:
    """End the children that ``read_tasks`` keeps in this process."""
    _crew().close()
    _crew.cache_clear()


def read_task(crew: Crew, allowance: Allowance, task: Task) -> Tables:
    """Read a task; where a child died, what stood before and after that file is read apart from it.

    A child that has grown too large answers for the first files only; another one reads the rest.
    """
    found: list[Tables] = []
    left = task.held
    while left:
        answer = _ask(crew, allowance, replace(task, held=left), {})
        if not isinstance(answer, Died):
            found.append(answer)
            left = left[len(answer[0]) :]
            continue
        at = min(place_of(answer.mark)[0], len(left) - 1)
        if at:
            found.append(read_task(crew, allowance, replace(task, held=left[:at])))
        found.append(_read_alone(crew, allowance, replace(task, held=left[at : at + 1]), answer))
        left = left[at + 1 :]
    if len(found) == 1:
        return found[0]
    evidence, posts, gaps = (pa.concat_tables(part) for part in zip(*found, strict=True))
    return evidence, posts, gaps


def _read_alone(crew: Crew, allowance: Allowance, task: Task, died: Died) -> Tables:
    """Read one file anew up to where its reader died, and past it, until the reading comes to an end."""
    stops: dict[int, Stop] = {}
    for attempt in range(_MOST_STOPS):
        _, source, items = place_of(died.mark)
        again = source in stops  # what was given up to there is what kills
        last = attempt == _MOST_STOPS - 2
        stops[source] = Stop(source, 0 if again else items, f"{STOPPED}: {died.reason}", last)
        answer = _ask(crew, allowance, task, {task.held[0].evidence_id: [stops[n] for n in sorted(stops)]})
        if not isinstance(answer, Died):
            return answer
        died = answer
    return read_files(task, partial(_refused, died.reason))


def _refused(reason: str, source: Source, _take: Take) -> Reading:
    return refusal(source, f"{STOPPED}: {reason}")


def _ask(crew: Crew, allowance: Allowance, task: Task, stops: Mapping[str, list[Stop]]) -> Tables | Died:
    request = msgspec.msgpack.encode(Request(task, stops, allowance))
    size = sum(item.size for item in task.held)
    seconds = len(task.held) * allowance.seconds + (1 + allowance.unpacked) * size / allowance.bytes_per_second
    received = Received(post_table([]), task.room)
    try:
        answer = crew.ask(request, _PARTS, seconds * allowance.patience + _BEYOND, received.take)
        if isinstance(answer, Died):
            return answer
        if received.fault:
            return Died(f"the reading process gave no proper answer: {received.fault}", 0)
        likes = (from_rows("evidence", []), post_table([]), from_rows("gaps", []))
        evidence, posts, gaps = map(unpacked, answer, likes)
        if not 0 < len(evidence) <= len(task.held):
            return Died(f"the reading process answered for {len(evidence)} of {len(task.held)} files", 0)
        return evidence, pa.concat_tables([*received.tables(), posts]), gaps
    except (pa.ArrowException, ValueError) as error:
        return Died(f"the reading process gave no proper answer: {error}", 0)
    finally:
        received.drop()


def open_member(crew: Crew, task: Task, member: str, allowance: Allowance | None = None) -> bytes | None:
    """Return the bytes of a member of the one file of ``task``, None when it has no such member.

    Raises UsageError when the reading process was stopped over it.
    """
    request = msgspec.msgpack.encode(Request(task, {}, allowance or Allowance(), member))
    answer = crew.ask(request, 1, _BEYOND)
    if isinstance(answer, Died):
        raise UsageError(f"{task.held[0].names[0]}: {member} cannot be opened: {answer.reason}")
    return answer[0][1:] if answer[0] else None
