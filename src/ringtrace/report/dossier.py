"""A dossier as PDF: laid out by typst from data, so that no word of evidence is ever read as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any


def pdf_dossier(document: Mapping[str, Any]) -> bytes:
    """Return the dossier as PDF. Equal documents give equal bytes where the same fonts are installed.

    document: as ``pipeline.dossier.compose_dossier`` makes it; all strings are printed as they are.
    """
    import typst

    source = (resources.files("ringtrace.report") / "dossier.typ").read_bytes()
    made: bytes = typst.compile(source, sys_inputs={"document": json.dumps(document, ensure_ascii=False)})
    return made
