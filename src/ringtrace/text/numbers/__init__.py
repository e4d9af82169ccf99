"""Numbers as people write them, in figures, Chinese signs and English words."""
