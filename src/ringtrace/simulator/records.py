"""What an operation's desks would keep: one table of dated records of every arrest and rescue, with a source."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from ringtrace.simulator.script import Script, Spec

HEADINGS = ("类别", "编号", "状态", "日期", "地点", "案件", "团伙", "来源")
_DETAINED, _BAILED = 0.8, 0.04


def record_table(spec: Spec, script: Script) -> bytes:
    """Return a CSV (UTF-8 with mark, as spreadsheets write it) that ``ringtrace record CASE import`` reads as it is.

    Suspects are the rings' members in their provinces; children are dealt to provinces by the number of
    arrests, with the spec's exact margins. Nobody is named.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows(_suspects(spec, script))
    writer.writerows(_children(spec, script))
    return out.getvalue().encode("utf-8-sig")


def _suspects(spec: Spec, script: Script) -> Iterator[tuple[str, ...]]:
    dice = random.Random(f"{spec.seed}/records")
    for person in script.people:
        if not person.ring:
            continue
        tail = (person.province, "SIM-1", person.ring, _source(person.province))
        yield ("嫌疑人", person.key, "抓获", _day(spec, 0), *tail)
        drawn = dice.random()
        if drawn < _DETAINED:
            yield ("嫌疑人", person.key, "刑事拘留", _day(spec, 1), *tail)
        elif drawn < _DETAINED + _BAILED:
            yield ("嫌疑人", person.key, "取保候审", _day(spec, 5), *tail)


def _children(spec: Spec, script: Script) -> Iterator[tuple[str, ...]]:
    arrests = Counter(person.province for person in script.people if person.ring)
    dice = random.Random(f"{spec.seed}/children")
    exact = {code: children for code, (_, children) in spec.margins.items()}
    free = [code for code in spec.provinces if code not in exact]
    rest = spec.children - sum(exact.values())
    dealt = Counter(free[: max(0, rest)])
    dealt.update(dice.choices(free, [1 + arrests[code] for code in free], k=max(0, rest - len(free))))
    number = 0
    for code in spec.provinces:
        for _ in range(exact.get(code, dealt[code])):
            number += 1
            tail = (code, "SIM-1", "", _source(code))
            yield ("儿童", f"K{number:04}", "解救", _day(spec, 0), *tail)
            yield ("儿童", f"K{number:04}", "体检", _day(spec, 1), *tail)


def _day(spec: Spec, later: int) -> str:
    return (date.fromisoformat(spec.operation) + timedelta(days=later)).isoformat()


def _source(code: str) -> str:
    return f"合成数据：{code[:2]}号省厅战果报表"
