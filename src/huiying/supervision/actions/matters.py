"""The supervision list: asking for something by a date, reporting on it, taking it off the list.

These set dates and tasks. None changes a case, its urgency, its outcome or what is published.
"""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.accounts.actions.unsent import forget_about
from huiying.accounts.models import Account
from huiying.accounts.unsent import about_page
from huiying.agencies.models import Membership, Role
from huiying.agencies.reads import standing_of
from huiying.casework.joined import cases_of, has_words
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Report
from huiying.casework.policy import kept_from
from huiying.casework.states import OPEN
from huiying.casework.words import required
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound
from huiying.kernel.verbs import verb
from huiying.notices.actions import notice_row
from huiying.notices.models import Outgoing
from huiying.record.actions import write
from huiying.supervision.audiences import Staff
from huiying.supervision.errors import MatterClosed, NothingReported
from huiying.supervision.models import Matter, Progress
from huiying.supervision.policy import known_cases, may_close, may_put, may_report
from huiying.supervision.states import Audience, Kind

LONGEST_DAYS = 366
LONGEST = 1000


def account_of(actor: Actor) -> Account:
    return Account.objects.get(pk=int(actor.scopes("account")[0]))


@verb
def put_on_list(
    *, actor: Actor, number: int, kind: str, asked: str, due_on: date, leader: str = ""
) -> Matter:
    """Ask something of whoever has a case, to be reported by the end of `due_on`; they are told.

    `leader` is the user name of who is in charge, for that kind. Raises NotFound, NotAllowed, Invalid.
    """
    case = known_cases(actor).select_related("lead_unit").filter(number=number).first()
    if case is None:
        raise NotFound
    if not may_put(actor, kind, case):
        raise NotAllowed
    if case.state not in OPEN:
        raise Invalid(_("This case is answered or closed. It would have to be reopened first."))
    days = (due_on - timezone.localdate(time.now())).days
    if not 0 <= days <= LONGEST_DAYS:
        raise Invalid(_("Choose a day from today on, within a year."), field="due_on")
    matter = Matter.objects.create(
        label=random_label(),
        case=case,
        kind=kind,
        asked=required(asked, "asked", most=LONGEST),
        due_on=due_on,
        opened_by=account_of(actor),
        leader=_leader(leader, case) if kind == Kind.IN_CHARGE else None,
        opened_at=time.now(),
    )
    tell_of(matter)
    keep(actor, "matter.opened", matter, {"due_on": due_on.isoformat()})
    return matter


def _leader(username: str, case: CaseFile) -> Account:
    """A leader of the unit, or of one above it, from whom the case is not kept."""
    held = Membership.objects.filter(
        account__username=username, account__is_active=True, role=Role.LEADER, ended_at=None
    ).select_related("account")
    path = case.lead_unit.path if case.lead_unit else ""
    for row in held:
        kept = kept_from(standing_of(row.account).actor)
        over = row.unit.parent_id is None or path.startswith(row.unit.path)
        if over and not CaseFile.objects.filter(kept, pk=case.pk).exists():
            return row.account
    raise Invalid(_("Choose a leader who answers for the unit."), field="leader")


def tell_of(matter: Matter) -> None:
    """A notice with the number and the day to those who have the case and their head."""
    case = matter.case
    people = Staff().told(case.lead_unit_id, (Audience.HOLDERS, Audience.UNIT_HEAD), case)
    told = {(person.recipient, person.language) for person in people}
    if matter.leader is not None:
        told.add((f"staff:{matter.leader.label}", matter.leader.language))
    Outgoing.objects.bulk_create(
        notice_row(
            kind="matter",
            recipient=recipient,
            language=language,
            data={"number": case.number, "due_on": matter.due_on.isoformat()},
        )
        for recipient, language in sorted(told)
    )


def keep(actor: Actor, action: str, matter: Matter, data: dict[str, str]) -> None:
    write(
        actor=actor,
        action=action,
        subject=subject(matter.case),
        data={"matter": matter.label, "kind": matter.kind, **data},
    )


def _find(actor: Actor, label: str) -> Matter:
    """A matter on the list of this actor, locked; NotFound, and MatterClosed where it is off the list."""
    matter = (
        Matter.objects.select_for_update(of=("self",))
        .select_related("case__lead_unit")
        .filter(case__in=known_cases(actor), label=label)
        .first()
    )
    if matter is None:
        raise NotFound
    if matter.closed_at is not None:
        raise MatterClosed
    return matter


@verb
def report_progress(*, actor: Actor, label: str, text: str) -> None:
    """Say how far it is. Raises NotFound, NotAllowed, NeedsWords, MatterClosed."""
    matter = _find(actor, label)
    if not may_report(actor, matter):
        raise NotAllowed
    said = required(text, "text", most=LONGEST)
    Progress.objects.create(matter=matter, author=account_of(actor), at=time.now(), text=said)
    keep(actor, "matter.reported", matter, {})


@verb
def take_off_list(*, actor: Actor, label: str) -> None:
    """End a matter on which something was reported; what the case is stays as it is.

    Raises NotFound, NotAllowed, MatterClosed, NothingReported.
    """
    matter = _find(actor, label)
    if not may_close(actor, matter):
        raise NotAllowed
    if not matter.progress.exists():
        raise NothingReported
    Matter.objects.filter(pk=matter.pk).update(closed_at=time.now(), closed_by=account_of(actor))
    keep(actor, "matter.closed", matter, {})


@verb
def forget_matters(*, actor: Actor, report: Report) -> None:
    """Empty what was asked and reported, with the words of the case's last letter; also where the letter
    stands with another case than its own. What was typed and not sent goes with any letter. For the system
    alone.
    """
    if not actor.has("system"):
        raise NotAllowed
    labels = Matter.objects.filter(case__in=cases_of(report)).values_list("label", flat=True)
    forget_about([about_page(label) for label in labels])
    emptied = [case for case in cases_of(report) if not has_words(case)]
    Progress.objects.filter(matter__case__in=emptied).exclude(text="").update(text="")
    Matter.objects.filter(case__in=emptied).exclude(asked="").update(asked="")
