"""Splitting a letter whose case stands on the supervision list: what is asked of it goes on to every part.

The words stay with the whole letter, since they may speak of other parts: each part is asked to report by the
same day, and whoever is in charge of the letter is in charge of its parts.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from huiying.agencies.reads import standing_of
from huiying.casework.actions.splitting import PartWanted, split, unsplit
from huiying.casework.models import CaseFile
from huiying.casework.part_models import Part
from huiying.casework.policy import kept_from
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.verbs import verb
from huiying.supervision.actions.matters import account_of, keep, tell_of
from huiying.supervision.models import Matter


@verb
def split_on_list(
    *, actor: Actor, number: int, seen: int | None = None, parts: Sequence[PartWanted]
) -> CaseFile:
    """`split`, with everything that is asked of the case put on the list for each of its parts."""
    case = split(actor=actor, number=number, seen=seen, parts=parts)
    made = [part.report.case for part in _parts(case)]
    for matter in Matter.objects.filter(case=case, closed_at=None).select_related("case", "leader"):
        gone_on = [child for child in made if not _kept(child, matter)]
        for child in gone_on:
            with translation.override(settings.LANGUAGE_CODE):
                asked = _("Part of a letter on the supervision list: report on this part.")
            _open(actor, matter, child, asked)
        if gone_on:
            _end(actor, matter, "matter.went_on")
    return case


@verb
def unsplit_on_list(*, actor: Actor, number: int, seen: int | None = None) -> CaseFile:
    """`unsplit`; what was asked of the parts ends, and is asked of the whole case again in its own words."""
    found = CaseFile.objects.filter(number=number).first()
    parts = list(_parts(found)) if found else []
    case = unsplit(actor=actor, number=number, seen=seen)
    since = min((part.since for part in parts), default=None)
    gone_on = Matter.objects.filter(case=case, closed_at__gte=since) if since else []
    for matter in gone_on:
        _open(actor, matter, case, matter.asked)
    of_parts = Matter.objects.filter(case__in=[part.report.case_id for part in parts])
    for matter in of_parts.filter(closed_at=None).select_related("case"):
        _end(actor, matter, "matter.went_back")
    return case


def _parts(case: CaseFile) -> QuerySet[Part]:
    rows = Part.objects.filter(letter__case=case, taken_back_at=None).order_by("place")
    return rows.select_related("report__case__lead_unit")


def _kept(child: CaseFile, matter: Matter) -> bool:
    """Whether the part is a complaint that is kept from who would be in charge of it."""
    if matter.leader is None:
        return False
    kept = kept_from(standing_of(matter.leader).actor)
    return CaseFile.objects.filter(kept, pk=child.pk).exists()


def _open(actor: Actor, matter: Matter, case: CaseFile, asked: str) -> None:
    opened = Matter.objects.create(
        label=random_label(),
        case=case,
        kind=matter.kind,
        asked=asked,
        due_on=matter.due_on,
        opened_by_id=matter.opened_by_id,
        leader=matter.leader,
        opened_at=time.now(),
    )
    tell_of(opened)
    keep(actor, "matter.opened", opened, {"due_on": matter.due_on.isoformat()})


def _end(actor: Actor, matter: Matter, action: str) -> None:
    rows = Matter.objects.filter(pk=matter.pk)
    rows.update(closed_at=time.now(), closed_by=account_of(actor))
    keep(actor, action, matter, {})
