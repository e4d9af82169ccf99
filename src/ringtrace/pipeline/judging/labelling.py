"""A truth set by people: a recorded sample of posts, labels given blind, agreement, and the files of the contract.

The sample is drawn evenly over strata (bands of the program's probability by language), so that rare things are
met, and in a share from all posts alike, so that what the program overlooks is met, too. Every post keeps the chance
with which it was drawn. Nothing of the program's reading is shown.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ringtrace import __version__
from ringtrace.errors import CaseError, UsageError
from ringtrace.evaluation.agreement import cohen_kappa, krippendorff_alpha
from ringtrace.model.identity import derive_id
from ringtrace.model.label import Drawn, Label, Sample, Told
from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.store.analysis import read_table
from ringtrace.store.case import Case
from ringtrace.store.durable import replace_file
from ringtrace.store.ledger import Ledger

BANDS = (0.01, 0.05, 0.2, 0.5, 0.8)
"""Bounds of the strata of probability."""
AUDIT, LOWEST_AUDIT, HIGHEST_AUDIT = 0.08, 0.05, 0.10
"""Share drawn from all posts alike."""
WANTED = "yes"
"""Stands for offer, seek or broker where it was not said which."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WHITE = re.compile(r"\s+")


def draw(case: Case, size: int, seed: int, audit: float, double: float) -> Sample:
    """Return a sample of the analysed posts; the same case, size and seed give the same.

    Raises UsageError for an audit share outside of 5 to 10 % or a size that is no size.
    """
    if not LOWEST_AUDIT <= audit <= HIGHEST_AUDIT:
        raise UsageError(f"the audit share is 0.05 to 0.10, not {audit:g}")
    if size < 1 or not 0 <= double <= 1:
        raise UsageError("a sample has at least one post, and the doubled share is 0 to 1")
    strata = _strata(case)
    posts = sorted(post for members in strata.values() for post in members)
    if not posts:
        raise CaseError("there is no analysed post to label; run `ringtrace analyse` first")
    alike = round(size * audit) or 1
    taken = _allot(size - alike, {name: len(members) for name, members in strata.items()})
    chosen: dict[str, Drawn] = {}
    for name, members in strata.items():
        chance = 1 - (1 - taken[name] / len(members)) * (1 - min(1.0, alike / len(posts)))
        audited = set(_shuffled(posts, f"{seed} audit")[:alike])
        for post in [*_shuffled(members, f"{seed} {name}")[: taken[name]], *sorted(audited & set(members))]:
            chosen[post] = Drawn(post, name, round(chance, 9))
    order = tuple(chosen[post] for post in _shuffled(chosen, f"{seed} order"))
    told = [str(part) for part in (seed, size, audit, double, *(one.post for one in order))]
    return Sample(derive_id("sample", *told), seed, audit, double, len(posts), __version__, order)


def _strata(case: Case) -> dict[str, list[str]]:
    """Return stratum -> posts, in order of both."""
    posts = read_table(case.analysis, "posts")
    texts = dict(zip(posts["post_id"].to_pylist(), posts["text"].to_pylist(), strict=True))
    stances = read_table(case.analysis, "stances").select(["post_id", "probability"])
    found: defaultdict[str, list[str]] = defaultdict(list)
    for post, probability in zip(*(stances[name].to_pylist() for name in stances.column_names), strict=True):
        band = bisect_right(BANDS, probability)
        low, high = (0.0, *BANDS)[band], (*BANDS, 1.0)[band]
        language = "zh" if _CHINESE.search(texts[post]) else "en"
        found[f"{low:g}-{high:g} {language}"].append(post)
    return {name: sorted(found[name]) for name in sorted(found)}


