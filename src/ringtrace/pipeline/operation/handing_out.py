"""Packages for those who must act: who, why, on what evidence, with what doubt; written, signed and recorded."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ringtrace.errors import UsageError
from ringtrace.operation.assignment import Assignment
from ringtrace.operation.divisions import place_words
from ringtrace.operation.plan import Plan
from ringtrace.pipeline.handover.exporting import mask_cells
from ringtrace.pipeline.intake.custodian import NOBODY, Asked, log_disclosure
from ringtrace.pipeline.intake.recording import children_masker, entries_of
from ringtrace.pipeline.operation.packages import Outline, Written, note_package
from ringtrace.pipeline.operation.planning import plan_of
from ringtrace.pipeline.operation.targets import (
    CLUES,
    assignments,
    by_place,
    members_of,
    missing_of,
    own_contacts,
    target_document,
)
from ringtrace.pipeline.telling.room import Room
from ringtrace.store.case import Case
from ringtrace.store.durable import replace_file
from ringtrace.store.encryption import encrypt
from ringtrace.store.keys import key_folder, open_key, public_pem


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


def package_of(
    room: Room, plan: Plan, place: str, assigned: Sequence[Assignment], contacts: Mapping[str, set[str]]
) -> dict[str, Any]:
    """Return what the package of ``place`` says of ``assigned``, before children are masked."""
    members = members_of(room)
    targets = [target_document(room, one, members[one.actor], sorted(contacts.get(one.actor, ()))) for one in assigned]
    return {
        "case": room.case.settings.name, "place": place, "name": place_words(place) if place.isdigit() else place,
        "action day": plan.day, "tasks": [msgspec.to_builtins(task) for task in plan.tasks if task.place == place],
        "note": "Observed facts, not findings about persons. Places are weighed clues; see doubts.",
        "targets": targets,
    }  # fmt: skip


def outlines(room: Room, assigned: Mapping[str, Assignment], contacts: Mapping[str, set[str]]) -> dict[str, Outline]:
    """Return what each package would hold, counted without opening any original."""
    members, found = members_of(room), {}
    for place, chosen in by_place(assigned).items():
        spans: set[tuple[str, str, int, int]] = set()
        against, missing = 0, Counter[str]()
        for one in chosen:
            roles = [held for member in members[one.actor] for held in room.conduct.roles(member)]
            reasons = [reason for held in roles for reason in (*held.because, *held.against)]
            cited = [span for reason in reasons for span in reason.basis[:2]]
            cited += [clue.span for clue in (*one.clues[:CLUES], *one.against[:CLUES]) if clue.span]
            spans.update((s["evidence_id"], s["member"], s["start"], s["stop"]) for s in cited)
            against += sum(len(held.against) for held in roles) + len(one.against[:CLUES]) + len(one.doubts)
            missing.update(missing_of(sorted(contacts.get(one.actor, ())), one))
        found[place] = Outline(len(chosen), len(spans), against, dict(missing))
    return found
