"""Where the embedded database keeps what: a home that its unprivileged account can reach."""

import hashlib
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from huiying.config import environment
from huiying.config.embedded.account import Account, reaches
from huiying.config.embedded.errors import EmbeddedDatabaseError
from huiying.config.embedded.locks import exclusive

# A socket's address has 104 bytes on macOS, 108 on Linux; `/.s.PGSQL.5432` takes 14 of them.
LONGEST_SOCKET_FOLDER = 89
OWNER = "belongs-to"


@dataclass(frozen=True)
class Folders:
    """The files of one embedded database.

    `cluster` and `socket` belong to the server's account, mode 0700; everything else in `home`
    belongs to whoever runs the commands, so that the server cannot rewrite its own rules.
    """

    home: Path

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def configuration(self) -> Path:
        return self.home / "postgresql.conf"

    @property
    def access_rules(self) -> Path:
        return self.home / "pg_hba.conf"

    @property
    def starting_lock(self) -> Path:
        return self.home / "starting.lock"

    @property
    def users_lock(self) -> Path:
        return self.home / "users.lock"

    @property
    def start_log(self) -> Path:
        return self.cluster / "start.log"

    @property
    def socket(self) -> Path:
        """Short enough for a socket's address: beside the cluster, or else below /tmp."""
        beside = self.home / "socket"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:20]
        return Path("/tmp") / f"huiying-{name}"  # noqa: S108 - its owner and mode are checked


def of(data: Path) -> Folders:
    """The folders of the installation in `data`, whether they exist yet or not."""
    return Folders((data / "postgres").resolve())


def system_folder() -> Path:
    """Root's place for copied programs, and for databases whose data folder is out of reach."""
    return environment.folder("HUIYING_SYSTEM_FOLDER", Path("/var/lib/huiying-postgres"))


def prepare(data: Path, account: Account | None) -> Folders:
    """Make the home of `data`'s database where it is missing; `account` is None for one's own."""
    data.mkdir(parents=True, exist_ok=True)
    with exclusive(data):
        folders = of(data)
        if not folders.home.exists():
            _make_home(data, account)
            folders = of(data)
        _refuse_strangers(folders.home)
        _note_owner(folders.home, data)
    _own_folder(folders.socket, account)
    return folders


def _make_home(data: Path, account: Account | None) -> None:
    link = data / "postgres"
    if link.is_symlink():
        raise EmbeddedDatabaseError(
            f"{link} points to {link.readlink()}, which is gone. Bring the database back there, "
            f"or remove {link} to begin with an empty one."
        )
    if account is None:
        link.mkdir(mode=0o700)
        return
    if reaches(account, data):
        link.mkdir(mode=0o711)
        link.chmod(0o711)
        return
    home = shared_system_folder() / f"database-{secrets.token_hex(4)}"
    home.mkdir(mode=0o711)
    home.chmod(0o711)
    (home / OWNER).write_text(f"{data.resolve()}\n")
    link.symlink_to(home)


def owner_of(home: Path) -> Path | None:
    """The data folder to which a database in the system folder belongs; None where it does not say."""
    try:
        written = (home / OWNER).read_text().strip()
    except OSError:
        return None
    return Path(written) if written else None


def _note_owner(home: Path, data: Path) -> None:
    """A data folder may be moved; its database stands still, and must not be taken for left over."""
    noted = owner_of(home)
    if noted is not None and noted != data.resolve():
        fresh = home / f"{OWNER}.new"
        fresh.write_text(f"{data.resolve()}\n")
        fresh.replace(home / OWNER)


def shared_system_folder() -> Path:
    """The system folder, made where it is missing and open for the server's account to pass."""
    folder = system_folder()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    return folder


def _refuse_strangers(home: Path) -> None:
    owner = home.stat().st_uid
    if owner != os.geteuid():
        raise EmbeddedDatabaseError(
            f"The database in {home} belongs to user number {owner}. Run this command as that "
            "user, or name another data folder with HUIYING_DATA."
        )


def _own_folder(folder: Path, account: Account | None) -> None:
    """Make `folder`, mode 0700, for the server's account; refuse what somebody else put there."""
    owner = account.uid if account else os.geteuid()
    if not os.path.lexists(folder):
        # Made under another name: two commands that start at once must not see it half owned.
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        if account:
            os.chown(fresh, account.uid, account.gid)
        try:
            fresh.rename(folder)
        except OSError:  # the other one was first, and its server is in there
            fresh.rmdir()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise EmbeddedDatabaseError(
            f"{folder} must be a folder of user number {owner} that nobody else can enter. "
            "Remove it and try again."
        )
