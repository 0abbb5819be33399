"""The salted commitment of an entry to what it says."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

SALT_BYTES = 16


def canonical(at: datetime, action: str, actor: str, subject: str, data: Any) -> bytes:
    """One byte string for one act: JSON with sorted keys, no spaces, UTC to the microsecond."""
    stamp = at.astimezone(UTC).isoformat(timespec="microseconds")
    whole = {"action": action, "actor": actor, "at": stamp, "data": data, "subject": subject}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def commit(salt: bytes, content: bytes) -> bytes:
    """SHA-256 over the salt (16 bytes) and the canonical content."""
    return hashlib.sha256(salt + content).digest()
