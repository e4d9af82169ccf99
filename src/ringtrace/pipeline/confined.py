"""Reads evidence in child processes under limits: whatever one file does to its reader, the rest goes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import msgspec
import pyarrow as pa

from ringtrace.engines.crew import Crew, Died
from ringtrace.engines.tables import from_rows
from ringtrace.model.source import Source
from ringtrace.pipeline.files import Tables, Task, read_files
from ringtrace.pipeline.posts import post_table
from ringtrace.pipeline.reader_process import Allowance, Request, place_of
from ringtrace.pipeline.reading import Reading, refusal
from ringtrace.pipeline.watching import Stop

MODULE = "ringtrace.pipeline.reader_process"
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


def read_task(crew: Crew, allowance: Allowance, task: Task) -> Tables:
    """Read a task; where a child died, what stood before and after that file is read apart from it."""
    answer = _ask(crew, allowance, task, {})
    if not isinstance(answer, Died):
        return answer
    at = min(place_of(answer.mark)[0], len(task.held) - 1)
    before, after = replace(task, held=task.held[:at]), replace(task, held=task.held[at + 1 :])
    found = [_read_alone(crew, allowance, replace(task, held=task.held[at : at + 1]), answer)]
    if before.held:
        found.insert(0, read_task(crew, allowance, before))
    if after.held:
        found.append(read_task(crew, allowance, after))
    evidence, posts, gaps = (pa.concat_tables(part) for part in zip(*found, strict=True))
    return evidence, posts, gaps


def _read_alone(crew: Crew, allowance: Allowance, task: Task, died: Died) -> Tables:
    """Read one file anew up to where its reader died, and past it, until the reading comes to an end."""
    stops: dict[int, Stop] = {}
    for attempt in range(_MOST_STOPS):
        _, source, items = place_of(died.mark)
        again = source in stops  # what was given up to there is what kills
        last = attempt == _MOST_STOPS - 2
        stops[source] = Stop(source, 0 if again else items, f"reading was stopped: {died.reason}", last)
        answer = _ask(crew, allowance, task, {task.held[0].evidence_id: [stops[n] for n in sorted(stops)]})
        if not isinstance(answer, Died):
            return answer
        died = answer
    return read_files(task, partial(_refused, died.reason))


def _refused(reason: str, source: Source) -> Reading:
    return refusal(source, f"reading was stopped: {reason}")


def _ask(crew: Crew, allowance: Allowance, task: Task, stops: Mapping[str, list[Stop]]) -> Tables | Died:
    request = msgspec.msgpack.encode(Request(task, stops, allowance))
    size = sum(item.size for item in task.held)
    seconds = len(task.held) * allowance.seconds + (1 + allowance.unpacked) * size / allowance.bytes_per_second
    answer = crew.ask(request, _PARTS, seconds * allowance.patience + _BEYOND)
    if isinstance(answer, Died):
        return answer
    try:
        evidence, posts, gaps = map(
            _unpacked, answer, (from_rows("evidence", []), post_table([]), from_rows("gaps", []))
        )
    except (pa.ArrowException, ValueError) as error:
        return Died(f"the reading process gave no proper answer: {error}", 0)
    return evidence, posts, gaps


def _unpacked(part: bytes, like: pa.Table) -> pa.Table:
    """Return a table that another process packed; raises ValueError unless it is sound and formed as ``like``."""
    with pa.ipc.open_stream(pa.py_buffer(part)) as stream:
        table = stream.read_all()
    if not table.schema.equals(like.schema):
        raise ValueError("a table of another form")
    table.validate(full=True)
    return table
