"""Which column of a tip table means what: from a mapping file, else from the header words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ringtrace.errors import MappingError
from ringtrace.model.clock import NO_CLOCK, Clock
from ringtrace.model.source import Source
from ringtrace.text import lexicon
from ringtrace.text.dates.clock import assumed_clock, dates_as_written, find_zone, local_micros, read_clock
from ringtrace.text.dates.order import DateOrder, prove_order

CONCEPTS = ("text", "title", "sent", "reporter", "url", "place", "id")


@dataclass(frozen=True, slots=True)
class TipColumns:
    """columns: concept -> the file's name for it. sent_format: strptime pattern or "". zone: IANA."""

    columns: Mapping[str, str] = field(default_factory=dict)
    sent_format: str = ""
    zone: str = ""


def choose_columns(source: Source, names: Sequence[str]) -> TipColumns:
    """Return the columns to use out of ``names``; raises MappingError that says what there is."""
    if source.sidecar is not None:
        return _read_mapping(source, names)
    guessed = guess_columns(names)
    if "text" not in guessed:
        raise MappingError(
            source.name,
            f"no column looks like the text of a tip; its columns are: {', '.join(names)}; "
            f"name one in {source.name}.mapping.toml under [columns] as text",
        )
    return TipColumns(guessed, "", source.zone)


def guess_columns(names: Iterable[str]) -> dict[str, str]:
    """Return concept -> column name by the words of ``lexicons/tip_columns.*.toml``; first match wins."""
    words = lexicon.load("tip_columns")
    found: dict[str, str] = {}
    for name in names:
        plain = _plain(name)
        for concept in CONCEPTS:
            if concept not in found and plain in words.get(concept, ()):
                found[concept] = name
                break
    return found


def reporter_columns(names: Sequence[str], columns: TipColumns) -> list[str]:
    """Return every column that says who reported or how to reach them: by the mapping, and by the header words."""
    words = lexicon.load("tip_columns").get("reporter", ())
    used = {name for concept, name in columns.columns.items() if concept != "reporter"}
    mapped = columns.columns.get("reporter")
    return [name for name in names if name == mapped or (_plain(name) in words and name not in used)]


def _plain(name: str) -> str:
    return " ".join(name.strip("\ufeff \t").lower().replace("_", " ").replace("-", " ").split())


def _read_mapping(source: Source, names: Sequence[str]) -> TipColumns:
    where = f"{source.name}.mapping.toml"
    try:
        document = tomllib.loads((source.sidecar or b"").decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(where, f"{error}; mend the mapping or remove it") from error
    columns = document.get("columns", {})
    if not isinstance(columns, dict) or "text" not in columns:
        raise MappingError(where, '[columns] must name at least the text, as in text = "Message"')
    stripped = {name.strip("\ufeff \t"): name for name in names}
    chosen = {}
    for concept, name in columns.items():
        if concept not in CONCEPTS:
            raise MappingError(where, f"columns.{concept} is unknown; use one of {', '.join(CONCEPTS)}")
        if not isinstance(name, str) or name.strip() not in stripped:
            there = ", ".join(names)
            raise MappingError(where, f"{source.name} has no column {name!r} for {concept}; its columns are: {there}")
        chosen[concept] = stripped[name.strip()]
    sent_format, zone = document.get("sent_format", ""), document.get("zone", source.zone)
    if not isinstance(sent_format, str) or not isinstance(zone, str):
        raise MappingError(where, "sent_format and zone must be strings")
    find_zone(zone)
    return TipColumns(chosen, sent_format, zone)


def column_order(values: Iterable[str]) -> DateOrder | None:
    """Return what a column's numeric dates prove about day and month; tips stand in any order of time."""
    dates = dates_as_written(values)
    return prove_order(dates, chronological=False) if dates else None


def read_sent(text: str, columns: TipColumns, order: DateOrder | None) -> Clock:
    """Return the reading of a cell of the sent column."""
    written = text.strip()
    if not written:
        return NO_CLOCK
    if not columns.sent_format:
        return read_clock(written, columns.zone, order)
    try:
        moment = datetime.strptime(written, columns.sent_format)
    except ValueError:
        return Clock(text=written, why=f"does not fit sent_format {columns.sent_format!r}")
    if moment.tzinfo is not None:
        return read_clock(moment.isoformat(), columns.zone)
    day, time = (moment.year, moment.month, moment.day), (moment.hour, moment.minute, moment.second)
    return assumed_clock(written, local_micros(day, time, find_zone(columns.zone), moment.microsecond), columns.zone)
