"""From rings to packages for those who must act: who, why, on what evidence, with what doubt; and the plan."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from ringtrace.errors import UsageError
from ringtrace.model.identity import derive_id
from ringtrace.operation.assignment import Assignment, assign
from ringtrace.operation.clues import Clue, find_clues
from ringtrace.operation.counting import count_records
from ringtrace.operation.divisions import place_words, province_of, read_place
from ringtrace.operation.plan import Plan, Progress, Step, progress, read_plan
from ringtrace.pipeline.custodian import NOBODY, Asked, log_disclosure
from ringtrace.pipeline.exporting import mask_cells
from ringtrace.pipeline.packages import UNASSIGNED, Outline, Written, note_package
from ringtrace.pipeline.recording import children_masker, entries_of
from ringtrace.pipeline.room import Room
from ringtrace.store.case import Case
from ringtrace.store.durable import replace_file
from ringtrace.store.encryption import encrypt
from ringtrace.store.keys import key_folder, open_key, public_pem
from ringtrace.store.ledger import Ledger
from ringtrace.store.records import read_entries

_STEP = "plan"
DAY = "plan:day"
"""The name under which the ledger counts the changes of the action day."""
_PROTECTED = frozenset({"observer"})
_CLUES = 8
_SURE = 0.5
_CONTACTS = frozenset({"phone", "qq", "wechat", "telegram", "email"})


def assignments(room: Room) -> dict[str, Assignment]:
    """Return the assignment of every member of a ring; observers are nobody's target."""
    roles = _roles(room)
    clues = find_clues(room.table)
    return {actor: assign(actor, clues.get(actor, [])) for actor in sorted(roles) if not roles[actor] <= _PROTECTED}


def write_packages(
    case: Case,
    folder: Path,
    recipients: Sequence[str] = (),
    *,
    places: Collection[str] = (),
    asked: Asked = NOBODY,
    room: Room | None = None,
) -> list[Path]:
    """Write one signed package a place: PLACE.json with PLACE.json.sig (Ed25519, Base64) and signer.pem.

    With ``recipients`` (keys of age or SSH) each is PLACE.json.age, which they alone open; the file is signed.
    places: only these, all when empty; raises UsageError for one without targets. room: the analysis, where it is open.

    Check one without Ringtrace: openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in PLACE.json -sigfile
    (the signature decoded from Base64). Actors without a place are in "unassigned.json".
    """
    room = room or Room(case)
    chosen = by_place(assignments(room))
    for place in places:
        if place not in chosen:
            raise UsageError(f"no target is assigned to {place!r}, so there is nothing to hand out")
    contacts = own_contacts(room)
    key, mask, plan = open_key(key_folder()), children_masker(case, entries_of(case)), plan_of(case)
    ready: dict[str, tuple[bytes, Written]] = {}
    for place in sorted(places or chosen):
        document = mask_cells(package_of(room, plan, place, chosen[place], contacts), mask)
        data = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
        data = encrypt(data, recipients) if recipients else data
        signature = base64.b64encode(key.sign(data)).decode()
        name = f"{place}.json.age" if recipients else f"{place}.json"
        digest = hashlib.sha256(data).hexdigest()
        ready[name] = data, Written(place, name, digest, signature, len(chosen[place]), plan.day, tuple(recipients))
    to = ", ".join(place_words(written.place) for _, written in ready.values() if written.place.isdigit())
    hashes = {name: written.sha256 for name, (_, written) in ready.items()}
    log_disclosure(case, "packages of the operation", to, asked, written=hashes)
    with case.lent_ledger() as ledger:
        for _, written in ready.values():
            note_package(ledger, asked.document()["by"], written)
    folder.mkdir(parents=True, exist_ok=True)
    for name, (data, written) in ready.items():
        replace_file(folder / name, data)
        replace_file(folder / f"{name}.sig", written.signature.encode() + b"\n")
    replace_file(folder / "signer.pem", public_pem(key))
    return [folder / name for name in ready]


