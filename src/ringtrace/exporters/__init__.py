"""Exporters: one file per format, found by scan.

An exporter module defines
    NAME: str
    def export(analysis: Path, target: Path) -> list[Path]    the files written
"""
