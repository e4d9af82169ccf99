"""Figures: what was published, how it fits, what no source answers; and our own statement, released by two.

What composes statements is loaded with the first visit: the start of the workbench does without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from ringtrace.errors import UsageError
from ringtrace.report.words import figure_words, place_name, verdict_words
from ringtrace.web.language import SOURCE, Language
from ringtrace.web.visit import Answer, Guest, Visit

if TYPE_CHECKING:
    from ringtrace.pipeline.operation.stating import Checked, Drafted
    from ringtrace.statement.composing import Request as Wanted

PLACE = (55, "Figures", "/figures", "f")
_ORDER = {"differs": 0, "unallocated": 1, "agrees": 2}
_TOLD = ("differs", "unallocated")
"""Verdicts that ask for a person's eyes; the others stand folded together behind them."""
_NAME = 120
_AROUND = 60
"""Code points around a figure: a number alone says nothing."""
_ASKED = ("as_of", "audience", "embargo", "corrects")


@get("/figures", sync_to_thread=True)
def figures(visit: Guest) -> Answer:
    """Published figures with their quotes, totals and what is allocated of them, and our statements."""
    from ringtrace.pipeline.operation.stating import drafts_of

    visit.records = True
    table = visit.view.room.table("figures").to_pylist()
    public = [row for row in table if row["origin"] == "public"]
    public.sort(key=lambda row: (bool(row["context"]), row["quantity"], row["place"], row["figure_id"]))
    words = {row["figure_id"]: figure_words(row) for row in table}
    compared = [
        {**row, "verdict_words": verdict_words(row["verdict"]), "left_words": words.get(row["left"], row["left"]),
         "right_words": words.get(row["right"] or "", "")}
        for row in visit.view.room.table("reconciliation").to_pylist()
    ]  # fmt: skip
    compared.sort(key=lambda row: (_ORDER.get(row["verdict"], 3), row["left_words"], row["right_words"], row["reason"]))
    named = {row["figure_id"]: _named(row, visit.language) for row in table}
    told = [row for row in compared if row["verdict"] in _TOLD]
    quiet = [row for row in compared if row["verdict"] not in _TOLD]
    document = {
        "figures": [_figure(visit, row) for row in public], "compared": compared,
        "own": [{**row, "words": words[row["figure_id"]]} for row in table if row["origin"] != "public"],
        "questions": visit.view.room.table("questions")["question"].to_pylist(),
        "statements": [_line(drafted) for drafted in drafts_of(visit.desk.case)],
    }  # fmt: skip
    pictures = {"told": told, "quiet": quiet, "named": named, "published": _together(document["figures"], named)}
    return visit.show("figures.html.j2", document, pictures=pictures)


@get("/statements/new", sync_to_thread=True)
def check(
    visit: Guest, as_of: FromQuery[str] = "", audience: FromQuery[str] = "public", embargo: FromQuery[str] = "",
    corrects: FromQuery[str] = "", out: FromQuery[list[str] | None] = None,
) -> Answer:  # fmt: skip
    """A statement that is being written: what it would print, what it would not and why; nothing is recorded.

    out: keys of counts that the editor leaves out, once for each.
    """
    from ringtrace.pipeline.operation.stating import check_statement

    visit.records = True
    document: dict[str, Any] = {
        "as_of": as_of, "audience": audience, "embargo": embargo, "corrects": corrects, "out": sorted(set(out or [])),
        "cells": None, "kept": None, "exposed": [], "texts": {},
    }  # fmt: skip
    if as_of:
        checked = check_statement(visit.desk.case, _wanted(visit, document, out or []))
        document |= _told(visit, checked)
    return visit.show("drafting.html.j2", document)


@get("/statements/{draft_id:str}", sync_to_thread=True)
def statement(visit: Guest, draft_id: FromPath[str]) -> Answer:
    """One statement: its text in every language, what disclosure control did, who approved it."""
    from ringtrace.pipeline.operation.stating import drafts_of
    from ringtrace.statement.layout import text_page
    from ringtrace.statement.wording import LANGUAGES, write_page

    visit.records = True
    drafted = next((item for item in drafts_of(visit.desk.case) if item.id == draft_id), None)
    if drafted is None:
        raise visit.missing(f"there is no statement {draft_id}")
    pages = {code: write_page(drafted.statement, drafted.id, drafted.people, code) for code in LANGUAGES}
    wanted = visit.language.code if visit.language.code in pages else "en"
    made = drafted.statement
    document = {
        **_line(drafted), "kept": made.kept, "exposed": made.exposed, "embargo": made.embargo,
        "corrects": made.corrects, "synthetic_statement": made.synthetic,
        "texts": {code: text_page(page) for code, page in pages.items()}, "first": wanted,
        "lines": [{"quantity": n.quantity, "status": n.status, "place": n.place, "value": n.value, "shown": n.shown}
                  for n in made.lines],
    }  # fmt: skip
    return visit.show("statement.html.j2", document)