def by_place(assigned: Mapping[str, Assignment]) -> dict[str, list[Assignment]]:
    """Place -> those whose package it is; "unassigned" for all whose place is not firm or likely."""
    found: defaultdict[str, list[Assignment]] = defaultdict(list)
    for one in assigned.values():
        found[(one.place if one.level in ("firm", "likely") else "") or UNASSIGNED].append(one)
    return dict(found)


def package_of(
    room: Room, plan: Plan, place: str, assigned: Sequence[Assignment], contacts: Mapping[str, set[str]]
) -> dict[str, Any]:
    """Return what the package of ``place`` says of ``assigned``, before children are masked."""
    members = _members(room)
    return {
        "case": room.case.settings.name, "place": place, "name": place_words(place) if place.isdigit() else place,
        "action day": plan.day, "tasks": [msgspec.to_builtins(task) for task in plan.tasks if task.place == place],
        "note": "Observed facts, not findings about persons. Places are weighed clues; see doubts.",
        "targets": [_target(room, one, members[one.actor], sorted(contacts.get(one.actor, ()))) for one in assigned],
    }  # fmt: skip


def outlines(room: Room, assigned: Mapping[str, Assignment], contacts: Mapping[str, set[str]]) -> dict[str, Outline]:
    """Return what each package would hold, counted without opening any original."""
    members, found = _members(room), {}
    for place, chosen in by_place(assigned).items():
        spans: set[tuple[str, str, int, int]] = set()
        against, missing = 0, Counter[str]()
        for one in chosen:
            roles = [held for member in members[one.actor] for held in room.conduct.roles(member)]
            reasons = [reason for held in roles for reason in (*held.because, *held.against)]
            cited = [span for reason in reasons for span in reason.basis[:2]]
            cited += [clue.span for clue in (*one.clues[:_CLUES], *one.against[:_CLUES]) if clue.span]
            spans.update((s["evidence_id"], s["member"], s["start"], s["stop"]) for s in cited)
            against += sum(len(held.against) for held in roles) + len(one.against[:_CLUES]) + len(one.doubts)
            missing.update(_missing(sorted(contacts.get(one.actor, ())), one))
        found[place] = Outline(len(chosen), len(spans), against, dict(missing))
    return found


def plan_of(case: Case) -> Plan:
    """Return the plan in force."""
    ledger = case.open_ledger()
    try:
        return read_plan(_steps(ledger))
    finally:
        ledger.close()


def set_day(case: Case, day: str, *, author: str, seen: int | None = None) -> None:
    """Set the one action day; what was acknowledged for another day is open again.

    seen: as ``Ledger.record`` has it.
    """
    _append(case, Step("day", day, author), author, DAY, seen)


def give_task(case: Case, place: str, words: str, *, author: str) -> str:
    """Ask a place to do something; return the task's id. Raises UsageError for an unknown place or no words."""
    reading = read_place(place, "")
    if not reading.code:
        raise UsageError(reading.problem)
    if not words.strip():
        raise UsageError("say what is to be done")
    code = province_of(reading.code)
    key = derive_id("task", code, words)
    _append(case, Step("task", key, author, code, words), author, task_subject(key))
    return key


def answer_task(case: Case, task: str, state: str, *, author: str, seen: int | None = None) -> str:
    """Acknowledge, finish or return a task; return its id. Raises UsageError for an unknown task or state.

    seen: as ``Ledger.record`` has it, of ``task_subject``.
    """
    answers: Mapping[str, Literal["acknowledged", "done", "returned"]]
    answers = {"acknowledged": "acknowledged", "done": "done", "returned": "returned"}
    if state not in answers:
        raise UsageError(f"state {state!r} is not acknowledged, done or returned")
    plan = plan_of(case)
    found = [held for held in plan.tasks if task and held.id.startswith(task)]
    if len(found) != 1:
        raise UsageError(f"{len(found) or 'no'} tasks are called {task!r}")
    if not plan.day:
        raise UsageError("no action day is set; `ringtrace plan CASE day 2014-02-19` sets it")
    _append(case, Step(answers[state], found[0].id, author), author, task_subject(found[0].id), seen)
    return found[0].id


