from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiying.agencies.models import Unit
from huiying.harm.facts import DANGER
from huiying.intake.states import Channel, Consent, Relation, RevealReason, State, Wish


class Submission(models.Model):
    """What one resident sent, exactly as received. Holds nothing that says who wrote it.

    Its title, text and place are `sealed` under its own key, and read through `opening` alone.
    `replay` is an HMAC over the form's key and the content: the same letter sent again finds this
    row, another letter from the same page does not.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    label = models.CharField(max_length=32, unique=True)
    code = models.CharField(max_length=12, unique=True)
    code_key = models.SmallIntegerField()
    replay = models.BinaryField(max_length=32, unique=True, null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    received_at = models.DateTimeField()
    channel = models.CharField(max_length=12, choices=Channel.choices)
    language = models.CharField(max_length=10)
    sealed = models.BinaryField()  # empty once its words are erased
    category_code = models.CharField(max_length=60, blank=True)
    wish = models.CharField(max_length=10, choices=Wish.choices)
    danger = models.BooleanField(default=False)
    # What else the writer ticked, from the closed list of harm facts, and the day that the law sets.
    harm = ArrayField(models.CharField(max_length=20), default=list, db_default=[])
    legal_date = models.DateField(null=True)
    conduct = models.BooleanField(default=False)
    named_units = ArrayField(models.CharField(max_length=60), default=list)
    reachable = models.BooleanField(default=False)  # a contact was left
    hears_by = models.CharField(
        max_length=10, blank=True, db_default=""
    )  # notices' `Way`, if asked
    source = models.CharField(max_length=60, blank=True)
    source_id = models.CharField(max_length=100, blank=True)
    # One matter of a letter, written out by the desk for who handles it; counts as no letter.
    part = models.BooleanField(default=False, db_default=False)
    withdrawn_at = models.DateTimeField(null=True)
    words_erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=~Q(source=""),
                name="submission_source_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="submission_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.OPEN, withdrawn_at=None)
                | Q(state=State.WITHDRAWN, withdrawn_at__isnull=False),
                name="submission_withdrawn_has_time",
            ),
        ]

    @property
    def facts(self) -> frozenset[str]:
        """The harm facts that were ticked, danger among them."""
        return frozenset(self.harm) | ({DANGER} if self.danger else frozenset())


class Whereabouts(models.Model):
    """The town in which a letter's place lies: a code of `agencies.Division`, empty where it is not told.

    `names` is the digest of the names by which it was found.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, primary_key=True, related_name="whereabouts"
    )
    division = models.CharField(max_length=12, blank=True)
    names = models.CharField(max_length=16)