@post("/statements", status_code=303)
async def draft(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Draft a statement. Fields: as_of, audience (public, partner), embargo, corrects, out (keys left out)."""
    from ringtrace.pipeline.operation.stating import draft_statement

    form = await request.form()
    out = [str(key) for key in form.getall("out", [])]
    wanted = _wanted(visit, {name: str(form.get(name) or "") for name in _ASKED}, out)
    drafted = await anyio.to_thread.run_sync(
        lambda: draft_statement(visit.desk.case, wanted, author=visit.session.user)
    )
    return visit.back(f"/statements/{drafted.id}")


@post("/statements/{draft_id:str}/approve", status_code=303)
async def approve(visit: Guest, request: Request[Any, Any, Any], draft_id: FromPath[str]) -> Response[Any]:
    """Approve a draft; with the second person's approval it is released. Field by: who approves, alone."""
    from ringtrace.pipeline.operation.stating import drafts_of, find_draft, release

    form = await request.form()
    by = str(form.get("by") or "").strip()[:_NAME] or visit.session.user
    by = visit.session.user if visit.session.person else by  # in a team it is whoever signed in
    found = find_draft(drafts_of(visit.desk.case), draft_id)
    await anyio.to_thread.run_sync(lambda: release(visit.desk.case, found.id, by=by))
    return visit.back(f"/statements/{found.id}")


def _together(figures: Sequence[Mapping[str, Any]], named: Mapping[str, str]) -> list[list[Mapping[str, Any]]]:
    """The published figures, those that say the same as one: what is told by many sources stands once."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in figures:
        groups.setdefault((named[row["figure_id"]], row["context"]), []).append(row)
    return [sorted(group, key=lambda row: (row["as_of"], row["figure_id"])) for group in groups.values()]


def _wanted(visit: Visit, told: Mapping[str, str], out: list[str]) -> Wanted:
    """What is asked for by the fields of a form or an address. Raises UsageError saying what is wrong with them."""
    from ringtrace.statement.composing import Request as Wanted

    audience, embargo = told["audience"] or "public", told["embargo"]
    if audience not in ("public", "partner"):
        raise UsageError("a statement is for public or partner")
    return Wanted(
        visit.desk.case.settings.name, _day(told["as_of"]), "partner" if audience == "partner" else "public",
        _day(embargo) if embargo else "", told["corrects"], left_out=frozenset(out),
    )  # fmt: skip


def _told(visit: Visit, checked: Checked) -> dict[str, Any]:
    """What the check of a draft found: each count with what is printed of it and why not."""
    from ringtrace.statement.layout import text_page
    from ringtrace.statement.wording import LANGUAGES, count_name, write_page

    made, code = checked.statement, visit.language.code if visit.language.code in LANGUAGES else "en"

    def told(key: str) -> str:
        quantity, status, place = key.split("|")
        return f"{count_name(quantity, status, code)} {_place(place, code)}".rstrip()

    cells = []
    for line in made.lines:
        reason = checked.reasons.get(line.key)
        printed = {"exact": line.value, "earlier": line.earlier_value}.get(line.shown)
        why = {**asdict(reason), "about": [told(key) for key in reason.about]} if reason else None
        cells.append({
            "key": line.key, "quantity": line.quantity, "status": line.status, "place": line.place,
            "value": line.value, "name": count_name(line.quantity, line.status, code),
            "place_name": _place(line.place, code), "shown": line.shown, "printed": printed, "reason": why,
        })  # fmt: skip
    text = text_page(write_page(made, "", (), code))
    return {"cells": cells, "kept": made.kept, "exposed": list(made.exposed), "texts": {code: text}}


def _place(code: str, language: str) -> str:
    from ringtrace.statement.wording import place_name

    return place_name(code, language) if code not in ("", "-") else ""


def _named(row: Mapping[str, Any], language: Language) -> str:
    """A figure in the visitor's language: "2014-02-19 四川省 27 嫌疑人 抓获"."""
    if language.code == SOURCE:
        return figure_words(row)
    number = f"{int(row['value']):,}" if row["value"].isdecimal() else row["value"]
    bound = {"exact": "", "at_least": language.say("at least"), "about": language.say("roughly")}[row["bound"]]
    parts = [
        " – ".join(dict.fromkeys(day for day in (row["period_start"], row["period_end"]) if day)),
        language.place(place_name(row["place"])) if row["place"] else "",
        f"{bound} {number}".strip(),
        language.say(row["quantity"].replace("_", " ")),
        language.say(row["status"].replace("_", " ")),
    ]
    return " ".join(part for part in parts if part)


def _figure(visit: Visit, row: Mapping[str, Any]) -> dict[str, Any]:
    quotes = visit.quotes([row]) if row["start"] is not None else []
    for quote in quotes:
        found = visit.view.room.within(row, _AROUND)
        if found is not None:
            visit.seen.add((row["evidence_id"], row["member"], found.start, found.stop))
            quote |= {"before": found.before, "after": found.after}
    return {**row, "words": figure_words(row), "quotes": quotes}


def _line(drafted: Drafted) -> dict[str, Any]:
    made = drafted.statement
    return {
        "statement_id": drafted.id, "author": drafted.author, "as_of": made.as_of, "audience": made.audience,
        "people": list(drafted.people), "released": drafted.released,
    }  # fmt: skip


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise UsageError("a day is written as 2014-02-28") from error


HANDLERS = [figures, check, statement, draft, approve]
