"""A team's workbench without a browser: people who are signed in, and a passkey made of software."""

import hashlib
import json
import os
import queue
import re
import shutil
import threading
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache

import anyio
import cbor2
from anyio.from_thread import BlockingPortal
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from litestar.testing import TestClient

from ringtrace.store.case import Case
from ringtrace.web.app import build
from ringtrace.web.desk import Desk
from ringtrace.web.team import Team

ADDRESS = "http://localhost:8998"
warnings.filterwarnings("ignore", message="The base_url")


@cache
def _portal():
    """An event loop in a thread that ends with the process."""
    ready = queue.Queue()

    async def run():
        async with BlockingPortal() as portal:
            ready.put(portal)
            await portal.sleep_until_stopped()

    threading.Thread(target=anyio.run, args=(run,), daemon=True).start()
    return ready.get()


def text_of(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SoftKey:
    """What an authenticator does: makes a key for a host, signs challenges, counts. It obeys whatever a test bends."""

    def __init__(self, origin=ADDRESS, host="localhost"):
        self.origin, self.host = origin, host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.count = 0
        self.flags = 0x05  # user present, user verified
        self.user = b""

    def create(self, options):
        self.user = bytes_of(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        data = self._data(0x40) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        client = self._client("webauthn.create", options["challenge"])
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": text_of(client), "attestationObject": text_of(made)})

    def get(self, options):
        self.count += 1
        data, client = self._data(), self._client("webauthn.get", options["challenge"])
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"authenticatorData": data, "clientDataJSON": client, "signature": signed, "userHandle": self.user}
        return self._answer({name: text_of(part) for name, part in parts.items()})

    def _data(self, more=0):
        return hashlib.sha256(self.host.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _client(self, kind, challenge):
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, response):
        told = {"id": text_of(self.id), "rawId": text_of(self.id), "type": "public-key", "response": response}
        return {**told, "clientExtensionResults": {}}


class Seat:
    """Somebody at the workbench: a browser, signed in or not."""

    def __init__(self, team_bench, person=None):
        self.client = TestClient(team_bench.app, base_url=ADDRESS)
        self.client.blocking_portal = _portal()  # one event loop for all, instead of one for each request
        self.person = person
        self.csrf = ""
        if person is not None:
            self.client.cookies.set(team_bench.team.cookie, team_bench.team.sessions.begin(person.id, "a test"))
            self.csrf = self.token()

    def token(self):
        page = self.client.get("/help", headers={"accept": "text/html"}).text
        return re.search(r'name="csrf" value="([^"]+)"', page)[1]

    def get(self, path, **options):
        return self.client.get(path, headers={"accept": "application/json"}, follow_redirects=False, **options)

    def post(self, path, **fields):
        headers = {"x-csrf-token": self.csrf, "accept": "application/json"}
        return self.client.post(path, data=fields, headers=headers, follow_redirects=False)

    def send(self, path, document=None):
        headers = {"x-csrf-token": self.csrf, "accept": "application/json"}
        return self.client.post(path, json=document or {}, headers=headers, follow_redirects=False)


class TeamBench:
    """A case of its own with a team. clock: seconds that the door's clock is ahead."""

    def __init__(self, folder, ledger="", more=""):
        self.folder = folder
        told = (folder / "case.toml").read_text()
        told = re.sub(r"(?m)^ledger = .*$", lambda _: f"ledger = {json.dumps(ledger)}", told)
        (folder / "case.toml").write_text(told + f'\n[team]\naddress = "{ADDRESS}"\n{more}')
        self.clock = 0.0
        self.open()

    def open(self):
        import time

        self.case = Case(self.folder)
        self.desk = Desk(self.case)
        self.team = Team(self.case, self.case.settings.team, self.desk.ledger, lambda: time.time() + self.clock)
        self.app = build(self.desk, self.team, 8998)

    def restart(self):
        self.desk.close()
        self.open()

    def person(self, name, *roles):
        person, token = self.team.people.invite(name, roles, "the test")
        self.team.people.join(self.team.people.invited(token), None, ("https://issuer.example", name))
        return self.team.people.get(person.id)

    def seat(self, name=None, *roles):
        return Seat(self, self.person(name, *roles) if name else None)


def copied(tiny_case, folder):
    shutil.copytree(tiny_case[0].folder, folder)
    return folder
