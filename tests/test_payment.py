"""Payment accounts: what is one, and that its number leaves the extractor only as a keyed digest."""

import json
import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.engines.local import Local
from ringtrace.extractors.payment import find
from ringtrace.linking.identifiers import classify
from ringtrace.linking.material import Material
from ringtrace.linking.pairs import link_accounts
from ringtrace.linking.templates import find_templates
from ringtrace.model.source import Source
from ringtrace.pipeline.analysis.stages import answers_of, observe_all
from ringtrace.pipeline.handover.exporting import without_accounts
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.pipeline.reading.posts import account_table, merge, post_table
from ringtrace.report.words import feature_words
from ringtrace.store.keys import digest_key
from ringtrace.text.numbers.check_digits import ean13, identity_card, luhn
from ringtrace.text.view import TextView

CARD = "6200001234567890128"
KEY = b"k" * 32
CASES = tomllib.loads((Path(__file__).parent / "specs" / "payment.any.toml").read_text("utf-8"))["cases"]


def sure(text, secret=KEY):
    return [c for c in find(TextView(text, secret=secret)) if c.probability >= 0.5]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_exactly_what_the_spec_names(case):
    text, *told = case
    assert [[text[c.pieces[0][0] : c.pieces[-1][1]], c.shown] for c in sure(text)] == told


def test_one_account_has_one_value_in_every_writing_and_another_in_another_case():
    (plain,), (spaced,) = sure(f"卡号{CARD}"), sure("银行卡 6200 0012 3456 7890 128")
    assert plain.value == spaced.value
    assert re.fullmatch(r"card-[a-z2-7]{20}", plain.value)
    (elsewhere,) = sure(f"卡号{CARD}", secret=b"other" * 8)
    assert elsewhere.value != plain.value


@pytest.mark.parametrize("text", [text for text, *told in CASES if told])
def test_no_value_nor_what_is_shown_holds_the_number(text):
    for candidate in sure(text):
        assert not re.search(r"\d{8}", candidate.value)
        assert not re.search(r"\d{7}\*{0,3}$", candidate.shown)


def test_the_key_lies_in_the_key_folder_and_stays_the_same(tmp_path):
    first = digest_key(tmp_path, "ringtrace/a")
    assert digest_key(tmp_path, "ringtrace/a") == first
    assert digest_key(tmp_path, "ringtrace/b") != first
    assert (tmp_path / "digests.key").stat().st_mode & 0o777 == 0o600
    assert digest_key(tmp_path / "another user", "ringtrace/a") != first


def test_exports_show_the_masked_form_in_the_text():
    assert without_accounts(f"卡号{CARD}，户名李，支付宝17000123456") == (
        "卡号620000*************，户名李，支付宝+86170********"
    )
    assert without_accounts("三万五，订单号123") == "三万五，订单号123"


def chat(*said):
    """Posts of a Telegram group in which (who, text) was said."""
    messages = [
        {
            "id": number, "type": "message", "date_unixtime": str(1392897600 + 600 * number),
            "date": "2014-02-20T12:00:00", "from": who, "from_id": f"user{who}", "text": text,
        }
        for number, (who, text) in enumerate(said, start=1)
    ]  # fmt: skip
    data = json.dumps({"name": "g", "type": "private_group", "id": 7, "messages": messages}, ensure_ascii=False)
    name = sha256(data.encode()).hexdigest()
    source = Source(
        evidence=name, member="", name="result.json", data=data.encode(), zone="Asia/Shanghai", sidecar=None
    )
    return merge([post_table(read_source(source).posts)])


def test_two_accounts_that_give_one_card_are_tied_by_it_and_no_table_but_the_texts_holds_the_number():
    posts = chat(("mila", f"订金打到我卡号{CARD}"), ("tess", "银行卡 6200 0012 3456 7890 128 户名不变"), ("bo", "在吗"))
    engine = Local()
    frame = engine.frame(posts)
    seen = observe_all(engine, frame, answers_of(engine, frame), None, lambda *_: None, KEY)
    mentions, stances, facts = map(engine.table, seen)
    accounts = account_table(posts)
    material = Material.here(posts, mentions, stances, accounts, find_templates(posts))
    identifiers = classify(material)
    links = link_accounts(material, identifiers, ())
    (link,) = [row for row in links.to_pylist() if "payment_account" in {w["feature"] for w in row["weights"]}]
    weight = next(w for w in link["weights"] if w["feature"] == "payment_account")
    assert weight["log2_odds"] > 0
    assert weight["left"]
    assert weight["right"]
    assert "payment account" in feature_words("payment_account")
    for table in (mentions, stances, facts, identifiers, links):
        assert CARD[6:] not in re.sub(r"[^0-9]+", "", str(table.to_pylist()))


@given(st.text("0123456789", min_size=15, max_size=18))
def test_one_changed_digit_breaks_a_cards_check_digit(body):
    card = next(body + last for last in "0123456789" if luhn(body + last))
    changed = str((int(card[3]) + 1) % 10)
    assert not luhn(card[:3] + changed + card[4:])


def test_check_digits_of_made_up_numbers():
    assert identity_card("34000019900307001" + next(s for s in "0123456789X" if identity_card("34000019900307001" + s)))
    assert sum(identity_card("34000019900307001" + s) for s in "0123456789X") == 1
    assert not identity_card("340000199013070017")
    assert sum(ean13("978700000000" + s) for s in "0123456789") == 1
    assert not luhn("")
