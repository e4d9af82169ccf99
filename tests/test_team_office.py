"""The office's own sign-in, against a small issuer: code flow, PKCE, state, nonce, and tokens that do not hold."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from issuer import Issuer, by_public_key, new_key, unsigned
from ringtrace.errors import CaseError
from ringtrace.store.case import Case
from team_bench import ADDRESS, Seat, TeamBench

pytestmark = pytest.mark.slow  # a team's server and its database: no unit tests


@pytest.fixture
def issuer():
    made = Issuer()
    yield made
    made.close()


@pytest.fixture
def bench(tmp_path, monkeypatch, decisions, issuer):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    folder = Case.create(tmp_path / "case").folder
    (folder / "secret").write_text(issuer.secret + "\n")
    more = f'oidc_issuer = "{issuer.address}"\noidc_client = "ringtrace"\noidc_secret_file = "secret"\n'
    made = TeamBench(folder, decisions, more)
    yield made
    made.desk.close()


def go(seat, path="/sign-in/office"):
    left = seat.get(path)
    assert left.status_code == 303, left.text
    return left.headers["location"]


def come_back(seat, address):
    told = urlsplit(address)
    return seat.get(f"{told.path}?{told.query}")


def invited(bench, issuer, name="Li Na", roles=("analyst",)):
    token = bench.team.people.invite(name, roles, "root")[1]
    seat = Seat(bench)
    return seat, come_back(seat, issuer.authorize(go(seat, f"/invitation/{token}/office"))), token


def test_an_invitation_binds_the_offices_account_and_it_signs_in(bench, issuer):
    seat, answer, token = invited(bench, issuer)
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    assert seat.get("/account").json()["name"] == "Li Na" and seat.get("/account").json()["office"]
    later = Seat(bench)
    assert come_back(later, issuer.authorize(go(later))).status_code == 303
    assert later.get("/account").json()["roles"] == ["analyst"]
    assert Seat(bench).client.get(f"/invitation/{token}").status_code == 404
    assert [row[2] for row in bench.desk.ledger.all_events()][-2:] == ["signed_in", "signed_in"]


def test_who_is_not_invited_is_not_let_in_though_the_office_knows_them(bench, issuer):
    invited(bench, issuer)
    issuer.subject = "u-2"
    seat = Seat(bench)
    answer = come_back(seat, issuer.authorize(go(seat)))
    assert answer.status_code == 400 and "invitation" in answer.text and seat.get("/account").status_code == 401


def test_one_account_of_the_office_is_one_person(bench, issuer):
    invited(bench, issuer)
    _, answer, token = invited(bench, issuer, "Somebody Else", ("supervisor",))
    assert answer.status_code == 400 and "belongs to Li Na" in answer.text
    assert bench.team.people.invited(token) is not None


def test_a_closed_account_stays_out(bench, issuer):
    seat, _, _ = invited(bench, issuer)
    bench.team.people.close(bench.team.people.named("Li Na").id, "root")
    later = Seat(bench)
    assert come_back(later, issuer.authorize(go(later))).status_code == 400
    assert seat.get("/account").status_code == 401


@pytest.mark.parametrize(
    "bend",
    [
        lambda h, c, k: issue(h, {**c, "nonce": "another"}, k), lambda h, c, k: issue(h, without(c, "nonce"), k),
        lambda h, c, k: issue(h, {**c, "aud": "another"}, k), lambda h, c, k: issue(h, {**c, "aud": ["ringtrace", "b"]}, k),
        lambda h, c, k: issue(h, {**c, "iss": "https://evil.example"}, k), lambda h, c, k: issue(h, without(c, "sub"), k),
        lambda h, c, k: issue(h, {**c, "exp": c["iat"] - 3600}, k), lambda h, c, k: issue(h, without(c, "exp"), k),
        lambda h, c, k: issue(h, {**c, "iat": c["iat"] + 3600}, k), lambda h, c, k: issue(h, {**c, "nbf": c["iat"] + 3600}, k),
        lambda h, c, k: issue(h, c, new_key("k1")), unsigned, by_public_key,
        lambda h, c, k: issue(h, c, k)[:-8] + "AAAAAAAA", lambda h, c, k: "not.a.token", lambda h, c, k: "", lambda h, c, k: 7,
    ],
    ids=["nonce", "no nonce", "audience", "audiences", "issuer", "no subject", "ended", "no end", "from the future", "not yet",
         "another key", "unsigned", "public key as secret", "signature", "no token", "empty", "number"],
)  # fmt: skip
def test_a_token_that_does_not_hold_is_refused(bench, issuer, bend):
    invited(bench, issuer)
    issuer.bend = bend
    seat = Seat(bench)
    answer = come_back(seat, issuer.authorize(go(seat)))
    assert answer.status_code == 400, answer.text
    assert (
        seat.get("/account").status_code == 401
        and len([r for r in bench.desk.ledger.all_events() if r[2] == "signed_in"]) == 1
    )


def issue(header, claims, key):
    from joserfc import jwt

    return jwt.encode(header, claims, key)


def without(claims, name):
    return {key: value for key, value in claims.items() if key != name}


def test_the_way_back_belongs_to_the_browser_that_went(bench, issuer):
    invited(bench, issuer)
    thief, victim = Seat(bench), Seat(bench)
    back = issuer.authorize(go(thief))
    assert come_back(victim, back).status_code == 400 and victim.get("/account").status_code == 401
    assert come_back(thief, back).status_code == 400, "and it is used up"


@pytest.mark.parametrize(
    "change", [{"state": "x"}, {"state": ""}, {"code": "x"}, {"code": ""}, {"code": "", "error": "access_denied"}]
)
def test_a_bent_way_back_is_refused(bench, issuer, change):
    invited(bench, issuer)
    seat = Seat(bench)
    told = urlsplit(issuer.authorize(go(seat)))
    query = {name: values[0] for name, values in parse_qs(told.query).items()}
    answer = seat.get(f"{told.path}?{urlencode({**query, **change})}")
    assert answer.status_code == 400 and seat.get("/account").status_code == 401


def test_a_way_back_is_taken_once_and_within_minutes(bench, issuer):
    invited(bench, issuer)
    seat = Seat(bench)
    back = issuer.authorize(go(seat))
    assert come_back(seat, back).status_code == 303
    assert come_back(seat, back).status_code == 400
    late = Seat(bench)
    back = issuer.authorize(go(late))
    bench.clock = 301
    assert come_back(late, back).status_code == 400


@pytest.mark.parametrize("kind", ["RS256", "ES256"])
def test_new_keys_of_the_issuer_are_read(bench, issuer, kind):
    invited(bench, issuer)
    issuer.keys.append(new_key("k2", kind))
    seat = Seat(bench)
    assert come_back(seat, issuer.authorize(go(seat))).status_code == 303


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "ftp://x"},
        {"authorization_endpoint": None},
    ],
)
def test_an_issuer_that_describes_itself_oddly_is_not_used(bench, issuer, described):
    issuer.described = described
    answer = Seat(bench).get("/sign-in/office")
    assert answer.status_code == 503 and issuer.asked == ["/.well-known/openid-configuration"]


def test_an_issuer_that_is_away_is_told(bench, issuer):
    issuer.close()
    assert Seat(bench).get("/sign-in/office").status_code == 503
    page = Seat(bench).client.get("/sign-in", headers={"accept": "text/html"})
    assert page.status_code == 200 and "/sign-in/office" in page.text


def test_an_issuer_is_spoken_to_by_tls(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    folder = Case.create(tmp_path / "case").folder
    with pytest.raises(CaseError, match="not an https"):
        TeamBench(folder, "", 'oidc_issuer = "http://login.office.example"\noidc_client = "x"\n')


@pytest.mark.parametrize(
    "part",
    [
        'address = "http://office.example"',
        'address = "https://a/b"',
        'address = ""',
        "",
        'adress = "https://a"',
        f'address = "{ADDRESS}"\nkey = "x"',
    ],
)
def test_a_part_team_that_is_wrong_is_told(tmp_path, monkeypatch, part):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    folder = Case.create(tmp_path / "case").folder
    with (folder / "case.toml").open("a") as file:
        file.write(f"\n[team]\n{part}\n")
    with pytest.raises(CaseError, match=r"\[team\]"):
        Case(folder)
