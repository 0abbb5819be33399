"""Who answers what across the floors: set when Django is ready."""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from huiying.accounts.notice_choices import choices_of, timing_of
from huiying.accounts.reads import mail_address
from huiying.casework.reads import in_danger
from huiying.intake.callers import pin_of_label
from huiying.intake.reads import withdrawn_by_label
from huiying.intake.vault import way_to
from huiying.kernel import time
from huiying.notices import delivery
from huiying.notices.states import Timing, TimingKind, Way
from huiying.replies.reads.publication import taken_back_since, with_publication
from huiying.supervision.joint_sessions.reads import knows_of_session
from huiying.supervision.reads import hidden_from
from huiying.supervision.stages import publication


def follow_page(language: str) -> str:
    """The full address of the page on which a writer follows a letter, in this language."""
    with translation.override(language):
        return f"{settings.SITE_URL}{reverse('public_site:follow')}"


def route_of(label: str) -> delivery.Route | None:
    """How to reach them: a member of staff by their account, a writer by the vault."""
    if label.startswith("staff:"):
        address = mail_address(label)
        found = (Way.MAIL, address) if address else None
    else:
        found = way_to(label)
    if found is None or (found[0] == Way.MAIL and "@" not in parseaddr(found[1])[1]):
        return None
    return delivery.Route(*found)


def staff_timing(label: str, kind: str, data: dict[str, Any]) -> Timing:
    """When a member of staff wants this notice; danger is what the writer of its case reported.

    Never where it tells of a joint session that they may not know of any more.
    """
    if kind == "joint_session" and not knows_of_session(label, str(data.get("session"))):
        return Timing(TimingKind.NEVER)
    chosen = choices_of(label)
    danger = chosen.danger_passes and in_danger(data.get("number"))
    return timing_of(chosen, kind, time.now(), danger=danger)


def wire() -> None:
    """Connect the outbox with the accounts, the vault and the public pages; and whoever is told of what is to
    be published with the replies.
    """
    publication.wire(ended=with_publication, taken_back_since=taken_back_since)
    delivery.wire(
        route_of=route_of,
        page_for=follow_page,
        pin_of=pin_of_label,
        withdrawn=withdrawn_by_label,
        timing=staff_timing,
        hidden=hidden_from,
    )
