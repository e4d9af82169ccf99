"""What a process of the program's own leaves out at its start."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASK = """
import sys, pyarrow as pa
from ringtrace.engines.startup import spare_pandas
{call}
pa.array([{{"a": [1, 2]}}])
print("pandas" in sys.modules)
import pandas
print(pandas.__name__)
"""


@pytest.mark.parametrize(("call", "imported"), [("spare_pandas()", "False"), ("pass", "True")])
def test_pyarrow_imports_pandas_by_itself_unless_it_is_spared(call: str, imported: str) -> None:
    pytest.importorskip("pandas")
    done = subprocess.run([sys.executable, "-c", ASK.format(call=call)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [imported, "pandas"], "and who asks for pandas still gets it"
