"""What the desk itself writes down about its cases, or one member of staff for themselves."""

from django.db import models
from django.db.models import Q

from huiying.accounts.models import Account
from huiying.agencies.models import Unit


class SavedList(models.Model):
    """A list of cases as one member of staff likes to ask for it; `first` is where they begin.

    `asked` holds the filters by name (`queues.Wanted`), never a number, a name or a word of a letter.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    asked = models.JSONField()
    first = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="saved_list_name_once"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(first=True), name="saved_list_one_first"
            ),
        ]


class CaseNote(models.Model):
    """A note between units on a case: for who may read the case, never for a resident. Append-only.

    The database lets a text be emptied, for erasure, and nothing else be changed.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    case = models.ForeignKey("casework.CaseFile", on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    text = models.TextField()


class Mention(models.Model):
    """A member of staff who is named in a note; `read_at` once they opened it."""

    database_rights = ("SELECT", "INSERT", "UPDATE")

    note = models.ForeignKey(
        CaseNote, on_delete=models.PROTECT, related_name="mentions", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "note"], name="mention_once"),
        ]


class OutsideNumber(models.Model):
    """Under which number another system knows the case, and by when it wants to hear (`due_at`).

    That moment stands beside the case's own clock and changes nothing of it. `ended_at`: put there
    wrongly. It goes with the words of the case's last letter, for elsewhere the number names its writer.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    case = models.ForeignKey(
        "casework.CaseFile",
        on_delete=models.PROTECT,
        related_name="outside_numbers",
        db_index=False,
    )
    system = models.CharField(max_length=60)
    number = models.CharField(max_length=60)  # folded: see `outside_numbers.folded`
    due_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "system", "number"],
                condition=Q(ended_at=None),
                name="outside_number_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["number"], condition=Q(ended_at=None), name="outside_number_found"
            ),
        ]


class LastLook(models.Model):
    """Up to where a member of staff has read what changed, by their own word. Read by them alone."""

    database_rights = ("SELECT", "INSERT", "UPDATE")

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Likened(models.Model):
    """That somebody said of two cases that they are about one matter: the writer of the letter that made
    `case`, or the clerk who took it; or, that they are not (`apart`). Taken back or overtaken, it ends.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    class Said(models.TextChoices):
        WRITER = "writer"
        DESK = "desk"
        APART = "apart"

    case = models.ForeignKey(
        "casework.CaseFile", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    other = models.ForeignKey("casework.CaseFile", on_delete=models.PROTECT, related_name="+")
    said = models.CharField(max_length=6, choices=Said.choices)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(said__in=["writer", "desk", "apart"]), name="likened_said_known"
            ),
            models.CheckConstraint(condition=~Q(case=models.F("other")), name="likened_two_cases"),
            models.UniqueConstraint(
                fields=["case", "other"], condition=Q(ended_at=None), name="likened_once"
            ),
        ]
