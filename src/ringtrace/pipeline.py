"""The only module that sees every stage."""
