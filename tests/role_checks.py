"""Asks every route as every role and says what is wrong with the answers; what is right stands in ``role_matrix.py``."""

import itertools
import re
from contextlib import contextmanager

from role_matrix import ROLES, expected
from team_bench import Seat, TeamBench, copied


def walk(app):
    """Every route of an application, as "GET /rings/{ring_id}"."""
    for route in app._app.routes:
        for method in sorted(route.methods - {"OPTIONS"}):
            yield f"{method} {route.path_format}"


@contextmanager
def open_two_cases(tiny_case, folder, postgres):
    """Two cases with the same people in different roles, one on each database."""
    ours = TeamBench(copied(tiny_case, folder / "ours"))
    other = TeamBench(copied(tiny_case, folder / "other"), postgres.url("other"))
    for bench in (ours, other):
        bench.desk.warm()
        bench.desk.wait(120)
        bench.desk.jobs.start = lambda command: None
    yield ours, other
    ours.desk.close()
    other.desk.close()


def role_sets(most):
    """No role, every single one, and all that go together up to ``most``."""
    yield ()
    yield ("admin",)
    plain = [role for role in ROLES if role != "admin"]
    for size in range(1, most + 1):
        yield from itertools.combinations(plain, size)


def ask(bench, seat, route):
    """Send what ``route`` says, with made-up ids and empty forms; return the status."""
    path, _, field = route.partition(" ")[2].partition(" ")
    method = route.partition(" ")[0]
    path = re.sub(r"\{number\}", "999999", path)
    path = re.sub(r"\{file_path\}", "workbench.css", path)
    path = re.sub(r"\{\w+\}", "none", path)
    if method == "POST":
        name, _, value = field.partition("=")
        return seat.post(path, **({name: value} if field else {}))
    return seat.get(path) if method == "GET" else seat.client.head(path)


def wrong(route, wanted, status):
    """What is wrong with an answer, "" when nothing is."""
    fits = {"x": status not in (401, 403) and status < 500, "-": status in (401, 403), "n": status == 404}[wanted]
    return "" if fits else f"{route}: {status}, expected {wanted}"


def check(bench, person, roles, routes):
    """Yield what is wrong for one person; they sign in anew where the route ends the session."""
    seat = Seat(bench, person)
    for route in routes:
        if route in ("POST /leave", "POST /account/sign-out"):
            status = ask(bench, Seat(bench, person), route).status_code
            seat = Seat(bench, person)
        else:
            status = ask(bench, seat, route).status_code
        yield wrong(route, expected(route, roles), status)


def refused_events(bench):
    return bench.desk.ledger.last(), len(bench.case.evidence.log.lines())
