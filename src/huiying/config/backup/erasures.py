"""What was erased, noted outside of the database, so that a restore does not bring it back.

An erasure is a logged act, so the record knows all of them. The worker copies time, action and label of
each, and nothing else, to a file that is appended to and put on disk. A restore reads the file and does
again what came after its archive. Both may be repeated: a line is noted once, and a verb that finds
nothing left to erase does nothing.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from huiying.casework.actions.erasing import erase_words
from huiying.casework.models import Report
from huiying.config.backup.archive import keep_names
from huiying.config.backup.errors import BackupError
from huiying.config.backup.progress import Say
from huiying.config.embedded import locks
from huiying.intake.actions.enclosing import erase_files
from huiying.intake.actions.erasing import erase_contact
from huiying.intake.models import Submission
from huiying.intake.tasks import sweep_loose_files
from huiying.kernel.actors import SYSTEM
from huiying.record.reads import acts_since
from huiying.replies.actions.forgetting import forget_typed
from huiying.replies.actions.own_words import forget_own_words
from huiying.replies.actions.searching import erase_searches
from huiying.supervision.actions.matters import forget_matters
from huiying.supervision.joint_sessions.actions.tasks import forget_sessions

# Entries are written before they are committed, and not in the order of their times.
LOOK_BACK = timedelta(hours=1)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, order=True)
class Erasure:
    """One act: when, which, and the label of what it was done to."""

    at: datetime
    action: str
    subject: str

    @property
    def line(self) -> str:
        return f"{self.at.astimezone(UTC).isoformat(timespec='microseconds')} {self.action} {self.subject}\n"


def _files_again(subject: str) -> int:
    """Erase the files of this letter; 0 where it is not there, or has none left."""
    label = subject.removeprefix("submission:")
    submission = Submission.objects.filter(label=label).first()
    return erase_files(actor=SYSTEM, submission=submission) if submission else 0


def _contact_again(subject: str) -> int:
    submission = Submission.objects.filter(label=subject.removeprefix("submission:")).first()
    return erase_contact(actor=SYSTEM, submission=submission) if submission else 0


def _words_again(subject: str) -> int:
    label = subject.removeprefix("submission:")
    report = Report.objects.select_related("submission").filter(submission__label=label).first()
    if report is None:
        return 0
    forget_own_words(actor=SYSTEM, submission=report.submission)
    erased = erase_words(actor=SYSTEM, report=report)
    forget_typed(actor=SYSTEM, report=report)
    forget_matters(actor=SYSTEM, report=report)
    forget_sessions(actor=SYSTEM, report=report)
    return erased


def _taken_back_again(subject: str) -> int:
    """Take a writer's words from beside the answer once more; 0 where they do not stand there.

    Who took them back and let them stand again since is asked once more.
    """
    submission = Submission.objects.filter(label=subject.removeprefix("submission:")).first()
    return int(forget_own_words(actor=SYSTEM, submission=submission)) if submission else 0


def _searches_again(subject: str) -> int:
    return erase_searches(
        actor=SYSTEM, before=datetime.fromisoformat(subject.removeprefix("searches:"))
    )


# Every action of the record that erases, and what does it again.
AGAIN: dict[str, Callable[[str], int]] = {
    "submission.files_erased": _files_again,
    "submission.contact_erased": _contact_again,
    "submission.words_erased": _words_again,
    "searches.erased": _searches_again,
    "own_words.taken_back": _taken_back_again,
}


def list_file() -> Path:
    """Where the list is kept."""
    return Path(settings.ERASURES_FILE)


def read(path: Path) -> list[Erasure]:
    """The erasures that were noted, in the order of the file. Raises BackupError for another file.

    A last line without its end was cut off by a power failure: the act is still in the record.
    """
    if not path.exists():
        raise BackupError(f"There is no list of erasures {path}.")
    whole, _, _torn = path.read_text(encoding="utf-8", errors="replace").rpartition("\n")
    found = []
    for line in whole.splitlines():
        try:
            at, action, subject = line.split(" ")
            found.append(Erasure(datetime.fromisoformat(at), action, subject))
        except ValueError:
            raise BackupError(f"{path} is no list of erasures.") from None
    return found


def note_erasures() -> int:
    """Note every erasure that the record knows and the list does not; how many. For the worker."""
    path = list_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locks.exclusive(path):  # makes it, mode 0600
        noted = read(path)
        since = max(noted).at - LOOK_BACK if noted else BEGINNING
        known = set(noted)
        acts = (Erasure(*act) for act in acts_since(sorted(AGAIN), since))
        missing = [act for act in acts if act not in known]
        if missing:
            _append(path, missing)
    return len(missing)


def _append(path: Path, missing: Iterable[Erasure]) -> None:
    with path.open("r+b") as file:
        content = file.read()
        file.seek(content.rfind(b"\n") + 1)  # over a line that was cut off
        file.truncate()
        file.write("".join(act.line for act in missing).encode())
        file.flush()
        os.fsync(file.fileno())
    keep_names(path.parent)


def refuse_unknown(erased: list[Erasure]) -> None:
    """Raise BackupError where the list holds an act that this version cannot do again."""
    unknown = sorted({each.action for each in erased} - AGAIN.keys())
    if unknown:
        raise BackupError(
            f"The list of erasures holds {unknown[0]}, which this version does not know. Take a "
            "newer version of Huiying."
        )


def replay(erased: list[Erasure], made_at: str, say: Say) -> int:
    """Do again what was erased after `made_at` (ISO 8601); how many acts found something to erase."""
    after = datetime.fromisoformat(made_at) - LOOK_BACK
    due = [each for each in erased if each.at >= after]
    if not due:
        return 0
    say(f"Erasing again what was erased after the archive was made: {len(due)} acts…")
    done = sum(AGAIN[each.action](each.subject) > 0 for each in due)
    sweep_loose_files()
    return done
