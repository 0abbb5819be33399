"""`huiying backup` and `huiying restore`: what was there is there again, and nothing half looks whole."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from huiying.casework.actions.receiving import receive
from huiying.casework.models import CaseFile
from huiying.config import embedded, keys
from huiying.config.backup import archive, erasures, holdings, programs
from huiying.config.backup import manifest as manifests
from huiying.config.backup.errors import BackupError
from huiying.config.embedded import programs as bundled
from huiying.intake.actions.enclosing import erase_files
from huiying.intake.letters import Letter
from huiying.intake.models import Attachment, Submission
from huiying.intake.tasks import make_thumbnails, sweep_loose_files
from huiying.intake.uploads import Upload
from huiying.kernel.actors import STRANGER, SYSTEM
from huiying.record.models import Entry
from tests import buckets, files, provisioning
from tests.engine.commands import HUIYING, eventually, huiying, lives, running
from tests.people import make_county, make_people
from tests.scene import make_scene

RUN = provisioning.current()
OTHER = RUN.database(f"{provisioning.worker()}_restored")
PATIENCE = 60
pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]

PAGES = """
import hashlib, re
from datetime import timedelta
from django.test import Client
from huiying.accounts.models import Account
from huiying.casework.models import CaseFile
from huiying.kernel import time
from huiying.replies.models import Reply

# One moment for both installations: "just now" must not become "1 minute ago" between them.
moment = time.at(CaseFile.objects.latest('moved_at').moved_at + timedelta(hours=1))
moment.__enter__()

def shown(client, path):
    page = client.get(path)
    plain = re.sub(r'(csrfmiddlewaretoken|form_key)" value="[^"]*"', '', page.content.decode())
    plain = re.sub(r'(href|src)="[^"]*[0-9a-f]{32}[^"]*"', '', plain)  # links to files end by themselves
    return f'{page.status_code} {len(plain)} {hashlib.sha256(plain.encode()).hexdigest()}'

stranger = Client(SERVER_NAME='localhost')
for path in ['/zh-hans/', '/en/', '/zh-hans/answers/']:
    print(path, shown(stranger, path))
for reply in Reply.objects.exclude(address='').order_by('address'):
    print('answer', shown(stranger, f'/zh-hans/answers/{reply.address}/'))
numbers = list(CaseFile.objects.order_by('number').values_list('number', flat=True))
for account in Account.objects.order_by('username'):
    client = Client(SERVER_NAME='localhost')
    client.force_login(account)
    for path in ['', 'answers/', *[f'cases/{number}/' for number in numbers]]:
        print(account.username, path, shown(client, f'/zh-hans/desk/{path}'))
"""


def source(**more: str) -> dict[str, str]:
    """The environment of the installation that is backed up: this process's own database."""
    return {
        "DATABASE_URL": RUN.url(RUN.app, RUN.mine),
        "DATABASE_OWNER_URL": RUN.url(RUN.owner, RUN.mine),
        "HUIYING_KEYS": provisioning.KEYS,
        **more,
    }


def elsewhere(**more: str) -> dict[str, str]:
    """The environment of an empty database on the same server."""
    return source(
        DATABASE_URL=RUN.url(RUN.app, OTHER), DATABASE_OWNER_URL=RUN.url(RUN.owner, OTHER), **more
    )


@pytest.fixture
def home(tmp_path: Path, settings) -> Path:
    """The data folder of the source."""
    folder = tmp_path / "home"
    folder.mkdir()
    settings.FILES_FOLDER = folder / "attachments"
    settings.INCOMING_FOLDER = folder / "incoming"
    settings.ERASURES_FILE = folder / "erasures.log"
    return folder


@pytest.fixture
def county(home: Path):
    """A day of the county, by real verbs, with a photo and its small picture, and a PDF."""
    make_county()
    scene = make_scene(make_people())
    kept = (files.kept(), files.kept(files.pdf()))
    with_files(*kept)
    make_thumbnails()
    assert len(attached(home)) == 3
    return scene


@dataclass(frozen=True)
class Saved:
    """An archive of the county's day, how many cases it holds, and its attachments."""

    archive: Path
    cases: int
    attached: dict[str, bytes]


_saved: list[Saved] = []


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Iterator[Path]:
    """Where the archive lies that several tests read."""
    yield tmp_path_factory.mktemp("shelf")
    _saved.clear()


