"""Makes synthetic evidence with known truth. No analysing code imports it."""
