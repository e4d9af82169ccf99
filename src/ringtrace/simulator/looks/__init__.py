"""The looks of forum engines: one file per engine, found by scan.

A module defines
    def page(thread: ThreadSheet) -> str      the whole HTML page
    def path(tid: int, sheet: int) -> str     its address below the host, beginning with "/"
"""