@pytest.fixture
def saved(shelf: Path, home: Path, tmp_path: Path, request) -> Saved:
    """A copy of an archive that was made once; the source is as empty as `home` is."""
    if not _saved:
        request.getfixturevalue("county")
        made = shutil.copy(backed_up(home), shelf)
        _saved.append(Saved(Path(made), CaseFile.objects.count(), attached(home)))
        shutil.rmtree(home / "attachments")
    once = _saved[0]
    return replace(once, archive=Path(shutil.copy(once.archive, tmp_path)))


def with_files(*kept: Upload) -> None:
    letter = Letter(body="楼下的水管漏了。", files=tuple(each.digest for each in kept))
    receive(actor=STRANGER, letter=letter, form_key=kept[0].file, files=kept)


def attached(folder: Path) -> dict[str, bytes]:
    """Every file of the attachments' folder, by its relative name."""
    top = folder / "attachments"
    return {
        str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()
    }


@pytest.fixture
def empty_database() -> Iterator[None]:
    statement = f"CREATE DATABASE {OTHER} OWNER {RUN.owner} TEMPLATE template0 ENCODING 'UTF8'"
    place = "" if RUN.is_embedded else " LOCALE 'C.UTF-8'"
    with provisioning.superuser(RUN) as server:
        server.execute((statement + place).encode())
        yield
        server.execute(f"DROP DATABASE {OTHER} WITH (FORCE)".encode())


def backed_up(home: Path, *words: str, **more: str) -> Path:
    result = huiying(home, "backup", *words, **source(**more))
    assert result.returncode == 0, result.stderr
    return Path(result.stdout.strip())


