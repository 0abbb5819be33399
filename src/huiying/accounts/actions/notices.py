"""Choosing which notices one gets, and when."""

from dataclasses import asdict
from datetime import date, datetime, time

from django.utils.translation import gettext_lazy as _

from huiying.accounts.actions.accounts import own, subject
from huiying.accounts.models import How, NoticeChoice
from huiying.accounts.notice_choices import Choices
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid
from huiying.kernel.verbs import verb
from huiying.record.actions import write

HOURS = range(24)


def _check(chosen: Choices) -> None:
    for topic in ("co_sign", "clock", "duty", "joint_session"):
        if getattr(chosen, topic) not in How.values:
            raise Invalid(_("Choose one."), field=topic)
    if chosen.joint_session == How.DIGEST:  # who may know of it is asked as each one goes
        raise Invalid(_("Choose one."), field="joint_session")
    if (chosen.quiet_from is None) != (chosen.quiet_until is None):
        raise Invalid(_("Give both hours, or none."), field="quiet_until")
    hours = [chosen.quiet_from or 0, chosen.quiet_until or 0, chosen.digest_hour]
    if any(hour not in HOURS for hour in hours):
        raise Invalid(_("Choose an hour of the day."), field="digest_hour")
    if chosen.quiet_from is not None and chosen.quiet_from == chosen.quiet_until:
        raise Invalid(_("Quiet hours end at another hour than they begin."), field="quiet_until")
    if chosen.quiet and chosen.quiet.covers(datetime.combine(date.min, time(chosen.digest_hour))):
        raise Invalid(_("The daily mail comes at an hour that is not quiet."), field="digest_hour")


@verb
def choose_notices(*, actor: Actor, account_id: int, chosen: Choices) -> None:
    """Choose for one's own account; what still waits in the outbox follows the choice at sending."""
    account = own(actor, account_id)
    _check(chosen)
    NoticeChoice.objects.update_or_create(account=account, defaults=asdict(chosen))
    write(
        actor=actor,
        action="account.notices_chosen",
        subject=subject(account),
        data=asdict(chosen),
    )
