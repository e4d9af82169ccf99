"""From posts to mentions, stances and facts: a map stage, one Arrow batch in, three tables out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace import registry
from ringtrace.engines.tables import from_rows
from ringtrace.model.identity import derive_id
from ringtrace.model.mention import IDENTITY_KINDS, Candidate
from ringtrace.model.span import Segment
from ringtrace.model.stance import Assessment
from ringtrace.pipeline.reading.posts import SegmentRows
from ringtrace.stances import assess as reading
from ringtrace.stances.assess import NOTHING, assess, assess_each
from ringtrace.stances.company import DIRECTIONS
from ringtrace.text.contacts import cut
from ringtrace.text.folding import Folded
from ringtrace.text.offsets import locate
from ringtrace.text.sieve import Sieve
from ringtrace.text.view import Said, TextView, fold_batch

INPUT = (
    "post_id", "evidence_id", "member", "platform", "container_name", "kind", "sent_at", "title", "text",
    "segments", "title_segments",
)  # fmt: skip


_Row = dict[str, Any]
UNREAD = "contacts_unread"
"""The fact of a post in which a budget ended the reading of contacts: the rest of it was not looked at."""


def observe(batch: pa.Table, lexicons: Path | None = None, secret: bytes = b"") -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return tables (mentions, stances, facts) of a batch of posts.

    batch: the columns of ``INPUT`` and ``above``, as ``answering.posts_above`` gives it,
    ``lift`` and ``lean``, as ``stances.company`` gives them (0 at first sight). secret: the case's key for digests.
    """
    mentions, stances, facts, _ = observe_apart(batch, lexicons, secret)
    return mentions, stances, facts


ALONE = pa.schema([("post_id", pa.string()), ("shares", pa.list_(pa.float64())), ("probability", pa.float64())])
"""What posts say before their company is heard, a row a post that has a lift; see ``stance.Alone``."""


def observe_apart(batch: pa.Table, lexicons: Path | None = None, secret: bytes = b"") -> tuple[pa.Table, ...]:
    """Return what ``observe`` does, and a table as ``ALONE``."""
    mentions: list[_Row] = []
    alone: list[_Row] = []
    stances: list[_Row] = []
    facts: list[_Row] = []
    for at, row, view, candidates, found in _read(enumerate(_views(batch, lexicons, secret))):
        if found is NOTHING:
            stances.append({"post_id": row["post_id"], **_NOTHING})
            continue
        ways = row["segments"]
        segments = ways[at] if candidates or found.facts else ()
        mentions.extend(_mentions(row, row["text"], segments, zip(candidates, found.owners, strict=True)))
        if row["title"]:
            mentions.extend(_title_mentions(row, view, row["title_segments"][at]))
        stances.append(stance_row(row["post_id"], found))
        if row["lift"] and found.alone is not None:
            alone.append({"post_id": row["post_id"], **found.alone._asdict()})
        if cut(view):
            whole = locate(ways[at], row["text"], 0, len(row["text"]))
            facts.append(_fact(row, UNREAD, 1.0, whole))
        for fact in found.facts:
            runs = [run for a, b in fact.pieces for run in locate(segments, row["text"], a, b)]
            facts.append(_fact(row, fact.fact, fact.probability, runs))
    told = from_rows("mentions", mentions), from_rows("stances", stances), from_rows("facts", facts)
    return *told, pa.Table.from_pylist(alone, schema=ALONE)


AT_ONCE, AT_ONCE_LONG = 250, 200_000
"""Texts, and code points of them, that one extractor after the other looks at, so that its words lie near while it
does: a fifth of the time. What is worked out of these texts is held meanwhile, some hundred bytes a code point."""
_Seen = tuple[int, tuple[_Row, int, TextView]]


def _together(seen: Iterable[_Seen]) -> Iterator[list[_Seen]]:
    """Yield the posts in lists of ``AT_ONCE``, or of fewer where one more would hold more than ``AT_ONCE_LONG``."""
    some: list[_Seen] = []
    room = AT_ONCE_LONG
    for one in seen:
        size = len(one[1][0]["text"])
        if some and (len(some) == AT_ONCE or size > room):
            yield some
            some, room = [], AT_ONCE_LONG
        some.append(one)
        room -= size
    if some:
        yield some


