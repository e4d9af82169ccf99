"""Figures: what was published, how it fits, what no source answers; and our own statement, released by two.

What composes statements is loaded with the first visit: the start of the workbench does without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath

from ringtrace.errors import UsageError
from ringtrace.report.words import figure_words, verdict_words
from ringtrace.web.visit import Answer, Guest, Visit

if TYPE_CHECKING:
    from ringtrace.pipeline.stating import Drafted

PLACE = (55, "Figures", "/figures", "f")
_ORDER = {"differs": 0, "unallocated": 1, "agrees": 2}
_NAME = 120


@get("/figures", sync_to_thread=True)
def figures(visit: Guest) -> Answer:
    """Published figures with their quotes, totals and what is allocated of them, and our statements."""
    from ringtrace.pipeline.stating import drafts_of

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
    document = {
        "figures": [_figure(visit, row) for row in public], "compared": compared,
        "own": [{**row, "words": words[row["figure_id"]]} for row in table if row["origin"] != "public"],
        "questions": visit.view.room.table("questions")["question"].to_pylist(),
        "statements": [_line(drafted) for drafted in drafts_of(visit.desk.case)],
    }  # fmt: skip
    return visit.show("figures.html.j2", document)


@get("/statements/{draft_id:str}", sync_to_thread=True)
def statement(visit: Guest, draft_id: FromPath[str]) -> Answer:
    """One statement: its text in every language, what disclosure control did, who approved it."""
    from ringtrace.pipeline.stating import drafts_of
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
    """Draft a statement. Fields: as_of, audience (public, partner), embargo, corrects."""
    from ringtrace.pipeline.stating import draft_statement
    from ringtrace.statement.composing import Request as Wanted

    form = await request.form()
    audience = str(form.get("audience") or "public")
    if audience not in ("public", "partner"):
        raise UsageError("a statement is for public or partner")
    embargo = str(form.get("embargo") or "")
    wanted = Wanted(
        visit.desk.case.settings.name, _day(str(form.get("as_of") or "")),
        "partner" if audience == "partner" else "public", _day(embargo) if embargo else "",
        str(form.get("corrects") or ""),
    )  # fmt: skip
    drafted = await anyio.to_thread.run_sync(
        lambda: draft_statement(visit.desk.case, wanted, author=visit.session.user)
    )
    return visit.back(f"/statements/{drafted.id}")


@post("/statements/{draft_id:str}/approve", status_code=303)
async def approve(visit: Guest, request: Request[Any, Any, Any], draft_id: FromPath[str]) -> Response[Any]:
    """Approve a draft; with the second person's approval it is released. Field by: who approves, alone."""
    from ringtrace.pipeline.stating import drafts_of, find_draft, release

    form = await request.form()
    by = str(form.get("by") or "").strip()[:_NAME] or visit.session.user
    by = visit.session.user if visit.session.person else by  # in a team it is whoever signed in
    found = find_draft(drafts_of(visit.desk.case), draft_id)
    await anyio.to_thread.run_sync(lambda: release(visit.desk.case, found.id, by=by))
    return visit.back(f"/statements/{found.id}")


def _figure(visit: Visit, row: Mapping[str, Any]) -> dict[str, Any]:
    quotes = visit.quotes([row]) if row["start"] is not None else []
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


HANDLERS = [figures, statement, draft, approve]
