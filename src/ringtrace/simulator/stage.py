"""Lays a script out as a folder of evidence in native formats, and writes the truth beside it."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ringtrace.errors import UsageError
from ringtrace.registry import scan
from ringtrace.simulator import authors as author_package
from ringtrace.simulator.observation import observe
from ringtrace.simulator.play import Exhibit, Play
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.reach import reachable_people
from ringtrace.simulator.records import record_table
from ringtrace.simulator.script import Script, Spec
from ringtrace.simulator.truth import write_truth

_SHORT = {"evaluation": "eval"}
"""Package below ``authors`` -> what is asked for, where that is another word."""

_README = """This folder is SYNTHETIC. Nobody in it exists.

It was made by `ringtrace simulate` (preset {preset}, seed {seed}, authors {authors}) to develop and measure
Ringtrace. People, accounts, texts, sites and news pages are invented. Phone numbers are of the form
170 00xx xxxx, hosts end in .example or .test. Any likeness is chance.

evidence/   what an investigator would be given, in native formats
records/    what the operation's desks would keep: arrests and rescues, for `ringtrace record CASE import`
truth/      what is true about it, as in the table contract
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written. posts: distinct posts in the evidence; lines: those that were ever said."""

    preset: str
    seed: int
    authors: str
    files: int
    bytes: int
    lines: int
    posts: int
    people: int
    members: int
    reachable: int
    directions: Mapping[str, int]


def simulate(out: Path, preset: str, seed: int, authors: str) -> Summary:
    """Write evidence/, records/, truth/ and README.txt into ``out``, which must be new, empty or an earlier one.

    The same arguments give the same bytes. Raises UsageError for an unknown preset or author, and
    where ``out`` holds something else.
    """
    spec = load_preset(preset, seed)
    script = write_script(authors, spec)
    _clear(out)
    readme = _README.format(preset=preset, seed=seed, authors=authors)
    return lay_out(out, spec, script, Summary(preset, seed, authors, 0, 0, 0, 0, 0, 0, 0, {}), readme)


def author_names() -> dict[str, str]:
    """Return what may be asked for -> the package below ``authors``, in order; none is imported."""
    packages = (info.name for info in pkgutil.iter_modules(author_package.__path__))
    return dict(sorted((_SHORT.get(package, package), package) for package in packages))


def write_script(authors: str, spec: Spec) -> Script:
    """Return what the author of that name writes. Only that author's package is imported."""
    known = author_names()
    package = known.get(authors, authors)
    if package not in known.values():
        raise UsageError(f"no author {authors!r}; there are {', '.join(known)}")
    script = importlib.import_module(f"{author_package.__name__}.{package}").write(spec)
    if not isinstance(script, Script):
        raise UsageError(f"author {authors!r} wrote a {type(script).__name__} instead of a Script")
    return script


def lay_out(out: Path, spec: Spec, script: Script, summary: Summary, readme: str) -> Summary:
    """Observe the script, write every exhibit and the truth, and return the summary filled in."""
    play = observe(script, spec)
    exhibits = _exhibits(play)
    size = 0
    for exhibit in exhibits:
        path = out / "evidence" / exhibit.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(exhibit.data)
        size += len(exhibit.data)
    shown = {laid.key: laid.text for exhibit in exhibits for laid in exhibit.laid if laid.key in play.lines}
    reachable = reachable_people(play, shown)
    posts = write_truth(out / "truth", play, exhibits, reachable)
    (out / "records").mkdir()
    (out / "records" / "records.csv").write_bytes(record_table(spec, script))
    (out / "README.txt").write_text(readme, "utf-8")
    directions = Counter(play.lines[key].direction for key in shown)
    members = sum(bool(person.ring) for person in script.people)
    return Summary(
        summary.preset, summary.seed, summary.authors, len(exhibits), size, len(script.lines), posts,
        len(script.people), members, len(reachable), dict(sorted(directions.items())),
    )  # fmt: skip


def _exhibits(play: Play) -> list[Exhibit]:
    natives = scan("ringtrace.simulator.native")
    served = frozenset[str]().union(*(native.PLATFORMS for native in natives.values()))
    for scene in play.scenes:
        if scene.place.platform not in served:
            raise UsageError(f"no native format for {scene.place.platform!r} (place {scene.place.key})")
    exhibits: dict[str, Exhibit] = {}
    for name, native in natives.items():
        for exhibit in native.lay(play):
            if exhibit.name in exhibits:
                raise UsageError(f"native format {name} wrote {exhibit.name} twice")
            exhibits[exhibit.name] = exhibit
    return [exhibits[name] for name in sorted(exhibits)]


def _clear(out: Path) -> None:
    """Make ``out`` empty; only what an earlier simulation left may be removed."""
    if out.exists():
        entries = {entry.name for entry in out.iterdir()}
        if entries - {"evidence", "records", "truth", "README.txt"} or (
            entries and "SYNTHETIC" not in (out / "README.txt").read_text("utf-8", "replace")
        ):
            raise UsageError(f"{out} holds other files; name a new or empty folder")
        for name in ("evidence", "records", "truth"):
            shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
