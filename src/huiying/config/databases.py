"""Which PostgreSQL this process talks to, and as which of its two roles."""

import select
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import Connection
from psycopg_pool import ConnectionPool

from huiying.config import embedded, environment, places

APP_ROLE = "huiying_app"
OWNER_ROLE = "huiying_owner"
DATABASE_NAME = "huiying"


def embedded_socket_folder() -> str:
    """Where the embedded server listens."""
    return str(embedded.socket_folder(places.data_folder()))


def from_url(url: str) -> dict[str, Any]:
    """Django's settings for a `postgresql://user:password@host:port/name?option=…` address.

    Raises ImproperlyConfigured for another scheme or a missing name; never repeats the password.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": dict(options),
    }


def uses_embedded() -> bool:
    """True where no `DATABASE_URL` names a server."""
    return not environment.text("DATABASE_URL")


def connection(role: str) -> dict[str, Any]:
    """The address for `role` (`app` or `owner`); without an owner's address both are one."""
    if uses_embedded():
        return {
            "NAME": DATABASE_NAME,
            "USER": OWNER_ROLE if role == "owner" else APP_ROLE,
            "PASSWORD": "",
            "HOST": embedded_socket_folder(),
            "PORT": "5432",
            "OPTIONS": {},
        }
    url = environment.text("DATABASE_URL")
    if role == "owner":
        url = environment.text("DATABASE_OWNER_URL", url) or url
    return from_url(url)


def roles_apart() -> bool:
    """True where tables belong to another role than the application's."""
    return bool(connection("app")["USER"] != connection("owner")["USER"])


def check_quickly(connection: Connection[Any]) -> None:
    """Whether an idle connection still stands, without a round trip for each request.

    A server that went away leaves its goodbye, or the end of the stream, to be read; an idle
    connection has nothing else to read. Raises OperationalError where it is broken.
    """
    ready = select.poll()
    ready.register(connection.fileno(), select.POLLIN)
    if ready.poll(0):
        ConnectionPool.check_connection(connection)


def configured() -> dict[str, dict[str, Any]]:
    """Django's DATABASES: `default` is the role in `HUIYING_DATABASE_ROLE`, app unless set."""
    role = environment.choice("HUIYING_DATABASE_ROLE", "app", ["app", "owner"])
    default = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": True,
        **connection(role),
    }
    # psycopg's own default, which Django switches off. What can be prepared comes from the kernel alone:
    # `prepared` and `kept_queries`.
    default["OPTIONS"]["prepare_threshold"] = 5
    size = environment.number("HUIYING_POOL", 8, least=0, most=200)
    if size and role == "app":
        default["OPTIONS"]["pool"] = {
            "min_size": 1,
            "max_size": size,
            "timeout": 20,
            "check": check_quickly,
        }
    return {"default": default}
