"""A client of the workbench without a browser: a case of its own, its desk, and who came in by the link."""

import re

import pytest

from ringtrace.store.case import Case
from ringtrace.web.app import build
from ringtrace.web.desk import Desk
from ringtrace.web.session import Sessions

PORT = 8999


HOME = f"http://127.0.0.1:{PORT}"


testing = pytest.importorskip("litestar.testing")


class Workbench:
    """A case of its own, its desk, and a client that came in by the link."""

    def __init__(self, folder):
        self.case = Case(folder)
        self.desk = Desk(self.case)
        self.sessions = Sessions("analyst")
        self.client = testing.TestClient(build(self.desk, self.sessions, PORT), base_url=HOME)
        self.desk.warm()
        self.desk.wait(120)

    def enter(self):
        self.client.get(f"/enter/{self.sessions.offer()}")
        page = self.client.get("/", headers={"accept": "text/html"}).text
        self.csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        return self

    def json(self, path):
        answer = self.client.get(path, headers={"accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, **fields):
        return self.client.post(
            path, data=fields, headers={"x-csrf-token": self.csrf, "accept": "application/json"}, follow_redirects=False
        )


def consulted(case):
    return [event for event in case.evidence.log.events() if event["event"] == "consult"]


def upload(bench, *files):
    return bench.client.post(
        "/intake/files", data={"csrf": bench.csrf, "source": "synthetic"}, headers={"accept": "application/json"},
        files=[("files", (name, data, "application/octet-stream")) for name, data in files],
    )  # fmt: skip
