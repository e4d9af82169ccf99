"""Message tables of LEAPP (iLEAPP, ALEAPP and kin): tab-separated, times in UTC, columns that differ by app."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.chats.message_table import MessageTable, TableRow, sniff_columns
from ringtrace.text.dates.clock import read_clock

NAME = "LEAPP message table (TSV)"
VERSION = "2"
PLATFORM = ""
PRODUCERS = "iLEAPP, ALEAPP, VLEAPP and kin (_TSV Exports)"
KNOWN_GAPS = "tables without a column of words (contacts, calls) are not read"

_KIND = "leapp_columns"
_APPS = ("whatsapp", "telegram", "signal", "wechat", "qq", "line", "discord", "instagram", "messenger", "weibo")
_YES = frozenset({"1", "yes", "true", "deleted"})


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a table: tabs, a column of words, one of time, one of people."""
    first = head[:4096].split(b"\n", 1)[0]
    where = "tsv exports" in name.lower() or name.lower().endswith(".tsv")
    if not where or b"\t" not in first:
        return 0.0
    columns = sniff_columns(head, _KIND)[0]
    people = {"sender", "sender_id", "chat", "direction"} & columns.keys()
    return 0.92 if {"text", "sent"} <= columns.keys() and people else 0.55 if "tsv exports" in name.lower() else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError for a table without a column of words."""
    table = MessageTable(source, _KIND)
    if not {"text", "sent"} <= table.columns.keys():
        raise MalformedError(source.name, "LEAPP table without columns of words and time: no messages to read")
    path = (source.member or source.name).replace("!", "/")
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    platform = next((app for app in _APPS if app in path.lower()), "messenger")
    for row in table.rows():
        yield _post(row, platform, stem) if isinstance(row, TableRow) else row


def _post(row: TableRow, platform: str, stem: str) -> Post:
    said = row.words
    own = said.get("direction", "").lower() in ("outgoing", "sent", "1", "yes", "true")
    native = said.get("sender_id", "")
    name = said.get("sender", "") or native or ("self" if own else "")
    chat = said.get("chat", "")
    return Post(
        Span(row.span.evidence, row.span.member, row.span.start, row.span.stop),
        platform,
        Container(platform, chat or stem, chat),
        row.text,
        row.segments,
        account_native=native,
        account_name=name,
        native_id=said.get("id", ""),
        sent=read_clock(said.get("sent", ""), "UTC"),
        state="deleted" if said.get("deleted", "").lower() in _YES else "",
    )
