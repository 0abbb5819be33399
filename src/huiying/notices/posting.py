"""One JSON request to a machine that the operator named: no redirect is followed, nothing is logged."""

import http.client
import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult, urlsplit

LONGEST_ANSWER = 64 * 1024
PIECE = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `content` is cut off at 64 KiB."""

    status: int
    content: bytes


def is_private(address: str) -> bool:
    """Whether nobody can read along: https, or http to this very machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)))


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def post_json(
    address: str, content: bytes, *, headers: Mapping[str, str], seconds: float
) -> Answer:
    """POST `content` and read the answer, all within about `seconds`.

    Raises ValueError for an address that is not private, OSError, http.client.HTTPException. Over https
    the server must show a certificate that this machine trusts.
    """
    if not is_private(address):
        raise ValueError("Only https, or http to this machine.")
    until = monotonic() + seconds
    parts = urlsplit(address)
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    connection = _connection(parts, seconds)
    try:
        connection.request("POST", target, content, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        return Answer(response.status, _read(response, until))
    finally:
        connection.close()


def _connection(parts: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=seconds)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=context)


def _read(response: http.client.HTTPResponse, until: float) -> bytes:
    """At most 64 KiB; whoever sends it drop by drop is left when the time is over."""
    content = b""
    while len(content) < LONGEST_ANSWER:
        if monotonic() > until:
            raise TimeoutError
        piece = response.read1(PIECE)
        if not piece:
            break
        content += piece
    return content[:LONGEST_ANSWER]
