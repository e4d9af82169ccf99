"""Posts as a table: one row a post, with every place it came in from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise, starmap
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.engine import Engine, Frame
from ringtrace.engines.local import Local
from ringtrace.engines.tables import from_rows, schema
from ringtrace.model.post import Post, ids_of
from ringtrace.model.run import DIGEST, Run, Same
from ringtrace.model.span import Segment, Span
from ringtrace.pipeline.reading.answering import answers_within
from ringtrace.pipeline.reading.copies import join_copies, link_edits

_CLEAN = str.maketrans({chr(point): "\ufffd" for point in range(0xD800, 0xE000)})


def post_table(posts: Sequence[Post]) -> pa.Table:
    """Return contract table ``posts``, one row for each post in order, replies unresolved.

    The extra column ``reply_native`` holds the native id a post answers.
    """
    wanted = schema("posts")
    ids, containers, accounts = ids_of(posts)
    columns: dict[str, pa.Array | Sequence[Any]] = {
        "post_id": ids, "evidence_id": [post.span.evidence for post in posts],
        "member": [post.span.member for post in posts], "start": [post.span.start for post in posts],
        "stop": [post.span.stop for post in posts], "sources": [list(map(_span, post.sources)) for post in posts],
        "platform": [post.platform for post in posts], "container": containers,
        "account_id": accounts, "native_id": [post.native_id for post in posts],
        "sent_at": [post.sent.at for post in posts], "sent_text": _clean(post.sent.text for post in posts),
        "sent_basis": [post.sent.basis for post in posts], "reply_to": [None] * len(posts),
        "kind": [post.kind for post in posts], "title": _clean(post.title for post in posts),
        "text": _clean(post.text for post in posts), "account_native": [post.account_native for post in posts],
        "account_name": _clean(post.account_name for post in posts),
        "container_name": _clean(post.container.name for post in posts),
        "thread": _clean(post.thread for post in posts), "author_role": [post.author_role for post in posts],
        "sent_zone": [post.sent.zone for post in posts], "sent_why": [post.sent.why for post in posts],
        "sent_alternative": [post.sent.alternative for post in posts],
        "segments": _segments([post.segments for post in posts]),
        "title_segments": _segments([post.title_segments for post in posts]),
        "state": [post.state for post in posts], "changed_at": [post.changed_at for post in posts],
        "edit_of": [None] * len(posts), "reply_native": [post.reply_native for post in posts],
    }  # fmt: skip
    fields = [*wanted, pa.field("reply_native", pa.string())]
    return pa.table([pa.array(columns[f.name], type=f.type) for f in fields], schema=pa.schema(fields))


def run_table(run: Run) -> pa.Table:
    """Return what ``post_table`` gives for the posts of a run."""
    size = len(run)
    accounts, digests = run.names or ((known := run.accounts()), run.digests(known))
    columns: dict[str, Sequence[Any]] = {
        "evidence_id": Same(run.evidence, size), "member": Same(run.member, size), "start": run.starts,
        "stop": run.stops, "platform": Same(run.platform, size), "container": Same(run.container.id, size),
        "account_id": accounts, "native_id": run.native_ids, "sent_at": run.sent_ats, "sent_text": run.sent_texts,
        "sent_basis": run.sent_bases, "kind": run.kinds, "title": Same("", size), "text": run.texts,
        "account_native": run.account_natives, "account_name": run.account_names,
        "container_name": Same(run.container.name, size), "thread": Same("", size), "author_role": run.author_roles,
        "sent_zone": run.sent_zones, "sent_why": run.sent_whys, "sent_alternative": run.sent_alternatives,
        "state": run.states, "changed_at": run.changed_ats, "reply_native": run.reply_natives,
    }  # fmt: skip
    fields = [*schema("posts"), pa.field("reply_native", pa.string())]
    arrays = []
    for wanted in fields:
        if wanted.name == "post_id":
            arrays.append(_ids(digests))
        elif wanted.name == "segments":
            arrays.append(_run_segments(run))
        elif wanted.name in columns:
            arrays.append(_column(columns[wanted.name], wanted.type))
        elif pa.types.is_list(wanted.type):
            none = pa.array([], wanted.type.value_type)
            arrays.append(pa.ListArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), size + 1), none, wanted.type))
        else:
            arrays.append(pa.nulls(size, wanted.type))
    return pa.table(arrays, schema=pa.schema(fields))


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return a column of text or numbers; half a surrogate pair becomes U+FFFD."""
    if isinstance(values, Same):
        return pa.repeat(_column([values.value], kind)[0], len(values))
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array(_clean(values), kind)


