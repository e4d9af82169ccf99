"""What comes in: evidence, tips, records. Each is written into the log of custody before anything else happens."""
