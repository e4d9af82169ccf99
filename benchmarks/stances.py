"""Measures and refits the stance model on labelled texts of several voices (``benchmarks/voices``).

python benchmarks/stances.py            each voice scored by the shipped weights
python benchmarks/stances.py --held     each voice scored by weights fitted on the other voices
python benchmarks/stances.py --fit      refit on all voices, write lexicons/stance_weights.toml and stance_phrasing.tsv

A voice is a file of texts by one writer who has seen no extractor. Only ``--held`` says how the
model does on a stranger: the lexicons are grown with the voices in view. The development authors
of the simulator join the fit (never the evaluation author), each text that differs in more than
digits once.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa

import ringtrace
from phrasing import Texts, Worded
from ringtrace.evaluation.measures import average_precision, macro_f1, precision_at_recall
from ringtrace.evaluation.truth import match, read_truth
from ringtrace.model.mention import CONTACT_KINDS, Candidate
from ringtrace.model.source import Source
from ringtrace.pipeline.analysis.observing import find_all
from ringtrace.pipeline.reading.answering import find_answers, posts_above
from ringtrace.pipeline.reading.originals import MAPPING_SUFFIX, read_source
from ringtrace.pipeline.reading.posts import merge, post_table
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.stage import Summary, lay_out
from ringtrace.stances import assess, phrasing, weights
from ringtrace.stances.fitting import Example, document, fit, label_of
from ringtrace.text.view import Said, TextView

VOICES = Path(__file__).parent / "voices"
LEXICONS = Path(ringtrace.__file__).parent / "lexicons"
DEVELOPMENT = ("dev", "second", "third", "fourth", "fifth")
ZONE = "Asia/Shanghai"
ORDINARY = 5.0
"""Weight in the fit of a text without direction by an author of the simulator."""
MOST = 200
"""Texts taken of each class from each development author of the simulator; of plain talk ``PLAIN`` times as many."""
PLAIN = 4


@dataclass(frozen=True)
class Labelled:
    """One text of a voice with its truth and what the extractors find in it."""

    voice: str
    view: TextView
    candidates: tuple[Candidate, ...]
    direction: str
    frame: str
    mentions: tuple[tuple[str, str, str], ...]

    @property
    def label(self) -> str:
        return label_of(self.direction, self.frame)


def read_voices() -> list[Labelled]:
    rows = []
    for path in sorted(VOICES.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                rows.append(_labelled(path.stem, json.loads(line)))
    return rows


def _labelled(voice: str, row: dict[str, Any]) -> Labelled:
    view = TextView(
        row["text"], platform=row["platform"], kind=row["kind"], title=row.get("title", ""),
        above=(Said(row["reply_to"]),) if row.get("reply_to") else (),
    )  # fmt: skip
    told = tuple((m["kind"], m["value"], m.get("owner", "self")) for m in row.get("mentions", ()))
    return Labelled(voice, view, tuple(find_all(view)), row["direction"], row["frame"], told)


def read_author(name: str) -> list[Labelled]:
    """Return texts of a development author of the simulator, those alike but for digits once."""
    try:
        write = import_module(f"ringtrace.simulator.authors.{name}").write
    except (ModuleNotFoundError, AttributeError):
        return []
    spec = replace(load_preset("seed", 11), posts=12_000, ring_share=0.2)
    with TemporaryDirectory() as folder:
        lay_out(Path(folder), spec, write(spec), Summary("seed", 11, name, 0, 0, 0, 0, 0, 0, 0, {}), "")
        truth = read_truth(Path(folder) / "truth")
        evidence, posts = _read(Path(folder) / "evidence")
    wanted = posts.append_column("above", posts_above(posts, find_answers(posts), {}))
    columns = ["post_id", "platform", "container_name", "kind", "title", "text", "above"]
    held = {row["post_id"]: row for row in wanted.select(columns).to_pylist()}
    seen: set[str] = set()
    shares: Counter[str] = Counter()
    rows = []
    for told, post in zip(truth.posts, match(truth, posts, evidence), strict=True):
        shape = "".join("0" if char.isdigit() else char for char in told["text"])
        label = label_of(told["direction"], told["frame"])
        if post is None or shape in seen or shares[label] >= MOST * (PLAIN if label == "plain" else 1):
            continue
        seen.add(shape)
        shares[label] += 1
        row = held[post]
        view = TextView(
            row["text"], platform=row["platform"], container=row["container_name"], kind=row["kind"],
            title=row["title"], above=tuple(Said(**one) for one in row["above"]),
        )  # fmt: skip
        mentions = tuple((m["kind"], m["value"], m["owner"]) for m in told["mentions"])
        rows.append(Labelled(f"author {name}", view, tuple(find_all(view)), told["direction"], told["frame"], mentions))
    return rows


def _read(folder: Path) -> tuple[pa.Table, pa.Table]:
    """Return tables (evidence, posts) of a folder of evidence, read as ``analyse`` would."""
    rows, tables = [], []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        name, sidecar = path.relative_to(folder).as_posix(), Path(f"{path}{MAPPING_SUFFIX}")
        mapping = sidecar.read_bytes() if sidecar.exists() else None
        identity = sha256(data).hexdigest()
        reading = read_source(Source(evidence=identity, member="", name=name, data=data, zone=ZONE, sidecar=mapping))
        rows.append({"evidence_id": identity, "names": [name]})
        tables.append(post_table(reading.posts))
    return pa.Table.from_pylist(rows), merge(tables)


@dataclass(frozen=True)
class Model:
    """The files of a fit, as texts: lexicons/stance_weights.toml and lexicons/stance_phrasing.tsv."""

    weights: str
    phrasing: str

    def write(self, folder: Path = LEXICONS) -> None:
        (folder / weights.FILE).write_text(self.weights, "utf-8")
        (folder / phrasing.FILE).write_text(self.phrasing, "utf-8")

    @classmethod
    def read(cls, folder: Path = LEXICONS) -> Model:
        return cls((folder / weights.FILE).read_text("utf-8"), (folder / phrasing.FILE).read_text("utf-8"))

    def use(self) -> None:
        """Let the stance stage read by this model from now on, in this process."""
        use(weights.parse(tomllib.loads(self.weights)), phrasing.parse(self.phrasing))


def fitted(rows: Sequence[Labelled], spread: float = 0.45) -> Model:
    """Return the model fitted on ``rows``, its weights drawn back to the hand-set prior.

    Twice: what a text answers is itself read by the model, first by the prior, then by a fit of every third text.
    The weights meet each text as read by a model of wording that has not seen its hand.
    """
    prior = weights.parse(tomllib.loads((LEXICONS / "stance_prior.toml").read_text("utf-8")))
    use(prior, phrasing.Phrasing("none", (0, 0, 0), {}))
    every = rows
    for rows in (every[::3], every):
        views = [_under(row.view) for row in rows]
        texts = Texts(
            [
                Worded(assess.pieces(view, row.candidates), row.direction, row.voice, _mass(row))
                for view, row in zip(views, rows, strict=True)
            ]
        )
        said = dict(texts.crossed())
        examples = [
            Example(
                assess.features_of(view, row.candidates), row.label, _mass(row),
                tuple(zip(phrasing.VALUES, phrasing.values_of(said[at]), strict=True)),
            )
            for at, (view, row) in enumerate(zip(views, rows, strict=True))
        ]  # fmt: skip
        bias, table = fit(examples, prior, spread)
        version = f"fit of {len(examples)} texts"
        _, text = texts.fit(version)
        model = Model(document(prior, version, bias, table), text)
        model.use()
    return model


def _mass(row: Labelled) -> float:
    """Return how much a text counts: ordinary talk of an author stands for the thirty times as much there is."""
    return ORDINARY if row.direction == "none" and row.voice.startswith("author") else 1.0


def use(model: weights.Weights, words: phrasing.Phrasing) -> None:
    """Let the stance stage read by ``model`` and ``words`` from now on, in this process."""
    assess.weights = lambda: model  # type: ignore[assignment]
    assess.phrasing = lambda: words  # type: ignore[assignment]
    assess._does.cache_clear()


def scored(rows: Iterable[Labelled]) -> Iterator[tuple[Labelled, Any]]:
    for row in rows:
        yield row, assess.assess(_under(row.view), row.candidates)


def _under(view: TextView) -> TextView:
    """Return the view with what the posts above it do, read with all that is found in them, as the analysis does."""
    above: tuple[Said, ...] = ()
    for said in reversed(view.above):
        seen = TextView(said.text, view.platform, above=tuple(_seen(said, other) for other in above))
        found = assess.assess(seen, _candidates(said.text, view.platform))
        above = (said._replace(does="" if found.direction == "none" else found.direction), *above)
    return replace(view, above=above)


def _seen(said: Said, other: Said) -> Said:
    return other._replace(who=0 if other.who == said.who else other.who or said.who)


@cache
def _candidates(text: str, platform: str) -> tuple[Candidate, ...]:
    return tuple(find_all(TextView(text, platform)))


def report(name: str, results: Sequence[tuple[Labelled, Any]]) -> None:
    """Print one line of scores and the false positives by frame."""
    pairs = [(found.probability, row.direction != "none") for row, found in results]
    directions = [(row.direction, found.direction) for row, found in results]
    wrong: Counter[str] = Counter()
    total: Counter[str] = Counter()
    owners = [0, 0]
    for row, found in results:
        if row.direction == "none":
            total[row.frame] += 1
            wrong[row.frame] += found.direction != "none"
        values = {(c.kind, c.value): owner for c, owner in zip(row.candidates, found.owners, strict=True)}
        for kind, value, owner in row.mentions:
            if kind in CONTACT_KINDS and (kind, value) in values:
                owners[values[kind, value] == owner] += 1
    print(
        f"{name:14} {len(results):5} texts  AP {average_precision(pairs):.3f}  AP at 3 % base rate "
        f"{_rare_precision(pairs):.3f}  P@R.8 {precision_at_recall(pairs, 0.8):.3f}  direction F1 "
        f"{macro_f1(directions, ('offer', 'seek', 'broker')):.3f}  frame "
        f"{sum(row.frame == found.frame for row, found in results) / len(results):.3f}  owner "
        f"{owners[1] / max(1, sum(owners)):.3f}"
    )
    print("   false positives:", ", ".join(f"{frame} {wrong[frame]}/{total[frame]}" for frame in sorted(total)))


def _rare_precision(pairs: Sequence[tuple[float, bool]], rate: float = 0.03) -> float:
    """Return the average precision if directed posts were as rare as in the field."""
    positive = sum(truth for _, truth in pairs)
    scale = (1 - rate) / rate * positive / max(1, len(pairs) - positive)
    return average_precision(pairs, np.array([1.0 if truth else scale for _, truth in pairs]))


def main() -> None:
    rows = read_voices()
    voices = sorted({row.voice for row in rows})
    extra = [row for name in DEVELOPMENT for row in read_author(name)] if len(sys.argv) > 1 else []
    results = []
    for voice in voices:
        mine = [row for row in rows if row.voice == voice]
        if "--held" in sys.argv:
            fitted([row for row in rows if row.voice != voice] + extra).use()
        found = list(scored(mine))
        report(voice, found)
        results += found
    report("all", results)
    if "--fit" in sys.argv:
        model = fitted(rows + extra)
        model.write()
        model.use()
        report("fitted on all", list(scored(rows)))


if __name__ == "__main__":
    main()
