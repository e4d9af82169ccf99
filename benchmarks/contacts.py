"""Measures the extractors on the texts of the simulator's development authors and of the voices.

python benchmarks/contacts.py                  F1 by kind for every author and voice
python benchmarks/contacts.py third fourth     these authors only
python benchmarks/contacts.py dev --misses 40  and print what was missed and what was made up
python benchmarks/contacts.py FILE.jsonl --counts   labelled texts of your own, as counts: right, found, true

The evaluation author is refused: it is measured by ``ringtrace evaluate`` only, as counts. Texts
are those of the truth, read one by one; owners are those that the stances settle.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.pipeline.analysis.observing import find_all
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.stage import Summary, lay_out
from ringtrace.stances.assess import assess
from ringtrace.text.view import TextView

AUTHORS = ("dev", "second", "third", "fourth", "fifth")
VOICES = Path(__file__).parent / "voices"
POSTS, SEED = 12_000, 21


@dataclass
class Tally:
    """hits, found, wanted: counts by kind; families: family -> [hits, wanted]; wrong: examples to read."""

    hits: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    families: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    owners: Counter[tuple[str, str]] = field(default_factory=Counter)
    background: int = 0
    false: int = 0
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, row: dict[str, Any]) -> None:
        """Count one text with its true mentions."""
        view = TextView(row["text"], row["platform"], kind=row["kind"], sent_at=row["sent_at"], title=row["title"])
        candidates = find_all(view)
        owners = assess(view, tuple(candidates)).owners
        shown = {(c.kind, c.value): owner for c, owner in zip(candidates, owners, strict=True) if c.probability >= 0.5}
        hotlines = {(m["kind"], m["value"]) for m in row["mentions"] if m.get("owner") == "hotline"}
        wanted = {(m["kind"], m["value"]): m for m in row["mentions"] if m.get("owner") != "hotline"}
        got = {pair for pair, owner in shown.items() if owner != "hotline"} - hotlines
        self._count(row["text"], wanted, got)
        for pair, told in wanted.items():
            if pair in shown and pair[0] in CONTACT_KINDS:
                self.owners[told.get("owner", "self"), shown[pair]] += 1

    def _count(self, text: str, wanted: dict[tuple[str, str], Any], got: set[tuple[str, str]]) -> None:
        for pair, told in wanted.items():
            self.wanted[pair[0]] += 1
            self.hits[pair[0]] += pair in got
            if pair[0] in CONTACT_KINDS:
                family = self.families[told.get("family", "plain")]
                family[0] += pair in got
                family[1] += 1
            if pair not in got:
                self.wrong.append(("missed", *pair, text))
        for pair in got:
            self.found[pair[0]] += 1
            if pair not in wanted:
                self.wrong.append(("made up", *pair, text))
        if not any(kind in CONTACT_KINDS for kind, _ in wanted):
            self.background += 1
            self.false += sum(kind in CONTACT_KINDS for kind, _ in got)

    def document(self) -> dict[str, Any]:
        """Return the figures, F1 by kind and the rest, rounded to three decimals."""
        scores: dict[str, Any] = {kind: self._f1({kind}) for kind in sorted(self.wanted)}
        plain = self.families["plain"]
        dressed = [pair for family, pair in self.families.items() if family != "plain"]
        scores["contacts"] = self._f1(CONTACT_KINDS)
        scores["plain recall"] = _share(*plain)
        scores["disguised recall"] = _share(sum(a for a, _ in dressed), sum(b for _, b in dressed))
        scores["families"] = {family: f"{a} of {b}" for family, (a, b) in sorted(self.families.items()) if a < b}
        scores["false contacts per 1,000"] = round(1000 * self.false / max(1, self.background), 2)
        scores["owner accuracy"] = _share(
            sum(n for (told, read), n in self.owners.items() if told == read), sum(self.owners.values())
        )
        scores["owners mistaken"] = {
            f"{told} as {read}": n for (told, read), n in self.owners.most_common() if told != read
        }
        return scores

    def counts(self) -> dict[str, Any]:
        """Return kind -> [right, found, true] and true owner -> [right, of found]."""
        kinds = sorted({*self.wanted, *self.found})
        told: dict[str, Any] = {kind: [c[kind] for c in (self.hits, self.found, self.wanted)] for kind in kinds}
        told["contacts"] = [sum(c[k] for k in CONTACT_KINDS) for c in (self.hits, self.found, self.wanted)]
        owners: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for (owner, read), n in self.owners.items():
            owners[owner][0] += n * (owner == read)
            owners[owner][1] += n
        told["owners"] = dict(sorted(owners.items()))
        told["false in texts without"] = f"{self.false} in {self.background}"
        return told

    def _f1(self, kinds: frozenset[str] | set[str]) -> dict[str, float]:
        hits, found, wanted = (sum(c[k] for k in kinds) for c in (self.hits, self.found, self.wanted))
        return {
            "P": _share(hits, found),
            "R": _share(hits, wanted),
            "F1": _share(2 * hits, found + wanted),
            "true": wanted,
        }


def _share(part: float, whole: float) -> float:
    return round(part / whole, 3) if whole else 0.0


def read_author(name: str, posts: int = POSTS, seed: int = SEED) -> list[dict[str, Any]]:
    """Return rows (text, title, platform, kind, sent_at, mentions) of a development author."""
    if name not in AUTHORS:
        raise SystemExit(f"{name} is no development author: {', '.join(AUTHORS)}")
    write = import_module(f"ringtrace.simulator.authors.{name}").write
    spec = replace(load_preset("seed", seed), posts=posts)
    with TemporaryDirectory() as folder:
        lay_out(Path(folder), spec, write(spec), Summary("seed", seed, name, 0, 0, 0, 0, 0, 0, 0, {}), "")
        lines = (Path(folder) / "truth" / "posts.jsonl").read_text("utf-8").splitlines()
    return list(_rows(map(json.loads, lines)))


def _rows(posts: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for post in posts:
        platform = post["account"].split("|")[0] if "account" in post else post.get("platform", "")
        sent = post.get("at")
        yield {
            "text": post["text"], "title": post.get("title") or "", "platform": platform,
            "kind": post.get("kind", "message"), "sent_at": sent * 1_000_000 if sent else None,
            "mentions": post.get("mentions", ()),
        }  # fmt: skip


def read_voice(path: Path) -> list[dict[str, Any]]:
    """Return the same rows of a file of labelled texts."""
    return list(_rows(json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[*AUTHORS, *sorted(path.stem for path in VOICES.glob("*.jsonl"))])
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--kinds", nargs="*", default=None)
    parser.add_argument("--counts", action="store_true")
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    for name in asked.names:
        voice = Path(name) if name.endswith(".jsonl") else VOICES / f"{name}.jsonl"
        try:
            rows = read_voice(voice) if voice.exists() else read_author(name, asked.posts, asked.seed)
        except ModuleNotFoundError:
            continue
        tally = Tally()
        for row in rows:
            tally.add(row)
        if asked.counts:
            print(voice.stem, json.dumps(tally.counts(), ensure_ascii=False))
        else:
            print(json.dumps({name: tally.document()}, ensure_ascii=False, indent=1))
        wanted = [wrong for wrong in tally.wrong if asked.kinds is None or wrong[1] in asked.kinds]
        for what, kind, value, text in wanted[: asked.misses]:
            print(f"{what:8} {kind:9} {value:24} {text!r}")


if __name__ == "__main__":
    main()
