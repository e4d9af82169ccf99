"""Every number that a text tells, signed, in parts and in powers."""