def _ids(digests: Sequence[bytes]) -> pa.Array:
    """Return ``post-`` and 20 hex digits for each digest, written in one go."""
    size, lead = len(digests), b"post-"
    rows = np.empty((size, len(lead) + 20), np.uint8)
    rows[:, : len(lead)] = np.frombuffer(lead, np.uint8)
    short = np.frombuffer(b"".join(digests), np.uint8).reshape(size, DIGEST)[:, :10].tobytes()
    rows[:, len(lead) :] = np.frombuffer(short.hex().encode(), np.uint8).reshape(size, 20)
    bounds = np.arange(size + 1, dtype=np.int32) * rows.shape[1]
    return pa.StringArray.from_buffers(size, pa.py_buffer(bounds), pa.py_buffer(rows))


def _run_segments(run: Run) -> pa.Array:
    kind = schema("posts").field("segments").type
    flat: dict[str, Sequence[Any]] = {
        "text_start": run.text_starts, "text_stop": run.text_stops, "start": run.byte_starts, "stop": run.byte_stops,
        "codec": Same(run.codec, len(run.text_starts)),
    }  # fmt: skip
    return _listed(run.pieces, [_column(flat[field.name], field.type) for field in kind.value_type], kind)


def _listed(sizes: Iterable[int], fields: Sequence[pa.Array], kind: pa.ListType) -> pa.Array:
    """Return lists of rows from their sizes and the columns of all rows."""
    offsets = pa.array([0, *accumulate(sizes)], pa.int32())
    rows = pa.StructArray.from_arrays(fields, fields=list(kind.value_type))
    return pa.ListArray.from_arrays(offsets, rows, type=kind)


def merge(tables: Sequence[pa.Table]) -> pa.Table:
    """Join tables of posts in this process; see ``merge_copies``."""
    return merge_copies(tables)[0]


def merge_copies(tables: Sequence[pa.Table]) -> tuple[pa.Table, pa.Table]:
    """Join tables of posts in this process: (posts, contract table ``clocks``); see ``merge_frames``."""
    with Local() as engine:
        raw = engine.frame(pa.concat_tables(tables) if tables else post_table([]))
        posts, _, clocks = merge_frames(engine, raw)
        return engine.table(posts, ("post_id",)), clocks


def merge_frames(engine: Engine, posts: Frame) -> tuple[Frame, Frame, pa.Table]:
    """Join posts as readers give them; a post that came in more than once is one row with all its sources.

    Returns (posts, answers as ``answering.answers_within`` gives them, contract table ``clocks``): also exports
    of one conversation by other means are joined.
    """
    posts, clocks = join_frames(engine, posts)
    posts, answers = engine.group(settle, (posts,), ("container",), ("post_id",))
    return posts, answers, clocks


def join_frames(engine: Engine, posts: Frame) -> tuple[Frame, pa.Table]:
    """Return (posts, contract table ``clocks``) with what came in more than once joined, nothing being settled yet."""
    (posts,) = engine.group(merge_same, (posts,), ("post_id",), ("post_id", "evidence_id", "member", "start"))
    return join_copies(engine, posts)


def merge_same(posts: pa.Table) -> tuple[pa.Table]:
    """Return one row for each post id, the first, with the spans of all its rows as sources.

    posts: in order of post_id, evidence_id, member, start.
    """
    ids = posts["post_id"].to_pylist()
    first = [index for index, value in enumerate(ids) if index == 0 or value != ids[index - 1]]
    merged = posts.take(pa.array(first, pa.int64()))
    spans = posts.select(["evidence_id", "member", "start", "stop"]).to_pylist() if len(first) < len(ids) else []
    bounds = [*first, len(ids)]
    sources = [spans[a:b] if b - a > 1 else [] for a, b in pairwise(bounds)]
    return (_put(merged, "sources", sources),)


