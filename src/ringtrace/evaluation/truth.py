"""The truth files as the table contract describes them, joined to the posts of an analysis."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ringtrace.errors import UsageError

_WHITE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Truth:
    """posts: rows of posts.jsonl in order; persons: person -> {ring, roles, reachable}; figures: rows."""

    posts: list[dict[str, Any]]
    persons: dict[str, dict[str, Any]]
    figures: list[dict[str, Any]]


def read_truth(folder: Path) -> Truth:
    """Read ``posts.jsonl``, ``persons.json`` and, where present, ``figures.jsonl``."""
    try:
        posts = [_normalised(post) for post in _lines(folder / "posts.jsonl")]
        persons = json.loads((folder / "persons.json").read_text("utf-8"))
        figures = _lines(folder / "figures.jsonl") if (folder / "figures.jsonl").exists() else []
    except (OSError, ValueError) as error:
        why = f"no {Path(error.filename).name}" if isinstance(error, FileNotFoundError) else str(error)
        raise UsageError(
            f"{folder} holds no readable truth ({why}); give a folder with posts.jsonl and persons.json, such as "
            "the one that `ringtrace simulate` writes"
        ) from error
    return Truth(posts, persons, figures)


def _normalised(post: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its web addresses as the contract has them: scheme and host lower case, no lone slash."""
    mentions = post.get("mentions") or []
    if not any(mention["kind"] == "url" for mention in mentions):
        return post
    plain = [{**m, "value": _plain_url(m["value"])} if m["kind"] == "url" else m for m in mentions]
    return {**post, "mentions": plain}


def _plain_url(value: str) -> str:
    scheme, mark, rest = value.partition("://")
    host, slash, path = rest.partition("/")
    if not mark:
        return value
    return f"{scheme.lower()}://{host.lower()}{slash + path if path else ''}"


def match(truth: Truth, posts: pa.Table, evidence: pa.Table) -> list[str | None]:
    """Return for each true post the post_id that holds it, or None: same evidence, same text, in order of time.

    A truth that people made names its ``post_id`` itself.
    """
    names: dict[str, list[str]] = {
        row["evidence_id"]: row["names"] for row in evidence.select(["evidence_id", "names"]).to_pylist()
    }
    waiting: dict[tuple[str, str], list[str]] = defaultdict(list)
    columns = posts.select(["post_id", "evidence_id", "sources", "text", "kind"])
    for row in columns.to_pylist():
        if row["kind"] == "system":
            continue
        places = {row["evidence_id"], *(source["evidence_id"] for source in row["sources"])}
        for name in sorted({name for place in places for name in names[place]}):
            waiting[name, _key(row["text"])].append(row["post_id"])
    taken: dict[tuple[str, str], int] = defaultdict(int)
    found: list[str | None] = []
    known = set(posts["post_id"].to_pylist())
    for post in truth.posts:
        if post.get("post_id") in known:
            found.append(post["post_id"])
            continue
        key = (post["evidence"], _key(post["text"]))
        ids = waiting.get(key, [])
        found.append(ids[min(taken[key], len(ids) - 1)] if ids else None)
        taken[key] += 1
    return found


def _key(text: str) -> str:
    return _WHITE.sub("", text)


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as handle:
        return [json.loads(line) for line in handle if line.strip()]
