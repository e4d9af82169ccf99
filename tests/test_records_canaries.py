"""500 children's names, phones and numbers go into records; none comes out anywhere but by two keepers.

Where the evidence itself names them (an appeal, a chat), the tables and the report inside the case hold the words of the
evidence; whatever leaves the case masks them.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ringtrace import registry
from ringtrace.errors import CaseError
from ringtrace.operation.masking import MASK
from ringtrace.pipeline import analyse
from ringtrace.pipeline.handover.exporting import export
from ringtrace.pipeline.intake import recording
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.intake.custodian import NOBODY
from ringtrace.pipeline.operation import handing_out, stating
from ringtrace.pipeline.telling.explaining import listed, overview
from ringtrace.statement.composing import Request
from ringtrace.store.case import Case
from ringtrace.store.keys import key_folder

pytestmark = pytest.mark.slow

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
    handing_out.write_packages(case, tmp_path / "packages")
    for name in registry.scan("ringtrace.exporters"):
        export(case, name, tmp_path / "exports" / name, NOBODY)
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


def disguised(n: int, name: str, phone: str) -> str:
    """A post that names a child, in one of several ways of writing."""
    forms = (
        f"寻找{name}，电话{phone}",
        f"{name}的妈妈 +86 {phone[:3]}-{phone[3:7]} {phone[7:]}",
        f"孩子叫{name[0]}\u200b{name[1:]}，{phone.translate({48 + d: 0xFF10 + d for d in range(10)})}",
        f"出一个女孩 {phone[:3]} {phone[3:7]} {phone[7:]} 价格3万",
    )
    return forms[n % len(forms)]


def test_no_child_that_evidence_names_leaves_the_case(tiny_case, tmp_path, monkeypatch):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    case = Case.create(tmp_path / "case")
    planted = list(canaries())
    said = tmp_path / "said" / f"{planted[0][0]}.json"
    said.parent.mkdir()
    messages = [
        {"id": n, "type": "message", "date": "2014-02-19T12:00:00", "from": planted[(n * 3) % NUMBER][0] if n % 9 == 0 else f"n{n}",
         "from_id": f"user{n % 40}", "text": disguised(n, name, phone)}
        for n, (name, phone, _) in enumerate(planted, start=1)
    ]  # fmt: skip
    chat = {"name": f"找{planted[7][0]}群", "type": "private_supergroup", "id": 9, "messages": messages}
    said.write_text(json.dumps(chat, ensure_ascii=False), "utf-8")
    add(case, [said], "synthetic", lambda done, total: None)
    keepers = [("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu")]
    recording.appoint_keepers(case, keepers, author="ann")
    rows = ["类别,编号,状态,日期,解救地,来源,姓名,电话"]
    rows += [f"儿童,{n},解救,2014-02-19,510000,笔录,{name},{phone}" for n, (name, phone, _) in enumerate(planted)]
    done = recording.import_records(case, "\n".join(rows).encode(), "a.csv", None, author="ann", today="2014-06-30")
    assert done.records == NUMBER
    analyse(case, 1, lambda *args: None)
    for name, exporter in registry.scan("ringtrace.exporters").items():
        if exporter.MASKED:
            export(case, name, tmp_path / "out" / name, NOBODY)
    handing_out.write_packages(case, tmp_path / "out" / "packages")
    made = stating.draft_statement(case, Request("operation", "2014-03-01", "public"), author="ann")
    stating.write_files(case, made, tmp_path / "out" / "statement")
    files = [path for folder in (tmp_path / "out", temporary) for path in folder.rglob("*") if path.is_file()]
    whole = "\n".join(text for path in files for text in (*texts_of(path), *cells_of(path)))
    digits = "".join(char for char in unicodedata.normalize("NFKC", whole) if char not in "\u200b -+")
    assert len(files) > 20 and MASK in whole
    leaked = [word for name, phone, _ in planted for word in (name, phone) if word in digits or escaped(word) in whole]
    assert leaked == []
    tables = tmp_path / "tables"
    export(case, "tables", tables, NOBODY)
    assert planted[0][0] in "".join(text for path in tables.iterdir() for text in texts_of(path))  # the test can fail


def cells_of(path: Path):
    if path.read_bytes()[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def escaped(word: str) -> str:
    return json.dumps(word)[1:-1]


def test_records_sealed_without_masks_stop_an_export_until_two_keepers_make_them(tiny_case, tmp_path):
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    case = Case(folder)
    keepers = [("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu")]
    recording.appoint_keepers(case, keepers, author="ann")
    rows = "类别,编号,状态,日期,解救地,来源,姓名\n儿童,1,解救,2014-02-19,510000,笔录,龘龘龘"
    batch = recording.import_records(case, rows.encode(), "a.csv", None, author="ann", today="2014-06-30").batch
    prints = newest_prints()
    assert "龘" not in prints.read_text("utf-8")
    kept = prints.read_bytes()
    prints.unlink()
    with pytest.raises(CaseError, match="cannot be masked"):
        export(case, "gexf", tmp_path / "x.gexf", NOBODY)
    assert not (tmp_path / "x.gexf").exists()
    export(case, "tables", tmp_path / "tables", NOBODY)
    assert recording.learn_masks(case, keepers, author="ann") == 1
    assert prints.read_bytes() == kept
    export(case, "gexf", tmp_path / "x.gexf", NOBODY)
    recording.undo(case, batch, author="ann", reason="test")
    assert not prints.exists()


def newest_prints() -> Path:
    return max(key_folder().glob("vaults/*/prints-*"), key=lambda path: path.stat().st_mtime_ns)
