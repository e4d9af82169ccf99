"""What every account shows, gathered on an engine: the relational stages that linking stands on.

Contacts, stays and directions are gathered account by account, answers conversation by conversation, rare texts
template by template; each is one DuckDB query over whole groups. What comes back has a row for each account and value
(container, pair of accounts), not for each post.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.engine import Engine, Frame, Tables
from ringtrace.engines.local import Local
from ringtrace.engines.tables import from_rows, microseconds, schema
from ringtrace.linking.model import limits
from ringtrace.model.mention import IDENTITY_KINDS

QUOTING = frozenset({"quote", "warning", "news"})
"""Frames in which a contact is hardly ever the writer's own."""
_POST, _ACCOUNT = ("post_id",), ("account_id",)
_SLIM = ("post_id", "account_id", "container", "reply_to")
_SPAN = schema("posts").field("sources").type.value_type

_CLAIMS = """
SELECT kind, value, account_id AS account, count(*) AS posts,
       count(*) FILTER (WHERE owner = 'self') AS own,
       count(*) FILTER (WHERE owner = 'unknown') AS unknown,
       count(*) FILTER (WHERE owner = 'hotline') AS hotline,
       count(*) FILTER (WHERE owner = 'quoted') AS quoted,
       count(*) FILTER (WHERE owner = 'doubtful') AS doubtful,
       count(DISTINCT container) AS containers,
       min(sent) AS first_at, max(sent) AS last_at,
       arg_min(m.row, (CASE owner WHEN 'self' THEN 0 WHEN 'unknown' THEN 1 ELSE 2 END, post_id, m.row)) AS row
FROM m GROUP BY ALL ORDER BY ALL
"""
_STAYS = """
SELECT account_id AS account, container, min(sent) AS first_at, max(sent) AS last_at, count(*) AS posts
FROM p GROUP BY ALL ORDER BY ALL
"""
_FIRSTS = "SELECT account_id, arg_min(post_id, (sent, post_id)) AS post_id FROM p GROUP BY ALL ORDER BY ALL"
_SIDES = """
SELECT account_id, arg_min(direction, (-posts, direction)) AS direction,
       arg_min(post_id, (-posts, direction)) AS post_id
FROM (SELECT account_id, direction, count(*) AS posts, min(post_id) AS post_id FROM s GROUP BY ALL)
GROUP BY ALL ORDER BY ALL
"""
_ANSWERS = """
SELECT a.account_id AS speaker, b.account_id AS spoken_to, min(a.post_id) AS post_id,
       arg_min(b.post_id, a.post_id) AS answered
FROM p a JOIN p b ON a.reply_to = b.post_id
WHERE a.account_id <> b.account_id GROUP BY ALL ORDER BY ALL
"""
_FIRST_ANSWERS = """
SELECT speaker, spoken_to, min(post_id) AS post_id, arg_min(answered, post_id) AS answered
FROM a GROUP BY ALL ORDER BY ALL
"""
_RARE = """
SELECT template_id, account_id, min(post_id) AS post_id FROM t
WHERE template_id IN (SELECT template_id FROM t GROUP BY ALL HAVING count(DISTINCT account_id) BETWEEN 2 AND $most)
GROUP BY ALL ORDER BY ALL
"""


def sql(query: str, **tables: pa.Table) -> pa.Table:
    """Run ``query`` on Arrow tables in a private DuckDB with one thread; nothing is kept."""
    import duckdb  # a fifth of a second, which only an analysis needs

    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(query).to_arrow_table()


