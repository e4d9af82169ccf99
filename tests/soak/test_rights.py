"""Every role and all that go together, every route, in this case and in another one: 0 wrong."""

import pytest
from campaign import FULL, count, tell

from role_checks import ask, check, open_two_cases, refused_events, role_sets, wrong
from role_matrix import MATRIX, expected
from team_bench import Seat


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_roles_routes_and_cases(tiny_case, tmp_path, postgres):
    """Everybody in our case; the same people with other roles in the other; and our cookie shown to the other."""
    with open_two_cases(tiny_case, tmp_path, postgres) as (ours, other):
        found, checks = compare(ours, other, list(role_sets(3 if FULL else 1)))
    tell("rights", checks=checks, wrong=len(found))
    assert found == []
    assert checks >= count("RIGHTS", 5_000, 1_800)


def compare(ours, other, sets):
    """Return (what is wrong, checks)."""
    found, checks = [], 0
    turned = sets[1:] + sets[:1]
    for n, (roles, theirs) in enumerate(zip(sets, turned, strict=True)):
        for bench, held in ((ours, roles), (other, theirs)):
            person = bench.person(f"Person {n}", *held)
            results = list(check(bench, person, held, MATRIX))
            checks += len(results)
            found += [f"{held}: {what}" for what in results if what]
        thief = Seat(other)
        thief.client.cookies.set(
            "ringtrace", Seat(ours, ours.team.people.named(f"Person {n}")).client.cookies.get("ringtrace")
        )
        before = refused_events(other)
        for route in MATRIX:
            checks += 1
            status = ask(other, thief, route).status_code
            wanted = expected(route, None)
            if (wanted == "-" and status not in (401, 303)) or (wanted != "-" and wrong(route, wanted, status)):
                found.append(f"a cookie of another case: {route}: {status}")
        assert refused_events(other) == before, "somebody who was refused left a trace of a deed"
    return found, checks
