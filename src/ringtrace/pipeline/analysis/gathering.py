"""Everything that follows from the evidence, whatever people decided of actors: worked out once as long as it stays.

A verdict, a record or a new entry of the watch list changes none of it, so a run after those begins behind it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.engine import Engine, Frame, Tables
from ringtrace.engines.local import Local
from ringtrace.linking.slots import TEMPLATED
from ringtrace.linking.templates import find_templates
from ringtrace.pipeline.analysis.pictures import shown_pictures
from ringtrace.pipeline.analysis.recalling import Progress, ended_by_chance, recall_patterns
from ringtrace.pipeline.analysis.stages import Lessons, accounts_of, observe_all, read_all
from ringtrace.store.cache import Cache
from ringtrace.store.case import Case
from ringtrace.store.packs import Part, Places

NAMES = (
    "evidence", "posts", "gaps", "clocks", "answers", "mentions", "stances", "facts", "accounts", "templates",
    "patterns",
)  # fmt: skip
"""``accounts`` still without actors; ``answers`` as ``answering.find_answers`` gives them."""


Frames = tuple[Frame, Frame, Frame]


def gather(
    case: Case, engine: Engine, progress: Progress, cache: Cache, lessons: Lessons
) -> tuple[dict[str, pa.Table], Frames]:
    """Return the tables ``NAMES`` of a case, and posts, mentions and stances as frames.

    An engine that holds its rows elsewhere works them out each time, and so does a case whose posts people have
    labelled: what is learned from labels is told with the run.
    """
    if not isinstance(engine, Local) or lessons.labels:
        found, frames = _gathered(case, engine, progress, cache, lessons)
        return dict(zip(NAMES, found, strict=True)), frames
    secret = hashlib.sha256(case.digest_key()).digest()
    key = hashlib.sha256(msgspec.msgpack.encode((case.evidence.held(), case.settings.zone, secret))).digest()

    def work_out(numbers: Places) -> Iterator[Part]:
        if len(numbers):
            tables, _ = _gathered(case, engine, progress, cache, lessons)
            at = tuple(np.zeros(len(table), np.int64) for table in tables)
            yield Part(numbers, tables, at, np.array([_lasting(tables[NAMES.index("gaps")])]))

    shelf = cache.shelf("gathering")
    told = dict(zip(NAMES, shelf.complete(pa.array([key], pa.binary(32)), work_out), strict=True))
    shelf.settle()
    return told, (engine.frame(told["posts"]), engine.frame(told["mentions"]), engine.frame(told["stances"]))


def _gathered(
    case: Case, engine: Engine, progress: Progress, cache: Cache, lessons: Lessons
) -> tuple[tuple[pa.Table, ...], Frames]:
    evidence, said, replies, gaps, clocks, talks = read_all(engine, case.evidence, case.settings.zone, progress, cache)
    posts, answers = (engine.table(one, ("post_id",)) for one in (said, replies))
    described: list[Callable[[], Tables]] = []
    seen = observe_all(
        engine, said, replies, case.lexicons, progress, case.digest_key(), cache, lessons,
        lambda: described.append(engine.aside(_templates, posts.select(TEMPLATED))), talks,
    )  # fmt: skip
    mentions, stances, facts = (engine.table(one, ("post_id",)) for one in seen)
    shown = shown_pictures(case.evidence, evidence, posts, cache)
    if len(shown):
        mentions = engine.table(engine.frame(pa.concat_tables([mentions, shown])), ("post_id", "mention_id"))
    accounts = accounts_of(engine, said)
    (templates,) = described[0]()
    patterns = recall_patterns(cache.shelf("patterns"), templates, posts)
    tables = (evidence, posts, gaps, clocks, answers, mentions, stances, facts, accounts, *patterns)
    return tables, (said, seen[0], seen[1])


def _templates(posts: pa.Table) -> tuple[pa.Table]:
    return (find_templates(posts),)


def _lasting(gaps: pa.Table) -> bool:
    """Whether no reading was ended by time or memory: chance may have had a part in that."""
    return not pc.any(ended_by_chance(gaps)).as_py()
