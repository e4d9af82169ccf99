"""Runs every benchmark of this folder one after the other: `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = {"templates.py": [], "pipeline.py": ["seed", "eval"], "scaling.py": [], "deconfliction.py": []}


def main() -> None:
    for name, arguments in BENCHMARKS.items():
        print(f"== {name} {' '.join(arguments)}", flush=True)
        subprocess.run([sys.executable, Path(__file__).with_name(name), *arguments], check=True)


if __name__ == "__main__":
    main()