def _read(
    seen: Iterable[_Seen],
) -> Iterator[tuple[int, _Row, TextView, list[Candidate], Assessment]]:
    """Yield number, row, view, candidates and assessment of all posts but the app's own; ``NOTHING`` of one in which
    nobody may find anything."""
    for some in _together(seen):
        told = [one for one in some if one[1][0]["kind"] != "system"]
        open_to = [asked or row["title"] or row["lift"] for _, (row, asked, _) in told]
        views = [(view, asked) for (_, (_, asked, view)), look in zip(told, open_to, strict=True) if look]
        found = find_each(views)
        texts = [(view, candidates) for (view, _), candidates in zip(views, found, strict=True)]
        read = zip(found, assess_each(texts), strict=True)
        for (at, (row, _, view)), look in zip(told, open_to, strict=True):
            yield (at, row, view, *next(read)) if look else (at, row, view, [], NOTHING)


def _views(batch: pa.Table, lexicons: Path | None, secret: bytes) -> Iterator[tuple[_Row, int, TextView]]:
    """Yield each post's row, who may find something in it, and its text as they see it, already folded."""
    batch = batch.set_column(batch.schema.get_field_index("sent_at"), "sent_at", batch["sent_at"].cast(pa.int64()))
    ways = {name: SegmentRows(batch[name]) for name in ("segments", "title_segments")}
    said = _said(batch["above"])
    rows = batch.drop_columns(["segments", "title_segments", "above"]).to_pylist()
    folded = fold_batch([row["text"] for row in rows])
    for row, above, layer, asked in zip(rows, said, folded, who_may_find(folded, lexicons), strict=True):
        row.update(ways)
        view = TextView(
            row["text"], row["platform"], row["container_name"], row["kind"], row["sent_at"], row["title"], above,
            row["lift"], tuple(row["lean"]), lexicons, secret,
        )  # fmt: skip
        view.__dict__["folded"] = layer
        yield row, asked, view


def _said(above: pa.ChunkedArray) -> Iterator[tuple[Said, ...]]:
    """Yield what stands above each post."""
    for chunk in above.chunks:
        fields = dict(zip(chunk.type.value_type.names, chunk.flatten().flatten(), strict=True))
        columns = (fields[name].to_pylist() for name in Said._fields)
        said = list(map(partial(tuple.__new__, Said), zip(*columns, strict=True)))  # Said(...) without its own call
        stops = pc.list_value_length(chunk).fill_null(0).to_numpy(zero_copy_only=False).cumsum().tolist()
        yield from (tuple(said[start:stop]) for start, stop in zip([0, *stops], stops, strict=False))


SHORT = 200
"""Code points up to which a text's candidates are remembered: half of what a case says is said again."""
_REMEMBERED = 131_072
EVERY = -1
_TOLD = frozenset({"platform", "kind", "secret"})
"""What is remembered with a text; an extractor that reads more of a view (``READS``) looks anew each time."""


def find_all(view: TextView, asked: int = EVERY) -> list[Candidate]:
    """Return what every extractor finds in ``view``, in order of place.

    asked: the extractors that may find something, as bits by their number; see ``who_may_find``.
    """
    return find_each([(view, asked)])[0]


def find_each(texts: Sequence[tuple[TextView, int]]) -> list[list[Candidate]]:
    """Return ``find_all`` of each of ``texts``, one extractor looking at all of them after the other."""
    lasting, passing = _extractors()
    if len(_FOUND) > _REMEMBERED:
        _FOUND.clear()
    keys = [_key(view, asked & lasting.bits) for view, asked in texts]
    looks = [_Look(view, asked, []) for view, asked in texts]
    fresh = {
        key: _Look(TextView(key[0], key[1], kind=key[2], lexicons=key[3], secret=key[4]), key[5], [])
        for key in keys
        if key is not None and key not in _FOUND
    }
    _look(lasting, [*fresh.values(), *(one for one, key in zip(looks, keys, strict=True) if key is None)])
    _FOUND.update((key, tuple(one.found)) for key, one in fresh.items())
    for one, key in zip(looks, keys, strict=True):
        if key is not None:
            one.found.extend(_FOUND[key])
    _look(passing, looks)
    for one in looks:
        one.found.sort(key=lambda c: (c.pieces, c.kind, c.value, -c.probability))
    return [one.found for one in looks]


class _Look(NamedTuple):
    """A text, the bits of the extractors that may find something in it, and what they found."""

    view: TextView
    asked: int
    found: list[Candidate]


def _look(extractors: _Extractors, looks: Sequence[_Look]) -> None:
    for bit, extractor in extractors.parts:
        for view, asked, found in looks:
            if asked & bit:
                found.extend(extractor.find(view))


_Key = tuple[str, str, str, Path | None, bytes, int]
_FOUND: dict[_Key, tuple[Candidate, ...]] = {}


def _key(view: TextView, asked: int) -> _Key | None:
    """Return under what the finds in a short text are remembered, None for a long one."""
    if len(view.text) > SHORT:
        return None
    return view.text, view.platform, view.kind, view.lexicons, view.secret, asked


