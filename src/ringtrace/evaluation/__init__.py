"""Compares an analysis with a truth: scores with intervals and slices."""
