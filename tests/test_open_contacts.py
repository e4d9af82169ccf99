"""Whose a contact is that many show: settled once its use is known, with a reason, never in a trade."""

import pyarrow as pa

from ringtrace.engines.tables import from_rows
from ringtrace.linking.open_contacts import settle_open_contacts


def mentions(value, owners):
    return [
        {"mention_id": f"m{value}{n}", "post_id": f"p{value}{n}", "kind": "phone", "surface": value, "value": value,
         "spans": [], "owner": owner, "probability": 0.97, "rule": "11 digits"}
        for n, owner in enumerate(owners)
    ]  # fmt: skip


def stances(value, count, direction="none", frame="other"):
    return [
        {"post_id": f"p{value}{n}", "frame": frame, "direction": direction, "probability": 0.1, "band": "no"}
        for n in range(count)
    ]  # fmt: skip


def settle(value, owners, people, use="business", direction="none", frame="other"):
    told, read = from_rows("mentions", mentions(value, owners)), stances(value, len(owners), direction, frame)
    uses = pa.Table.from_pylist(
        [{"kind": "phone", "value": value, "use": use, "claimants": people, "reason": f"{people} accounts give it"}]
    )
    found = settle_open_contacts(told, from_rows("stances", read), uses)
    assert found.drop_columns(["owner", "rule"]).equals(told.drop_columns(["owner", "rule"]))
    return list(zip(found["owner"].to_pylist(), found["rule"].to_pylist(), strict=True))


def test_a_number_that_many_present_as_their_own_is_open_to_all():
    found = settle("+8617000100200", ["self"] * 29 + ["quoted"], 29)
    assert found[0] == ("hotline", "11 digits; open to all: 29 accounts give it")
    assert found[-1] == ("quoted", "11 digits")


def test_a_few_people_need_posts_that_name_it_as_open_to_all():
    assert settle("+8617000100200", ["self"] * 6 + ["hotline"] * 4, 9)[0][0] == "hotline"
    assert settle("+8617000100200", ["self"] * 9 + ["hotline"], 9)[0][0] == "self"


def test_a_broker_in_many_mouths_keeps_the_owner_of_each_post():
    assert {owner for owner, _ in settle("+8617000100200", ["self"] * 30, 30, direction="broker")} == {"self"}


def test_an_appeal_passed_on_gives_the_familys_number():
    found = settle("+8617000100200", ["self", "other"] * 6, 12, frame="appeal")
    assert found[0] == ("other", "11 digits; in an appeal that 12 accounts pass on")


def test_a_personal_number_is_left_alone():
    assert {owner for owner, _ in settle("+8617000100200", ["self"] * 30, 30, use="personal")} == {"self"}
