"""Groups that chance explains, in a real browser: on the workbench's page of rings and in the report."""

import re
import shutil

import pyarrow as pa
import pytest

from ringtrace.pipeline import analyse
from ringtrace.pipeline.analysis import cuts
from ringtrace.rings import chance
from ringtrace.store.case import Case
from web_bench import Served

pytestmark = [pytest.mark.browser]
SIZES = (3, 14)
ENGLISH = [
    "Were ties dealt anew among the same people, groups as close as this one and as many would come out by chance. "
    "Were what posts do dealt anew within each group or site, as many of its people would trade in answer to each "
    "other.",
    "Were ties dealt anew among the same people, groups as close as this one and as many would come out by chance.",
]
"""What stands beside each, the largest first."""


@pytest.fixture(scope="module")
def grouped(tiny_case, tmp_path_factory):
    """The tiny case, analysed once more; its table ``groups`` is one that another case could have."""
    folder = tmp_path_factory.mktemp("groups") / "tiny"
    shutil.copytree(tiny_case[0].folder, folder)

    def found(**tables):
        made = cuts_found(**tables)
        people = tables["actors"]["actor_id"].to_pylist()
        reasons = [[chance._BY_TIES], [chance._BY_TIES, chance._BY_WORDS]]
        rows = [
            {"group_id": f"ring-{at:020x}", "actors": sorted(people[at : at + size]), "level_ties": 0.9,
             "level_words": 0.3, "reasons": why}
            for at, (size, why) in enumerate(zip(SIZES, reasons, strict=True))
        ]  # fmt: skip
        return {**made, "groups": pa.Table.from_pylist(rows, schema=chance.SCHEMA)}

    cuts_found = cuts.find_rings
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cuts, "find_rings", found)
        analyse(Case(folder), 1, lambda *args: None)
    running = Served(folder)
    yield folder, running
    running.stop()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_of_rings_tells_who_is_in_no_ring_and_why(browser, grouped, tiny_case, language, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    running = grouped[1]
    page = running.enter(
        browser, viewport={"width": width, "height": 900}, extra_http_headers={"accept-language": language}
    )
    page.goto(running.home + "/rings")
    page.locator("#groups summary").click()
    lines = page.locator("#groups li")
    assert lines.count() == len(SIZES)
    told = [re.sub(r"\s+", " ", line) for line in lines.all_inner_texts()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [one["id"] for one in axe.run(page).response["violations"]] == []
    page.screenshot(path=tiny_case[1] / f"groups-{width}-{language}.png", full_page=True)
    if language == "en":
        assert [line.startswith(f"{size} actors: ") for line, size in zip(told, (14, 3), strict=True)] == [True, True]
        assert all(line.endswith(why) for line, why in zip(told, ENGLISH, strict=True)), told
        assert "and 2 more" in told[0] and "more" not in told[1]
    else:
        assert all(line.endswith("。") and "若" in line and "Were" not in line for line in told), told
    lines.first.locator("a").first.click()
    assert "/actors/" in page.url and page.locator("h1").inner_text()
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_tells_them_too(browser, grouped, tiny_case, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((grouped[0] / "analysis" / "report.html").as_uri())
    page.locator("#groups summary").click()
    assert page.locator("#groups summary").inner_text() == "2 groups that chance explains, no rings"
    told = page.locator("#groups li").all_inner_texts()
    assert all(line.endswith(why) for line, why in zip(told, ENGLISH, strict=True)), told
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [one["id"] for one in axe.run(page).response["violations"]] == []
    page.locator("#groups").screenshot(path=tiny_case[1] / f"report-groups-{width}.png")
    page.close()
