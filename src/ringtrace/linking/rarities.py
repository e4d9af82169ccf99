"""What two accounts may both have posted that hardly anybody else did: a text, a picture, an invitation to a group."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.text.contacts.invites import invited_to


def posted(mentions: pa.Table, templates: pa.Table) -> dict[str, pa.Table]:
    """Return feature -> Table(template_id, post_id) of what may be rare: texts, pictures, invitations to groups."""
    found = {"template_rare": templates}
    sure = mentions.filter(pc.greater_equal(mentions["probability"], 0.5))
    for feature, kind, name in (("image_rare", "image", str), ("invite_rare", "url", invited_to)):
        told = sure.filter(pc.equal(sure["kind"], kind))
        names = pa.array([name(value) for value in told["value"].to_pylist()], pa.string())
        pairs = pa.table({"template_id": names, "post_id": told["post_id"]}).filter(pc.not_equal(names, ""))
        if len(pairs):
            found[feature] = pairs
    return found
