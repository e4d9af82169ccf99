"""Who may open what, written down by hand from the duties of each role, and knowing nothing of the program's own table.

Columns: intake, analyst, supervisor, disclosure, statement editor, partner, auditor, admin, signed in without a role,
stranger. x: let in, -: refused, n: not there in a team at all.
"""

ROLES = ("intake", "analyst", "supervisor", "disclosure", "statement editor", "partner", "auditor", "admin")

TABLE = """
                                        in an su di ed pa au ad no st
GET /                                   x  x  x  x  x  -  x  -  -  -
GET /search                             -  x  x  x  -  -  -  -  -  -
GET /search/batch                       -  x  x  x  -  -  -  -  -  -
GET /posts/{post_id}                    -  x  x  x  -  -  -  -  -  -
GET /evidence/{evidence_id}             -  x  x  x  -  -  -  -  -  -
GET /captures/{evidence_id}             -  x  x  x  -  -  -  -  -  -
GET /links/{left}/{right}               -  x  x  x  -  -  -  -  -  -
GET /links/{left}/{right}/effect        -  x  x  x  -  -  -  -  -  -
GET /rings                              -  x  x  x  -  -  -  -  -  -
GET /rings/{ring_id}                    -  x  x  x  -  -  -  -  -  -
GET /rings/{ring_id}/graph              -  x  x  x  -  -  -  -  -  -
GET /actors                             -  x  x  x  -  -  -  -  -  -
GET /actors/{actor_id}                  -  x  x  x  -  -  -  -  -  -
GET /merge                              -  x  x  x  -  -  -  -  -  -
GET /triage                             -  x  x  x  -  -  -  -  -  -
GET /triage/links                       -  x  x  x  -  -  -  -  -  -
GET /triage/disagreements               -  x  x  x  -  -  -  -  -  -
GET /judgements                         -  x  x  x  -  -  -  -  -  -
GET /texts                              -  x  x  x  -  -  -  -  -  -
GET /texts/{template_id}                -  x  x  x  -  -  -  -  -  -
GET /watch                              -  x  x  x  -  -  -  -  -  -
POST /watch/add                         -  x  x  -  -  -  -  -  -  -
POST /watch/{number}/remove             -  x  x  -  -  -  -  -  -  -
POST /watch/seen                        -  x  x  -  -  -  -  -  -  -
POST /searches                          -  x  x  -  -  -  -  -  -  -
POST /searches/{number}/drop            -  x  x  -  -  -  -  -  -  -
POST /judge                             -  x  x  -  -  -  -  -  -  -
POST /judgements/{number}/undo          -  x  x  -  -  -  -  -  -  -
POST /merge                             -  x  x  -  -  -  -  -  -  -
POST /merge/preview                     -  x  x  -  -  -  -  -  -  -
POST /comments                          -  x  x  x  -  -  -  -  -  -
POST /comments/seen                     -  x  x  x  -  -  -  -  -  -
POST /assignments                       -  x  x  -  -  -  -  -  -  -
GET /intake                             x  -  x  -  -  -  -  -  -  -
GET /intake/tip                         x  -  x  -  -  -  -  -  -  -
GET /intake/leads                       x  -  x  -  -  -  -  -  -  -
POST /intake/leads/find                 x  -  x  -  -  -  -  -  -  -
GET /intake/arrivals/{number}           x  -  x  -  -  -  -  -  -  -
POST /intake/files                      x  -  x  -  -  -  -  -  -  -
POST /intake/tips                       x  -  x  -  -  -  -  -  -  -
POST /jobs                              x  x  x  -  -  -  x  -  -  -
POST /jobs command=analyse              x  x  x  -  -  -  -  -  -  -
POST /jobs command=verify               x  x  x  -  -  -  x  -  -  -
POST /jobs/stop                         x  x  x  -  -  -  x  -  -  -
GET /jobs/last                          x  x  x  -  -  -  x  -  -  -
GET /figures                            -  x  x  x  x  -  -  -  -  -
GET /statements/{draft_id}              -  -  x  x  x  -  -  -  -  -
GET /statements/new                     -  -  -  -  x  -  -  -  -  -
POST /statements                        -  -  -  -  x  -  -  -  -  -
POST /statements/{draft_id}/approve     -  -  x  x  -  -  -  -  -  -
GET /operation                          -  x  x  -  -  x  -  -  -  -
GET /operation/packages/{place}         -  x  x  -  -  -  -  -  -  -
POST /operation/packages/{place}/write  -  -  x  -  -  -  -  -  -  -
GET /operation/packages/{place}/files/{name} - - x -  -  -  -  -  -  -
GET /operation/deconfliction            -  x  x  -  -  -  -  -  -  -
POST /operation/deconfliction/ask       -  -  x  -  -  -  -  -  -  -
POST /operation/deconfliction/messages  -  -  x  -  -  -  -  -  -  -
POST /operation/deconfliction/messages/{name} -  -  x  -  -  -  -  -  -  -
GET /operation/deconfliction/messages/{name} -  -  x  -  -  -  -  -  -  -
POST /operation/day                     -  -  x  -  -  -  -  -  -  -
POST /operation/tasks                   -  -  x  -  -  -  -  -  -  -
POST /operation/tasks/{task_id}         -  -  x  -  -  x  -  -  -  -
GET /custody                            -  -  x  x  -  -  x  -  -  -
GET /custody/proofs/{name}              -  -  x  x  -  -  x  -  -  -
GET /audit                              -  -  x  -  -  -  x  -  -  -
GET /audit/chain                        -  -  x  -  -  -  x  -  -  -
GET /people                             -  -  x  -  -  -  x  x  -  -
POST /people/invite                     -  -  -  -  -  -  -  x  -  -
POST /people/{person_id}/roles          -  -  -  -  -  -  -  x  -  -
POST /people/{person_id}/link           -  -  -  -  -  -  -  x  -  -
POST /people/{person_id}/close          -  -  -  -  -  -  -  x  -  -
POST /people/{person_id}/sign-out       -  -  -  -  -  -  -  x  -  -
GET /account                            x  x  x  x  x  x  x  x  x  -
POST /account/sign-out                  x  x  x  x  x  x  x  x  x  -
POST /account/passkeys/options          x  x  x  x  x  x  x  x  x  -
POST /account/passkeys                  x  x  x  x  x  x  x  x  x  -
POST /account/passkeys/remove           x  x  x  x  x  x  x  x  x  -
POST /settings                          x  x  x  x  x  x  x  x  x  -
POST /leave                             x  x  x  x  x  x  x  x  x  -
GET /help                               x  x  x  x  x  x  x  x  x  -
GET /help/keys                          x  x  x  x  x  x  x  x  x  -
GET /help/{topic}                       x  x  x  x  x  x  x  x  x  -
GET /schema                             x  x  x  x  x  x  x  x  x  -
GET /schema/openapi.json                x  x  x  x  x  x  x  x  x  -
GET /schema/{path}                      x  x  x  x  x  x  x  x  x  -
GET /static/{file_path}                 x  x  x  x  x  x  x  x  x  x
HEAD /static/{file_path}                x  x  x  x  x  x  x  x  x  x
GET /health                             x  x  x  x  x  x  x  x  x  x
GET /sign-in                            x  x  x  x  x  x  x  x  x  x
POST /sign-in/passkey/options           x  x  x  x  x  x  x  x  x  x
POST /sign-in/passkey                   x  x  x  x  x  x  x  x  x  x
GET /sign-in/office                     x  x  x  x  x  x  x  x  x  x
GET /sign-in/office/back                x  x  x  x  x  x  x  x  x  x
GET /invitation/{token}                 x  x  x  x  x  x  x  x  x  x
POST /invitation/{token}/options        x  x  x  x  x  x  x  x  x  x
POST /invitation/{token}/passkey        x  x  x  x  x  x  x  x  x  x
GET /invitation/{token}/office          x  x  x  x  x  x  x  x  x  x
GET /enter                              n  n  n  n  n  n  n  n  n  n
GET /enter/{link}                       n  n  n  n  n  n  n  n  n  n
"""

MATRIX = {
    " ".join(words[:-10]): dict(zip((*ROLES, "none", "stranger"), words[-10:], strict=True))
    for words in (line.split() for line in TABLE.strip().splitlines()[1:])
}
"""Route, with the field that decides where one does -> role -> x, - or n."""


def expected(route, roles):
    """What somebody with these roles gets; roles: None for a stranger."""
    row = MATRIX[route]
    if roles is None:
        return row["stranger"]
    marks = {row[role] for role in roles or ["none"]}
    return "n" if "n" in marks else "x" if "x" in marks else "-"
