"""Text without opinions: offsets, encodings, HTML layout, clocks, folding, lexicons."""
