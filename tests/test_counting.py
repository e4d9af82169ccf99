"""Figures from records: each with its records, as of a day, at the place of the event."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringtrace.model.record import Entry, Record, RecordSource
from ringtrace.operation.counting import count_records, records_behind


def entry(number, kind, subject, status, date="2014-02-19", place="510000", author="ann", **details):
    source = RecordSource("document", "d")
    return Entry(number, 1, author, 0, Record(f"r{number}", kind, subject, status, date, place, "", source, details))


def figures(entries, as_of=""):
    return {(f.quantity, f.status, f.place): f for f in count_records(entries, as_of).figures}


def test_arrested_is_any_custody_and_each_legal_form_stands_by_itself():
    found = figures([
        entry(1, "suspect", "a", "seized"), entry(2, "suspect", "a", "detained", "2014-02-20"),
        entry(3, "suspect", "b", "bailed", place="340000"), entry(4, "suspect", "c", "summoned"),
        entry(5, "child", "k", "rescued", place=""), entry(6, "suspect", "a", "arrest_approved", "2014-03"),
    ])  # fmt: skip
    assert {key: f.value for key, f in found.items()} == {
        ("suspects", "arrested", ""): "2", ("suspects", "arrested", "340000"): "1",
        ("suspects", "arrested", "510000"): "1", ("suspects", "detained", ""): "1", ("suspects", "bailed", ""): "1",
        ("suspects", "arrest_approved", ""): "1", ("children", "rescued", ""): "1", ("provinces", "", ""): "2",
    }  # fmt: skip
    assert found["suspects", "arrested", ""].records == ("r1", "r3")
    assert ("suspects", "arrest_approved", "") not in figures(
        [entry(6, "suspect", "a", "arrest_approved", "2014-03")], "2014-03-20"
    )


def test_the_place_of_an_arrest_is_that_of_the_first_event():
    found = figures(
        [
            entry(1, "suspect", "a", "detained", "2014-02-20", "340000"),
            entry(2, "suspect", "a", "seized", "2014-02-19", "510104"),
        ]
    )
    assert found["suspects", "arrested", "510000"].records == ("r2",)


def test_the_proposed_wait_for_another_persons_judgement():
    proposed = entry(1, "suspect", "a", "detained", actor="actor-1")
    own = entry(2, "judgement", "a", "confirmed")
    other = entry(3, "judgement", "a", "confirmed", author="bo")
    assert count_records([proposed]).unconfirmed == ("a",) and not figures([proposed])
    assert not figures([proposed, own])
    assert figures([proposed, other])["suspects", "arrested", ""].value == "1"
    assert not figures([proposed, other, entry(4, "judgement", "a", "rejected", author="chen")])


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["seized", "detained", "bailed", "wanted"]), st.integers(1, 28),
                  st.sampled_from(["", "510000", "510104", "340000", "US-GA"])),
        max_size=30,
    ),
    st.integers(1, 28),
)  # fmt: skip
def test_parts_never_exceed_their_whole_and_grow_with_time(rows, day):
    entries = [
        entry(n, "suspect", f"s{who}", status, f"2014-02-{d:02}", place)
        for n, (who, status, d, place) in enumerate(rows)
    ]
    early, late = figures(entries, f"2014-02-{day:02}"), figures(entries)
    for key, figure in early.items():
        if not key[2]:
            assert int(figure.value) <= int(late[key].value)
    for found in (early, late):
        for figure in found.values():
            assert len(figure.records) == int(figure.value)
            assert set(figure.records) == set(records_behind([figure], entries))
        parts = sum(int(f.value) for (q, s, p), f in found.items() if (q, s) == ("suspects", "arrested") and p)
        total = int(found["suspects", "arrested", ""].value) if ("suspects", "arrested", "") in found else 0
        placed = {e.record.subject for e in entries if e.record.status != "wanted" and e.record.place}
        assert parts <= total and (found is early or parts <= len(placed))