def of_restored(query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(RUN.url(RUN.app, OTHER)) as restored:
        return restored.execute(query.encode()).fetchall()


def with_manifest(path: Path, **changes: object) -> Path:
    """A copy whose manifest says something else."""
    copy = path.with_name(f"changed-{path.name}")
    with archive.opened(path) as old, archive.written(copy) as new:
        for name in old.names[:-1]:
            new.add(name, old.chunks(name), 0)
        said = json.loads(b"".join(old.chunks(manifests.NAME))) | changes
        new.add(manifests.NAME, [json.dumps(said).encode()], 0)
    return copy


def fake(folder: Path, name: str, script: str) -> str:
    """A folder for PG_BIN in which `name` is this script."""
    folder.mkdir()
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(folder)


@pytest.mark.slow
def test_an_empty_machine_has_everything_again(county, home, data):
    before = attached(home)
    first = home / "attachments" / next(iter(before))
    first.with_name(f".{first.name[::-1]}").write_bytes(b"half a file, being written")
    made = backed_up(home, "--to", str(home / "kept"))
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert provisioning.KEYS.partition(":")[2].encode() not in made.read_bytes()

    ring = {"HUIYING_KEYS": provisioning.KEYS}
    done = huiying(data, "restore", str(made), **ring)
    assert done.returncode == 0, done.stderr
    assert f"{Entry.objects.count():,} entries whose hash is as it was, 3 attachments" in (
        done.stderr
    )
    told = json.loads(huiying(data, "doctor", "--json", **ring).stdout)
    assert [each["check"] for each in told if each["state"] == "broken"] == []
    doubtful = {each["check"] for each in told if each["state"] == "warning"}
    assert doubtful <= {"worker", "account"}, "no worker yet; and this may run as root"
    assert attached(data) == before

    # The record is as closed as it was: by rights for the application, by triggers for everybody.
    with embedded.shared(data):
        for role in ("huiying_app", "huiying_owner", "postgres"):
            for statement in ("UPDATE record_entry SET action = 'x'", "DELETE FROM record_entry"):
                host = str(embedded.socket_folder(data))
                with (
                    psycopg.connect(host=host, user=role, dbname="huiying") as restored,
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                ):
                    restored.execute(statement)
        pages = [
            huiying(place, "manage", "shell", "--no-imports", "-c", PAGES, **given)
            for place, given in ((home, source()), (data, ring))
        ]
    shown, shown_again = (page.stdout.splitlines() for page in pages)
    assert len(shown) > 90, pages[0].stderr
    assert shown == shown_again

    again = huiying(data, "restore", str(made), **ring)
    assert again.returncode == 1
    assert "The database here is not empty" in again.stderr


def test_it_is_one_moment_while_letters_come_in(county, home, empty_database):
    """Counts, hash and dump are of one snapshot: with letters coming all the while, they agree."""
    finished = threading.Event()
    written: list[str] = []

    def write() -> None:
        while not finished.is_set():
            text = f"第{len(written)}封信：路灯坏了。"
            receive(actor=STRANGER, letter=Letter(body=text, title="", wish="private"))
            written.append(text)
        connection.close()

    with provisioning.superuser(RUN, RUN.mine) as owner:
        owner.execute("INSERT INTO kernel_limitkey (day, key) VALUES (now(), '\\x01')")
    before = Entry.objects.count()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        eventually(lambda: len(written) > 3, PATIENCE, "letters")
        made = backed_up(home)
    finally:
        finished.set()
        writer.join()
    with archive.opened(made) as reader:
        held = manifests.from_bytes(b"".join(reader.chunks(manifests.NAME))).holdings
    assert before < held.entries < Entry.objects.count(), "it was taken in the middle"
    restored = huiying(home, "restore", str(made), **elsewhere())
    assert restored.returncode == 0, restored.stderr
    assert of_restored("SELECT count(*) FROM record_entry") == [(held.entries,)]
    assert of_restored("SELECT count(*) FROM intake_submission") == [
        (held.tables["intake_submission"],)
    ]
    # What must not outlive its day, or the process that it serves, is left out.
    for table in (
        "kernel_limitkey",
        "kernel_limit",
        "accounts_staffsession",
        "procrastinate_workers",
    ):
        assert of_restored(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_killed_in_the_middle_it_leaves_nothing_that_looks_whole(home, tmp_path):
    """At the worst moment, while bytes are being written; the next one tidies up."""
    slow = fake(
        tmp_path / "slow",
        "pg_dump",
        'case $1 in --version) echo "pg_dump (PostgreSQL) 18.0";;'
        " *) head -c 5000000 /dev/zero; sleep 600;; esac",
    )
    kept = home / "kept"
    words = [*HUIYING, "backup", "--to", str(kept)]
    log = tmp_path / "log"
    with running(home, *words, log=log, **source(PG_BIN=slow)) as process:
        eventually(lambda: sizes(kept) > 1_000_000, PATIENCE, "bytes are written")
        busy = huiying(home, "backup", "--to", str(kept), **source())
        assert busy.returncode == 1
        assert "Another backup is being written" in busy.stderr
        os.kill(process.pid, signal.SIGKILL)
        eventually(lambda: not lives(process.pid), PATIENCE, "it dies")
    (left,) = kept.iterdir()
    assert not left.match("huiying-*.tar")
    assert "is not whole" in no_archive(left) or "cut short" in no_archive(left)
    made = backed_up(home, "--to", str(kept))
    assert list(kept.iterdir()) == [made]


def sizes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob(".huiying-*"))


def no_archive(path: Path) -> str:
    result = huiying(path.parent, "restore", "--verify", str(path))
    assert result.returncode == 1
    assert not result.stdout
    return result.stderr


def test_a_dump_that_fails_is_a_sentence_and_no_archive(home, tmp_path):
    failing = fake(
        tmp_path / "failing",
        "pg_dump",
        'case $1 in --version) echo "pg_dump (PostgreSQL) 18.0";;'
        ' *) head -c 100 /dev/zero; echo "pg_dump: error: disk on fire" >&2;'
        ' echo "CONTEXT: COPY 王小明" >&2; exit 1;; esac',
    )
    kept = home / "kept"
    result = huiying(home, "backup", "--to", str(kept), **source(PG_BIN=failing))
    assert result.returncode == 1
    assert result.stderr.strip().endswith(
        "pg_dump failed with code 1.\npg_dump: error: disk on fire"
    )
    assert list(kept.iterdir()) == []


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ('echo "pg_dump (PostgreSQL) 9.6.1"', "the newest pg_dump here is version 9"),
        ("exit 127", "no pg_dump is here"),
    ],
)
def test_programs_that_do_not_fit_are_a_sentence(home, tmp_path, script, says):
    unfit = fake(tmp_path / "unfit", "pg_dump", script)
    result = huiying(home, "backup", **source(PG_BIN=unfit))
    assert result.returncode == 1
    assert says in result.stderr
    assert "Install it (Debian: postgresql-client-" in result.stderr


