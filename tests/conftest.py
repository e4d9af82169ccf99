"""Cases that several tests read; they are made once a session and never written to."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# A property is about what comes out; hypothesis' limit of 200 ms an example fails on a busy machine instead.
settings.register_profile("ringtrace", deadline=None)
settings.load_profile("ringtrace")

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "tests" / "output"


@pytest.fixture(scope="session")
def session_keys(tmp_path_factory):
    """Signing keys of the tests' own, so that no test touches the user's."""
    old = os.environ.get("RINGTRACE_KEYS")
    os.environ["RINGTRACE_KEYS"] = str(tmp_path_factory.mktemp("keys"))
    yield
    if old is None:
        del os.environ["RINGTRACE_KEYS"]
    else:
        os.environ["RINGTRACE_KEYS"] = old


@pytest.fixture(scope="session")
def tiny_evidence(tmp_path_factory):
    """The tiny preset by the dev author: a folder with evidence/ and truth/."""
    from ringtrace.simulator.stage import simulate

    out = tmp_path_factory.mktemp("sim") / "tiny"
    simulate(out, "tiny", 7, "dev")
    return out


@pytest.fixture(scope="session")
def tiny_case(tiny_evidence, tmp_path_factory, session_keys):
    """(case, folder for pictures): the tiny preset, analysed."""
    from ringtrace.pipeline import analyse
    from ringtrace.pipeline.intake.adding import add
    from ringtrace.store.case import Case

    case = Case.create(tmp_path_factory.mktemp("case") / "tiny")
    add(case, [tiny_evidence / "evidence"], "synthetic", lambda done, total: None)
    analyse(case, 1, lambda *args: None)
    OUTPUT.mkdir(exist_ok=True)
    return case, OUTPUT


@pytest.fixture(scope="module")
def browser():
    """A browser for the tests of a module."""
    from web_bench import chromium

    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def served(tiny_case, tmp_path_factory):
    """``ringtrace serve`` on a copy of the tiny case, for the tests of a module."""
    from web_bench import Served

    folder = tmp_path_factory.mktemp("serve") / "tiny"
    shutil.copytree(tiny_case[0].folder, folder)
    running = Served(folder)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server for this session."""
    from postgres import started

    running = started()
    yield running
    running.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The URL of an empty database, of either kind: what is tested with it holds for both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("postgres").url(request.node.originalname or "case")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def decisions(request):
    """What a case's ``ledger`` setting says: nothing, so that it is a file of the folder, or PostgreSQL's URL."""
    return "" if request.param == "sqlite" else request.getfixturevalue("postgres").url("case")


@pytest.fixture
def bench(tiny_case, tmp_path):
    """The workbench of one person on a copy of the tiny case, with a client that came in by the link."""
    from web_client import Workbench

    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    made = Workbench(folder)
    with made.client:
        yield made.enter()
    made.desk.close()
