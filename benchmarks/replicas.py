"""Multiplies analysed cases into one of any size, for ``million.py``: the tables of reading and searching, not files.

Every copy of a case has people, groups, handles and wordings of its own: ids are hashed anew, digits and letters of
contacts too, and the letters of texts and names are exchanged for others that are about as common. What all the
world shares stays as it is: hotlines, contacts open to all, and one name in five. So a case of ten copies has ten
times the rings, its hot identifiers are ten times as hot, and two accounts of different copies are never one person.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

NAMES = ("evidence", "posts", "gaps", "clocks", "mentions", "stances", "facts")
_IDS = frozenset({"post_id", "evidence_id", "container", "account_id", "reply_to", "edit_of", "mention_id"})
_NATIVE = frozenset({"native_id", "account_native"})
_WORDS = frozenset({"text", "title", "account_name", "container_name"})
_CONTACTS = ("phone", "qq", "wechat", "telegram", "email", "url", "payment")
_SHARED = ("hotline", "generic", "business")
_ALIKE = 40
"""Letters of about one frequency that are exchanged among each other."""
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"


def multiply(cases: Sequence[Path], copies: int) -> dict[str, pa.Table]:
    """Return the tables ``NAMES`` of ``copies`` copies of each of the folders ``cases``, in order of ids."""
    parts = []
    for number, case in enumerate(cases):
        own = {name: pq.read_table(case / "analysis" / f"{name}.parquet") for name in NAMES}
        identifiers = pq.read_table(case / "analysis" / "identifiers.parquet")
        parts += [_copied(own, identifiers, f"{number}.{copy}") if number or copy else own for copy in range(copies)]
    whole = {name: pa.concat_tables([part[name] for part in parts]) for name in NAMES}
    orders = {"posts": "post_id", "mentions": "mention_id", "stances": "post_id", "facts": "post_id"}
    return {name: table.sort_by(orders[name]) if name in orders else table for name, table in whole.items()}


def _copied(own: dict[str, pa.Table], identifiers: pa.Table, mark: str) -> dict[str, pa.Table]:
    posts = own["posts"]
    articles = posts.filter(pc.equal(posts["kind"], "article"))["post_id"]
    open_to_all = identifiers.filter(pc.is_in(identifiers["use"], pa.array(_SHARED)))["value"]
    letters = _exchange(posts["text"].to_pylist(), mark)
    told = {name: _without(table, articles) for name, table in own.items()}
    return {name: _renamed(table, mark, frozenset(open_to_all.to_pylist()), letters) for name, table in told.items()}


def _without(table: pa.Table, posts: pa.ChunkedArray) -> pa.Table:
    """News does not multiply with the talk: articles are left to the first copy."""
    if "post_id" not in table.column_names:
        return table
    return table.filter(pc.invert(pc.is_in(table["post_id"], posts.combine_chunks())))


def _renamed(table: pa.Table, mark: str, shared: frozenset[str], letters: dict[int, int]) -> pa.Table:
    if "kind" in table.column_names and "value" in table.column_names:
        contact = pc.is_in(table["kind"], pa.array(_CONTACTS))
        values = _each(table["value"], lambda value: value if value in shared else _handle(value, mark))
        table = _put(table, "value", pc.if_else(contact, values, table["value"]))
    for name in table.column_names:
        if name in _IDS:
            table = _put(table, name, _each(table[name], lambda one: _id(one, mark)))
        elif name in _NATIVE:
            table = _put(table, name, _each(table[name], lambda one: one if one in shared else _handle(one, mark)))
        elif name in _WORDS:
            keep = name == "account_name"
            table = _put(
                table, name,
                _each(table[name], lambda one, keep=keep: one if keep and _common(one) else one.translate(letters)),
            )  # fmt: skip
        elif name in ("spans", "sources"):
            table = _put(table, name, _spans(table[name], mark))
    return table


def _put(table: pa.Table, name: str, column: pa.ChunkedArray | pa.Array) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(at), column)


def _each(column: pa.ChunkedArray, change: Callable[[str], str]) -> pa.Array:
    """Return the column with every distinct value changed once; null stays null."""
    coded = column.combine_chunks().dictionary_encode()
    new = pa.array([change(one) for one in coded.dictionary.to_pylist()], pa.string())
    return new.take(coded.indices)


def _spans(column: pa.ChunkedArray, mark: str) -> pa.Array:
    lists = column.combine_chunks()
    fields = list(lists.type.value_type)
    flat = pa.Table.from_arrays(lists.flatten().flatten(), names=[field.name for field in fields])
    flat = _put(flat, "evidence_id", _each(flat["evidence_id"], lambda one: _id(one, mark)))
    values = pa.StructArray.from_arrays([flat[field.name].combine_chunks() for field in fields], fields=fields)
    ends = np.concatenate([[0], np.cumsum(pc.list_value_length(lists).fill_null(0).to_numpy())]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), values)


def _digest(value: str, mark: str) -> str:
    return hashlib.blake2b(f"{mark} {value}".encode(), digest_size=32).hexdigest()


def _id(value: str, mark: str) -> str:
    kind, dash, number = value.rpartition("-")
    return kind + dash + _digest(value, mark)[: len(number)] if value else value


def _handle(value: str, mark: str) -> str:
    """Return a handle of the same shape: the first three digits of a number stay, and what is not a letter or digit."""
    changes = iter(_digest(value, mark) * (1 + len(value) // 60))
    kept = 6 if value.startswith("+86") else 1
    return "".join(
        str(int(next(changes), 16) % 10) if char.isdigit() and at >= kept
        else "abcdefghijklmnop"[int(next(changes), 16)] if char.isascii() and char.isalpha() and at >= kept
        else char
        for at, char in enumerate(value)
    )  # fmt: skip


def _common(name: str) -> bool:
    return hashlib.blake2b(name.encode(), digest_size=1).digest()[0] % 5 == 0


def _exchange(texts: Sequence[str], mark: str) -> dict[int, int]:
    """Return code point -> code point: Chinese characters and letters for others about as common."""
    rng = random.Random(mark)
    seen = Counter("".join(texts))
    ranked = [char for char in sorted(seen, key=lambda one: (-seen[one], one)) if "\u4e00" <= char <= "\u9fff"]
    groups = [ranked[at : at + _ALIKE] for at in range(0, len(ranked), _ALIKE)]
    groups += [list(one) for one in (_VOWELS, _CONSONANTS, _VOWELS.upper(), _CONSONANTS.upper())]
    found = {}
    for group in groups:
        mixed = rng.sample(group, len(group))
        found.update({ord(one): ord(other) for one, other in zip(group, mixed, strict=True)})
    return found
