"""The sample's standard answers, proposed and approved by the real verbs at their own past moments."""

from datetime import timedelta

from django.utils import timezone

from huiying.config.demo_letters import person
from huiying.config.demo_sample import Row, moment, rows
from huiying.kernel import time
from huiying.replies.actions.standards import StandardText, approve_standard, propose_standard
from huiying.replies.models import StandardAnswer

GOOD_FOR = timedelta(days=365)


def load_standards() -> None:
    """Propose and approve those that are missing, known by their unit and category."""
    there = set(StandardAnswer.objects.values_list("unit__code", "category__code"))
    for row in rows("standards.toml", "standard"):
        if (row["unit"], row["category"]) not in there:
            _propose(row)


def _propose(row: Row) -> None:
    now = timezone.localtime(time.now())
    text = StandardText(row["title"], row["question"], row["text"], row["outcome"])
    with time.at(moment(row["proposed_at"], now)):
        standard = propose_standard(
            actor=person(row["proposed_by"]),
            unit_code=row["unit"],
            category_code=row["category"],
            text=text,
            expires_on=(now + GOOD_FOR).date(),
        )
    with time.at(moment(row["approved_at"], now)):
        approve_standard(actor=person(row["approved_by"]), label=standard.label)
