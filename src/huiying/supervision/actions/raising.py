"""What follows an alert: the day's digest, the next above where nobody took note, and taking note."""

from collections.abc import Iterable

from django.db.models import QuerySet

from huiying.casework.labels import subject
from huiying.casework.policy import find
from huiying.casework.states import OPEN, State
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb
from huiying.notices.actions import notice_row
from huiying.notices.models import Outgoing
from huiying.record.actions import write
from huiying.supervision.actions.alerting import Pass, alert_notice
from huiying.supervision.audiences import Told
from huiying.supervision.definitions import from_data
from huiying.supervision.errors import NothingToNote
from huiying.supervision.models import Alert, EscalationPolicy
from huiying.supervision.policy import may_take_note
from huiying.supervision.states import above

BATCH = 1000
MOST_LISTED = 50


def _claimed(alerts: QuerySet[Alert]) -> list[Alert]:
    """A batch of these that no other worker has in hand."""
    return list(
        alerts.select_related("case").select_for_update(skip_locked=True, of=("self",))[:BATCH]
    )


def _by_themselves(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """What is told of a case that is joined or split waits until that is undone."""
    return alerts.exclude(case__state__in=(State.JOINED, State.SPLIT))


def _still_runs(alert: Alert) -> bool:
    """Whether its case is open, and in the same round."""
    return alert.case.state in OPEN and alert.case.round == alert.round


@verb
def raise_unnoted(*, actor: Actor, one: Pass) -> int:
    """Tell the next above of alerts that nobody took note of in time; how many were looked at.

    For the system alone.
    """
    if not actor.has("system"):
        raise NotAllowed
    now = time.now()
    waiting = _by_themselves(
        Alert.objects.filter(acknowledged_at=None, raised_at=None, acknowledge_by__lte=now)
    )
    alerts = _claimed(waiting.order_by("acknowledge_by", "id"))
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(raised_at=now)
    waits = _waits(alerts)
    for alert in alerts:
        following = above(alert.audience)
        if following is None or not _still_runs(alert):
            continue
        hours = waits.get((alert.policy, alert.percent), 0)
        Alert.objects.create(
            case=alert.case,
            round=alert.round,
            percent=alert.percent,
            level=alert.level + 1,
            audience=following,
            policy=alert.policy,
            at=now,
            acknowledge_by=one.timing.acknowledge_by(now, hours) if hours else None,
        )
        people = one.staff.told(alert.case.lead_unit_id, [following], alert.case)
        Outgoing.objects.bulk_create(
            [alert_notice(one, person, alert.case, alert.percent) for person in people]
        )
        write(
            actor=actor,
            action="escalation.raised",
            subject=subject(alert.case),
            data={"percent": alert.percent, "audience": following.value},
        )
    return len(alerts)


def _waits(alerts: Iterable[Alert]) -> dict[tuple[int, int], int]:
    """How many hours each step gives, by version and percentage."""
    rows = EscalationPolicy.objects.filter(number__in={alert.policy for alert in alerts})
    return {
        (number, step.at): step.acknowledge_within
        for number, data in rows.values_list("number", "definition")
        for step in from_data(data).steps
    }


@verb
def send_digests(*, actor: Actor, one: Pass) -> int:
    """Send what waited for the digest, one notice a person; how many alerts it held.

    What was answered meanwhile is left out. For the system alone.
    """
    if not actor.has("system"):
        raise NotAllowed
    now = time.now()
    waiting = _by_themselves(Alert.objects.filter(digested_at=None, digest_due_at__lte=now))
    alerts = _claimed(waiting.order_by("digest_due_at", "id"))
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(digested_at=now)
    versions = EscalationPolicy.objects.filter(number__in={alert.policy for alert in alerts})
    said = {each.number: from_data(each.definition) for each in versions}
    lists: dict[Told, dict[int, int]] = {}
    for alert in filter(_still_runs, alerts):
        step = said[alert.policy].step(alert.percent)
        case = alert.case
        for person in one.staff.told(case.lead_unit_id, step.tell if step else (), case):
            of_theirs = lists.setdefault(person, {})
            of_theirs[alert.case.number] = max(alert.percent, of_theirs.get(alert.case.number, 0))
    rows = [_digest(person, cases) for person, cases in lists.items()]
    for row in rows:
        row.due_at = one.timing.send_at(now)
    Outgoing.objects.bulk_create(rows)
    return len(alerts)


def _digest(person: Told, cases: dict[int, int]) -> Outgoing:
    """The furthest first; a very long list is cut, and says so."""
    listed = sorted(cases.items(), key=lambda line: (-line[1], line[0]))[:MOST_LISTED]
    return notice_row(
        kind="escalation_digest",
        recipient=person.recipient,
        language=person.language,
        data={
            "cases": [{"number": number, "percent": percent} for number, percent in listed],
            "more": len(cases) - len(listed),
        },
    )


@verb
def take_note(*, actor: Actor, number: int) -> None:
    """Say that one has taken note of what was told of this case; nobody above is told of that then.

    Raises NotFound, NotAllowed, and NothingToNote where nothing waits.
    """
    case = find(actor, number)
    if not may_take_note(actor, case):
        raise NotAllowed
    waiting = Alert.objects.filter(case=case, round=case.round, acknowledged_at=None)
    noted = waiting.filter(acknowledge_by__isnull=False).update(
        acknowledged_at=time.now(), acknowledged_by=actor.label
    )
    if not noted:
        raise NothingToNote
    write(actor=actor, action="escalation.noted", subject=subject(case), data={"alerts": noted})