def board(case: Case, assigned: Mapping[str, Assignment] | None = None) -> tuple[Plan, list[Progress]]:
    """Return the plan and how far each place has come: targets, arrests, rescues, tasks.

    assigned: as ``assignments`` gives them, where they are known already.
    """
    if assigned is None:
        assigned = assignments(Room(case)) if (case.analysis / "members.parquet").exists() else {}
    targets = {found.actor: f"{found.place}|{found.level}" for found in assigned.values() if found.place}
    ledger = case.open_ledger()
    try:
        plan, entries = read_plan(_steps(ledger)), read_entries(ledger)
    finally:
        ledger.close()
    return plan, progress(plan, targets, count_records(entries).figures)


def task_subject(task: str) -> str:
    """The name under which the ledger counts the changes of a task."""
    return f"plan:task:{task}"


def _append(case: Case, step: Step, author: str, subject: str, seen: int | None = None) -> None:
    ledger = case.open_ledger()
    try:
        ledger.record(_STEP, author, msgspec.to_builtins(step), subject=subject, seen=seen)
    finally:
        ledger.close()


def _steps(ledger: Ledger) -> list[Step]:
    return [msgspec.json.decode(payload, type=Step) for _, _, _, payload in ledger.payloads(_STEP)]


def _members(room: Room) -> dict[str, list[dict[str, Any]]]:
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in room.table("members").to_pylist():
        found[row["actor_id"]].append(row)
    return found


def _roles(room: Room) -> dict[str, set[str]]:
    return {actor: {held["role"] for row in rows for held in row["roles"]} for actor, rows in _members(room).items()}


def _target(
    room: Room, assigned: Assignment, members: Sequence[Mapping[str, Any]], contacts: Sequence[str]
) -> dict[str, Any]:
    actor = assigned.actor
    rings, roles = [], []
    for member in members:
        rings.append(member["ring_id"])
        for held in room.conduct.roles(member):
            because, _ = room.reasons(held.because, "")
            against, _ = room.reasons(held.against, "")
            roles.append({"role": held.role, "probability": held.probability, "because": because, "against": against})
    return {
        "actor": actor, "name": room.naming.actor(actor), "accounts": room.naming.accounts_of.get(actor, []),
        "rings": rings, "roles": roles, "contacts": contacts, "place share": assigned.share, "level": assigned.level,
        "clues": _clues(room, assigned.clues), "clues against": _clues(room, assigned.against),
        "doubts": list(assigned.doubts), "missing": _missing(contacts, assigned),
        "care": ["may be a victim as well"] if any(r["role"] == "victim_and_actor" for r in roles) else [],
    }  # fmt: skip


def _clues(room: Room, clues: Sequence[Clue]) -> list[dict[str, Any]]:
    told = []
    for clue in clues[:_CLUES]:
        cited = room.cited([clue.span])[0] if clue.span else []
        told.append({"kind": clue.kind, "place": clue.place, "about": clue.about, "cited": cited})
    return told


def own_contacts(room: Room) -> Mapping[str, set[str]]:
    """Actor id -> the contacts that they give as their own in any post: "phone +86..."."""
    posts = room.table("posts")
    account_of = dict(zip(posts["post_id"].to_pylist(), posts["account_id"].to_pylist(), strict=True))
    actor_of = {key: actor for actor, keys in room.naming.accounts_of.items() for key in keys}
    found: defaultdict[str, set[str]] = defaultdict(set)
    columns = ["post_id", "kind", "value", "owner", "probability"]
    for row in room.table("mentions").select(columns).to_pylist():
        if row["owner"] == "self" and row["kind"] in _CONTACTS and row["probability"] >= _SURE:
            actor = actor_of.get(account_of.get(row["post_id"], ""))
            if actor:
                found[actor].add(f"{row['kind']} {row['value']}")
    return found


def _missing(contacts: Sequence[str], assigned: Assignment) -> list[str]:
    missing = ["a person's identity: only accounts are known"]
    missing += [] if any(contact.startswith("phone ") for contact in contacts) else ["a phone number of their own"]
    missing += ["a place that more than one kind of clue names"] if len({c.kind for c in assigned.clues}) < 2 else []
    return missing
