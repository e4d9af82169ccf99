"""The reader: a post in its thread, as written and folded, its mentions marked, its bytes one key away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import get
from litestar.params import FromPath
from markupsafe import Markup, escape

from ringtrace.pipeline.reading.posts import segments_of
from ringtrace.report.words import place_name, platform_name, role_name
from ringtrace.text.folding import fold
from ringtrace.text.offsets import covered
from ringtrace.web.pages.judging import verdicts_on
from ringtrace.web.visit import Answer, Guest, Visit, bytes_url

_BEFORE, _AFTER = 6, 10
_MARKED = 20_000
"""Code points of a text that is marked; what is behind is shown plain."""
Mark = tuple[int, int, str, str]


@get("/posts/{post_id:str}", sync_to_thread=True)
def post(visit: Guest, post_id: FromPath[str]) -> Answer:
    """One post."""
    row = visit.view.row("posts", "post_id", post_id)
    if row is None:
        raise visit.missing(f"this analysis has no post {post_id}")
    document, pictures = told(visit, row)
    visit.about = f"post:{post_id}"
    return visit.show("post.html.j2", document, pictures=pictures)


def told(visit: Visit, row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is told of a post (a row of ``posts``) and its marked texts."""
    visit.seen.add((row["evidence_id"], row["member"], row["start"], row["stop"]))
    view, post_id = visit.view, row["post_id"]
    mentions = view.only("mentions", "post_id", [post_id]).to_pylist()
    facts = view.only("facts", "post_id", [post_id]).to_pylist()
    stance = view.row("stances", "post_id", post_id)
    marks = _marks(row, mentions)
    folded = fold(row["text"])
    texts = {
        "original": marked(row["text"], marks["text"]), "headline": marked(row["title"], marks["title"]),
        "folded": marked(folded.text, _folded_marks(folded, marks["text"])), "differs": folded.text != row["text"],
    }  # fmt: skip
    verdicts, version = verdicts_on(visit, ("post", post_id))
    document = {
        "post": {key: row[key] for key in (
            "post_id", "platform", "container", "account_id", "native_id", "sent_at", "sent_text", "sent_basis",
            "sent_why", "kind", "title", "text", "thread", "evidence_id", "member", "start", "stop", "reply_to")},
        "account": view.room.naming.account(row["account_id"]) if row["account_id"] else "",
        "actor_id": view.room.naming.accounts[row["account_id"]]["actor_id"] if row["account_id"] else "",
        "container_name": view.room.naming.container(row["container"]), "sources": len(row["sources"] or [0]),
        "stance": stance, "mentions": [_mention(mention) for mention in mentions],
        "facts": [{"fact": role_name(f["fact"]), "probability": f["probability"]} for f in facts],
        "file": view.room.naming.files.get(row["evidence_id"], "?"), "bytes_url": bytes_url(row),
        "around": _around(visit, post_id), "verdicts": verdicts, "verdict_version": version,
    }  # fmt: skip
    return document, texts


def marked(text: str, marks: Sequence[Mark]) -> Markup:
    """Return ``text`` as HTML with stretches marked; marks: (start, stop, kind of owner, what it is), may overlap."""
    parts, at = [], 0
    for first, stop, owner, title in sorted(marks):
        start = max(first, at)
        if start < stop <= _MARKED:
            parts.append(escape(text[at:start]))
            parts.append(Markup('<mark class="{}" title="{}">{}</mark>').format(owner, title, text[start:stop]))
            at = stop
    return Markup("").join([*parts, escape(text[at:])])


def _marks(row: Mapping[str, Any], mentions: Sequence[Mapping[str, Any]]) -> dict[str, list[Mark]]:
    """Text or title -> the stretches of it that are mentions."""
    found: dict[str, list[Mark]] = {"text": [], "title": []}
    for part, column in (("text", "segments"), ("title", "title_segments")):
        segments = segments_of(row[column])
        for mention in mentions:
            named = f"{platform_name(mention['kind'])} {mention['value']}"
            what = f"{named}, {mention['owner']}, p {mention['probability']:.2f}"
            for span in mention["spans"]:
                for start, stop in covered(segments, row[part], span["start"], span["stop"]):
                    found[part].append((start, stop, mention["owner"], what))
    return found


def _folded_marks(folded: Any, marks: Sequence[Mark]) -> list[Mark]:  # noqa: ANN401  text.folding.Folded
    """The same stretches in the folded text: wherever their characters went."""
    if not marks:
        return []
    home = [folded.origin(at, at + 1) for at in range(min(len(folded.text), _MARKED))]
    found = []
    for start, stop, owner, what in marks:
        at = [n for n, (low, high) in enumerate(home) if low < stop and start < high]
        if at:
            found.append((at[0], at[-1] + 1, owner, what))
    return found


def _mention(mention: Mapping[str, Any]) -> dict[str, Any]:
    value = place_name(mention["value"]) if mention["kind"] == "place" else mention["value"]
    return {
        "kind": mention["kind"], "name": platform_name(mention["kind"]), "value": mention["value"], "shown": value,
        "surface": mention["surface"], "owner": mention["owner"], "probability": mention["probability"],
        "rule": mention["rule"], "url": bytes_url(mention["spans"][0]) if mention["spans"] else "",
    }  # fmt: skip


def _around(visit: Visit, post_id: str) -> list[dict[str, Any]]:
    index = visit.desk.index()
    here = index.post(post_id) if index else None
    if index is None or here is None:
        return []
    rows = index.around(here, _BEFORE, _AFTER)
    known = {row["post_id"] for row in rows}
    if here["reply_to"] and here["reply_to"] not in known:
        rows = [*index.posts([here["reply_to"]]), *rows]
    rows += [row for row in index.replies(post_id) if row["post_id"] not in known]
    visit.see(rows)
    return [{**row, "here": row["post_id"] == post_id, "answered": row["post_id"] == here["reply_to"],
             "answers": row["reply_to"] == post_id} for row in rows]  # fmt: skip


HANDLERS = [post]
