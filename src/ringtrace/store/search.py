"""The workbench's index of posts: words of any length, handles, and posts in their order, in one SQLite file.

    post      a row a post; ``n`` counts them in the order of the analysis (time, then id); ``plain``: folding
              changes nothing but capitals
    grams     FTS5 trigrams of title and text as written, and folded where that differs: three characters or more
    letters   FTS5 tokens, one a letter of scripts that use no blanks: words of one or two Chinese characters
    contact   mentions of handles, by value

It is derived and may be deleted at any time; a file belongs to one analysis, named by its digest.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.errors import CaseError
from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.store.analysis import read_table
from ringtrace.text.folding import fold

VERSION = "2"
_BATCH = 5_000
_TABLES = ("posts", "stances", "mentions")
_SCHEMA = """
CREATE TABLE post(n INTEGER PRIMARY KEY, post_id TEXT NOT NULL, container TEXT, account TEXT, platform TEXT, kind TEXT,
  sent_at INTEGER, sent_text TEXT, thread TEXT, reply_to TEXT, evidence TEXT, member TEXT, start INTEGER, stop INTEGER,
  frame TEXT, direction TEXT, probability REAL, band TEXT, title TEXT, text TEXT, plain INTEGER);
CREATE VIRTUAL TABLE grams USING fts5(raw, folded, content='', tokenize='trigram');
CREATE VIRTUAL TABLE letters USING fts5(raw, content='', tokenize='unicode61');
CREATE TABLE contact(value TEXT, kind TEXT, n INTEGER, owner TEXT, probability REAL);
"""
_INSERT = "INSERT INTO post VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_INDEXES = """
CREATE UNIQUE INDEX post_by_id ON post(post_id);
CREATE INDEX post_by_container ON post(container, n);
CREATE INDEX post_by_account ON post(account, n);
CREATE INDEX post_by_reply ON post(reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX post_by_doubt ON post(probability DESC, n) WHERE band = 'review';
CREATE INDEX post_by_trade ON post(probability DESC, n) WHERE band = 'yes' AND direction <> 'none';
CREATE INDEX contact_by_value ON contact(value, n);
"""
_POST = (
    "post_id", "container", "account_id", "platform", "kind", "sent_at", "sent_text", "thread", "reply_to",
    "evidence_id", "member", "start", "stop", "title", "text",
)  # fmt: skip
# Scripts written without blanks between words: Thai, Lao, Burmese, Khmer, kana, Han with its extensions.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
_BREAK = re.compile(f"[^{_UNSPACED}]+")


def index_name(analysis: Path) -> str:
    """Return the name of the index of an analysis: it changes whenever what was indexed does."""
    digest = hashlib.sha256(VERSION.encode())
    for name in _TABLES:
        path = analysis / f"{name}.parquet"
        if not path.exists():
            raise CaseError(f"{path} is not there; run `ringtrace analyse` on the case first")
        with path.open("rb") as handle:
            digest.update(hashlib.file_digest(handle, "sha256").digest())
    return f"index-{digest.hexdigest()[:24]}.sqlite"


def build_index(analysis: Path, folder: Path, progress: Callable[[int, int], None]) -> Path:
    """Make the index of ``analysis`` in ``folder`` unless it is there; return its path. progress(done, posts)."""
    path = folder / index_name(analysis)
    if path.exists():
        return path
    folder.mkdir(exist_ok=True)
    fresh = folder / f".{path.name}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    connection = sqlite3.connect(fresh)
    try:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;" + _SCHEMA)
        _fill(connection, analysis, progress)
        connection.executescript(_INDEXES)
        connection.commit()
    finally:
        connection.close()
    for stale in folder.glob("index-*.sqlite"):
        stale.unlink()
    fresh.rename(path)
    return path


def letters_of(text: str) -> str:
    """Return ``text`` with its unspaced letters as tokens of their own and all else as a break between them."""
    return " ".join(_BREAK.sub("x", text))


def is_unspaced(text: str) -> bool:
    """Whether ``text`` is made of letters of scripts that set no blanks between words."""
    return bool(text) and _BREAK.search(text) is None


def _fill(connection: sqlite3.Connection, analysis: Path, progress: Callable[[int, int], None]) -> None:
    posts = read_table(analysis, "posts").select(_POST)
    stances = read_table(analysis, "stances")
    read = pc.index_in(posts["post_id"], stances["post_id"].combine_chunks())
    for name in ("frame", "direction", "probability", "band"):
        posts = posts.append_column(name, stances[name].take(read))
    connection.executemany("INSERT INTO contact VALUES (?,?,?,?,?)", _contacts(analysis, posts))
    for at in range(0, len(posts), _BATCH):
        rows = list(_rows(posts.slice(at, _BATCH), at))
        words = [_words(row[0], row[18], row[19]) for row in rows]
        plain = (not folded for _, _, folded in words)
        connection.executemany(_INSERT, ((*row, same) for row, same in zip(rows, plain, strict=True)))
        connection.executemany("INSERT INTO grams(rowid, raw, folded) VALUES (?,?,?)", words)
        letters = ((n, letters_of(folded or raw)) for n, raw, folded in words)
        connection.executemany("INSERT INTO letters(rowid, raw) VALUES (?,?)", letters)
        progress(min(at + _BATCH, len(posts)), len(posts))


def _rows(posts: pa.Table, first: int) -> Iterator[tuple[Any, ...]]:
    posts = posts.set_column(
        posts.schema.get_field_index("sent_at"), "sent_at",
        posts["sent_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()),
    )  # fmt: skip
    columns = {name: posts[name].to_pylist() for name in posts.column_names}
    order = (*_POST[:-2], "frame", "direction", "probability", "band", "title", "text")
    for at, row in enumerate(zip(*(columns[name] for name in order), strict=True)):
        yield (first + at, *row)


def _words(n: int, title: str, text: str) -> tuple[int, str, str]:
    """(n, title and text as written, the same folded where that is more than lower case)."""
    raw = f"{title}\n{text}" if title else text
    folded = fold(raw).text
    return n, raw, "" if folded == raw.lower() else folded


def _contacts(analysis: Path, posts: pa.Table) -> Iterator[tuple[Any, ...]]:
    mentions = read_table(analysis, "mentions")
    mentions = mentions.filter(pc.is_in(mentions["kind"], pa.array(sorted(CONTACT_KINDS))))
    rows = pc.index_in(mentions["post_id"], posts["post_id"].combine_chunks())
    columns = (mentions[name].to_pylist() for name in ("value", "kind", "owner", "probability"))
    for n, value, kind, owner, probability in zip(rows.to_pylist(), *columns, strict=True):
        yield value, kind, n, owner, probability
