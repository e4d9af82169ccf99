"""Places: dated division codes of China, first levels and towns of other countries."""
