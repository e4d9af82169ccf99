"""Ringtrace: from lawfully obtained evidence to explained rings, every claim traced to its bytes."""

__version__ = "0.1.0"
