"""The evaluation as one HTML file: precision and recall, calibration, slices, worst errors. No script, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from ringtrace.evaluation.slices import Judged, bins, curve, worst

_SIDE, _EDGE = 300, 34
_SHOWN = 300
"""Code points of a text that are shown."""
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}table{border-collapse:"
    "collapse;margin:1rem 0}td,th{border:1px solid #bbb;padding:.2rem .5rem;text-align:left;vertical-align:top}"
    "svg{max-width:100%;height:auto}.two{display:flex;flex-wrap:wrap;gap:2rem}figure{margin:0}q{quotes:none}"
)


def render(name: str, document: dict[str, Any], judged: Sequence[Judged]) -> str:
    """Return the page; ``judged`` are the posts of the truth that were found, ``document`` the scores."""
    false, missed = worst(judged)
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Evaluation of {escape(name)}</title>"
        f"<style>{_STYLE}</style><h1>Evaluation of {escape(name)}</h1>",
        f"<p>{len(judged):,} posts with a truth; {sum(one.wanted for one in judged):,} offer, seek or broker.</p>",
        "<div class=two>", *_curve(judged), *_reliability(judged), "</div>",
        *_table("Stances", document["stances"]), *_slices(document["slices"]),
        *_table("Contacts", {k: v for k, v in document["mentions"].items() if k != "owners mistaken"}),
        *_errors("Wrongly held for an offer, a wish or a go-between", false),
        *_errors("Missed", missed),
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _axes(title: str, across: str, up: str) -> Iterator[str]:
    size = _SIDE + 2 * _EDGE
    yield f'<figure><svg viewBox="0 0 {size} {size}" width="{size}" role="img" aria-label="{escape(title)}">'
    yield f'<rect x="{_EDGE}" y="{_EDGE}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#888"/>'
    for tick in range(0, 11, 2):
        x, y = _place(tick / 10, tick / 10)
        yield f'<text x="{x:.1f}" y="{_EDGE + _SIDE + 14}" font-size="10" text-anchor="middle">{tick / 10:g}</text>'
        yield f'<text x="{_EDGE - 5}" y="{y + 3:.1f}" font-size="10" text-anchor="end">{tick / 10:g}</text>'
    yield f'<text x="{size / 2}" y="{size - 4}" font-size="11" text-anchor="middle">{across}</text>'
    yield f'<text x="{_EDGE}" y="{_EDGE - 8}" font-size="11">{up}</text>'


def _place(across: float, up: float) -> tuple[float, float]:
    return _EDGE + across * _SIDE, _EDGE + (1 - up) * _SIDE


def _curve(judged: Sequence[Judged]) -> Iterator[str]:
    yield from _axes("Precision and recall", "recall", "precision")
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_place(r, p) for r, p in curve(judged)))
    yield f'<polyline points="{points}" fill="none" stroke="#1f5fa8" stroke-width="2"/></svg>'
    yield "<figcaption>Precision and recall, from the surest post down</figcaption></figure>"


def _reliability(judged: Sequence[Judged]) -> Iterator[str]:
    yield from _axes("Calibration", "probability", "share that is true")
    (x1, y1), (x2, y2) = _place(0, 0), _place(1, 1)
    yield f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#bbb"/>'
    for probability, share, posts in bins(judged):
        x, y = _place(probability, share)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#a8551f"><title>{posts:,} posts</title></circle>'
    yield "</svg><figcaption>Calibration; on the line, seventy of a hundred posts at .7 are true</figcaption></figure>"


def _table(title: str, rows: dict[str, Any]) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2><table>"
    for name, value in rows.items():
        if isinstance(value, dict):
            told = "; ".join(f"{inner} {_said(one)}" for inner, one in value.items())
        else:
            told = _said(value)
        yield f"<tr><th>{escape(name)}<td>{escape(told)}"
    yield "</table>"


def _slices(slices: dict[str, dict[str, Any]]) -> Iterator[str]:
    columns = list(dict.fromkeys(column for row in slices.values() for column in row))
    yield "<h2>Slices</h2><table><tr><th>" + "".join(f"<th>{escape(column)}" for column in columns)
    for name, row in slices.items():
        yield f"<tr><th>{escape(name)}" + "".join(f"<td>{escape(_said(row.get(column, '')))}" for column in columns)
    yield "</table>"


def _said(value: Any) -> str:  # noqa: ANN401  any score
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list):
        return f"{value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})"
    return str(value)


def _errors(title: str, posts: Sequence[Judged]) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2>"
    if not posts:
        yield "<p>None.</p>"
        return
    yield "<table><tr><th>probability<th>found<th>true<th>text"
    for one in posts:
        truth = f"{one.direction}, {one.frame}"
        text = one.text[:_SHOWN] + ("…" if len(one.text) > _SHOWN else "")
        yield f"<tr><td>{one.probability:.3f}<td>{escape(one.found)}<td>{escape(truth)}<td><q>{escape(text)}</q>"
    yield "</table>"
