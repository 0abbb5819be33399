"""Which account runs the server. PostgreSQL refuses root, so root lends it a number of its own."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from huiying.config.embedded.errors import EmbeddedDatabaseError

# Debian keeps 65000-65533 unassigned and systemd uses 65520-65533 for nothing, so these numbers
# are nobody's; they also exist inside containers that map the usual 65,536 accounts.
UNUSED_NUMBERS = range(65521, 65534)
LENT_NAME = "nobody"


class Lent(TypedDict, total=False):
    """What `subprocess.run` needs in order to drop to an account in the child."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user and group number; the system need not know a name for them."""

    uid: int
    gid: int


def lent(account: Account | None) -> Lent:
    """Arguments that run a child as `account`; none where it stays one's own."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def server_account(cluster: Path) -> Account | None:
    """None for an ordinary user: the server runs as that user. For root, the owner of the existing
    `cluster`, or else a number that nobody has."""
    if os.geteuid() != 0:
        return None
    if cluster.exists():
        found = cluster.stat()
        return Account(found.st_uid, found.st_gid)
    for number in UNUSED_NUMBERS:
        if _is_free(number):
            return Account(number, number) if _is_mapped(number) else named_account()
    raise EmbeddedDatabaseError(
        f"All of the user numbers {UNUSED_NUMBERS[0]} to {UNUSED_NUMBERS[-1]} have a name here. "
        "Run this command as an ordinary user, or name a server with DATABASE_URL."
    )


def named_account() -> Account:
    """An unprivileged account with a name: `initdb` looks its own name up, the server does not."""
    try:
        entry = pwd.getpwnam(LENT_NAME)
    except KeyError:
        entry = next(found for found in pwd.getpwall() if found.pw_uid != 0)
    return Account(entry.pw_uid, entry.pw_gid)


def refuse_nameless() -> None:
    """An ordinary user makes the database itself, and `initdb` insists on knowing its name."""
    number = os.geteuid()
    if _is_free(number):
        raise EmbeddedDatabaseError(
            f"User number {number} has no name on this system, and PostgreSQL wants one. "
            "Add a line for it to /etc/passwd, use another user, or set DATABASE_URL."
        )


def _is_free(number: int) -> bool:
    try:
        pwd.getpwuid(number)
    except KeyError:
        return True
    return False


def _is_mapped(number: int) -> bool:
    """A container may know fewer numbers than the machine; the kernel refuses the others."""
    with TemporaryDirectory() as folder:
        try:
            os.chown(folder, number, number)
        except OSError:
            return False
    return True


def reaches(account: Account, folder: Path) -> bool:
    """Whether `account` may pass through every folder down to `folder`."""
    probe = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder.resolve())]
    result = subprocess.run(
        probe, check=False, cwd="/", stderr=subprocess.DEVNULL, env={}, **lent(account)
    )
    return result.returncode == 0
