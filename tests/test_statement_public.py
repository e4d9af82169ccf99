"""Figures read from published reports: invented texts in both languages, and the seed page."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.statement import public
from ringtrace.statement.public import read_public_figures

SPECS = Path(__file__).parent / "specs"
SEED = Path(__file__).parents[2] / "shared" / "seed" / "cnn-2014-03-01.txt"


def cases():
    for language in ("en", "zh"):
        for case in tomllib.loads((SPECS / f"figure.{language}.toml").read_text("utf-8"))["case"]:
            yield pytest.param(case, id=f"{language}: {case['name']}")


def story(context):
    return (
        "-" if not context else "part" if context.startswith("part") else "witness" if context == "witness" else "other"
    )


def row(draft):
    cells = (draft.quantity, draft.value, draft.status, draft.place, draft.bound, draft.period_start, draft.period_end)
    return " ".join([*(cell or "-" for cell in cells), story(draft.context)])


@pytest.mark.parametrize("case", list(cases()))
def test_exactly_the_figures_that_the_report_prints(case):
    drafts = read_public_figures(case["text"], published=case["published"])
    found = sorted(row(d).replace(" witness", " -") for d in drafts)
    assert found == sorted(case["figures"])


@pytest.mark.parametrize("case", list(cases()))
def test_every_figure_stands_at_its_number(case):
    for draft in read_public_figures(case["text"], published=case["published"]):
        assert 0 <= draft.start < draft.stop <= len(case["text"])
        assert draft.unit


def test_the_seed_page_as_saved_with_all_around_it():
    if not SEED.exists():
        pytest.skip("the seed page lies beside the repository, in shared/")
    drafts = read_public_figures(SEED.read_text("utf-8"), published="2014-03-01")
    found = {row(d) for d in drafts}
    assert {
        "suspects 1094 arrested - exact 2014-02-19 2014-02-19 -",
        "children 382 rescued - exact 2014-02-19 2014-02-19 -",
        "provinces 27 - - exact 2014-02-19 2014-02-19 -",
        "rings 4 - - exact - - -",
        "sites 4 - - exact - - -",
        "groups 30 - - about - - -",
        "suspects 27 arrested 510000 exact - - -",
        "children 13 rescued 510000 exact - - -",
        "suspects 43 arrested 340000 exact - - -",
        "children 11 rescued 340000 exact - - -",
        "children 2 bought - exact 2013-08 2014-01 witness",
        "price 20000 - - exact - - -",
        "price 3250 - - exact - - -",
        "children 7 sold 610000 exact - - other",
        "cases 6 - 610000 exact - - other",
    } <= found
    assert {d.value for d in drafts}.isdisjoint({"200", "1300000000", "24"})
    assert [row(d).split()[4] for d in drafts if d.value == "1000"] == ["at_least"]


@given(
    st.text(
        alphabet=st.sampled_from("被抓获解救名婴儿27个省1千0万，。\n arestdcu-.,Sichuan四川2014年月日$()"), max_size=120
    )
)
@settings(max_examples=80, deadline=None)
def test_any_text_is_read_within_its_bounds(text):
    for draft in read_public_figures(text, published="2014-03-01"):
        assert 0 <= draft.start < draft.stop <= len(text)


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["27 suspects and ", "被", "1名", "四川3名、", "arrested 3 "])
def test_a_hostile_text_is_read_in_bounded_time(piece):
    drafts = read_public_figures(piece * (40_000 // len(piece)))
    assert all(0 <= draft.start < draft.stop <= 40_000 for draft in drafts)


@pytest.mark.parametrize(
    ("piece", "read"), [("Police arrested {n} suspects in Hebei.\n", 3), ("Nothing new today.\n", 0)]
)
def test_a_report_is_read_up_to_a_bound_and_says_from_where_on_it_was_not(piece, read, monkeypatch):
    monkeypatch.setattr(public, "MOST_NUMBERS", 3)
    monkeypatch.setattr(public, "MOST_SIGNS", 200)
    text = "".join(piece.format(n=11 + n) for n in range(40))
    found = public.read_report(text)
    assert [draft.value for draft in found.figures] == ["11", "12", "13"][:read]
    assert found.unread == (len(piece.format(n=11)) * 3 if read else 200)
    short = piece.format(n=11)
    assert public.read_report(short).unread == len(short)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Sichuan: 27 suspects were arrested.", "510000"),
        ("Sichuan — 27 suspects were arrested.", "510000"),
        ("Police in Sichuan: 15 suspects were arrested.", "510000"),
        ("In Sichuan police (city bureau) arrested 5 suspects.", "510000"),
        ("Beijing (Newsdesk) Police arrested 12 suspects.", ""),
        ("BEIJING — Police arrested 12 suspects.", ""),
        ("BEIJING, Feb. 28 (Wire) -- Police arrested 12 suspects.", ""),
    ],
)
def test_a_dateline_says_where_the_reporter_sat_and_nothing_else(text: str, place: str) -> None:
    assert [f.place for f in read_public_figures(text, published="2014-03-01")] == [place]


def placed(text, published="2014-03-01"):
    return [(d.quantity, d.value, d.place) for d in read_public_figures(text, published=published)]


@pytest.mark.parametrize(
    ("text", "number", "places"),
    [
        ("Police detained nine people each in Shantou, Jieyang and Chaozhou.", "9", ["440500", "445200", "445100"]),
        ("Officers in Guiyang, Zunyi and Anshun each detained six people.", "6", ["520100", "520300", "520400"]),
        ("商丘、周口各抓获嫌疑人14名。", "14", ["411400", "411600"]),
        ("四川抓获15人，安徽抓获13人，共抓获28人。", "28", [""]),
        ("Police arrested 100 suspects. In Chengdu, 20 suspects were arrested.", "100", [""]),
    ],
)
def test_one_number_for_each_place_of_a_list_and_sums_and_what_is_told_too_early(text, number, places):
    assert [place for _, value, place in placed(text) if value == number] == places


def test_the_value_that_a_count_had_before_is_of_an_earlier_story():
    text = "Shaanxi police solved 59 cases of child trafficking this year, up from 47 in 2021."
    found = {d.value: d.context for d in read_public_figures(text, published="2022-12-28")}
    assert found["59"] == ""
    assert found["47"].startswith("earlier")


def test_a_count_taken_up_to_tell_a_part_of_it_is_no_figure_of_its_own():
    text = "Police in Hunan detained 47 suspects. Of the 47, 20 have been charged."
    assert sorted(value for _, value, _ in placed(text)) == ["20", "47"]


def test_a_headline_is_left_out_where_the_body_says_the_same_more_exactly():
    text = "Three more infants found\n\nPolice in Quanzhou rescued three infants on Monday.\n\nTwo people were held."
    found = [(d.value, d.status) for d in read_public_figures(text, published="2016-10-20")]
    assert ("3", "rescued") in found
    assert ("3", "found") not in found


@pytest.mark.parametrize(
    "text",
    [
        "In Anhui, 43 people were arrested and 11 children rescued.\n\nIn an older and separate case a doctor was convicted of "
        "selling 7 babies in 6 cases.",
        "安徽警方抓获嫌疑人43名，解救儿童11名。\n\n此前一名医生因贩卖7名婴儿、涉6起案件被判刑，与本案无关。",
    ],
)
def test_what_a_sentence_calls_unrelated_is_another_story_and_lies_elsewhere(text):
    found = {d.value: (d.context.split(":")[0], d.place) for d in read_public_figures(text, published="2014-03-01")}
    assert found["43"] == ("", "340000")
    assert found["7"] == found["6"] == ("other", "")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Police in Hebei and Henan each arrested 12 suspects.", ["130000", "410000"]),
        ("Police arrested 12 suspects each in Hebei and Henan.", ["130000", "410000"]),
        ("河北、河南各抓获犯罪嫌疑人12名。", ["130000", "410000"]),
        ("Police in Hebei and Henan rescued 12 children and gave each family 500 yuan.", [""]),
        ("Police in Hebei and Henan arrested 12 suspects, each aged over 30.", [""]),
        ("河北、河南等各省共抓获犯罪嫌疑人12名。", [""]),
        ("各级公安机关在河北、河南抓获犯罪嫌疑人12名。", [""]),
        ("河北、河南各界人士共解救儿童12名。", [""]),
    ],
)
def test_each_parts_a_number_among_places_only_where_it_says_so(text, places):
    assert [(value, place) for _, value, place in placed(text)] == [("12", place) for place in places]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("No more than 20 children were rescued in Hebei.", "about"),
        ("Up to 20 children were rescued in Hebei.", "about"),
        ("Fewer than 20 children were rescued in Hebei.", "about"),
        ("No fewer than 20 children were rescued in Hebei.", "at_least"),
        ("More than 20 children were rescued in Hebei.", "at_least"),
        ("河北解救儿童不足20名。", "about"),
        ("河北解救儿童不超过20名。", "about"),
        ("河北解救儿童超过20名。", "at_least"),
        ("河北解救儿童不少于20名。", "at_least"),
    ],
)
def test_an_upper_bound_is_no_lower_bound_and_no_exact_count(text, bound):
    assert [(draft.value, draft.bound) for draft in read_public_figures(text)] == [("20", bound)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Thirty-odd people were held in Guigang.", ("suspects", "30", "detained", "at_least", "450800")),
        ("Three were arrested in Coventry and two in Derby.", ("suspects", "2", "arrested", "exact", "GB-DER")),
        ("5名嫌疑人中，4人已被抓获，还有一个在逃。", ("suspects", "1", "wanted", "exact", "")),
        (
            "广东、湖南、贵州三省警方分别抓获嫌疑人41名、27名、16名，共84名。",
            ("suspects", "27", "arrested", "exact", "430000"),
        ),
    ],
)
def test_numbers_that_leave_out_what_their_neighbours_say(text, wanted):
    found = {
        (d.quantity, d.value, d.status, d.bound, d.place) for d in read_public_figures(text, published="2020-01-02")
    }
    assert wanted in found
