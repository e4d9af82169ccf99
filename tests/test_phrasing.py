"""What a text's wording says: pieces, weights as data, and that they reach what a text is read as."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.errors import LexiconError
from ringtrace.stances import assess
from ringtrace.stances.phrasing import LEAN_MOST, MOST, UNIT, VALUES, document, parse, phrasing, pieces_of, values_of
from ringtrace.text.view import Said, TextView


def test_pieces_hide_digits_and_names_and_say_what_is_answered() -> None:
    plain = set(pieces_of("@lotus 还有3个吗?", "", ""))
    assert "还有" in plain and "#个" in plain and "吗?" in plain
    assert not any("3" in piece or "lotus" in piece for piece in plain)
    beneath = set(pieces_of("还在吗", "出个推车", "none"))
    assert {"none>还在", "^推车", "none>"} <= beneath
    assert set(pieces_of("still here", "", "")) >= {"still", "still here"}


@given(st.text(max_size=600), st.text(max_size=600), st.sampled_from(["", "offer", "seek", "broker", "none", "own"]))
def test_any_text_has_bounded_values_in_a_fixed_order(text: str, above: str, stand: str) -> None:
    pieces = list(pieces_of(text, above, stand))
    assert pieces == list(pieces_of(text, above, stand))
    values = values_of(phrasing().weigh(pieces))
    assert len(values) == len(VALUES) and all(map(math.isfinite, values))
    assert 0 <= values[0] <= MOST and -MOST <= values[1] <= 0 and min(values[:2], key=abs) == 0
    assert all(abs(one) <= 2 * LEAN_MOST for one in values[2:])


def test_the_file_gives_back_what_was_written_and_a_wrong_line_is_named() -> None:
    written = document("one", (-2.0, -2.5, -3.0), {"送养": (1.5, 0.5, 0.25), "little": (0.01, 0.0, 0.0)})
    model = parse(written)
    assert (
        model.version.startswith("one ")
        and model.version != parse(written.replace("\t30\t", "\t31\t")).version
        and model.bias == (-40, -50, -60)
    )
    assert model.table == {"送养": (30, 10, 5)}, "what says too little is left out"
    assert model.weigh(["送养", "送养", "unknown"]) == (-10 / UNIT, -40 / UNIT, -55 / UNIT), "a piece counts once"
    with pytest.raises(LexiconError, match="line 5"):
        parse(written.replace("\t30\t", "\tmuch\t"))
    with pytest.raises(LexiconError, match="line 5: a weight is beyond"):
        parse(written.replace("\t30\t", "\t-5001\t"))
    with pytest.raises(LexiconError, match="no version"):
        parse("# nothing\n")


def test_wording_reaches_what_a_text_is_read_as_and_is_told() -> None:
    explained = assess.explain(TextView("想抱个女娃 有消息的说一声", "qq"), ())
    assert explained.assessment.direction == "seek"
    assert {name for name, _, _ in explained.terms} & set(VALUES), "and the explanation says so"


def test_the_same_words_are_read_by_what_stands_above() -> None:
    """A haggle beneath a pram is no haggle over a child."""

    def read(above: str, does: str) -> float:
        said = Said(above, who=1, sure=True, does=does)
        return assess.assess(TextView("最低多少 明天过来看", "qq", above=(said,)), ()).probability

    assert read("家里女宝两个月 想找个好人家收养", "offer") > 2 * read("出一辆婴儿推车 八成新", "")


@given(st.text(max_size=600), st.text(max_size=600), st.sampled_from(["", "offer", "seek", "broker", "none", "own"]))
def test_parts_that_are_remembered_sum_to_what_all_pieces_weigh(text: str, above: str, stand: str) -> None:
    assert phrasing().read(text, above, stand) == phrasing().weigh(pieces_of(text, above, stand))


@given(st.dictionaries(st.sampled_from("送养孩子多少还在"), st.tuples(*[st.integers(-5000, 5000)] * 3)), st.booleans())
def test_sums_of_any_weights_do_not_run_into_each_other(rows: dict[str, tuple[int, int, int]], above: bool) -> None:
    lines = [f"{piece}\t{a}\t{b}\t{c}" for piece, (a, b, c) in {"bias=": (-5000, 1, 5000), **rows}.items()]
    model = parse("\n".join(["version\tone", *lines]))
    text = "送养孩子多少还在"
    assert model.read(text, text if above else "", "") == model.weigh(pieces_of(text, text if above else "", ""))


@pytest.mark.parametrize("text", ["想抱个女娃 有消息的说一声", "still there? how much for the little one", "还在吗"])
@pytest.mark.parametrize("stand", ["", "offer", "none"])
def test_parts_sum_alike_for_texts_that_the_model_knows(text: str, stand: str) -> None:
    above = "家里女宝两个月 想找个好人家收养" if stand else ""
    weighed = phrasing().weigh(pieces_of(text, above, stand))
    assert phrasing().read(text, above, stand) == weighed != phrasing().weigh(())
