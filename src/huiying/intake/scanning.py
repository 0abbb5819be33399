"""Asks clamd, where there is one, whether it knows a file as malware (its INSTREAM command)."""

import socket
from typing import IO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huiying.intake.errors import FileNotTaken, TooBusy

PIECE = 64 * 1024
SECONDS = 30
LONGEST_ANSWER = 4096


def _connected() -> socket.socket:
    """`/run/clamav/clamd.ctl`, or `host:port`."""
    address = settings.CLAMD
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def _ask(source: IO[bytes]) -> bytes:
    with _connected() as line:
        line.sendall(b"zINSTREAM\0")
        while piece := source.read(PIECE):
            line.sendall(len(piece).to_bytes(4) + piece)
        line.sendall((0).to_bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            piece = line.recv(LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    return answer.rstrip(b"\0")


def answers() -> bool:
    """Whether clamd is there and says so."""
    try:
        with _connected() as line:
            line.sendall(b"zPING\0")
            return line.recv(LONGEST_ANSWER).startswith(b"PONG")
    except OSError:
        return False


def scan(source: IO[bytes]) -> None:
    """Raise FileNotTaken for known malware; TooBusy where clamd cannot say. Nothing without a setting."""
    if not settings.CLAMD:
        return
    try:
        answer = _ask(source)
    except OSError:
        raise TooBusy from None
    source.seek(0)
    if answer.endswith(b" FOUND"):
        raise FileNotTaken(
            _("The virus scanner has stopped this file. Have the device it came from checked.")
        )
    if not answer.endswith(b": OK"):
        raise TooBusy
