"""What somebody typed about answers and did not send goes with the letter."""

from huiying.accounts.actions.unsent import forget_about
from huiying.accounts.unsent import about_page
from huiying.casework.joined import cases_of
from huiying.casework.models import Report
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb
from huiying.replies.models import Reply, Signature


@verb
def forget_typed(*, actor: Actor, report: Report) -> None:
    """Forget what anybody typed and did not send on the pages of the answers to this letter's cases, and of
    their co-signing. For the system alone.
    """
    if not actor.has("system"):
        raise NotAllowed
    answers = Reply.objects.filter(case__in=cases_of(report)).values_list("label", flat=True)
    asked = Signature.objects.filter(reply__case__in=cases_of(report))
    labels = {*answers, *asked.values_list("label", flat=True)}
    forget_about([about_page(label) for label in labels])
