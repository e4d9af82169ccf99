"""The map and relational stages as the engines run them: over files, over batches of posts, over conversations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.engine import Engine, Frame, Tables
from ringtrace.engines.local import Local
from ringtrace.pipeline.analysis.handles import join_messages, know_again
from ringtrace.pipeline.analysis.looking import Look
from ringtrace.pipeline.analysis.observing import INPUT
from ringtrace.pipeline.analysis.recalling import (
    Progress,
    ended_by_chance,
    reading_digests,
    recall_files,
    recall_pieces,
    sidecars_of,
    silent,
    tasks_of,
)
from ringtrace.pipeline.analysis.talks import Talks
from ringtrace.pipeline.reading.answering import answers_within, posts_above
from ringtrace.pipeline.reading.confined import read_tasks, task_table
from ringtrace.pipeline.reading.posts import (
    accounts_among,
    authored,
    join_frames,
    merge_frames,
    settled_alone,
    settled_by,
)
from ringtrace.stances.acts import Acts
from ringtrace.stances.company import Company
from ringtrace.stances.taught import Taught
from ringtrace.stances.wording import Cut, Wording
from ringtrace.store.cache import NOTHING, Cache
from ringtrace.store.evidence import EvidenceStore

_POST, _CONTAINER = ("post_id",), ("container",)


def idle() -> None:
    """Begin nothing."""


class Read(NamedTuple):
    """Everything in the store as it was read and joined; talks: None where no conversation can be known again."""

    evidence: pa.Table
    posts: Frame
    answers: Frame
    gaps: pa.Table
    clocks: pa.Table
    talks: Talks | None


def read_all(engine: Engine, store: EvidenceStore, zone: str, progress: Progress, cache: Cache = NOTHING) -> Read:
    """Read everything in the store."""
    held = store.held()
    sidecars = sidecars_of(store, held)
    if not isinstance(engine, Local):
        tasks = list(tasks_of(store, held, sidecars, zone))
        evidence, posts, gaps = engine.map(read_tasks, engine.frame(task_table(tasks), 1), 1, apart=True)
        progress("reading", len(held), len(held))
        posts, answers, clocks = merge_frames(engine, posts)
        return Read(engine.table(evidence), posts, answers, engine.table(gaps), clocks, None)
    tables = recall_files(engine, store, held, sidecars, zone, progress, cache)
    progress("joining posts and their answers", 0, 1)
    if cache is NOTHING or pc.any(ended_by_chance(tables[2])).as_py():
        posts, answers, clocks = merge_frames(engine, engine.frame(tables[1]))
        return Read(tables[0], posts, answers, tables[2], clocks, None)
    joined, clocks = join_frames(engine, engine.frame(tables[1]))
    posts = engine.table(joined, _POST)
    digests = (digest.hex() for digest in reading_digests(held, sidecars, zone))
    talks = Talks(cache, posts, dict(zip((one.evidence_id for one in held), digests, strict=True)))
    settled, answers = talks.recall("settling", partial(_settled, engine), posts)
    return Read(tables[0], engine.frame(settled_by(posts, settled)), engine.frame(answers), tables[2], clocks, talks)


def _settled(engine: Engine, posts: pa.Table) -> Tables:
    return tuple(map(engine.table, engine.group(settled_alone, (engine.frame(posts),), _CONTAINER, _POST)))


def answers_of(engine: Engine, posts: Frame) -> Frame:
    """Return Table(post_id, answered, basis, container) of all posts; see ``answering.find_answers``."""
    return engine.group(answers_within, (posts,), _CONTAINER, _POST)[0]


def accounts_of(engine: Engine, posts: Frame) -> pa.Table:
    """Return contract table ``accounts`` without actors."""
    slim = engine.map(authored, posts, apart=True)
    return engine.table(engine.group(accounts_among, slim, ("account_id",), _POST)[0], ("account_id",))


def observe_all(
    engine: Engine, posts: Frame, answers: Frame, lexicons: Path | None, progress: Progress, secret: bytes = b"",
    cache: Cache = NOTHING, lessons: Lessons | None = None, meanwhile: Callable[[], None] = idle,
    talks: Talks | None = None,
) -> tuple[Frame, ...]:  # fmt: skip
    """Return (mentions, stances, facts) of all posts; answers: as ``answers_of`` gives them.

    secret: the case's key for digests of what must not be stored as it is. lessons: people's labels of posts, to
    which what they teach is added. meanwhile: is called once all posts were read a first time, when processes are free.
    talks: as in ``Read``.

    Every post is read by its words and by the words above it, then once more what stands below an
    offer, a wish or a go-between (whose prices and contacts the words alone do not show), then those
    that their company shows in another light.
    """
    look = Look(engine, lexicons, secret, cache)
    found, wanted = first_sight(look, posts, answers, progress, talks)
    meanwhile()
    progress("weighing posts by their company", 0, 1)
    said, replies, named, read = (engine.table(one, _POST) for one in (posts, answers, *found[:2]))
    cut = partial(recall_pieces, cache.shelf("wording"))
    lifts = engine.frame(look_around(said, replies, named, read, lessons, cut))
    (again,) = engine.group(_in_company, (wanted, lifts), _POST, _POST)
    mentions, stances, facts = _replaced(engine, found, look.in_company(again))
    look.settle()
    return know_again(engine, join_messages(engine, posts, mentions, lexicons, talks)), stances, facts


def first_sight(
    look: Look, posts: Frame, answers: Frame, progress: Progress = silent, talks: Talks | None = None
) -> tuple[tuple[Frame, ...], Frame]:
    """Return (mentions, stances, facts) as texts and those above them give them, and what was looked at."""
    if talks is None:
        return _sighted(look, posts, answers, progress)
    said = posts.held
    stage = partial(_sighted_alone, look, progress)
    *found, above, asked = talks.recall("sight", stage, said, answers.held, besides=look.besides)
    look.touch(asked)
    rows = pc.index_in(said["post_id"], above["post_id"].combine_chunks())
    wanted = said.select(INPUT).append_column("above", above["above"].take(rows))
    return tuple(map(look.engine.frame, found)), look.engine.frame(wanted)


def _sighted_alone(look: Look, progress: Progress, posts: pa.Table, answers: pa.Table) -> Tables:
    """Return mentions, stances and facts of whole conversations, Table(post_id, above), and what was asked for."""
    engine = look.engine
    found, wanted = _sighted(look, engine.frame(posts), engine.frame(answers), progress)
    return *map(engine.table, found), engine.table(wanted).select(["post_id", "above"]), look.asked()


def _sighted(look: Look, posts: Frame, answers: Frame, progress: Progress) -> tuple[tuple[Frame, ...], Frame]:
    engine = look.engine
    wanted, places = engine.group(_beneath, (posts, answers), _CONTAINER, _POST)
    found = look.at(wanted, progress)
    (directed,) = engine.group(_directed, (found[1], places), _POST, _POST)
    wanted, below = engine.group(_beneath_trade, (posts, answers, directed), _CONTAINER, _POST)
    return _replaced(engine, found, look.at(below)), wanted


def whole_conversations(engine: Engine, posts: Frame, answers: Frame) -> Frame:
    """Return the posts as they are looked at first, nothing being known of what stands above each."""
    return engine.group(_beneath, (posts, answers), _CONTAINER, _POST)[0]


def look_around(
    posts: pa.Table, answers: pa.Table, mentions: pa.Table, stances: pa.Table, lessons: Lessons | None = None,
    cut: Cut | None = None,
) -> pa.Table:  # fmt: skip
    """Return what company says of every post, as ``Company.lifts`` does, all wordings of a message being one act.

    Each is read ``ROUNDS`` times beside what its neighbours were last read as. cut: as in ``Wording``.
    """
    acts = Acts(posts, stances)
    answers = acts.answers(answers)
    company = Company(acts.posts, answers, acts.moved(mentions, "post_id"), acts.among(stances))
    wording = Wording(acts.posts, cut)
    for _ in range(ROUNDS):
        company.look(wording.learn(company.stances(), answers))
    if lessons is not None and lessons.labels:
        lessons.taught = wording.teach(company.odds(), acts.labels(lessons.labels))
        company.shift(lessons.taught.shift)
    return acts.spread(company.lifts())


@dataclass
class Lessons:
    """People's labels (post -> direction) and, once the posts were read, what was learned from them."""

    labels: Mapping[str, str]
    taught: Taught | None = None

    def files(self) -> dict[str, bytes]:
        """Return the artefact of the analysis: file name -> bytes; nothing where nobody labelled."""
        return {} if self.taught is None else {"learned.json": self.taught.data()}


