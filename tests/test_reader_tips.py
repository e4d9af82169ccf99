"""Tips as tables and JSON lines: columns, reporters kept out, broken rows."""

from __future__ import annotations

import pytest

from read_alone import gaps, local, posts, source
from ringtrace.errors import LimitError, MappingError, UsageError
from ringtrace.model.post import Post
from ringtrace.model.source import Limits
from ringtrace.pipeline.reading.reader_choice import choose_reader
from ringtrace.readers import (
    tips_csv,
    tips_jsonl,
)
from ringtrace.text.tables import delimited


def test_what_may_be_a_table_is_worked_out_once_for_all_readers():
    head = b"Date: 3 March; cold, wet\nTime: 10; warm, dry\n"
    delimited.sniff_delimiter.cache_clear()
    choose_reader(source(head, "note.txt"), [])
    asked = delimited.sniff_delimiter.cache_info()
    assert (asked.misses, asked.hits > 0) == (1, True)


CSV = (
    'Date,Reporter,Phone,Message\n13/02/2014 10:20,Ann Person,17000001111,"two\nlines, ""quoted"""\n02/03/2014,Bo,,x\n'
)


def test_tips_csv_guesses_columns_and_never_shows_the_reporter():
    found = posts(tips_csv, CSV)
    assert [post.text for post in found] == ['two\nlines, "quoted"', "x"]
    assert [post.account_name for post in found] == ["", ""]
    assert [(post.kind, post.platform) for post in found] == [("tip", "tip")] * 2
    assert local(found[1].sent.at)[:10] == "2014-03-02"  # 13/02 proves the column's order
    assert not any("Person" in post.text + post.title or "1700" in post.text for post in found)
    assert found[0].segments[0].codec == "csv+utf-8"


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "gb18030", "big5"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tips_csv_charsets_and_delimiters(charset, delimiter):
    table = '時間,內容,電話\n2014-02-13,這是一個說明,1\n2014-02-14,"大家,好",2\n'
    data = table.replace(",", delimiter).replace(f'"大家{delimiter}好"', '"大家，好"').encode(charset)
    assert [post.text for post in posts(tips_csv, data, "t.csv")] == ["這是一個說明", "大家，好"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_many_empty_rows_of_a_table_are_one_structure(end):
    data = f"时间,内容{end}2014-02-13,甲{end}{end * 5_000}2014-02-14,乙{end}".encode()
    found = list(tips_csv.read(source(data, "t.csv")))
    assert [item.text for item in found if isinstance(item, Post)] == ["甲", "乙"]
    assert len(found) == 4  # the header, two tips, the empty rows
    assert sum(len(item.span) for item in found) == len(data)


def test_a_table_of_more_columns_than_a_spreadsheet_is_refused():
    with pytest.raises(LimitError, match="16384 columns"):
        posts(tips_csv, "内容" + ",a" * 20_000 + "\n", "t.csv")


def test_tips_mapping_names_file_column_and_what_there_is():
    mapping = b'[columns]\ntext = "Massage"\n'
    with pytest.raises(MappingError, match=r"tips\.csv has no column 'Massage' for text.*Date, Reporter, Phone, Mess"):
        posts(tips_csv, CSV, "tips.csv", sidecar=mapping)
    with pytest.raises(MappingError, match="unknown"):
        posts(tips_csv, CSV, "tips.csv", sidecar=b'[columns]\ntext = "Message"\nwho = "Phone"\n')
    with pytest.raises(MappingError, match="mend the mapping"):
        posts(tips_csv, CSV, "tips.csv", sidecar=b"[columns\n")
    with pytest.raises(MappingError, match="no column looks like the text"):
        posts(tips_csv, "a,b\n1,2\n", "tips.csv")
    right = b'sent_format = "%d/%m/%Y %H:%M"\nzone = "UTC"\n[columns]\ntext = "Message"\nsent = "Date"\n'
    first, second = posts(tips_csv, CSV, "tips.csv", sidecar=right)
    assert local(first.sent.at, 0) == "2014-02-13 10:20:00"
    assert (second.sent.basis, second.sent.text) == ("none", "02/03/2014")
    with pytest.raises(UsageError, match="IANA"):
        posts(tips_csv, CSV, "tips.csv", sidecar=b'zone = "Nowhere/X"\n[columns]\ntext = "Message"\n')


def test_tips_csv_broken_quotes_and_short_rows_lose_nothing():
    data = 'message,date\n"never closed,2014-01-01\nsecond,2014-01-02\n'
    found = posts(tips_csv, data)
    assert [post.text for post in found] == ['"never closed', "second"]
    assert [gap.reason for gap in gaps(tips_csv, "date,message\nonly\n")] == ["row of 1 fields where the header has 2"]


def test_tips_csv_long_fields_are_bounded():
    data = 'message,date\n"' + '""' * 100 + '",2014-01-01\n' + "好" * 100 + ",2014-01-02\n"
    small = Limits(line_bytes=101)
    assert [len(post.text) for post in posts(tips_csv, data, limits=small)] == [101, 33]
    assert len(gaps(tips_csv, data, limits=small)) == 2


def test_tips_jsonl_reads_escapes_and_keeps_bad_lines_as_gaps():
    data = '{"message": "a \\u00e9\\n\\"b\\"", "reporter": "Ann"}\n\nnot json\n{"message": 5}\n'
    found = posts(tips_jsonl, data)
    assert [post.text for post in found] == ['a é\n"b"', "5"]
    assert [gap.reason for gap in gaps(tips_jsonl, data)] == ["not a JSON object"]
    with pytest.raises(MappingError, match="has no column 'x'"):
        posts(tips_jsonl, data, sidecar=b'[columns]\ntext = "x"\n')
