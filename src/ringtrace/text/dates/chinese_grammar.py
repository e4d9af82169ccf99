"""The patterns of what Chinese tells of a year, a month and what lies in it, from ``lexicons/calendar.*.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ringtrace.text import lexicon
from ringtrace.text.lexicon import any_of

_N = "[0-9]{1,2}|[一二三四五六七八九十廿卅两]{1,3}"
_HAN_NUMBER = "[一二三四五六七八九十廿卅]{1,3}"
_YEAR_SIGNS = "[0-9〇零一二三四五六七八九]{4}"
WEEKDAYS = "一二三四五六日天"
"""Monday to Sunday, whose two names stand last."""


@dataclass(frozen=True)
class Grammar:
    """first: with what a telling begins; begin: its whole beginning; the others: its parts, each matched where the last
    ended.
    """

    first: re.Pattern[str]
    begin: re.Pattern[str]
    year: re.Pattern[str]
    month: re.Pattern[str]
    day: re.Pattern[str]
    bare_day: re.Pattern[str]
    week: re.Pattern[str]
    nth_weekday: re.Pattern[str]
    nth_day: re.Pattern[str]
    quarter: re.Pattern[str]
    feast: re.Pattern[str]
    year_turn: re.Pattern[str]
    years: Mapping[str, int]
    months: Mapping[str, int]
    lunar_months: Mapping[str, int]
    year_turns: Mapping[str, int]
    quarter_turns: Mapping[str, int]
    feasts: Mapping[str, str]
    terms: Mapping[str, tuple[str, ...]]


@cache
def told_grammar(lexicons: Path | None) -> Grammar:
    """Return the grammar of the shipped lists and of a case's own."""
    relative: dict[str, dict[str, int]] = {"year": {}, "month": {}}
    for _, document in lexicon.documents("date", lexicons):
        for unit, table in relative.items():
            table.update({word: at for word, at in document.get(unit, {}).items() if not word.isascii()})
    turns: dict[str, dict[str, int]] = {"lunar_month": {}, "year_turn": {}, "quarter_turn": {}}
    feasts: dict[str, str] = {}
    for _, document in lexicon.documents("calendar", lexicons):
        feasts.update(document.get("feast", {}))
        for unit, table in turns.items():
            table.update(document.get(unit, {}))
    terms = lexicon.load("calendar", lexicons)
    lunar, week = any_of(terms["lunar"]), any_of(terms["week"])
    year = (
        rf"(?P<ly>{lunar})?(?:(?P<y>{_YEAR_SIGNS})|(?P<yy>[0-9]{{2}})) ?年|(?P<ry>{any_of(relative['year'])})"
        rf"|(?P<sy>{any_of(terms['same_year'])})"
    )
    named, told = any_of(turns["lunar_month"]), any_of(relative["month"])
    month = (
        rf"(?P<l>{lunar})?(?P<leap>闰)?(?:(?P<lm>{named})|(?P<m>{_N}) ?月份?)"
        rf"|(?P<rm>{told})|(?P<sm>{any_of(terms['same_month'])})"
    )
    words = (*relative["year"], *relative["month"], *feasts, *terms["lunar"], *terms["same_year"], *terms["same_month"])
    first = {word[0] for word in (*words, *(word for table in turns.values() for word in table))}
    return Grammar(
        re.compile(rf"[0-9〇零一二三四五六七八九十廿卅两第上本下闰{''.join(sorted(first))}]"),
        re.compile(
            rf"(?<![0-9〇零一二三四五六七八九])(?:{year})"
            rf"|(?<![〇零一二三四五六七八九十0-9年第闰])(?:{month})"
            rf"|(?:{any_of(feasts)}|{any_of(turns['year_turn'])})"
            rf"|第?[一二三四1-4]?(?:{any_of(turns['quarter_turn'])})|[上本下]个?(?:{any_of(turns['quarter_turn'])})"
        ),
        re.compile(year),
        re.compile(rf" ?的?({month})"),
        re.compile(rf" ?的?(?:(?P<d>{_N}) ?[日号]|初(?P<f>[一二三四五六七八九十]|10|[1-9]))"),
        re.compile(rf" ?(?P<d>{_HAN_NUMBER}|[0-9]{{1,2}})(?![0-9.:：/]|[十百千万亿])"),
        re.compile(rf"(?:份?的)?(?:第(?P<n>{_N})个?|(?P<last>最后一个?))(?:{week})(?![一二三四五六日天])"),
        re.compile(rf"(?:份?的)?(?:第(?P<n>{_N})个?|(?P<last>最后一个?))(?:{week})(?P<w>[{WEEKDAYS}])"),
        re.compile(rf"(?:份?的)?(?:第(?P<n>[0-9]{{1,3}}|{_HAN_NUMBER})|(?P<last>最后一))天"),
        re.compile(rf"的?(?:第?(?P<n>[一二三四1-4])|(?P<s>[上本下])个?)(?P<turn>{any_of(turns['quarter_turn'])})"),
        re.compile(rf"的?(?:{lunar})?(?P<h>{any_of(feasts)})(?!{any_of(terms['not_feast'])})"),
        re.compile(rf"的?(?P<t>{any_of(turns['year_turn'])})"),
        relative["year"], relative["month"], turns["lunar_month"], turns["year_turn"], turns["quarter_turn"],
        feasts, terms,
    )  # fmt: skip
