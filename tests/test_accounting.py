"""posts + gaps + structure = size, whatever a reader claims."""

from hypothesis import given
from hypothesis import strategies as st

from ringtrace.model.span import Gap, Span, Structure
from ringtrace.pipeline.reading.accounting import account

RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), max_size=6)


@given(st.integers(0, 50), RANGES, RANGES, RANGES)
def test_every_byte_is_counted_once(size, posts, gaps, structure):
    def spans(ranges):
        return [Span("e", "", min(a, size), min(b, size)) for a, b in ranges]

    found = account(
        "e", "", size, spans(posts), [Gap(s, "") for s in spans(gaps)], [Structure(s, "") for s in spans(structure)]
    )
    assert found.post + found.gap + found.structure == size
    kinds = {}
    for rank, ranges in ((2, spans(structure)), (1, spans(gaps)), (0, spans(posts))):
        for span in ranges:
            kinds.update(dict.fromkeys(range(span.start, span.stop), rank))
    assert found.post == sum(rank == 0 for rank in kinds.values())
    unclaimed = {byte for span in found.unclaimed for byte in range(span.start, span.stop)}
    assert unclaimed == set(range(size)) - set(kinds)
