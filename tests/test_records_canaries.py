"""500 children's names, phones and numbers go into records; none comes out anywhere but by two keepers."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from ringtrace import registry
from ringtrace.pipeline import analyse, planning, recording, stating
from ringtrace.pipeline.explaining import listed, overview
from ringtrace.statement.composing import Request
from ringtrace.store.case import Case

NUMBER = 500


def canaries():
    """(name, phone, number): invented; the middle dot and the rare characters stand in no other text."""
    for n in range(NUMBER):
        yield f"龘{chr(0x4E00 + n)}{chr(0x7000 + n)}", f"1700099{n:04}", f"99000020140219{n:04}"


def texts_of(path: Path):
    if path.suffix == ".parquet":
        yield json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=str)
    else:
        data = path.read_bytes()
        yield data.decode("utf-8", "replace")
        yield data.decode("utf-16-le", "replace")


def test_no_canary_leaves_the_seal(tiny_case, tmp_path, monkeypatch):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    case = Case(folder)
    recording.appoint_keepers(case, [("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu")], author="ann")
    planted = list(canaries())
    rows = ["类别,编号,状态,日期,解救地,来源,姓名,电话,身份证号,备注"]
    for n, (name, phone, number) in enumerate(planted):
        status = "解九" if n % 50 == 7 else "解救"
        rows.append(
            f"儿童,{number},{status},2014-02-19,510000,{name}笔录,{name},{phone},{number},{name}的母亲电话{phone}"
        )
        rows.append(f"嫌疑人,{n},抓获,2014-02-19,510000,拐卖{planted[(n * 7) % NUMBER][0]}案卷,,,,")
    done = recording.import_records(
        case, "\n".join(rows).encode(), f"{planted[0][0]}.csv", None, author="ann", today="2014-06-30"
    )
    assert done.records == 2 * NUMBER - 10
    analyse(case, 1, lambda *args: None)
    made = stating.draft_statement(case, Request("operation", "2014-03-01", "public"), author="ann")
    stating.write_files(case, made, folder / "statements" / made.id)
    planning.write_packages(case, tmp_path / "packages")
    for name, exporter in registry.scan("ringtrace.exporters").items():
        exporter.export(case.analysis, tmp_path / "exports" / name)
    child = next(entry.record.subject for entry in recording.entries_of(case) if entry.record.kind == "child")
    recording.unseal(
        case, child, [("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu")], author="bo", reason="test"
    )
    said = [
        *(finding.words for finding in done.findings),
        *done.ignored,
        *overview(case).lines,
        *listed(case, "claims", 0).lines,
    ]
    seen = ["\n".join(said)]
    places = [folder, temporary, tmp_path / "packages", tmp_path / "exports"]
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    assert {".parquet", ".html", ".txt", ".json", ".db"} <= {path.suffix for path in files}
    for path in files:
        seen += texts_of(path)
    whole = "\n".join(seen)
    assert [word for words in planted for word in words if word in whole or json.dumps(word)[1:-1] in whole] == []
