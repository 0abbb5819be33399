"""What the sample shows of supervision: a policy and whom it told, two rosters, and a supervised case.

Each part is made where there is none of it, by the real verbs, as if some days ago.
"""

import datetime

from django.utils import timezone

from huiying.accounts.models import Account
from huiying.agencies.duty.actions.rosters import adopt_pattern, make_roster
from huiying.agencies.duty.models import Roster
from huiying.agencies.duty.patterns import DAYS, Turn
from huiying.agencies.duty.states import Cover
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.config.demo_letters import person
from huiying.config.demo_sample import Row, file, moment, rows
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb
from huiying.supervision.actions.adopting import adopt_policy, propose_policy
from huiying.supervision.actions.matters import put_on_list, report_progress
from huiying.supervision.actions.raising import take_note
from huiying.supervision.definitions import read_policy
from huiying.supervision.models import Alert, Matter
from huiying.supervision.reads import in_force
from huiying.supervision.tasks import escalate

ADMINISTRATOR, SUPERVISOR, LEADER = "admin.xu", "supervisor.tang", "leader.shen"
LATEST = "-1d 10:30"
HOUR = 60


def load_supervision() -> None:
    """Bring what is missing; what is there stays as it is."""
    now = timezone.localtime(time.now())
    there = set(Roster.objects.values_list("unit__code", flat=True))
    for row in rows("rosters.toml", "roster"):
        if row["unit"] not in there:
            with time.at(moment(row["made_at"], now)):
                _make_roster(actor=person(SUPERVISOR), row=row)
    if in_force() is None:
        _tell_by_policy(now)
    if not Matter.objects.exists():
        _supervise(now)


@verb
def _make_roster(*, actor: Actor, row: Row) -> None:
    """A roster with its pattern and its plan, or nothing."""
    roster = make_roster(
        actor=actor,
        unit_code=row["unit"],
        name=row["name"],
        zone=timezone.get_default_timezone_name(),
    )
    ids = dict(Account.objects.values_list("username", "pk"))
    turns = [
        Turn(
            turn["name"],
            turn["from"] * HOUR,
            turn["until"] * HOUR,
            days=frozenset(DAYS),
            people=tuple(ids[name] for name in turn["people"]),
        )
        for turn in row["turn"]
    ]
    adopt_pattern(
        actor=actor,
        code=roster.code,
        starts_on=timezone.localdate(time.now()),
        cover=Cover(row["cover"]),
        turns=turns,
    )


def _tell_by_policy(now: datetime.datetime) -> None:
    """A policy of some days ago, what it told then and since, and one unit that took note."""
    text = file("escalation.toml").read_text("utf-8")
    with time.at(moment("-4d 09:00", now)):
        number = propose_policy(
            actor=person(ADMINISTRATOR), definition=read_policy(text), note="试行一个月"
        )
        adopt_policy(actor=person(SUPERVISOR), number=number)
        escalate()
    with time.at(moment(LATEST, now)):
        escalate()
        waiting = Alert.objects.filter(acknowledge_by__isnull=False, acknowledged_at=None)
        alert = waiting.filter(case__lead_unit__isnull=False).order_by("id").first()
        if alert is not None:
            take_note(actor=person(SUPERVISOR), number=alert.case.number)


def _supervise(now: datetime.datetime) -> None:
    """The case in progress that is due first is supervised; a leader is in charge of the next."""
    running = CaseFile.objects.filter(state=State.IN_PROGRESS, conduct=False)
    numbers = list(running.order_by("due_at", "id").values_list("number", flat=True)[:2])
    matters: list[str] = []
    with time.at(moment(LATEST, now)):
        due_on = timezone.localdate(now) + datetime.timedelta(days=4)
        for number, kind in zip(numbers, ("supervision", "in_charge"), strict=False):
            matter = put_on_list(
                actor=person(SUPERVISOR),
                number=number,
                kind=kind,
                asked="请说明办到哪一步，什么时候能办完。",
                due_on=due_on,
                leader=LEADER if kind == "in_charge" else "",
            )
            matters.append(matter.label)
    if matters:
        report_progress(actor=person(LEADER), label=matters[-1], text="已约单位负责人现场看过。")
