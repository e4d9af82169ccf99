"""Fills the report: one HTML file that opens without a network, loads nothing and runs no script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from jinja2 import Environment, FunctionLoader, select_autoescape
from markupsafe import Markup

from ringtrace import __version__
from ringtrace.report import findings
from ringtrace.report.caution import cautions
from ringtrace.report.charts import MARKS, Node, mark
from ringtrace.report.circles import unconfirmed_rows
from ringtrace.report.lanes import COLOURS, NAMES
from ringtrace.report.naming import Naming
from ringtrace.report.ring_page import RingPages
from ringtrace.report.words import (
    counted,
    direction_words,
    figure_words,
    moment,
    platform_name,
    role_name,
    shorten,
    verdict_words,
)

Quoting = Callable[[Mapping[str, Any]], tuple[str, str]]
_QUOTE = 180
_POSTS, _CONTACTS, _DEALS, _ACTORS, _AMBIGUOUS = 60, 60, 60, 60, 20


@dataclass(frozen=True, slots=True)
class Contents:
    """What a report is made of. zone: the case's; quote(span) -> (text, place); remarks: lines on files.

    since: lines on what the last run changed; alerts: on identifiers that somebody waits for.
    """

    name: str
    zone: str
    tables: Mapping[str, pa.Table]
    quote: Quoting
    remarks: Sequence[str] = ()
    since: Sequence[str] = ()
    alerts: Sequence[str] = ()


def render(contents: Contents) -> bytes:
    """Return the report as UTF-8 HTML."""
    environment = Environment(
        autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True, loader=FunctionLoader(_part)
    )
    environment.globals["counted"] = counted
    return environment.get_template("report.html.j2").render(**_Book(contents).chapters()).encode("utf-8")


def _part(name: str) -> str:
    return (resources.files("ringtrace.report") / name).read_text("utf-8")


class _Book:
    """The chapters of one report."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._names = Naming(self._table)
        self._rings = RingPages(self._table, self._names, self._quotes, contents.zone)

    def chapters(self) -> dict[str, Any]:
        """Return what the template fills in."""
        contents = self._contents
        evidence = contents.tables["evidence"].to_pylist()
        posts = findings.trade_posts(self._table)
        contacts = [row for row in findings.contacts(self._table) if row["users"]]
        actors = [row for row in findings.active_actors(self._table) if row["trade_posts"]]
        deals = self._deals_outside()
        return {
            "name": contents.name, "version": __version__, "zone": contents.zone,
            "synthetic": any("synthetic" in row["source"].lower() for row in evidence),
            "numbers": self._numbers(posts), "cautions": cautions(self._table), "remarks": contents.remarks,
            "since": contents.since, "alerts": contents.alerts,
            "marks": {role: _swatch(role) for role in MARKS}, "role_name": role_name,
            "kinds": [(COLOURS[key], NAMES[key]) for key in COLOURS],
            "rings": self._rings.pages(),
            "groups": unconfirmed_rows(self._table("groups").to_pylist(), self._names.actor),
            "posts": [self._post(row) for row in posts[:_POSTS]], "post_total": len(posts),
            "review_total": sum(row["band"] == "review" for row in posts),
            "contacts": [self._contact(row) for row in contacts[:_CONTACTS]], "contact_total": len(contacts),
            "deals": [self._rings.deal(row) for row in deals[:_DEALS]], "deal_total": len(deals),
            "actors": [self._actor(row) for row in actors[:_ACTORS]], "actor_total": len(actors),
            "figures": self._figures(), "reconciliation": self._reconciliation(), "placing": self._placing(),
            "questions": contents.tables["questions"]["question"].to_pylist(),
            "gaps": self._gaps(), "ambiguous": self._ambiguous(), "evidence": self._evidence(evidence),
        }  # fmt: skip

    def _table(self, name: str) -> pa.Table:
        return self._contents.tables[name]

    def _deals_outside(self) -> list[dict[str, Any]]:
        """Deals without a party that is a member of a ring."""
        members = set(self._table("members")["actor_id"].to_pylist())
        parties = ("supplier", "broker", "buyer")
        rows = findings.deals_by_weight(self._table)
        return [row for row in rows if members.isdisjoint(row[party] for party in parties)]

    def _numbers(self, posts: Sequence[Mapping[str, Any]]) -> list[tuple[int, str]]:
        sure = [row["direction"] for row in posts if row["band"] == "yes"]
        counts = [
            (len(self._table("evidence")), "file"), (len(self._table("posts")), "post"),
            (sure.count("offer"), "offer"), (sure.count("seek"), "wish"), (sure.count("broker"), "go-between"),
            (len(self._table("accounts")), "account"), (len(self._table("actors")), "actor"),
            (len(self._table("rings")), "ring"),
        ]  # fmt: skip
        return [(number, counted(number, noun).partition(" ")[2]) for number, noun in counts]

    def _post(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": row["post_id"], "does": direction_words(row["direction"]), "band": row["band"],
            "probability": row["probability"], "when": self._when(row),
            "who": self._names.account(row["account_id"]) if row["account_id"] else "nobody named",
            "where": self._names.container(row["container"]), "text": shorten(row["text"] or row["title"], _QUOTE),
            "place": self._contents.quote(row)[1],
        }  # fmt: skip

    def _contact(self, row: Mapping[str, Any]) -> dict[str, Any]:
        users = self._names.users(row["users"])
        return {
            "kind": platform_name(row["kind"]), "value": row["value"], "use": row["use"].replace("_", " "),
            "reason": row["reason"], "users": users[:6], "more": max(0, len(users) - 6), "named": row["named"],
            "trade_posts": row["trade_posts"],
        }  # fmt: skip

    def _actor(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": row["actor_id"], "name": self._names.actor(row["actor_id"]), "rings": row["rings"],
            "accounts": [self._names.account(key) for key in self._names.accounts_of[row["actor_id"]][:6]],
            "more": max(0, len(row["accounts"]) - 6), "trade_posts": row["trade_posts"], "posts": row["posts"],
        }  # fmt: skip

    def _figures(self) -> list[dict[str, Any]]:
        rows = sorted(
            (row for row in self._table("figures").to_pylist() if row["origin"] == "public"), key=_figure_order
        )
        return [
            {"words": figure_words(row), "population": row["population"], "as_of": row["as_of"],
             "context": row["context"], "quotes": self._quotes([row]) if row["start"] is not None else []}
            for row in rows
        ]  # fmt: skip

    def _reconciliation(self) -> list[dict[str, Any]]:
        figures = {row["figure_id"]: row for row in self._table("figures").to_pylist()}
        order = {"differs": 0, "unallocated": 1, "agrees": 2}
        rows = [
            {"verdict": verdict_words(row["verdict"]), "key": row["verdict"], "reason": row["reason"],
             "left": figure_words(figures[row["left"]]), "amount": row["amount"],
             "right": figure_words(figures[row["right"]]) if row["right"] else ""}
            for row in self._table("reconciliation").to_pylist()
        ]  # fmt: skip
        rows = sorted(rows, key=lambda row: (order.get(row["key"], 3), row["left"], row["right"], row["reason"]))
        times = Counter(tuple(row.items()) for row in rows)  # many papers print one release: one row, how often
        return [{**dict(row), "times": count} for row, count in times.items()]

    def _placing(self) -> list[dict[str, Any]]:
        """Of each total that no source places in full: what is placed, what is not, and the share as a percentage."""
        figures = {row["figure_id"]: row for row in self._table("figures").to_pylist()}
        found = []
        for row in self._table("reconciliation").to_pylist():
            if row["verdict"] == "unallocated":
                total, left = int(figures[row["left"]]["value"]), int(row["amount"])
                words = figure_words(figures[row["left"]])
                found.append((-total, words, total - left, left, round(100 * (total - left) / total, 1)))
        return [
            {"words": words, "placed": f"{placed:,}", "left": f"{left:,}", "share": share}
            for _, words, placed, left, share in sorted(found)
        ]

    def _gaps(self) -> list[dict[str, Any]]:
        return [
            {"name": self._names.files.get(row["evidence_id"], "?") + (f" [{row['member']}]" if row["member"] else ""),
             "place": f"{row['start']:,} to {row['stop']:,}", "reason": row["reason"]}
            for row in self._table("gaps").to_pylist()
        ]  # fmt: skip

    def _ambiguous(self) -> list[dict[str, Any]]:
        """The first posts whose date can be read in two ways, with both readings."""
        posts = self._table("posts").select(["post_id", "sent_text", "sent_at", "sent_basis", "sent_alternative"])
        found = posts.filter(pc.equal(posts["sent_basis"], "ambiguous")).slice(0, _AMBIGUOUS).to_pylist()
        return [
            {"id": row["post_id"], "written": row["sent_text"], "read": self._when(row),
             "or": moment(row["sent_alternative"], self._contents.zone)}
            for row in found
        ]  # fmt: skip

    def _evidence(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        shown = ({**row, "received": moment(row["received_at"], self._contents.zone)} for row in rows)
        return sorted(shown, key=lambda row: (row["name"], row["evidence_id"]))

    def _when(self, row: Mapping[str, Any]) -> str:
        return moment(row["sent_at"], self._contents.zone) if row["sent_at"] else row["sent_text"] or "no time stated"

    def _quotes(self, spans: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
        found = (self._contents.quote(span) for span in spans)
        return [{"text": shorten(text, _QUOTE), "place": where} for text, where in found]


def _figure_order(row: Mapping[str, Any]) -> tuple[bool, str, str, str]:
    return bool(row["context"]), row["quantity"], row["place"], row["figure_id"]


def _swatch(role: str) -> Markup:
    return Markup(mark(Node("", role_name(role), role), 10, 10, 7))  # noqa: S704  own SVG
