"""Reports to a hotline: a CSV with a mapping file beside it, and JSON lines with another."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence

from ringtrace.simulator.play import Exhibit, Laid, Play, local
from ringtrace.simulator.script import Tip

PLATFORMS = frozenset({"tip"})

_CSV = {
    "text": "举报内容",
    "title": "标题",
    "sent": "举报时间",
    "reporter": "举报人编号",
    "url": "相关网址",
    "place": "地区",
}
_JSON = {
    "text": "content",
    "title": "subject",
    "sent": "received",
    "reporter": "reporter_id",
    "url": "link",
    "place": "region",
}
_CSV_FORMAT = "%Y/%m/%d %H:%M"
_JSON_FORMAT = "%Y-%m-%dT%H:%M:%S"


def lay(play: Play) -> Iterator[Exhibit]:
    """Two tips in three go into the CSV."""
    tips = play.script.tips
    rows = [tip for at, tip in enumerate(tips) if at % 3 != 2]
    objects = [tip for at, tip in enumerate(tips) if at % 3 == 2]
    if rows:
        yield Exhibit("tips/12338-export.csv", _csv(rows), _laid(rows))
        yield Exhibit("tips/12338-export.csv.mapping.toml", _mapping(_CSV, _CSV_FORMAT))
    if objects:
        yield Exhibit("tips/platform-reports.jsonl", _jsonl(objects), _laid(objects))
        yield Exhibit("tips/platform-reports.jsonl.mapping.toml", _mapping(_JSON, _JSON_FORMAT))


def _laid(tips: Sequence[Tip]) -> tuple[Laid, ...]:
    return tuple(Laid(tip.key, body(tip), tip.fields.get("title", "")) for tip in tips)


def body(tip: Tip) -> str:
    """The words of a report: its field "text", else its longest field (authors name their own)."""
    return tip.fields.get("text") or max(tip.fields.values(), key=len, default="")


def _values(tip: Tip, columns: Mapping[str, str], form: str) -> dict[str, str]:
    fields = {"sent": local(tip.at).strftime(form), **tip.fields, "text": body(tip)}
    return {column: fields.get(key, "") for key, column in columns.items()}


def _csv(tips: Sequence[Tip]) -> bytes:
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, ["序号", *_CSV.values(), "处理状态"], lineterminator="\r\n")
    writer.writeheader()
    for at, tip in enumerate(tips, 1):
        writer.writerow({"序号": str(at), **_values(tip, _CSV, _CSV_FORMAT), "处理状态": ("待核", "已转办")[at % 2]})
    return b"\xef\xbb\xbf" + sheet.getvalue().encode()


def _jsonl(tips: Sequence[Tip]) -> bytes:
    rows = ({"id": tip.key, **_values(tip, _JSON, _JSON_FORMAT), "status": "open"} for tip in tips)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _mapping(columns: Mapping[str, str], form: str) -> bytes:
    lines = ["# Which column holds what.", f'sent_format = "{form}"', 'zone = "Asia/Shanghai"', "", "[columns]"]
    lines += [f'{key} = "{column}"' for key, column in columns.items()]
    return ("\n".join(lines) + "\n").encode()
