"""Figures in the tables of a report: by column and row, by row alone, and nothing else changed by them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.statement.grids import find_grids
from ringtrace.statement.public import read_public_figures

ENGLISH = (
    "On 3 March the ministry published results: 1,094 suspects were arrested and 382 children rescued.\n\n"
    "Province\tSuspects arrested\tChildren rescued\nSichuan\t27\t13\nAnhui\t1,043\t11\nHenan\t–\t–\nTotal\t1,070\t24\n\n"
    "The list may be incomplete."
)
CHINESE = (
    "公安部公布战果。\n\n省份\t抓获（名）\t解救儿童（名）\t备注\n四川\t27\t13\t2起\n安徽\t43\t11\t\n\n名单尚不完整。"
)
BY_ROW = "Results\n\nSuspects detained\t64\nChildren rescued\t22\nGangs broken up\t5\nRemark\t7\n\nThat is all."


def read(text):
    return {(d.quantity, d.value, d.status, d.place) for d in read_public_figures(text, published="2014-03-04")}


def test_columns_say_what_and_rows_say_where():
    assert read(ENGLISH) == {
        ("suspects", "1094", "arrested", ""), ("children", "382", "rescued", ""),
        ("suspects", "27", "arrested", "510000"), ("children", "13", "rescued", "510000"),
        ("suspects", "1043", "arrested", "340000"), ("suspects", "1070", "arrested", ""),
        ("children", "11", "rescued", "340000"), ("children", "24", "rescued", ""),
    }  # fmt: skip


def test_a_heading_of_a_verb_alone_counts_whom_the_verb_is_said_of():
    assert read(CHINESE) == {
        ("suspects", "27", "arrested", "510000"), ("children", "13", "rescued", "510000"),
        ("suspects", "43", "arrested", "340000"), ("children", "11", "rescued", "340000"),
    }  # fmt: skip


def test_without_headings_each_row_is_one_figure():
    assert read(BY_ROW) == {
        ("suspects", "64", "detained", ""), ("children", "22", "rescued", ""), ("rings", "5", "", "")
    }  # fmt: skip


@pytest.mark.parametrize("text", [ENGLISH, CHINESE, BY_ROW])
def test_each_figure_reslices_to_its_digits(text):
    for draft in read_public_figures(text, published="2014-03-04"):
        assert text[draft.start : draft.stop].replace(",", "") == draft.value


@given(st.text(alphabet="\t\n 0127,名人四川安徽Sichuan suspects arrested", max_size=200))
def test_any_text_is_read_and_cells_lie_inside_their_tables(text):
    for grid in find_grids(text):
        for cell in grid.cells:
            assert grid.start <= cell.start < cell.stop <= grid.stop
            assert text[cell.start : cell.stop].replace(",", "").isdigit()
    read_public_figures(text)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        (
            "Province | Suspects detained | Children rescued\n|---|---|---|\nHebei | 41 | 16\nGansu | 9 | n/a\nTotal | 50 | 16",
            {("suspects", "41", "130000"), ("children", "16", "130000"), ("suspects", "9", "620000"), ("suspects", "50", ""),
             ("children", "16", "")},
        ),
        (
            "地区　抓获（人）　解救儿童（名）\n辽宁　　46　　　　12\n合计　　46　　　　12",
            {("suspects", "46", "210000"), ("children", "12", "210000"), ("suspects", "46", ""), ("children", "12", "")},
        ),
        (
            "Indicator\tHebei\tShanxi\tTotal\nSuspects detained\t12\t30\t42\nChildren rescued\t3\t4\t7",
            {("suspects", "12", "130000"), ("suspects", "30", "140000"), ("suspects", "42", ""), ("children", "3", "130000"),
             ("children", "4", "140000"), ("children", "7", "")},
        ),
        (
            "As follows (suspects detained / children rescued):\nShandong: 57 / 19\nShanghai: 12 / 0",
            {("suspects", "57", "370000"), ("children", "19", "370000"), ("suspects", "12", "310000"), ("children", "0", "310000")},
        ),
        ("He paid 3  and 4  and 5\nnothing here", set()),
    ],
)  # fmt: skip
def test_tables_of_every_shape(text, cells):
    found = [cell for grid in find_grids(text) for cell in grid.cells]
    assert {(cell.quantity, cell.value, cell.place) for cell in found} == cells
    assert all(text[cell.start : cell.stop].replace(",", "") == cell.value for cell in found)
