"""What a command does before its own work: the database alive, then Django set up."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.db import ProgrammingError, connections
from django.utils import translation
from psycopg.errors import UndefinedColumn, UndefinedTable

from huiying.config import databases, embedded, places
from huiying.kernel import keys

POOL = "HUIYING_POOL"
NOT_MIGRATED = (
    "The database has not been brought up to this version yet. Run `huiying migrate` (or start the "
    "desk once with `huiying up`), then this command again."
)


def say(sentence: str) -> None:
    """A word on how it goes, beside the command's own output."""
    print(sentence, file=sys.stderr, flush=True)


@contextmanager
def database() -> Iterator[embedded.Share | None]:
    """The database is there inside: the embedded one shared, a real server taken as it is (None)."""
    if not databases.uses_embedded():
        yield None
        return
    with embedded.shared(places.data_folder(), say) as share:
        yield share


@contextmanager
def ready(role: str = "app") -> Iterator[embedded.Share | None]:
    """Database and Django are ready inside; `role` is `app`, or `owner` to change tables.

    A command that asks for a table or column which is not there ends with a sentence on what to do.
    """
    os.environ["HUIYING_DATABASE_ROLE"] = role
    with database() as share:
        set_up_django(pool=False)
        try:
            with translation.override("en"):  # the command line speaks one language
                yield share
        except ProgrammingError as error:
            if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
                raise
            say(NOT_MIGRATED)
            raise SystemExit(1) from error
        finally:
            connections.close_all()


def set_up_django(*, pool: bool) -> None:
    """Load the settings and the applications; a command with one thread needs no pool."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.config.settings")
    wished = os.environ.get(POOL)
    if not pool:
        os.environ[POOL] = "0"
    django.setup()
    keys.newest()  # a ring that cannot be read stops the start, not the first letter
    if not pool:  # the processes that this one starts have a pool again
        del os.environ[POOL]
        if wished is not None:
            os.environ[POOL] = wished


def loaded(module: str) -> Any:
    """A module that needs the models, imported once Django is set up."""
    return importlib.import_module(module)


def command(*arguments: str) -> list[str]:
    """The words that run `huiying` with `arguments` in a child."""
    return [sys.executable, "-m", "huiying.config.cli", *arguments]


def migrated() -> bool:
    """Run `huiying migrate` in a child, which takes the owner's role; True where it went well."""
    surroundings = {**os.environ, "HUIYING_DATABASE_ROLE": "owner"}
    return subprocess.run(command("migrate"), check=False, env=surroundings).returncode == 0
