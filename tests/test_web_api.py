"""The interface as its own description tells it: whatever fits it is answered without a server error."""

import re
import shutil

import pytest
from hypothesis import HealthCheck, given, settings

from web_bench import Served

pytestmark = pytest.mark.slow

schemathesis = pytest.importorskip("schemathesis")
requests = pytest.importorskip("requests")

_QUIET = {"/leave", "/jobs", "/jobs/stop"}
"""Not asked: they would end the session or start work for minutes."""


@pytest.fixture(scope="module")
def session(tiny_case, tmp_path_factory):
    folder = tmp_path_factory.mktemp("api") / "tiny"
    shutil.copytree(tiny_case[0].folder, folder)
    running = Served(folder)
    client = requests.Session()
    page = client.get(running.link()).text
    client.headers["x-csrf-token"] = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    yield client, running
    running.stop()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_that_fits_the_description_breaks_the_server(session):
    client, running = session
    document = client.get(running.home + "/schema/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    asked = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in _QUIET or operation.path.startswith("/enter"):
            continue

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def ask(case):
            answer = case.call(base_url=running.home, session=client, allow_redirects=False, timeout=60)
            assert answer.status_code < 500, (case.method, case.formatted_path, case.query, answer.text[:500])
            asked[operation.label] = asked.get(operation.label, 0) + 1  # noqa: B023

        ask()
    assert len(asked) >= 25 and sum(asked.values()) >= 150, asked
    assert running.errors == []
