"""A PostgreSQL server of the tests' own: made in a temporary folder, spoken to by a socket, gone afterwards.

``python tests/postgres.py`` says where the server's programs are; exit code 1 when there are none.
"""

import glob
import itertools
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

_SETTINGS = (
    "-c listen_addresses='' -c fsync={fsync} -c max_connections=200 -c shared_buffers=32MB -c log_min_messages=fatal"
)


def find_postgres() -> Path | None:
    """The folder with initdb and pg_ctl: on the path, or where Debian puts it."""
    found = [shutil.which("initdb"), *sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True)]
    return next((Path(path).parent for path in found if path), None)


def _account() -> dict:
    """The server refuses to run as root: then it runs as the account that Debian made for it, or as nobody."""
    if os.geteuid():
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


class Postgres:
    """A running server. fsync: whether it may lose what it acknowledged when the power fails (tests may)."""

    def __init__(self, fsync: bool = False):
        self.programs = find_postgres()
        assert self.programs, "no PostgreSQL on this machine"
        self.folder = Path(tempfile.mkdtemp(prefix="rt-pg-"))
        self._account = _account()
        self._schemas = itertools.count()
        self._fsync = "on" if fsync else "off"
        if self._account:
            os.chown(self.folder, self._account["user"], self._account["group"])
        self._run(
            "initdb",
            "-D",
            str(self.folder / "data"),
            "-U",
            "ringtrace",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        )
        self.start()

    def start(self):
        options = f"-k {self.folder} " + _SETTINGS.format(fsync=self._fsync)
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), "-o", options, "start"
        )

    def stop(self):
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name=""):
        """The URL of a schema that no other test has."""
        schema = re.sub(r"[^a-z0-9_]", "_", f"{name or 'case'}_{next(self._schemas)}".lower())
        return f"postgresql://ringtrace@/postgres?host={self.folder}&schema={schema[-60:].lstrip('_0123456789')}"

    def _run(self, program, *arguments):
        done = subprocess.run(
            [self.programs / program, *arguments], capture_output=True, text=True, cwd=self.folder, check=False,
            stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"}, **self._account,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def started(fsync: bool = False) -> Postgres:
    """Start a server; skip the test where there is none, but fail it in CI."""
    if find_postgres() is None:
        if os.environ.get("RINGTRACE_REQUIRE_ALL"):
            pytest.fail("PostgreSQL is needed here and is not installed")
        pytest.skip("no PostgreSQL on this machine")
    return Postgres(fsync)


if __name__ == "__main__":
    where = find_postgres()
    print(where or "no PostgreSQL on this machine")
    sys.exit(0 if where else 1)
