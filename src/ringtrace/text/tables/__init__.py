"""Delimited files, rows of tips, what savers of platforms wrote: where a cell stands in the bytes, which tells what."""