def settle(posts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the posts of whole conversations with ``reply_to`` and ``edit_of`` resolved, and what answers what."""
    settled = link_edits(_resolve_replies(posts))
    return settled, *answers_within(settled)


_SETTLED = ("reply_to", "edit_of")


def settled_alone(posts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return what ``settle`` does, of the posts only what it settles: Table(post_id, reply_to, edit_of) and answers."""
    settled, answers = settle(posts)
    return settled.select(["post_id", *_SETTLED]), answers


def settled_by(posts: pa.Table, found: pa.Table) -> pa.Table:
    """Return ``posts`` as ``settle`` gives them. found: as ``settled_alone`` gives it of all of them."""
    rows = pc.index_in(posts["post_id"], found["post_id"].combine_chunks())
    for name in _SETTLED:
        field = schema("posts").field(name)
        posts = posts.set_column(posts.schema.get_field_index(name), field, found[name].take(rows))
    return posts.drop_columns(["reply_native"])


def _resolve_replies(posts: pa.Table) -> pa.Table:
    keys = zip(
        posts["container"].to_pylist(), posts["native_id"].to_pylist(), posts["post_id"].to_pylist(), strict=True
    )
    known = {(container, native): post for container, native, post in keys if native}
    wanted = zip(posts["container"].to_pylist(), posts["reply_native"].to_pylist(), strict=True)
    answers = [known.get((container, native)) if native else None for container, native in wanted]
    return _put(posts, "reply_to", answers).drop_columns(["reply_native"])


def _put(posts: pa.Table, name: str, values: list[Any]) -> pa.Table:
    field = schema("posts").field(name)
    return posts.set_column(posts.schema.get_field_index(name), field, pa.array(values, field.type))


def segments_of(row: Sequence[dict[str, Any]]) -> tuple[Segment, ...]:
    """Return a table cell as segments."""
    return tuple(Segment(s["text_start"], s["text_stop"], s["start"], s["stop"], s["codec"]) for s in row)


class SegmentRows:
    """A column of segments whose rows become segments when they are asked for: few posts need theirs."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        lists = column.combine_chunks()
        self._bounds = [0, *accumulate(size or 0 for size in pc.list_value_length(lists).to_pylist())]
        fields = dict(zip([field.name for field in lists.type.value_type], lists.flatten().flatten(), strict=True))
        names = ("text_start", "text_stop", "start", "stop", "codec")
        self._fields = [fields[name].to_pylist() for name in names]

    def __getitem__(self, row: int) -> tuple[Segment, ...]:
        low, high = self._bounds[row], self._bounds[row + 1]
        return tuple(starmap(Segment, zip(*(values[low:high] for values in self._fields), strict=True)))


def account_table(posts: pa.Table) -> pa.Table:
    """Return contract table ``accounts`` without actors, from the posts that have an author."""
    said = posts.filter(pc.not_equal(posts["account_id"].fill_null(""), ""))
    one = ["account_id", "platform", "account_native"]
    times = [("sent_at", "min"), ("sent_at", "max"), ("account_id", "count")]
    # One thread, so that groups come in the order in which they first stand there.
    counted = said.group_by([*one, "account_name"], use_threads=False).aggregate(times)
    columns = (counted[name].to_pylist() for name in (*one, "account_name", *("_".join(which) for which in times)))
    found: dict[str, dict[str, Any]] = {}
    for account, platform, native, name, first, last, count in zip(*columns, strict=True):
        row = found.setdefault(
            account,
            {"account_id": account, "platform": platform, "native_id": native, "names": set(), "actor_id": "",
             "posts": 0, "first_at": first, "last_at": last},
        )  # fmt: skip
        row["posts"] += count
        if name:
            row["names"].add(name)
        if first is not None:
            row["first_at"] = first if row["first_at"] is None else min(row["first_at"], first)
            row["last_at"] = last if row["last_at"] is None else max(row["last_at"], last)
    for row in found.values():
        row["names"] = sorted(row["names"])
    return from_rows("accounts", (found[key] for key in sorted(found)))


def authored(posts: pa.Table) -> tuple[pa.Table]:
    """Return what ``account_table`` asks of the posts that have an author."""
    names = ["post_id", "account_id", "platform", "account_native", "account_name", "sent_at", "kind"]
    return (posts.filter(pc.not_equal(posts["account_id"], "")).select(names),)


def accounts_among(posts: pa.Table) -> tuple[pa.Table]:
    """Return ``account_table`` of accounts whose posts are all there."""
    return (account_table(posts),)


def with_actors(accounts: pa.Table, actors: pa.Table) -> pa.Table:
    """Return ``accounts`` with the actor of each."""
    actor_of = {account: row["actor_id"] for row in actors.to_pylist() for account in row["accounts"]}
    values = pa.array([actor_of.get(account, "") for account in accounts["account_id"].to_pylist()], pa.string())
    return accounts.set_column(accounts.schema.get_field_index("actor_id"), "actor_id", values)


def _clean(texts: Iterable[str]) -> Sequence[str]:
    """Return texts that UTF-8 can write: half a surrogate pair becomes U+FFFD."""
    found = tuple(texts)
    if _is_writable("".join(found)):
        return found
    return [text if text.isascii() or _is_writable(text) else text.translate(_CLEAN) for text in found]


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _span(span: Span) -> dict[str, Any]:
    return {"evidence_id": span.evidence, "member": span.member, "start": span.start, "stop": span.stop}


def _segments(rows: Sequence[Sequence[Segment]]) -> pa.Array:
    """Return a list column of segments, built flat: there are millions of them."""
    kind = schema("posts").field("segments").type
    flat = [segment for row in rows for segment in row]
    fields = [pa.array(list(map(attrgetter(field.name), flat)), field.type) for field in kind.value_type]
    return _listed(map(len, rows), fields, kind)
