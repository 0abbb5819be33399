"""Work on files for the worker: small pictures, and removing what nothing holds. Safe to repeat."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from huiying.intake import files, inspecting, keeping, uploads, vault
from huiying.intake.errors import FileMissing, FileNotTaken
from huiying.intake.models import Attachment, LooseFile
from huiying.kernel import ciphers, time
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Refusal

logger = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=2)  # for one picture; after a crash another worker takes it
MOST_TRIES = 5


def make_thumbnails() -> int:
    """Make the small pictures that are due; returns how many rows ended."""
    return sum(_make_one(pk) for pk in _claimed())


def _claimed() -> list[int]:
    """Pictures that are due, leased: a second worker passes them by, a crash only delays them."""
    now = time.now()
    with transaction.atomic():
        due = list(
            Attachment.objects.select_for_update(skip_locked=True)
            .filter(thumbnail=Attachment.Thumbnail.WAITING, thumbnail_due_at__lte=now)
            .order_by("thumbnail_due_at")
            .values_list("pk", flat=True)[:BATCH]
        )
        Attachment.objects.filter(pk__in=due).update(
            thumbnail_due_at=now + LEASE, thumbnail_tries=F("thumbnail_tries") + 1
        )
    return due


def _make_one(pk: int) -> int:
    row = Attachment.objects.select_related("submission").get(pk=pk)
    try:
        name = _written(row)
    except FileNotTaken:
        return _give_up(row)
    except (Refusal, OSError) as error:
        logger.warning("no small picture: attachment %s, %s", pk, type(error).__name__)
        lost = isinstance(error, FileMissing) or row.thumbnail_tries >= MOST_TRIES
        return _give_up(row) if lost else 0
    with transaction.atomic():
        done = Attachment.objects.filter(
            pk=pk, thumbnail=Attachment.Thumbnail.WAITING, erased_at=None
        ).update(thumbnail=Attachment.Thumbnail.READY, thumbnail_file=name)
        if done and not LooseFile.objects.filter(file=name).delete()[0]:
            transaction.set_rollback(True)  # swept meanwhile: the next round makes another
            return 0
    return done


def _written(row: Attachment) -> str:
    """The small picture, sealed under the file's own key and loose; its name."""
    key = ciphers.unseal(vault.key_of(row.submission), bytes(row.sealed_key), row.label)
    with uploads.scratch() as whole, uploads.scratch() as small:
        whole.writelines(files.open_file(row).pieces)
        whole.seek(0)
        inspecting.thumbnail(whole, small, kind=row.kind)
        name = random_label(uploads.NAME_LETTERS)
        uploads.put(name, small, key)
    return name


def _give_up(row: Attachment) -> int:
    return Attachment.objects.filter(pk=row.pk, thumbnail=Attachment.Thumbnail.WAITING).update(
        thumbnail=Attachment.Thumbnail.NONE
    )


def sweep_loose_files() -> int:
    """Remove every file whose time came without an attachment; returns how many.

    The row is locked while its file goes: a letter that wants it at this moment waits, and is told that
    the file is gone.
    """
    swept = 0
    while True:
        with transaction.atomic():
            due = list(
                LooseFile.objects.select_for_update(skip_locked=True)
                .filter(due_at__lte=time.now())
                .order_by("due_at")[:BATCH]
            )
            for row in due:
                keeping.store().remove(row.file)
            LooseFile.objects.filter(file__in=[row.file for row in due]).delete()
        swept += len(due)
        if len(due) < BATCH:
            return swept
