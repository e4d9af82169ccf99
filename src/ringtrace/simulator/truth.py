"""Writes what is true about simulated evidence, in the words of the table contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from ringtrace.model.identity import derive_id
from ringtrace.simulator.play import Exhibit, Laid, Play, account_key
from ringtrace.simulator.script import Line, Page, PublicNumber, Spoken, Tip

_ENCODER = msgspec.json.Encoder()


def write_truth(folder: Path, play: Play, exhibits: Iterable[Exhibit], reachable: frozenset[str]) -> int:
    """Write posts, persons, accounts and figures; return how many posts there are."""
    folder.mkdir(parents=True)
    exhibits = list(exhibits)
    rows = post_rows(play, exhibits)
    _lines(folder / "posts.jsonl", rows)
    people = {p.key: {"ring": p.ring or None, "roles": list(p.roles), "reachable": p.key in reachable,
                      "province": p.province} for p in play.script.people}  # fmt: skip
    (folder / "persons.json").write_bytes(msgspec.json.format(_ENCODER.encode(people), indent=1) + b"\n")
    _lines(folder / "accounts.jsonl", _account_rows(play, rows))
    _lines(folder / "figures.jsonl", _figure_rows(play, exhibits))
    return len(rows)


def post_rows(play: Play, exhibits: Iterable[Exhibit]) -> list[dict[str, Any]]:
    """One row a post, in order of evidence name and time; ``also`` names further files that hold it."""
    found: dict[str, tuple[str, Laid]] = {}
    also: defaultdict[str, list[str]] = defaultdict(list)
    for exhibit in _latest_first(play, exhibits):
        for laid in exhibit.laid:
            if laid.key in found:
                also[laid.key].append(exhibit.name)
            else:
                found[laid.key] = (exhibit.name, laid)
    pages = {page.key: page for page in play.script.pages}
    tips = {tip.key: tip for tip in play.script.tips}
    places = {scene.place.key: scene.place for scene in play.scenes}
    rows = []
    for key, (name, laid) in found.items():
        head = {"evidence": name, "text": laid.text, "title": laid.title, "also": also.get(key, []), "line": key}
        if key in play.lines:
            line = play.lines[key]
            account = play.account(line)
            row = _line_row(line, account_key(account, places[line.place]), account.person, laid.mentions)
        elif key in pages:
            if pages[key].mentions is None:
                continue
            row = _page_row(pages[key])
        else:
            row = _tip_row(tips[key])
        rows.append(head | row)
    rows.sort(key=lambda row: (row["evidence"], row["at"], row["line"]))
    return rows


def _latest_first(play: Play, exhibits: Iterable[Exhibit]) -> list[Exhibit]:
    """Exports that end last come first: what only an earlier export holds is then its beginning, and
    equal texts of one file stay in order of time.
    """
    ends = {
        exhibit.name: max((play.lines[laid.key].at for laid in exhibit.laid if laid.key in play.lines), default=0)
        for exhibit in exhibits
    }
    return sorted(exhibits, key=lambda exhibit: (-ends[exhibit.name], -len(exhibit.laid), exhibit.name))


def _line_row(line: Line, account: str, person: str, added: tuple[Spoken, ...]) -> dict[str, Any]:
    return {
        "at": line.at, "account": account, "account_key": line.account, "person": person, "kind": line.kind,
        "direction": line.direction, "frame": line.frame, "facts": list(line.facts), "language": line.language,
        "template": line.template, "mentions": _mentions(dict.fromkeys((*line.mentions, *added))),
    }  # fmt: skip


def _page_row(page: Page) -> dict[str, Any]:
    return {
        "at": page.at, "account": "", "account_key": "", "person": "", "kind": "article", "direction": "none",
        "frame": "news", "facts": [], "language": page.language, "template": "",
        "mentions": _mentions(page.mentions or ()),
    }  # fmt: skip


def _tip_row(tip: Tip) -> dict[str, Any]:
    return {
        "at": tip.at, "account": "", "account_key": "", "person": "", "kind": "tip", "direction": tip.direction,
        "frame": tip.frame, "facts": [], "language": "zh", "template": "", "mentions": _mentions(tip.mentions),
    }  # fmt: skip


def _mentions(mentions: Iterable[Spoken]) -> list[dict[str, str]]:
    return [{"kind": m.kind, "value": m.value, "owner": m.owner, "family": m.family} for m in mentions]


def _account_rows(play: Play, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    places = {scene.place.key: scene.place for scene in play.scenes}
    for row in rows:
        if not row["account"] or row["account"] in found:
            continue
        line = play.lines[row["line"]]
        account, place = play.accounts[line.account], places[line.place]
        found[row["account"]] = {
            "account": row["account"], "platform": account.platform, "container": place.name, "host": place.host,
            "native": account.native, "name": account.name, "person": account.person,
        }  # fmt: skip
    return [found[key] for key in sorted(found)]


def _figure_rows(play: Play, exhibits: Iterable[Exhibit]) -> list[dict[str, Any]]:
    names = {laid.key: exhibit.name for exhibit in exhibits for laid in exhibit.laid}
    rows = [_figure_row("ledger", "", figure) for figure in play.script.figures]
    for page in play.script.pages:
        rows += [_figure_row("public", names.get(page.key, ""), figure) for figure in page.figures]
    return rows


def _figure_row(origin: str, evidence: str, figure: PublicNumber) -> dict[str, Any]:
    values = asdict(figure)
    return {"figure_id": derive_id("figure", origin, evidence, *values.values()), "origin": origin,
            "evidence": evidence, **values}  # fmt: skip


def _lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.write_bytes(b"".join(_ENCODER.encode(row) + b"\n" for row in rows))
