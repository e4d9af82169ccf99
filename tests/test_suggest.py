"""The hook to a language model: off, local, redacted first, and only what quotes the post is kept."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.errors import CaseError, UsageError
from ringtrace.pipeline.judging.suggesting import check_address, post_json, read_answer, redact

SAID = "女宝两个月，补偿三万五，电话17000123456，微信lin_2014，找@mila，卡号6200001234567890128"


def answer(content):
    return json.dumps({"choices": [{"message": {"content": content}}]}, ensure_ascii=False).encode()


def test_nothing_that_reaches_a_person_leaves():
    sent = redact(SAID)
    assert len(sent) == len(SAID)
    for secret in ("17000123456", "1700", "lin_2014", "mila", "620000"):
        assert secret not in sent
    assert "女宝两个月" in sent
    assert "补偿三万五" in sent


@given(st.text(max_size=80))
def test_redaction_keeps_every_place_and_lets_no_digit_through(text):
    sent = redact(text)
    assert len(sent) == len(text)
    assert not set(sent) & set("0123456789０１２３４５６７８９")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8080/v1", "http://localhost/v1", "https://[::1]:9/v1"])
def test_this_machine_may_be_asked(endpoint):
    assert check_address(endpoint, "") == endpoint + "/chat/completions"


@pytest.mark.parametrize(
    ("endpoint", "named"),
    [
        ("https://models.example/v1", ""), ("https://models.example/v1", "other.example"), ("http://models.example/v1", "models.example"),
        ("http://127.0.0.1.example/v1", ""), ("ftp://127.0.0.1/v1", ""), ("http://user@127.0.0.1/v1", ""), ("127.0.0.1", ""),
        ("http://10.0.0.1/v1", ""), ("http://0.0.0.0/v1", ""),
    ],
)  # fmt: skip
def test_no_other_machine_unless_a_person_names_it(endpoint, named):
    with pytest.raises(UsageError):
        check_address(endpoint, named)


def test_a_named_machine_is_asked_by_https():
    assert check_address("https://models.example/v1", "models.example").startswith("https://models.example/")


def test_the_quoted_words_must_stand_in_what_was_sent():
    good = '{"direction": "offer", "frame": "plain", "quote": "补偿三万五"}'
    start = redact(SAID).index("补偿三万五")
    assert read_answer(answer(good), redact(SAID)) == ("offer", "plain", start, start + 5)
    assert read_answer(answer("Sure: ```json\n" + good + "\n```"), redact(SAID)) is not None
    for bad in (
        '{"direction": "offer", "frame": "plain", "quote": "五万"}', '{"direction": "sells", "frame": "plain", "quote": "女宝"}',
        '{"direction": "offer", "frame": "plain", "quote": ""}', '{"direction": "offer", "frame": "plain", "quote": "###"}',
        '{"direction": "offer"}', "no", "[1]", '{"direction": "offer", "frame": "plain", "quote": 3}',
    ):  # fmt: skip
        assert read_answer(answer(bad), redact(SAID)) is None
    for raw in (b"", b"{}", b"[]", b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}'):
        assert read_answer(raw, redact(SAID)) is None


class _Fake(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(body)
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/v1/chat/completions")
            self.end_headers()
            return
        data = b"x" * 70_000 if self.path.startswith("/long") else answer("{}")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    fake = HTTPServer(("127.0.0.1", 0), _Fake)
    fake.bodies = []
    threading.Thread(target=fake.serve_forever, daemon=True).start()
    yield fake
    fake.shutdown()
    fake.server_close()


def test_the_fake_server_gets_the_body_and_no_redirection_is_followed(server):
    base = f"http://127.0.0.1:{server.server_port}"
    assert post_json(f"{base}/v1/chat/completions", b"{}") == answer("{}")
    with pytest.raises(CaseError, match="cannot be reached"):
        post_json(f"{base}/away", b"{}")
    assert len(server.bodies) == 2
    with pytest.raises(CaseError, match="more than"):
        post_json(f"{base}/long", b"{}")


def test_suggestions_are_kept_beside_the_decisions_and_never_sent_unredacted(tiny_case, server):
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.pipeline.judging.suggesting import suggest
    from ringtrace.store.analysis import read_table

    case, _ = tiny_case
    bodies = []

    def send(url, body):
        bodies.append(body)
        text = json.loads(body)["messages"][1]["content"]
        words = max(text.replace("#", " ").split(), key=len, default="x")
        return answer(json.dumps({"direction": "none", "frame": "plain", "quote": words}))

    before = read_table(case.analysis, "stances")
    advice = suggest(case, "http://127.0.0.1:1/v1", "fake", Asked("wu", "second look"), most=5, send=send)
    assert advice.asked == len(bodies)
    assert len(advice.kept) + advice.refused == advice.asked
    for body in bodies:
        assert not any(sign.isdigit() for sign in json.loads(body)["messages"][1]["content"])
    ledger = case.open_ledger()
    assert len(list(ledger.events("suggestion"))) == len(advice.kept)
    ledger.close()
    assert read_table(case.analysis, "stances").equals(before)
    assert any("language model fake" in json.dumps(event) for event in case.evidence.log.events())