def _allot(size: int, members: Mapping[str, int]) -> dict[str, int]:
    """Share ``size`` evenly over strata; what a small one cannot give, the others give."""
    given = dict.fromkeys(members, 0)
    while size > 0 and (open_ := [name for name in members if given[name] < members[name]]):
        each = max(1, size // len(open_))
        for name in open_[: max(1, size)]:
            more = min(each, members[name] - given[name], size)
            given[name] += more
            size -= more
    return given


def _shuffled(posts: Sequence[str] | Mapping[str, Any], salt: str) -> list[str]:
    return sorted(posts, key=lambda post: sha256(f"{salt}\0{post}".encode()).digest())


@dataclass(frozen=True)
class Work:
    """A sample and what people have said of its posts so far; read from the ledger."""

    sample: Sample
    labels: Mapping[str, Mapping[str, Label]]
    """post -> person -> label"""

    @classmethod
    def of(cls, ledger: Ledger) -> Work | None:
        """Return the last sample drawn with its labels, None before the first."""
        samples = list(ledger.events("label_sample"))
        if not samples:
            return None
        payload = samples[-1][1]
        drawn = tuple(Drawn(*row) for row in payload["drawn"])
        sample = Sample(**{**payload, "drawn": drawn})
        labels: defaultdict[str, dict[str, Label]] = defaultdict(dict)
        for change, row in ledger.events("label"):
            if row["sample"] == sample.id:
                told = tuple(Told(*one) for one in row["mentions"])
                label = Label(
                    sample.id, row["post"], change.author, row["direction"], row["frame"], tuple(row["facts"]), told
                )
                labels[row["post"]][change.author] = label
        return cls(sample, labels)

    def next_post(self, person: str, skipped: frozenset[str] = frozenset()) -> Drawn | None:
        """Return what ``person`` labels next: first what another has labelled and two should, then what nobody has."""
        size = round(len(self.sample.drawn) * self.sample.double)
        order = [one for one in self.sample.drawn if one.post not in skipped]
        doubled = {one.post for one in self.sample.drawn[:size]}
        for one in order:
            others = self.labels.get(one.post, {})
            if one.post in doubled and others and person not in others and len(others) < 2:
                return one
        return next((one for one in order if not self.labels.get(one.post)), None)

    def agreement(self) -> dict[str, Any]:
        """Return kappa and alpha of directions and frames over the posts that two and more people labelled."""
        units = [list(told.values()) for _, told in sorted(self.labels.items()) if len(told) >= 2]
        found: dict[str, Any] = {"labelled twice": len(units)}
        for name in ("direction", "frame"):
            words = [[str(getattr(label, name)) for label in unit] for unit in units]
            people = {label.by for unit in units for label in unit}
            pairs = [(unit[0], unit[1]) for unit in words]
            kappa = cohen_kappa(pairs) if len(people) == 2 else None
            found[name] = {"Cohen's kappa": kappa, "Krippendorff's alpha": krippendorff_alpha(words)}
        return found

    def settled(self) -> tuple[dict[str, Label], int]:
        """Return (post -> the label that most people give, how many posts have no such)."""
        found: dict[str, Label] = {}
        split = 0
        for post, told in sorted(self.labels.items()):
            votes = Counter((label.direction, label.frame) for label in told.values())
            ranked = votes.most_common(2)
            if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
                split += 1
                continue
            found[post] = next(
                label for _, label in sorted(told.items()) if (label.direction, label.frame) == ranked[0][0]
            )
        return found, split

    def status(self) -> dict[str, Any]:
        people = Counter(person for told in self.labels.values() for person in told)
        return {
            "sample": self.sample.id, "posts": len(self.sample.drawn), "drawn from": self.sample.posts,
            "audit share": self.sample.audit, "labelled": len(self.labels), "by": dict(sorted(people.items())),
            "agreement": self.agreement(), "without a majority": self.settled()[1],
            "strata": dict(sorted(Counter(one.stratum for one in self.sample.drawn).items())),
        }  # fmt: skip


def labels_of(ledger: Ledger) -> dict[str, str]:
    """Return post -> direction that most people give it, over all samples; posts without a majority are left out.

    A verdict on a post (the queue's) is a voice, too, of who has not labelled it: no is "none"; yes tells no direction
    and is ``WANTED``, and so is every direction of a post on which it is one of the voices.
    """
    told: defaultdict[str, dict[str, str]] = defaultdict(dict)
    undone = ledger.undone()
    for number, given in ledger.verdicts():
        if given.subject[0] == "post" and number not in undone:
            told[given.subject[1]][given.analyst] = {"yes": WANTED, "no": "none"}.get(given.verdict, "")
    for change, row in ledger.events("label"):
        told[row["post"]][change.author] = row["direction"]
    found = {}
    for post, votes in sorted(told.items()):
        voices = [voice for voice in votes.values() if voice]
        if WANTED in voices:
            voices = ["none" if voice == "none" else WANTED for voice in voices]
        ranked = Counter(voices).most_common(2)
        if len(ranked) == 1 or (ranked and ranked[0][1] > ranked[1][1]):
            found[post] = ranked[0][0]
    return found


def begin(ledger: Ledger, sample: Sample, by: str) -> None:
    """Record a sample; labels count for the last one recorded."""
    drawn = [[one.post, one.stratum, one.chance] for one in sample.drawn]
    ledger.record("label_sample", by, {**asdict(sample), "drawn": drawn})


def keep(ledger: Ledger, label: Label) -> None:
    """Record one label."""
    payload = asdict(label)
    payload["mentions"] = [[one.kind, one.value, one.owner] for one in label.mentions]
    ledger.record("label", label.by, payload)


def read_contacts(line: str) -> tuple[Told, ...]:
    """Return the contacts of "phone +8617000123456 self; qq 28477109 other"; raises UsageError saying what is wrong."""
    found = []
    for part in filter(None, map(str.strip, line.split(";"))):
        words = part.split()
        if len(words) not in (2, 3) or words[0] not in CONTACT_KINDS:
            raise UsageError(f"{part!r} is not: KIND VALUE OWNER, with KIND one of {', '.join(sorted(CONTACT_KINDS))}")
        owner = words[2] if len(words) == 3 else "self"
        if owner not in ("self", "other", "quoted", "hotline", "unknown"):
            raise UsageError(f"{owner!r} is no owner: self, other, quoted, hotline or unknown")
        found.append(Told(words[0], words[1] if words[0] == "url" else words[1].lower(), owner))
    return tuple(found)


def write_truth(case: Case, work: Work, folder: Path) -> dict[str, int]:
    """Write ``posts.jsonl``, ``persons.json`` and ``sampling.json`` as ``evaluate`` reads them.

    Each post has its ``weight``, one over its chance. Posts that people disagree on without a majority are left
    out and counted. Raises UsageError where the folder holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is not empty; give a new name")
    labels, split = work.settled()
    names = {row["evidence_id"]: row["name"] for row in read_table(case.analysis, "evidence").to_pylist()}
    wanted = {one.post: one for one in work.sample.drawn}
    lines = []
    columns = ["post_id", "evidence_id", "account_id", "text", "sent_at"]
    for row in read_table(case.analysis, "posts").select(columns).to_pylist():
        if row["post_id"] not in labels:
            continue
        label, drawn = labels[row["post_id"]], wanted[row["post_id"]]
        mentions = [
            {"kind": one.kind, "value": one.value, "owner": one.owner, "family": _family(one, row["text"])}
            for one in label.mentions
        ]
        line = {
            "post_id": row["post_id"], "evidence": names[row["evidence_id"]], "text": row["text"],
            "account": row["account_id"], "person": row["account_id"], "direction": label.direction,
            "frame": label.frame, "facts": list(label.facts), "mentions": mentions, "stratum": drawn.stratum,
            "weight": round(1 / drawn.chance, 6),
        }  # fmt: skip
        lines.append(line)
    folder.mkdir(parents=True, exist_ok=True)
    body = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    replace_file(folder / "posts.jsonl", body.encode())
    replace_file(folder / "persons.json", b"{}\n")
    sampling = {**work.status(), "seed": work.sample.seed, "program": work.sample.version}
    replace_file(folder / "sampling.json", (json.dumps(sampling, ensure_ascii=False, indent=1) + "\n").encode())
    return {"posts": len(lines), "without a majority": split}


def _family(told: Told, text: str) -> str:
    """Return "plain" where the value stands in the text as it is, else "disguised"."""
    bare = told.value.removeprefix("+86")
    return "plain" if bare in _WHITE.sub("", text).lower() else "disguised"
