"""From stored bytes to the table of posts, in child processes, every byte accounted for."""
