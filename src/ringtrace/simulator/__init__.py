"""Makes synthetic evidence with known truth. No analysing code imports it."""

from ringtrace.simulator.presets import preset_names
from ringtrace.simulator.stage import Summary, simulate

__all__ = ["Summary", "preset_names", "simulate"]
