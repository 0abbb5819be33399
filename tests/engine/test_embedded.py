"""The embedded server on its own: made, shared, stopped, and brought back after anything."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path

import psycopg
import pytest

from huiying.config import embedded
from huiying.config.embedded import folders, postmaster, programs, server
from tests.engine.commands import eventually, running, surroundings
from tests.engine.conftest import is_up

PATIENCE = 90  # on a machine that does much else at the same time
DEBIAN_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
is_root = os.geteuid() == 0
only_root = pytest.mark.skipif(not is_root, reason="about what root must do")

HOLD = textwrap.dedent("""
    import sys
    from huiying.config import embedded, places
    with embedded.shared(places.data_folder()):
        print("in", flush=True)
        sys.stdin.read()
""")


def connect(data: Path, role: str = "huiying_app", database: str = "huiying") -> psycopg.Connection:
    host = str(embedded.socket_folder(data))
    return psycopg.connect(host=host, user=role, dbname=database, autocommit=True)


def has_lines(log: Path, number: int) -> bool:
    return len(log.read_text().split()) > number


@pytest.mark.durable
def test_first_start_makes_roles_and_database_and_the_end_stops_it(data):
    with embedded.shared(data):
        with connect(data) as connection:
            row = connection.execute(
                "SELECT current_setting('server_version_num')::int >= 150000, rolsuper,"
                " pg_get_userbyid(datdba), current_setting('listen_addresses'),"
                " current_setting('fsync'), current_setting('synchronous_commit'),"
                " '回应' ~ '^[[:alpha:]]+$', lower('É') = 'é'"
                " FROM pg_roles, pg_database"
                " WHERE rolname = current_user AND datname = current_database()"
            ).fetchone()
            assert row == (True, False, "huiying_owner", "", "on", "on", True, True)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE mine (id int)")
        place = folders.of(data)
        for closed in (place.cluster, place.socket):
            assert closed.stat().st_mode & 0o777 == 0o700
    assert not is_up(data)
    assert postmaster.living(place.cluster) is None


def test_the_log_never_holds_what_a_statement_said(data):
    with embedded.shared(data):
        with connect(data, "huiying_owner") as connection:
            connection.execute("CREATE TABLE letters (text text UNIQUE)")
            for _ in range(2):
                try:
                    connection.execute("INSERT INTO letters VALUES (%s)", ["王女士的来信"])
                except psycopg.errors.UniqueViolation:
                    refused = True
        assert refused
        logs = folders.of(data).cluster.glob("log/*.log")
        text = "".join(log.read_text() for log in [*logs, folders.of(data).start_log])
    assert "letters_text_key" in text
    assert "王女士" not in text


def test_the_last_one_to_leave_stops_it(data, tmp_path):
    words = [sys.executable, "-c", HOLD]
    logs = [tmp_path / "one", tmp_path / "two"]
    with (
        running(data, *words, log=logs[0]) as one,
        running(data, *words, log=logs[1]) as two,
    ):
        eventually(lambda: [log.read_text() for log in logs] == ["in\n"] * 2, PATIENCE, "joined")
        assert one.stdin
        one.stdin.close()
        assert one.wait(PATIENCE) == 0
        assert is_up(data)
        assert two.stdin
        two.stdin.close()
        assert two.wait(PATIENCE) == 0
    assert not is_up(data)


def test_a_holder_killed_without_mercy_leaves_nobody_waiting(data, tmp_path):
    with running(data, sys.executable, "-c", HOLD, log=tmp_path / "log") as holder:
        eventually(lambda: (tmp_path / "log").read_text() == "in\n", PATIENCE, "joined")
        holder.kill()
        holder.wait()
    assert is_up(data)
    with embedded.shared(data):
        assert is_up(data)
    assert not is_up(data)


WRITE = textwrap.dedent("""
    import sys, psycopg
    from huiying.config import embedded, places
    data = places.data_folder()
    with embedded.shared(data):
        connection = psycopg.connect(
            host=str(embedded.socket_folder(data)), user="huiying_owner", dbname="huiying",
            autocommit=True,
        )
        connection.execute("CREATE TABLE IF NOT EXISTS written (id bigint PRIMARY KEY)")
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM written").fetchone()
        while True:
            last += 1
            connection.execute("INSERT INTO written VALUES (%s)", [last])
            print(last, flush=True)
""")


@pytest.mark.durable
def test_killed_in_mid_write_it_loses_no_acknowledged_commit(data, tmp_path):
    """Server, its sessions and their user all at once, three rounds; a pipe's worth is enough."""
    log = tmp_path / "acknowledged"
    log.touch()
    for _ in range(3):
        before = len(log.read_text().split())
        with running(data, sys.executable, "-c", WRITE, log=log) as writer:
            eventually(partial(has_lines, log, before + 300), PATIENCE, "writes")
            found = postmaster.living(folders.of(data).cluster)
            assert found
            os.kill(found.pid, signal.SIGKILL)
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
    acknowledged = [int(line) for line in log.read_text().splitlines() if line.isdigit()]
    with embedded.shared(data), connect(data, "huiying_owner") as connection:
        rows = connection.execute("SELECT id FROM written").fetchall()
    assert set(acknowledged) <= {row[0] for row in rows}
    assert len(acknowledged) > 900


def test_a_dead_server_is_brought_back(data):
    share = embedded.Share(data)
    share.join()
    try:
        assert not share.mend()
        found = postmaster.living(folders.of(data).cluster)
        assert found
        os.kill(found.pid, signal.SIGKILL)
        eventually(lambda: not is_up(data), PATIENCE, "dead")
        assert share.mend()
        assert is_up(data)
    finally:
        share.leave()


