"""Fills the report: one HTML file that opens without a network and loads nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pyarrow as pa
from jinja2 import Environment, select_autoescape
from markupsafe import Markup

from ringtrace import __version__
from ringtrace.report.charts import MARKS, Node, graph, lanes, mark, tile_map

Quoting = Callable[[dict[str, Any]], tuple[str, str]]
_QUOTE = 200
_CLAIMS = 25
_LINKS = 40
_DEALS = 60


@dataclass(frozen=True, slots=True)
class Contents:
    """What a report is made of. quote(span) -> (text, place); place_name: division code -> name."""

    name: str
    sentences: list[str]
    tables: Mapping[str, pa.Table]
    questions: list[str]
    quote: Quoting
    place_name: Callable[[str], str]


def render(contents: Contents) -> bytes:
    """Return the report as UTF-8 HTML."""
    environment = Environment(autoescape=select_autoescape(default=True), trim_blocks=True)
    template = environment.from_string((resources.files("ringtrace.report") / "report.html.j2").read_text("utf-8"))
    book = _Book(contents)
    gaps = book.gaps()
    document = template.render(
        name=contents.name,
        version=__version__,
        synthetic=any("synthetic" in source.lower() for source in contents.tables["evidence"]["source"].to_pylist()),
        sentences=contents.sentences,
        marks={r.replace("_", " "): Markup(mark(Node("", r, r), 10, 10, 7)) for r in MARKS},  # noqa: S704  own SVG
        rings=[book.ring(row) for row in contents.tables["rings"].to_pylist()],
        figures=book.figures(),
        reconciliation=book.reconciliation(),
        questions=contents.questions,
        gaps=gaps,
        gap_bytes=f"{sum(gap['size'] for gap in gaps):,}",
        ambiguous=contents.tables["posts"]["sent_basis"].to_pylist().count("ambiguous"),
        evidence=contents.tables["evidence"].to_pylist(),
    )
    return document.encode("utf-8")


class _Book:
    """Look-ups over the tables, made once."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        t = contents.tables
        self.files = dict(zip(t["evidence"]["evidence_id"].to_pylist(), t["evidence"]["name"].to_pylist(), strict=True))
        self._accounts = {row["account_id"]: row for row in t["accounts"].to_pylist()}
        self._actor_accounts = {row["actor_id"]: row["accounts"] for row in t["actors"].to_pylist()}
        self._members: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in t["members"].to_pylist():
            self._members[row["ring_id"]].append(row)
        self._containers = {row["container_id"]: row["name"] for row in t["containers"].to_pylist()}
        self._claims: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in t["claims"].to_pylist():
            for end in {row["subject"], row["object"]}:
                self._claims[end].append(row)
        self._ties = t["ties"].select(["left", "right", "weight"]).to_pylist()
        self._links = t["links"].to_pylist()
        self._spoken: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        in_rings = {key for m in t["members"]["actor_id"].to_pylist() for key in self._actor_accounts.get(m, ())}
        columns = (t["posts"][name].to_pylist() for name in ("account_id", "container", "sent_at"))
        for account, container, at in zip(*columns, strict=True):
            if account in in_rings and at is not None:
                self._spoken[account].append((container, at))
        self._deals = t["deals"].to_pylist()

    def ring(self, row: dict[str, Any]) -> dict[str, Any]:
        members = self._members[row["ring_id"]]
        actors = {member["actor_id"] for member in members}
        ties = [
            (x["left"], x["right"], x["weight"]) for x in self._ties if x["left"] in actors and x["right"] in actors
        ]
        accounts = {account for actor in actors for account in self._actor_accounts.get(actor, ())}
        nodes = [Node(m["actor_id"], self._label(m["actor_id"]), _main_role(m)) for m in members]
        links = [x for x in self._links if x["left"] in accounts and x["right"] in accounts]
        places = {code: 1 for code in row["provinces"]}
        ordered = sorted(members, key=lambda m: (-m["stability"], m["actor_id"]))
        return {
            "id": row["ring_id"],
            "actors": row["actors"],
            "accounts": row["accounts"],
            "posts": row["posts"],
            "probability": row["probability"],
            "first": _day(row["first_at"]),
            "last": _day(row["last_at"]),
            "containers": [self._containers.get(key, key) for key in row["containers"]],
            "graph": Markup(graph(nodes, ties)),  # noqa: S704  every text in it is escaped
            "lanes": Markup(lanes(self._moments(accounts))),  # noqa: S704
            "tiles": Markup(tile_map(places, self._contents.place_name)) if places else "",  # noqa: S704
            "members": [
                {
                    "id": m["actor_id"],
                    "names": self._label(m["actor_id"]),
                    "roles": _roles(m),
                    "stability": m["stability"],
                }
                for m in ordered
            ],
            "claims": [self._claim(claim) for claim in self._claims[row["ring_id"]][:_CLAIMS]],
            "deals": [self._deal(d) for d in self._deals if {d["supplier"], d["broker"], d["buyer"]} & actors][:_DEALS],
            "links": [self._link(link) for link in sorted(links, key=lambda x: -x["probability"])[:_LINKS]],
            "disproof": _disproof(row, ties),
        }

    def figures(self) -> list[dict[str, Any]]:
        return [
            {
                "words": _figure_words(row), "population": row["population"],
                "place": self._contents.place_name(row["place"]) if row["place"] else "",
                "when": row["period_start"] or row["as_of"], "context": row["context"],
                "quotes": self._quotes([row]) if row["start"] is not None else [],
            }
            for row in self._contents.tables["figures"].to_pylist()
        ]  # fmt: skip

    def reconciliation(self) -> list[str]:
        figures = {row["figure_id"]: row for row in self._contents.tables["figures"].to_pylist()}
        lines = []
        for row in self._contents.tables["reconciliation"].to_pylist():
            right = f" and {_figure_words(figures[row['right']])}" if row["right"] else ""
            verdict = row["verdict"].replace("_", " ")
            lines.append(f"{_figure_words(figures[row['left']])}{right}: {verdict}. {row['reason']}")
        return lines

    def gaps(self) -> list[dict[str, Any]]:
        return [
            {"name": self.files.get(row["evidence_id"], "?") + (f" [{row['member']}]" if row["member"] else ""),
             "place": f"{row['start']}-{row['stop']}", "reason": row["reason"], "size": row["stop"] - row["start"]}
            for row in self._contents.tables["gaps"].to_pylist()
        ]  # fmt: skip

    def _label(self, actor: str) -> str:
        names = {name for key in self._actor_accounts.get(actor, ()) for name in self._accounts[key]["names"]}
        return ", ".join(sorted(names)[:4]) or actor

    def _moments(self, accounts: set[str]) -> dict[str, list[Any]]:
        lanes_of: dict[str, list[Any]] = defaultdict(list)
        for account in sorted(accounts):
            for container, at in self._spoken[account]:
                lanes_of[self._containers.get(container, "?")].append(at)
        busiest = sorted(lanes_of, key=lambda name: (-len(lanes_of[name]), name))[:20]
        return {name: lanes_of[name] for name in busiest}

    def _claim(self, claim: dict[str, Any]) -> dict[str, Any]:
        subject = self._label(claim["subject"]) if claim["subject"].startswith("actor-") else claim["subject"]
        target = self._label(claim["object"]) if claim["object"].startswith("actor-") else claim["object"]
        words = f"{subject} {claim['predicate'].replace('_', ' ')} {target}"
        return {"id": claim["claim_id"], "words": words, "probability": claim["probability"],
                "quotes": self._quotes(claim["basis"][:3])}  # fmt: skip

    def _deal(self, deal: dict[str, Any]) -> dict[str, Any]:
        child = [str(deal["children"])] + [str(deal[key]) for key in ("sex", "age") if deal[key]]
        who = {key: self._label(deal[key]) if deal[key] else "" for key in ("supplier", "broker", "buyer")}
        return {"status": deal["status"], **who, "price": deal["price"] or "", "child": ", ".join(child),
                "quotes": self._quotes(deal["basis"][:3])}  # fmt: skip

    def _link(self, link: dict[str, Any]) -> dict[str, Any]:
        weights = [
            {"value": w["log2_odds"], "feature": w["feature"],
             "quotes": self._quotes(span for span in (w["left"], w["right"]) if span)}
            for w in link["weights"]
        ]  # fmt: skip
        return {
            "left": self._account_label(link["left"]), "right": self._account_label(link["right"]),
            "probability": link["probability"], "weights": weights, "counterfactual": _counterfactual(link),
        }  # fmt: skip

    def _account_label(self, account: str) -> str:
        row = self._accounts[account]
        return f"{' / '.join(row['names'][:2]) or row['native_id']} ({row['platform']})"

    def _quotes(self, spans: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
        quotes = []
        for span in spans:
            text, where = self._contents.quote(span)
            flat = " ".join(text.split())
            quotes.append({"text": flat[:_QUOTE] + ("…" if len(flat) > _QUOTE else ""), "place": where})
        return quotes


def _counterfactual(link: dict[str, Any]) -> str:
    """What the probability would be without the strongest line."""
    helping = [w for w in link["weights"] if w["log2_odds"] > 0 and w["left"]]
    if not helping:
        return ""
    strongest = max(helping, key=lambda w: w["log2_odds"])
    rest = sum(w["log2_odds"] for w in link["weights"]) - strongest["log2_odds"]
    without = 1 / (1 + 2 ** -max(-60.0, min(60.0, rest)))
    return f"Without “{strongest['feature']}” the probability would be {without:.3f}."


def _disproof(ring: dict[str, Any], ties: list[tuple[str, str, float]]) -> list[str]:
    degree: dict[str, int] = defaultdict(int)
    for left, right, _ in ties:
        degree[left] += 1
        degree[right] += 1
    lines = ["a reading of the quoted posts in which no child changes hands (a joke, a warning, a lawful procedure)"]
    if degree:
        hub = max(sorted(degree), key=lambda actor: degree[actor])
        lines.append(f"proof that the handles that tie {degree[hub]} others to {hub} are a service open to all")
    if ring["accounts"] > ring["actors"]:
        lines.append("proof that accounts joined above belong to different people: judge a link `no` and analyse again")
    return lines


def _figure_words(row: dict[str, Any]) -> str:
    bound = {"exact": "", "at_least": "at least ", "about": "about "}[row["bound"]]
    return f"{bound}{row['value']} {row['quantity']} {row['status']}".strip()


def _main_role(member: dict[str, Any]) -> str:
    known = [role for role in member["roles"] if role["role"] != "unknown"]
    return str(max(known, key=lambda role: (role["probability"], role["role"]))["role"]) if known else "unknown"


def _roles(member: dict[str, Any]) -> str:
    return (
        ", ".join(f"{role['role'].replace('_', ' ')} {role['probability']:.2f}" for role in member["roles"])
        or "unknown"
    )


def _day(value: Any) -> str:  # noqa: ANN401  a datetime or None
    return value.date().isoformat() if value is not None else "no stated time"
