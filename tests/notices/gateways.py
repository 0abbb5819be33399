"""A machine that takes notices over HTTP, as agencies have them: on a port of its own, in a thread."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Gateway:
    """What came, and what it answers: `status` and `says`; a `location` sends the caller elsewhere."""

    address: str = ""
    status: int = 200
    says: str = '{"result": {"code": 0}}'
    location: str = ""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def told(self) -> list[Any]:
        return [json.loads(content) for _headers, content in self.came]


@contextmanager
def listening() -> Iterator[Gateway]:
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.came.append((dict(self.headers), content))
            self.send_response(gateway.status)
            if gateway.location:
                self.send_header("Location", gateway.location)
            self.end_headers()
            self.wfile.write(gateway.says.encode())

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.address = f"http://127.0.0.1:{server.server_address[1]}/send?v=1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
