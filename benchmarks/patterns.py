"""Attacks every pattern that evidence may meet with thirty texts of a megabyte and prints the slowest.

python benchmarks/patterns.py [HOW_MANY]: CPU seconds, how the pattern is used, where it is compiled, the unit that was
repeated (default: the 20 slowest). Exit code 1 where one takes over a second.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests"


def main() -> None:
    sys.path.insert(0, str(TESTS))
    import every_pattern

    run = subprocess.run([sys.executable, every_pattern.__file__], check=True, capture_output=True, text=True)
    patterns = json.loads(run.stdout)
    found = sorted(((*every_pattern.worst(told), told["use"], site) for site, told in patterns.items()), reverse=True)
    print(f"{len(found)} patterns, 30 attacks each")
    for spent, unit, use, site in found[: int(sys.argv[1]) if len(sys.argv) > 1 else 20]:
        print(f"{spent:6.2f} s  {use:8} {site[:100]}  {unit[:30]!r}")
    raise SystemExit(int(found[0][0] > 1.0))


if __name__ == "__main__":
    main()
