"""Looks a case's own word lists through before an analysis: a list that is never read changes nothing unnoticed."""

from __future__ import annotations

import difflib
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from ringtrace.errors import LexiconError

_KEYS = frozenset({"terms", "remove"})
_MOST_TERM = 200
"""Code points of a term."""


def check_lexicons(folder: Path) -> int:
    """Return how many files of a case's ``lexicons/`` are good; raises LexiconError naming all that is wrong with them.

    A file is TOML of the form ``<topic>.<name>.toml``; its topic, its tables and the concepts in it are those of the
    shipped lists (a misspelt one would never be read), its terms non-empty strings, folded as texts are searched.
    """
    problems: list[str] = []
    files = sorted(path for path in folder.iterdir() if path.is_file())
    for path in files:
        problems += [f"{path.name}: {problem}" for problem in _problems(path)]
    if problems:
        more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
        raise LexiconError(f"{folder}: {'; '.join(problems[:5])}{more}")
    return len(files)


def _problems(path: Path) -> list[str]:
    topics = _shipped()
    topic, _, rest = path.name.partition(".")
    if path.suffix != ".toml" or not rest.removesuffix("toml").strip("."):
        return ["its name is not TOPIC.NAME.toml, so it is not read"]
    if topic not in topics:
        return [f"there are no lists on {topic!r}{_meant(topic, topics)}"]
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [f"{error}; mend the file or remove it"]
    known = topics[topic]
    found = [f"[{name}] is no table of {topic}{_meant(name, known)}" for name in document if name not in known]
    concepts = document.get("concept", {})
    if not isinstance(concepts, dict):
        return [*found, "[concept] must be a table"]
    for name, table in concepts.items():
        found += _concept(topic, name, table, known.get("concept", frozenset()))
    return found


def _concept(topic: str, name: str, table: Any, known: frozenset[str]) -> list[str]:  # noqa: ANN401  any TOML value
    if name not in known:
        return [f"[concept.{name}] is no concept of {topic}{_meant(name, known)}"]
    if not isinstance(table, dict):
        return [f"[concept.{name}] must be a table with terms, found {type(table).__name__}"]
    found = [f"concept.{name}.{key} is neither terms nor remove" for key in table if key not in _KEYS]
    for key in sorted(_KEYS & table.keys()):
        terms = table[key]
        if not isinstance(terms, list):
            found.append(f"concept.{name}.{key} must be a list, found {type(terms).__name__}")
            continue
        for term in terms:
            if not isinstance(term, str) or not term.strip() or len(term) > _MOST_TERM:
                found.append(f"concept.{name}.{key} holds {term!r:.60}, not a term of 1 to {_MOST_TERM} signs")
            elif term != term.lower():
                found.append(f"concept.{name}.{key} holds {term!r}; texts are searched in lower case")
    return found


def _shipped() -> dict[str, dict[str, frozenset[str]]]:
    """Return topic -> table -> names in it, over the shipped lists."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for entry in (resources.files("ringtrace") / "lexicons").iterdir():
        if not entry.name.endswith(".toml"):
            continue
        tables = found.setdefault(entry.name.partition(".")[0], {})
        for name, value in tomllib.loads(entry.read_text("utf-8")).items():
            names = frozenset(value) if isinstance(value, dict) else frozenset()
            tables[name] = tables.get(name, frozenset()) | names
    return found


def _meant(name: str, known: object) -> str:
    near = difflib.get_close_matches(name, sorted(known), 1)  # type: ignore[call-overload]
    return f"; did you mean {near[0]!r}?" if near else ""
