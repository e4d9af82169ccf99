"""The page of formats is current, every byte of a case is accounted for, media are kept by hash, times shown in a zone."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from formats_table import PAGE, SAMPLES, accounted, sample_files, table
from ringtrace import registry
from ringtrace.cli import app
from ringtrace.errors import CaseError
from ringtrace.model.source import Source
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.pipeline.telling.coverage import Coverage
from ringtrace.store.case import Case

READERS = registry.scan("ringtrace.readers")


def test_the_page_of_formats_is_current():
    assert PAGE.read_text("utf-8") == table(), "run `python tests/formats_table.py`"


@pytest.mark.parametrize("name", READERS)
def test_every_reader_says_who_makes_its_format(name):
    assert READERS[name].PRODUCERS
    share = accounted(name)
    assert share.sources == len(sample_files(name)) > 0
    assert share.post_bytes + share.structure_bytes + share.gap_bytes == share.size > 0


@pytest.fixture(scope="module")
def case(tmp_path_factory, session_keys):
    folder = tmp_path_factory.mktemp("coverage")
    evidence = folder / "evidence"
    evidence.mkdir()
    for name in (
        "telegram_json/result.json",
        "warc/two-pages.warc.gz",
        "zip_archive/WhatsApp Chat - B.zip",
        "known_unread/export.rar",
    ):
        (evidence / name.rpartition("/")[2]).write_bytes((SAMPLES / name).read_bytes())
    made = Case.create(folder / "case")
    add(made, [evidence], "synthetic", lambda done, total: None)
    analyse(made, 1, lambda *args: None)
    return made


def test_coverage_adds_up_by_file_and_by_reader(case):
    found = Coverage.of(case)
    assert all(one.whole for one in (*found.readers, *found.files))
    assert {one.name for one in found.files} == {
        "evidence/result.json", "evidence/two-pages.warc.gz", "evidence/WhatsApp Chat - B.zip", "evidence/export.rar"
    } or {one.name.rpartition("/")[2] for one in found.files} == {"result.json", "two-pages.warc.gz", "WhatsApp Chat - B.zip", "export.rar"}  # fmt: skip
    readers = {one.reader: one for one in found.readers}
    assert {"telegram_json", "warc", "zip_archive", "whatsapp_text", "forum_html", "known_unread"} <= readers.keys()
    assert readers["forum_html"].sources == 1
    assert readers["warc"].posts == 0
    assert readers["known_unread"].gap_bytes == readers["known_unread"].size
    assert sum(one.posts for one in found.readers) == sum(one.posts for one in found.files)


def test_the_command_prints_coverage(case):
    run = CliRunner().invoke(app, ["formats", "--coverage", str(case.folder), "--json"])
    assert run.exit_code == 0, run.output
    document = json.loads(run.output)
    assert document["whole"] is True
    total = document["total"]
    assert total["post_bytes"] + total["structure_bytes"] + total["gap_bytes"] == total["size"]
    assert "no reader" not in CliRunner().invoke(app, ["formats", "--coverage", str(case.folder)]).output


def test_the_clocks_table_is_written(case):
    assert pq.read_table(case.analysis / "clocks.parquet").num_rows == 0


def test_media_are_kept_by_hash_and_never_become_text():
    picture = (SAMPLES / "media_file/note.png").read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("chat/photo.jpg"), picture)
    done = read_source(Source("0" * 64, "", "x.zip", out.getvalue()))
    (media,) = done.media
    assert (media.span.member, media.media_type, media.sha256) == (
        "chat/photo.jpg",
        "image/png",
        hashlib.sha256(picture).hexdigest(),
    )
    assert not done.posts
    assert not done.gaps


def test_a_display_zone_changes_what_is_shown_and_no_reading(tmp_path, session_keys):
    made = Case.create(tmp_path / "case")
    assert made.settings.shown_zone == made.settings.zone
    settings = tmp_path / "case" / "case.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('display_zone = ""', 'display_zone = "Europe/Berlin"'), "utf-8"
    )
    again = Case(tmp_path / "case")
    assert (again.settings.zone, again.settings.shown_zone) == ("Asia/Shanghai", "Europe/Berlin")
    settings.write_text(settings.read_text("utf-8").replace("Europe/Berlin", "Nowhere/At"), "utf-8")
    with pytest.raises(CaseError, match="display_zone"):
        Case(tmp_path / "case")
