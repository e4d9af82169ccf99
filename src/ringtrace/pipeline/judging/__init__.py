"""Decisions of people: labels, second looks, merges, and a preview of what each would change."""
