"""A statement in the words of one language: what stands on the page, before it is laid out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from ringtrace.errors import UsageError
from ringtrace.statement.document import Against, Line, Statement
from ringtrace.text.places.divisions import names

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Cell:
    """A printed count or sentence, and the ledger's figure behind it ("" for none)."""

    text: str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One language's page. marks: draft, embargo and the like, above all. rows: place, then one cell a column."""

    language: str
    title: str
    marks: tuple[str, ...]
    lines: tuple[Cell, ...]
    table_head: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    notes: tuple[str, ...]
    public_head: str
    public: tuple[str, ...]


def write_page(statement: Statement, draft: str, people: Sequence[str], language: str) -> Page:
    """Return the page of ``statement``. people: who released it; fewer than two leave it a draft."""
    words = _words(language)
    day = statement.as_of
    totals = [line for line in statement.lines if not line.place and line.shown != "left"]
    return Page(
        language, words["title"].format(case=statement.case, day=day), tuple(_marks(statement, draft, people, words)),
        tuple(Cell(_total(line, words), line.figure) for line in totals) or (Cell(words["nothing"]),),
        words["table_head"], *_table(statement, words, language), tuple(_notes(statement, words)),
        words["public_head"], tuple(_against(row, words, language) for row in statement.against),
    )  # fmt: skip


def _marks(statement: Statement, draft: str, people: Sequence[str], words: Mapping[str, Any]) -> list[str]:
    released = len(set(people)) > 1
    joint = "、" if words["language"] == "zh" else ", "
    marks = [words["released"].format(people=joint.join(people)) if released else words["draft"].format(draft=draft)]
    marks += [words["embargo"].format(day=statement.embargo)] if statement.embargo else []
    marks += [words["partner"]] if statement.audience == "partner" else []
    marks += [words["corrects"].format(other=statement.corrects)] if statement.corrects else []
    return marks + ([words["synthetic"]] if statement.synthetic else [])


def _total(line: Line, words: Mapping[str, Any]) -> str:
    key = "-".join(part for part in (line.quantity, line.status) if part)
    sentence: str = words["figures"].get(key, f"{key}: {{n}}")
    return sentence.format(n=_number(line, words))


def _number(line: Line, words: Mapping[str, Any]) -> str:
    if line.shown == "exact":
        return f"{line.value:,}"
    if line.shown == "earlier":
        return str(words["earlier"].format(n=f"{line.earlier_value:,}", day=line.earlier_day))
    return str(words["left" if line.shown == "left" else "withheld"])


def _table(
    statement: Statement, words: Mapping[str, Any], language: str
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[Cell, ...]], ...]]:
    """Provinces as rows, one column a count that is told by place."""
    placed = {line.key: line for line in statement.lines if line.place}
    kinds = list(dict.fromkeys((line.quantity, line.status) for line in placed.values()))
    if not kinds:
        return (), ()
    places = sorted({line.place for line in placed.values()}, key=lambda place: (place == "-", place))
    heads = (words["province"], *(count_name(*kind, language) for kind in kinds))
    rows = []
    for place in places:
        found = [placed.get(f"{quantity}|{status}|{place}") for quantity, status in kinds]
        cells = tuple(Cell(_number(line, words), line.figure) if line else Cell("0") for line in found)
        rows.append((words["elsewhere"] if place == "-" else place_name(place, language), cells))
    return heads, tuple(rows)


def count_name(quantity: str, status: str, language: str) -> str:
    """Return what a count is called at the head of a column: "children rescued"."""
    kind = [part for part in (quantity, status) if part]
    return str(_words(language)["heads"].get("-".join(kind), " ".join(kind)))


def _notes(statement: Statement, words: Mapping[str, Any]) -> list[str]:
    notes = [words["about_held"]] if any(line.status == "arrested" for line in statement.lines) else []
    notes += [words["withheld_note"]] if any(line.shown in ("earlier", "withheld") for line in statement.lines) else []
    if statement.waiting and statement.audience == "partner":
        notes.append(words["waiting"].format(n=statement.waiting))
    return notes


def _against(row: Against, words: Mapping[str, Any], language: str) -> str:
    quantity, status, place = row.key.split("|")
    verdict = "plain_unplaced" if row.verdict == "unplaced" and not row.own else row.verdict
    published = words["statuses"].get(row.status, row.status)
    return str(words["verdicts"][verdict]).format(
        what=words["heads"].get(f"{quantity}-{status}", f"{quantity} {status}".strip()), own=row.own, day=row.day,
        where=_where(place, words, language), sources=_sources(row.sources, words),
        value=words["bounds"][row.bound].format(n=_grouped(row.value)), status=published,
        total=_grouped(row.value), left=_grouped(row.left),
        placed=_grouped(row.own),
    )  # fmt: skip


def _where(place: str, words: Mapping[str, Any], language: str) -> str:
    verdicts = words["verdicts"]
    return str(verdicts["somewhere"].format(place=place_name(place, language)) if place else verdicts["everywhere"])


def _sources(count: int, words: Mapping[str, Any]) -> str:
    return str(words["verdicts"]["one_source" if count == 1 else "sources"].format(n=count))


def place_name(code: str, language: str) -> str:
    native, english = names().get(code, (code, ""))
    return native if language == "zh" or not english else english


def _grouped(number: str) -> str:
    return f"{int(number):,}" if number.isdecimal() else number


@cache
def _words(language: str) -> Mapping[str, Any]:
    if language not in LANGUAGES:
        raise UsageError(f"no words for language {language!r}; there are {', '.join(LANGUAGES)}")
    path = resources.files("ringtrace.statement") / f"words.{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))
