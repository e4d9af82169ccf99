"""The watch list: identifiers as mentions have them, and alerts where they turn up in the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.errors import CaseError, UsageError
from ringtrace.linking.claims import native_contacts
from ringtrace.model.identity import derive_id
from ringtrace.model.mention import IDENTITY_KINDS
from ringtrace.model.span import Span
from ringtrace.model.watch import Alert, Watch
from ringtrace.operation.masking import Masker
from ringtrace.operation.sheet import read_sheet
from ringtrace.pipeline.analysis.changes import FOLDER
from ringtrace.pipeline.analysis.observing import find_all
from ringtrace.pipeline.intake.recording import children_masker, entries_of
from ringtrace.report.words import shorten
from ringtrace.store.case import Case
from ringtrace.store.ledger import Ledger
from ringtrace.store.watches import add_watches, read_watches, seen_alerts
from ringtrace.text.view import TextView

FILE = f"{FOLDER}/alerts.json"
_SURE = 0.5
"""The contract's bar for taking a mention for what it seems to be."""
_SEALED = "is part of an identity under seal and cannot be watched in clear"


@dataclass(frozen=True, slots=True)
class Wish:
    """One identifier that somebody wants watched, as typed. row: of the table it came in, 0 for none."""

    kind: str
    value: str
    reason: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a wish. status: added, known (on the list already), refused; number: its event or 0."""

    wish: Wish
    status: str
    value: str = ""
    number: int = 0
    why: str = ""


def normalise(case: Case, kind: str, value: str) -> str:
    """Return ``value`` as mentions of ``kind`` have it; raises UsageError when it is none."""
    if kind not in IDENTITY_KINDS:
        raise UsageError(f"{kind!r} is none of {', '.join(sorted(IDENTITY_KINDS))}")
    secret = case.digest_key()
    for text in (f"{kind}: {value}", value):
        found = find_all(TextView(text, platform=kind, lexicons=case.lexicons, secret=secret))
        best = max((one for one in found if one.kind == kind), key=lambda one: one.probability, default=None)
        if best is not None and best.probability >= _SURE:
            return best.value
    raise UsageError(f"no {kind} was read in what was given; it would never be found in a post either")


def read_wishes(data: bytes, name: str) -> list[Wish]:
    """Return the rows of a CSV or XLSX table with the columns kind, value, reason; raises UsageError without them."""
    sheet = read_sheet(data, name)
    at = {heading.strip().casefold(): number for number, heading in enumerate(sheet.headings)}
    if missing := [column for column in ("kind", "value", "reason") if column not in at]:
        raise UsageError(f"{name} has no column {', '.join(missing)}; the first row names kind, value and reason")

    def cell(cells: Sequence[str], column: str) -> str:
        return cells[at[column]].strip() if at[column] < len(cells) else ""

    return [
        Wish(cell(row.cells, "kind").casefold(), cell(row.cells, "value"), cell(row.cells, "reason"), row.number)
        for row in sheet.rows
    ]


def watch(case: Case, wishes: Sequence[Wish], author: str) -> list[Outcome]:
    """Put identifiers on the watch list; what cannot be is refused with a reason, the rest goes on it."""
    mask = children_masker(case, entries_of(case))
    ledger = case.open_ledger()
    try:
        known = {(one.kind, one.value): one.number for one in read_watches(ledger)}
        outcomes: list[Outcome] = []
        fresh: dict[tuple[str, str], Wish] = {}
        for wish in wishes:
            outcome = _judge(case, wish, mask, known.keys() | fresh.keys())
            if outcome.status == "added":
                fresh[wish.kind, outcome.value] = wish
            outcomes.append(outcome)
        numbers = add_watches(ledger, author, [(kind, value, one.reason) for (kind, value), one in fresh.items()])
    finally:
        ledger.close()
    known |= dict(zip(fresh, numbers, strict=True))
    return [replace(one, number=known.get((one.wish.kind, one.value), 0)) for one in outcomes]


def _judge(case: Case, wish: Wish, mask: Masker, known: set[tuple[str, str]]) -> Outcome:
    if not wish.reason:
        return Outcome(wish, "refused", why="say why it is watched")
    try:
        value = normalise(case, wish.kind, wish.value)
    except UsageError as error:
        return Outcome(wish, "refused", why=str(error))
    if any(mask(text) != text for text in (wish.value, value, wish.reason)):
        return Outcome(replace(wish, value="***", reason="***"), "refused", why=f"it {_SEALED}")
    return Outcome(wish, "known" if (wish.kind, value) in known else "added", value)


def raise_alerts(case: Case, tables: Mapping[str, pa.Table], ledger: Ledger) -> list[Alert]:
    """Return the alerts that nobody has seen yet, in the order of the watch list, new ones first within each.

    tables: posts, mentions and accounts of a run that is about to replace the one in the case.
    """
    watches = {(one.kind, one.value): one for one in read_watches(ledger)}
    if not watches:
        return []
    before, seen = {one.id for one in read_alerts(case.analysis)}, seen_alerts(ledger)
    found = {
        one.id: replace(one, fresh=one.id not in before)
        for one in (*_mentioned(tables, watches), *_native(tables, watches))
        if one.id not in seen
    }
    return sorted(found.values(), key=lambda one: (one.watch.number, not one.fresh, one.post, one.id))


def _mentioned(tables: Mapping[str, pa.Table], watches: Mapping[tuple[str, str], Watch]) -> Iterator[Alert]:
    mentions = tables["mentions"]
    values = pa.array(sorted({value for _, value in watches}), pa.string())
    rows = mentions.filter(
        pc.and_(pc.is_in(mentions["value"], values), pc.greater_equal(mentions["probability"], _SURE))
    )
    posts = tables["posts"].select(["post_id", "account_id"])
    wanted = posts.filter(pc.is_in(posts["post_id"], rows["post_id"].combine_chunks()))
    author = dict(zip(wanted["post_id"].to_pylist(), wanted["account_id"].to_pylist(), strict=True))
    for row in rows.to_pylist():
        one = watches.get((row["kind"], row["value"]))
        if one is not None:
            yield Alert(
                derive_id("alert", row["kind"], row["value"], row["post_id"]), one, row["post_id"],
                author.get(row["post_id"], ""), row["owner"], row["probability"], tuple(map(_span, row["spans"])),
            )  # fmt: skip


def _native(tables: Mapping[str, pa.Table], watches: Mapping[tuple[str, str], Watch]) -> Iterator[Alert]:
    """Accounts whose own id in their app is watched: no post of theirs needs to name it."""
    held: dict[str, Watch] = {}
    columns = (tables["accounts"][name].to_pylist() for name in ("account_id", "platform", "native_id", "names"))
    for account, platform, native, names in zip(*columns, strict=True):
        for key in native_contacts(platform, native or "", names or ()):
            if key in watches:
                held[account] = watches[key]
    if not held:
        return
    posts = tables["posts"].select(["post_id", "account_id", "sent_at", "evidence_id", "member", "start", "stop"])
    posts = posts.filter(pc.is_in(posts["account_id"], pa.array(sorted(held), pa.string())))
    told: set[str] = set()
    for row in posts.sort_by([("sent_at", "ascending"), ("post_id", "ascending")]).to_pylist():
        if row["account_id"] not in told:
            told.add(row["account_id"])
            one = held[row["account_id"]]
            name = derive_id("alert", one.kind, one.value, row["account_id"])
            yield Alert(name, one, row["post_id"], row["account_id"], "self", 1.0, (_span(row),))


def _span(span: Mapping[str, Any]) -> Span:
    return Span(span["evidence_id"], span["member"], span["start"], span["stop"])


def alert_file(alerts: Sequence[Alert]) -> dict[str, bytes]:
    """Return path in the analysis -> bytes, for ``read_alerts``."""
    return {FILE: msgspec.json.format(msgspec.json.encode(list(alerts)), indent=1)}


def read_alerts(analysis: Path) -> list[Alert]:
    """Return the alerts that the last run raised; none where there is no such run or its file is damaged."""
    try:
        return msgspec.json.decode((analysis / FILE).read_bytes(), type=list[Alert])
    except (OSError, msgspec.DecodeError):
        return []


def open_alerts(case: Case, ledger: Ledger) -> list[Alert]:
    """Return the alerts of the last run that are still watched for and that nobody has seen yet."""
    watched, seen = {one.number for one in read_watches(ledger)}, seen_alerts(ledger)
    return [one for one in read_alerts(case.analysis) if one.watch.number in watched and one.id not in seen]


def masker_of(case: Case) -> Masker:
    """Return what blots sealed identities out of alerts; where this key folder cannot know them, of everything."""
    try:
        return children_masker(case, entries_of(case))
    except CaseError:
        return lambda text: "***" if text else text


def alert_document(one: Alert, mask: Masker) -> dict[str, Any]:
    """Return an alert for JSON, with what is sealed blotted out."""
    return {
        "id": one.id, "new": one.fresh, "watch": one.watch.number, "kind": one.watch.kind,
        "value": mask(one.watch.value), "reason": mask(one.watch.reason), "author": one.watch.author,
        "post": one.post, "account": one.account, "owner": one.owner, "probability": one.probability,
        "spans": [asdict(span) for span in one.spans],
    }  # fmt: skip


def alert_sentence(one: Alert, quote: Callable[[Mapping[str, Any]], tuple[str, str]], mask: Masker) -> str:
    """Say an alert: what, where with its bytes, the words there, why it is watched and for whom.

    quote(span): (words, place), as the report has it.
    """
    first = one.spans[0]
    words, place = quote(
        {"evidence_id": first.evidence, "member": first.member, "start": first.start, "stop": first.stop}
    )
    own = one.id == derive_id("alert", one.watch.kind, one.watch.value, one.account)
    said = shorten(mask(words), _WORDS)
    return (
        f"{'new: ' if one.fresh else ''}{one.watch.kind} {mask(one.watch.value)} "
        f"{'is the id of an account, first seen' if own else 'stands'} in {mask(place)} “{said}” ({one.post}; "
        f"watched by {one.watch.author}: {mask(one.watch.reason)})"
    )


_WORDS = 80
