"""What an archive says of itself. Counts, hashes and versions: no letter, no person, no key."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from huiying.config.backup.archive import Part
from huiying.config.backup.errors import BackupError
from huiying.kernel.keys import derive

NAME = "manifest.json"
DATABASE = "database.dump"
FILES = "attachments/"
FORM = 1
# From this version on pg_restore sets transaction_timeout, which no older server knows.
SETS_TIMEOUT = 17
KEYS_LEFT_OUT = (
    "No key is in this archive. Restoring it needs the key ring with the numbers listed here; "
    "keep a copy of the ring apart from the archive."
)


@dataclass(frozen=True)
class Holdings:
    """What a database holds at one moment.

    `entries` and `entries_sha256` cover the record: SHA-256 over one line "id, tab, commitment in
    hex" for each entry, in the order of ids. `triggers` are "table.trigger".
    """

    tables: dict[str, int]
    entries: int
    entries_sha256: str
    triggers: list[str]
    migrations: list[str]


@dataclass(frozen=True)
class Manifest:
    """`keys` maps the numbers that the data needs to a fingerprint, empty where the key was lost
    already; `server` and `program` are major versions; `emptied` are tables left out on purpose.

    Of the attachments, by name: `missing_files` are in a row and not in the folder, `damaged_files` are
    saved as they are and not as their row says; `extra_files` lie in the folder without a row and are
    not saved."""

    made_at: str
    huiying: str
    server: int
    program: int
    holdings: Holdings
    emptied: list[str]
    keys: dict[str, str]
    parts: list[Part]
    missing_files: list[str]
    damaged_files: list[str]
    extra_files: int
    form: int = FORM
    keys_are: str = KEYS_LEFT_OUT

    @property
    def files(self) -> list[Part]:
        """The attachments."""
        return [part for part in self.parts if part.name.startswith(FILES)]

    @property
    def least_server(self) -> int:
        """The oldest PostgreSQL that takes it in."""
        return max(self.server, SETS_TIMEOUT) if self.program >= SETS_TIMEOUT else self.server

    def part(self, name: str) -> Part:
        """The part of that name; BackupError where there is none."""
        for part in self.parts:
            if part.name == name:
                return part
        raise BackupError(f"The manifest does not name {name}.")


def to_bytes(manifest: Manifest) -> bytes:
    """JSON, readable by people."""
    return json.dumps(asdict(manifest), indent=1, ensure_ascii=False, sort_keys=True).encode()


def from_bytes(content: bytes) -> Manifest:
    """Raises BackupError for what no version of this program could have written."""
    try:
        read: dict[str, Any] = json.loads(content)
        if read["form"] != FORM:
            raise BackupError(
                f"The archive has form {read['form']}, and this version reads form {FORM}. "
                "Take the version of Huiying that made it, or a newer one."
            )
        read["holdings"] = Holdings(**read["holdings"])
        read["parts"] = [Part(**part) for part in read["parts"]]
        return Manifest(**read)
    except (ValueError, KeyError, TypeError):
        raise BackupError("The manifest of the archive cannot be read.") from None


def fingerprint(key: bytes) -> str:
    """Tells whether two keys are one, and nothing else about them (16 hex digits)."""
    return derive(key, "backup fingerprint", length=8).hex()


def wrong_keys(needed: Mapping[str, str], ring: Mapping[int, bytes]) -> tuple[list[str], list[str]]:
    """The numbers that `ring` lacks, and those under which it has another key."""
    lacking = [number for number in needed if int(number) not in ring]
    other = [
        number
        for number, mark in needed.items()
        if mark and int(number) in ring and fingerprint(ring[int(number)]) != mark
    ]
    return lacking, other
