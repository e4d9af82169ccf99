"""The languages of the workbench: nothing left out, and evidence let be."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.model.figure import Figure
from ringtrace.model.span import Span
from ringtrace.statement.questions import open_questions
from ringtrace.statement.reconcile import reconcile
from ringtrace.web.language import read_language
from web_client import HOME


def test_language_can_be_chosen_on_a_page_that_answers_a_form(bench):
    said = {"csrf": bench.csrf, "text": "一个群", "url": "www.bad.example/t"}
    page = bench.client.post("/intake/tips", data=said)
    receipt = re.search(r"(\d{4}-){3}\d{4}", page.text)[0]
    bench.desk.tips.take_in()
    asked = {"csrf": bench.csrf, "receipt": receipt}
    lead = bench.client.post("/intake/leads/find", data=asked)
    refused = bench.client.post(
        "/judge", data={"csrf": bench.csrf}, headers={"referer": f"{HOME}/triage/links?after=x"}
    )
    assert refused.status_code == 400
    for answered, kept in ((page, receipt), (lead, "bad.example"), (refused, "分拣")):
        after = re.search(r'name="next" value="([^"]+)"', answered.text)[1].replace("&amp;", "&")
        chosen = bench.client.post("/settings", data={"csrf": bench.csrf, "language": "zh", "next": after})
        assert chosen.status_code == 200 and 'lang="zh"' in chosen.text and kept in chosen.text, after
        assert (
            bench.client.get(re.search(r'href="([^"]+)">JSON', answered.text)[1].replace("&amp;", "&")).status_code
            == 200
        )
    elsewhere = bench.client.post("/judge", data={"csrf": bench.csrf}, headers={"referer": "http://x.example//y"})
    assert 'name="next" value="/"' in elsewhere.text


def test_every_sentence_of_the_pages_is_known_in_every_language():
    from importlib import resources

    from ringtrace.web.language import languages

    folder = resources.files("ringtrace.web") / "templates"
    used = {
        found.replace("\\'", "'")
        for file in folder.iterdir()
        for found in re.findall(r"_\('((?:[^'\\]|\\.)*)'", file.read_text("utf-8"))
    }
    assert len(used) > 250
    for code, language in languages().items():
        if code != "en":
            assert sorted(text for text in used if text not in language.words) == []
            holes = re.compile(r"\{(\w+)\}")
            odd = [k for k, v in language.words.items() if set(holes.findall(k)) != set(holes.findall(v))]
            odd += [t for _, t in language.patterns if "{" in t and not holes.search(t)]
            assert odd == []


def test_sentences_of_the_analysis_are_translated_or_marked_as_english():
    from ringtrace.web.language import languages

    zh = languages()["zh"]
    told = zh.say("it posted 10 offers to go between in 4 groups or sites")
    assert told == "在4 个群组或网站发布10 条居间"
    assert zh.say("it has ties to 20 others") == "与另外 20 人有联系"
    assert not zh.knows("a sentence that nobody translated")
    assert zh.knows("清茶_ 123")
    assert zh.say("x" * 5_000) == "x" * 5_000


def test_every_line_of_a_waterfall_and_every_tie_is_told_in_every_language():
    from ringtrace.report import words
    from ringtrace.web.language import languages

    told = [text for table in (words._FEATURE, words._LAYER, words._VERDICT) for text in table.values()]
    for language in languages().values():
        assert [text for text in told if not language.knows(text)] == []


def test_places_and_actors_are_called_as_each_language_does_and_evidence_is_left_alone():
    from ringtrace.web.language import languages

    en, zh = languages()["en"], languages()["zh"]
    listed = "Sichuan 四川省; Inner Mongolia 内蒙古自治区; Kitty 小猫"
    assert zh.place(listed) == "四川省; 内蒙古自治区; Kitty 小猫" and en.place(listed) == listed
    assert zh.called("Kitty 小猫 (Telegram; 3 accounts)") == "Kitty 小猫 (Telegram; 3 个账号)"
    assert (
        zh.called("3 accounts) (QQ)") == "3 accounts) (QQ)"
        and zh.called("rings (forum; 2 accounts)") == "rings (论坛; 2 个账号)"
        and en.called("a (QQ; 2 accounts)") == "a (QQ; 2 accounts)"
    )
    assert zh.say("from Sichuan 四川省, to Anhui 安徽省") == "从四川省到安徽省"
    assert zh.say("girl, 1 year 6 months") == "女孩，1 岁 6 个月"
    assert zh.say("3 actors around Rings (web)") == "以 Rings (网站) 为中心的 3 人", (
        "a name that is a word of ours, too"
    )


def test_a_language_remembers_no_words_of_evidence_longer_than_its_own_sentences():
    told = read_language("zh", 'name = "x"\n[words]\n[patterns]\n"it has {a} posts" = "{a} y"')
    assert told.say("it has 3 posts") == "3 y"
    assert told.say("a" * 100_000) == "a" * 100_000
    assert sorted(told.told) == ["3", "it has 3 posts"]


@st.composite
def reported(draw):
    """Figures as several reports may give them, of one release or of several."""
    found = []
    for at in range(draw(st.integers(2, 9))):
        quantity = draw(st.sampled_from(["suspects", "children"]))
        statuses = {"suspects": ["arrested", "detained", ""], "children": ["rescued", "reunited", "found", ""]}
        span = Span(draw(st.sampled_from("ab")) * 64, "", at, at + 1)
        found.append(
            Figure(
                f"f{at}", "public", quantity, "person", draw(st.sampled_from(statuses[quantity])),
                draw(st.sampled_from([quantity, "others"])), draw(st.sampled_from(["", "", "510000", "110000"])),
                draw(st.sampled_from(["", "2014-02-01", "2014-02-19"])), "",
                draw(st.sampled_from(["2014-02-28", "2014-03-01"])),
                draw(st.sampled_from(["exact", "exact", "at_least", "about"])),
                draw(st.sampled_from(["3", "4", "7", "12", "1000"])), span,
                draw(st.sampled_from(["", "", "", "older case", "cumulative since 2012", "part 1", "part 2"])),
            )
        )  # fmt: skip
    return found


@given(reported())
@settings(max_examples=300)
def test_every_reason_of_a_reconciliation_and_every_question_is_told_in_chinese(figures):
    from ringtrace.report.words import place_name
    from ringtrace.web.language import languages

    zh = languages()["zh"]
    found = reconcile(figures, place_name)
    told = [row.reason for row in found] + open_questions(figures, found, [], place_name)
    contexts = ("older case", "cumulative since 2012")  # the words of a report, left as they are
    for sentence in told:
        chinese = zh.say(sentence)
        for context in contexts:
            chinese = chinese.replace(context, "")
        assert not re.search("[A-Za-z]{2}", chinese), (sentence, chinese)
