"""What a clerk does to bring a notice: look where to, post a letter, call."""

from datetime import datetime

from huiying.casework.errands import find_errand, kept_notices
from huiying.intake.actions.revealing import reveal_contact
from huiying.intake.states import RevealReason
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound
from huiying.kernel.verbs import verb
from huiying.notices import actions, actions_errands
from huiying.notices.models import Outgoing


@verb
def open_contact(*, actor: Actor, errand: int) -> dict[str, str]:
    """Show the clerk where to write or call; counted and told like every look at a contact."""
    _errand, report = find_errand(actor, errand)
    reason = RevealReason.CALL_BACK
    return reveal_contact(actor=actor, submission=report.submission, reason=reason)


@verb
def post_letter(*, actor: Actor, errand: int, posted: bool = True) -> None:
    """Keep that a letter was posted, or cannot be."""
    row, _report = find_errand(actor, errand)
    actions_errands.note_posted(actor=actor, errand=row, posted=posted)


@verb
def send_again(*, actor: Actor, notice: int) -> bool:
    """Send a notice that failed once more; NotFound where it is kept from this actor."""
    if Outgoing.objects.filter(kept_notices(actor), pk=notice).exists():
        raise NotFound
    return actions.send_again(actor=actor, notice=notice)


@verb
def note_call(*, actor: Actor, errand: int, result: str, call_at: datetime | None = None) -> None:
    """Keep what came of a call."""
    row, _report = find_errand(actor, errand)
    actions_errands.note_call(actor=actor, errand=row, result=result, call_at=call_at)
