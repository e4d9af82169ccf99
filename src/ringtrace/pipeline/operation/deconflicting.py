"""Do two cases look at the same target, or at the same place in the same week? Within one house, and between houses.

Between houses nothing but blinded values and a pointer to a contact is exchanged; see ``operation.exchange``. The
secrets of a round lie in the key folder and are used once.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from ringtrace.errors import CaseError, UsageError
from ringtrace.operation import exchange
from ringtrace.operation.cells import cell
from ringtrace.operation.exchange import Header, Level, Message
from ringtrace.operation.masking import MASK
from ringtrace.operation.oprf import hash_to_scalar
from ringtrace.pipeline.intake.custodian import NOBODY, Asked, log_disclosure
from ringtrace.pipeline.intake.recording import children_masker, entries_of
from ringtrace.pipeline.operation.deconflicted import KIND
from ringtrace.pipeline.operation.planning import plan_of
from ringtrace.store.analysis import read_table
from ringtrace.store.case import Case
from ringtrace.store.durable import replace_file
from ringtrace.store.keys import key_folder, open_key
from ringtrace.store.ledger import Ledger

_TELLING = frozenset({"personal", "shared_by_few"})
"""Uses of an identifier that say something about persons; hotlines and shops would be hits in every case."""
_MOVES = frozenset({"suspect", "place", "case"})
_DAYS = 30
_QUOTA = 100_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What ``[deconfliction]`` in case.toml says. partners: name -> public key, hex. quota: identifiers in 30 days."""

    agency: str = ""
    contact: str = ""
    level: Level = "agency"
    quota: int = _QUOTA
    partners: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Near:
    """Two or more cases with the same identifier or cell. what: "phone +86..." or "cell 510100 2014-W08"."""

    what: str
    cases: tuple[str, ...]


def read_terms(case: Case) -> Terms:
    """Return the terms of a case; raises CaseError where they are no terms."""
    section = tomllib.loads((case.folder / "case.toml").read_text("utf-8")).get("deconfliction", {})
    try:
        return msgspec.convert(section, Terms)
    except msgspec.ValidationError as error:
        raise CaseError(f"{case.folder / 'case.toml'}, [deconfliction]: {error}") from error


def identifiers_of(case: Case) -> list[str]:
    """Return what may be asked: telling identifiers that stand in the case's evidence, and cells; sorted, each once.

    What the records know of children is never asked nor answered.
    """
    mask = children_masker(case, entries_of(case))
    held = {item.evidence_id for item in case.evidence.held()}
    posts = read_table(case.analysis, "posts")
    sealed = {
        post for post, file in zip(posts["post_id"].to_pylist(), posts["evidence_id"].to_pylist(), strict=True)
        if file in held
    }  # fmt: skip
    mentions = read_table(case.analysis, "mentions").select(["post_id", "kind", "value", "probability"]).to_pylist()
    said = {(m["kind"], m["value"]) for m in mentions if m["probability"] >= 0.5 and m["post_id"] in sealed}
    rows = read_table(case.analysis, "identifiers").to_pylist()
    telling = {
        f"{r['kind']} {r['value']}"
        for r in rows
        if r["use"] in _TELLING and (r["kind"], r["value"]) in said and MASK not in mask(r["value"])
    }
    return sorted(telling | {f"cell {found}" for found in _cells(case)})


def compare_cases(folders: Sequence[Path], *, author: str) -> list[Near]:
    """Return what two or more cases of one house share, by what it is; each case's ledger is told of its hits.

    A ledger names the other cases, but for those whose level is "hidden".
    """
    found: defaultdict[str, list[Case]] = defaultdict(list)
    for folder in sorted(folders):
        case = Case(folder)
        for item in identifiers_of(case):
            found[item].append(case)
    near = {what: cases for what, cases in found.items() if len(cases) > 1}
    hits: defaultdict[Path, dict[str, list[str]]] = defaultdict(dict)
    shy = {folder for folder in folders if read_terms(Case(folder)).level == "hidden"}
    for what, cases in sorted(near.items()):
        for case in cases:
            others = [other for other in cases if other.folder != case.folder and other.folder not in shy]
            hits[case.folder][what] = [other.settings.name for other in others]
    for folder, found_with in sorted(hits.items()):
        told = {"what": "compared within the house", "hits": sorted(found_with), "with": found_with}
        with _writing(Case(folder)) as ledger:
            ledger.record(KIND, author, told)
    return [Near(what, tuple(case.settings.name for case in cases)) for what, cases in sorted(near.items())]


