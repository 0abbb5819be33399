"""Where an installation keeps its data: database, attachments, key file."""

import os
import sys
from pathlib import Path

from huiying.config import environment


def default_data_folder() -> Path:
    """The system's own place for it: /var/lib for root, the user's data folder otherwise."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/huiying")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "huiying"
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "huiying"


def data_folder() -> Path:
    """`HUIYING_DATA`, or the system's own place."""
    return environment.folder("HUIYING_DATA", default_data_folder())
