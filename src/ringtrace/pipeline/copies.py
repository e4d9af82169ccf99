"""Joins what two exports of a conversation both hold, and links the wordings of a message that was edited."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.tables import from_rows, schema
from ringtrace.pipeline.conversations import CHATS, SLACK, Conversations, Export, Pair, folded

_QUARTER = 900_000_000  # microseconds: zones lie whole quarters of an hour apart
_COLUMNS = (
    "post_id", "evidence_id", "member", "start", "stop", "sources", "platform", "container", "container_name",
    "account_id", "account_native", "account_name", "native_id", "sent_at", "sent_basis", "text", "kind",
)  # fmt: skip


def join_copies(posts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return (posts with copies joined, contract table ``clocks``).

    posts: rows with unique post ids and the extra column ``reply_native``, in a stable order.
    """
    places = _candidates(posts)
    if not len(places):
        return posts, from_rows("clocks", [])
    subset = posts.select(list(_COLUMNS)).take(places)
    rows: dict[str, list[Any]] = {name: subset[name].to_pylist() for name in _COLUMNS if name != "sent_at"}
    rows["sent_at"] = subset["sent_at"].cast(pa.int64()).to_pylist()
    conversations = Conversations(rows)
    pairs = conversations.pairs()
    changes, dropped = _Joining(rows).join(pairs)
    clocks = from_rows("clocks", _clock_rows(rows, pairs))
    return _applied(posts, places, rows, changes, dropped), clocks


def _candidates(posts: pa.Table) -> pa.Array:
    """Return the row numbers of conversations that more than one file may hold."""
    units = posts.select(["platform", "container", "container_name", "evidence_id"]).group_by(
        ["platform", "container", "container_name", "evidence_id"]
    ).aggregate([([], "count_all")])  # fmt: skip
    files: dict[tuple[str, str], set[str]] = defaultdict(set)
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in units.to_pylist():
        if row["platform"] in CHATS:
            name = (row["platform"], folded(row["container_name"]))
            files[name].add(row["evidence_id"])
            held[name].add(row["container"])
    wanted = {one for name, found in files.items() if len(found) > 1 for one in held[name]}
    wanted |= _talks(posts, units)
    if not wanted:
        return pa.array([], pa.int64())
    mask = pc.is_in(posts["container"], value_set=pa.array(sorted(wanted), pa.string()))
    return pc.indices_nonzero(mask.combine_chunks()).cast(pa.int64())


def _talks(posts: pa.Table, units: pa.Table) -> set[str]:
    """Return containers of two people: on the other's phone a talk has another name."""
    if len(units) < 2:
        return set()
    chats = posts.filter(pc.is_in(posts["platform"], value_set=pa.array(CHATS, pa.string())))
    people = chats.group_by(["platform", "container"]).aggregate([("account_id", "count_distinct")]).to_pylist()
    talks = [(row["platform"], row["container"]) for row in people if 1 < row["account_id_count_distinct"] <= 2]
    several = Counter(platform for platform, _ in talks)
    return {container for platform, container in talks if several[platform] > 1}


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


def _applied(
    posts: pa.Table,
    places: pa.Array,
    rows: dict[str, list[Any]],
    changes: dict[int, dict[str, Any]],
    dropped: dict[int, int],
) -> pa.Table:
    """Return ``posts`` with the changed cells put in and the copies left out."""
    where = places.to_pylist()
    for name in ("container", "container_name", "account_id", "account_native", "sources"):
        changed = {where[at]: cells[name] for at, cells in changes.items() if name in cells and at not in dropped}
        if changed:
            order = sorted(changed)
            mask = pa.array([False] * len(posts)).to_numpy(zero_copy_only=False).copy()
            mask[order] = True
            kind = posts.schema.field(name).type
            column = posts[name].combine_chunks()
            if pa.types.is_list(kind):
                values = column.to_pylist()
                for at in order:
                    values[at] = changed[at]
                fresh = pa.array(values, kind)
            else:
                fresh = pc.replace_with_mask(column, pa.array(mask), pa.array([changed[at] for at in order], kind))
            posts = posts.set_column(posts.schema.get_field_index(name), posts.schema.field(name), fresh)
    gone = {where[at] for at in dropped}
    return posts.take(pa.array([at for at in range(len(posts)) if at not in gone], pa.int64())) if gone else posts


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
