"""Alembic's migrations of the ledger, one file a version; ``store/database.py`` runs them when a case is opened."""
