"""The verbs on files: attaching what waits to a letter, and erasing what a letter holds."""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from huiying.intake import uploads, vault
from huiying.intake.errors import FilesGone
from huiying.intake.letters import require_follower, subject
from huiying.intake.models import Attachment, LooseFile, Message, Submission
from huiying.kernel import ciphers, time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import write


@verb
def attach(
    *,
    actor: Actor,
    submission: Submission,
    files: Sequence[uploads.Upload],
    message: Message | None = None,
) -> int:
    """Give waiting files to a letter, or to words added to it; returns how many it has now.

    Part of the verb that takes letter or words in. Raises FilesGone where one waits no longer, and
    Invalid beyond the number that a letter may have.
    """
    if message is not None:
        require_follower(actor, submission)
    if not files:
        return 0
    # Two additions at once must not take the same places.
    Submission.objects.select_for_update().get(pk=submission.pk)
    have = Attachment.objects.filter(submission=submission).aggregate(most=Max("position"))["most"]
    start = 0 if have is None else have + 1
    if start + len(files) > settings.FILES_PER_LETTER:
        raise Invalid(
            _("A letter can have %(most)d files in all.") % {"most": settings.FILES_PER_LETTER},
            field=uploads.FIELD,
        )
    loose = _claimed([each.file for each in files])
    key = vault.key_for(submission)
    Attachment.objects.bulk_create(
        _attachment(row, key, submission, message, position)
        for position, row in enumerate(loose, start)
    )
    LooseFile.objects.filter(file__in=[row.file for row in loose]).delete()
    write(
        actor=actor,
        action="submission.enclosed",
        subject=subject(submission),
        data={"count": len(loose)},
    )
    return start + len(loose)


def _claimed(names: list[str]) -> list[LooseFile]:
    """The waiting rows, locked against the sweeper and against another letter, in this order."""
    rows = (
        LooseFile.objects.select_for_update()
        .filter(file__in=names, due_at__gt=time.now())
        .exclude(kind="")
        .order_by("file")
    )
    found = {row.file: row for row in rows}
    if len(found) != len(names):
        raise FilesGone(field=uploads.FIELD)
    return [found[name] for name in names]


def _attachment(
    row: LooseFile, key: bytes, submission: Submission, message: Message | None, position: int
) -> Attachment:
    label, now = random_label(), time.now()
    is_picture = row.kind != Attachment.Kind.PDF
    return Attachment(
        submission=submission,
        message=message,
        label=label,
        position=position,
        at=now,
        kind=row.kind,
        size=row.size,
        width=row.width,
        height=row.height,
        pages=row.pages,
        file=row.file,
        checksum=bytes(row.checksum),
        sealed_key=ciphers.seal(key, uploads.key_of(row), label),
        thumbnail=Attachment.Thumbnail.WAITING if is_picture else Attachment.Thumbnail.NONE,
        thumbnail_due_at=now,
    )


@verb
def erase_files(*, actor: Actor, submission: Submission) -> int:
    """Take every file of a letter away for good; returns how many. What kind they were stays.

    For retention alone. With this the files cannot be opened any more; the sweeper removes them from
    the store within minutes. A copy in a backup needs the submission's key, which retention destroys.
    """
    if not actor.has("system"):
        raise NotAllowed
    now = time.now()
    rows = list(
        Attachment.objects.select_for_update().filter(submission=submission, erased_at=None)
    )
    names = [name for row in rows for name in (row.file, row.thumbnail_file) if name]
    LooseFile.objects.bulk_create(LooseFile(file=name, due_at=now) for name in names)
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).update(
        file=None,
        sealed_key=b"",
        checksum=b"",
        thumbnail=Attachment.Thumbnail.NONE,
        thumbnail_file=None,
        erased_at=now,
    )
    if rows:
        write(
            actor=actor,
            action="submission.files_erased",
            subject=subject(submission),
            data={"count": len(rows)},
        )
    return len(rows)
