"""Signing in through the agency's own provider (OpenID Connect Core 1.0): authorization code with PKCE.

The one module that knows the provider. It asks over HTTPS (HTTP on this machine alone), follows no
redirect, and believes an ID token only by its signature (no `none`, no shared secret), issuer, audience,
times and nonce.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time as clock
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from huiying.kernel import time
from huiying.kernel.refusals import Refusal

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
SCOPE = "openid profile"
WAIT_SECONDS = 5
MOST_BYTES = 256 * 1024
LEEWAY_SECONDS = 60
DOCUMENT_SECONDS = 3600
LONGEST = 255

type Json = dict[str, Any]


class AgencySignInFailed(Refusal):
    """The provider could not be asked, or what it said is not to be believed."""

    code = "agency_sign_in_failed"
    status = 502
    sentence = _("The agency's sign-in did not answer as it should. Please try again in a minute.")


class AgencySaidNo(Refusal):
    """The provider sent the person back without signing them in."""

    code = "agency_said_no"
    status = 403
    sentence = _("The agency's sign-in did not let you in. Try again, or ask whoever keeps it.")


class NotBegunHere(Refusal):
    """No sign-in was begun in this browser, it took too long, or it was used already."""

    code = "not_begun_here"
    status = 409
    sentence = _(
        "This sign-in was not begun in this browser, or took too long. Please begin again."
    )


@dataclass(frozen=True, slots=True)
class Begun:
    """What one browser keeps until it comes back; used once."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Introduced:
    """Whom the provider vouches for; `claims` are the values of the claim that carries roles."""

    issuer: str
    subject: str
    username: str
    name: str
    claims: frozenset[str]


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def is_offered() -> bool:
    """True where the agency has named its provider."""
    return bool(settings.OIDC_ISSUER)


def begin() -> Begun:
    """Random words for one sign-in (RFC 7636 for the verifier)."""
    return Begun(*(secrets.token_urlsafe(32) for _word in range(3)))


def address(begun: Begun, back: str) -> str:
    """Where the browser goes to sign in; `back` is our own address for its return."""
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    said = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": back,
        "scope": SCOPE,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    endpoint = _endpoint("authorization_endpoint")
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(said)}"


def finish(begun: Begun, answer: Mapping[str, str], back: str) -> Introduced:
    """Whom the provider vouches for, from what the browser brought back.

    Raises NotBegunHere for another state, AgencySaidNo, or AgencySignInFailed.
    """
    if not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
        raise NotBegunHere
    # RFC 9207: an answer that names its issuer names ours.
    if answer.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
        raise AgencySignInFailed
    if "error" in answer or not answer.get("code"):
        raise AgencySaidNo
    token = _exchange(answer["code"], begun.verifier, back).get("id_token")
    if not isinstance(token, str):
        raise AgencySignInFailed
    return _introduced(_believed(token, begun.nonce))


def leaving_address(back: str) -> str:
    """Where to sign out of the provider as well (OpenID Connect RP-Initiated Logout 1.0).

    Empty where it offers none or cannot be asked; `back` is our own address for the return.
    """
    try:
        endpoint = _endpoint("end_session_endpoint")
    except AgencySignInFailed:
        return ""
    if not is_private(endpoint):
        return ""
    said = {"client_id": settings.OIDC_CLIENT_ID, "post_logout_redirect_uri": back}
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(said)}"


def _exchange(code: str, verifier: str, back: str) -> Json:
    said = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
        "client_id": settings.OIDC_CLIENT_ID,
    }
    secret, headers = settings.OIDC_CLIENT_SECRET, {}
    methods = _document()["token_endpoint_auth_methods_supported"]
    if secret and "client_secret_basic" in methods:
        pair = f"{quote(settings.OIDC_CLIENT_ID, '')}:{quote(secret, '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    elif secret:
        said["client_secret"] = secret
    return _ask(_endpoint("token_endpoint"), said, headers)


def _believed(token: str, nonce: str) -> Json:
    """The claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7)."""
    client = settings.OIDC_CLIENT_ID
    try:
        held = _ask(_endpoint("jwks_uri")).get("keys", [])
        # A shared secret among the keys would let anybody who knows it sign as the provider.
        keys = KeySet.import_key_set({"keys": [key for key in held if key.get("kty") != "oct"]})
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=int(time.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.OIDC_ISSUER},
            aud={"essential": True, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
    except (JoseError, ValueError, TypeError, AttributeError, KeyError):
        raise AgencySignInFailed from None
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client) != client:
        raise AgencySignInFailed
    return claims


def _introduced(claims: Json) -> Introduced:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST or "\0" in subject:
        raise AgencySignInFailed
    return Introduced(
        issuer=settings.OIDC_ISSUER,
        subject=subject,
        username=str(claims.get("preferred_username") or ""),
        name=str(claims.get("name") or claims.get("preferred_username") or subject),
        claims=_values(claims, settings.OIDC_ROLE_CLAIM),
    )


def _values(claims: Json, name: str) -> frozenset[str]:
    """The words of a claim; a name with dots (`realm_access.roles`) leads into nested ones."""
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    listed = [found] if isinstance(found, str) else found
    if not isinstance(listed, list):
        return frozenset()
    return frozenset(each for each in listed if isinstance(each, str))


def _document() -> Json:
    """The provider's own description (OpenID Connect Discovery 1.0), asked for once an hour."""
    return _described(settings.OIDC_ISSUER, int(clock.monotonic()) // DOCUMENT_SECONDS)


@lru_cache(maxsize=4)
def _described(issuer: str, _hour: int) -> Json:
    document = _ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if document.get("issuer") != issuer:
        raise AgencySignInFailed
    document.setdefault("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return document


def _endpoint(name: str) -> str:
    found = _document().get(name)
    if not isinstance(found, str):
        raise AgencySignInFailed
    return found


def is_private(url: str) -> bool:
    """True for HTTPS, and for HTTP on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL_NAMES)


def _ask(url: str, form: Json | None = None, headers: Mapping[str, str] | None = None) -> Json:
    """GET, or POST of a form; the JSON object that comes back. Raises AgencySignInFailed."""
    if not is_private(url):
        raise AgencySignInFailed
    content = urlencode(form).encode() if form else None
    asked = Request(url, content, {"Accept": "application/json", **(headers or {})})  # noqa: S310 - see above
    try:
        with build_opener(_NoRedirect).open(asked, timeout=WAIT_SECONDS) as answer:
            said = json.loads(answer.read(MOST_BYTES))
    except (URLError, OSError, ValueError):
        raise AgencySignInFailed from None
    if not isinstance(said, dict):
        raise AgencySignInFailed
    return said
