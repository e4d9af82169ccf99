"""What one text alone does not show of a handle: its parts in several messages, the same handle elsewhere."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.engine import Engine, Frame, Tables
from ringtrace.engines.tables import from_rows, microseconds
from ringtrace.model.identity import derive_id
from ringtrace.model.mention import CONTACT_KINDS, Candidate
from ringtrace.pipeline.analysis.observing import find_all, finders_of
from ringtrace.pipeline.analysis.talks import Talks
from ringtrace.pipeline.reading.posts import segments_of
from ringtrace.stances.assess import assess
from ringtrace.text.contacts.bare import BY_THEMSELVES
from ringtrace.text.folding import fold
from ringtrace.text.offsets import locate
from ringtrace.text.view import TextView

MINUTES = 5
"""Messages of one account go on with each other when they are at most so far apart."""
PARTS = 4
"""Messages that one handle may be spread over."""
BETWEEN = 6
"""Messages of others that may stand between two parts."""
SHORT = 60
"""Code points of a message that may hold a part: longer ones say something by themselves."""
KNOWN, RAISED = 0.85, 0.8
"""A handle read with so much certainty anywhere is known; a doubtful reading of it elsewhere gets this."""
_MINUTE = 60_000_000
_PART = re.compile(r"[^\w]{0,8}(?:[^\W_]{0,6}[^\w]{0,3})?[\da-z_零一二三四五六七八九〇幺两洞拐勾壹贰叁肆伍陆柒捌玖]")
_OPEN = re.compile(r"[a-z0-9_]$")
_REST = re.compile(r"(?:[a-z_]{0,8}\d[a-z0-9_]{0,8}|[a-z_]{1,12})(?:[^\w]*$|[^\w\d]{0,2}(?!\d)\D{0,6}$)")
_COLUMNS = (
    "post_id", "evidence_id", "member", "platform", "container", "container_name", "account_id", "kind", "sent_at",
    "text", "segments",
)  # fmt: skip
_SIGHTINGS = pa.schema([("kind", pa.string()), ("value", pa.string()), ("sure", pa.bool_())])
Inner = Mapping[tuple[str, str], tuple[Sequence[int], Sequence[int]]]
_HANDLES = frozenset({"qq", "wechat", "telegram"})
_DISTINCT = 6
"""Characters that a handle must have to be known again: a shorter number may be anything."""


def join_messages(
    engine: Engine, posts: Frame, mentions: Frame, lexicons: Path | None, talks: Talks | None = None
) -> Frame:  # fmt: skip
    """Return ``mentions`` with the contacts whose parts one account wrote into consecutive messages.

    Such a mention belongs to the message that completes it; its spans lie in all of them. What the
    parts alone were read as at the same place gives way. Few posts have such parts: what they give is
    gathered here. talks: where conversations can be known again.
    """
    (slim,) = engine.map(_slim, posts, apart=True)
    stage = partial(over_messages, lexicons=lexicons)

    def spread(posts: pa.Table) -> Tables:
        (found,) = engine.group(stage, (engine.frame(posts),), ("container",), ("post_id",))
        return (engine.table(found, ("post_id",)),)

    if talks is None:
        (found,) = engine.group(stage, (slim,), ("container",), ("post_id",))
    else:
        (found,) = map(engine.frame, talks.recall("spread", spread, engine.table(slim)))
    added = engine.table(found, ("post_id",))
    if not len(added):
        return mentions
    inner = _merged(span for row in added["spans"].to_pylist() for span in row)
    (kept,) = engine.map(partial(_outside, inner), mentions, apart=True)
    return engine.joined([kept, engine.frame(added)])


def _slim(posts: pa.Table) -> tuple[pa.Table]:
    return (posts.filter(pc.equal(posts["kind"], "message")).select(_COLUMNS),)


def over_messages(posts: pa.Table, lexicons: Path | None) -> tuple[pa.Table]:
    """Return the mentions that are spread over messages of whole conversations."""
    return (from_rows("mentions", (row for run in _runs(posts) for row in _joined(run, lexicons))),)


def _outside(inner: Inner, mentions: pa.Table) -> tuple[pa.Table]:
    kept = [
        not (kind in CONTACT_KINDS and any(_within(span, inner) for span in spans))
        for kind, spans in zip(mentions["kind"].to_pylist(), mentions["spans"].to_pylist(), strict=True)
    ]
    return (mentions.filter(pa.array(kept, pa.bool_())),)


def know_again(engine: Engine, mentions: Frame) -> Frame:
    """Return ``mentions`` with doubtful handles raised that the case holds elsewhere beyond doubt.

    Only values of ``_DISTINCT`` characters and more, and only readings that no cue settled.
    """
    (sightings,) = engine.map(sight_handles, mentions)
    (found,) = engine.group(known_and_doubted, (sightings,), ("kind", "value"), ())
    known = frozenset(zip(*(engine.table(found)[name].to_pylist() for name in ("kind", "value")), strict=True))
    return engine.map(partial(_raised, known), mentions, apart=True)[0] if known else mentions


def sight_handles(mentions: pa.Table) -> tuple[pa.Table]:
    """Return Table(kind, value, sure): which handles stand in ``mentions`` beyond doubt, and which doubtfully.

    However often a handle is named it has two rows at most, so that one that everybody names weighs no more.
    """
    names = ("kind", "value", "probability", "rule")
    seen: set[tuple[str, str, bool]] = set()
    for kind, value, sure, rule in zip(*(mentions[name].to_pylist() for name in names), strict=True):
        if kind in _HANDLES and sure >= KNOWN and len(value) >= _DISTINCT:
            seen.add((kind, value, True))
        elif 0 < sure < RAISED and rule.startswith(BY_THEMSELVES):
            seen.add((kind, value, False))
    rows = [{"kind": kind, "value": value, "sure": sure} for kind, value, sure in sorted(seen)]
    return (pa.Table.from_pylist(rows, schema=_SIGHTINGS),)


def known_and_doubted(sightings: pa.Table) -> tuple[pa.Table]:
    """Return Table(kind, value) of the handles that were seen both beyond doubt and doubtfully."""
    seen: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for kind, value, sure in zip(*(sightings[name].to_pylist() for name in _SIGHTINGS.names), strict=True):
        seen[kind, value].add(sure)
    rows = [{"kind": kind, "value": value} for (kind, value), both in sorted(seen.items()) if len(both) == 2]
    return (pa.Table.from_pylist(rows, schema=pa.schema(list(_SIGHTINGS)[:2])),)


def _raised(known: frozenset[tuple[str, str]], mentions: pa.Table) -> tuple[pa.Table]:
    columns = [mentions[name].to_pylist() for name in ("kind", "value", "probability", "rule")]
    raised = [
        RAISED if 0 < sure < RAISED and (kind, value) in known and rule.startswith(BY_THEMSELVES)
        else sure
        for kind, value, sure, rule in zip(*columns, strict=True)
    ]  # fmt: skip
    at = mentions.schema.get_field_index("probability")
    return (mentions.set_column(at, mentions.schema.field(at), pa.array(raised, mentions.schema.field(at).type)),)


def _merged(spans: Iterable[dict[str, Any]]) -> Inner:
    """Return (evidence id, member) -> (starts, stops) of stretches in order that do not overlap."""
    found: dict[tuple[str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for span in sorted(spans, key=itemgetter("evidence_id", "member", "start", "stop")):
        starts, stops = found[span["evidence_id"], span["member"]]
        if stops and span["start"] <= stops[-1]:
            stops[-1] = max(stops[-1], span["stop"])
        else:
            starts.append(span["start"])
            stops.append(span["stop"])
    return dict(found)


def _within(span: dict[str, Any], inner: Inner) -> bool:
    starts, stops = inner.get((span["evidence_id"], span["member"]), ((), ()))
    at = bisect_left(starts, span["stop"]) - 1
    return at >= 0 and span["start"] < stops[at]


def _runs(posts: pa.Table) -> Iterator[list[dict[str, Any]]]:
    """Yield runs of two and more short messages of one account that may carry parts of one handle."""
    texts, kinds = posts["text"].to_pylist(), posts["kind"].to_pylist()
    accounts, containers = posts["account_id"].to_pylist(), posts["container"].to_pylist()
    sent = microseconds(posts["sent_at"]).to_pylist()
    rows = [i for i, at in enumerate(sent) if at is not None and kinds[i] == "message" and accounts[i]]
    rows.sort(key=lambda i: (containers[i], sent[i], i))
    last: dict[tuple[str, str], tuple[int, list[int]]] = {}
    found: list[list[int]] = []
    for place, row in enumerate(rows):
        who = (containers[row], accounts[row])
        before = last.get(who)
        goes_on = (
            before is not None
            and place - before[0] <= BETWEEN + 1
            and sent[row] - sent[before[1][-1]] <= MINUTES * _MINUTE
            and len(texts[row]) <= SHORT >= len(texts[before[1][-1]])
            and _PART.match(fold(texts[row]).text) is not None
        )
        if goes_on and before is not None:
            before[1].append(row)
            if len(before[1]) == 2:
                found.append(before[1])
            last[who] = (place, before[1])
        else:
            last[who] = (place, [row])
    if not found:
        return
    # One take for all: one for each run would walk the whole table each time.
    parts = posts.select(list(_COLUMNS)).take(pa.array([row for run in found for row in run], pa.int64()))
    at = 0
    for run in found:
        yield parts.slice(at, len(run)).to_pylist()
        at += len(run)


def _joined(run: Sequence[dict[str, Any]], lexicons: Path | None) -> Iterable[dict[str, Any]]:
    done = 0
    for first in range(len(run) - 1):
        if first < done:
            continue
        for size in range(min(PARTS, len(run) - first), 1, -1):
            parts = run[first : first + size]
            rows = list(_read(parts, lexicons, "\n")) or (list(_read(parts, lexicons, "")) if _torn(parts) else [])
            if rows:
                done = first + size
                yield from rows
                break


def _torn(parts: Sequence[dict[str, Any]]) -> bool:
    """Whether each message after the first may hold the rest of a value, letter by letter: "rouya_32", "78"."""
    ends = [fold(part["text"]).text.rstrip() for part in parts]
    return all(_OPEN.search(end) for end in ends[:-1]) and all(_REST.match(end) for end in ends[1:])


def _read(parts: Sequence[dict[str, Any]], lexicons: Path | None, between: str) -> Iterator[dict[str, Any]]:
    """Yield mention rows for contacts that have a piece in the first and in the last of ``parts``."""
    text = between.join(part["text"] for part in parts)
    last = parts[-1]
    view = TextView(text, last["platform"], last["container_name"], last["kind"], lexicons=lexicons)
    bounds = _bounds(parts, len(between))
    candidates = [c for c in find_all(view, finders_of(CONTACT_KINDS)) if c.kind in CONTACT_KINDS]
    whole = [c for c in candidates if c.probability >= 0.5 and _spread(c, bounds)]
    if not whole:
        return
    owners = dict(zip(candidates, assess(view, candidates).owners, strict=True))
    for candidate in whole:
        spans, surface = _spans(candidate, parts, bounds)
        place = "".join(f"{s['start']}-{s['stop']}," for s in spans)
        yield {
            "mention_id": derive_id("mention", last["post_id"], candidate.kind, candidate.value, place),
            "post_id": last["post_id"], "kind": candidate.kind, "surface": surface, "value": candidate.value,
            "spans": spans, "owner": owners[candidate], "probability": candidate.probability,
            "rule": f"{candidate.rule}, over {len(parts)} messages",
        }  # fmt: skip


def _bounds(parts: Sequence[dict[str, Any]], between: int) -> list[tuple[int, int]]:
    bounds, at = [], 0
    for part in parts:
        bounds.append((at, at + len(part["text"])))
        at += len(part["text"]) + between
    return bounds


def _spread(candidate: Candidate, bounds: Sequence[tuple[int, int]]) -> bool:
    start, stop = candidate.pieces[0][0], candidate.pieces[-1][1]
    return start < bounds[0][1] and stop > bounds[-1][0]


def _spans(
    candidate: Candidate, parts: Sequence[dict[str, Any]], bounds: Sequence[tuple[int, int]]
) -> tuple[list[dict[str, Any]], str]:
    """Return the bytes of a candidate in its messages, in order, and the words at them."""
    spans: list[dict[str, Any]] = []
    surface = ""
    for start, stop in candidate.pieces:
        for part, (low, high) in zip(parts, bounds, strict=True):
            a, b = max(start, low) - low, min(stop, high) - low
            if a >= b:
                continue
            for left, right, first, last in locate(segments_of(part["segments"]), part["text"], a, b):
                spans.append(
                    {"evidence_id": part["evidence_id"], "member": part["member"], "start": first, "stop": last}
                )
                surface += part["text"][left:right]
    return spans, surface
