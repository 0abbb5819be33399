"""`huiying upgrade`: nothing changes where something is in the way, and there is a way back."""

import re

import pytest

from huiying.config.backup import archive
from tests import provisioning
from tests.engine.commands import HUIYING, answer, eventually, free_port, huiying, running

RUN = provisioning.current()
PATIENCE = 60
pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]
SOURCE = {
    "DATABASE_URL": RUN.url(RUN.app, RUN.mine),
    "DATABASE_OWNER_URL": RUN.url(RUN.owner, RUN.mine),
    "HUIYING_KEYS": provisioning.KEYS,
}


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def older(home):
    """The database as the version before left it."""
    back = ["manage", "migrate", "kernel", "0001"]
    result = huiying(home, *back, **SOURCE, HUIYING_DATABASE_ROLE="owner")
    assert result.returncode == 0, result.stderr


def test_it_backs_up_migrates_and_checks(home, older):
    result = huiying(home, "upgrade", **SOURCE)
    assert result.returncode == 0, result.stderr + result.stdout
    assert "1 migrations are to be applied. First a backup." in result.stderr
    assert "ok       migrations: Every migration is applied." in result.stdout
    (made,) = (home / "backups").iterdir()
    with archive.opened(made) as reader:
        assert b"kernel.0002" not in b"".join(reader.chunks("manifest.json"))

    again = huiying(home, "upgrade", **SOURCE)
    assert again.returncode == 0
    assert "No migration is to be applied, so no backup is made." in again.stderr
    assert list((home / "backups").iterdir()) == [made]


def test_it_refuses_while_pages_are_served(home, older, tmp_path):
    port = free_port()
    words = [*HUIYING, "web", "--port", str(port)]
    with running(home, *words, log=tmp_path / "log", **SOURCE, HUIYING_WEB_WORKERS="1"):
        page = f"http://127.0.0.1:{port}/health/ready"
        eventually(lambda: answer(page) in {200, 503}, PATIENCE, "it answers")
        result = huiying(home, "upgrade", **SOURCE)
    assert result.returncode == 1
    # A connection that is just being opened has no name yet, and may stand before it.
    assert re.search(r"Still at work in this database: .*huiying web \(", result.stderr)
    assert result.stderr.endswith("Nothing was changed.\n")
    assert "not applied: 1" in huiying(home, "doctor", **SOURCE).stdout


def test_without_a_backup_nothing_is_changed(home, older, tmp_path):
    """The folder cannot be written: a file stands in its place."""
    (tmp_path / "taken").write_text("")
    result = huiying(home, "upgrade", "--to", str(tmp_path / "taken"), **SOURCE)
    assert result.returncode == 1
    assert result.stderr.endswith("Nothing was changed.\n")
    assert "not applied: 1" in huiying(home, "doctor", **SOURCE).stdout
    wished = huiying(home, "upgrade", "--without-backup", **SOURCE)
    assert wished.returncode == 0, wished.stderr


def test_a_command_that_only_shares_the_embedded_database_is_seen(data, tmp_path):
    """It has no session in the database, and would have one any moment."""
    script = "import time; print('there', flush=True); time.sleep(60)"
    words = [*HUIYING, "manage", "shell", "--no-imports", "-c", script]
    log = tmp_path / "log"
    with running(data, *words, log=log):
        eventually(lambda: "there" in log.read_text(), PATIENCE, "it shares the database")
        result = huiying(data, "upgrade")
    assert result.returncode == 1, log.read_text()
    assert "Another huiying command runs on this data folder" in result.stderr, log.read_text()