ROUNDS = 4
"""Each look changes what others' company is and what words are sure: terse talk is worked out from what is plain."""


def _beneath(posts: pa.Table, answers: pa.Table) -> Tables:
    """Return the posts of whole conversations with what stands above each, nothing being known of it yet; and
    Table(post_id, container)."""
    wanted = posts.select(INPUT).append_column("above", posts_above(posts, answers, {}))
    return _alone(wanted), posts.select(["post_id", "container"])


def _directed(stances: pa.Table, places: pa.Table) -> Tables:
    """Return Table(post_id, direction, container) of the posts that offer, seek or broker."""
    found = stances.select(["post_id", "direction"]).filter(pc.not_equal(stances["direction"], "none"))
    rows = pc.index_in(found["post_id"], places["post_id"].combine_chunks())
    return (found.append_column("container", places["container"].take(rows)),)


def _beneath_trade(posts: pa.Table, answers: pa.Table, directed: pa.Table) -> Tables:
    """Return the posts of whole conversations with what stands above each as it was read, and those beneath trade."""
    known = dict(zip(directed["post_id"].to_pylist(), directed["direction"].to_pylist(), strict=True))
    wanted = posts.select(INPUT).append_column("above", posts_above(posts, answers, known))
    under = [any(one["does"] for one in row) for row in wanted["above"].to_pylist()]
    return wanted, _alone(wanted.filter(pa.array(under, pa.bool_())))


