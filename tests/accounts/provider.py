"""A small OpenID provider over real HTTP, which can be told to misbehave in each way that we must notice."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "huiying", "a secret: with colon"

type Claims = dict[str, Any]


def plainly(claims: Claims, provider: "Provider") -> str:
    """Signed as it should be."""
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, provider.key)


def unsigned(claims: Claims, _provider: "Provider") -> str:
    """`alg: none`, as an attacker would write it."""
    parts = [json.dumps({"alg": "none"}).encode(), json.dumps(claims).encode()]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


def by_a_stranger(claims: Claims, provider: "Provider") -> str:
    """Signed with another key under the known name."""
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, key_of("stranger"))


def by_shared_secret(claims: Claims, provider: "Provider") -> str:
    """HMAC with what everybody knows: the public key (the classic confusion of algorithms)."""
    key = OctKey.import_key(provider.key.as_pem(private=False))
    return jws.serialize_compact(
        {"alg": "HS256", "kid": provider.key.kid}, json.dumps(claims).encode(), key
    )


def tampered(claims: Claims, provider: "Provider") -> str:
    """The claims exchanged under a good signature."""
    head, _body, signature = plainly(claims, provider).split(".")
    body = json.dumps(claims | {"sub": "somebody else"}).encode()
    return f"{head}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{signature}"


@cache
def key_of(name: str) -> RSAKey:
    """A key pair for the whole run: making one costs more than a test."""
    return RSAKey.generate_key(2048, {"kid": name})


@dataclass
class Provider:
    """`person` are the claims of whoever signs in; `changed` goes over the token's claims before signing."""

    person: Claims = field(default_factory=lambda: {"sub": "s-1"})
    changed: Claims = field(default_factory=dict)
    sign: Callable[[Claims, "Provider"], str] = plainly
    described: Claims = field(default_factory=dict)
    port: int = 0
    key: RSAKey = field(default_factory=lambda: key_of("k1"))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def document(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.described

    def authorize(self, address: str) -> str:
        """What a browser is sent back with after signing in at `address`: the query of the return."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return urlencode({"code": code, "state": asked["state"], "iss": self.issuer})

    def token(self, said: dict[str, str], authorization: str) -> Claims | None:
        """The answer to a code: once, from the right client, with the right verifier; else None."""
        asked = self.codes.pop(said.get("code", ""), None)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
        if asked is None or [unquote(each) for each in pair] != [CLIENT, SECRET]:
            return None
        digest = hashlib.sha256(said["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return None
        if said["redirect_uri"] != asked["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], **self.person, **self.changed}
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"token_type": "Bearer", "access_token": "x", "id_token": self.sign(claims, self)}


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """Serve it on a free port of this machine."""

    class Answers(BaseHTTPRequestHandler):
        def _say(self, said: Claims | None) -> None:
            content = json.dumps(said if said is not None else {"error": "invalid_grant"}).encode()
            self.send_response(200 if said is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            if self.path == "/keys":
                self._say({"keys": [provider.key.as_dict(private=False)]})
            else:
                self._say(provider.document())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            said = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(provider.token(said, self.headers.get("Authorization", "")))

        def log_message(self, *_args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
