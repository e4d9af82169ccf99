"""Contacts of a text, read together: one digit string is a phone number or a QQ number, not both.

``read(view)`` gives every candidate of all contact kinds; the extractors each take their own. ``cut(view)``
says whether a budget ended the reading before the text did.
"""

from ringtrace.text.contacts.finding import cut, read
from ringtrace.text.contacts.sifting import needs

__all__ = ["cut", "needs", "read"]
