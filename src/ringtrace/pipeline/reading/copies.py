"""Joins what two exports of a conversation both hold, and links the wordings of a message that was edited."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.engine import Engine, Frame
from ringtrace.engines.tables import from_rows, schema
from ringtrace.pipeline.reading.conversations import CHATS, SLACK, Conversations, Export, Pair, folded

_QUARTER = 900_000_000  # microseconds: zones lie whole quarters of an hour apart
_COLUMNS = (
    "post_id", "evidence_id", "member", "start", "stop", "sources", "platform", "container", "container_name",
    "account_id", "account_native", "account_name", "native_id", "sent_at", "sent_basis", "text", "kind",
)  # fmt: skip
_CHANGED = ("container", "container_name", "account_id", "account_native", "sources")


def join_copies(engine: Engine, posts: Frame) -> tuple[Frame, pa.Table]:
    """Return (posts with copies joined, contract table ``clocks``).

    posts: rows with unique post ids and the extra column ``reply_native``. Which conversations may be held
    twice is decided here from one row for each of their files; their posts alone are brought here.
    """
    (taking_part,) = engine.map(_taking_part, posts, apart=True)
    (units,) = engine.group(conversation_units, (taking_part,), ("container",), ())
    wanted = may_be_copies(engine.table(units, ("platform", "container", "container_name", "evidence_id")))
    if not wanted:
        return posts, from_rows("clocks", [])
    (chosen,) = engine.map(partial(_of_containers, frozenset(wanted)), posts, apart=True)
    subset = engine.table(chosen, ("post_id",))
    rows: dict[str, list[Any]] = {name: subset[name].to_pylist() for name in _COLUMNS if name != "sent_at"}
    rows["sent_at"] = subset["sent_at"].cast(pa.int64()).to_pylist()
    pairs = Conversations(rows).pairs()
    changes, dropped = _Joining(rows).join(pairs)
    clocks = from_rows("clocks", _clock_rows(rows, pairs))
    if changes or dropped:
        (posts,) = engine.map(partial(_changed, _change_table(posts.schema, rows, changes, dropped)), posts, apart=True)
    return posts, clocks


def _taking_part(posts: pa.Table) -> tuple[pa.Table]:
    """Return which accounts post where, once each: what ``conversation_units`` counts."""
    names = ["platform", "container", "container_name", "evidence_id", "account_id"]
    return (posts.select(names).group_by(names, use_threads=False).aggregate([]),)


def conversation_units(posts: pa.Table) -> tuple[pa.Table]:
    """Return Table(platform, container, container_name, evidence_id, people): one row for each file of a conversation.

    people: accounts of the whole conversation, the unnamed counted as one.
    """
    names = ["platform", "container", "container_name", "evidence_id"]
    units = posts.select(names).group_by(names).aggregate([])
    counts = posts.group_by(names[:2]).aggregate([("account_id", "count_distinct")]).to_pylist()
    people = {(row["platform"], row["container"]): row["account_id_count_distinct"] for row in counts}
    where = zip(units["platform"].to_pylist(), units["container"].to_pylist(), strict=True)
    return (units.append_column("people", pa.array([people[one] for one in where], pa.int64())),)


def may_be_copies(units: pa.Table) -> set[str]:
    """Return the containers of conversations that more than one file may hold."""
    files: dict[tuple[str, str], set[str]] = defaultdict(set)
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    talks: dict[str, set[str]] = defaultdict(set)
    for row in units.to_pylist():
        if row["platform"] in CHATS:
            name = (row["platform"], folded(row["container_name"]))
            files[name].add(row["evidence_id"])
            held[name].add(row["container"])
            if row["people"] == 2:  # on the other's phone a talk has another name
                talks[row["platform"]].add(row["container"])
    wanted = {one for name, found in files.items() if len(found) > 1 for one in held[name]}
    return wanted.union(*(found for found in talks.values() if len(found) > 1 and len(units) > 1))


def _of_containers(wanted: frozenset[str], posts: pa.Table) -> tuple[pa.Table]:
    mask = pc.is_in(posts["container"], value_set=pa.array(sorted(wanted), pa.string()))
    return (posts.select(list(_COLUMNS)).filter(mask),)


class _Joining:
    """Decides which rows become one, and what the others take over."""

    def __init__(self, rows: dict[str, list[Any]]) -> None:
        self.rows = rows
        self.changes: dict[int, dict[str, Any]] = {}
        self.dropped: dict[int, int] = {}

    def join(self, pairs: Sequence[Pair]) -> tuple[dict[int, dict[str, Any]], dict[int, int]]:
        """Return (row -> changed cells, row -> the row it is a copy of)."""
        for pair in pairs:
            better, other, offset = self._ranked(pair)
            matched = list(self._matched(better, other, offset))
            people = self._people(matched)
            for kept, copy in matched:
                root = self._root(kept)
                if root != self._root(copy):
                    self.dropped[self._root(copy)] = root
            for at in other.rows:
                self._take_over(at, better.rows[0], people)
        for copy, kept in sorted(self.dropped.items()):
            spans = self._cells(self._root(kept)).setdefault("sources", self._spans(self._root(kept)))
            spans += [span for span in self._spans(copy) if span not in spans]
        for cells in self.changes.values():
            if "sources" in cells:
                cells["sources"].sort(key=lambda span: (span["evidence_id"], span["member"], span["start"]))
        return self.changes, self.dropped

    def _ranked(self, pair: Pair) -> tuple[Export, Export, int]:
        """Put the export first that says more: ids of people, then stated times, then more posts."""

        def worth(export: Export) -> tuple[int, int, int]:
            ids = sum(bool(self.rows["account_native"][at]) for at in export.rows)
            stated = sum(self.rows["sent_basis"][at] == "stated" for at in export.rows)
            return ids * 2 // max(1, len(export.rows)), stated * 2 // max(1, len(export.rows)), len(export.rows)

        if worth(pair.right) > worth(pair.left):
            return pair.right, pair.left, -pair.offset
        return pair.left, pair.right, pair.offset

    def _matched(self, better: Export, other: Export, offset: int) -> Iterator[tuple[int, int]]:
        """Yield (row kept, its copy): the same words at the same time, each row once, the nearest in time first."""
        sent = self.rows["sent_at"]
        waiting: dict[tuple[tuple[str, str], int], list[int]] = defaultdict(list)
        for at in other.rows:
            if sent[at] is not None:
                waiting[self._words(at), sent[at] // SLACK].append(at)
        for at in better.rows:
            if sent[at] is None:
                continue
            words, wanted = self._words(at), sent[at] + offset
            near = [
                (abs(sent[copy] - wanted), copy, bucket)
                for bucket in range(wanted // SLACK - 1, wanted // SLACK + 2)
                for copy in waiting.get((words, bucket), ())
                if copy != at and abs(sent[copy] - wanted) <= SLACK and self._same_id(at, copy)
            ]
            if near:
                _, copy, bucket = min(near)
                waiting[words, bucket].remove(copy)
                yield at, copy

    def _words(self, at: int) -> tuple[str, str]:
        return self.rows["kind"][at], "".join(self.rows["text"][at].split())

    def _same_id(self, one: int, two: int) -> bool:
        a, b = self.rows["native_id"][one], self.rows["native_id"][two]
        return not a or not b or a == b

    def _people(self, matched: Sequence[tuple[int, int]]) -> dict[str, int]:
        """Return account of the other export -> a row that has the account it is in the better one."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        rows: dict[str, int] = {}
        for kept, copy in matched:
            ours, theirs = self.rows["account_id"][kept], self.rows["account_id"][copy]
            if ours and theirs:
                votes[theirs][ours] += 1
                rows.setdefault(ours, kept)
        found = {}
        for theirs, counts in votes.items():
            ours, count = min(counts.items(), key=lambda entry: (-entry[1], entry[0]))
            if count * 5 >= counts.total() * 4:
                found[theirs] = rows[ours]
        return found

    def _take_over(self, at: int, model: int, people: dict[str, int]) -> None:
        """Give a row of the other export the container and, where it is known, the account of the better one."""
        if at in self.dropped:
            return
        for name in ("container", "container_name"):
            if self.rows[name][at] != self.rows[name][model]:
                self._cells(at)[name] = self.rows[name][model]
        person = people.get(self.rows["account_id"][at])
        if person is not None and self.rows["account_id"][person] != self.rows["account_id"][at]:
            self._cells(at)["account_id"] = self.rows["account_id"][person]
            self._cells(at)["account_native"] = self.rows["account_native"][person]

    def _cells(self, at: int) -> dict[str, Any]:
        return self.changes.setdefault(at, {})

    def _spans(self, at: int) -> list[dict[str, Any]]:
        own = {name: self.rows[name][at] for name in ("evidence_id", "member", "start", "stop")}
        return [dict(span) for span in self.rows["sources"][at]] or [own]

    def _root(self, at: int) -> int:
        while at in self.dropped:
            at = self.dropped[at]
        return at