def ask(case: Case, recipient: str, out: Path, asked: Asked) -> int:
    """Write the ask for everything that may be asked; return how many identifiers. One ask has one recipient."""
    terms, items = read_terms(case), identifiers_of(case)
    if recipient not in terms.partners:
        raise UsageError(
            f"{recipient!r} is no partner of this case; name them under [deconfliction.partners] in case.toml"
        )
    if not items:
        raise UsageError("the evidence of this case holds no telling identifier, so there is nothing to ask")
    seed, checkpoint = secrets.token_bytes(32), case.evidence.log.checkpoint()
    sum_ = f"{checkpoint.size} {checkpoint.root.hex()}" if checkpoint else ""
    header = Header(
        kind="ask",
        sender=terms.agency or case.settings.name,
        recipient=recipient,
        key="",
        number=len(items),
        evidence=sum_,
    )
    data = exchange.make_ask(header, items, seed, open_key(key_folder()))
    digest = exchange.read_message(data, "ask").digest
    _keep("asks", digest, {"seed": seed.hex(), "items": items, "recipient": recipient})
    with _writing(case) as ledger:
        ledger.record(
            KIND, asked.document()["by"], {"what": "asked", "of": recipient, "number": len(items), "ask": digest}
        )
    log_disclosure(case, "blinded identifiers for deconfliction", recipient, asked, written={"ask": digest})
    replace_file(out, data)
    return len(items)


def answer(case: Case, data: bytes, out: Path, asked: Asked) -> int:
    """Answer a partner's ask under a key of its own; return how many identifiers were evaluated.

    Raises UsageError for a stranger, a message for somebody else, an ask that was answered before, and over the quota.
    """
    terms, message = read_terms(case), exchange.read_message(data, "ask")
    partner = _partner(terms, message)
    items = [] if terms.level == "hidden" else identifiers_of(case)
    with _writing(case) as ledger:
        _check_quota(ledger, terms, partner, message)
        secret = hash_to_scalar(secrets.token_bytes(64))
        name = secrets.token_hex(8)
        header = Header(kind="answer", sender=message.header.recipient, recipient=message.header.sender, key="",
                        number=len(items), round=name, reply_to=message.digest)  # fmt: skip
        made = exchange.make_answer(message, header, items, secret, open_key(key_folder()))
        digest = exchange.read_message(made.data, "answer").digest
        _keep("rounds", name, {"proofs": dict(made.proofs), "partner": partner, "answer": digest})
        told = {
            "what": "answered",
            "partner": partner,
            "number": message.header.number,
            "ask": message.digest,
            "round": name,
        }
        ledger.record(KIND, asked.document()["by"], told)
    log_disclosure(case, "evaluated values for deconfliction", partner, asked, written={"answer": digest})
    replace_file(out, made.data)
    return message.header.number


def claim(case: Case, data: bytes, out: Path, asked: Asked) -> list[str]:
    """Read an answer, write the claim for its hits, and return them; no claim is written where there is none."""
    message = exchange.read_message(data, "answer")
    kept = _kept("asks", message.header.reply_to)
    if read_terms(case).partners.get(kept["recipient"]) != message.header.key:
        raise UsageError(f"the answer is not signed by {kept['recipient']}")
    hits = exchange.find_hits(message, kept["items"], bytes.fromhex(kept["seed"]))
    with _writing(case) as ledger:
        told = {"what": "hits found", "at": kept["recipient"], "hits": sorted(hits), "round": message.header.round}
        ledger.record(KIND, asked.document()["by"], told)
    if hits:
        ordered = sorted(hits)
        header = Header(kind="claim", sender=message.header.recipient, recipient=message.header.sender, key="",
                        number=len(hits), round=message.header.round, reply_to=message.digest)  # fmt: skip
        made = exchange.make_claim(header, [hits[item] for item in ordered], open_key(key_folder()))
        _keep("claims", exchange.read_message(made, "claim").digest, {"items": ordered, "recipient": kept["recipient"]})
        replace_file(out, made)
    return sorted(hits)


