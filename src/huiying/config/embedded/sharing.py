"""Commands share the embedded server; the last one to leave stops it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huiying.config.embedded import locks, server
from huiying.config.embedded.server import Say, Server


def silent(_sentence: str) -> None:
    """Says nothing."""


class Share:
    """One command's part in the server of `data`, from `join` to `leave`."""

    def __init__(self, data: Path, say: Say = silent) -> None:
        self.server: Server = server.at(data)
        self._say = say
        self._descriptor = -1

    def join(self) -> None:
        """Hold a share and have the server alive, or raise EmbeddedDatabaseError."""
        with locks.exclusive(self.server.folders.starting_lock):
            self._descriptor = locks.opened(self.server.folders.users_lock)
            locks.share(self._descriptor)
            server.ensure(self.server, self._say)

    def mend(self) -> bool:
        """Bring a dead server back; True where that was needed."""
        if server.is_alive(self.server):
            return False
        with locks.exclusive(self.server.folders.starting_lock):
            server.ensure(self.server, self._say)
        return True

    def is_alone(self) -> bool:
        """Whether no other command has a share."""
        with locks.exclusive(self.server.folders.starting_lock):
            try:
                return locks.alone(self._descriptor)
            finally:
                locks.share(self._descriptor)

    def leave(self) -> None:
        """Give the share back; stop the server if nobody else has one."""
        if self._descriptor < 0:
            return
        with locks.exclusive(self.server.folders.starting_lock):
            if locks.alone(self._descriptor):
                server.stop(self.server)
            os.close(self._descriptor)
            self._descriptor = -1


@contextmanager
def shared(data: Path, say: Say = silent) -> Iterator[Share]:
    """The server of `data` is alive inside."""
    share = Share(data, say)
    try:
        share.join()
        yield share
    finally:
        share.leave()
