"""The shift log: notes, and what one shift hands to the next."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huiying.agencies.duty import policy
from huiying.agencies.duty.actions.telling import subject
from huiying.agencies.duty.models import LogLine, Roster
from huiying.agencies.duty.states import LogKind
from huiying.finding.masking import find
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Invalid, MovedOn, NotFound
from huiying.kernel.verbs import refuse_on, verb
from huiying.record.actions import write

LONGEST_WORDS = 2000
# Case numbers and colleagues' names belong into a log; how to reach a resident does not.
OF_RESIDENTS = frozenset({"mobile", "landline", "identity", "card", "mail", "passport"})
A_MONTH = timedelta(days=30.44)
MOST_AT_ONCE = 1000


class TakenOverAlready(MovedOn):
    sentence = _("Somebody has taken this over already.")


refuse_on("duty_logline_answers_id_key", TakenOverAlready)


def _fitting(words: str) -> str:
    kept = words.strip()
    if not kept or "\0" in kept:
        raise Invalid(_("Write what the next shift must know."), field="words")
    if len(kept) > LONGEST_WORDS:
        raise Invalid(
            _("This is longer than %(most)d characters.") % {"most": LONGEST_WORDS}, field="words"
        )
    if any(found.kind in OF_RESIDENTS for found in find(kept)):
        raise Invalid(
            _("Telephone, identity and card numbers and mail addresses do not belong into the log. "
              "Give the number of the case."),
            field="words",
        )  # fmt: skip
    return kept


def _write_line(
    actor: Actor, roster: Roster, kind: LogKind, words: str = "", answers: LogLine | None = None
) -> LogLine:
    author = policy.own_account(actor)
    policy.require(author is not None)
    line = LogLine.objects.create(
        label=random_label(),
        roster=roster,
        author_id=int(author or 0),
        at=time.now(),
        kind=kind,
        words=words,
        answers=answers,
    )
    data = {"line": line.label} | ({"answers": answers.label} if answers else {})
    write(actor=actor, action=f"duty.log_{kind}", subject=subject(roster.code), data=data)
    return line


@verb
def write_log(*, actor: Actor, code: str, words: str, hand_over: bool) -> LogLine:
    """Add a line; with `hand_over` one that the next shift takes over. Raises Invalid, NotAllowed."""
    roster = policy.find_roster(code)
    policy.require(policy.may_write_log(actor, roster))
    kind = LogKind.HANDOVER if hand_over else LogKind.NOTE
    return _write_line(actor, roster, kind, _fitting(words))


@verb
def take_over(*, actor: Actor, label: str) -> LogLine:
    """Say that one has read a hand-over and goes on from there; not one's own. Raises TakenOverAlready."""
    line = LogLine.objects.select_related("roster__unit").filter(label=label).first()
    if line is None or line.kind != LogKind.HANDOVER or line.roster.ended_at:
        raise NotFound
    policy.require(policy.may_write_log(actor, line.roster))
    policy.require(line.author_id != policy.own_account(actor))
    if LogLine.objects.filter(answers=line).exists():
        raise TakenOverAlready
    return _write_line(actor, line.roster, LogKind.TAKEN_OVER, answers=line)


@verb
def empty_old_lines(*, actor: Actor) -> int:
    """Erase the words of lines older than `DUTY_LOG_MONTHS`; who wrote and when stays. How many."""
    policy.require(actor.has("system"))
    now = time.now()
    before = now - settings.DUTY_LOG_MONTHS * A_MONTH
    old = LogLine.objects.filter(at__lt=before, erased_at=None).exclude(words="")
    chosen = list(old.order_by("at").values_list("pk", flat=True)[:MOST_AT_ONCE])
    emptied = LogLine.objects.filter(pk__in=chosen).update(words="", erased_at=now)
    if emptied:
        write(actor=actor, action="duty.log_emptied", subject="rosters", data={"count": emptied})
    return emptied
