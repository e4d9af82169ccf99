"""Times and dates as written, read with the order and zone that the file shows."""
