"""A team's workbench in a real browser: passkeys by Chromium's own authenticator, the office's sign-in, a comment, axe."""

import json
import shutil
import socket

import pytest
from playwright.sync_api import expect

from web_bench import Served, chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class TeamServed(Served):
    """``ringtrace serve`` on a case with a team, at http://localhost and a port of its own."""

    def __init__(self, folder):
        self.port = free_port()
        with (folder / "case.toml").open("a") as file:
            file.write(f'\n[team]\naddress = "http://localhost:{self.port}"\n')
        super().__init__(folder, self.port)


def with_key(browser, **options):
    """A browser of somebody with an authenticator that verifies its user."""
    context = browser.new_context(**options)
    context.set_default_timeout(120_000)
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    settings = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    key = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": settings})["authenticatorId"]
    return page, protocol, key


def test_a_team_comes_in_by_passkeys_and_works_together(tiny_case, tmp_path, postgres):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    told = (folder / "case.toml").read_text().replace('ledger = ""', f"ledger = {json.dumps(postgres.url('browser'))}")
    (folder / "case.toml").write_text(told)
    running = TeamServed(folder)
    violations, failures = [], []

    def look(page, name):
        page.screenshot(path=tiny_case[1] / f"team-{name}.png", full_page=True)
        found = axe.run(page).response["violations"]
        violations.extend((name, one["id"], [node["html"][:120] for node in one["nodes"][:2]]) for one in found)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    try:
        with chromium() as browser:
            admin, protocol, key = with_key(browser)
            admin.on("pageerror", lambda error: failures.append(str(error)))
            admin.goto(running.link())
            look(admin, "invitation")
            admin.get_by_role("button", name="Make a passkey").click()
            admin.wait_for_url("**/people")
            look(admin, "people")
            menu = admin.locator(".menu a").all_inner_texts()  # each with its key beneath
            assert [entry.splitlines()[0] for entry in menu] == ["People", "Help"]
            assert admin.goto(running.home + "/rings").status == 403
            admin.goto(running.home + "/people")
            admin.get_by_label("Name, as the logs").fill("Li Na")
            admin.locator("section form").get_by_label("analyst").check()
            admin.get_by_role("button", name="Make a one-time link").click()
            link = admin.locator(".said code").inner_text()

            analyst, _, _ = with_key(browser, viewport={"width": 390, "height": 844}, locale="zh-CN")
            analyst.on("pageerror", lambda error: failures.append(str(error)))
            analyst.goto(link)
            look(analyst, "invitation-zh-390")
            analyst.get_by_role("button", name="创建通行密钥").click()
            analyst.wait_for_url(running.home + "/")
            look(analyst, "case-zh-390")
            analyst.goto(running.home + "/actors")
            analyst.locator("main [data-item]").first.click()
            analyst.wait_for_url("**/actors/**")
            analyst.locator("textarea[name=text]").fill("@Li Na 再看一遍 <script>alert(1)</script>")
            analyst.get_by_role("button", name="发表").click()
            analyst.wait_for_url("**/actors/**")
            expect(analyst.locator("#said")).to_contain_text("<script>alert(1)</script>")
            look(analyst, "actor-zh-390")
            analyst.goto(running.home + "/")
            expect(analyst.locator(".waiting")).to_contain_text("再看一遍")
            analyst.goto(running.home + "/account")
            look(analyst, "account-zh-390")

            assert len(protocol.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1
            admin.goto(running.home + "/account")
            admin.get_by_role("button", name="Sign out", exact=True).click()
            admin.wait_for_url("**/sign-in")
            look(admin, "sign-in")
            admin.get_by_role("button", name="Sign in with a passkey").click()
            admin.wait_for_url("**/people")
            protocol.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
            admin.goto(running.home + "/account")
            admin.get_by_role("button", name="Sign out everywhere").click()
            admin.wait_for_url("**/sign-in")
            admin.get_by_role("button", name="Sign in with a passkey").click()
            expect(admin.locator("[role=status]")).not_to_be_empty()
            assert admin.url.endswith("/sign-in")
    finally:
        running.stop()
    assert violations == [], json.dumps(violations, ensure_ascii=False, indent=1)
    assert failures == [] and running.errors == []
