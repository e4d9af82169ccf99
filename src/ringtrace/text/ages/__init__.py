"""Ages of children in Chinese and English, as durations."""
