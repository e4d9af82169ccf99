"""Tags find what they were made of, in any way of writing, and nothing else; they hold no name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringtrace.operation.fingerprints import make_prints, prints_masker
from ringtrace.operation.masking import MASK

KEY, OTHER = bytes(32), bytes([1]) * 32
IDENTITY = {"identity_name": "龘小明", "identity_phone": "+86 170 0009 9001", "identity_number": "11010119900101123X",
            "identity_family": "Ann Lee、龘大山", "identity_note": "价格"}  # fmt: skip


def masker(key=KEY):
    return prints_masker([make_prints([IDENTITY], KEY)], key)


def test_every_way_of_writing_is_found_and_the_rest_is_left_alone():
    mask = masker()
    assert mask("找龘小明回家") == f"找{MASK}回家"
    assert mask("电话17000099001。") == f"电话{MASK}。"
    assert mask("１７０ ００００-９９００ １") != mask("170 0009 9001") == MASK
    assert not any(char.isdigit() for char in mask("(+86)170-0009-9001").replace("86", ""))
    assert mask("身份证11010119900101123x") == f"身份证{MASK}"
    assert mask("ann LEE, joanne leek") == f"{MASK} {MASK}, joanne leek"
    assert mask("龘\u200b大山") == MASK
    for plain in ("价格3万", "annual", "17000099002", "2014-02-19", "510000", ""):
        assert mask(plain) == plain


def test_tags_are_worth_nothing_under_another_key_and_hold_no_name():
    assert masker(OTHER)("龘小明17000099001") == "龘小明17000099001"
    data = make_prints([IDENTITY], KEY).decode()
    assert "龘" not in data and "1700009" not in data and len(data) < 1_000
    assert prints_masker([], KEY)("x") == "x" == prints_masker([make_prints([], KEY)], KEY)("x")


@given(st.text(alphabet="天地玄黄abc ", min_size=2, max_size=5), st.text(max_size=12), st.text(max_size=12))
def test_a_name_never_survives_wherever_it_stands(name, before, after):
    name = name.strip()
    if len(name) < 2 or name.isascii():
        return
    mask = prints_masker([make_prints([{"identity_name": name}], KEY)], KEY)
    assert name not in mask(f"{before}。{name}。{after}")