def test_a_stale_pid_that_now_belongs_to_somebody_else_does_not_matter(data):
    with embedded.shared(data):
        pass
    pid_file = folders.of(data).cluster / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{folders.of(data).cluster}\n1\n5432\n\n\n0 0\nready\n")
    assert postmaster.living(folders.of(data).cluster) is None
    with embedded.shared(data):
        assert is_up(data)


def test_an_initdb_that_was_cut_short_is_done_again(data):
    place = server.at(data).folders
    torn = place.home / "cluster.new123"
    torn.mkdir()
    (torn / "PG_VERSION").write_text("18\n")
    with embedded.shared(data):
        assert is_up(data)
    assert not torn.exists()


def test_a_lost_socket_is_made_again(data):
    share = embedded.Share(data)
    share.join()
    try:
        (folders.of(data).socket / ".s.PGSQL.5432").unlink()
        assert share.mend()
        assert is_up(data)
    finally:
        share.leave()


def test_a_long_path_puts_the_socket_where_its_address_fits(data):
    deep = data / ("x" * 60) / ("y" * 60)
    with embedded.shared(deep):
        socket = embedded.socket_folder(deep)
        assert len(os.fsencode(socket)) < 90
        assert socket.stat().st_mode & 0o777 == 0o700
        with connect(deep) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    shutil.rmtree(socket)


def test_a_socket_folder_of_somebody_else_is_refused(data):
    deep = data / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    socket = embedded.socket_folder(deep)
    socket.mkdir(mode=0o777)
    socket.chmod(0o777)
    try:
        with pytest.raises(embedded.EmbeddedDatabaseError, match="nobody else can enter"):
            embedded.Share(deep)
    finally:
        socket.rmdir()


def test_a_database_that_does_not_see_chinese_is_refused(data, monkeypatch):
    real = subprocess.run

    def with_locale_c(command, **given):
        if command[0].endswith("initdb"):
            command = [word for word in command if "locale" not in word and "ctype" not in word]
            command.append("--no-locale")
        return real(command, **given)

    monkeypatch.setattr(subprocess, "run", with_locale_c)
    share = embedded.Share(data)
    with pytest.raises(embedded.EmbeddedDatabaseError, match="Chinese"):
        share.join()
    share.leave()


def test_files_of_another_version_are_refused_by_name(data):
    with embedded.shared(data):
        pass
    (folders.of(data).cluster / "PG_VERSION").write_text("14\n")
    with (
        pytest.raises(embedded.EmbeddedDatabaseError, match="made by PostgreSQL 14"),
        embedded.shared(data),
    ):
        pass


@pytest.mark.skipif(not DEBIAN_PROGRAMS.exists(), reason="needs Debian's PostgreSQL 15")
def test_programs_named_in_pg_bin_are_used(data, monkeypatch):
    monkeypatch.setenv("PG_BIN", str(DEBIAN_PROGRAMS))
    with embedded.shared(data), connect(data) as connection:
        row = connection.execute("SELECT version(), '回' ~ '[[:alpha:]]'").fetchone()
        assert row
        assert row[0].startswith("PostgreSQL 15")
        assert row[1]


def test_pg_bin_without_programs_says_so(data, monkeypatch):
    monkeypatch.setenv("PG_BIN", str(data))
    with pytest.raises(embedded.EmbeddedDatabaseError, match="PG_BIN should hold"):
        embedded.Share(data)


@only_root
def test_root_lends_it_a_number_that_nobody_has(data):
    with embedded.shared(data) as share:
        found = postmaster.living(share.server.folders.cluster)
        assert found
        owner = Path(f"/proc/{found.pid}").stat().st_uid
        assert owner == share.server.folders.cluster.stat().st_uid
        assert owner in range(65521, 65534)
        environ = Path(f"/proc/{found.pid}/environ").read_bytes()
        assert b"HUIYING" not in environ


@only_root
def test_a_data_folder_out_of_reach_keeps_its_database_in_the_system_folder(data, system_folder):
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    inside = closed / "data"
    with embedded.shared(inside), connect(inside, "huiying_owner") as connection:
        connection.execute("CREATE TABLE kept ()")
    assert (inside / "postgres").readlink().parent == system_folder
    closed.chmod(0o711)
    moved = data / "moved"
    inside.rename(moved)
    with embedded.shared(moved), connect(moved) as connection:
        row = connection.execute("SELECT to_regclass('kept') IS NOT NULL").fetchone()
        assert row == (True,)
    shutil.rmtree(folders.of(moved).home)
    with pytest.raises(embedded.EmbeddedDatabaseError, match="which is gone"):
        embedded.Share(moved)


@only_root
def test_torn_copies_of_the_programs_are_made_again(data, system_folder):
    with embedded.shared(data) as share:
        copied = share.server.programs
    assert copied.is_relative_to(system_folder)
    (copied / "initdb").write_bytes(b"")
    account = share.server.account
    assert programs.folder(account) == copied
    assert (copied / "initdb").stat().st_size > 1000


@only_root
def test_somebody_elses_database_is_not_touched(data):
    with embedded.shared(data):
        pass
    os.chown(folders.of(data).home, 4321, 4321)
    with pytest.raises(embedded.EmbeddedDatabaseError, match="belongs to user number 4321"):
        embedded.Share(data)


def test_settings_can_be_read_before_there_is_a_database(data):
    """`huiying --help` and the settings need no server, and start none."""
    code = "from huiying.config import databases; print(databases.configured()['default']['HOST'])"
    result = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env=surroundings(data / "new"),
    )
    assert result.stdout.strip() == str(embedded.socket_folder(data / "new"))
    assert not (data / "new").exists()
