"""Captured pages: from the bytes of HTML to who wrote what and when."""
