"""`huiying doctor` on databases that something was done to."""

import json

import pytest

from tests import provisioning
from tests.engine.commands import huiying

RUN = provisioning.current()
pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


def findings(role: str) -> dict[str, dict[str, str]]:
    """What doctor says of this process's database, called as `role`, by check."""
    result = huiying(
        RUN.folder / f"data-{provisioning.worker()}",
        "doctor",
        "--json",
        DATABASE_URL=RUN.url(role, RUN.mine),
        HUIYING_KEYS=provisioning.KEYS,
    )
    told = {finding["check"]: finding for finding in json.loads(result.stdout)}
    broken = any(finding["state"] == "broken" for finding in told.values())
    assert result.returncode == int(broken)
    return told


def test_all_is_well_without_the_owners_address():
    told = findings(RUN.app)
    for check in ("database", "locale", "migrations", "roles", "record", "record triggers"):
        assert told[check]["state"] == "good", told[check]


def test_an_application_that_owns_its_tables_is_warned():
    told = findings(RUN.owner)
    assert told["roles"]["state"] == told["record"]["state"] == "warning"
    assert "DATABASE_OWNER_URL" in told["roles"]["mend"]


def test_what_somebody_took_off_the_record_is_seen():
    with provisioning.superuser(RUN, RUN.mine) as owner:
        owner.execute("ALTER TABLE record_entry DISABLE TRIGGER ALL")
        owner.execute(f"GRANT DELETE ON record_entry TO {RUN.app}".encode())
        owner.execute("DELETE FROM django_migrations WHERE app = 'record'")
    told = findings(RUN.app)
    assert told["record triggers"]["state"] == "broken"
    assert told["record"]["says"] == "The application's role may DELETE the record."
    assert told["migrations"]["state"] == "broken"


def test_a_database_that_is_not_there_is_a_sentence():
    gone = huiying(
        RUN.folder / f"data-{provisioning.worker()}",
        "doctor",
        DATABASE_URL=RUN.url(RUN.app, "nowhere"),
        HUIYING_KEYS=provisioning.KEYS,
    )
    assert gone.returncode == 1
    assert "BROKEN   database: The database does not answer" in gone.stdout
    assert "Traceback" not in gone.stderr
