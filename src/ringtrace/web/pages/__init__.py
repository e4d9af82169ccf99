"""The pages: one file each, found by scan. A page has ``HANDLERS`` (Litestar) and may have ``PLACE``.

PLACE: (order, label, address, key) in the menu; key is the letter that goes there after "g".
"""
