"""``python -m ringtrace`` does what the command ``ringtrace`` does."""

from ringtrace.cli import main

main()
