"""An embedded PostgreSQL for installations without a server of their own.

It drives the plain programs of a pinned wheel (or of `PG_BIN`) and nothing else of it, knows no
Django, and listens only on a socket that its own account can reach.
"""

from pathlib import Path

from huiying.config.embedded import folders
from huiying.config.embedded.errors import EmbeddedDatabaseError
from huiying.config.embedded.sharing import Share, shared

__all__ = ["EmbeddedDatabaseError", "Share", "shared", "socket_folder"]


def socket_folder(data: Path) -> Path:
    """Where the server of the installation in `data` listens, started or not."""
    return folders.of(data).socket
