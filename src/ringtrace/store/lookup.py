"""Looks posts up in the workbench's index: words of any length, handles, threads, queues, page by page.

Pages go by key (the last row's ``n``, or probability and ``n``), so that the last page costs as much as the first.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ringtrace.errors import UsageError
from ringtrace.store.search import is_unspaced, letters_of
from ringtrace.text.folding import fold

FACETS = ("container", "platform", "direction", "kind")
_PAGE = 50
_CODED = 50_000
_TERMS = 8
_LONGEST = 200
"""Code points of a search: nobody looks for more, and a longer one is refused, not cut."""
_EXACT = "instr(title || char(10) || text, ?) > 0"
_PLAIN = "(plain OR instr(title || char(10) || text, ?) > 0)"
_LOWER = "instr(lower(title || char(10) || text), ?) > 0"
_CONTACTS = """
SELECT value, contact.kind AS kind, owner, count(DISTINCT contact.n) AS posts, count(DISTINCT account) AS accounts
FROM contact JOIN post USING (n) WHERE value IN (WANTED) AND contact.probability >= .5
GROUP BY value, contact.kind, owner ORDER BY posts DESC, value, owner
"""
_PARTED = str.maketrans("", "", " -()./\u3000")
Rows = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. exact: as written, case included; else folded. facets: column of ``FACETS`` -> value.

    account: only posts of this account. newest: the latest first, undated last.
    """

    text: str
    exact: bool = False
    facets: tuple[tuple[str, str], ...] = ()
    account: str = ""
    newest: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """rows: posts of this page; total: of all pages; facets: column -> (value, posts), most first; next: offset."""

    rows: list[dict[str, Any]]
    total: int
    facets: Mapping[str, list[tuple[str, int]]]
    next: int | None


