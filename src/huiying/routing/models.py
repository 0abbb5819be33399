from django.db import models

from huiying.agencies.models import Unit


class Category(models.Model):
    """What a letter is about; a tree. Each leaf names its lead unit and a target.

    The target counts calendar days, or working days by the calendar of the lead unit.
    """

    code = models.CharField(max_length=60, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    name = models.JSONField()
    description = models.JSONField(default=dict)
    lead_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    target_days = models.PositiveSmallIntegerField(null=True)
    working_days = models.BooleanField(default=False, db_default=False)
    is_leaf = models.BooleanField(default=True)
    offered = models.BooleanField(default=True)  # shown to residents in the write-in form
    active = models.BooleanField(default=True)
    # An answer to the writer alone on this needs no reviewer. Default: every answer is checked.
    private_unreviewed = models.BooleanField(default=False)
    # The supporting units of a case about this co-sign its answer before it is reviewed.
    co_sign = models.BooleanField(default=False, db_default=False)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_leaf=False)
                | (models.Q(lead_unit__isnull=False) & models.Q(target_days__gte=1)),
                name="category_leaf_has_lead_and_target",
            )
        ]


class ProposedVersion(models.Model):
    """A version of rules of some kind, proposed by one person and adopted by another."""

    number = models.PositiveIntegerField(unique=True)
    digest = models.CharField(max_length=64)  # SHA-256 of what it says
    note = models.CharField(max_length=500, blank=True)
    proposed_by = models.CharField(max_length=60)  # an actor's label
    proposed_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=60, blank=True)
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def has_ended(self) -> bool:
        """Whether it waits no longer without having been put in force."""
        return False


def adopted_by_another(name: str) -> list[models.BaseConstraint]:
    """The constraints of a `ProposedVersion`: adopted whole or not at all, and by a second person."""
    return [
        models.CheckConstraint(
            condition=models.Q(adopted_by="", adopted_at=None)
            | (~models.Q(adopted_by="") & models.Q(adopted_at__isnull=False)),
            name=f"{name}_adopted_whole",
        ),
        models.CheckConstraint(
            condition=~models.Q(adopted_by=models.F("proposed_by")),
            name=f"{name}_second_person",
        ),
    ]


class PromiseVersion(ProposedVersion):
    """What the agency promises, proposed by one person and put in force by another.

    The newest adopted version is in force; `definition` is that of `promises.definitions.PromiseSet`. The
    database lets nothing of a version change but its adoption, once.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    definition = models.JSONField()

    class Meta:
        constraints = adopted_by_another("promise_version")


class Learned(models.Model):
    """A model trained here: what it was made of, how good it was on letters that it had not seen, and
    itself. Append-only.

    `figures` is `suggesting.Model.about`: counts and shares, never a word of a letter. `packed` is what
    `suggesting.load` takes; the entry of its training holds `digest`.
    """

    database_rights = ("SELECT", "INSERT")

    number = models.PositiveIntegerField(unique=True)
    trained_at = models.DateTimeField()
    letters = models.PositiveIntegerField()
    categories = models.PositiveIntegerField()
    threshold = models.FloatField()  # the one that training found
    figures = models.JSONField()
    digest = models.CharField(max_length=64)  # SHA-256 of `packed`
    packed = models.BinaryField()


class Use(models.Model):
    """Which model suggests, and from which likelihood on: proposed by one person, adopted by another.

    The newest adopted row is in force; one without a model means that none suggests, and takes one
    person. Nothing of a row changes but its decision.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    class State(models.TextChoices):
        PROPOSED = "proposed"
        ADOPTED = "adopted"
        REFUSED = "refused"

    learned = models.ForeignKey(Learned, on_delete=models.PROTECT, null=True, related_name="uses")
    threshold = models.FloatField(default=1.0)
    state = models.CharField(max_length=10, choices=State.choices)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=60)  # an actor's label
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="proposed", decided_at=None, decided_by="")
                | (
                    ~models.Q(state="proposed")
                    & models.Q(decided_at__isnull=False)
                    & ~models.Q(decided_by="")
                ),
                name="use_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="adopted")
                | models.Q(learned=None)
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="use_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(threshold__gte=0, threshold__lte=1), name="use_threshold_share"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="proposed"), name="use_one_proposal"
            ),
        ]


class RuleVersion(ProposedVersion):
    """Where letters go by rule, proposed by one person and put in force by another.

    The newest adopted version is in force; `rules` is that of `rules.definitions.RuleSet.as_data`. Nothing
    of a version changes but its adoption.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    rules = models.JSONField()

    class Meta:
        constraints = adopted_by_another("rule_version")
