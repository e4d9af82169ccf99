"""The nouns: frozen types, standard library only. Everything else speaks in these."""
