"""What the sample shows of matters that grow: weak tap water in one town, more in its last week than usual.

Made where there is none of it, by the real verbs. Days count from the last week that is over, so that the
list shows it on whichever day the sample is loaded.
"""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from huiying.casework.actions.receiving import receive
from huiying.casework.actions.sorting import assign, triage
from huiying.casework.models import CaseFile
from huiying.config.demo_letters import person
from huiying.insight.growing.tasks import count_due_growth
from huiying.insight.growing.weeks import WEEK, latest
from huiying.intake.letters import Letter
from huiying.intake.models import Submission
from huiying.kernel import time as clock
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb

SOURCE = "sample-growing"
CATEGORY, LEAD, TOWN = "water-supply", "water-company", "青石滩镇"
# How many came in the last week, and in the weeks before it.
COUNTS = (14, 0, 1, 0, 1, 1, 0, 1, 1)
WORDS = (
    ("石埂村", "早上没水", "早上六点到八点水龙头不出水，做不了饭。"),
    ("塘尾村", "水压很低", "水压低，热水器打不着火，已经好几天了。"),
    ("大塘湾村", "晚上停水", "晚上八点以后就没有水，也没有通知。"),
)
OF_A_DAY = 3


def load_growing(actor: Actor) -> None:
    """Bring the letters that are missing, then count what grew."""
    last = latest(clock.now())
    there = set(Submission.objects.filter(source=SOURCE).values_list("source_id", flat=True))
    for back, count in enumerate(COUNTS):
        for number in range(count):
            name = f"{back}-{number}"
            if name not in there:
                day = last - WEEK * back + timedelta(days=number // OF_A_DAY)
                _write_in(actor=actor, name=name, day=day, number=number)
    count_due_growth()


@verb
def _write_in(*, actor: Actor, name: str, day: date, number: int) -> None:
    """One letter, sorted and given to the water company an hour later."""
    village, title, body = WORDS[number % len(WORDS)]
    came = datetime.combine(day, time(9, 10 * number % 60), timezone.get_default_timezone())
    letter = Letter(
        title=f"{village}{title}",
        body=body,
        place=f"{TOWN}{village}",
        wish="public",
        source=SOURCE,
        source_id=name,
    )
    with clock.at(came):
        label = receive(actor=actor, letter=letter).submission_label
    case = CaseFile.objects.get(reports__submission__label=label)
    with clock.at(came + timedelta(hours=1)):
        triage(actor=person("clerk.lin"), number=case.number, category_code=CATEGORY)
        assign(actor=person("dispatcher.fang"), number=case.number, lead_code=LEAD)
