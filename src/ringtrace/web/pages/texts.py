"""Texts that several posts repeat: what is the same in them, and what differs from post to post."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow.compute as pc
from litestar import get
from litestar.params import FromPath, FromQuery

from ringtrace.report.words import shorten
from ringtrace.web.visit import Answer, Guest, Visit

PLACE = (52, "Texts", "/texts", "x")
_PAGE = 50
_POSTS, _FILLINGS = 200, 8
_THIN, _EXAMPLE = 6, 120


@get("/texts", sync_to_thread=True)
def texts(visit: Guest, first: FromQuery[int] = 1) -> Answer:
    """Templates, those with most posts first. first: number of the first to show, from 1."""
    table = visit.view.room.table("patterns").sort_by([("posts", "descending"), ("template_id", "ascending")])
    at = max(0, first - 1)
    shown = table.slice(at, _PAGE)
    first_posts = _first_posts(visit, shown["template_id"].to_pylist())
    _note(visit, list(first_posts.values()))
    examples = _examples(visit, [row for row in shown.to_pylist() if _is_thin(row)], first_posts)
    rows = [
        {**row, "parts": _parts(row["constants"], []), "example": examples.get(row["template_id"], "")}
        for row in shown.to_pylist()
    ]
    more = f"/texts?first={at + _PAGE + 1}" if at + _PAGE < len(table) else ""
    return visit.show("texts.html.j2", {"texts": rows, "total": len(table), "first": at + 1, "next": more})


@get("/texts/{template_id:str}", sync_to_thread=True)
def text(visit: Guest, template_id: FromPath[str]) -> Answer:
    """One template: its constant text, what stands in its slots most often, and each post's own filling."""
    view = visit.view
    pattern = view.row("patterns", "template_id", template_id)
    if pattern is None:
        raise visit.missing(f"this analysis has no text {template_id}; ids change when evidence or verdicts do")
    table = view.only("templates", "template_id", [template_id]).sort_by("post_id")
    filled = table["slots"].to_pylist()
    counts = [Counter(one[at] for one in filled) for at in range(len(pattern["constants"]) - 1)]
    common = [sorted(count.items(), key=lambda item: (-item[1], item[0])) for count in counts]
    shown = table.slice(0, _POSTS).to_pylist()
    _note(visit, [row["post_id"] for row in shown])
    posts = view.room.part("posts", ["post_id", "account_id"])
    posts = posts.filter(pc.is_in(posts["post_id"], table["post_id"].combine_chunks()))
    who = dict(zip(posts["post_id"].to_pylist(), posts["account_id"].to_pylist(), strict=True))
    document: dict[str, Any] = {
        **pattern, "parts": _parts(pattern["constants"], [one[0][0] for one in common]),
        "accounts": len(set(who.values()) - {""}),
        "slots": [
            {"number": at + 1, "different": len(one), "common": [{"text": t, "posts": n} for t, n in one[:_FILLINGS]]}
            for at, one in enumerate(common)
        ],
        "members": [{"post_id": row["post_id"], "account": who.get(row["post_id"], ""),
                     "account_name": view.room.naming.account(who[row["post_id"]]) if who.get(row["post_id"]) else "",
                     "slots": row["slots"],
                     "similarity": row["similarity"]} for row in shown],
    }  # fmt: skip
    return visit.show("text.html.j2", document)


def _is_thin(row: Mapping[str, Any]) -> bool:
    """Whether so little is the same in all posts of a template that it tells nobody what they say."""
    return sum(len("".join(constant.split())) for constant in row["constants"]) < _THIN


def _examples(visit: Visit, rows: Sequence[Mapping[str, Any]], posts: Mapping[str, str]) -> dict[str, str]:
    """Template -> the beginning of one of its posts."""
    table = visit.view.only("posts", "post_id", [posts[row["template_id"]] for row in rows])
    told = dict(zip(table["post_id"].to_pylist(), table["text"].to_pylist(), strict=True))
    return {row["template_id"]: shorten(told.get(posts[row["template_id"]], ""), _EXAMPLE) for row in rows}


def _first_posts(visit: Visit, templates: list[str]) -> dict[str, str]:
    """Template -> one post of it, whose words stand for all of them on the list."""
    table = visit.view.only("templates", "template_id", templates).select(["template_id", "post_id"])
    found = table.group_by("template_id").aggregate([("post_id", "min")])
    return dict(zip(found["template_id"].to_pylist(), found["post_id_min"].to_pylist(), strict=True))


def _note(visit: Visit, posts: list[str]) -> None:
    """Note for the log that the words of these posts are shown."""
    columns = ["evidence_id", "member", "start", "stop"]
    for row in visit.view.only("posts", "post_id", posts).select(columns).to_pylist():
        visit.seen.add((row["evidence_id"], row["member"], row["start"], row["stop"]))


def _parts(constants: list[str], fillings: list[str]) -> list[dict[str, Any]]:
    """Return the template's text in order: constant stretches, and slots with their number and an example."""
    parts: list[dict[str, Any]] = []
    for at, constant in enumerate(constants):
        if at:
            parts.append({"slot": at, "text": fillings[at - 1] if fillings else ""})
        if constant:
            parts.append({"slot": 0, "text": constant})
    return parts


HANDLERS = [texts, text]
