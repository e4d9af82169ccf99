"""What ``show`` and ``reconcile`` say: every sentence with file, byte range and quoted text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.errors import UsageError
from ringtrace.pipeline.quoting import Quote, Quoter
from ringtrace.store.analysis import read_table
from ringtrace.store.case import Case

_QUOTE_CHARS = 160
_CLAIMS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Explanation:
    """document: for --json. lines: for people."""

    document: dict[str, Any]
    lines: list[str]


class _Room:
    """The tables of one analysis, opened when asked for."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._tables: dict[str, pa.Table] = {}
        self._quoter: Quoter | None = None

    def table(self, name: str) -> pa.Table:
        if name not in self._tables:
            self._tables[name] = read_table(self._case.analysis, name)
        return self._tables[name]

    def rows(self, name: str, column: str, value: str) -> list[dict[str, Any]]:
        table = self.table(name)
        found: list[dict[str, Any]] = table.filter(pc.equal(table[column], value)).to_pylist()
        return found

    def quote(self, span: dict[str, Any]) -> Quote:
        if self._quoter is None:
            self._quoter = Quoter(self._case.evidence, self.table("evidence"), self.table("posts"))
        return self._quoter.quote(span)

    def cited(self, spans: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
        """Return spans as JSON values and as lines: file, bytes, words."""
        quotes = [self.quote(span) for span in spans]
        values = [
            {"evidence": q.name, "evidence_id": q.evidence_id, "member": q.member, "start": q.start, "stop": q.stop,
             "quote": q.text}
            for q in quotes
        ]  # fmt: skip
        return values, [f"      {_place(q)}  “{_short(q.text)}”" for q in quotes]


def overview(case: Case) -> Explanation:
    """List the rings of an analysis."""
    room = _Room(case)
    rings = room.table("rings").to_pylist()
    lines = [_ring_line(ring) for ring in rings] or ["No ring was found."]
    if rings:
        lines.append(f"Explain one: ringtrace show {case.folder} {rings[0]['ring_id']}")
    return Explanation({"rings": rings}, lines)


def explain(case: Case, subject: str) -> Explanation:
    """Explain the thing whose id starts with ``subject``; raises UsageError when none or several do."""
    room = _Room(case)
    for prefix, (table, column, explainer) in _EXPLAINERS.items():
        if not subject.startswith(prefix):
            continue
        column_values = room.table(table)[column]
        hits = pc.unique(column_values.filter(pc.starts_with(column_values, subject))).to_pylist()
        if subject in hits:
            hits = [subject]
        if len(hits) > 1:
            raise UsageError(
                f"{subject} is the start of {len(hits)} ids, such as {hits[0]} and {hits[1]}; give more of it"
            )
        if hits:
            return explainer(room, hits[0])
    kinds = ", ".join(f"{prefix}..." for prefix in _EXPLAINERS)
    raise UsageError(f"nothing in this analysis has the id {subject}; ids look like {kinds}")


def reconciliation(case: Case) -> Explanation:
    """Say how the published figures fit together and what no source answers."""
    room = _Room(case)
    figures = {row["figure_id"]: row for row in room.table("figures").to_pylist()}
    rows = room.table("reconciliation").to_pylist()
    questions = read_table(case.analysis, "questions")["question"].to_pylist()
    lines = ["Figures in the sources:"]
    documents = []
    for figure in figures.values():
        values, cited = room.cited([figure]) if figure["start"] is not None else ([], [])
        documents.append({**figure, "cited": values})
        lines += [f"  {_figure_line(figure)}", *cited]
    lines.append("Compared:")
    for row in rows:
        left = _figure_line(figures[row["left"]])
        right = _figure_line(figures[row["right"]]) if row["right"] else ""
        lines.append(f"  {row['verdict'].replace('_', ' ')}: {left}{' / ' + right if right else ''}")
        lines.append(f"      {row['reason']}{' (' + row['amount'] + ')' if row['amount'] else ''}")
    lines += ["Open questions:", *(f"  {question}" for question in questions)]
    return Explanation({"figures": documents, "reconciliation": rows, "questions": questions}, lines)


def _explain_ring(room: _Room, ring: str) -> Explanation:
    row = room.rows("rings", "ring_id", ring)[0]
    members = room.rows("members", "ring_id", ring)
    names = _names(room, {member["actor_id"] for member in members})
    lines = [_ring_line(row), "Members, with the roles their posts show (and how stable their place in the ring is):"]
    for member in sorted(members, key=lambda member: (-member["stability"], member["actor_id"]))[:_CLAIMS_SHOWN]:
        roles = ", ".join(f"{role['role'].replace('_', ' ')} {role['probability']:.2f}" for role in member["roles"])
        shown = names.get(member["actor_id"], "")
        lines.append(f"  {member['actor_id']}  {roles or 'unknown'}  stability {member['stability']:.2f}  {shown}")
    if len(members) > _CLAIMS_SHOWN:
        lines.append(f"  ... and {len(members) - _CLAIMS_SHOWN} more; --json lists all")
    subjects = {ring, *(member["actor_id"] for member in members)}
    claims, told = _claims(
        room, lambda claim: claim["subject"] == ring or (claim["object"] == ring and claim["subject"] in subjects)
    )
    deals = [
        deal for deal in room.table("deals").to_pylist()
        if {deal["supplier"], deal["broker"], deal["buyer"]} & subjects
    ]  # fmt: skip
    lines += ["What it rests on:", *told]
    for deal in deals[:_CLAIMS_SHOWN]:
        values, cited = room.cited(deal["basis"])
        deal["cited"] = values
        parts = [f"{key} {deal[key]}" for key in ("supplier", "broker", "buyer", "price", "sex", "age") if deal[key]]
        lines += [f"  deal {deal['deal_id']}, {deal['status']}: {', '.join(parts)}", *cited]
    return Explanation({"ring": row, "members": members, "claims": claims, "deals": deals}, lines)


def _explain_actor(room: _Room, actor: str) -> Explanation:
    row = room.rows("actors", "actor_id", actor)[0]
    accounts = [account for key in row["accounts"] for account in room.rows("accounts", "account_id", key)]
    lines = [f"{actor}: {len(accounts)} accounts, probability {row['probability']:.3f} that they are one person."]
    for account in accounts:
        known = " / ".join(account["names"])
        lines.append(f"  {account['account_id']}  {account['platform']}  {known}  {account['posts']} posts")
    links = []
    for link in room.table("links").to_pylist():
        if link["left"] in row["accounts"] and link["right"] in row["accounts"]:
            lines.append(f"  {link['left']} and {link['right']}: {link['probability']:.3f}, as the sum of log2 odds:")
            for weight in link["weights"]:
                lines.append(f"    {weight['log2_odds']:+.2f}  {weight['feature']}")
                values, cited = room.cited(span for span in (weight["left"], weight["right"]) if span)
                weight["cited"] = values
                lines += cited
            links.append(link)
    claims, told = _claims(room, lambda claim: claim["subject"] == actor)
    return Explanation(
        {"actor": row, "accounts": accounts, "links": links, "claims": claims}, [*lines, "What is claimed:", *told]
    )


def _explain_account(room: _Room, account: str) -> Explanation:
    row = room.rows("accounts", "account_id", account)[0]
    lines = [f"{account}: {row['platform']}, {' / '.join(row['names'])}, {row['posts']} posts, actor {row['actor_id']}"]
    posts = room.rows("posts", "account_id", account)
    for post in posts[:_CLAIMS_SHOWN]:
        lines.append(f"  {post['post_id']}  {post['sent_text']}  {_short(post['text'])}")
    claims, told = _claims(room, lambda claim: claim["subject"] == account)
    return Explanation({"account": row, "posts": posts, "claims": claims}, lines + told)


def _explain_post(room: _Room, post: str) -> Explanation:
    row = room.rows("posts", "post_id", post)[0]
    span = {key: row[key] for key in ("evidence_id", "member", "start", "stop")}
    values, cited = room.cited(row["sources"] or [span])
    stance = room.rows("stances", "post_id", post)
    author = row["account_name"] or "nobody named"
    lines = [f"{post}: {row['kind']} in {row['container_name']} by {author}, {row['sent_text']}"]
    lines += [f"  time: {row['sent_basis']}; {row['sent_why']}"] if row["sent_why"] else []
    lines += cited
    for found in stance:
        sure = f"probability {found['probability']:.3f} ({found['band']})"
        lines.append(f"  frame {found['frame']}, direction {found['direction']}, {sure}")
    mentions = room.rows("mentions", "post_id", post)
    for mention in mentions:
        why = f"owner {mention['owner']}, {mention['probability']:.2f}, {mention['rule']}"
        lines.append(f"  {mention['kind']} {mention['value']} ({why})")
        mention["cited"], told = room.cited(mention["spans"])
        lines += told
    facts = room.rows("facts", "post_id", post)
    for fact in facts:
        fact["cited"], told = room.cited(fact["spans"])
        lines += [f"  fact: {fact['fact'].replace('_', ' ')} {fact['probability']:.2f}", *told]
    return Explanation({"post": row, "cited": values, "stance": stance, "mentions": mentions, "facts": facts}, lines)


def _explain_claim(room: _Room, claim: str) -> Explanation:
    claims, told = _claims(room, lambda row: row["claim_id"] == claim)
    return Explanation({"claim": claims[0]}, told)


def _claims(room: _Room, wanted: Callable[[dict[str, Any]], bool]) -> tuple[list[dict[str, Any]], list[str]]:
    found = [claim for claim in room.table("claims").to_pylist() if wanted(claim)]
    lines = []
    for claim in found[:_CLAIMS_SHOWN]:
        claim["cited"], cited = room.cited(claim["basis"])
        words = f"{claim['subject']} {claim['predicate'].replace('_', ' ')} {claim['object']}"
        lines += [f"  {claim['claim_id']}  {words}  ({claim['probability']:.2f})", *cited]
    if len(found) > _CLAIMS_SHOWN:
        lines.append(f"  ... and {len(found) - _CLAIMS_SHOWN} more")
    return found, lines


def _names(room: _Room, actors: set[str]) -> dict[str, str]:
    names: dict[str, list[str]] = {}
    for account in room.table("accounts").to_pylist():
        if account["actor_id"] in actors:
            names.setdefault(account["actor_id"], []).extend(account["names"])
    return {actor: ", ".join(sorted(set(known))[:4]) for actor, known in names.items()}


def _ring_line(ring: dict[str, Any]) -> str:
    return (
        f"{ring['ring_id']}: {ring['actors']} actors with {ring['accounts']} accounts in {len(ring['containers'])} "
        f"groups or sites, {ring['posts']} posts, probability {ring['probability']:.2f}"
    )


def _figure_line(figure: dict[str, Any]) -> str:
    bound = {"exact": "", "at_least": "at least ", "about": "about "}[figure["bound"]]
    when = figure["period_start"]
    words = [f"{bound}{figure['value']}", figure["quantity"], figure["status"]]
    words += [f"in {figure['place']}"] if figure["place"] else []
    words += [f"on {when}"] if when else []
    return " ".join(word for word in words if word)


def _place(quote: Quote) -> str:
    member = f" [{quote.member}]" if quote.member else ""
    return f"{quote.name}{member} bytes {quote.start}-{quote.stop}"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTE_CHARS else flat[: _QUOTE_CHARS - 1] + "…"


_EXPLAINERS: dict[str, tuple[str, str, Callable[[_Room, str], Explanation]]] = {
    "ring-": ("rings", "ring_id", _explain_ring),
    "actor-": ("actors", "actor_id", _explain_actor),
    "account-": ("accounts", "account_id", _explain_account),
    "post-": ("posts", "post_id", _explain_post),
    "claim-": ("claims", "claim_id", _explain_claim),
}
