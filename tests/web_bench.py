"""A workbench for browser tests: the real command in a process of its own, and a browser that came in by its link."""

import http.server
import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from find_browser import find_browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def chromium():
    sync = pytest.importorskip("playwright.sync_api")
    path = find_browser()
    if path is None:
        if os.environ.get("RINGTRACE_REQUIRE_ALL"):
            pytest.fail("Chromium is needed here and is not installed")
        pytest.skip("no Chromium on this machine")
    with sync.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


class Served:
    """``ringtrace serve`` on a case. links: one-time addresses, as printed; the last one is open."""

    def __init__(self, folder, port=0):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ringtrace", "serve", str(folder), "--port", str(port), "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.links, self.tips = [], ""
        self.errors = []
        self._came = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True).start()
        self.home = "/".join(self.link().split("/", 3)[:3])

    def _read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            with self._came:
                if "tips" in told:
                    self.tips = told["tips"]
                else:
                    self.links.append(told["address"])
                self._came.notify_all()

    def link(self, number=1):
        with self._came:
            assert self._came.wait_for(lambda: len(self.links) >= number, 240), self.errors
            return self.links[-1]

    def enter(self, browser, **options):
        """Return a page of a fresh browser context that came in; wait until the posts are indexed."""
        context = browser.new_context(**options)
        context.set_default_timeout(120_000)
        page = context.new_page()
        count = len(self.links)
        page.goto(self.link())
        self.link(count + 1)
        for _ in range(200):
            if context.request.get(self.home + "/triage.json").status != 200 or page.request.get(
                self.home + "/case.json"
            ).json().get("index_ready", True):
                break
            page.wait_for_timeout(200)
        return page

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


@contextmanager
def trap_server():
    """Yield (address, hits): whatever reaches it has left the page."""
    hits = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
