"""Workbooks and text documents of offices: their parts, sheets as rows, words as lines."""
