"""`huiying migrate`: the owner's tables, the application's few rights."""

import threading

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from psycopg import sql

from huiying.config import migrating
from huiying.record.models import Entry, Payload
from tests import provisioning
from tests.engine.commands import huiying

RUN = provisioning.current()
ROLE = "SELECT has_table_privilege(%s, %s, %s)"


def may(table: str, right: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ROLE, [RUN.app, table, right])
        return bool(cursor.fetchone()[0])


@pytest.mark.server
@pytest.mark.django_db
def test_each_table_gives_just_what_its_model_says():
    wanted = migrating.wanted_rights()
    assert wanted[Entry._meta.db_table] == {"SELECT", "INSERT"}
    assert wanted[Payload._meta.db_table] == {"SELECT", "INSERT", "UPDATE"}
    for table, rights in wanted.items():
        given = {right for right in ("SELECT", "INSERT", "UPDATE", "DELETE") if may(table, right)}
        assert given == rights, table
        for right in ("TRUNCATE", "TRIGGER", "REFERENCES"):
            assert not may(table, right), (table, right)
    assert not may("django_migrations", "INSERT")


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_rights_that_somebody_added_are_taken_back(monkeypatch):
    table = sql.Identifier(Entry._meta.db_table)
    with provisioning.superuser(RUN, RUN.mine) as owner:
        for statement in ("GRANT ALL ON {} TO {}", "REVOKE SELECT ON auth_permission FROM {1}"):
            owner.execute(sql.SQL(statement).format(table, sql.Identifier(RUN.app)))
    assert may(Entry._meta.db_table, "TRUNCATE")
    result = migrated_again()
    assert "Applied 0 migrations and changed" in result
    assert not may(Entry._meta.db_table, "TRUNCATE")
    assert not may(Entry._meta.db_table, "UPDATE")
    assert Permission.objects.exists()
    assert "up to date" in migrated_again()


def migrated_again() -> str:
    result = huiying(
        RUN.folder / f"data-{provisioning.worker()}",
        "migrate",
        DATABASE_URL=RUN.url(RUN.app, RUN.mine),
        DATABASE_OWNER_URL=RUN.url(RUN.owner, RUN.mine),
        HUIYING_KEYS=provisioning.KEYS,
    )
    assert result.returncode == 0, result.stderr
    return result.stderr


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_two_at_once_wait_for_each_other(monkeypatch):
    monkeypatch.setattr(migrating, "grant", lambda _role: 0)
    said: list[str] = []
    with provisioning.superuser(RUN, RUN.mine) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [migrating.LOCK_KEY])
        threading.Timer(0.8, other.execute, ("SELECT pg_advisory_unlock_all()",)).start()
        migrating.migrate(said.append)
    assert said[0] == "Another command is migrating; waiting for it…"


@pytest.mark.server
@pytest.mark.django_db
def test_one_role_for_both_is_said(monkeypatch):
    monkeypatch.delenv("DATABASE_OWNER_URL")
    said: list[str] = []
    assert migrating.migrate(said.append).roles_apart is False
    assert "no rights are set" in said[-1]
