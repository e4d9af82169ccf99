"""Contacts of a text, read together: one digit string is a phone number or a QQ number, not both.

``read(view)`` gives every candidate of all contact kinds; the extractors each take their own.
"""

from ringtrace.text.contacts.reading import read

__all__ = ["read"]
