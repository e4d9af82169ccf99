"""The dossier of a ring or of a place: evidence with hashes, each link's waterfall, what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ringtrace import __version__
from ringtrace.errors import UsageError
from ringtrace.model.material import reference
from ringtrace.operation.assignment import Assignment
from ringtrace.operation.divisions import place_words
from ringtrace.pipeline.handover.exporting import disclose, mask_cells
from ringtrace.pipeline.handover.selfcheck import self_check
from ringtrace.pipeline.intake.custodian import Asked
from ringtrace.pipeline.intake.recording import children_masker, entries_of
from ringtrace.pipeline.operation.targets import assignments, own_contacts
from ringtrace.pipeline.telling.room import Room, place
from ringtrace.report.dossier import pdf_dossier
from ringtrace.report.waterfall import waterfall
from ringtrace.report.words import child_words, counted, place_name, price_words, role_name, stretch
from ringtrace.store.case import Case

_JOINED = 0.5
_QUOTE = 1_200
"""Characters of a quotation; of a longer post the rest is in the evidence, and an ellipsis says so."""
_PARTIES = ("supplier", "broker", "buyer")
_TRADE = "Observed facts and what was worked out from them; no finding about a person, no accusation."


def write_dossier(case: Case, subject: str, target: Path, asked: Asked, recipient: str = "") -> Path:
    """Write the dossier of a ring (id or its start) or a division code as PDF; the custody log is told first.

    Raises UsageError where the case has no such ring and no target in such a place.
    """
    document = compose_dossier(case, subject)

    def write(scratch: Path) -> list[Path]:
        scratch.write_bytes(pdf_dossier(document))
        return [scratch]

    with case.locked():
        return disclose(case, f"dossier of {document['subject']}", target, write, asked, recipient)[0]


def compose_dossier(case: Case, subject: str) -> dict[str, Any]:
    """Return what the dossier says, masked, as plain data."""
    room = Room(case)
    rings = [row for row in room.table("rings").to_pylist() if subject and row["ring_id"].startswith(subject)]
    if len(rings) == 1:
        made = _Dossier(room, {m["actor_id"] for m in room.rows("members", "ring_id", rings[0]["ring_id"])}, {})
        document = made.compose(rings[0]["ring_id"], rings)
    else:
        found = {a.actor: a for a in assignments(room).values() if subject and a.place == subject}
        if not found:
            raise UsageError(f"{subject!r} is no ring of this case and no place that a target is assigned to")
        ids = {m["ring_id"] for m in room.table("members").to_pylist() if m["actor_id"] in found}
        made = _Dossier(room, set(found), found)
        document = made.compose(subject, [r for r in room.table("rings").to_pylist() if r["ring_id"] in ids])
    masked: dict[str, Any] = mask_cells(document, children_masker(case, entries_of(case)))
    return masked


class _Dossier:
    """Gathers what is known of some actors; notes which files it quotes."""

    def __init__(self, room: Room, actors: set[str], assigned: Mapping[str, Assignment]) -> None:
        self._room, self._actors, self._assigned = room, actors, assigned
        self._accounts = {key for actor in actors for key in room.naming.accounts_of.get(actor, ())}
        self._contacts = own_contacts(room)
        self._cited: set[str] = set()
        self._quoted: dict[str, dict[str, str]] = {}

    def compose(self, subject: str, rings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        room = self._room
        evidence = room.table("evidence").to_pylist()
        synthetic = any("synthetic" in row["source"].lower() for row in evidence)
        is_ring = subject.startswith("ring-")
        members = sorted(
            (m for m in room.table("members").to_pylist() if m["actor_id"] in self._actors),
            key=lambda m: (-m["stability"], m["actor_id"], m["ring_id"]),
        )
        parts = {
            "members": [self._member(m) for m in members], "links": self._links(), "deals": self._deals(),
            "claims": self._claims({r["ring_id"] for r in rings}),
        }  # fmt: skip
        cited = [row for row in evidence if row["evidence_id"] in self._cited]
        title = f"Dossier: {subject}" if is_ring else f"Dossier: {place_words(subject)} ({subject})"
        return {
            "title": title, "subject": subject, "case": room.case.settings.name,
            "mark": "synthetic" if synthetic else "", "marks": _marks(synthetic), "lead": [_TRADE],
            "facts": self._facts(rings, members), **parts,
            "against": [line for ring in rings for line in ring.get("counter_evidence") or []],
            "disproof": [line for ring in rings for line in ring.get("disproof") or []],
            "evidence": [_file(row) for row in cited], "custody": _custody(room.case),
            "check": self_check(room.case, cited, parts["claims"]),
        }  # fmt: skip

    def quotes(self, spans: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
        """What stands at ``spans``, read from the originals, each once."""
        found = []
        for span in spans:
            key = reference(span)
            if key not in self._quoted:
                quote = self._room.quote(span)
                self._cited.add(quote.evidence_id)
                text = quote.text if len(quote.text) <= _QUOTE else quote.text[:_QUOTE] + " …"
                self._quoted[key] = {"text": text, "place": place(quote), "reference": key}
            found.append(self._quoted[key])
        return found

    def _facts(self, rings: Sequence[Mapping[str, Any]], members: Sequence[Mapping[str, Any]]) -> list[list[str]]:
        facts = [["Actors", str(len({m["actor_id"] for m in members}))], ["Accounts", str(len(self._accounts))]]
        for ring in rings:
            when = stretch(ring["first_at"], ring["last_at"], self._room.zone)
            where = ", ".join(place_name(code) for code in ring["provinces"])
            told = f"{counted(ring['posts'], 'post')}, {when}; provinces named: {where or 'none'}"
            facts.append([ring["ring_id"], f"p {ring['probability']:.3f} that it is no chance; {told}"])
        return [*facts, ["Made by", f"Ringtrace {__version__}, from the case's evidence and decisions alone"]]

    def _member(self, member: Mapping[str, Any]) -> dict[str, Any]:
        actor, naming = member["actor_id"], self._room.naming
        assigned = self._assigned.get(actor)
        roles = [
            {"role": role_name(held.role), "probability": f"{held.probability:.2f}",
             "because": [{"text": r.text, "quotes": self.quotes(r.basis)} for r in held.because],
             "against": [{"text": r.text, "quotes": self.quotes(r.basis)} for r in held.against]}
            for held in self._room.conduct.roles(member)
        ]  # fmt: skip
        return {
            "id": actor, "name": naming.actor(actor), "roles": roles,
            "stays": f"stays in {100 * member['stability']:.0f} % of runs with dropped ties",
            "accounts": [f"{naming.account(key)} {key}" for key in naming.accounts_of.get(actor, ())],
            "contacts": sorted(self._contacts.get(actor, ())),
            "clues": self._clues(assigned) if assigned else [],
            "doubts": list(assigned.doubts) if assigned else [],
        }  # fmt: skip

    def _clues(self, assigned: Assignment) -> list[dict[str, Any]]:
        told = [("", clue) for clue in assigned.clues] + [("against it: ", clue) for clue in assigned.against]
        return [
            {"text": f"{word}{place_words(clue.place)} by {clue.kind.replace('_', ' ')} {clue.about}",
             "quotes": self.quotes([clue.span] if clue.span else [])}
            for word, clue in told
        ]  # fmt: skip

    def _links(self) -> list[dict[str, Any]]:
        found = []
        for link in self._room.table("links").to_pylist():
            if link["probability"] >= _JOINED and {link["left"], link["right"]} <= self._accounts:
                drawn = waterfall(link, self.quotes, self._room.naming)
                rows = [
                    {**row, "signed": f"{row['value']:+.2f}",
                     "without": None if row["without"] is None else f"{row['without']:.3f}"}
                    for row in drawn["rows"]
                ]  # fmt: skip
                left, right = (self._room.naming.account(link[side]) for side in ("left", "right"))
                found.append({"left": left, "right": right, "probability": f"{link['probability']:.6f}",
                              "total": f"{drawn['total']:+.2f}", "rows": rows})  # fmt: skip
        return found

    def _deals(self) -> list[dict[str, Any]]:
        found = []
        for deal in self._room.table("deals").to_pylist():
            if {deal[party] for party in _PARTIES} & self._actors:
                who = [f"{party} {self._room.naming.actor(deal[party])}" for party in _PARTIES if deal[party]]
                about = [deal["status"], child_words(deal), price_words(deal["price"]), f"p {deal['probability']:.2f}"]
                words = ", ".join([*who, *(word for word in about if word)])
                found.append({"words": words, "quotes": self.quotes(deal["basis"])})
        return found

    def _claims(self, rings: set[str]) -> list[dict[str, Any]]:
        about = {*self._actors, *self._accounts, *rings}
        return [
            {"id": claim["claim_id"], "words": self._room.told(claim), "probability": f"{claim['probability']:.6f}",
             "quotes": self.quotes(claim["basis"])}
            for claim in self._room.claims if claim["subject"] in about
        ]  # fmt: skip


def _marks(synthetic: bool) -> list[str]:
    marks = ["Synthetic: invented for tests and training; no real person."] if synthetic else []
    return [*marks, "A candidate, to be checked by people. Children whom the records know are masked."]


def _file(row: Mapping[str, Any]) -> dict[str, str]:
    received = row["received_at"].isoformat(timespec="seconds") if row["received_at"] else "not known"
    about = (
        f"{row['source'] or 'source not stated'}; {row['size']:,} bytes; received {received}; reader {row['reader']}"
    )
    return {"hash": row["evidence_id"], "name": row["name"], "about": about}


def _custody(case: Case) -> list[str]:
    checkpoint = case.evidence.log.checkpoint()
    if checkpoint is None:
        return ["There is no signed custody log."]
    return [
        "Every file can be checked without Ringtrace: cd evidence && sha256sum -c objects.sha256",
        "The custody log of every receipt and act is signed (C2SP checkpoint); `ringtrace verify` re-reads all.",
    ]