class Unopened(models.Model):
    """A letter whose words did not open: its key is not in the ring, or its row is damaged.

    The worker leaves it out wherever it goes over many letters, and tries it again at `again_at`.
    `problem` is the class of the error.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, primary_key=True, related_name="unopened"
    )
    problem = models.CharField(max_length=40)
    since = models.DateTimeField()
    again_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["again_at"], name="unopened_due")]


class Seal(models.Model):
    """The key of one submission, wrapped under the ring key `key_number`; without it nothing opens.

    Every letter has one until its words are erased.
    """

    # Another ring key wraps it anew; it is destroyed when nothing of the letter is sealed any more.
    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, primary_key=True, related_name="seal"
    )
    key_number = models.SmallIntegerField()
    wrapped = models.BinaryField()


class CallerPin(models.Model):
    """That the writer of this letter was given a PIN for callers, and from what it follows: a ring key
    and this salt. Not the PIN.
    """

    database_rights = ("SELECT", "INSERT")

    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, primary_key=True, related_name="caller_pin"
    )
    key_number = models.SmallIntegerField()
    salt = models.BinaryField(max_length=16)


class Helper(models.Model):
    """That somebody may follow this one letter for its writer and write on it, until that is ended, and
    from what their secret and PIN follow. Not who: no name, and nothing that ties letters by their helper.
    """

    # Nothing but its end: a trigger refuses any other change.
    database_rights = ("SELECT", "INSERT", "UPDATE")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="helpers")
    label = models.CharField(max_length=32, unique=True)
    relation = models.CharField(max_length=20, choices=Relation.choices)
    consent = models.CharField(max_length=10, choices=Consent.choices)
    key_number = models.SmallIntegerField()
    salt = models.BinaryField(max_length=16)
    replay = models.BinaryField(max_length=32, unique=True, null=True)
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(relation__in=Relation.values), name="helper_relation_known"
            ),
            models.CheckConstraint(
                condition=Q(consent__in=Consent.values), name="helper_consent_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="")
                | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="helper_end_has_author",
            ),
        ]


class Contact(models.Model):
    """How to reach the resident: sealed, opened only at sending. One row per submission, never shared."""

    database_rights = ("SELECT", "INSERT", "DELETE")

    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, primary_key=True, related_name="contact"
    )
    sealed = models.BinaryField()


class Reveal(models.Model):
    """One look by a clerk at one contact: told to its writer, counted in public by reason. Append-only.

    Who looked stands in the entry beside it.
    """

    database_rights = ("SELECT", "INSERT")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="reveals")
    at = models.DateTimeField()
    reason = models.CharField(max_length=20, choices=RevealReason.choices)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=RevealReason.values), name="reveal_reason_known"
            )
        ]
        indexes = [models.Index(fields=["at", "reason"], name="reveal_at_reason")]


class Message(models.Model):
    """One piece of the private exchange between one resident and the desk; `opening` alone reads it."""

    # Nothing but the erasure of its words: a trigger refuses any other change.
    database_rights = ("SELECT", "INSERT", "UPDATE")

    class From(models.TextChoices):
        RESIDENT = "resident"
        DESK = "desk"

    class Kind(models.TextChoices):
        WORDS = "words"
        QUESTION = "question"
        ANSWER = "answer"  # the resident's answer to a question
        REOPENING = "reopening"  # why the resident had it taken up again
        NEWS = "news"  # what the desk tells them of their letter's way
        INTERIM = "interim"  # how it stands, from the unit that works on it

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="messages")
    at = models.DateTimeField()
    sender = models.CharField(max_length=10, choices=From.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    author = models.CharField(max_length=60)
    sealed = models.BinaryField()  # what was said, under the letter's key; empty once it is erased
    replay = models.BinaryField(max_length=32, unique=True, null=True)

    class Meta:
        indexes = [models.Index(fields=["submission", "id"], name="message_submission_id")]


class Attachment(models.Model):
    """A picture or PDF that came with a letter, or later with words: rewritten, then sealed.

    The file's own key is sealed under the submission's, so it opens with that one alone and goes with
    it. What the file was called is not kept.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    class Kind(models.TextChoices):
        JPEG = "jpeg"
        PNG = "png"
        PDF = "pdf"

    class Thumbnail(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        NONE = "none"  # a PDF, a picture that could not be made small, or an erased one

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="attachments")
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, related_name="attachments"
    )
    label = models.CharField(max_length=32, unique=True)
    position = models.SmallIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    size = models.IntegerField()  # bytes, of what is shown, not of the sealed file
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    pages = models.IntegerField(default=0)
    file = models.CharField(max_length=32, unique=True, null=True)
    checksum = models.BinaryField(max_length=32)  # of the sealed file
    sealed_key = models.BinaryField()
    thumbnail = models.CharField(max_length=10, choices=Thumbnail.choices)
    thumbnail_file = models.CharField(max_length=32, unique=True, null=True)
    thumbnail_due_at = models.DateTimeField()
    thumbnail_tries = models.SmallIntegerField(default=0)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "position"], name="attachment_position_once"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None, file__isnull=False)
                | Q(erased_at__isnull=False, file=None, thumbnail_file=None, thumbnail="none"),
                name="attachment_erased_has_no_file",
            ),
            models.CheckConstraint(
                condition=Q(thumbnail="ready", thumbnail_file__isnull=False)
                | Q(thumbnail__in=["waiting", "none"], thumbnail_file=None),
                name="attachment_thumbnail_has_file",
            ),
        ]
        indexes = [
            models.Index(
                fields=["thumbnail_due_at"],
                condition=Q(thumbnail="waiting"),
                name="attachment_thumbnail_due",
            )
        ]


class LooseFile(models.Model):
    """A file that no attachment holds, yet or any more: the sweeper removes it when its time comes.

    Its row is written before the file, so no file lies unknown. One that waits with an unsent letter
    says what it is, with its own key sealed under a key of the ring.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    file = models.CharField(max_length=32, primary_key=True)
    due_at = models.DateTimeField()
    kind = models.CharField(max_length=10, blank=True)
    size = models.IntegerField(default=0)  # bytes
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    pages = models.IntegerField(default=0)
    checksum = models.BinaryField(max_length=32, default=b"")
    key_number = models.SmallIntegerField(default=0)
    sealed_key = models.BinaryField(default=b"")

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="loose_file_due")]
