"""A small OpenID Connect issuer: gives codes, checks the client, its redirect and PKCE, and signs what a test bends."""

import base64
import hashlib
import http.server
import json
import secrets
import threading
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey


class Issuer:
    """claims: what every token says besides; bend(header, claims, key) -> token, to make a wrong one."""

    def __init__(self, client="ringtrace", secret="s3cret"):
        self.client, self.secret = client, secret
        self.subject = "u-1"
        self.keys = [RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})]
        self.codes, self.asked, self.described = {}, [], {}
        self.bend = jwt.encode
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked.append(self.path)
                told = urlsplit(self.path)
                if told.path == "/.well-known/openid-configuration":
                    return self.answer(200, issuer.description())
                if told.path == "/keys":
                    return self.answer(200, KeySet(issuer.keys).as_dict(private=False))
                return self.answer(404, {})

            def do_POST(self):
                issuer.asked.append(self.path)
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                given = {name: values[0] for name, values in form.items()}
                self.answer(*issuer.token(given, self.headers.get("authorization", "")))

            def answer(self, status, document):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def description(self):
        ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        told = {"issuer": self.address, **{name: self.address + path for name, path in ends.items()}}
        return {**told, **self.described}

    def authorize(self, address):
        """Somebody signs in at the issuer: return the address that the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code" and asked["client_id"] == self.client
        assert asked["code_challenge_method"] == "S256" and len(asked["state"]) > 20 and len(asked["nonce"]) > 20
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given, authorization):
        expected = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        asked = self.codes.pop(given.get("code", ""), None)
        if authorization != f"Basic {expected}" or asked is None or given["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now, key = int(time.time()), self.keys[-1]
        claims = {"iss": self.address, "sub": self.subject, "aud": self.client, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}  # fmt: skip
        token = self.bend({"alg": key.alg or "RS256", "kid": key.kid}, claims, key)
        return 200, {"access_token": "unused", "token_type": "Bearer", "id_token": token}


def new_key(kid, kind="RS256"):
    if kind == "ES256":
        return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


def by_public_key(header, claims, key):
    """The old trick: sign by HMAC with the public key's own words."""
    secret = OctKey.import_key(json.dumps(key.as_dict(private=False)).encode())
    return jwt.encode({"alg": "HS256", "kid": header["kid"]}, claims, secret, algorithms=["HS256"])


def unsigned(header, claims, key):
    part = lambda told: base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()  # noqa: E731
    return f"{part({'alg': 'none'})}.{part(claims)}."
