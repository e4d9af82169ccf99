"""Authors are found by scan: the command line offers and names every one of them, without importing any."""

import subprocess
import sys

import pytest

from ringtrace.cli.outside import _authors
from ringtrace.errors import UsageError
from ringtrace.simulator import authors, simulate
from ringtrace.simulator.stage import author_names


def test_every_folder_is_an_author_and_is_offered(tmp_path, monkeypatch):
    (tmp_path / "sixth.py").write_text("")
    monkeypatch.setattr(authors, "__path__", [*authors.__path__, str(tmp_path)])
    assert author_names()["sixth"] == "sixth"
    assert _authors("si") == ["sixth"]
    assert {"dev", "second", "third", "fourth", "fifth", "eval", "sixth"} <= set(_authors(""))


def test_an_unknown_author_is_answered_with_all_of_them(tmp_path):
    with pytest.raises(UsageError, match="no author 'nobody'; there are dev, eval, fifth, fourth, second, third"):
        simulate(tmp_path / "out", "tiny", 1, "nobody")
    assert not (tmp_path / "out").exists()


def test_naming_the_authors_imports_none():
    asked = (
        "import sys; from ringtrace.simulator.stage import author_names as known; "
        "print(sum(f'ringtrace.simulator.authors.{name}' in sys.modules for name in known().values()), len(known()) > 4)"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["0", "True"]
