"""Gives every child process of a test the readers in this folder besides the product's own."""

from pathlib import Path

import ringtrace.readers

ringtrace.readers.__path__.append(str(Path(__file__).parent / "readers"))