class _Extractors(NamedTuple):
    """Extractors, each with the bit of its number among all; bits: those of all of them."""

    parts: tuple[tuple[int, ModuleType], ...]
    bits: int


@cache
def _extractors() -> tuple[_Extractors, _Extractors]:
    """Return the extractors whose finds depend on the text and ``_TOLD`` alone, and the others."""
    parts = [(1 << at, part) for at, part in enumerate(registry.scan("ringtrace.extractors").values())]
    lasting = [pair for pair in parts if hasattr(pair[1], "READS") and _TOLD.issuperset(pair[1].READS)]
    passing = [pair for pair in parts if pair not in lasting]
    return tuple(_Extractors(tuple(some), sum(bit for bit, _ in some)) for some in (lasting, passing))  # type: ignore[return-value]


@cache
def finders_of(kinds: frozenset[str]) -> int:
    """Return the extractors of these kinds as bits for ``find_all``."""
    parts = registry.scan("ringtrace.extractors").values()
    return sum(1 << at for at, part in enumerate(parts) if part.KIND in kinds)


@cache
def _sieve(lexicons: Path | None) -> Sieve:
    """Return the sieve of all extractors, in order, and of the stances; an extractor without ``needs`` always looks."""
    parts = registry.scan("ringtrace.extractors").values()
    asked = [part.needs(lexicons) if hasattr(part, "needs") else None for part in parts]
    return Sieve([*asked, reading.needs(lexicons)])


def who_may_find(texts: Sequence[Folded], lexicons: Path | None) -> list[int]:
    """Return for each text who may find something in it, as bits: the extractors by number, then the stances."""
    distinct = {text: at for at, text in enumerate(dict.fromkeys(folded.text for folded in texts))}
    met = _sieve(lexicons).sift(list(distinct))
    asked = (met * np.left_shift(np.int64(1), np.arange(met.shape[1], dtype=np.int64))).sum(axis=1).tolist()
    return [asked[distinct[folded.text]] for folded in texts]


def stance_row(post: str, found: Assessment) -> _Row:
    """Return a row of ``stances``."""
    return {"post_id": post, **_stance(found)}


def _stance(found: Assessment) -> _Row:
    return {
        "frame": found.frame, "direction": found.direction, "probability": found.probability, "band": found.band,
        **{name: share * found.probability for name, share in zip(DIRECTIONS, found.leanings, strict=True)},
    }  # fmt: skip


_NOTHING = _stance(NOTHING)


def _fact(row: _Row, fact: str, probability: float, runs: Iterable[tuple[int, int, int, int]]) -> _Row:
    spans = [_span(row, start, stop) for _, _, start, stop in runs]
    return {"post_id": row["post_id"], "fact": fact, "spans": spans, "probability": probability}


def _title_mentions(row: _Row, view: TextView, segments: tuple[Segment, ...]) -> list[_Row]:
    """Contacts that stand in a headline only; who owns them follows from the post as a whole."""
    title = TextView(
        text=row["title"], platform=view.platform, container=view.container, kind=view.kind, sent_at=view.sent_at,
        lexicons=view.lexicons, secret=view.secret,
    )  # fmt: skip
    candidates = [c for c in find_all(title, finders_of(IDENTITY_KINDS)) if c.kind in IDENTITY_KINDS]
    if not candidates:
        return []
    owners = assess(title, candidates).owners
    return list(_mentions(row, row["title"], segments, zip(candidates, owners, strict=True)))


def _mentions(
    row: _Row, text: str, segments: tuple[Segment, ...], found: Iterable[tuple[Candidate, str]]
) -> Iterable[_Row]:
    seen: set[str] = set()
    for candidate, owner in found:
        runs = [run for a, b in candidate.pieces for run in locate(segments, text, a, b)]
        place = "".join(f"{start}-{stop}," for _, _, start, stop in runs)
        mention = derive_id("mention", row["post_id"], candidate.kind, candidate.value, place)
        if not runs or mention in seen:
            continue
        seen.add(mention)
        yield {
            "mention_id": mention,
            "post_id": row["post_id"],
            "kind": candidate.kind,
            "surface": candidate.shown or "".join(text[a:b] for a, b, _, _ in runs),
            "value": candidate.value,
            "spans": [_span(row, start, stop) for _, _, start, stop in runs],
            "owner": owner,
            "probability": candidate.probability,
            "rule": candidate.rule,
        }


def _span(row: _Row, start: int, stop: int) -> _Row:
    return {"evidence_id": row["evidence_id"], "member": row["member"], "start": start, "stop": stop}
