"""The desk's verbs: sort, assign, give to another unit, decline, keep a complaint from those named."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.accounts.models import Account
from huiying.agencies.models import Unit
from huiying.casework import policy
from huiying.casework.errors import NamedUnit, NamesNobody, NobodyLeft, UnitTwice, WrongState
from huiying.casework.extensions import due_as_told
from huiying.casework.joined import at_home, earliest_due, first_due, own_letter, tree_below
from huiying.casework.labels import subject
from huiying.casework.landing.kept import newest_suggestion
from huiying.casework.landing_models import Lesson
from huiying.casework.models import Assignment, CaseFile, Named, Report
from huiying.casework.splitting.letters import split_cases
from huiying.casework.states import Outcome, State
from huiying.casework.stepping import change, check_seen, take_step
from huiying.casework.telling import tell_writers
from huiying.casework.words import LONGEST_TITLE, fitting, required
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import write
from huiying.routing.reads import leaf


@verb
def triage(
    *, actor: Actor, number: int, seen: int | None = None, category_code: str, title: str = ""
) -> CaseFile:
    """Say what the case is about; its clocks follow the category from the day the round began. What is late
    by the day that its writer was told stays late.
    """
    case = policy.find(actor, number)
    check_seen(case, seen)
    category = leaf(category_code)
    if category is None:
        raise Invalid(_("Choose a category."), field="category_code")
    letter = own_letter(case)  # None where it waits for no answer
    own_day = due_as_told(letter, case, category) if letter else None
    due = earliest_due(case, own_day) if own_day else first_due(case)
    columns = {"category": category, "due_at": due}
    data: dict[str, Any] = {"category": category.code, "due_at": due.isoformat()}
    named = fitting(title, "title", most=LONGEST_TITLE)
    if named and named != case.title:
        columns["title"] = named
        data["renamed"] = True
    data |= _learned_from(case, category.code)
    take_step(case, actor=actor, verb="triage", data=data, columns=columns)
    if own_day:
        at_home(case).update(due_at=own_day)
    return case


def _learned_from(case: CaseFile, chosen: str) -> dict[str, Any]:
    """What rule and model had said, for the entry; where somebody chose otherwise than the model, a lesson
    is kept."""
    said = newest_suggestion(case)
    if said is None:
        return {}
    told: dict[str, Any] = {}
    if said.rules is not None and said.rule:
        told = {"rule": said.rule, "rules": said.rules.number, "ruled": said.to}
    if said.first and said.use is not None and said.use.learned is not None:
        told |= {"suggested": said.first, "model": said.use.learned.number}
        if said.first != chosen:
            Lesson.objects.create(
                suggestion=said, suggested=said.first, chosen=chosen, at=time.now()
            )
    return told


def _units(case: CaseFile, lead_code: str, support_codes: Sequence[str]) -> tuple[Unit, list[Unit]]:
    wanted = [lead_code, *support_codes]
    if len(set(wanted)) != len(wanted):
        raise UnitTwice(field="support_codes")
    if case.conduct and not Named.objects.filter(case=case).exists():
        raise NamesNobody(field="lead_code")
    found = {unit.code: unit for unit in Unit.objects.filter(code__in=wanted, active=True)}
    if lead_code not in found:
        raise Invalid(_("Choose the unit that leads."), field="lead_code")
    if set(found) != set(wanted):
        raise Invalid(_("One of these units is not known."), field="support_codes")
    barred = policy.barred(case, found.values())
    if barred:
        led = found[lead_code] in barred
        raise NamedUnit(field="lead_code" if led else "support_codes")
    return found[lead_code], [found[code] for code in support_codes]


def replace_assignments(case: CaseFile, lead: Unit | None, support: Sequence[Unit]) -> None:
    """End every part in the case, and give it to these."""
    now = time.now()
    Assignment.objects.filter(case=case, ended_at=None).update(ended_at=now)
    parts = [(unit, Assignment.Part.SUPPORT) for unit in support]
    if lead is not None:
        parts.append((lead, Assignment.Part.LEAD))
    Assignment.objects.bulk_create(
        [Assignment(case=case, unit=unit, part=part, since=now) for unit, part in parts]
    )


@verb
def assign(
    *,
    actor: Actor,
    number: int,
    seen: int | None = None,
    lead_code: str,
    support_codes: Sequence[str] = (),
) -> CaseFile:
    """Give the case to a lead unit and supporting units; never to one that a complaint is about."""
    case = policy.find(actor, number)
    check_seen(case, seen)
    policy.require_step(actor, "assign", case)
    lead, support = _units(case, lead_code, support_codes)
    data = {"lead": lead.code, "support": [unit.code for unit in support]}
    take_step(case, actor=actor, verb="assign", data=data, columns={"lead_unit": lead})
    replace_assignments(case, lead, support)
    return case


@verb
def reassign(
    *,
    actor: Actor,
    number: int,
    seen: int | None = None,
    lead_code: str,
    support_codes: Sequence[str] = (),
    reason: str,
) -> CaseFile:
    """Give the case to another unit while its clocks run on; needs a reason."""
    case = policy.find(actor, number)
    check_seen(case, seen)
    policy.require_step(actor, "reassign", case)
    said = required(reason, "reason")
    lead, support = _units(case, lead_code, support_codes)
    data = {"lead": lead.code, "support": [unit.code for unit in support], "words": said}
    take_step(case, actor=actor, verb="reassign", data=data, columns={"lead_unit": lead})
    replace_assignments(case, lead, support)
    return case


@verb
def require_co_signing(
    *, actor: Actor, number: int, seen: int | None = None, required: bool
) -> CaseFile:
    """Say whether the supporting units must co-sign the answer before it is reviewed."""
    case = policy.find(actor, number)
    check_seen(case, seen)
    if not policy.plays_part(actor, policy.SAYS_WHO_SIGNS, case):
        raise NotAllowed
    if not policy.at_unit(case):
        raise WrongState
    if case.co_sign == required:
        return case
    change(case, co_sign=required)
    data = {"required": required}
    write(actor=actor, action="case.co_signing", subject=subject(case), data=data)
    return case


@verb
def decline(
    *, actor: Actor, number: int, seen: int | None = None, competent_body: str, reason: str
) -> CaseFile:
    """Close a case that is not this agency's, naming who is competent; it can be reopened."""
    case = policy.find(actor, number)
    check_seen(case, seen)
    policy.require_step(actor, "decline", case)
    body = required(competent_body, "competent_body", most=LONGEST_TITLE)
    said = required(reason, "reason")
    now = time.now()
    take_step(
        case,
        actor=actor,
        verb="decline",
        data={"outcome": Outcome.NOT_OURS, "body": body, "words": said},
        columns={"outcome": Outcome.NOT_OURS, "closed_at": now, "lead_unit": None},
    )
    replace_assignments(case, None, [])
    Report.objects.filter(case=case, ended_at=None).update(delivered_at=now)
    tell_writers(case, kind="declined")
    return case