def _change_table(
    form: pa.Schema, rows: dict[str, list[Any]], changes: dict[int, dict[str, Any]], dropped: dict[int, int]
) -> pa.Table:
    """Return Table(post_id, gone, ``_CHANGED``): null where a cell stays as it is."""
    touched = sorted(changes.keys() | dropped.keys())
    columns = {
        "post_id": pa.array([rows["post_id"][at] for at in touched], pa.string()),
        "gone": pa.array([at in dropped for at in touched], pa.bool_()),
    }
    for name in _CHANGED:
        columns[name] = pa.array([changes.get(at, {}).get(name) for at in touched], form.field(name).type)
    return pa.table(columns)


def _changed(changes: pa.Table, posts: pa.Table) -> tuple[pa.Table]:
    """Return ``posts`` with the changed cells put in and the copies left out."""
    at = pc.index_in(posts["post_id"], changes["post_id"].combine_chunks())
    if at.null_count == len(posts):
        return (posts,)
    for name in _CHANGED:
        field = posts.schema.field(name)
        fresh = pc.coalesce(changes[name].combine_chunks().take(at.combine_chunks()), posts[name].combine_chunks())
        posts = posts.set_column(posts.schema.get_field_index(name), field, fresh)
    gone = pc.fill_null(changes["gone"].combine_chunks().take(at.combine_chunks()), False)
    return (posts.filter(pc.invert(gone)),)


