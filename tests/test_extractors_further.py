"""Plates, due dates and relations: specs as data, one file a kind."""

import tomllib
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from ringtrace.text.view import TextView

KINDS = ("plate", "due", "relation")
SENT = int(datetime(2014, 2, 20, 12, tzinfo=UTC).timestamp()) * 1_000_000
SPECS = Path(__file__).parent / "specs"


def cases():
    for kind in KINDS:
        document = tomllib.loads((SPECS / f"{kind}.any.toml").read_text("utf-8"))
        for text, *told in document["cases"]:
            yield pytest.param(kind, text, told, id=f"{kind}-{text}")


@pytest.mark.parametrize(("kind", "text", "told"), list(cases()))
def test_exactly_what_the_spec_names(kind, text, told):
    found = import_module(f"ringtrace.extractors.{kind}").find(TextView(text, sent_at=SENT))
    shown = [[text[start:stop], c.value] for c in found if c.probability >= 0.5 for start, stop in c.pieces]
    assert shown == told


SPOKEN = tomllib.loads((SPECS / "date_spoken.en.toml").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", SPOKEN, ids=lambda case: case[0])
def test_spoken_dates_count_from_the_day_of_writing(case):
    text, *told = case
    find = import_module("ringtrace.extractors.date").find
    found = list(find(TextView(text, sent_at=SENT, kind="article")))
    assert [[text[slice(*c.pieces[0])], c.value] for c in found if c.probability >= 0.5] == told
    later = find(TextView(text, sent_at=SENT + 7 * 86_400_000_000, kind="article"))
    assert [c.pieces for c in later] == [c.pieces for c in found]  # the clock moves values, never places


def test_bare_spoken_dates_are_none_in_chat():
    find = import_module("ringtrace.extractors.date").find
    for text in ("see you Friday", "he left 3 days ago", "next Monday then"):
        assert all(c.probability < 0.5 for c in find(TextView(text, sent_at=SENT, kind="message")))


SIMPLIFIED = "联系电话订单号爱心领养孩子微信号"
TRADITIONAL = "聯繫電話訂單號愛心領養孩子微信號"
SAID = (
    "女宝两个月，合肥的，补偿三万五，联系电话17000123456，微信号lin_2014",
    "有意领养孩子的加QQ28477109，2014年3月5日前",
    "订单号 28477109，孩子三岁",
)


def read_all(text):
    kinds = ("phone", "qq", "wechat", "telegram", "email", "url", "money", "age", "date", "place", "sex", *KINDS)
    found = (
        c for kind in kinds for c in import_module(f"ringtrace.extractors.{kind}").find(TextView(text, sent_at=SENT))
    )
    return {(c.kind, c.value) for c in found if c.probability >= 0.5}


@pytest.mark.parametrize("text", SAID)
def test_traditional_characters_and_other_digits_say_the_same(text):
    plain = read_all(text)
    assert plain
    assert read_all(text.translate(str.maketrans(SIMPLIFIED, TRADITIONAL))) == plain
    assert read_all(text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))) == plain


def test_the_order_of_texts_changes_nothing():
    forward = [read_all(text) for text in SAID]
    assert [read_all(text) for text in reversed(SAID)] == forward[::-1]
