"""``python -m ringtrace``."""