def whom(unit_codes: Sequence[str], usernames: Sequence[str]) -> tuple[list[Unit], list[Account]]:
    units = list(Unit.objects.filter(code__in=unit_codes).order_by("path"))
    accounts = list(Account.objects.filter(username__in=usernames))
    if not unit_codes and not usernames:
        raise NamesNobody(field="unit_codes")
    if len(units) != len(set(unit_codes)):
        raise Invalid(_("One of these units is not known."), field="unit_codes")
    if len(accounts) != len(set(usernames)):
        raise Invalid(_("One of these user names is not known."), field="usernames")
    if any(unit.parent_id is None for unit in units):
        raise Invalid(_("Name the unit within the agency, not the agency."), field="unit_codes")
    return units, accounts


def keep_names(case: CaseFile, units: Sequence[Unit], accounts: Sequence[Account]) -> None:
    now = time.now()
    wanted = [Named(case=case, unit=unit, since=now) for unit in units]
    wanted += [Named(case=case, account=account, since=now) for account in accounts]
    Named.objects.bulk_create(wanted, ignore_conflicts=True)


def write_marked(
    actor: Actor, case: CaseFile, units: Sequence[Unit], accounts: Sequence[Account]
) -> None:
    """The entry that says whom the complaint is about. Part of a verb."""
    data = {
        "units": [unit.code for unit in units],
        "staff": [f"staff:{account.label}" for account in accounts],
    }
    write(actor=actor, action="case.mark_conduct", subject=subject(case), data=data)


def _kept_along(case: CaseFile) -> list[CaseFile]:
    """What is joined to the case, and to that, and the whole letters of which parts stand there; all locked
    in the order in which joining locks them.
    """
    tree = tree_below(case.pk)
    ids = {*tree, *split_cases(tree)}
    rows = CaseFile.objects.select_for_update().filter(pk__in=ids)
    return [each for each in rows.order_by("pk") if each.pk != case.pk]


@verb
def mark_conduct(
    *,
    actor: Actor,
    number: int,
    seen: int | None = None,
    unit_codes: Sequence[str] = (),
    usernames: Sequence[str] = (),
) -> CaseFile:
    """Say that the case is a complaint about conduct and about whom; they lose it from sight at once.

    A case that a named unit holds goes back to the desk. Marking can be widened, not undone here. What is
    joined to the case is kept from them too: its title and notes tell of letters that stand here. So is the
    whole letter where the case has a part of it.
    """
    case = policy.find(actor, number)
    check_seen(case, seen)
    if not policy.may_mark_conduct(actor):
        raise NotAllowed
    if case.state == State.JOINED:
        raise WrongState(_("Its letters stand with another case. Mark that one, or take it apart."))
    if case.state == State.SPLIT:
        raise WrongState(
            _(
                "It was split. Mark the part that it is about; the whole letter is kept back with it."
            )
        )
    units, accounts = whom(unit_codes, usernames)
    along = _kept_along(case)
    for each in (case, *along):
        change(each, conduct=True)
        keep_names(each, units, accounts)
        write_marked(actor, each, units, accounts)
    if not all(policy.sorter_left(each) for each in (case, *along)):
        raise NobodyLeft(field="unit_codes" if units else "usernames")
    take_from_named(actor, case)
    return case


def take_from_named(actor: Actor, case: CaseFile) -> None:
    """End the part of every unit that may no longer have one; without a lead the case is returned."""
    parts = Assignment.objects.filter(case=case, ended_at=None)
    held = {part.unit for part in parts.select_related("unit")}
    lead = {case.lead_unit} if case.lead_unit else set()
    barred = policy.barred(case, held | lead)
    parts.filter(unit__in=barred).update(ended_at=time.now())
    if not lead & barred:
        return
    if policy.at_unit(case):
        take_step(case, actor=actor, verb="take_back_from_named", columns={"lead_unit": None})
    else:
        change(case, lead_unit=None)