def point(case: Case, data: bytes, out: Path, asked: Asked) -> list[str]:
    """Check a claim, tell the owner's ledger of every hit, write the pointers, and return the identifiers hit.

    A round's proofs are used once: a second claim of it is refused.
    """
    terms, message = read_terms(case), exchange.read_message(data, "claim")
    kept = _kept("rounds", message.header.round)
    partner = _partner(terms, message)
    if (partner, message.header.reply_to) != (kept["partner"], kept["answer"]):
        raise UsageError("the claim does not belong to the answer that this partner was given")
    found = exchange.check_claim(message, kept["proofs"])
    hits = sorted({item for item in found if item})
    with _writing(case) as ledger:
        told = {
            "what": "hit",
            "partner": partner,
            "hits": hits,
            "wrong": found.count(""),
            "round": message.header.round,
        }
        ledger.record(KIND, asked.document()["by"], told)
    said = exchange.pointer(terms.level, terms.agency or case.settings.name, terms.contact)
    header = Header(kind="pointers", sender=message.header.recipient, recipient=message.header.sender, key="",
                    number=len(found), round=message.header.round, reply_to=message.digest,
                    pointers=[said] if said else [])  # fmt: skip
    made = exchange.write_message(header, bytes(1 if item and said else 0 for item in found), open_key(key_folder()))
    log_disclosure(case, f"pointers for {len(hits)} hits", partner, asked)
    _forget("rounds", message.header.round)
    replace_file(out, made)
    return hits


def read_pointers(case: Case, data: bytes, asked: Asked = NOBODY) -> list[tuple[str, str]]:
    """Return (identifier, whom to call) of every claimed hit; "" where the owner says nothing. The ledger keeps it."""
    message = exchange.read_message(data, "pointers")
    kept = _kept("claims", message.header.reply_to)
    if read_terms(case).partners.get(kept["recipient"]) != message.header.key:
        raise UsageError(f"the pointers are not signed by {kept['recipient']}")
    told = ["", *message.header.pointers]
    if len(message.payload) != len(kept["items"]) or max(message.payload, default=0) >= len(told):
        raise UsageError("the pointers do not fit the claim")
    found = [(item, told[which]) for item, which in zip(kept["items"], message.payload, strict=True)]
    read = {"what": "pointers read", "at": kept["recipient"], "round": message.header.round, "pointers": dict(found)}
    with case.lent_ledger() as ledger:
        ledger.record(KIND, asked.document()["by"], read)
    return found


def audit(case: Case, data: bytes) -> list[str]:
    """Return what is wrong with an ask that this house made: values that stand for nothing in the case's evidence."""
    message = exchange.read_message(data, "ask")
    kept = _kept("asks", message.digest)
    strange = sorted(set(kept["items"]) - set(identifiers_of(case)))
    problems = [f"{item} does not stand in the case's evidence or records now" for item in strange]
    if not exchange.is_ask_of(message, kept["items"], bytes.fromhex(kept["seed"])):
        problems.append("the ask holds other values than those that were written down when it was made")
    return problems


def _cells(case: Case) -> Iterator[str]:
    for entry in entries_of(case):
        record = entry.record
        if record.kind in _MOVES and (found := cell(record.place, record.date)):
            yield found
    plan = plan_of(case)
    for task in plan.tasks:
        if found := cell(task.place, plan.day):
            yield found


def _partner(terms: Terms, message: Message) -> str:
    names = [name for name, key in terms.partners.items() if key == message.header.key]
    if not names:
        who = f"{message.header.sender} (key {message.header.key})"
        raise UsageError(f"{who} is no partner of this case; nothing is said to strangers")
    return names[0]


def _check_quota(ledger: Ledger, terms: Terms, partner: str, message: Message) -> None:
    since = (datetime.now(UTC) - timedelta(days=_DAYS)).timestamp() * 1e6
    used = 0
    for event, told in ledger.events(KIND):
        if told["what"] == "answered" and told["partner"] == partner:
            if told["ask"] == message.digest:
                raise UsageError("this ask was answered before; a new key would let the answers be compared")
            used += told["number"] if event.at >= since else 0
    if used + message.header.number > terms.quota:
        left = max(0, terms.quota - used)
        of = f"{left:,} of {terms.quota:,} left in {_DAYS} days"
        raise UsageError(f"{partner} asks {message.header.number:,} identifiers and has {of}")


@contextmanager
def _writing(case: Case) -> Iterator[Ledger]:
    with case.locked():
        ledger = case.open_ledger()
        try:
            yield ledger
        finally:
            ledger.close()


def _path(kind: str, name: str) -> Path:
    if not name.isalnum():
        raise UsageError("the message names no round or ask of ours")
    return key_folder() / "deconfliction" / kind / f"{name}.json"


def _keep(kind: str, name: str, value: Mapping[str, Any]) -> None:
    path = _path(kind, name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(msgspec.json.encode(value))
        handle.flush()
        os.fsync(handle.fileno())


def _kept(kind: str, name: str) -> dict[str, Any]:
    path = _path(kind, name)
    if not path.exists():
        raise UsageError("this message answers nothing that this key folder sent, or its round is over")
    found: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    return found


def _forget(kind: str, name: str) -> None:
    _path(kind, name).unlink()