def _clock_rows(rows: dict[str, list[Any]], pairs: Sequence[Pair]) -> Iterator[dict[str, Any]]:
    """Yield what is known of each export's clock beside another's; stated times are the measure."""
    for pair in pairs:
        if not pair.offset:
            continue
        left, right, offset = pair.left, pair.right, pair.offset
        if _stated(rows, right) < _stated(rows, left):
            left, right, offset = right, left, -offset
        zone = abs(offset - round(offset / _QUARTER) * _QUARTER) <= SLACK
        yield {
            "evidence_id": left.key[1],
            "reference_id": right.key[1],
            "container": rows["container"][left.rows[0]],
            "offset_seconds": round(offset / 1_000_000),
            "messages": pair.shared,
            "agreeing": pair.agreeing,
            "kind": "zone" if zone else "clock",
        }


def _stated(rows: dict[str, list[Any]], export: Export) -> float:
    stated = [at for at in export.rows if rows["sent_basis"][at] == "stated"]
    return len(stated) / len(export.rows)


def link_edits(posts: pa.Table) -> pa.Table:
    """Return ``posts`` with ``edit_of``: a message that is there in several wordings names its first one."""
    names = ("container", "native_id", "account_id", "state", "changed_at", "post_id", "platform")
    columns = [posts[name].to_pylist() for name in names]
    versions: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, (container, native) in enumerate(zip(columns[0], columns[1], strict=True)):
        if native:
            versions[container, native].append(at)
    first: list[str | None] = [None] * len(posts)
    for rows in versions.values():
        people = {columns[2][at] for at in rows} - {""}
        if len(rows) < 2 or len(people) > 1 or columns[6][rows[0]] not in CHATS:
            continue
        order = sorted(rows, key=lambda at: (columns[3][at] != "", str(columns[4][at] or ""), columns[5][at]))
        for at in order[1:]:
            first[at] = columns[5][order[0]]
    wanted = schema("posts").field("edit_of")
    return posts.set_column(posts.schema.get_field_index("edit_of"), wanted, pa.array(first, wanted.type))