def _alone(wanted: pa.Table) -> pa.Table:
    """Return ``wanted`` with the columns lift and lean, as nothing is known of the company it keeps."""
    lifts = wanted.append_column("lift", pa.array([0.0] * len(wanted), pa.float64()))
    return lifts.append_column("lean", pa.array([[0.0] * 3] * len(wanted), pa.list_(pa.float64())))


def _in_company(wanted: pa.Table, lifts: pa.Table) -> Tables:
    """Return the rows of ``wanted`` that have a lift, with their columns lift and lean.

    Where the lift is 0 the post is read as at first sight, however its company leans.
    """
    lifts = lifts.filter(pc.not_equal(lifts["lift"], 0.0))
    ids = pc.index_in(wanted["post_id"], lifts["post_id"].combine_chunks())
    rows = ids.drop_null()
    kept = wanted.filter(pc.is_valid(ids))
    return (kept.append_column("lift", lifts["lift"].take(rows)).append_column("lean", lifts["lean"].take(rows)),)


def _replaced(engine: Engine, found: Sequence[Frame], newer: Sequence[Frame]) -> tuple[Frame, ...]:
    """Return mentions, stances and facts with the rows of the posts that were read anew taken from ``newer``."""
    return engine.group(_newest, (*found, *newer), _POST, _POST)


def _newest(mentions: pa.Table, stances: pa.Table, facts: pa.Table, *newer: pa.Table) -> Tables:
    """Return the rows of ``newer`` for the posts that have a stance there, of the others for the rest."""
    anew = newer[1]["post_id"].combine_chunks()
    return tuple(
        pa.concat_tables([table.filter(pc.invert(pc.is_in(table["post_id"], anew))), new])
        for table, new in zip((mentions, stances, facts), newer, strict=True)
    )
