"""Workbooks and text documents: numbers, dates and titles as people see them, and files made to harm a reader."""

import io
import time
import zipfile
from datetime import datetime, timedelta

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.model.source import Limits, Member, Source
from ringtrace.model.span import Gap
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.readers import document_docx, workbook_xlsx
from ringtrace.text.office.workbook import written_number, written_time

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
)
BOOK = (
    '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="talk" sheetId="1" r:id="r1"/></sheets></workbook>'
)
TARGET = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'


def source(data, name="file.xlsx", **more):
    return Source("0" * 64, "", name, data, **more)


def package(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def book(rows, **parts):
    named = {"xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": TARGET, "xl/worksheets/sheet1.xml": SHEET % rows}
    return package({**named, **parts})


def tables(data, reader=workbook_xlsx, **more):
    found = [item for item in reader.read(source(data, **more)) if isinstance(item, Member)]
    return {item.path: item.data.decode() for item in found}


@given(st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)))
def test_a_day_and_time_comes_back_as_it_was_written(moment):
    moment = moment.replace(microsecond=0)
    days = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    written = written_time(repr(days), since_1904=False)
    assert datetime.fromisoformat(written) == moment


@given(st.integers(0, 10**15 - 1))
def test_a_number_is_shown_with_all_its_digits(number):
    assert written_number(repr(float(number))) == str(number)


def test_numbers_that_are_no_whole_ones():
    assert [written_number(said) for said in ("0.10000000000000001", "1.3800138E10", "NaN", "1E+999", "x")] == [
        "0.1", "13800138000", "NaN", "1E+999", "x",
    ]  # fmt: skip
    assert written_time("0.5", since_1904=False) == "12:00:00"
    assert written_time("0", since_1904=True) == "1904-01-01"
    assert written_time("-1", since_1904=False) == written_time("1e400", since_1904=False) == ""


@pytest.mark.parametrize("days", ["2958465", "2958465.9999999"])
def test_a_day_beyond_the_calendar_stays_a_number_and_hides_no_other_cell(days):
    parts = {
        "xl/workbook.xml": BOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>'),
        "xl/styles.xml": '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    rows = f'<row><c s="0"><v>{days}</v></c><c t="str"><v>kept</v></c></row>'
    assert tables(book(rows, **parts)) == {"sheet talk": f"{days}\tkept\n"}
    assert written_time("2958465.9999999", since_1904=False) == ""


def test_a_format_made_to_be_read_for_hours_is_read_at_once():
    style = f'<styleSheet><numFmts><numFmt numFmtId="200" formatCode="{"[x" * 100_000}"/></numFmts></styleSheet>'
    began = time.process_time()
    assert tables(
        book(
            "<row><c t='str'><v>kept</v></c></row>",
            **{"xl/styles.xml": style.replace("</styleS", '<cellXfs><xf numFmtId="200"/></cellXfs></styleS')},
        )
    )
    assert time.process_time() - began < 1


def test_words_that_the_shared_strings_lack_are_told():
    done = read_source(source(book("<row><c t='s'><v>0</v></c></row>")))
    assert ["shared strings" in gap.reason for gap in done.gaps] == [True]


def test_two_sheets_of_one_name_are_told_apart():
    second = '<sheet name="talk" sheetId="2" r:id="r2"/></sheets>'
    parts = {
        "xl/workbook.xml": BOOK.replace("</sheets>", second),
        "xl/_rels/workbook.xml.rels": TARGET.replace(
            "</Rel", '<Relationship Id="r2" Target="worksheets/sheet2.xml"/></Rel'
        ),
        "xl/worksheets/sheet2.xml": SHEET % "<row><c t='str'><v>two</v></c></row>",
    }
    assert tables(book("<row><c t='str'><v>one</v></c></row>", **parts)) == {
        "sheet talk": "one\n", "sheet talk#2": "two\n",
    }  # fmt: skip


def test_a_document_whose_part_has_a_number_is_read():
    said = "<w:document xmlns:w='x'><w:body><w:p><w:r><w:t>Rain</w:t></w:r></w:p></w:body></w:document>"
    data = package({"word/document2.xml": said, "word/header1.xml": said, "word/styles.xml": said})
    assert tables(data, document_docx) == {"text2.txt": "Rain", "header1.txt": "Rain"}


def test_a_title_above_the_table_does_not_hide_its_columns():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet("三月")
        sheet.merge_range(0, 0, 0, 3, "线索登记表（合成）", made.add_format())
        sheet.write_row(1, 0, ["编号", "举报时间", "举报内容", "联系电话"])
        day = made.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        for row, said in ((2, "今天下雨"), (3, "还在\n下雨")):
            sheet.write_row(row, 0, [row, "", said, 17_000_000_000 + row])
            sheet.write_datetime(row, 1, datetime(2024, 1, row), day)
    done = read_source(source(out.getvalue()))
    tips = [post for post in done.posts if post.kind == "tip"]
    assert [(tip.text, tip.sent.text, tip.span.member) for tip in tips] == [
        ("今天下雨", "2024-01-02", "sheet 三月"), ("还在\n下雨", "2024-01-03", "sheet 三月"),
    ]  # fmt: skip
    assert done.reader == "workbook_xlsx"
    assert not done.gaps
    assert tables(out.getvalue())["sheet 三月, title.txt"] == "线索登记表（合成）\n"
    assert "17000000002" in tables(out.getvalue())["sheet 三月"]


def test_cells_keep_their_columns_and_the_last_value_saved_counts():
    rows = (
        '<row><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>x</t></rPh></is></c>'
        '<c r="C1" t="str"><f>1+1</f><v>two</v></c></row>'
        '<row><c r="B2" t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c r="A2" t="inlineStr"><is><t>late</t></is></c></row>'
    )
    assert tables(book(rows)) == {"sheet talk": "ab\t\ttwo\n\tTRUE\t#N/A\tlate\n"}


BILLION = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><worksheet><sheetData><row><c t="str"><v>&c;</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("<row><c t='str'><v>kept</v></c></row><row><c><v>", "breaks off"),
        ("<row>" + '<c r="XFD1" t="str"><v>x</v></c>' * 50 + "</row>", ""),
        ("<row><c t='s'><v>99999999999999999999</v></c><c t='s'><v>-1</v></c></row>", "words of 2 cells"),
        (f"<row><c t='s'><v>{'9' * 5000}</v></c><c t='str'><v>kept</v></c></row>", "words of 1 cells"),
        ("<row><c t='s'/><c t='str'><v>kept</v></c></row>", ""),
    ],
)
def test_a_broken_sheet_ends_in_a_gap_and_what_stands_before_stays(rows, reason):
    done = read_source(source(book(rows)))
    assert bool(done.gaps) == bool(reason)
    assert all(reason in gap.reason for gap in done.gaps)
    assert done.post_bytes + done.structure_bytes + done.gap_bytes == len(book(rows))


