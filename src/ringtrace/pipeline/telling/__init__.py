"""What a person asks of an analysis: lists, reasons, and the quoted bytes behind every sentence."""
