"""Notes between units on a case, and being named in one."""

import re
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from huiying.accounts.models import Account
from huiying.agencies.models import Unit
from huiying.agencies.reads import standing_of
from huiying.casework import policy
from huiying.casework.desk_models import CaseNote, Mention
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile
from huiying.casework.unfinished import forget_sent
from huiying.casework.words import required
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound
from huiying.kernel.verbs import verb
from huiying.record.actions import write

NAMED = re.compile(r"(?<![\w.@-])[@＠]([A-Za-z0-9][A-Za-z0-9._-]*)")
MOST_NAMED = 10
SENT_TWICE = timedelta(minutes=1)


def _named(actor: Actor, case: CaseFile, text: str) -> list[Account]:
    """Whom the text names; raises Invalid for one who is not there or may not see the case."""
    names = {name.rstrip(".-_").lower() for name in NAMED.findall(text)}
    if len(names) > MOST_NAMED:
        raise Invalid(_("Name at most %(most)d people.") % {"most": MOST_NAMED}, field="text")
    found = Account.objects.filter(username__in=names, is_active=True)
    seeing = [
        account
        for account in found
        if policy.visible_cases(standing_of(account).actor).filter(pk=case.pk).exists()
    ]
    for name in sorted(names - {account.username for account in seeing}):
        raise Invalid(
            _("Nobody who may read this case has the user name %(name)s.") % {"name": name},
            field="text",
        )
    return [account for account in seeing if f"staff:{account.label}" != actor.label]


def _unit_of(actor: Actor) -> Unit | None:
    return Unit.objects.filter(path__in=actor.scopes("belongs")).order_by("-path").first()


@verb
def write_note(*, actor: Actor, number: int, text: str) -> CaseNote:
    """Write a note on a case for who may read it; who is named as @user finds it in their list.

    The same text sent again within a minute is the same note.
    """
    case = policy.find(actor, number)
    if not policy.may_note(actor):
        raise NotAllowed
    said = required(text, "text")
    account_id, now = int(actor.scopes("account")[0]), time.now()
    again = CaseNote.objects.filter(
        case=case, author_id=account_id, text=said, at__gte=now - SENT_TWICE
    ).first()
    if again is not None:
        return again
    people = _named(actor, case, said)
    note = CaseNote.objects.create(
        case=case, author_id=account_id, unit=_unit_of(actor), at=now, text=said
    )
    forget_sent(actor, case, "note")
    Mention.objects.bulk_create([Mention(note=note, account=person) for person in people])
    write(
        actor=actor,
        action="case.note",
        subject=subject(case),
        data={"named": [f"staff:{person.label}" for person in people]},
    )
    return note


@verb
def open_mention(*, actor: Actor, mention_id: int) -> int:
    """Take note of being named; returns the case's number. No entry: it tells nobody anything."""
    mine = Mention.objects.filter(
        pk=mention_id, account_id__in=[int(each) for each in actor.scopes("account")]
    )
    found = mine.select_related("note").first()
    if found is None:
        raise NotFound
    case = policy.visible_cases(actor).filter(pk=found.note.case_id).first()
    if case is None:
        raise NotFound
    mine.filter(read_at=None).update(read_at=time.now())
    return case.number
