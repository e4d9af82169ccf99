"""The start of the workbench: the first page tells the truth from a few columns, and heavy libraries wait."""

import json
import shutil
import subprocess
import sys
import urllib.request
from http.cookiejar import CookieJar

import pytest

from ringtrace.errors import CaseError
from ringtrace.report.caution import COLUMNS, cautions
from ringtrace.store.analysis import count_rows, read_table
from ringtrace.web.desk import View

LATER = ("duckdb", "pandas", "phonenumbers", "pyarrow.dataset", "pydantic", "scipy", "typst")
FIRST_PAGE = f"""
import sys
from pathlib import Path
from ringtrace.store.case import Case
import ringtrace.__main__
assert "sqlalchemy" not in sys.modules and "pyarrow" not in sys.modules, "the address waits for them"
from ringtrace.web.server import _furnish
from ringtrace.web.session import Sessions
desk, _ = _furnish(Case(Path(sys.argv[1])), Sessions("analyst"), 1, 0, print)
from ringtrace.web.pages.case import case
class Seen:
    desk, view, session, looks = desk, desk.view(), Sessions("analyst"), desk.verdicts.now()
    session.person = ""
    looks = desk.verdicts.now()
    def show(self, template, document):
        assert document["ring_total"] and document["numbers"]
case.fn(Seen())
print([name for name in {LATER!r} if sys.modules.get(name)])
"""


def test_the_first_page_loads_no_library_that_only_later_pages_need(tiny_case):
    told = subprocess.run(
        [sys.executable, "-c", FIRST_PAGE, str(tiny_case[0].folder)], capture_output=True, text=True, check=False
    )
    assert told.stdout.strip() == "[]", told.stdout + told.stderr


def test_what_the_first_page_reads_in_part_is_what_the_whole_tables_say(tiny_case):
    view, whole = View(tiny_case[0]), View(tiny_case[0])
    for name in COLUMNS:
        whole.room.table(name)
    assert view.doubts == whole.doubts == cautions(whole.room.table)
    assert view.doubts
    assert view.doubted == whole.doubted
    assert view.synthetic
    for name in ("posts", "accounts", "actors"):
        assert view.room.size(name) == len(whole.room.table(name)) == whole.room.size(name) > 0


def test_a_damaged_table_is_a_sentence_whether_read_or_counted(tmp_path):
    (tmp_path / "posts.parquet").write_bytes(b"PAR1 nothing PAR1")
    for ask in (read_table, count_rows):
        with pytest.raises(CaseError, match="damaged"):
            ask(tmp_path, "posts")
        with pytest.raises(CaseError, match="without the table rings"):
            ask(tmp_path, "rings")


def test_a_browser_that_comes_before_the_libraries_are_loaded_is_answered(tiny_case, tmp_path):
    shutil.copytree(tiny_case[0].folder, tmp_path / "case")
    process = subprocess.Popen(
        [sys.executable, "-m", "ringtrace", "serve", str(tmp_path / "case"), "--port", "0", "--json"],
        stdout=subprocess.PIPE,
    )
    try:
        address = json.loads(process.stdout.readline())["address"]
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with browser.open(address, timeout=60) as answer:
            page = answer.read().decode()
    finally:
        process.terminate()
        process.wait(20)
    assert answer.status == 200
    assert "Read this with care" in page
