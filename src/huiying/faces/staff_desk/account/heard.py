"""What was sent to oneself lately: about what, how it went, and when. Never of which case."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.accounts.notice_choices import TOPIC_OF
from huiying.faces.look import dates
from huiying.notices.reads import Delivery, newest_to
from huiying.notices.states import Result

MOST = 10
ABOUT: dict[str, str | Promise] = {
    "co_sign": gettext_lazy("Co-signing an answer"),
    "clock": gettext_lazy("Deadlines and supervision"),
    "duty": gettext_lazy("Duty shifts"),
    "joint_session": gettext_lazy("Joint sessions"),
}
OTHERS: dict[str, str | Promise] = {
    "digest": gettext_lazy("The mail of the day"),
    "escalation_on_duty": gettext_lazy("Deadlines, while you were on duty"),
    "account": gettext_lazy("About an account"),
}


def heard(label: str) -> list[tuple[str, ...]]:
    """The newest notices to this person: about what; how and when. One query."""
    return [(about(each.kind), _how(each)) for each in newest_to(label, MOST)]


def about(kind: str) -> str:
    """About what a notice of this kind is, in words."""
    return str(OTHERS.get(kind) or ABOUT.get(TOPIC_OF.get(kind, ""), _("News")))


def _how(each: Delivery) -> str:
    how = str(Result(each.result).label)
    return f"{how}\n{dates.at_time(each.ended_at or each.made_at)}"
