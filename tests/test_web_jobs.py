"""The server is killed in the middle of a job: the next one says so, and the job runs to its end when asked again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ringtrace.store.case import Case
from ringtrace.web.jobs import Jobs
from web_bench import Served, chromium


def wait_for(what, seconds=200):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come")


def test_a_job_that_ends_leaves_no_memory_and_one_that_is_cut_off_does(tiny_case, tmp_path):
    folder, memory = tmp_path / "case", tmp_path / "memory" / "job.json"
    shutil.copytree(tiny_case[0].folder, folder)
    jobs = Jobs(folder, memory)
    job = jobs.start("verify")
    assert Jobs(folder, memory).broken == "verify", "as another server would find it now"
    wait_for(lambda: not job.running and not memory.exists())
    assert Jobs(folder, memory).broken == "" and job.document()["state"] == "done"
    for told in ("", "{", "[]", '{"command": "rm"}'):
        memory.write_text(told)
        assert Jobs(folder, memory).broken == ""


WORK = "import fcntl, time; lock = open({!r}, 'w'); fcntl.flock(lock, fcntl.LOCK_EX); print(1); time.sleep(600)"
SERVER = (
    "import subprocess, sys, time; work = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, start_new_session=True);"
    "work.stdout.read(1); print(work.pid, flush=True); time.sleep(600)"
)
"""Stands for a server that started work, which says by a byte that it has locked the case."""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not tell of processes by files")
def test_what_a_killed_server_left_running_is_ended_and_what_a_living_one_runs_is_not(tiny_case, tmp_path):
    folder, memory = tmp_path / "case", tmp_path / "memory" / "job.json"
    shutil.copytree(tiny_case[0].folder, folder)
    memory.parent.mkdir()
    words = ["ringtrace", "analyse", str(folder.resolve()), "--json"]
    work = [sys.executable, "-u", "-c", WORK.format(str(folder / ".lock")), *words]
    with subprocess.Popen([sys.executable, "-c", SERVER, *work], stdout=subprocess.PIPE, text=True) as server:
        left = int(server.stdout.readline())
        told = json.dumps({"command": "analyse", "process": left, "server": server.pid})
        try:
            memory.write_text(told)
            assert "another process is working" in analysed(folder, memory)["error"], "a living server's work"
            server.kill()
            server.wait()
            memory.write_text(told.replace("analyse", "verify"))
            assert "another process is working" in analysed(folder, memory)["error"], "a process with other words"
            memory.write_text(told)
            ended = analysed(folder, memory)
            assert ended["state"] in ("done", "done in part"), ended["error"]
        finally:
            server.kill()
            with suppress(ProcessLookupError):
                os.killpg(left, signal.SIGKILL)


def analysed(folder, memory):
    jobs = Jobs(folder, memory)
    assert jobs.broken
    job = jobs.start("analyse")
    wait_for(lambda: not job.running and (job.result or job.lines) and not memory.exists())
    return job.document()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("command", ["analyse", "verify"])
def test_a_killed_server_is_told_of_and_the_job_is_done_again(tiny_case, tmp_path, command):
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    before = (folder / "analysis" / "posts.parquet").read_bytes()
    address = {"analyse": "/intake", "verify": "/custody"}[command]
    button = f"form[action='/jobs']:has(input[value='{command}']) button"
    with chromium() as browser:
        served = Served(folder)
        page = served.enter(browser)
        page.context.set_default_timeout(120_000)
        page.goto(served.home + address)
        page.locator(button).click()
        wait_for((folder / ".workbench" / "job.json").exists)
        os.kill(served.process.pid, signal.SIGKILL)
        served.process.wait()
        assert (folder / "analysis" / "posts.parquet").read_bytes() == before
        served = Served(folder)
        try:
            page = served.enter(browser)
            page.goto(served.home + address)
            assert "broken off" in page.inner_text("main")
            page.locator(button).click()
            wait_for(
                lambda: not page.request.get(served.home + "/jobs/last.json", max_retries=3).json()["running"], 400
            )
            told = page.request.get(served.home + "/jobs/last.json").json()
            assert told["state"] in ("done", "done in part"), told["error"]
            assert page.request.get(served.home + address + ".json").json()["broken"] == ""
        finally:
            served.stop()
    assert Case(folder).evidence.held()