@pytest.mark.parametrize("encoding", ["UTFTFTF-8", "gb18030", "utf-7", "idna"])
def test_an_encoding_that_no_writer_uses_is_told(encoding):
    said = f'<?xml version="1.0" encoding="{encoding}"?>' + SHEET % "<row><c t='str'><v>x</v></c></row>"
    data = package({"xl/workbook.xml": BOOK, "xl/worksheets/sheet1.xml": said, "xl/sharedStrings.xml": said})
    gaps = [item.reason for item in workbook_xlsx.read(source(data)) if isinstance(item, Gap)]
    assert gaps
    assert all("encoding" in gap for gap in gaps)


def test_a_document_type_is_refused():
    data = package({"xl/workbook.xml": BOOK, "xl/worksheets/sheet1.xml": BILLION})
    gaps = [item.reason for item in workbook_xlsx.read(source(data)) if isinstance(item, Gap)]
    assert [gap for gap in gaps if "document type" in gap]
    assert "bbbb" not in "".join(tables(data).values())


def test_a_sheet_wider_than_its_budget_is_cut_and_the_rest_told():
    rows = "".join(f'<row><c r="AZ{n}" t="str"><v>{"w" * 200}</v></c></row>' for n in range(1, 40))
    items = list(workbook_xlsx.read(source(book(rows), limits=Limits(member_bytes=8_000))))
    cut = next(item for item in items if isinstance(item, Member) and item.path == "sheet talk")
    assert len(cut.data) <= 8_000
    assert any(isinstance(item, Gap) and "larger than 8000 bytes" in item.reason for item in items)


def test_a_document_that_stands_in_a_zip_is_still_one():
    inner = package(
        {
            "word/document.xml": "<w:document xmlns:w='x'><w:body><w:p><w:r><w:t>Rain</w:t></w:r></w:p></w:body></w:document>"
        }
    )
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("notes/day.docx", inner)
    (post,) = read_source(source(outer.getvalue(), "day.zip")).posts
    assert (post.text, post.span.member) == ("Rain", "notes/day.docx!text.txt")
    assert document_docx.sniff(inner, "day") > 0.9
    assert workbook_xlsx.sniff(inner, "day.docx") == 0
