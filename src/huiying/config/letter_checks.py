"""Whether letters are sealed and can be opened: what `huiying doctor` says of them."""

from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from huiying.config.findings import Finding, State, graded
from huiying.config.key_uses import uses
from huiying.config.migrating import SEALED_ALONE
from huiying.intake.models import Message, Submission, Unopened
from huiying.intake.opening import opens, words_left

NEWEST_PIECES = 20_000


def examine_letters() -> Iterator[Finding]:
    """Three findings. Opens the newest letter under each key of the ring and the newest pieces of exchanges,
    and shows nothing of them.
    """
    if SEALED_ALONE not in MigrationRecorder(connection).applied_migrations():
        yield Finding(
            "letters",
            State.broken,
            "Letters that an older version kept still lie in clear.",
            "Run: huiying migrate. It seals them, and goes on where it was stopped.",
        )
        return
    missing = [use.number for use in uses() if not use.held]
    wrong = [number for number in settings.KEY_RING if not _opens(number)]
    numbers = ", ".join(str(number) for number in sorted({*missing, *wrong}))
    yield graded(
        "letters",
        State.broken,
        "Every letter is sealed, and the key ring opens the newest under each key.",
        f"Letters, contacts or receipts need keys that the ring lacks or has otherwise: {numbers}.",
        "Put the lost key back into the key file or HUIYING_KEYS. Without it what it seals can be "
        "read by nobody any more.",
        well=not numbers,
    )
    aside = Unopened.objects.filter(submission__words_erased_at=None).order_by("since")
    number, first = aside.count(), aside.first()
    since = f", since {timezone.localtime(first.since):%Y-%m-%d %H:%M}" if first else ""
    yield graded(
        "letters set aside",
        State.broken,
        "No letter is set aside because it does not open.",
        f"Letters that do not open, left out of search, counts by place and suggestions: "
        f"{number}{since}.",
        "Put the lost key back: the worker takes them up again within minutes. Where none is lost, the "
        "row is damaged: see what an older archive holds.",
        well=first is None,
    )
    damaged = _damaged_pieces()
    yield graded(
        "exchanges",
        State.broken,
        "Every piece of the exchanges with residents opens.",
        f"Pieces of exchanges that do not open, among the newest {NEWEST_PIECES:,}: {damaged}.",
        "Put the lost key back. Where none is lost, these rows of intake_message are damaged or were "
        "copied: see what an older archive holds. Their pages say so where the words would stand.",
        well=not damaged,
    )


def _damaged_pieces() -> int:
    pieces = Message.objects.exclude(sealed=b"").select_related("submission__seal")
    newest = pieces.defer("submission__sealed").order_by("-pk")[:NEWEST_PIECES]
    return sum(not opens(piece) for piece in newest.iterator())


def _opens(number: int) -> bool:
    """True as well where nothing lies under this key."""
    letters = Submission.objects.filter(seal__key_number=number, words_erased_at=None)
    newest = letters.select_related("seal").order_by("-pk").first()
    return newest is None or words_left(newest) is not None