def test_the_program_of_the_servers_own_version_is_taken_first(tmp_path, monkeypatch):
    for major in (15, 17, 18):
        fake(tmp_path / str(major), "pg_dump", f'echo "pg_dump (PostgreSQL) {major}.1"')
    monkeypatch.setattr(
        programs, "_folders", lambda: iter([tmp_path / name for name in ("18", "15", "17")])
    )
    assert programs.fitting("pg_dump", least=17, best=17).major == 17
    assert programs.fitting("pg_dump", least=16, best=16).major == 17
    assert programs.fitting("pg_dump", least=15, best=15).major == 15
    with pytest.raises(BackupError, match="older than 17, from 16 on, and the newest"):
        programs.fitting("pg_dump", least=16, best=16, below=17)


@pytest.mark.parametrize(
    ("server", "program", "least"), [(15, 15, 15), (15, 16, 15), (15, 18, 17), (17, 18, 17)]
)
def test_what_a_newer_program_writes_no_old_server_takes_in(server, program, least):
    """pg_restore from 17 on sets transaction_timeout, at which a server before 17 gives up."""
    made = manifests.Manifest(
        made_at="",
        huiying="",
        server=server,
        program=program,
        holdings=manifests.Holdings({}, 0, "", [], []),
        emptied=[],
        keys={},
        parts=[],
        missing_files=[],
        damaged_files=[],
        extra_files=0,
    )
    assert made.least_server == least


def test_programs_that_are_too_new_for_the_server_are_told(home, empty_database):
    """The bundled ones write what an old server does not take in: said now, and refused later."""
    newer = {"PG_BIN": str(bundled.folder(None))}
    made = huiying(home, "backup", **source(**newer))
    is_old = holdings.server_major() < manifests.SETS_TIMEOUT
    assert ("it can be restored into PostgreSQL 17 or newer only" in made.stderr) == is_old
    restored = huiying(home, "restore", made.stdout.strip(), **elsewhere(**newer))
    assert restored.returncode == int(is_old), restored.stderr
    assert ("Restore into version 17 or newer" in restored.stderr) == is_old


def test_attachments_move_between_a_folder_and_a_bucket(saved, data, empty_database):
    with buckets.served() as place:
        there = elsewhere(
            HUIYING_FILES="s3",
            HUIYING_S3_BUCKET=place.bucket,
            HUIYING_S3_PREFIX=place.prefix,
            HUIYING_S3_ENDPOINT=place.endpoint,
            HUIYING_S3_REGION=place.region,
            HUIYING_S3_KEY_ID=place.key_id,
            HUIYING_S3_SECRET=place.secret,
        )
        done = huiying(data, "restore", str(saved.archive), **there)
        assert done.returncode == 0, done.stderr
        held = {
            path.removeprefix(place.prefix): content
            for path, content in buckets.held(place).items()
        }
        assert held == saved.attached
        assert attached(data) == {}
        again = huiying(data, "backup", **there)
        assert again.returncode == 0, again.stderr
    with archive.opened(Path(again.stdout.strip())) as reader:
        kept = {name: b"".join(reader.chunks(name)) for name in reader.names}
    assert {
        f"attachments/{path}": content for path, content in saved.attached.items()
    }.items() <= kept.items()


