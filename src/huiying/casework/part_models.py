from django.db import models
from django.db.models import F, Q


class Part(models.Model):
    """One matter of a letter with several: `report` is the part, in the desk's words, with the case that
    was made for it; `letter` the whole one, as received.

    `place` counts the parts of a letter from 1. `born` is the version that the part's case was made with:
    as long as it stands, the split can be taken back. The database lets nothing of it change but that,
    once.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    report = models.OneToOneField("casework.Report", on_delete=models.PROTECT, related_name="part")
    letter = models.ForeignKey("casework.Report", on_delete=models.PROTECT, related_name="parts")
    place = models.SmallIntegerField()
    since = models.DateTimeField()
    born = models.IntegerField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "place"], condition=Q(taken_back_at=None), name="part_place_once"
            ),
            models.CheckConstraint(condition=~Q(report=F("letter")), name="part_is_another"),
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | Q(taken_back_at__gte=F("since")),
                name="part_ends_after_start",
            ),
        ]
