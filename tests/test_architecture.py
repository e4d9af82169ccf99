"""The architecture is a test: layers, one broad except, no drawers, and `model` on its own."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def test_layers_hold():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_boundary_catches_everything():
    pattern = re.compile(r"except( Exception| BaseException)?( as \w+)?:")
    broad = [
        p.relative_to(ROOT).as_posix() for p in SOURCES for line in p.open(encoding="utf-8") if pattern.search(line)
    ]
    assert broad == ["src/ringtrace/pipeline/reading/boundary.py"]


def test_there_is_no_drawer_for_everything():
    assert not [p for p in SOURCES if p.stem in {"utils", "helpers", "common", "misc"}]


def test_the_product_never_needs_the_shared_folder():
    files = [*SOURCES, ROOT / "README.md"]
    assert not [p for p in files if "../shared" in p.read_text("utf-8")]
