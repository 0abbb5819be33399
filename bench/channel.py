"""A lean keep-alive client: what is measured is the server, and both share two cores."""

import socket
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Channel:
    """One connection to `address`; requests one after the other."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host = parts.netloc
        self.socket = socket.create_connection((parts.hostname or "", parts.port or 80))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def post(self, path: str, body: str, headers: str = "") -> int:
        """The status of the answer to a form; reads the answer to its end."""
        content = body.encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\n{headers}"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        self.socket.sendall(head.encode() + content)
        return self._answer()

    def _answer(self) -> int:
        """Raises ConnectionError where the other side hangs up, ValueError for an unknown length."""
        read = b""
        while b"\r\n\r\n" not in read:
            read += self._more()
        head, _, body = read.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        status = int(lines[0].split()[1])
        length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        missing = length - len(body)
        while missing > 0:
            missing -= len(self._more())
        return status

    def _more(self) -> bytes:
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("The server hung up.")
        return part
