"""What changed since the analysis before: kept beside the tables, as the one thing that depends on the runs.

analysis/since/changes.json      counts, new posts, what became of actors, rings and figures, and of what run it tells
analysis/since/lineage.parquet   table ``lineage``, see ``linking.lineage``

A run in which nothing came out otherwise leaves both as they were: they tell of the last one that changed
something.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ringtrace.errors import CaseError
from ringtrace.linking.lineage import SCHEMA, trace
from ringtrace.model.change import MOST, Changes, Descent
from ringtrace.report.words import counted, figure_words
from ringtrace.store.analysis import read_table

FOLDER = "since"
_FILE = "changes.json"
RING_KIN = 1 / 3
"""Share of the smaller ring's accounts that two rings have in common to be one's past and the other's present."""


class Run(msgspec.Struct, frozen=True):
    """What is remembered of a run to compare the next one with. edition: of program and word lists."""

    edition: str
    verdicts: int
    counts: dict[str, int]
    changes: Changes = Changes(first=True)


@dataclass(frozen=True, slots=True)
class Since:
    """What a run writes: itself with its changes, and the lineage."""

    run: Run
    lineage: pa.Table

    @property
    def changes(self) -> Changes:
        return self.run.changes

    def files(self) -> dict[str, bytes]:
        """Return path in the analysis -> bytes."""
        sink = pa.BufferOutputStream()
        pq.write_table(self.lineage, sink, compression="zstd", version="2.6")
        return {
            f"{FOLDER}/{_FILE}": msgspec.json.format(msgspec.json.encode(self.run, order="sorted"), indent=1),
            f"{FOLDER}/lineage.parquet": sink.getvalue().to_pybytes(),
        }


def read_run(analysis: Path) -> Run | None:
    """Return what the last run left, None where there is none or it is damaged."""
    try:
        return msgspec.json.decode((analysis / FOLDER / _FILE).read_bytes(), type=Run)
    except (OSError, msgspec.DecodeError):
        return None


def read_changes(analysis: Path) -> Changes:
    """Return what the last run changed; ``first`` where nothing is known."""
    run = read_run(analysis)
    return run.changes if run else Changes(first=True)


def compare(analysis: Path, tables: Mapping[str, pa.Table], now: Run) -> Since:
    """Compare fresh tables with those that still lie in ``analysis``; now: the present run, changes still empty."""
    before = read_run(analysis)
    none = SCHEMA.empty_table()
    if before is None:
        return Since(now, none)
    try:
        changes, lineage = _compare(
            lambda name, *columns: read_table(analysis, name, columns or None), tables, before, now
        )
        if changes.none:
            changes, lineage = before.changes, read_lineage(analysis)
    except CaseError:  # the analysis before is damaged: there is nothing to compare with
        return Since(now, none)
    return Since(msgspec.structs.replace(now, changes=changes), lineage)


def read_lineage(analysis: Path) -> pa.Table:
    """Return table ``lineage``; raises CaseError when there is none."""
    return read_table(analysis / FOLDER, "lineage")


def _compare(
    old: Callable[..., pa.Table], tables: Mapping[str, pa.Table], before: Run, now: Run
) -> tuple[Changes, pa.Table]:
    actors, actor_rows = trace(
        "actor", actor_accounts(old("actors", "actor_id", "accounts")), actor_accounts(tables["actors"]), 0.0
    )  # fmt: skip
    rings, ring_rows = trace(
        "ring", ring_accounts(old("members", "ring_id", "actor_id", "core"), old("actors", "actor_id", "accounts")),
        ring_accounts(tables["members"], tables["actors"]), RING_KIN,
    )  # fmt: skip
    posts, posts_gone = _apart(old("posts", "post_id"), tables["posts"], "post_id")
    stances = tables["stances"]
    fresh = stances.filter(pc.and_(pc.equal(stances["band"], "yes"), pc.is_in(stances["post_id"], posts)))
    files, files_gone = (_names(one) for one in _both(old("evidence", "evidence_id", "name"), tables["evidence"]))
    figures, figures_gone = _figures(old("figures"), tables["figures"])
    kinds = [("actor", one) for one in actors] + [("ring", one) for one in rings]
    changes = Changes(
        counts={
            name: (before.counts.get(name, 0), count)
            for name, count in now.counts.items() if count != before.counts.get(name, 0)
        },
        files=files, files_gone=files_gone, posts_new=len(posts), posts_gone=len(posts_gone),
        trading=dict(sorted(Counter(fresh["direction"].to_pylist()).items())),
        turns=dict(sorted(Counter(f"{kind} {one.turn}" for kind, one in kinds).items())),
        actors=tuple(one for one in actors if max(one.accounts_before, one.accounts_now) > 1)[:MOST],
        rings=tuple(rings), figures=figures, figures_gone=figures_gone,
        rules=before.edition != now.edition, verdicts=(before.verdicts, now.verdicts),
    )  # fmt: skip
    return changes, pa.concat_tables([actor_rows, ring_rows])


def actor_accounts(actors: pa.Table) -> pa.Table:
    """Return Table(group, account) for ``trace``."""
    flat = actors["accounts"].combine_chunks()
    return pa.table({"group": actors["actor_id"].combine_chunks().take(flat.value_parent_indices()),
                     "account": flat.flatten()})  # fmt: skip


