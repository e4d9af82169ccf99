"""Contacts: specs as data, negatives, pieces, owners, containers, and texts that are made up here."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.registry import scan
from ringtrace.text.view import TextView

KINDS = ("email", "phone", "qq", "telegram", "url", "wechat")
SPECS = Path(__file__).parent / "specs"
DIGITS = {
    "plain": "0123456789",
    "full-width": "０１２３４５６７８９",
    "circled": "⓪①②③④⑤⑥⑦⑧⑨",
    "words": "零一二三四五六七八九",
    "financial": "零壹贰叁肆伍陆柒捌玖",
    "radio": "洞幺两三四五六拐八勾",
    "mathematical": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "arabic": "٠١٢٣٤٥٦٧٨٩",
    "superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "negative circled": "⓿❶❷❸❹❺❻❼❽❾",
}
mobiles = st.from_regex(r"1700[0-9]{7}", fullmatch=True).filter(str.isascii)
numbers = st.from_regex(r"[1-9][0-9]{6,9}", fullmatch=True).filter(lambda n: n.isascii() and not n.startswith("400"))


def cases():
    for kind in (*KINDS, "contact_none"):
        for language in ("zh", "en"):
            document = tomllib.loads((SPECS / f"{kind}.{language}.toml").read_text("utf-8"))
            for case in document["case"]:
                yield pytest.param(kind, case, id=f"{kind}-{language}-{case['text']}")


def find(text, kinds=KINDS, **view):
    laid = TextView(text, **view)
    found = [c for kind in kinds for c in scan("ringtrace.extractors")[kind].find(laid)]
    return [c for c in found if c.probability >= 0.5]


def values(text, kind, **view):
    return {c.value for c in find(text, (kind,), **view)}


@pytest.mark.parametrize(("kind", "case"), list(cases()))
def test_exactly_what_the_spec_names(kind, case):
    text = case["text"]
    kinds = KINDS if kind == "contact_none" else (kind,)
    found = find(text, kinds, platform=case.get("platform", ""))
    shown = sorted((" ".join(text[start:stop] for start, stop in c.pieces), c.value) for c in found)
    assert shown == sorted((e["surface"], e["value"]) for e in case["expected"])
    owners = {c.value: c.owner for c in found}
    for expected in case["expected"]:
        assert owners[expected["value"]] == expected.get("owner", owners[expected["value"]])


def write(digits, alphabet, gap):
    return gap.join(DIGITS[alphabet][int(digit)] for digit in digits)


gaps = st.sampled_from(["", " ", "-", ".", "·", "\u200b", "*", "~", "❤", "🌸", "_", "|"])


@given(mobiles, st.sampled_from(sorted(DIGITS)), gaps)
def test_a_mobile_in_any_digits_with_any_separator(digits, alphabet, gap):
    assert values(f"电话：{write(digits, alphabet, gap)}。", "phone") == {f"+86{digits}"}


@given(numbers, st.sampled_from(sorted(DIGITS)), st.sampled_from(["QQ：", "扣扣 ", "🐧", "加Q:", "企鹅号是"]))
def test_a_qq_number_in_any_digits_behind_any_cue(digits, alphabet, cue):
    assert values(f"有意{cue}{write(digits, alphabet, '')}，谢谢", "qq") == {digits}


@given(
    st.from_regex(r"[a-z]{3,8}_[0-9]{3,8}", fullmatch=True),
    st.sampled_from("微薇威维葳蔚"),
    st.sampled_from("信芯心❤星"),
)
def test_a_wechat_id_behind_any_name_of_that_sound(value, first, second):
    assert values(f"详聊{first}{second}：{value.upper()} 谢谢", "wechat") == {value}


@given(st.text(max_size=80), mobiles)
def test_pieces_lead_back_to_the_digits(noise, digits):
    text = f"{noise}。\n电话 {digits}\n"
    for candidate in scan("ringtrace.extractors")["phone"].find(TextView(text)):
        assert all(0 <= start < stop <= len(text) for start, stop in candidate.pieces)
    assert f"+86{digits}" in values(text, "phone")


def test_a_bare_number_is_a_qq_number_only_in_qq_talk():
    assert values("有意的加我好友 12345678", "qq", platform="qq") == {"12345678"}
    assert values("一共来了 12345678", "qq", platform="forum") == set()


def test_a_case_adds_words_of_its_own(tmp_path):
    (tmp_path / "contact.case.toml").write_text('version = "1"\n[concept.wechat]\nterms = ["绿泡泡机"]\n', "utf-8")
    assert values("绿泡泡机：abc_123", "wechat", lexicons=tmp_path) == {"abc_123"}


def test_service_numbers_belong_to_a_hotline():
    found = find("求助请拨打12355或110，客服400-123-4567")
    assert {(c.value, c.owner) for c in found} == {("12355", "hotline"), ("110", "hotline"), ("4001234567", "hotline")}


def test_an_identity_card_is_no_telephone():
    assert find("身份证 110105194912310021，订单 20140219170001234567") == []
