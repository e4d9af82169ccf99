"""Figures: public reports read, ledger figures computed, both reconciled."""