class PostIndex:
    """The index file at ``path``, open for reading in any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._hits = lru_cache(maxsize=64)(self._find)
        self._answers = lru_cache(maxsize=16)(self._answer)

    def search(self, query: Query, offset: int = 0, size: int = _PAGE) -> Found:
        """Return the posts that hold every word of ``query``; raises UsageError for a search that cannot be made."""
        ordered, facets = self._answers(query)
        rows = self.rows(ordered[offset : offset + size].tolist())
        return Found(rows, len(ordered), facets, offset + size if offset + size < len(ordered) else None)

    def _answer(self, query: Query) -> tuple[Rows, dict[str, list[tuple[str, int]]]]:
        """Return every hit in order, and the facets of all: kept, so that any page of millions costs as the first."""
        hits = self._hits(query.text, query.exact)
        for name, value in query.facets:
            codes, values = self._codes[name]
            hits = hits[codes[hits] == (values.index(value) if value in values else -1)]
        if query.account:
            hits = hits[np.isin(hits, self._of("account", query.account))]
        facets = {name: self._counted(name, hits) for name in FACETS}
        return (self._newest(hits) if query.newest else hits), facets

    def rows(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Return the posts with these ``n``, in the order asked for."""
        marks = ",".join("?" * len(numbers))
        found = {row["n"]: row for row in self._ask(f"SELECT * FROM post WHERE n IN ({marks})", numbers)}  # noqa: S608
        return [found[n] for n in numbers]

    def post(self, post: str) -> dict[str, Any] | None:
        return next(iter(self._ask("SELECT * FROM post WHERE post_id = ?", (post,))), None)

    def posts(self, ids: Iterable[str]) -> list[dict[str, Any]]:
        """Return the posts with these ids, oldest first."""
        wanted = sorted(set(ids))
        marks = ",".join("?" * len(wanted))
        return self._ask(f"SELECT * FROM post WHERE post_id IN ({marks}) ORDER BY n", wanted)  # noqa: S608

    def around(self, post: Mapping[str, Any], before: int, after: int) -> list[dict[str, Any]]:
        """Return the posts around one: of its thread, where it has one, else of its container."""
        where, values = "container = ?", [post["container"]]
        if post["thread"]:
            where, values = where + " AND thread = ?", [*values, post["thread"]]
        early = self._ask(
            f"SELECT * FROM post WHERE {where} AND n <= ? ORDER BY n DESC LIMIT ?",  # noqa: S608  own words
            (*values, post["n"], before + 1),
        )
        late = self._ask(
            f"SELECT * FROM post WHERE {where} AND n > ? ORDER BY n LIMIT ?",  # noqa: S608
            (*values, post["n"], after),
        )
        return [*reversed(early), *late]

    def replies(self, post: str, most: int = 20) -> list[dict[str, Any]]:
        return self._ask("SELECT * FROM post WHERE reply_to = ? ORDER BY n LIMIT ?", (post, most))

    def of(self, column: str, value: str, after: int = -1, size: int = _PAGE) -> list[dict[str, Any]]:
        """Return posts of an account or container behind ``n`` = after, oldest first; column: account, container."""
        if column not in ("account", "container"):
            raise UsageError(f"posts are not listed by {column}")
        query = f"SELECT * FROM post WHERE {column} = ? AND n > ? ORDER BY n LIMIT ?"  # noqa: S608
        return self._ask(query, (value, after, size))

    def queue(self, band: str, after: tuple[float, int] | None = None, size: int = _PAGE) -> list[dict[str, Any]]:
        """Return posts of band "review" or "yes" (with a direction), surest first, behind (probability, n) = after."""
        trading = " AND direction <> 'none'" if band == "yes" else ""
        wanted = "review" if band == "review" else "yes"
        p, n = after or (2.0, -1)
        return self._ask(
            f"SELECT * FROM post WHERE band = '{wanted}'{trading} "  # noqa: S608  one of two words
            "AND (probability < ? OR (probability = ? AND n > ?)) ORDER BY probability DESC, n LIMIT ?",
            (p, p, n, size),
        )

    def telling(self, accounts: Sequence[str], most: int) -> list[dict[str, Any]]:
        """Return the surest posts with a direction of these accounts."""
        marks = ",".join("?" * len(accounts))
        query = (
            f"SELECT * FROM post WHERE account IN ({marks}) AND band = 'yes' AND direction <> 'none' "  # noqa: S608
            "ORDER BY probability DESC, n LIMIT ?"
        )
        return self._ask(query, (*accounts, most))

    def waiting(self, band: str) -> int:
        """How many posts ``queue`` has in all."""
        trading = " AND direction <> 'none'" if band == "yes" else ""
        row = self._ask(f"SELECT count(*) AS posts FROM post WHERE band = ?{trading}", (band,))  # noqa: S608
        return int(row[0]["posts"])

    def contacts(self, handle: str) -> list[dict[str, Any]]:
        """Return how a handle is mentioned: rows of (value, kind, owner, posts, accounts), most posts first.

        handle: as pasted; what stands in it as separator or disguise is undone, a Chinese mobile may lack +86.
        """
        plain = fold(handle).text.strip().lower().removeprefix("@")
        bare = plain.translate(_PARTED)
        wanted = sorted({handle.strip(), plain, bare, f"+86{bare}", bare.removeprefix("+86")} - {""})
        marks = ",".join("?" * len(wanted))
        query = _CONTACTS.replace("WANTED", marks)
        return self._ask(query, wanted)

    def mentioning(self, value: str, after: int = -1, size: int = _PAGE) -> list[dict[str, Any]]:
        """Return posts in which a contact of this value (as in ``mentions``) is read, behind ``n`` = after."""
        query = (
            "SELECT * FROM post WHERE n IN (SELECT n FROM contact WHERE value = ? AND probability >= .5 AND n > ?) "
            "ORDER BY n LIMIT ?"
        )
        return self._ask(query, (value, after, size))

    def count(self, text: str, *, exact: bool = False) -> int:
        """How many posts hold every word of ``text``."""
        return len(self._hits(text, exact))

    def close(self) -> None:
        """Close this thread's connection."""
        if (connection := getattr(self._local, "connection", None)) is not None:
            connection.close()
            del self._local.connection

    def _find(self, text: str, exact: bool) -> Rows:
        terms = terms_of(text)
        queries: list[tuple[str, str]] = []
        tests: list[tuple[str, str]] = []
        for term in terms:
            queries += _matches(term, exact=exact)
            if (test := _test(term, exact=exact)) is not None:
                tests.append(test)
        if terms and not queries:
            raise UsageError(
                f"“{terms[0]}” is too short: use three characters or more, or words of a script without blanks"
            )
        if not queries:
            return np.arange(len(self._codes["kind"][0]), dtype=np.int64)
        tables = " INTERSECT ".join(f"SELECT rowid FROM {table} WHERE {table} MATCH ?" for table, _ in queries)  # noqa: S608
        rows = self._plain(tables, [match for _, match in queries])
        hits = np.unique(np.fromiter((row[0] for row in rows), np.int64, len(rows)))
        return self._verified(hits, tests) if tests else hits

    def _verified(self, hits: Rows, tests: Sequence[tuple[str, str]]) -> Rows:
        """Keep what passes tests (SQL, term): of whole words an index knows only the trigrams in small letters."""
        kept = []
        test = " AND ".join(words for words, _ in tests)
        for at in range(0, len(hits), 900):
            some = hits[at : at + 900].tolist()
            marks = ",".join("?" * len(some))
            query = f"SELECT n FROM post WHERE n IN ({marks}) AND {test} ORDER BY n"  # noqa: S608
            kept += [row[0] for row in self._plain(query, [*some, *(term for _, term in tests)])]
        return np.array(kept, np.int64)

    def _newest(self, hits: Rows) -> Rows:
        dated = hits < self._dated
        return np.concatenate([hits[dated][::-1], hits[~dated]])

    def _counted(self, name: str, hits: Rows) -> list[tuple[str, int]]:
        codes, values = self._codes[name]
        counts = np.bincount(codes[hits], minlength=len(values)).tolist()
        found = [(value, number) for value, number in zip(values, counts, strict=False) if number]
        return sorted(found, key=lambda item: (-item[1], item[0]))

    @cached_property
    def _codes(self) -> dict[str, tuple[Rows, list[str]]]:
        """Facet -> (code of each post, values): facets of a search are counted without touching the file."""
        cursor = self._connection().execute(f"SELECT {', '.join(FACETS)} FROM post ORDER BY n")  # noqa: S608
        names: list[dict[str, int]] = [{} for _ in FACETS]
        known: list[dict[str | None, int]] = [{} for _ in FACETS]
        parts: list[list[Rows]] = [[np.array([], np.int32)] for _ in FACETS]
        while rows := cursor.fetchmany(_CODED):  # a million rows at once are a gigabyte of Python objects
            for column, told, codes, part in zip(zip(*rows, strict=True), names, known, parts, strict=True):
                for value in set(column).difference(codes):
                    codes[value] = told.setdefault(value or "none", len(told))
                part.append(np.fromiter(map(codes.__getitem__, column), np.int32, len(column)))
        return {name: (np.concatenate(part), list(told)) for name, told, part in zip(FACETS, names, parts, strict=True)}

    @cached_property
    def _dated(self) -> int:
        """Posts with a time come first; how many they are."""
        row = self._plain("SELECT count(*) FROM post WHERE sent_at IS NOT NULL", ())
        return int(row[0][0])

    def _of(self, column: str, value: str) -> Rows:
        found = self._plain(f"SELECT n FROM post WHERE {column} = ? ORDER BY n", (value,))  # noqa: S608
        return np.fromiter((row[0] for row in found), np.int64, len(found))

    def warm(self) -> None:
        """Load what every search needs."""
        self._newest(self._find("", False))

    def _ask(self, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        cursor = self._connection().execute(query, tuple(values))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _plain(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._connection().execute(query, tuple(values)).fetchall()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(f"file:{self.path}?mode=ro&immutable=1", uri=True)
            connection.execute("PRAGMA mmap_size=1073741824")
            self._local.connection = connection
        return connection


def terms_of(text: str) -> list[str]:
    """Return the words of a search; what stands between double quotes is one. Raises UsageError for too much."""
    if len(text) > _LONGEST:
        raise UsageError(f"a search may have {_LONGEST} characters; paste lists of handles into the batch search")
    parts = text.replace("“", '"').replace("”", '"').split('"')
    terms = [term for at, part in enumerate(parts) for term in ([part.strip()] if at % 2 else part.split())]
    terms = list(dict.fromkeys(term for term in terms if term))
    if len(terms) > _TERMS:
        raise UsageError(f"a search may have {_TERMS} words; put words that stand together between quotes")
    return terms


def _test(term: str, *, exact: bool) -> tuple[str, str] | None:
    """Return (SQL, value) by which a hit of ``_matches`` is proven, None where the index itself is proof.

    The letters of a word without blanks are looked for folded: exactly, they are proven where folding changed the
    post; trigrams of such words are exact, they have no capitals.
    """
    if is_unspaced(term):
        return (_PLAIN if fold(term).text == term else _EXACT, term) if exact and len(term) < 3 else None
    if exact:
        return _EXACT, term
    return (_LOWER, term.lower()) if len(term) < 3 and not is_unspaced(fold(term).text) else None


def _matches(term: str, *, exact: bool) -> list[tuple[str, str]]:
    """Return (table, FTS5 expression) that a post must match to hold ``term``; none when it is too short for both."""
    folded = fold(term).text
    looked = term if exact else folded
    if len(looked) >= 3:
        quoted = looked.replace('"', '""')
        return [("grams", f'raw : "{quoted}"' if exact else f'"{quoted}"')]
    return [("letters", f'"{letter}"') for letter in ([letters_of(folded)] if is_unspaced(folded) else folded)
            if is_unspaced(letter.replace(" ", ""))]  # fmt: skip
