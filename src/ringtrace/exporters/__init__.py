"""Exporters: one file per format, found by scan.

An exporter module defines
    NAME: str          for people
    FOLDER: bool       whether it writes several files into a folder, or one file
    MASKED: bool       whether the children that the records know are masked; False only for what never leaves the house
    export(material: Material, target: Path) -> list[Path]    the files written; equal material, equal bytes
and may define
    ALIASES: tuple[str, ...]    further names of the format
    CLAIMS = False              it tells of places only, not of claims
"""
