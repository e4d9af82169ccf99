"""A case's own word lists: what is wrong with them is said before an analysis, all at once."""

import pytest

from ringtrace.errors import LexiconError
from ringtrace.text.lexicon_check import check_lexicons

GOOD = 'version = "1"\n[concept.wechat]\nterms = ["绿豆泡"]\nremove = ["绿标"]\n'


def test_a_good_list_passes(tmp_path):
    (tmp_path / "contact.mine.toml").write_text(GOOD, "utf-8")
    assert check_lexicons(tmp_path) == 1


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("contatc.mine.toml", GOOD, "did you mean 'contact'"),
        ("contact.mine.toml", "[concept.wechatt]\nterms = ['a']\n", "did you mean 'wechat'"),
        ("contact.mine.toml", "[concepts.wechat]\nterms = ['a']\n", "did you mean 'concept'"),
        ("contact.mine.toml", "[concept.wechat]\ntermes = ['a']\n", "neither terms nor remove"),
        ("contact.mine.toml", "[concept.wechat]\nterms = 'a'\n", "must be a list"),
        ("contact.mine.toml", "[concept.wechat]\nterms = ['']\n", "not a term"),
        ("contact.mine.toml", "[concept.wechat]\nterms = ['VX']\n", "lower case"),
        ("contact.mine.toml", "[concept.wechat\n", "mend the file"),
        ("contact.mine.txt", GOOD, "not TOPIC.NAME.toml"),
        ("contact.mine.toml", "concept = 3\n", "must be a table"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path, name, body, said):
    (tmp_path / name).write_text(body, "utf-8")
    with pytest.raises(LexiconError, match=said) as caught:
        check_lexicons(tmp_path)
    assert name in str(caught.value)


def test_all_problems_are_told_at_once(tmp_path):
    for at in range(7):
        (tmp_path / f"contact.{at}.toml").write_text("[concept.nothing_such]\nterms = ['a']\n", "utf-8")
    with pytest.raises(LexiconError, match="and 2 more"):
        check_lexicons(tmp_path)