@dataclass(frozen=True)
class Ground:
    """What is known of accounts besides their names. Times in microseconds UTC.

    claims: kind, value, account, counts of posts by owner, times, span of the best quote. stays: account, container,
    first_at, last_at, posts. firsts: account_id, its first post. sides: account_id, direction of most of its sure
    posts, the first of them. answers: speaker, spoken_to, post_id, the post answered.
    """

    claims: pa.Table
    stays: pa.Table
    firsts: pa.Table
    sides: pa.Table
    answers: pa.Table
    engine: Engine
    timed: Frame

    @classmethod
    def gather(cls, engine: Engine, posts: Frame, mentions: Frame, stances: Frame) -> Self:
        """Gather what accounts show from the tables of posts, mentions and stances."""
        sure = limits()["doubtful"]
        slim, contacts = engine.map(_slim, posts, apart=True)[0], engine.map(_contacts, mentions, apart=True)[0]
        timed, shown, trading = engine.group(partial(_by_post, sure), (slim, contacts, stances), _POST, _POST)
        found = engine.group(_by_account, (timed, shown, trading), _ACCOUNT, _POST)
        orders = (("kind", "value", "account"), ("account", "container"), _ACCOUNT, _ACCOUNT)
        claims, stays, firsts, sides = (engine.table(one, order) for one, order in zip(found, orders, strict=True))
        (answers,) = engine.group(_by_container, (timed,), ("container",), _POST)
        return cls(claims, stays, firsts, sides, sql(_FIRST_ANSWERS, a=engine.table(answers)), engine, timed)

    @classmethod
    def here(cls, posts: pa.Table, mentions: pa.Table, stances: pa.Table | None) -> Self:
        """Gather in this process."""
        engine = Local()
        told = from_rows("stances", []) if stances is None else stances
        return cls.gather(engine, engine.frame(posts), engine.frame(mentions), engine.frame(told))

    def rare(self, templates: pa.Table) -> pa.Table:
        """Return Table(template_id, account_id, post_id) of the templates that few accounts post."""
        engine = self.engine
        told = engine.frame(templates.select(["template_id", "post_id"]))
        (posted,) = engine.group(_posted, (told, self.timed), _POST, _POST)
        few = partial(_few, int(limits()["template_accounts"]))
        return engine.table(engine.group(few, (posted,), ("template_id",), _POST)[0], ("template_id", "account_id"))


def _slim(posts: pa.Table) -> Tables:
    """Return the posts that have an author in short."""
    kept = posts.filter(pc.and_(pc.not_equal(posts["kind"], "system"), pc.not_equal(posts["account_id"], "")))
    return (kept.select(_SLIM).append_column("sent", microseconds(kept["sent_at"])),)


def _contacts(mentions: pa.Table) -> Tables:
    """Return the mentions that may say who somebody is, with the first of their spans."""
    known = pc.is_in(mentions["kind"], pa.array(sorted(IDENTITY_KINDS)))
    kept = mentions.filter(pc.and_(pc.greater_equal(mentions["probability"], 0.5), known))
    spans = pa.array([row[0] if row else None for row in kept["spans"].to_pylist()], _SPAN)
    return (kept.select(["post_id", "kind", "value", "owner"]).append_column("span", spans),)


def _by_post(sure: float, timed: pa.Table, contacts: pa.Table, stances: pa.Table) -> Tables:
    """Return what the posts that have an author say: the posts in short, the contacts in them, their sure directions.

    With stances, what a doubtful post presents as its own is doubtful: exposures and warnings that quote
    another's offer are the costliest error of linking.
    """
    shown = _authored(contacts, timed)
    framed = pc.is_in(stances["frame"], pa.array(sorted(QUOTING)))
    directed = pc.not_equal(stances["direction"], "none")
    unsure = stances.filter(pc.or_(framed, pc.and_(directed, pc.less(stances["probability"], sure))))["post_id"]
    doubted = pc.and_(
        pc.is_in(shown["post_id"], unsure.combine_chunks()), pc.is_in(shown["owner"], pa.array(["self", "unknown"]))
    )
    owners = pc.if_else(doubted, "doubtful", shown["owner"])
    shown = shown.set_column(shown.schema.get_field_index("owner"), "owner", owners)
    trading = stances.filter(pc.and_(directed, pc.greater_equal(stances["probability"], sure)))
    return timed, shown, _authored(trading.select(["post_id", "direction"]), timed)


def _authored(rows: pa.Table, timed: pa.Table) -> pa.Table:
    """Return the rows whose post has an author, with account_id, container and sent."""
    at = pc.index_in(rows["post_id"], timed["post_id"].combine_chunks())
    found = rows.filter(pc.is_valid(at))
    for name in ("account_id", "container", "sent"):
        found = found.append_column(name, timed[name].take(at.drop_null()))
    return found


def _by_account(timed: pa.Table, shown: pa.Table, trading: pa.Table) -> Tables:
    rows = shown.append_column("row", pa.array(range(len(shown)), pa.int64()))
    claims = sql(_CLAIMS, m=rows.drop_columns(["span"]))
    claims = claims.append_column("span", shown["span"].take(claims["row"])).drop_columns(["row"])
    return claims, sql(_STAYS, p=timed), sql(_FIRSTS, p=timed), sql(_SIDES, s=trading)


def _by_container(timed: pa.Table) -> Tables:
    return (sql(_ANSWERS, p=timed),)


def _posted(templates: pa.Table, timed: pa.Table) -> Tables:
    return (_authored(templates, timed).select(["template_id", "account_id", "post_id"]),)


def _few(most: int, posted: pa.Table) -> Tables:
    return (sql(_RARE.replace("$most", str(most)), t=posted),)
