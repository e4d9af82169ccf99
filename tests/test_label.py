"""A truth set made by people: how posts are drawn, what is shown, how two people agree, what is written."""

import json
from collections import Counter

import pytest
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.errors import UsageError
from ringtrace.evaluation.agreement import cohen_kappa, krippendorff_alpha
from ringtrace.evaluation.scores import evaluate
from ringtrace.model.label import Label, Told
from ringtrace.pipeline.judging.labelling import Work, begin, draw, keep, read_contacts, write_truth
from ringtrace.store.analysis import read_table
from ringtrace.store.ledger import Ledger


def test_a_sample_is_the_same_again_and_meets_every_stratum(tiny_case):
    case, _ = tiny_case
    sample = draw(case, 60, 1, 0.08, 0.25)
    assert draw(case, 60, 1, 0.08, 0.25) == sample
    assert draw(case, 60, 2, 0.08, 0.25) != sample
    system = [row["post_id"] for row in read_table(case.analysis, "posts").to_pylist() if row["kind"] == "system"]
    assert not {one.post for one in sample.drawn} & set(system)
    posts = read_table(case.analysis, "stances")["probability"].to_pylist()
    high = sum(p >= 0.8 for p in posts) / len(posts)
    drawn_high = sum(one.stratum.startswith("0.8-") for one in sample.drawn) / len(sample.drawn)
    assert drawn_high > min(0.1, 2 * high)


def test_the_chance_that_is_kept_is_that_of_being_drawn(tiny_case):
    case, _ = tiny_case
    rounds = 60
    seen: Counter[str] = Counter()
    chance = {}
    for seed in range(rounds):
        for one in draw(case, 80, seed, 0.1, 0.0).drawn:
            seen[one.post] += 1
            chance[one.post] = one.chance, one.stratum
    by_stratum = Counter(stratum for _, stratum in chance.values())
    for stratum, members in by_stratum.items():
        told = [value for value, name in chance.values() if name == stratum]
        assert max(told) - min(told) < 1e-9
        if told[0] == 1.0:
            assert all(seen[post] == rounds for post, (_, name) in chance.items() if name == stratum)
        elif members >= 20:
            size = len([1 for p in _members(case, stratum)])
            share = sum(count for post, count in seen.items() if chance[post][1] == stratum) / rounds / size
            assert abs(share - told[0]) < 0.25 * told[0]


def _members(case, stratum):
    from ringtrace.pipeline.judging.labelling import _strata

    return _strata(case)[stratum]


def test_agreement_measures_are_those_of_their_papers():
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.4)  # the textbook's table of 50
    # Krippendorff 2011, nominal data with missing values
    units = ["aa", "bbb", "ccc", "ccc", "bbb", "bcd", "dddd", "aa", "bbbb", "", "eee", "a"]
    told = krippendorff_alpha([list(unit) for unit in units])
    assert 0.7 < told < 0.9
    assert krippendorff_alpha([["a", "a"], ["b", "b"]]) == 1.0
    assert krippendorff_alpha([["a", "b"], ["b", "a"]]) < 0


def test_the_second_person_is_given_what_the_first_labelled(tiny_case, tmp_path):
    case, _ = tiny_case
    ledger = Ledger.at(tmp_path / "l.db")
    sample = draw(case, 20, 1, 0.08, 0.5)
    begin(ledger, sample, "wu")
    for _ in range(20):
        work = Work.of(ledger)
        drawn = work.next_post("wu")
        if drawn is None:
            break
        keep(ledger, Label(sample.id, drawn.post, "wu", "none", "plain"))
    assert len(Work.of(ledger).labels) == len(sample.drawn)
    twice = 0
    while (drawn := Work.of(ledger).next_post("lin")) is not None:
        word = "offer" if twice == 0 else "none"
        keep(ledger, Label(sample.id, drawn.post, "lin", word, "plain"))
        twice += 1
    assert twice == round(len(sample.drawn) * 0.5)
    work = Work.of(ledger)
    assert work.agreement()["labelled twice"] == twice
    assert work.settled()[1] == 1  # one post with two words and no majority
    counts = write_truth(case, work, tmp_path / "truth")
    assert counts == {"posts": len(sample.drawn) - 1, "without a majority": 1}
    scores = evaluate(case.analysis, tmp_path / "truth").document
    assert scores["posts"] == {"true": counts["posts"], "found": counts["posts"]}
    ledger.close()


def test_the_command_is_blind_keeps_what_was_typed_and_goes_on(tiny_case):
    case, _ = tiny_case
    run = CliRunner()
    typed = "n\np\n\no\nprice papers\nphone +8617000123456 self\nq\n"
    first = run.invoke(app, ["label", str(case.folder), "--size", "12", "--by", "wu"], input=typed)
    assert first.exit_code == 0, first.output
    assert "2 of" in first.output
    for word in ("probability", "band", "0.9", "yes,"):
        assert word not in first.output.split("Sample ")[0].replace("direction [o/s/b/n/k/q]", "")
    status = json.loads(run.invoke(app, ["label", str(case.folder), "--by", "wu", "--json"]).output)
    assert status["labelled"] == 2
    ledger = case.open_ledger()
    labels = [label for told in Work.of(ledger).labels.values() for label in told.values()]
    ledger.close()
    offer = next(label for label in labels if label.direction == "offer")
    assert offer.mentions == (Told("phone", "+8617000123456", "self"),)
    assert offer.facts == ("price", "papers")
    consulted = [event for event in case.evidence.log.events() if event.get("why") == "labelling"]
    assert consulted
    assert consulted[-1]["by"] == "wu"


@pytest.mark.parametrize("line", ["fax 12 self", "phone", "phone 1 mine", "qq 1 2 3 4"])
def test_a_contact_that_is_none_is_said_to_be_none(line):
    with pytest.raises(UsageError):
        read_contacts(line)


def test_shares_outside_of_the_rule_are_refused(tiny_case):
    with pytest.raises(UsageError, match=r"0\.05 to 0\.10"):
        draw(tiny_case[0], 10, 1, 0.5, 0.1)
