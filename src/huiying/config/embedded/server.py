"""Starting and stopping the embedded server. It is alive when it answers a query, not before."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from huiying.config.embedded import cluster, configuration, folders, postmaster, programs
from huiying.config.embedded.account import Account, lent, server_account
from huiying.config.embedded.errors import EmbeddedDatabaseError
from huiying.config.embedded.folders import Folders

PORT = 5432
START_SECONDS = 300
STOP_SECONDS = 60
LAST_WORDS = 12

Say = Callable[[str], None]


@dataclass(frozen=True)
class Server:
    """One embedded server: its folders, its programs and the account it runs as (None: our own)."""

    folders: Folders
    programs: Path
    account: Account | None


def at(data: Path) -> Server:
    """The server of the installation in `data`, with its folders made; not started."""
    place = folders.of(data)
    account = server_account(place.cluster)
    return Server(folders.prepare(data, account), programs.folder(account), account)


def connect(server: Server, database: str = "postgres") -> psycopg.Connection:
    """A superuser's connection in autocommit."""
    return psycopg.connect(
        host=str(server.folders.socket),
        port=PORT,
        user=cluster.SUPERUSER,
        dbname=database,
        autocommit=True,
        connect_timeout=5,
    )


def is_alive(server: Server) -> bool:
    """Whether it answers a query, and is the server of this cluster."""
    try:
        with connect(server) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and Path(row[0]).resolve() == server.folders.cluster.resolve()


def ensure(server: Server, say: Say) -> None:
    """Make it alive, whatever happened before; the caller holds the starting lock."""
    if is_alive(server):
        return
    if not server.folders.cluster.exists():
        say("Making a new database…")
        cluster.make(server.folders, server.programs, server.account)
    cluster.refuse_other_version(server.folders, server.programs)
    _raise_it(server)
    with connect(server) as connection:
        cluster.refuse_unfit(connection)
        cluster.furnish(connection)


def _raise_it(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        found = postmaster.living(server.folders.cluster)
        if found is None:
            postmaster.clear_away(server.folders.cluster, _socket(server))
            _pg_ctl_start(server)
        elif found.status == "ready" and not _socket(server).exists():
            stop(server)  # somebody tidied up /tmp; without its socket nothing can reach it
        if is_alive(server):
            return
        if time.monotonic() > deadline:
            raise EmbeddedDatabaseError(
                f"The database did not answer within {START_SECONDS} seconds. {_last_words(server)}"
            )
        time.sleep(0.1)


def _socket(server: Server) -> Path:
    return server.folders.socket / f".s.PGSQL.{PORT}"


def _pg_ctl_start(server: Server) -> None:
    configuration.write(server.folders)
    options = f'-c config_file="{server.folders.configuration}"'
    result = _pg_ctl(
        server, "start", "-w", "-t", str(START_SECONDS), "-l", str(server.folders.start_log),
        "-o", options,
    )  # fmt: skip
    if result.returncode:
        raise EmbeddedDatabaseError(f"The database did not start. {_last_words(server)}")


def stop(server: Server) -> None:
    """A clean, fast stop; sessions that do not end in time are cut off, which loses no commit."""
    for mode in ("fast", "immediate"):
        result = _pg_ctl(server, "stop", "-w", "-t", str(STOP_SECONDS), "-m", mode)
        if result.returncode == 0 or postmaster.living(server.folders.cluster) is None:
            return
    raise EmbeddedDatabaseError(f"The database did not stop. {_last_words(server)}")


def _pg_ctl(server: Server, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    # The server inherits these streams: a pipe would never reach its end.
    return subprocess.run(
        [str(server.programs / "pg_ctl"), "-s", "-D", str(server.folders.cluster), *arguments],
        check=False,
        cwd="/",
        env=cluster.surroundings(),
        umask=0o077,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **lent(server.account),
    )


def _last_words(server: Server) -> str:
    """The end of the newest log: it names what is wrong, and by our settings holds no letter."""
    logs = [server.folders.start_log, *server.folders.cluster.glob("log/*.log")]
    written = [log for log in logs if log.exists()]
    if not written:
        return f"It left no log in {server.folders.cluster}."
    newest = max(written, key=lambda log: log.stat().st_mtime)
    lines = newest.read_text(errors="replace").splitlines()[-LAST_WORDS:]
    return f"The end of its log, {newest}:\n" + "\n".join(lines)
