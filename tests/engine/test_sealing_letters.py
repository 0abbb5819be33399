"""Letters that an older version kept in clear are sealed by `huiying migrate`, and it may be stopped."""

import subprocess

import pytest

from huiying.casework.actions.receiving import receive
from huiying.casework.actions.writing_back import add_words
from huiying.casework.models import CaseFile
from huiying.config.backup import holdings, programs
from huiying.intake import vault
from huiying.intake.letters import Letter
from huiying.intake.models import Message, Submission
from huiying.intake.opening import GONE, Words, text_of, words_of
from huiying.intake.reads import resident
from huiying.kernel import ciphers, time
from huiying.kernel.actors import SYSTEM
from tests import provisioning
from tests.engine.commands import huiying

RUN = provisioning.current()
pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]
SOURCE = {
    "DATABASE_URL": RUN.url(RUN.app, RUN.mine),
    "DATABASE_OWNER_URL": RUN.url(RUN.owner, RUN.mine),
    "HUIYING_KEYS": provisioning.KEYS,
}
SAID = "我叫王小明，楼上半夜总在打桩。"
LATER = "昨晚又到一点半。"
# The database as the version before left it, but for letters' words, which `clear` puts back.
OLDER = """
DROP TRIGGER submission_words ON intake_submission;
DROP TRIGGER message_words ON intake_message;
ALTER TABLE intake_submission DROP COLUMN sealed, ADD COLUMN title varchar(200) NOT NULL DEFAULT '',
  ADD COLUMN body text NOT NULL DEFAULT '', ADD COLUMN place varchar(300) NOT NULL DEFAULT '';
ALTER TABLE intake_message DROP COLUMN sealed, ADD COLUMN text text NOT NULL DEFAULT '';
DROP TABLE intake_unopened;
DELETE FROM django_migrations WHERE app = 'intake' AND name >= '0017';
DELETE FROM intake_seal s WHERE NOT EXISTS (
  SELECT FROM intake_contact c WHERE c.submission_id = s.submission_id);
UPDATE intake_submission SET title = '打桩', body = '{said}', place = '文庙街 12 号';
UPDATE intake_submission SET title = '［内容已按规定清除 · Erased］', place = '',
  body = '［内容已按规定清除 · Erased］', words_erased_at = now() WHERE language = 'en';
UPDATE intake_message SET text = '{later}';
UPDATE casework_casefile SET title = '{said}' WHERE number = {number};
CREATE TRIGGER submission_words BEFORE UPDATE ON intake_submission
  FOR EACH ROW WHEN (OLD.body IS DISTINCT FROM NEW.body) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER message_words BEFORE UPDATE ON intake_message
  FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text) EXECUTE FUNCTION huiying_refuse();
"""
ONE_BATCH = """
import huiying.config.sealing_letters as sealing
sealing.AT_ONCE = 1
assert len(sealing._next(0)) == 1
"""


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def older():
    first = receive(actor=SYSTEM, letter=Letter(body=SAID, email="a@example.org"))
    add_words(actor=resident(first.submission_label), text=LATER)
    receive(actor=SYSTEM, letter=Letter(body=SAID))
    receive(actor=SYSTEM, letter=Letter(body=SAID, language="en"))
    number = CaseFile.objects.order_by("pk").values_list("number", flat=True)[1]
    with provisioning.superuser(RUN, RUN.mine) as owner:
        owner.execute(OLDER.format(said=SAID, later=LATER, number=number).encode())


def as_owner(home, *words):
    result = huiying(home, "manage", *words, **SOURCE, HUIYING_DATABASE_ROLE="owner")
    assert result.returncode == 0, result.stderr


def dumped() -> str:
    """Everything that a dump of this database holds, in clear."""
    server = holdings.server_major()
    program = programs.fitting("pg_dump", least=server, best=server)
    command = [str(program.path), "--data-only", f"--dbname={RUN.url(RUN.owner, RUN.mine)}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_one_that_was_stopped_goes_on_and_leaves_nothing_in_clear(home, older):
    assert SAID in dumped()
    as_owner(home, "migrate", "intake", "0017")
    as_owner(home, "shell", "--no-imports", "-c", ONE_BATCH)
    told = huiying(home, "doctor", **SOURCE)
    assert told.returncode == 1
    assert "BROKEN   letters: Letters that an older version kept still lie in clear." in told.stdout
    done = huiying(home, "migrate", **SOURCE)
    assert done.returncode == 0, done.stderr
    assert "Sealed 2 letters that lay in clear." in done.stderr + done.stdout
    first, second, erased = Submission.objects.order_by("pk")
    kept = Words("打桩", SAID, "文庙街 12 号")
    assert (words_of(first), words_of(second), words_of(erased)) == (kept, kept, GONE)
    assert vault.email_of(f"submission:{first.label}") == "a@example.org"
    assert [text_of(message) for message in Message.objects.all()] == [LATER]
    assert CaseFile.objects.order_by("pk")[1].title == "打桩"
    _let_pieces_be_bound_to_their_letter_alone(first)
    again = huiying(home, "migrate", **SOURCE)
    assert "Sealed 1 pieces of exchanges anew, each for its own row." in again.stderr + again.stdout
    assert [text_of(message) for message in Message.objects.order_by("pk")] == [LATER, "还在打。"]
    left = dumped()
    assert not [said for said in (SAID, "王小明", LATER, "文庙街") if said in left]


def _let_pieces_be_bound_to_their_letter_alone(letter: Submission) -> None:
    """One more piece, as the version before sealed it, beside one that is bound already."""
    said, bound_to = "还在打。".encode(), f"{letter.label}/exchange"
    Message.objects.create(
        submission=letter, at=time.now(), sender="resident", kind="words", author="resident:x",
        sealed=ciphers.seal(vault.key_of(letter), said, bound_to),
    )  # fmt: skip
    with provisioning.superuser(RUN, RUN.mine) as owner:
        owner.execute("DROP TABLE intake_unopened")
        owner.execute("DELETE FROM django_migrations WHERE app = 'intake' AND name >= '0019'")
        owner.execute("COMMENT ON COLUMN intake_message.sealed IS NULL")


def test_without_the_key_of_a_letter_it_stops_in_words_and_can_go_on(home, older):
    other = {**SOURCE, "HUIYING_KEYS": SOURCE["HUIYING_KEYS"].replace("1:", "2:")}
    stopped = huiying(home, "migrate", **other)
    assert stopped.returncode == 1
    assert "Key 1 is missing from the ring" in stopped.stderr
    assert huiying(home, "migrate", **SOURCE).returncode == 0
    assert words_of(Submission.objects.earliest("pk")).body == SAID
