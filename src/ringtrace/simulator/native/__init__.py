"""Native formats: one file per format as a real producer writes it, found by scan.

A module defines
    PLATFORMS: frozenset[str]    the platforms whose places it lays out ("news": pages, "tip": tips)
    def lay(play: Play) -> Iterator[Exhibit]
        the files, with the text of every post as a reader decodes it
"""
