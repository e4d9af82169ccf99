"""The looks of forum engines: one file per engine, found by scan.

A module defines
    def page(thread: ThreadSheet) -> str      the whole HTML page
    def quote_text(quoted: Quote, language: str) -> str
        what a quotation adds to the text of a post, as a browser lays it out
    def path(tid: int, sheet: int) -> str     its address below the host, beginning with "/"
"""
