"""A database of its own for every test process.

One server a run: an embedded one in a temporary folder, or the real one whose superuser's address
is in `HUIYING_TEST_SERVER_URL`. In it one template, migrated once as the owner with the rights of the
application's role; each process gets a clone of it and connects as the application's role.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from huiying.config import embedded
from huiying.config.embedded import locks

RUN_VARIABLE = "HUIYING_TEST_RUN"
SECRET_VARIABLE = "HUIYING_TEST_SECRET"
FOLDER_PREFIX = "huiying-test-"
RUN_LOCK = "run.lock"
KEPT = {"HUIYING_CHROMIUM", "HUIYING_SHARED"}
# Any 32 bytes: a test run seals nothing that lasts.
KEYS = "1:dGVzdHMgb25seSwgdGhpcyBrZXkgc2VhbHMgbm8gbGU="


@dataclass(frozen=True)
class Run:
    """One test run: its folder, and the addresses and names that follow from it.

    `superuser_url` names the server's own database; `owner` and `app` are the roles.
    """

    folder: Path
    superuser_url: str
    owner: str
    app: str
    password: str

    @property
    def is_embedded(self) -> bool:
        return not os.environ.get("HUIYING_TEST_SERVER_URL")

    @property
    def server_data(self) -> Path:
        return self.folder / "server"

    @property
    def template(self) -> str:
        return self.database("template")

    @property
    def mine(self) -> str:
        """The database of this process."""
        return self.database(worker())

    def database(self, name: str) -> str:
        return f"{self.folder.name.replace('-', '_').lower()}_{name}"

    def url(self, role: str, database: str) -> str:
        """The address of `database` as `role`."""
        parts = urlsplit(self.superuser_url)
        host = parts.netloc.rpartition("@")[2]
        user = f"{role}:{quote(self.password)}" if self.password else role
        return urlunsplit(parts._replace(netloc=f"{user}@{host}", path=f"/{database}"))


def worker() -> str:
    """The name of this process among those of pytest-xdist; `main` without it."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def arrange() -> Run:
    """Set the environment that the settings read; call it before Django is set up.

    What a developer has set for an installation of their own does not reach the tests.
    """
    for name in [name for name in os.environ if name.startswith("HUIYING_")]:
        if not name.startswith("HUIYING_TEST_") and name not in KEPT:
            del os.environ[name]
    if RUN_VARIABLE not in os.environ:
        _tidy_up_after_the_killed()
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        folder.chmod(0o711)  # the embedded server may run as another account than root
        locks.share(locks.opened(folder / RUN_LOCK))  # until this process ends
        os.environ[RUN_VARIABLE] = str(folder)
        os.environ[SECRET_VARIABLE] = secrets.token_hex(16)
    run = current()
    data = run.folder / f"data-{worker()}"
    data.mkdir(exist_ok=True)
    os.environ |= {
        "HUIYING_DATA": str(data),
        "HUIYING_KEYS": KEYS,
        "HUIYING_POOL": "0",
        "HUIYING_MAIL": "file",
        "DATABASE_URL": run.url(run.app, run.mine),
        "DATABASE_OWNER_URL": run.url(run.owner, run.mine),
    }
    return run


def current() -> Run:
    """The run that `arrange` began, here or in the process that started this one."""
    folder = Path(os.environ[RUN_VARIABLE])
    given = os.environ.get("HUIYING_TEST_SERVER_URL", "")
    if given:
        prefix = folder.name.replace("-", "_").lower()
        secret = os.environ[SECRET_VARIABLE]
        return Run(folder, given, f"{prefix}_owner", f"{prefix}_app", secret)
    host = urlencode({"host": str(embedded.socket_folder(folder / "server"))})
    url = f"postgresql://postgres@/postgres?{host}"
    return Run(folder, url, "huiying_owner", "huiying_app", "")


@contextlib.contextmanager
def provided(run: Run) -> Iterator[None]:
    """The server runs, the template is migrated, and this process has its clone of it."""
    with _server(run):
        with locks.exclusive(run.folder / "template.lock"):
            _make_template_once(run)
        clone(run)
        try:
            yield
        finally:
            with superuser(run) as connection:
                _drop(connection, run.mine)


@contextlib.contextmanager
def _server(run: Run) -> Iterator[None]:
    if not run.is_embedded:
        yield
        return
    os.environ["HUIYING_TEST_FAST_DATABASE"] = "1"
    share = embedded.Share(run.server_data)
    share.join()
    del os.environ["HUIYING_TEST_FAST_DATABASE"]  # what a test starts itself is durable
    try:
        yield
    finally:
        share.leave()


@contextlib.contextmanager
def superuser(run: Run, database: str = "postgres") -> Iterator[psycopg.Connection]:
    """A superuser's connection in autocommit."""
    with psycopg.connect(run.superuser_url, autocommit=True, dbname=database) as connection:
        yield connection


def _make_template_once(run: Run) -> None:
    done = run.folder / "template.done"
    if done.exists():
        return
    with superuser(run) as connection:
        if not run.is_embedded:
            for role in (run.owner, run.app):
                statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                connection.execute(statement.format(sql.Identifier(role), run.password))
        # The embedded server's own locale is the right one.
        place = sql.SQL("" if run.is_embedded else " LOCALE 'C.UTF-8'")
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'{}")
        names = sql.Identifier(run.template), sql.Identifier(run.owner)
        connection.execute(statement.format(*names, place))
    result = subprocess.run(
        [sys.executable, "-m", "huiying.config.cli", "migrate"],
        check=False,
        env=os.environ
        | {
            "DATABASE_URL": run.url(run.app, run.template),
            "DATABASE_OWNER_URL": run.url(run.owner, run.template),
        },
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise RuntimeError(f"The template could not be migrated:\n{result.stderr}")
    done.touch()


def clone(run: Run) -> None:
    """Make this process's database anew from the template; cuts off whoever is connected to it."""
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
    names = [sql.Identifier(name) for name in (run.mine, run.owner, run.template)]
    with superuser(run) as connection:
        _drop(connection, run.mine)
        connection.execute(statement.format(*names))


def _drop(connection: psycopg.Connection, database: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    connection.execute(statement.format(sql.Identifier(database)))


def tidy_up(run: Run) -> None:
    """After the last process: on a real server drop what the run made there; then its folder."""
    if worker() != "main":
        return
    if not run.is_embedded and (run.folder / "template.lock").exists():
        with superuser(run) as connection:
            _drop(connection, run.template)
            for role in (run.app, run.owner):
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
    shutil.rmtree(run.folder, ignore_errors=True)
    os.environ.pop(RUN_VARIABLE, None)


def _tidy_up_after_the_killed() -> None:
    """Stop the servers and remove the folders of runs that ended without doing so."""
    for lock in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*/{RUN_LOCK}"):
        with contextlib.suppress(OSError):
            descriptor = locks.opened(lock)
            if locks.alone(descriptor):
                server = lock.parent / "server"
                if (server / "postgres").exists():
                    with embedded.shared(server):
                        pass  # joined and left: the last one to leave stops it
                shutil.rmtree(lock.parent, ignore_errors=True)
            os.close(descriptor)
