"""What follows an alert: the day's digest, the next above where nobody took note, and taking note."""

from collections.abc import Iterable
from typing import Any

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
from huiying.routing.promises.definitions import Stage
from huiying.supervision.actions.alerting import Pass, about, alert_notice
from huiying.supervision.audiences import Told
from huiying.supervision.definitions import from_data
from huiying.supervision.errors import NothingToNote
from huiying.supervision.models import Alert, EscalationPolicy
from huiying.supervision.policy import may_take_note
from huiying.supervision.stages.days import StageDue, running_of
from huiying.supervision.states import Audience, above

BATCH = 1000
IN_ORDER = Stage.values
MOST_LISTED = 50


type _Line = dict[
    str, Any
]  # a line of a digest: its case, how far, and which clock beside the answer's


def _claimed(alerts: QuerySet[Alert]) -> list[Alert]:
    """A batch of these that no other worker has in hand."""
    return list(
        alerts.select_related("case").select_for_update(skip_locked=True, of=("self",))[:BATCH]
    )


def _by_themselves(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """What is told of a case that is joined or split waits until that is undone."""
    return alerts.exclude(case__state__in=(State.JOINED, State.SPLIT))


class _Running:
    """The clocks of which these alerts tell, as far as they run still."""

    def __init__(self, alerts: Iterable[Alert], one: Pass) -> None:
        beside = {alert.case_id for alert in alerts if alert.stage != Stage.SOLVE}
        self._clocks = running_of(beside, one.terms) if beside else {}

    def clock(self, alert: Alert) -> StageDue | None:
        """The one beside the answer's, None where that is told of, or it has ended."""
        if alert.began_at is None or alert.case.round != alert.round:
            return None
        return self._clocks.get((alert.case_id, alert.stage, alert.began_at))

    def still(self, alert: Alert) -> bool:
        """Whether it runs, and in the same round."""
        if alert.stage != Stage.SOLVE:
            return self.clock(alert) is not None
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
    waits, running = _waits(alerts), _Running(alerts, one)
    for alert in alerts:
        following = above(alert.audience)
        if following is None or not running.still(alert):
            continue
        hours = waits.get((alert.policy, alert.stage, alert.percent), 0)
        Alert.objects.create(
            case=alert.case,
            round=alert.round,
            stage=alert.stage,
            began_at=alert.began_at,
            percent=alert.percent,
            level=alert.level + 1,
            audience=following,
            policy=alert.policy,
            at=now,
            acknowledge_by=one.timing.acknowledge_by(now, hours) if hours else None,
        )
        _tell_above(one, alert, following, running.clock(alert))
        write(
            actor=actor,
            action="escalation.raised",
            subject=subject(alert.case),
            data={"percent": alert.percent, "audience": following.value} | _stage(alert),
        )
    return len(alerts)


def _tell_above(one: Pass, alert: Alert, following: Audience, clock: StageDue | None) -> None:
    people = one.staff.told(alert.case.lead_unit_id, [following], alert.case)
    Outgoing.objects.bulk_create(
        [alert_notice(one, person, alert.case, alert.percent, clock=clock) for person in people]
    )


def _stage(alert: Alert) -> dict[str, str]:
    """Nothing for the answer, as before there were others."""
    return {"stage": alert.stage} if alert.stage != Stage.SOLVE else {}


def _waits(alerts: Iterable[Alert]) -> dict[tuple[int, str, int], int]:
    """How many hours each step gives, by version, stage and percentage."""
    rows = EscalationPolicy.objects.filter(number__in={alert.policy for alert in alerts})
    return {
        (number, step.stage.value, step.at): step.acknowledge_within
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
    running = _Running(alerts, one)
    lists: dict[Told, dict[tuple[int, str], _Line]] = {}
    for alert in filter(running.still, alerts):
        step = said[alert.policy].step(alert.percent, alert.stage)
        case = alert.case
        line: _Line = {"number": case.number, "percent": alert.percent}
        line |= about(running.clock(alert))
        for person in one.staff.told(case.lead_unit_id, step.tell if step else (), case):
            of_theirs = lists.setdefault(person, {})
            before = of_theirs.get((case.number, alert.stage), line)
            of_theirs[case.number, alert.stage] = max(before, line, key=_furthest)
    rows = [_digest(person, cases) for person, cases in lists.items()]
    for row in rows:
        row.due_at = one.timing.send_at(now)
    Outgoing.objects.bulk_create(rows)
    return len(alerts)


def _furthest(line: _Line) -> int:
    return int(line["percent"])


def _digest(person: Told, cases: dict[tuple[int, str], _Line]) -> Outgoing:
    """The furthest first; a very long list is cut, and says so."""
    listed = sorted(
        cases.values(), key=lambda line: (-_furthest(line), line["number"], line.get("stage", ""))
    )[:MOST_LISTED]
    return notice_row(
        kind="escalation_digest",
        recipient=person.recipient,
        language=person.language,
        data={
            "cases": listed,
            "more": len(cases) - len(listed),
        },
    )


@verb
def take_note(*, actor: Actor, number: int) -> list[str]:
    """Say that one has taken note of what was told of this case; nobody above is told of that then. Of which
    stages that was.

    Raises NotFound, NotAllowed, and NothingToNote where nothing waits.
    """
    case = find(actor, number)
    if not may_take_note(actor, case):
        raise NotAllowed
    waiting = Alert.objects.filter(
        case=case, round=case.round, acknowledged_at=None, acknowledge_by__isnull=False
    )
    found = dict(waiting.select_for_update().values_list("pk", "stage"))
    if not found:
        raise NothingToNote
    Alert.objects.filter(pk__in=found).update(
        acknowledged_at=time.now(), acknowledged_by=actor.label
    )
    stages = sorted(set(found.values()), key=IN_ORDER.index)
    write(
        actor=actor,
        action="escalation.noted",
        subject=subject(case),
        data={"alerts": len(found), "stages": stages},
    )
    return stages
