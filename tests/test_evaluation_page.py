"""The evaluation's slices and page."""

import re

import pytest
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.evaluation.page import render
from ringtrace.evaluation.slices import Judged, bins, by_slice, curve, weights_of, worst


def post(text, probability, direction="none", found=None, language="en", weight=1.0):
    found = found if found is not None else ("offer" if probability >= 0.5 else "none")
    return Judged(text, language, "plain", direction, "plain", found, probability, weight)


POSTS = [
    post("sure and right", 0.95, "offer"), post("sure and wrong <script>", 0.9), post("missed", 0.02, "seek"),
    post("rightly left", 0.01), post("又对", 0.8, "offer", language="zh"),
]  # fmt: skip


def test_the_curve_falls_with_every_error_and_ends_at_the_base_rate():
    points = curve(POSTS)
    assert points[0] == (1 / 3, 1.0)
    assert points[1] == (1 / 3, 0.5)
    assert points[-1] == (1.0, 3 / 5)
    tied = curve([post("a", 0.5, "offer"), post("b", 0.5)])
    assert tied == [(1.0, 0.5)]  # two posts of one probability are one step


def test_posts_of_a_sample_count_by_what_they_stand_for():
    sample = [post("a", 0.9, "offer"), post("b", 0.8, weight=9.0)]
    assert weights_of(POSTS) is None
    assert curve(sample)[-1] == (1.0, 0.1)


def test_bins_and_worst_errors():
    assert [posts for _, _, posts in bins(POSTS)] == [2, 1, 2]
    false, missed = worst(POSTS)
    assert [one.text for one in false] == ["sure and wrong <script>"]
    assert [one.text for one in missed] == ["missed"]


def test_slices_name_what_they_hold():
    many = POSTS * 5
    found = by_slice(many)
    assert found["language en"]["posts"] == 20
    assert found["language zh"]["wanted"] == 5
    assert found["direction seek"]["found as such"] == 0.0
    assert 0 < found["language en"]["average precision"][0] < 1


def test_the_page_shows_evidence_as_text_and_fetches_nothing(tiny_case, tiny_evidence, tmp_path):
    case, _ = tiny_case
    out = tmp_path / "evaluation.html"
    done = CliRunner().invoke(
        app, ["evaluate", str(case.folder), str(tiny_evidence / "truth"), "--page", str(out), "--json"]
    )
    assert done.exit_code == 0, done.output
    page = out.read_text("utf-8")
    for word in ("Precision and recall", "Calibration", "language zh", "language en", "Missed", "direction offer"):
        assert word in page
    assert not re.search(r"<script|<link|<img|<iframe|src=|href=|url\(", page)


def test_hostile_text_stays_text():
    document = {
        "stances": {"ECE": 0.1},
        "slices": by_slice(POSTS * 5),
        "mentions": {"contacts": {"F1": [1.0, 1.0, 1.0]}},
    }
    page = render("<b>", document, POSTS)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<b>" not in page


@pytest.mark.parametrize("posts", [[], [post("a", 0.5)]])
def test_an_empty_truth_gives_an_empty_curve(posts):
    assert curve(posts) == []
