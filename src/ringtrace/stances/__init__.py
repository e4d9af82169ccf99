"""What a post does: frame, direction, observed facts, and who owns the handles it names."""
