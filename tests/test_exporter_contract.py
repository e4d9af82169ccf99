"""What every exporter promises, present and future: walked over the registry, nothing named here."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from export_sample import FILE, sample_case
from ringtrace import registry
from ringtrace.errors import CaseError, UsageError
from ringtrace.model.material import references
from ringtrace.pipeline.handover.exporting import export, material_of
from ringtrace.pipeline.intake.custodian import NOBODY, Asked
from ringtrace.store.case import Case
from ringtrace.store.inspection import inspect_log

EXPORTERS = registry.scan("ringtrace.exporters")
GOLDEN = Path(__file__).parent / "samples" / "exports"
BINARY = (b"PK", b"PAR1")
MOST_BYTES = 40_000_000
each_exporter = pytest.mark.parametrize("name", EXPORTERS)


@pytest.fixture(scope="module")
def case(tmp_path_factory, session_keys) -> Case:
    return sample_case(tmp_path_factory.mktemp("export") / "sample")


@pytest.fixture(scope="module")
def written(case, tmp_path_factory):
    """Exporter -> the folder or file that it wrote."""
    out = tmp_path_factory.mktemp("out")
    for name in EXPORTERS:
        export(case, name, out / name, NOBODY)
    return out


def files(path: Path) -> dict[str, bytes]:
    found = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {p.name if path.is_dir() else "": p.read_bytes() for p in found}


def text_of(name: str, data: bytes, path: Path) -> str:
    """Whatever a format holds, as text a reader would see."""
    if data.startswith(b"PAR1"):
        rows = pq.read_table(path / name).to_pylist()
        return json.dumps([told(row) for row in rows], ensure_ascii=False, default=str)
    if data.startswith(b"PK"):
        book = CalamineWorkbook.from_path(str(path))
        return "\n".join(
            str(cell) for sheet in book.sheet_names for row in book.get_sheet_by_name(sheet).to_python() for cell in row
        )
    return data.decode("utf-8-sig")


def told(value):
    """Spans as references, like the other formats write them."""
    if isinstance(value, dict) and {"evidence_id", "member", "start", "stop"} == set(value):
        return references([value])[0]
    if isinstance(value, dict):
        return {key: told(item) for key, item in value.items()}
    return [told(item) for item in value] if isinstance(value, list) else value


def whole_text(path: Path) -> str:
    return "\n".join(text_of(name, data, path) for name, data in files(path).items())


@each_exporter
def test_an_exporter_says_what_it_is(name):
    module = EXPORTERS[name]
    assert module.__doc__ and module.NAME and module.export.__doc__
    assert isinstance(module.FOLDER, bool) and isinstance(module.MASKED, bool)
    assert module.MASKED or name == "tables"
    assert module.export.__annotations__ == {"material": "Material", "target": "Path", "return": "list[Path]"}


@each_exporter
def test_the_same_analysis_gives_the_same_bytes(name, case, written, tmp_path):
    time.sleep(0.01)
    export(case, name, tmp_path / "again", NOBODY)
    assert files(tmp_path / "again") == files(written / name)


@each_exporter
def test_the_golden_sample_is_met(name, written):
    """RINGTRACE_GOLDEN=write makes them anew; read the difference before you keep it."""
    found = {key or "file": data for key, data in files(written / name).items() if not data.startswith(BINARY)}
    folder = GOLDEN / name
    if os.environ.get("RINGTRACE_GOLDEN") == "write" and found:
        folder.mkdir(parents=True, exist_ok=True)
        for key, data in found.items():
            (folder / key).write_bytes(data)
    assert not found or folder.is_dir(), f"no golden sample in {folder}"
    assert found == {p.name: p.read_bytes() for p in sorted(folder.glob("*"))}


@each_exporter
def test_every_claim_keeps_its_evidence_and_its_probability(name, case, written):
    text = whole_text(written / name).replace("\\/", "/")
    material = material_of(case)
    table = "claims" if getattr(EXPORTERS[name], "CLAIMS", True) else "deals"
    rows = material.rows(table)
    wanted = {item for row in rows for item in references(row["basis"])}
    assert wanted and [item for item in sorted(wanted) if item not in text] == []
    assert [row["probability"] for row in rows if f"{row['probability']:.6f}" not in text] == []
    assert FILE in text


@each_exporter
def test_synthetic_evidence_stays_marked(name, written):
    assert "synthetic" in whole_text(written / name).lower()


@pytest.mark.slow
@each_exporter
def test_a_ring_of_a_thousand_members_keeps_a_sane_size(name, session_keys, tmp_path):
    case = sample_case(tmp_path / "case", members=1_000, claims=3)
    began = time.process_time()
    export(case, name, tmp_path / "out", NOBODY)
    assert time.process_time() - began < 20
    assert sum(map(len, files(tmp_path / "out").values())) < MOST_BYTES


@each_exporter
def test_an_export_is_logged_before_it_appears_and_leaves_no_half_files(name, case, tmp_path, monkeypatch):
    export(case, name, tmp_path / "here", Asked("Officer Lin"))
    event = case.evidence.log.events()[-1]
    assert (event["event"], event["what"], event["by"]) == ("disclose", f"analysis as {name}", "Officer Lin")
    here = files(tmp_path / "here")
    assert event["written"] == {key or "file": hashlib.sha256(data).hexdigest() for key, data in here.items()}
    assert inspect_log(case.evidence.log) == []

    def fail(*args, **kwargs):
        raise CaseError("the log cannot be written")

    monkeypatch.setattr(type(case.evidence.log), "append", fail)
    with pytest.raises(CaseError):
        export(case, name, tmp_path / "there", Asked("Officer Lin"))
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@each_exporter
def test_an_unfit_target_is_refused(name, case, tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    wrong = tmp_path / ("file" if EXPORTERS[name].FOLDER else "folder")
    with pytest.raises(UsageError):
        export(case, name, wrong, NOBODY)


@each_exporter
def test_an_empty_analysis_can_be_exported(name, session_keys, tmp_path):
    from ringtrace.engines.tables import from_rows
    from ringtrace.model.contract import TABLES
    from ringtrace.store.analysis import write_tables

    case = Case.create(tmp_path / "case")
    with pytest.raises(CaseError):
        export(case, name, tmp_path / "out", NOBODY)
    write_tables(case.analysis, {table: from_rows(table, []) for table in TABLES}, {})
    assert export(case, name, tmp_path / "out", NOBODY)


def test_an_unknown_format_is_refused_and_other_names_are_known(case, tmp_path):
    with pytest.raises(UsageError, match="there are: case, csv"):
        export(case, "docx", tmp_path / "x", NOBODY)
    assert export(case, "parquet", tmp_path / "p", NOBODY)
