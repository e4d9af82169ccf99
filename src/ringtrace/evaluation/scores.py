"""Scores of an analysis against a truth, as the table contract lists them."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ringtrace.evaluation import measures as m
from ringtrace.evaluation.slices import Judged, by_slice, weights_of
from ringtrace.evaluation.truth import Truth, match, read_truth
from ringtrace.model.mention import CONTACT_KINDS

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Scores:
    """document: nested names to numbers; intervals stand as [value, low, high]. judged: the posts behind."""

    document: dict[str, Any]
    judged: tuple[Judged, ...] = ()

    def lines(self) -> list[str]:
        return list(_lines(self.document, 0))


@dataclass(slots=True)
class _Row:
    """One true post with what was found in it."""

    truth: dict[str, Any]
    post: str | None
    mentions: list[dict[str, Any]]
    stance: dict[str, Any] | None
    facts: set[str]

    @property
    def language(self) -> str:
        return "zh" if _CHINESE.search(self.truth["text"]) else "en"


def evaluate(analysis: Path, truth_folder: Path) -> Scores:
    """Compare the tables in ``analysis`` with the truth in ``truth_folder``."""
    truth = read_truth(truth_folder)
    tables = {path.stem: pq.read_table(path) for path in sorted(analysis.glob("*.parquet"))}
    rows = _join(truth, tables)
    judged = _judged(rows)
    return Scores(
        {
            "posts": {"true": len(rows), "found": sum(row.post is not None for row in rows)},
            "mentions": _mentions(rows),
            "stances": _stances(rows, weights_of(judged)),
            "slices": by_slice(judged),
            "facts": _facts(rows),
            **_people(truth, rows, tables),
            "figures": _figures(truth, tables["figures"]),
        },
        judged,
    )


def _judged(rows: list[_Row]) -> tuple[Judged, ...]:
    return tuple(
        Judged(
            row.truth["text"], row.language, row.truth["frame"], row.truth["direction"], row.stance["frame"],
            row.stance["direction"], float(row.stance["probability"]), float(row.truth.get("weight", 1.0)),
        )
        for row in rows if row.stance is not None
    )  # fmt: skip


def _join(truth: Truth, tables: dict[str, pa.Table]) -> list[_Row]:
    mentions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    columns = ["post_id", "kind", "value", "owner", "probability"]
    for mention in tables["mentions"].select(columns).to_pylist():
        if mention["probability"] >= 0.5:
            mentions[mention["post_id"]].append(mention)
    stances = {row["post_id"]: row for row in tables["stances"].to_pylist()}
    facts: dict[str, set[str]] = defaultdict(set)
    for fact in tables["facts"].select(["post_id", "fact", "probability"]).to_pylist():
        if fact["probability"] >= 0.5:
            facts[fact["post_id"]].add(fact["fact"])
    ids = match(truth, tables["posts"], tables["evidence"])
    return [
        _Row(post, key, mentions.get(key or "", []), stances.get(key or ""), facts.get(key or "", set()))
        for post, key in zip(truth.posts, ids, strict=True)
    ]


def _mentions(rows: list[_Row]) -> dict[str, Any]:
    kinds = sorted({mention["kind"] for row in rows for mention in row.truth["mentions"]})
    found: dict[str, Any] = {"contacts": _kind_scores(rows, CONTACT_KINDS)}
    for kind in kinds:
        found[kind] = _kind_scores(rows, {kind})
    for language in ("zh", "en"):
        found[f"contacts, {language}"] = _kind_scores([r for r in rows if r.language == language], CONTACT_KINDS)
    found["contacts, plain recall"] = _family_recall(rows, plain=True)
    found["contacts, disguised recall"] = _family_recall(rows, plain=False)
    background = [row for row in rows if not any(x["kind"] in CONTACT_KINDS for x in row.truth["mentions"])]
    false = sum(x["kind"] in CONTACT_KINDS and x["owner"] != "hotline" for row in background for x in row.mentions)
    found["false contacts per 1,000 background posts"] = 1000 * false / len(background) if background else math.nan
    found["owner accuracy"] = _owner_accuracy(rows)
    found["owners mistaken"] = _owners_mistaken(rows)
    return found


def _pairs(mentions: Iterable[dict[str, Any]], kinds: frozenset[str] | set[str]) -> set[tuple[str, str]]:
    return {(x["kind"], x["value"]) for x in mentions if x["kind"] in kinds and x["owner"] != "hotline"}


def _kind_scores(rows: list[_Row], kinds: frozenset[str] | set[str]) -> dict[str, Any]:
    counts = []
    for row in rows:
        hotlines = {(x["kind"], x["value"]) for x in row.truth["mentions"] if x["owner"] == "hotline"}
        wanted = _pairs(row.truth["mentions"], kinds)
        got = _pairs(row.mentions, kinds) - hotlines
        if wanted or got:
            counts.append((len(wanted & got), len(got), len(wanted)))
    precision, recall, f1 = m.prf(*(sum(column) for column in zip(*counts, strict=True))) if counts else (math.nan,) * 3
    table = np.array(counts, dtype=float).reshape(-1, 3)
    low, high = m.interval(len(counts), lambda times: m.prf(*(times @ table).tolist())[2])
    return {"precision": precision, "recall": recall, "F1": [f1, low, high], "true": sum(c[2] for c in counts)}


def _family_recall(rows: list[_Row], *, plain: bool) -> dict[str, Any]:
    hits: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for row in rows:
        got = _pairs(row.mentions, CONTACT_KINDS)
        for x in row.truth["mentions"]:
            if x["kind"] in CONTACT_KINDS and x["owner"] != "hotline" and (x["family"] == "plain") == plain:
                wanted[x["family"]] += 1
                hits[x["family"]] += (x["kind"], x["value"]) in got
    total = sum(wanted.values())
    scores: dict[str, Any] = {"recall": sum(hits.values()) / total if total else math.nan, "true": total}
    if not plain:
        scores["families"] = {family: f"{hits[family]} of {wanted[family]}" for family in sorted(wanted)}
    return scores


def _owners(rows: list[_Row]) -> Iterable[tuple[str, str, str]]:
    """Yield (true owner, owner found, true frame) of every contact that was found."""
    for row in rows:
        owners = {(x["kind"], x["value"]): x["owner"] for x in row.mentions}
        for x in row.truth["mentions"]:
            if x["kind"] in CONTACT_KINDS and (x["kind"], x["value"]) in owners:
                yield x["owner"], owners[x["kind"], x["value"]], row.truth["frame"]


def _owners_mistaken(rows: list[_Row]) -> dict[str, int]:
    counts = Counter(f"{told} as {read}, {frame}" for told, read, frame in _owners(rows) if told != read)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _owner_accuracy(rows: list[_Row]) -> list[float]:
    right = [told == read for told, read, _ in _owners(rows)]
    share = sum(right) / len(right) if right else math.nan
    values = np.array(right, dtype=float)
    return [share, *m.interval(len(right), lambda times: float(times @ values / times.sum()))]


def _stances(rows: list[_Row], weights: m.Weights | None) -> dict[str, Any]:
    judged = [row for row in rows if row.stance is not None]
    scored = [(float(row.stance["probability"]), row.truth["direction"] != "none") for row in judged if row.stance]
    pairs = [(row.truth["direction"], row.stance["direction"]) for row in judged if row.stance]
    frames: dict[str, str] = {}
    for frame in sorted({row.truth["frame"] for row in judged}):
        quiet = [row for row in judged if row.truth["frame"] == frame and row.truth["direction"] == "none"]
        false = sum(bool(row.stance and row.stance["band"] == "yes") for row in quiet)
        if quiet:
            frames[frame] = f"{false} of {len(quiet)} ({100 * false / len(quiet):.2f} %)"
    right_frames = sum(bool(r.stance and r.stance["frame"] == r.truth["frame"]) for r in judged)
    macro = m.macro_f1(pairs, ("offer", "seek", "broker", "none"))
    ece, brier = m.calibration(scored)
    ap_low, ap_high = m.interval(
        len(scored), lambda times: m.average_precision(scored, times if weights is None else times * weights), rounds=50
    )
    return {
        "average precision": [m.average_precision(scored, weights), ap_low, ap_high],
        "precision at recall .8": m.precision_at_recall(scored, 0.8),
        "direction macro-F1": macro,
        "frame accuracy": right_frames / max(1, len(judged)),
        "ECE": ece,
        "Brier": brier,
        "base rate": sum(true for _, true in scored) / max(1, len(scored)),
        "false positives by frame": frames,
    }


def _facts(rows: list[_Row]) -> dict[str, Any]:
    scores: dict[str, Any] = {}
    trade = [row for row in rows if row.truth["direction"] != "none"]
    for fact in sorted({fact for row in trade for fact in row.truth["facts"]}):
        hits = sum(fact in row.facts and fact in row.truth["facts"] for row in trade)
        found = sum(fact in row.facts for row in trade)
        scores[fact] = dict(
            zip(
                ("precision", "recall", "F1"),
                m.prf(hits, found, sum(fact in row.truth["facts"] for row in trade)),
                strict=True,
            )
        )
    return scores


def _people(truth: Truth, rows: list[_Row], tables: dict[str, pa.Table]) -> dict[str, Any]:
    account_of = dict(
        zip(tables["posts"]["post_id"].to_pylist(), tables["posts"]["account_id"].to_pylist(), strict=True)
    )
    owners: dict[str, Counter[str]] = defaultdict(Counter)
    contact: set[str] = set()
    for row in rows:
        account = account_of.get(row.post or "", "")
        if account:
            owners[account][row.truth["person"]] += 1
            if any(x["kind"] in CONTACT_KINDS and x["owner"] == "self" for x in row.truth["mentions"]):
                contact.add(account)
    person_of = {account: min(people, key=lambda p: (-people[p], p)) for account, people in owners.items()}
    actor_of = {account: row["actor_id"] for row in tables["actors"].to_pylist() for account in row["accounts"]}
    shown = {account: person_of[account] for account in sorted(contact)}
    precision, recall, f1 = m.b_cubed(shown, {account: actor_of.get(account, account) for account in shown})
    people_in: dict[str, set[str]] = defaultdict(set)
    for account, person in shown.items():
        people_in[actor_of.get(account, account)].add(person)
    merged = sum(len(people) > 1 for people in people_in.values())
    links = [
        (float(row["probability"]), person_of[row["left"]] == person_of[row["right"]])
        for row in tables["links"].select(["left", "right", "probability"]).to_pylist()
        if row["left"] in person_of and row["right"] in person_of
    ]
    ece, brier = m.calibration(links)
    return {
        "actors": {
            "B-cubed precision": precision, "B-cubed recall": recall, "B-cubed F1": f1, "accounts": len(shown),
            "over-merged actors": f"{merged} of {len(people_in)}",
        },
        "links": {"ECE": ece, "Brier": brier, "links": len(links)},
        "rings": _rings(truth, person_of, actor_of, tables),
    }  # fmt: skip


def _rings(
    truth: Truth, person_of: dict[str, str], actor_of: dict[str, str], tables: dict[str, pa.Table]
) -> dict[str, Any]:
    rings_of_actor: dict[str, list[str]] = defaultdict(list)
    roles_of_actor: dict[str, set[str]] = defaultdict(set)
    for row in tables["members"].to_pylist():
        rings_of_actor[row["actor_id"]].append(row["ring_id"])
        roles_of_actor[row["actor_id"]] |= {role["role"] for role in row["roles"] if role["probability"] >= 0.5}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    roles: dict[str, set[str]] = defaultdict(set)
    for account, person in person_of.items():
        actor = actor_of.get(account, account)
        roles[person] |= roles_of_actor[actor]
        for ring in rings_of_actor[actor]:
            found[person][ring] += 1
    true_ring = {p: row["ring"] for p, row in truth.persons.items() if row.get("ring")}
    majority: dict[str, tuple[str, int, int]] = {}
    members: dict[str, list[str]] = defaultdict(list)
    for person, counts in found.items():
        for ring in counts:
            members[ring].append(true_ring.get(person, ""))
    for ring, truths in members.items():
        best, hits = Counter(truths).most_common(1)[0]
        majority[ring] = (best, hits, len(truths))
    false = sum(not best or hits < size / 2 for best, hits, size in majority.values())
    right = {
        person for person, counts in found.items()
        if person in true_ring and any(majority[ring][0] == true_ring[person] for ring in counts)
    }  # fmt: skip
    reachable = {p for p in true_ring if truth.persons[p].get("reachable") and p in set(person_of.values())}
    partition = {p: min(found[p], key=lambda r: (-found[p][r], r)) if found.get(p) else f"alone {p}" for p in reachable}
    precision = len(right) / len(found) if found else math.nan
    recall = len(right & reachable) / len(reachable) if reachable else math.nan
    role_pairs = [(set(truth.persons[p]["roles"]), roles[p] - {"unknown"}) for p in sorted(right & reachable)]
    hits = sum(len(a & b) for a, b in role_pairs)
    return {
        "true rings": len(set(true_ring.values())),
        "found rings": len(members),
        "true rings found": len({best for best, hits, size in majority.values() if best and hits >= size / 2}),
        "false rings": false,
        "ARI over reachable members": _rand({p: true_ring[p] for p in sorted(reachable)}, partition),
        "member precision": precision,
        "recall of reachable members": recall,
        "reachable members": len(reachable),
        "role F1": m.prf(hits, sum(len(b) for _, b in role_pairs), sum(len(a) for a, _ in role_pairs))[2],
        "sizes": {
            ring: f"{hits} of {size} in {best or 'no ring'}" for ring, (best, hits, size) in sorted(majority.items())
        },
    }


def _rand(true: dict[str, str], found: dict[str, str]) -> float:
    """Return the adjusted Rand index, nan where all people are of one ring: there is nothing to keep apart."""
    return m.adjusted_rand(true, found) if len(set(true.values())) > 1 else math.nan


def _figures(truth: Truth, figures: pa.Table) -> dict[str, Any]:
    def key(row: dict[str, Any]) -> tuple[str, ...]:
        status = row.get("status") or "reported"  # the contract's word for no more than that
        if row.get("unit") != "person" and status == "identified":
            status = "reported"  # a ring, a site, a group has no steps of a record: both words say that it is known
        named = {**row, "status": status}
        parts = [str(named.get(name) or "") for name in ("quantity", "unit", "status", "place", "value")]
        return tuple("" if part == "CN" else part for part in parts)  # the whole country, said or left out

    wanted = {key(row) for row in truth.figures}
    found = {key(row) for row in figures.to_pylist() if row["origin"] == "public"}
    precision, recall, f1 = m.prf(len(wanted & found), len(found), len(wanted))
    return {"precision": precision, "recall": recall, "F1": f1, "true": len(wanted), "found": len(found)}


def _lines(value: dict[str, Any], depth: int) -> Iterable[str]:
    for name, inner in value.items():
        pad = "  " * depth
        if isinstance(inner, dict):
            yield f"{pad}{name}:"
            yield from _lines(inner, depth + 1)
        elif isinstance(inner, list):
            yield f"{pad}{name}: {inner[0]:.3f} [{inner[1]:.3f}, {inner[2]:.3f}]"
        elif isinstance(inner, float):
            yield f"{pad}{name}: {'cannot be told here' if math.isnan(inner) else f'{inner:.3f}'}"
        else:
            yield f"{pad}{name}: {inner}"
