"""Sums: named with their currency, bare beside a word of trade, in slang."""
