"""What ``show`` and ``reconcile`` say: every sentence with file, byte range and quoted text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ringtrace.pipeline.intake.custodian import NOBODY, Asked
from ringtrace.pipeline.telling import listing
from ringtrace.pipeline.telling.provenance import consulted, explain_evidence, origin_lines
from ringtrace.pipeline.telling.room import SHOWN, Explanation, Room, cut
from ringtrace.pipeline.telling.subjects import KINDS, resolve
from ringtrace.report import findings
from ringtrace.report.words import (
    counted,
    direction_words,
    feature_words,
    figure_words,
    place_name,
    platform_name,
    role_name,
    shorten,
    stretch,
    verdict_words,
)
from ringtrace.store.case import Case

__all__ = ["LISTS", "Explanation", "candidates", "explain", "listed", "overview", "reconciliation"]

LISTS = listing.LISTS
_PARTIES = ("supplier", "broker", "buyer")


def overview(case: Case, asked: Asked = NOBODY) -> Explanation:
    """Say what an analysis found, a few things of each kind; custody logs what was read before it is shown."""
    room = Room(case)
    return consulted(room, listing.overview(room), asked)


def listed(case: Case, kind: str, most: int, asked: Asked = NOBODY) -> Explanation:
    """List everything of ``kind``, one of ``LISTS``; ``most`` lines are printed, 0 for all."""
    room = Room(case)
    return consulted(room, listing.listing(room, kind, most), asked)


def explain(case: Case, subject: str, asked: Asked = NOBODY) -> Explanation:
    """Explain the thing with the id, start of an id, name, contact or file name ``subject``.

    What is quoted is logged as consulted before it is returned. Raises UsageError that names the
    nearest when nothing or several things fit, CaseError when custody cannot be logged.
    """
    room = Room(case)
    kind, key = resolve(room, subject)
    return consulted(room, _EXPLAINERS[kind](room, key), asked)


def candidates(case: Case, start: str, most: int = 50) -> list[str]:
    """Return what may follow ``ringtrace show CASE`` and begins with ``start``: for shell completion."""
    room = Room(case)
    kind = start.partition("-")[0]
    if "-" not in start or kind not in KINDS:
        return [word for word in (*LISTS, *(f"{kind}-" for kind in KINDS)) if word.startswith(start)]
    table, column = KINDS[kind]
    return sorted({key for key in room.table(table)[column].to_pylist() if key.startswith(start)})[:most]


def reconciliation(case: Case, asked: Asked = NOBODY) -> Explanation:
    """Say how the published figures fit together and what no source answers."""
    room = Room(case)
    public = sorted(room.rows("figures", "origin", "public"), key=_reading_order)
    figures = {row["figure_id"]: row for row in public}
    rows = room.table("reconciliation").to_pylist()
    questions = room.table("questions")["question"].to_pylist()
    lines = ["Figures in the sources:"] if figures else ["No published figure was found in the evidence."]
    documents = []
    for figure in figures.values():
        values, cited = room.cited([figure] if figure["start"] is not None else [])
        documents.append({**figure, "cited": values, "words": figure_words(figure)})
        lines += [f"  {figure_words(figure)}{_apart(figure)}", *cited]
    lines += ["Compared:"] if rows else []
    told = Counter(_comparison(row, figures) for row in sorted(rows, key=lambda row: _VERDICTS.index(row["verdict"])))
    for (heading, reason), times in told.items():  # many papers print one release: say it once
        lines += [f"  {heading}{f' ({times} pairs)' if times > 1 else ''}", f"      {reason}"]
    lines += ["Open questions:", *(f"  {question}" for question in questions)] if questions else []
    found = Explanation({"figures": documents, "reconciliation": rows, "questions": questions}, lines)
    return consulted(room, found, asked)


_VERDICTS = ("differs", "unallocated", "not_comparable", "agrees")


def _reading_order(figure: Mapping[str, Any]) -> tuple[str, ...]:
    """The main story first; totals before parts, within one quantity."""
    return tuple(str(figure[name] or "") for name in ("context", "quantity", "place", "status", "value", "figure_id"))


def _comparison(row: Mapping[str, Any], figures: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """The two lines that say one verdict: what is compared, and why."""
    words = [figure_words(figures[row[side]]) for side in ("left", "right") if row[side]]
    amount = f" ({row['amount']})" if row["amount"] else ""
    return f"{verdict_words(row['verdict'])}: {' / '.join(dict.fromkeys(words))}", f"{row['reason']}{amount}"


def _explain_ring(room: Room, ring: str) -> Explanation:
    row = room.rows("rings", "ring_id", ring)[0]
    members = sorted(room.rows("members", "ring_id", ring), key=lambda m: (-m["stability"], m["actor_id"]))
    lines = [
        listing.ring_line(room, row), "A candidate to be checked: people whose posts tie them to each other.",
        "Members, with the roles that their posts indicate:",
    ]  # fmt: skip
    for member in members[:SHOWN]:
        lines += _member_lines(room, member)
    lines += cut(members, SHOWN)
    actors = {member["actor_id"] for member in members}
    claims, told = _claims(
        room, lambda claim: claim["subject"] == ring or (claim["object"] == ring and claim["subject"] in actors)
    )
    lines += ["What it rests on:", *told]
    deals = [
        deal for deal in findings.deals_by_weight(room.table) if any(deal[party] in actors for party in _PARTIES)
    ]  # fmt: skip
    lines += ["Possible deals:"] if deals else []
    for deal in deals[:SHOWN]:
        deal["cited"], cited = room.cited(deal["basis"])
        lines += [f"  {listing.deal_line(room, deal)}", *cited]
    lines += cut(deals, SHOWN)
    lines += ["What speaks against it:", *(f"  {line}" for line in row["counter_evidence"] or ["nothing was noticed"])]
    lines += ["What would disprove it:", *(f"  {line}" for line in row["disproof"])]
    return Explanation({"ring": row, "members": members, "claims": claims, "deals": deals}, lines)


def _member_lines(room: Room, member: dict[str, Any]) -> list[str]:
    stays = f"stays in {100 * member['stability']:.0f} % of runs with dropped ties"
    lines = [f"  {member['actor_id']}  {room.naming.actor(member['actor_id'])}  ({stays})"]
    told = []
    for held in room.conduct.roles(member):
        because, why = room.reasons(held.because, "because")
        against, but = room.reasons(held.against, "but")
        told.append({"role": held.role, "probability": held.probability, "because": because, "against": against})
        lines += [f"      role: {role_name(held.role)} (p {held.probability:.2f})", *why]
        lines += but or ["        but: nothing was noticed that speaks against it"] if held.role != "unknown" else []
    member["explained"] = told
    return lines


def _explain_actor(room: Room, actor: str) -> Explanation:
    row = room.rows("actors", "actor_id", actor)[0]
    accounts = [room.naming.accounts[key] for key in room.naming.accounts_of[actor]]
    joined = f", p {row['probability']:.3f} that they are one person" if len(accounts) > 1 else ""
    name = room.naming.account(room.naming.accounts_of[actor][0])
    lines = [f"{actor}: {name}, {counted(len(accounts), 'account')}{joined}."]
    for account in accounts:
        seen = stretch(account["first_at"], account["last_at"], room.zone)
        name = room.naming.account(account["account_id"])
        lines.append(f"  {account['account_id']}  {name}  {counted(account['posts'], 'post')} {seen}")
    conduct, observed = room.reasons(room.conduct.of(actor), "-")
    lines += ["Observed:", *observed] if conduct else ["No post of it offers, seeks or goes between."]
    members = room.rows("members", "actor_id", actor)
    for member in members:
        lines += [f"In {member['ring_id']}:", *_member_lines(room, member)[1:]]
    links = [x for x in room.table("links").to_pylist() if {x["left"], x["right"]} <= set(row["accounts"])]
    for link in links:
        lines += _link_lines(room, link)
    claims, told = _claims(room, lambda claim: claim["subject"] == actor)
    document = {
        "actor": row, "accounts": accounts, "conduct": conduct, "members": members, "links": links, "claims": claims,
    }  # fmt: skip
    return Explanation(document, [*lines, "Claims:", *told])


def _link_lines(room: Room, link: dict[str, Any]) -> list[str]:
    left, right = room.naming.account(link["left"]), room.naming.account(link["right"])
    lines = [f"  {left} and {right}: p {link['probability']:.3f}, as the sum of log2 odds:"]
    for weight in link["weights"]:
        if not weight["log2_odds"]:
            continue
        lines.append(f"    {weight['log2_odds']:+.2f}  {feature_words(weight['feature'])}")
        weight["cited"], cited = room.cited(span for span in (weight["left"], weight["right"]) if span)
        lines += cited
        if weight["feature"] == "contact_native":
            lines += _app_ids(room, (link["left"], link["right"]))
    return lines


def _app_ids(room: Room, accounts: Sequence[str]) -> list[str]:
    """Say which ids the accounts have in their apps: these stand in the headers of posts, not in the words quoted."""
    return [
        f"      not in these words: the header of every post of {room.naming.account(account)} gives its id, {shown}"
        for account in accounts
        if (shown := room.naming.app_id(account))
    ]


def _explain_account(room: Room, account: str) -> Explanation:
    row = room.naming.accounts[account]
    posts = room.rows("posts", "account_id", account)
    lines = [
        f"{account}: {room.naming.account(account)}, {counted(row['posts'], 'post')} "
        f"{stretch(row['first_at'], row['last_at'], room.zone)}, held to be {row['actor_id']} "
        f"({room.naming.actor(row['actor_id'])})"
    ]
    contacts = [
        found for found in findings.contacts(room.table) if any(u["account"] == account for u in found["users"])
    ]
    lines += ["Contacts that it uses:"] if contacts else []
    lines += [f"  {listing.contact_line(room, found)}" for found in contacts]
    trading = [found for found in findings.trade_posts(room.table) if found["account_id"] == account]
    if trading:
        lines += ["Posts that offer, seek or go between:"]
        lines += [f"  {line}" for found in trading[:SHOWN] for line in listing.post_lines(room, found)]
        lines += cut(trading, SHOWN)
    lines += ["Posts:"]
    lines += [f"  {post['post_id']}  {room.when(post)}  {shorten(room.read(post), 120)}" for post in posts[:SHOWN]]
    lines += cut(posts, SHOWN)
    claims, told = _claims(room, lambda claim: claim["subject"] == account)
    document = {"account": row, "contacts": contacts, "posts": posts, "claims": claims}
    return Explanation(document, [*lines, *(["Claims:"] if told else []), *told])


def _explain_post(room: Room, post: str) -> Explanation:
    row = room.rows("posts", "post_id", post)[0]
    span = {key: row[key] for key in ("evidence_id", "member", "start", "stop")}
    values, cited = room.cited(row["sources"] or [span])
    author = room.naming.account(row["account_id"]) if row["account_id"] else "nobody named"
    lines = [f"{post}: {row['kind']} in {room.naming.container(row['container'])} by {author}, {room.when(row)}"]
    if row["sent_text"]:
        why = f"; {row['sent_why']}" if row["sent_why"] else ""
        lines.append(f"  time: written “{row['sent_text']}”, {row['sent_basis']}{why}")
    lines += [*cited, *origin_lines(room, row["evidence_id"])]
    stance = room.rows("stances", "post_id", post)
    lines += [
        f"  read as: {_read_as(found)}, frame {found['frame']}; p {found['probability']:.3f} that it offers, seeks "
        f"or goes between ({found['band']})"
        for found in stance
    ]
    mentions = room.rows("mentions", "post_id", post)
    for mention in mentions:
        value = place_name(mention["value"]) if mention["kind"] == "place" else mention["value"]
        sure = f"p {mention['probability']:.2f}, owner: {mention['owner']}, rule {mention['rule']}"
        lines.append(f"  {platform_name(mention['kind'])} {value} ({sure})")
        mention["cited"], told = room.cited(mention["spans"])
        lines += told
    facts = room.rows("facts", "post_id", post)
    for fact in facts:
        fact["cited"], told = room.cited(fact["spans"])
        lines += [f"  fact: {role_name(fact['fact'])} (p {fact['probability']:.2f})", *told]
    return Explanation({"post": row, "cited": values, "stance": stance, "mentions": mentions, "facts": facts}, lines)


def _explain_claim(room: Room, claim: str) -> Explanation:
    claims, told = _claims(room, lambda row: row["claim_id"] == claim)
    return Explanation({"claim": claims[0]}, told)


def _explain_deal(room: Room, deal: str) -> Explanation:
    row = room.rows("deals", "deal_id", deal)[0]
    row["cited"], cited = room.cited(row["basis"])
    lines = [listing.deal_line(room, row)]
    lines += [f"  {party}: {row[party]}  {room.naming.actor(row[party])}" for party in _PARTIES if row[party]]
    lines += ["What it rests on:", *cited]
    lines.append("A possible deal, as posts and their answers show it; nobody says that it took place.")
    return Explanation({"deal": row}, lines)


def _explain_container(room: Room, container: str) -> Explanation:
    row = room.naming.containers[container]
    lines = [
        f"{container}: {room.naming.container(container)}, {counted(row['posts'], 'post')} "
        f"{stretch(row['first_at'], row['last_at'], room.zone)}"
    ]
    lines += [f"  run by {key}  {room.naming.account(key)}" for key in row["operators"]]
    rings = [ring for ring in findings.rings_by_size(room.table) if container in ring["containers"]]
    lines += [f"  used by {listing.ring_line(room, ring)}" for ring in rings]
    trading = [found for found in findings.trade_posts(room.table) if found["container"] == container]
    lines += [f"{counted(len(trading), 'post')} that may offer, seek or go between:"]
    lines += [f"  {line}" for found in trading[:SHOWN] for line in listing.post_lines(room, found)]
    claims, told = _claims(room, lambda claim: claim["object"] == container)
    document = {"container": row, "rings": rings, "posts": trading, "claims": claims}
    return Explanation(document, [*lines, *cut(trading, SHOWN), *told])


def _explain_contact(room: Room, contact: str) -> Explanation:
    kind, _, value = contact.partition(" ")
    row = next(found for found in findings.contacts(room.table) if (found["kind"], found["value"]) == (kind, value))
    lines = [listing.contact_line(room, row)]
    lines += [f"  {row['reason']}"] if row["reason"] else []
    lines += [
        f"  {user['account']}  {room.naming.account(user['account'])}  {counted(user['posts'], 'post')}"
        for user in row["users"]
    ]
    mentions = [m for m in room.rows("mentions", "value", value) if m["kind"] == kind]
    for mention in mentions[:SHOWN]:
        mention["cited"], cited = room.cited(mention["spans"])
        lines += [f"  in {mention['post_id']}, owner: {mention['owner']} (p {mention['probability']:.2f})", *cited]
    return Explanation({"contact": row, "mentions": mentions}, [*lines, *cut(mentions, SHOWN)])


def _explain_figure(room: Room, figure: str) -> Explanation:
    row = room.rows("figures", "figure_id", figure)[0]
    row["cited"], cited = room.cited([row] if row["start"] is not None else [])
    records = [found for key in row["records"] for found in room.rows("records", "record_id", key)]
    cited += [f"  {_record_words(found)}" for found in records[:SHOWN]] + cut(records, SHOWN)
    return Explanation({"figure": row}, [f"{figure}: {figure_words(row)}{_apart(row)}", *cited])


def _claims(room: Room, wanted: Callable[[Mapping[str, Any]], bool]) -> tuple[list[dict[str, Any]], list[str]]:
    found = [claim for claim in room.claims if wanted(claim)]
    lines = []
    for claim in found[:SHOWN]:
        claim["cited"], cited = room.cited(claim["basis"])
        claim["words"] = room.told(claim)
        lines += [f"  {claim['claim_id']}  {claim['words']}  (p {claim['probability']:.2f})", *cited]
    return found, lines + cut(found, SHOWN)


def _read_as(stance: Mapping[str, Any]) -> str:
    neither = stance["direction"] == "none" and stance["band"] != "review"
    return "neither offers nor seeks" if neither else direction_words(stance["direction"])


def _record_words(record: Mapping[str, Any]) -> str:
    span = f" {record['evidence_id'][:12]} bytes {record['start']}-{record['stop']}" if record["evidence_id"] else ""
    where = f" in {place_name(record['place'])}" if record["place"] else ""
    source = f"{record['source_kind']} {record['source']}".strip()
    return f"{record['date']} {record['subject']} {role_name(record['status'])}{where} ({source}{span})"


def _apart(figure: Mapping[str, Any]) -> str:
    return f" (another story: {figure['context']})" if figure["context"] else ""


_EXPLAINERS: Mapping[str, Callable[[Room, str], Explanation]] = {
    "ring": _explain_ring, "actor": _explain_actor, "account": _explain_account, "post": _explain_post,
    "claim": _explain_claim, "deal": _explain_deal, "container": _explain_container, "contact": _explain_contact,
    "figure": _explain_figure, "evidence": explain_evidence,
}  # fmt: skip
