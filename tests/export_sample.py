"""A small analysis with everything that trips formats, and a ring of any size; synthetic."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from ringtrace.engines.tables import from_rows
from ringtrace.model.contract import TABLES
from ringtrace.store.analysis import write_tables
from ringtrace.store.case import Case

FILE = hashlib.sha256(b"synthetic").hexdigest()
AT = datetime(2014, 2, 19, 4, 5, 6, 789000, tzinfo=UTC)
HOSTILE = (
    '=cmd|"/C calc"!A0', "@SUM(1)", "-2+3", "'=1", "\tTab", "＝1+1", "<b>&]]>\"'</b>", "\x01\x0b\ufffe 控制", "A\r\nB\n\nC",
    "\u202egpj.exe", "👶 合成", "x" * 40_000,
)  # fmt: skip


def span(start: int, member: str = "") -> dict:
    return {"evidence_id": FILE, "member": member, "start": start, "stop": start + 7}


def key(kind: str, number: int) -> str:
    return f"{kind}-{hashlib.sha256(f'{kind}{number}'.encode()).hexdigest()[:20]}"


def sample_case(folder: Path, members: int = 3, claims: int = 1) -> Case:
    """A case whose analysis has one ring of ``members`` actors, each with an account and ``claims`` claims."""
    case = Case.create(folder)
    write_tables(case.analysis, tables(members, claims), {})
    return case


def tables(members: int, claims: int) -> dict:
    ring, container = key("ring", 0), key("container", 0)
    rows: dict[str, list[dict]] = {name: [] for name in TABLES}
    rows["evidence"].append(
        {"evidence_id": FILE, "name": "chat/=1 群.json", "size": 9_999, "media_type": "application/json", "reader": "x",
         "reader_version": "1", "received_at": AT, "source": "synthetic sample", "posts": 12, "gap_bytes": 0,
         "structure_bytes": 0, "post_bytes": 9_999, "names": ["chat/=1 群.json"], "note": ""}
    )  # fmt: skip
    rows["containers"].append(
        {
            "container_id": container,
            "platform": "qq",
            "name": "=群 <1>",
            "operators": [],
            "posts": 12,
            "first_at": AT,
            "last_at": AT,
        }
    )
    for n in range(members):
        actor, account = key("actor", n), key("account", n)
        name = HOSTILE[n % len(HOSTILE)][:60]
        rows["accounts"].append(
            {"account_id": account, "platform": "qq", "native_id": str(100_000 + n), "names": [name], "actor_id": actor,
             "posts": 3, "first_at": AT, "last_at": AT}
        )  # fmt: skip
        rows["actors"].append({"actor_id": actor, "accounts": [account], "probability": 0.987654})
        rows["members"].append(
            {"ring_id": ring, "actor_id": actor, "stability": 0.75,
             "roles": [{"role": "broker" if n == 0 else "buyer", "probability": 0.654321}]}
        )  # fmt: skip
        basis = [span(100 * n + 10 * k, "a:b/c 1.txt" if k == 1 else "") for k in range(4)]
        rows["claims"].append(_claim(2 * n, actor, "member_of", ring, basis))
        rows["claims"] += [
            _claim(1_000_000 + claims * n + c, actor, "posted_offers", f"{c + 1} offers 出", basis[: c % 4 + 1])
            for c in range(claims)
        ]
        if n:
            rows["ties"].append(
                {"left": key("actor", 0), "right": actor, "layer": "reply", "weight": 1.5, "basis": basis[:2],
                 "together": 0.345678 if n == 1 else None}
            )  # fmt: skip
    first = [key("account", n) for n in range(2)]
    rows["claims"].append(_claim(1, first[0], "may_be_same_person_as", first[1], [span(5)]))
    rows["claims"].append(_claim(3, ring, "posted_in", container, [span(6)]))
    weights = [
        {"feature": "prior", "log2_odds": -4.25, "left": None, "right": None},
        {"feature": "phone", "log2_odds": 9.5, "left": span(20), "right": span(40)},
    ]
    rows["links"].append({"left": first[0], "right": first[1], "probability": 0.123457, "weights": weights})
    rows["rings"].append(
        {"ring_id": ring, "probability": 0.876543, "actors": members, "accounts": members, "posts": 12, "first_at": AT,
         "last_at": AT, "provinces": ["510000"], "containers": [container]}
    )  # fmt: skip
    rows["deals"].append(
        {"deal_id": key("deal", 0), "supplier": key("actor", 0), "broker": None, "buyer": key("actor", 1), "children": 1,
         "sex": "F", "age": "P2M", "price": "30000 CNY", "place_from": "510100", "place_to": "340000", "first_at": AT,
         "status": "discussed", "probability": 0.555555, "basis": [span(60), span(80)]}
    )  # fmt: skip
    for n, text in enumerate(HOSTILE):
        rows["posts"].append(
            {"post_id": key("post", n), **span(100 * n), "sources": [span(100 * n)], "platform": "qq", "container": container,
             "account_id": key("account", 0), "native_id": str(n), "sent_at": AT if n else None, "sent_text": "", "sent_basis": "stated",
             "reply_to": None, "kind": "message", "title": "", "text": text, "account_native": "1", "account_name": "=n",
             "container_name": "=群", "thread": "", "author_role": "", "sent_zone": "", "sent_why": "", "segments": [],
             "title_segments": []}
        )  # fmt: skip
    rows["stances"].append(
        {"post_id": key("post", 1), "frame": "plain", "direction": "offer", "probability": 0.912345, "band": "yes"}
    )
    rows["mentions"].append(
        {"mention_id": key("mention", 0), "post_id": key("post", 1), "kind": "place", "surface": "成都", "value": "510100",
         "spans": [span(101)], "owner": "unknown", "probability": 0.9, "rule": "r"}
    )  # fmt: skip
    rows["figures"].append(
        {"figure_id": key("figure", 0), "origin": "public", "quantity": "children", "unit": "person", "status": "rescued",
         "population": "", "place": "510000", "period_start": "", "period_end": "", "as_of": "2014-02-28", "bound": "exact",
         "value": "13", **span(70), "context": "", "records": []}
    )  # fmt: skip
    rows["records"].append(
        {"record_id": key("record", 0), "kind": "child", "subject": "child-abc", "status": "rescued", "date": "2014-02-19",
         "place": "510000", "case": "", "source_kind": "evidence", "source": "", **span(90), "author": "ann", "batch": 1, "flags": []}
    )  # fmt: skip
    return {name: from_rows(name, found) for name, found in rows.items()}


def _claim(number: int, subject: str, predicate: str, about: str, basis: list[dict]) -> dict:
    return {"claim_id": key("claim", number), "subject": subject, "predicate": predicate, "object": about,
            "probability": 0.234567, "basis": basis}  # fmt: skip