def ring_accounts(members: pa.Table, actors: pa.Table) -> pa.Table:
    """Return Table(group, account): the accounts of each ring's own members, not of those it shares."""
    members = members.filter(members["core"])
    held = actor_accounts(actors)
    at = pc.index_in(held["group"], members["actor_id"].combine_chunks())
    kept = held.filter(pc.is_valid(at))
    return pa.table({"group": members["ring_id"].take(at.drop_null()), "account": kept["account"]})


def _apart(old: pa.Table, new: pa.Table, column: str) -> tuple[pa.Array, pa.Array]:
    """Return the values of ``column`` that only the new table has, and those that only the old one has."""
    before, now = old[column].combine_chunks(), new[column].combine_chunks()
    return (
        now.filter(pc.invert(pc.is_in(now, value_set=before))),
        before.filter(pc.invert(pc.is_in(before, value_set=now))),
    )


def _both(old: pa.Table, new: pa.Table) -> tuple[pa.Table, pa.Table]:
    came, went = _apart(old, new, "evidence_id")
    return new.filter(pc.is_in(new["evidence_id"], came)), old.filter(pc.is_in(old["evidence_id"], went))


def _names(evidence: pa.Table) -> tuple[str, ...]:
    return tuple(sorted(evidence["name"].to_pylist()))


def _figures(old: pa.Table, new: pa.Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    came, went = _apart(old, new, "figure_id")
    return tuple(
        tuple(sorted({figure_words(row) for row in table.filter(pc.is_in(table["figure_id"], ids)).to_pylist()}))
        for table, ids in ((new, came), (old, went))
    )  # type: ignore[return-value]


def sentences(changes: Changes, name: Callable[[str], str] = str, most: int = 10) -> list[str]:
    """Say what changed. name: id of the present analysis -> name; most: lines of one kind."""
    if changes.first:
        return []
    lines = [
        f"{counted(len(changes.files), 'file')} and {counted(changes.posts_new, 'post')} are new"
        + _of(changes.trading) + (f"; {counted(changes.posts_gone, 'post')} are gone" if changes.posts_gone else "")
    ]  # fmt: skip
    lines += [f"no longer held: {', '.join(changes.files_gone[:most])}"] if changes.files_gone else []
    lines += _some(descent_lines("ring", changes.rings, name), most)
    lines += _turns("actor", changes.turns)
    joined = [one for one in changes.actors if one.turn in ("merged", "split", "mixed")]
    lines += _some(descent_lines("actor", joined, name), most)
    lines += _some([f"figure, new: {words}" for words in changes.figures], most)
    lines += _some([f"figure, no longer there: {words}" for words in changes.figures_gone], most)
    if changes.verdicts[0] != changes.verdicts[1]:
        lines.append(f"verdicts in force: {changes.verdicts[1]:,} ({changes.verdicts[0]:,} before)")
    if changes.rules:
        lines.append("the program, its libraries or word lists are not those of the run before: that may be why")
    return lines


def _of(trading: Mapping[str, int]) -> str:
    words = {"offer": "offering", "seek": "seeking", "broker": "going between"}
    told = [f"{count:,} {words[key]}" for key, count in trading.items() if key in words]
    return f" ({', '.join(told)})" if told else ""


def _some(lines: Sequence[str], most: int) -> list[str]:
    more = [f"and {len(lines) - most:,} more of these"] if len(lines) > most else []
    return [*lines[:most], *more]


def _turns(kind: str, turns: Mapping[str, int]) -> Iterable[str]:
    found = {key.partition(" ")[2]: count for key, count in turns.items() if key.startswith(f"{kind} ")}
    if found:
        yield f"{kind}s: " + ", ".join(f"{count:,} {turn}" for turn, count in found.items())


def descent_lines(kind: str, descents: Sequence[Descent], name: Callable[[str], str] = str) -> list[str]:
    """Say what became of actors or rings, one line each. name: id of the present analysis -> name."""
    return [_ring_line(one) if kind == "ring" else _actor_line(one, name) for one in descents]


def _ring_line(one: Descent) -> str:
    size = f"{counted(one.accounts_now, 'account')} ({one.accounts_before:,} before)"
    if one.turn in ("new", "gone"):
        accounts = counted(max(one.accounts_before, one.accounts_now), "account")
        return f"{(one.now or one.before)[0]} is {one.turn}: {accounts}"
    if one.turn in ("grew", "shrank", "changed"):
        return f"{one.now[0]} {one.turn}{_was(one)}: {size}"
    return f"{' and '.join(one.before)} {_BECAME[one.turn]} {' and '.join(one.now)}: {size}"


_BECAME = {"merged": "merged into", "split": "split into", "mixed": "became"}


def _was(one: Descent) -> str:
    return "" if one.before == one.now else f" (was {one.before[0]})"


def _actor_line(one: Descent, name: Callable[[str], str]) -> str:
    if one.turn in ("merged", "split", "mixed"):
        return f"{_listed(one.before, name)} {_BECAME[one.turn]} {_listed(one.now, name)}"
    return (
        f"{_listed(one.now or one.before, name)} {one.turn}: {counted(one.accounts_now, 'account')} "
        f"({one.accounts_before:,} before)"
    )


def _listed(keys: Sequence[str], name: Callable[[str], str]) -> str:
    told = [f"{key}, {name(key)}" if name(key) != key else key for key in keys[:4]]
    return " and ".join(told) + (f" and {len(keys) - 4:,} more" if len(keys) > 4 else "")
