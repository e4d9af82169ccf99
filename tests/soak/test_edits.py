"""Fifty people edit the same few things at once, on either database: no change is lost and no number is missing."""

import pytest
from campaign import count, tell

from edits import edit_at_once
from ringtrace.store.ledger import Ledger

EDITS = count("EDITS", 10_000, 250)
WORKERS = 50


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_fifty_people_lose_nothing(database):
    Ledger(database).close()
    stand, refused = edit_at_once(database, WORKERS, EDITS, subjects=20)
    tell(f"edits {database.partition(':')[0]}", edits=stand, workers=WORKERS, refused=refused, lost=EDITS - stand)
    assert stand == EDITS
