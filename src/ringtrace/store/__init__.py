"""The case on disk: evidence with custody, the ledger of decisions, derived tables."""
