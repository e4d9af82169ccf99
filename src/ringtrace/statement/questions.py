"""What no source answers: questions that follow from the figures and the texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from ringtrace.model.figure import Figure, Reconciliation
from ringtrace.statement.stories import tell
from ringtrace.text import lexicon
from ringtrace.text.folding import fold


def open_questions(
    figures: Sequence[Figure],
    reconciliation: Sequence[Reconciliation],
    texts: Sequence[str],
    place_name: Callable[[str], str] = str,
) -> list[str]:
    """Return sentences that a person can put to an authority.

    place_name: division code -> words.

    texts: the articles. A question is asked unless a text answers it; saying that something is not
    known ("did not say whether charges have been brought") is no answer.
    """
    by_id = {figure.id: figure for figure in figures}
    questions = []
    verbs = {"suspects": "arrested", "children": "rescued"}
    for row in reconciliation:
        if row.verdict == "unallocated" and row.left in by_id:
            total = by_id[row.left]
            left, whole = f"{Decimal(row.amount):,f}", f"{Decimal(total.value):,f}"
            status = total.status or verbs.get(total.quantity, "counted")
            questions.append(f"No source says where {left} of {whole} {total.quantity} were {status}.")
        elif row.verdict == "differs" and row.left in by_id:
            what = by_id[row.left]
            where = f" in {place_name(what.place)}" if what.place else ""
            named = f"{what.quantity} {what.status}".strip() + where
            questions.append(f"Which is right of the {named}? {row.reason[0].upper()}{row.reason[1:]}.")
    suspects = any(f.quantity == "suspects" and not f.context for f in figures)
    children = any(f.quantity == "children" and not f.context for f in figures)
    terms = lexicon.load("question")
    if suspects and not _answered(texts, terms["charged"], terms["denial"]):
        questions.append("No source says whether anyone was charged.")
    if suspects and not _answered(texts, terms["abroad"], terms["denial"]):
        questions.append("No source says whether it reached beyond China.")
    if children and not _answered(texts, terms["placed"], terms["denial"]):
        questions.append("No source says where the rescued children are now.")
    return list(dict.fromkeys(questions))


def _answered(texts: Sequence[str], terms: Sequence[str], denials: Sequence[str]) -> bool:
    """Whether a sentence speaks of it without saying that it is not known."""
    for text in texts:
        for told in tell(fold(text).text, ""):
            sentence = told.vocabulary.text
            if any(term in sentence for term in terms) and not any(denial in sentence for denial in denials):
                return True
    return False