def test_a_damaged_archive_is_refused(saved, home):
    made = saved.archive
    whole = huiying(home, "restore", "--verify", str(made), **source())
    assert (whole.returncode, whole.stdout) == (0, "The archive is whole.\n")
    assert "The key ring here opens it." in whole.stderr

    content = made.read_bytes()
    torn = made.with_name("torn.tar")
    for size in (0, 400, 5_000, len(content) // 2, len(content) - 40_000):
        torn.write_bytes(content[:size])
        no_archive(torn)
    place = content.index(b"PGDMP") + 2000
    torn.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    assert "database.dump is damaged" in no_archive(torn)
    for parts in ([], [{"name": "attachments/../../keys", "size": 1, "sha256": ""}]):
        no_archive(with_manifest(made, parts=parts))
    assert "reads form 1" in no_archive(with_manifest(made, form=2))
    assert "There is no archive" in no_archive(made.with_name("nowhere.tar"))


def test_without_the_right_keys_nothing_is_begun(saved, data):
    made = saved.archive
    without = huiying(data, "restore", str(made))
    assert without.returncode == 1
    assert "The key ring here lacks the numbers 1." in without.stderr
    other = huiying(data, "restore", str(made), HUIYING_KEYS=f"1:{keys.new_key()}")
    assert other.returncode == 1
    assert "has other keys under the numbers 1" in other.stderr
    assert list(data.iterdir()) == [], "neither a ring nor a database was made"


def test_what_does_not_fit_is_refused_before_anything_changes(saved, home, empty_database):
    made = saved.archive
    held = json.loads(manifest_of(made))["holdings"]
    newer = with_manifest(
        made, holdings=held | {"migrations": [*held["migrations"], "intake.9999_next"]}
    )
    assert "made by a newer version of Huiying" in refused(home, newer)
    assert "Restore into version 99 or newer" in refused(home, with_manifest(made, server=99))
    (home / "attachments" / "ab").mkdir(parents=True, exist_ok=True)
    (home / "attachments" / "ab" / "stranger").write_text("not of this archive")
    assert "holds 1 files that are not in this archive" in refused(home, made)
    assert of_restored("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_what_came_otherwise_is_said(saved, home, empty_database):
    made = saved.archive
    held = json.loads(manifest_of(made))["holdings"]
    changed = held | {
        "entries_sha256": "0" * 64,
        "tables": held["tables"] | {"casework_casefile": 10_000},
    }
    said = refused(home, with_manifest(made, holdings=changed))
    assert "casework_casefile: 10000 rows were saved" in said
    assert "entries sha256: other than when the archive was made" in said
    assert "Do not work with this" in said


def refused(home: Path, made: Path) -> str:
    result = huiying(home, "restore", str(made), **elsewhere())
    assert result.returncode == 1, result.stderr
    return result.stderr


def manifest_of(made: Path) -> bytes:
    with archive.opened(made) as reader:
        return b"".join(reader.chunks(manifests.NAME))


def test_a_restore_killed_in_the_middle_can_be_begun_again(saved, home, empty_database, tmp_path):
    made = saved.archive
    server = holdings.server_major()
    real = programs.fitting("pg_restore", least=server, best=server)
    with archive.opened(made) as reader:
        most = sum(map(len, reader.chunks(manifests.DATABASE))) - 3000  # in the rows
    slow = fake(
        tmp_path / "slow",
        "pg_restore",
        f'[ "$1" = --version ] && exec {real.path} "$1"\n'
        f'(head -c {most}; sleep 600) | {real.path} "$@"',
    )
    words = [*HUIYING, "restore", str(made)]
    log = tmp_path / "log"
    with running(home, *words, log=log, **elsewhere(PG_BIN=slow)) as process:
        eventually(lambda: sessions("AND now() - state_change > '1s'") == 1, PATIENCE, "most of it")
        os.killpg(process.pid, signal.SIGKILL)
        eventually(lambda: sessions("") == 0, PATIENCE, "it dies")
    assert of_restored("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    again = huiying(home, "restore", str(made), **elsewhere())
    assert again.returncode == 0, again.stderr
    assert of_restored("SELECT count(*) FROM casework_casefile") == [(saved.cases,)]


def sessions(condition: str) -> int:
    """How many pg_restore have a session in the other database and wait for more."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        " AND application_name = 'pg_restore' AND wait_event = 'ClientRead' "
    )
    with provisioning.superuser(RUN) as server:
        row = server.execute((query + condition).encode(), [OTHER]).fetchone()
    return int(row[0]) if row else 0


def test_files_that_are_not_as_their_rows_say_are_told(county, home):
    lost, damaged = sorted(str(row.file) for row in Attachment.objects.all())
    (home / "attachments" / lost[:2] / lost).unlink()
    (home / "attachments" / damaged[:2] / damaged).write_bytes(b"other")
    (home / "attachments" / "stranger").write_text("of nobody")
    result = huiying(home, "backup", **source())
    assert result.returncode == 0, "a night without an archive would be worse"
    assert f"1 attachments that a letter names are not in the folder, the first is {lost}" in (
        " ".join(result.stderr.split())
    )
    assert f"the first is {damaged}. They are saved as they are" in result.stderr
    assert "1 files in the folder belong to no letter and are left out" in result.stderr
    with archive.opened(Path(result.stdout.strip())) as reader:
        assert not any("stranger" in name for name in reader.names)


def test_what_was_erased_since_is_erased_again(county, home, empty_database):
    """The list holds labels and times only, and is what brings an older archive up to today."""
    erased, kept = with_files_and_its_letter(), with_files_and_its_letter()
    made = backed_up(home)
    before = attached(home)
    assert erase_files(actor=SYSTEM, submission=erased) == 1
    assert erasures.note_erasures() == 1
    assert erasures.note_erasures() == 0
    assert sweep_loose_files() == 1
    listed = (home / "erasures.log").read_text()
    assert re.fullmatch(rf"\S+\+00:00 submission.files_erased submission:{erased.label}\n", listed)
    assert stat.S_IMODE((home / "erasures.log").stat().st_mode) == 0o600

    shutil.rmtree(home / "attachments")
    done = huiying(home, "restore", str(made), **elsewhere())
    assert done.returncode == 0, done.stderr
    assert "Erased again: 1." in done.stderr
    assert set(before) - set(attached(home)) == {f"{erased_file(made, erased)}"}
    rows = of_restored("SELECT submission_id FROM intake_attachment WHERE file IS NULL")
    assert rows == [(erased.pk,)]
    assert kept.pk != erased.pk


def with_files_and_its_letter() -> Submission:
    with_files(files.kept(files.pdf()))
    return Submission.objects.latest("pk")


def erased_file(made: Path, letter: Submission) -> str:
    """The one that the source no longer has a row for: taken from the archive's names."""
    rows = set(Attachment.objects.exclude(file=None).values_list("file", flat=True))
    rows |= set(Attachment.objects.values_list("thumbnail_file", flat=True))
    with archive.opened(made) as reader:
        names = [name for name in reader.names if name.startswith(manifests.FILES)]
    (gone,) = [name for name in names if Path(name).name not in rows]
    assert Attachment.objects.get(submission=letter).file is None
    return gone.removeprefix(manifests.FILES)


def test_a_list_that_was_torn_goes_on(county, home):
    first, second = with_files_and_its_letter(), with_files_and_its_letter()
    erase_files(actor=SYSTEM, submission=first)
    erasures.note_erasures()
    whole = (home / "erasures.log").read_bytes()
    (home / "erasures.log").write_bytes(whole + whole[:30])  # the power went
    erase_files(actor=SYSTEM, submission=second)
    assert erasures.note_erasures() == 1
    said = erasures.read(home / "erasures.log")
    assert [each.subject for each in said] == [
        f"submission:{letter.label}" for letter in (first, second)
    ]
    (home / "erasures.log").unlink()
    assert erasures.note_erasures() == 2, "the record knows all"
    assert erasures.read(home / "erasures.log") == said


def test_every_act_that_erases_can_be_done_again():
    """A new one whose action is missing here would come back with an old archive."""
    sources = (Path(erasures.__file__).parents[2]).rglob("*.py")
    acts = {
        act
        for path in sources
        for act in re.findall(r'action="([^"]*eras[^"]*)"', path.read_text())
    }
    # A writer who takes their words back from beside an answer erases them, and says so in other words.
    assert acts | {"own_words.taken_back"} == set(erasures.AGAIN)


def test_only_the_newest_are_kept(home):
    kept = home / "kept"
    kept.mkdir()
    for day in (19, 20, 21):
        (kept / f"huiying-200111{day}T000000Z.tar").write_text("")
    (kept / "letter.txt").write_text("of somebody else")
    made = backed_up(home, "--to", str(kept), "--keep", "2")
    names = {path.name for path in kept.iterdir()}
    assert names == {made.name, "huiying-20011121T000000Z.tar", "letter.txt"}


def test_no_password_stands_in_a_command(monkeypatch):
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://me:s3cret@there:5/it?sslmode=require")
    conninfo, surroundings = programs.address()
    assert "s3cret" not in conninfo
    assert "sslmode=require" in conninfo
    assert surroundings["PGPASSWORD"] == "s3cret"
    assert not any(name.startswith(("HUIYING_", "DATABASE_")) for name in surroundings)
    subprocess.run(["true"], check=True, env=surroundings)
