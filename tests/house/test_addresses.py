"""Every address and who may call it. An address without a row here fails.

A person who may gets a page, a redirect or a sentence about their input; a person who may not gets 403,
or 404 where they may not even know that it is there; a stranger is sent to sign in.
"""

import io
from collections.abc import Callable, Iterator, Set
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone

from huiying.accounts.models import Passkey
from huiying.agencies.duty.actions.changing import ask_substitute
from huiying.agencies.duty.actions.feeds import make_feed
from huiying.agencies.duty.actions.logbook import write_log
from huiying.agencies.duty.actions.rosters import adopt_pattern, make_roster
from huiying.agencies.duty.feeds import token_of
from huiying.agencies.duty.models import Shift
from huiying.agencies.duty.patterns import DAYS, Turn
from huiying.agencies.models import Unit
from huiying.casework.actions.noting import write_note
from huiying.casework.actions.writing_back import add_words
from huiying.casework.desk_models import SavedList
from huiying.casework.extension_models import Extension
from huiying.casework.models import Assignment
from huiying.clocks.actions import adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.config.demo_sample import file as sample
from huiying.doors import file_actions, folder
from huiying.insight.growing.models import GrowthLine, GrowthList
from huiying.intake.files import WHOLE, link
from huiying.intake.models import Attachment
from huiying.intake.reads import resident
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.identifiers import random_label
from huiying.notices.models import Errand, Outgoing
from huiying.replies.actions.co_signing import ask_signatures
from huiying.replies.models import Signature
from huiying.replies.signing import today
from huiying.routing.actions.learned import propose_model
from huiying.routing.models import Category, PromiseVersion, RuleVersion, Use
from huiying.routing.promises.actions import propose_promises
from huiying.routing.promises.files import read_promises
from huiying.routing.rules.actions import propose_rules
from huiying.supervision.actions.adopting import propose_policy
from huiying.supervision.actions.matters import put_on_list
from huiying.supervision.definitions import read_policy
from huiying.supervision.joint_sessions.actions.calling import Call, call_session
from huiying.supervision.joint_sessions.actions.tasks import give_task
from huiying.supervision.joint_sessions.actions.writing import conclude
from huiying.supervision.models import EscalationPolicy
from tests.files import kept
from tests.models import kept_model
from tests.people import MEMBERS, People
from tests.scene import CONTACT, Scene

STAFF = frozenset(MEMBERS)
DESK = frozenset({"clerk", "dispatcher"})
ROOT = frozenset({"reviewer", "supervisor"})  # hold their role at the root: they reach everything
HOUSING = frozenset({"handler", "colleague"})
SEES_ALL = DESK | ROOT | {"auditor"}
SEES_HOUSING = SEES_ALL | HOUSING | {"unit_reviewer"}
REVIEWS_HOUSING = frozenset({"reviewer", "unit_reviewer"})
ERASURE = frozenset({"supervisor", "auditor", "administrator"})
CALENDARS = ERASURE
SORTS = DESK | {"supervisor", "leader", "auditor", "administrator"}
WITHOUT_LETTERS = frozenset({"leader", "administrator"})
PROPOSES = DESK | HOUSING | {"below", "clerk", "other_handler", "investigator"}
COUNTS = SEES_ALL | {"leader"}
IMPORTS = frozenset({"administrator"})

SIGN_IN = "staff_desk:sign_in"
ENTRANCES = frozenset({SIGN_IN, "staff_desk:second_step", "staff_desk:set_up_codes"})
LEAVES_OR_ENTERS = frozenset({"staff_desk:sign_out", *ENTRANCES})
NO_PAGE = frozenset({"look/refusal.html", "staff_desk/sign_in.html"})

type Arguments = Callable[[Scene], dict[str, object]]


def nothing(_scene: Scene) -> dict[str, object]:
    return {}


def case(which: str) -> Arguments:
    return lambda scene: {"number": getattr(scene, which).number}


def reply(which: str) -> Arguments:
    return lambda scene: {"label": getattr(scene, which).label}


def contact(scene: Scene) -> dict[str, object]:
    """The one letter of the scene whose writer left an address."""
    report = scene.new.reports.get()
    return {"number": scene.new.number, "report": report.pk}


def day(scene: Scene) -> dict[str, object]:
    return {"day": scene.brief.day}


def grown(_scene: Scene) -> dict[str, object]:
    """A line of a list of what grew."""
    week = date(2026, 3, 2)
    listed, _made = GrowthList.objects.get_or_create(
        week=week,
        version=1,
        defaults={
            "zone": "Asia/Shanghai", "counted_at": time.now(), "usual_weeks": 13, "season_weeks": 0,
            "cells": 40, "rate": 0.05,
        },
    )  # fmt: skip
    line, _made = GrowthLine.objects.get_or_create(
        growth_list=listed,
        category=Category.objects.get(code="leak"),
        defaults={"letters": 12, "usual": 1.5, "chance": 0.0001},
    )
    return {"line": line.pk}


def passkey(scene: Scene) -> dict[str, object]:
    account = scene.people.handler.account
    held, _made = Passkey.objects.get_or_create(
        account=account,
        defaults={
            "label": random_label(), "name": "office computer", "credential": b"1",
            "public_key": b"2", "counter": 0, "made_at": time.now(),
        },
    )  # fmt: skip
    return {"label": held.label}


def file_of(reader: str) -> Arguments:
    """A photo with a letter of the housing department's case, by a link for this person alone."""

    def arguments(scene: Scene) -> dict[str, object]:
        submission = scene.at_work.reports.get().submission
        add_words(actor=resident(submission.label), text="照片。", files=[kept()])
        row = Attachment.objects.filter(submission=submission).latest("pk")
        return asdict(link(row.label, WHOLE, getattr(scene.people, reader).actor))

    return arguments


def file(scene: Scene) -> dict[str, object]:
    """A file of the administrator's, new for each call: an act on it would spoil it for the next."""
    actor = scene.people.administrator.actor
    content = io.BytesIO(b"id,text,came\n1,hello,2026-03-02\n")
    kept = folder.keep(content, name="letters.csv", size=len(content.getvalue()))
    label = file_actions.upload(actor=actor, file=kept, size=1)
    text = (
        'source = "s"\n[targets]\nid = "id"\nbody = "text"\nreceived = "came"\n'
        'unit = { column = "text", values = { hello = "" } }\n'
    )
    file_actions.use_map(actor=actor, label=label, text=text)
    return {"label": label}


def office_hours(_scene: Scene) -> dict[str, object]:
    file = read_calendar(sample("calendar_offices.toml").read_text("utf-8"))
    name, definition = file.name, file.definition
    adopt_calendar_version(actor=SYSTEM, code=file.code, name=name, definition=definition)
    return {"code": file.code}


def proposed_promises(scene: Scene) -> dict[str, object]:
    """A version that the administrator proposed, new for each call."""
    rows = sample("promises_public_concern.toml").read_text("utf-8")
    text = rows.replace("amount = 300", f"amount = {301 + PromiseVersion.objects.count()}")
    actor = scene.people.administrator.actor
    return {"number": propose_promises(actor=actor, promises=read_promises(text))}


def proposed_policy(scene: Scene) -> dict[str, object]:
    """A version that the administrator proposed, new for each call."""
    text = f'[[step]]\nat = {1 + EscalationPolicy.objects.count()}\ntell = ["holders"]\n'
    actor = scene.people.administrator.actor
    return {"number": propose_policy(actor=actor, definition=read_policy(text))}


def proposed_rules(scene: Scene) -> dict[str, object]:
    """A version that the administrator proposed, new for each call."""
    text = f'[[rule]]\nwords = "灯"\nto = "noise"\nnote = "{RuleVersion.objects.count()}"\n'
    return {"number": propose_rules(actor=scene.people.administrator.actor, text=text)}


def version(_scene: Scene) -> dict[str, object]:
    return {"number": kept_model().number}


def proposed_version(scene: Scene) -> dict[str, object]:
    """A version that the administrator proposed, new for each call."""
    waiting = Use.objects.filter(state=Use.State.PROPOSED)
    waiting.update(state="refused", decided_at=time.now(), decided_by="staff:x")
    learned = kept_model()
    actor = scene.people.administrator.actor
    propose_model(actor=actor, number=learned.number, threshold=0.5)
    return {"number": learned.number}


def asks_for_time(scene: Scene) -> dict[str, object]:
    """A case whose unit asks for more time, once."""
    case, now = scene.in_review.case, time.now()
    Extension.objects.get_or_create(
        case=case, round=case.round, decided_at=None,
        defaults={
            "asked_at": now, "asked_by": "staff:nobody", "reason": "r", "due_before": now,
            "until": now + timedelta(days=1),
        },
    )  # fmt: skip
    return {"number": case.number}


def failed(_scene: Scene) -> dict[str, object]:
    """A notice that was given up, new for each call: sent again, it is no failure any more."""
    row = Outgoing.objects.create(
        made_at=time.now(), due_at=time.now(), ended_at=time.now(), kind="answered", language="en",
        recipient="submission:unknown", message_id=random_label(26), result="gave_up",
    )  # fmt: skip
    return {"notice": row.pk}


def letter_to_post(scene: Scene) -> dict[str, object]:
    label = scene.new.reports.get().submission.label
    row = Outgoing.objects.create(
        made_at=time.now(), due_at=time.now(), ended_at=time.now(), kind="question", language="en",
        recipient=f"submission:{label}", message_id=random_label(26), result="by_hand",
    )  # fmt: skip
    Errand.objects.create(
        notice=row, way="letter", state="waiting", made_at=time.now(), due_at=time.now()
    )
    return {"errand_id": row.pk}


def mention(scene: Scene) -> dict[str, object]:
    who, number = scene.people.handler.account, scene.at_work.number
    note = write_note(actor=scene.people.clerk.actor, number=number, text=f"@{who.username}")
    return {"mention_id": note.mentions.get().pk}


def signature(scene: Scene) -> dict[str, object]:
    """What the water company is asked to co-sign of the housing department's draft."""
    case, reply = scene.at_work, scene.draft
    unit = Unit.objects.get(code="water")
    Assignment.objects.get_or_create(
        case=case, unit=unit, part="support", ended_at=None, defaults={"since": time.now()}
    )
    found = Signature.objects.filter(reply=reply, unit=unit).first()
    if found is None:
        ask_signatures(
            actor=scene.people.handler.actor, label=reply.label, seen=reply.version,
            unit_codes=["water"], due_on=today() + timedelta(days=5),
        )  # fmt: skip
        found = Signature.objects.get(reply=reply, unit=unit)
    return {"label": found.label}


def matter(scene: Scene) -> dict[str, object]:
    """What the supervisor asked of the housing department."""
    found = put_on_list(
        actor=scene.people.supervisor.actor, number=scene.at_work.number, kind="supervision",
        asked="请说明进度。", due_on=today() + timedelta(days=5),
    )  # fmt: skip
    return {"label": found.label}


def joint_session(scene: Scene) -> dict[str, object]:
    """To which the supervisor calls the water company about the housing department's case."""
    called = Call(
        numbers=[scene.at_work.number], topic="一起看看", starts_at=time.now() + timedelta(days=1),
        place="会议室", units=["water"],
    )  # fmt: skip
    with_key = replace(called, key=random_label())
    return {"label": call_session(actor=scene.people.supervisor.actor, call=with_key).label}


def joint_task(scene: Scene) -> dict[str, object]:
    """What the water company is to do after it."""
    label = str(joint_session(scene)["label"])
    actor, due_on = scene.people.supervisor.actor, today() + timedelta(days=5)
    with time.at(time.now() + timedelta(days=2)):
        conclude(actor=actor, label=label, words="先止漏。")
        task = give_task(
            actor=actor, label=label, text="关阀", unit_code="water", username="other_handler",
            due_on=due_on,
        )  # fmt: skip
    return {"label": task.label}


def duty_roster(scene: Scene) -> dict[str, object]:
    """The housing department's duty room, kept by the handler and the colleague in turns."""
    people = scene.people
    actor, names = people.supervisor.actor, {"en": "Duty room"}
    made = make_roster(actor=actor, unit_code="housing", name=names, zone="Asia/Shanghai")
    turns = [
        Turn(
            names,
            0,
            1440,
            frozenset(DAYS),
            (people.handler.account.pk, people.colleague.account.pk),
        )
    ]
    begins = timezone.localdate(time.now())
    adopt_pattern(actor=actor, code=made.code, starts_on=begins, cover="always", turns=turns)
    return {"code": made.code}


def duty_shift(scene: Scene) -> dict[str, object]:
    """One of the handler's that is days away."""
    code = duty_roster(scene)["code"]
    later = time.now() + timedelta(days=3)
    mine = Shift.objects.filter(roster__code=code, account=scene.people.handler.account)
    return {"label": mine.filter(starts_at__gt=later).earliest("starts_at").label}


def duty_request(scene: Scene) -> dict[str, object]:
    label = str(duty_shift(scene)["label"])
    wish = ask_substitute(actor=scene.people.handler.actor, label=label, username="colleague")
    return {"label": wish.label}


def duty_link(scene: Scene) -> dict[str, object]:
    return {"token": token_of(make_feed(actor=scene.people.handler.actor))}


def handed_over(scene: Scene) -> dict[str, object]:
    code = str(duty_roster(scene)["code"])
    actor = scene.people.handler.actor
    return {"label": write_log(actor=actor, code=code, words="平安", hand_over=True).label}


def saved_list(scene: Scene) -> dict[str, object]:
    account = scene.people.handler.account
    kept, _made = SavedList.objects.get_or_create(account=account, name="a", asked={"late": True})
    return {"list_id": kept.pk}


@dataclass(frozen=True)
class Address:
    """Who may GET and who may POST; None where the method is not offered."""

    get: Set[str] | None = None
    post: Set[str] | None = None
    arguments: Arguments = nothing
    open_to_all: bool = False
    do: str = ""  # the button, where the page has several
    leads: str = ""  # the addresses to which a GET leads, where it is no page of its own


def public(*, post: bool = False, arguments: Arguments = nothing, leads: str = "") -> Address:
    everybody = STAFF | {"stranger"}
    posts = everybody if post else None
    return Address(everybody, posts, arguments, open_to_all=True, leads=leads)


def act(post: Set[str], arguments: Arguments) -> Address:
    """A GET on an act leads to the page of the case, which decides who sees it."""
    return Address(STAFF, post, arguments, leads="staff_desk:case")


def first_part(_scene: Scene) -> dict[str, object]:
    return {"place": 1}


def no_helper(_scene: Scene) -> dict[str, object]:
    return {"label": "0" * 26}


# A letter opens with its receipt only: without it everybody is sent to the form that asks for it.
WITH_RECEIPT = Address(
    STAFF | {"stranger"}, frozenset(), open_to_all=True, leads="public_site:follow"
)

# Nobody but a clerk may try; without code and PIN the form that asks for them.
WITH_PIN = Address({"clerk"}, frozenset(), leads="staff_desk:call_open")

TABLE: dict[str, Address] = {
    # For machines; that figures are read from this machine only stands in tests/config.
    "monitoring:live": public(),
    "monitoring:ready": public(),
    "monitoring:metrics": public(),
    "public_site:home": public(),
    "public_site:never": public(),
    "public_site:privacy": public(),
    "public_site:promises": public(),
    "public_site:late": public(),
    "public_site:growing": public(),
    "public_site:rules": public(),
    "public_site:urgency": public(),
    "public_site:write": public(post=True),
    "public_site:write_alike": Address(None, STAFF | {"stranger"}, open_to_all=True),
    "public_site:follow": public(post=True),
    "public_site:answers": public(),
    "public_site:answer": public(arguments=lambda scene: {"address": scene.published.address}),
    "look:gallery": public(),
    "look:gallery_resident": public(),
    "look:gallery_case": public(),
    "look:theme": Address(None, STAFF | {"stranger"}, open_to_all=True),
    "public_site:letter": public(leads="public_site:follow"),
    "public_site:letter_file": Address(frozenset(), arguments=file_of("handler"), open_to_all=True),
    "public_site:letter_add": WITH_RECEIPT,
    "public_site:letter_answer": WITH_RECEIPT,
    "public_site:letter_vote": WITH_RECEIPT,
    "public_site:letter_reopen": WITH_RECEIPT,
    "public_site:letter_reach": WITH_RECEIPT,
    "public_site:letter_show": WITH_RECEIPT,
    **{
        f"public_site:part_{name}": replace(WITH_RECEIPT, arguments=first_part)
        for name in ("add", "answer", "vote", "reopen")
    },
    "public_site:letter_withdraw": WITH_RECEIPT,
    "public_site:letter_erase": WITH_RECEIPT,
    "public_site:letter_helpers": WITH_RECEIPT,
    "public_site:letter_helper_end": replace(WITH_RECEIPT, arguments=no_helper),
    "public_site:letter_leave": Address(None, STAFF | {"stranger"}, open_to_all=True),
    "staff_desk:sign_in": public(post=True, leads="staff_desk:queue"),
    "staff_desk:sign_out": Address(None, STAFF),
    "staff_desk:account": Address(STAFF),
    "staff_desk:change_password": Address(None, STAFF),
    "staff_desk:choose_language": Address(None, STAFF),
    "staff_desk:choose_single_keys": Address(None, STAFF),
    "staff_desk:sign_out_elsewhere": Address(None, STAFF),
    "staff_desk:choose_notices": Address(None, STAFF),
    "staff_desk:give_mail_address": Address(None, STAFF),
    # Whoever has no right password behind them is sent back.
    "staff_desk:second_step": public(post=True, leads=SIGN_IN),
    "staff_desk:sign_in_by_passkey": public(post=True, leads="staff_desk:queue"),
    "staff_desk:agency_start": public(leads=f"staff_desk:queue {SIGN_IN}"),
    "staff_desk:agency_back": public(leads=f"staff_desk:queue {SIGN_IN}"),
    "staff_desk:set_up_codes": Address(STAFF, STAFF),
    "staff_desk:turn_off_codes": Address(STAFF, STAFF),
    "staff_desk:renew_recovery_codes": Address(STAFF, STAFF),
    "staff_desk:new_passkey": Address(STAFF, STAFF),
    # Nobody may see another's: here it is a handler's.
    "staff_desk:remove_passkey": Address({"handler"}, {"handler"}, passkey),
    "staff_desk:call": Address({"clerk"}, {"clerk"}),
    "staff_desk:call_alike": Address(None, {"clerk"}),
    "staff_desk:call_lost": Address({"clerk"}, {"clerk"}),
    "staff_desk:call_open": Address({"clerk"}, {"clerk"}),
    "staff_desk:call_letter": Address({"clerk"}, leads="staff_desk:call_open"),
    "staff_desk:call_answer": WITH_PIN,
    "staff_desk:call_vote": WITH_PIN,
    "staff_desk:call_reopen": WITH_PIN,
    "staff_desk:call_add": WITH_PIN,
    "staff_desk:call_withdraw": WITH_PIN,
    **{
        f"staff_desk:call_part_{name}": replace(WITH_PIN, arguments=first_part)
        for name in ("answer", "vote", "reopen", "add")
    },
    "staff_desk:call_show": WITH_PIN,
    "staff_desk:call_helpers": WITH_PIN,
    "staff_desk:call_helper_end": Address(None, frozenset(), arguments=no_helper),
    "staff_desk:call_leave": Address(None, {"clerk"}),
    "staff_desk:queue": Address(STAFF),  # who sees no letters is told so there
    "staff_desk:find": Address(None, STAFF),
    "staff_desk:next": Address(STAFF - WITHOUT_LETTERS, leads="staff_desk:queue staff_desk:case"),
    "staff_desk:search": Address(STAFF - WITHOUT_LETTERS, STAFF - WITHOUT_LETTERS),
    "staff_desk:own_lists": Address(STAFF - WITHOUT_LETTERS, STAFF - WITHOUT_LETTERS),
    # Nobody may touch another's: here it is a handler's.
    "staff_desk:own_list": Address(None, {"handler"}, saved_list, do="first"),
    "staff_desk:case_note": Address(
        SEES_HOUSING - {"auditor"}, SEES_HOUSING - {"auditor"}, case("at_work")
    ),
    "staff_desk:changes": Address(STAFF - WITHOUT_LETTERS, STAFF - WITHOUT_LETTERS),
    "staff_desk:mentions": Address(STAFF - WITHOUT_LETTERS),
    # Nobody may open another's: here it is a handler's.
    "staff_desk:mention": Address(None, {"handler"}, mention),
    "staff_desk:my_next": Address(
        STAFF - WITHOUT_LETTERS - {"auditor"}, leads="staff_desk:queue staff_desk:case"
    ),
    "staff_desk:several": Address(
        DESK | {"supervisor"}, DESK | {"supervisor"}, leads="staff_desk:queue"
    ),
    "staff_desk:several_undo": Address(None, DESK | {"supervisor"}),
    "staff_desk:case_keep": Address(
        None, SEES_HOUSING, lambda scene: {"number": scene.at_work.number, "name": "note"}
    ),
    "staff_desk:case_noted": Address(
        None, HOUSING | {"unit_reviewer", "reviewer", "supervisor"}, case("at_work")
    ),
    "staff_desk:escalation": Address(CALENDARS, CALENDARS),
    "staff_desk:escalation_version": Address(CALENDARS, arguments=proposed_policy),
    # Whoever proposed it is not the second person, but may take it back.
    "staff_desk:escalation_adopt": Address(None, {"supervisor"}, proposed_policy),
    "staff_desk:escalation_decline": Address(
        None, {"administrator", "supervisor"}, proposed_policy
    ),
    "staff_desk:case_numbers": Address(
        DESK | {"supervisor"}, DESK | {"supervisor"}, case("at_work"), do="add"
    ),
    "staff_desk:supervision": Address(STAFF - {"administrator"}),
    "staff_desk:matter_put": Address({"supervisor", "leader"}, {"supervisor", "leader"}),
    "staff_desk:matter": Address(
        SEES_HOUSING | {"leader"},
        HOUSING | {"unit_reviewer", "reviewer"},  # to report: not the supervisor who asked for it
        matter,
    ),
    "staff_desk:joint_sessions": Address(STAFF),
    "staff_desk:joint_session_call": Address({"supervisor"}, {"supervisor"}),
    "staff_desk:joint_session": Address(
        SEES_HOUSING | {"leader", "other_handler"}, {"other_handler"}, joint_session, do="cannot"
    ),
    "staff_desk:joint_minutes": Address(SEES_HOUSING | {"leader"}, arguments=joint_session),
    "staff_desk:joint_task": Address(
        SEES_HOUSING | {"leader", "other_handler"}, {"other_handler", "supervisor"}, joint_task
    ),
    "staff_desk:case_print": Address(SEES_HOUSING, arguments=case("at_work")),
    "staff_desk:case_stages": Address(SEES_HOUSING, arguments=case("at_work")),
    "staff_desk:case_undo": Address(None, SEES_HOUSING, case("at_work")),
    "staff_desk:case": Address(SEES_HOUSING, arguments=case("at_work")),
    "staff_desk:file": Address({"handler"}, arguments=file_of("handler")),
    "staff_desk:case_contact": Address({"clerk"}, {"clerk"}, contact),
    "staff_desk:case_hold": Address(
        {"supervisor", "auditor"}, {"supervisor", "auditor"}, case("new")
    ),
    "staff_desk:by_hand": Address({"clerk"}),
    "staff_desk:errand": Address({"clerk"}, {"clerk"}, letter_to_post),
    "staff_desk:failures": Address({"clerk", "administrator"}),
    "staff_desk:failure_again": Address(None, {"clerk", "administrator"}, failed),
    "staff_desk:staff_notices": Address({"administrator"}),
    "staff_desk:staff_notice_again": Address(None, {"administrator"}, failed),
    "staff_desk:erasure": Address(ERASURE),
    "staff_desk:erasure_rules": Address(
        {"administrator", "supervisor"}, {"administrator", "supervisor"}
    ),
    # Whom the scene let propose or ask is not the second person.
    "staff_desk:erasure_approve": Address(
        None, {"supervisor"}, lambda scene: {"number": scene.rules.number}
    ),
    "staff_desk:erasure_run": Address(
        ERASURE, arguments=lambda scene: {"label": scene.erasure_run.label}
    ),
    "staff_desk:erasure_run_json": Address(
        ERASURE, arguments=lambda scene: {"label": scene.erasure_run.label}
    ),
    "staff_desk:hold_grant": Address(None, {"auditor"}, lambda scene: {"label": scene.hold.label}),
    "staff_desk:hold_end": Address(
        None, {"supervisor", "auditor"}, lambda scene: {"label": scene.hold.label}
    ),
    "staff_desk:case_triage": act(DESK | {"supervisor"}, case("new")),
    "staff_desk:case_assign": act({"dispatcher", "supervisor"}, case("new")),
    "staff_desk:case_reassign": act({"dispatcher", "supervisor"}, case("at_work")),
    "staff_desk:case_accept": act(HOUSING, case("at_work")),
    "staff_desk:case_ask_resident": act(HOUSING, case("at_work")),
    "staff_desk:case_resume": act(HOUSING, case("at_work")),
    "staff_desk:case_return_to_desk": act(HOUSING, case("at_work")),
    "staff_desk:case_decline": act({"dispatcher"}, case("new")),
    "staff_desk:case_close": act(HOUSING | {"dispatcher", "supervisor"}, case("answered")),
    "staff_desk:case_reopen": act({"supervisor"}, case("answered")),
    "staff_desk:case_join": Address(
        {"dispatcher", "supervisor"}, {"dispatcher", "supervisor"}, case("new"), do="join"
    ),
    "staff_desk:case_split": Address(
        DESK | {"supervisor"}, DESK | {"supervisor"}, case("new"), do="split"
    ),
    "staff_desk:case_unsplit": Address(None, DESK | {"supervisor"}, case("new")),
    "staff_desk:case_alike": Address(SEES_HOUSING, arguments=case("at_work")),
    "staff_desk:case_not_same": Address(None, {"dispatcher", "supervisor"}, case("new")),
    "staff_desk:case_unjoin": Address(None, {"dispatcher", "supervisor"}, case("new")),
    "staff_desk:case_weigh": act(DESK | {"supervisor"}, case("new")),
    "staff_desk:case_mark_conduct": act(DESK | {"supervisor"}, case("new")),
    "staff_desk:case_interim": act(HOUSING, case("at_work")),
    "staff_desk:case_ask_extension": act(HOUSING, case("at_work")),
    "staff_desk:case_decide_extension": act({"dispatcher", "supervisor"}, asks_for_time),
    "staff_desk:case_co_signing": act({"dispatcher", "supervisor"}, case("at_work")),
    "staff_desk:answer_edit": Address(HOUSING, HOUSING, case("at_work")),
    "staff_desk:answer_take_back": Address(None, HOUSING, reply("in_review")),
    "staff_desk:answer_give_up": Address(None, HOUSING | REVIEWS_HOUSING, reply("draft")),
    "staff_desk:answer_preview": Address(SEES_HOUSING, arguments=reply("in_review")),
    "staff_desk:to_co_sign": Address(
        STAFF - WITHOUT_LETTERS - DESK - {"auditor"}
    ),  # each sees their own units' alone
    "staff_desk:co_sign": Address({"other_handler"}, {"other_handler"}, signature, do="sign"),
    "staff_desk:co_sign_recall": Address(None, HOUSING, signature),
    "staff_desk:answer_co_sign": Address(HOUSING, HOUSING, reply("draft")),
    "staff_desk:answer_correct": Address(HOUSING, HOUSING, reply("published")),
    "staff_desk:answer_correcting": Address(HOUSING, HOUSING, reply("correction")),
    "staff_desk:answers": Address(STAFF),
    "staff_desk:answer_review": Address(
        SEES_HOUSING, REVIEWS_HOUSING, reply("in_review"), do="send_back"
    ),
    "staff_desk:answer_withdraw": Address(
        REVIEWS_HOUSING | {"supervisor"}, REVIEWS_HOUSING | {"supervisor"}, reply("published")
    ),
    "staff_desk:answer_own_words": Address(
        REVIEWS_HOUSING | {"supervisor"},
        REVIEWS_HOUSING | {"supervisor"},
        lambda scene: {"label": scene.published.label},
        do="put_back",
    ),
    "staff_desk:standard_use": Address({"clerk"}, {"clerk"}, case("new")),
    "staff_desk:standards": Address(STAFF),
    "staff_desk:standard_new": Address(PROPOSES, PROPOSES),
    "staff_desk:standard_approve": Address(None, REVIEWS_HOUSING, reply("proposed")),
    "staff_desk:standard_renew": Address(None, REVIEWS_HOUSING, reply("standard")),
    "staff_desk:standard_retire": Address(
        None, REVIEWS_HOUSING | HOUSING | DESK, reply("standard")
    ),
    "staff_desk:briefs": Address(STAFF - {"administrator"}),
    "staff_desk:growing": Address(STAFF - {"administrator"}),
    "staff_desk:growing_cases": Address(STAFF - WITHOUT_LETTERS, arguments=grown),
    "staff_desk:brief_count": Address(None, COUNTS),
    "staff_desk:brief": Address(STAFF - {"administrator"}, arguments=day),
    "staff_desk:calendars": Address(CALENDARS),
    "staff_desk:calendar": Address(CALENDARS, arguments=office_hours),
    "staff_desk:calendar_rehearsal": Address(CALENDARS, CALENDARS, office_hours),
    "staff_desk:promises": Address(CALENDARS),
    "staff_desk:promises_rehearsal": Address(CALENDARS, arguments=proposed_promises),
    "staff_desk:promises_propose": Address(
        {"administrator", "supervisor"}, {"administrator", "supervisor"}
    ),
    # Whoever proposed them is not the second person.
    "staff_desk:promises_adopt": Address(None, {"supervisor"}, proposed_promises),
    "staff_desk:rules": Address(SORTS),
    "staff_desk:rules_propose": Address(
        {"administrator", "supervisor"}, {"administrator", "supervisor"}
    ),
    "staff_desk:rules_rehearsal": Address(SORTS, arguments=proposed_rules),
    "staff_desk:rules_adopt": Address(None, {"supervisor"}, proposed_rules),
    "staff_desk:models": Address(SORTS),
    "staff_desk:model": Address(SORTS, arguments=version),
    "staff_desk:model_propose": Address(None, {"administrator", "supervisor"}, version),
    "staff_desk:model_try": Address(None, {"administrator", "supervisor"}, version),
    "staff_desk:model_adopt": Address(None, {"supervisor"}, proposed_version),
    "staff_desk:model_refuse": Address(None, {"administrator", "supervisor"}, proposed_version),
    "staff_desk:model_off": Address(None, {"administrator", "supervisor"}),
    "staff_desk:duty": Address(STAFF),
    "staff_desk:duty_now": Address(STAFF),
    "staff_desk:duty_absence": Address(STAFF, STAFF),
    "staff_desk:duty_feed": Address(STAFF, STAFF, leads="staff_desk:duty_feed"),
    "staff_desk:duty_feed_end": Address(None, STAFF),
    # Open to whoever has the link, as a calendar on a telephone has.
    "staff_desk:duty_calendar": public(arguments=duty_link),
    "staff_desk:duty_new": Address({"supervisor"}, {"supervisor"}),
    "staff_desk:duty_roster": Address(STAFF, arguments=duty_roster),
    "staff_desk:duty_check": Address(STAFF, arguments=duty_roster),
    "staff_desk:duty_pattern": Address(STAFF, {"supervisor"}, duty_roster),
    "staff_desk:duty_end": Address(None, {"supervisor"}, duty_roster),
    "staff_desk:duty_shift": Address(STAFF, {"supervisor"}, duty_shift, do="put"),
    "staff_desk:duty_requests": Address(STAFF),
    # Whom it was asked of alone.
    "staff_desk:duty_settle": Address(None, {"colleague"}, duty_request, do="agree"),
    "staff_desk:duty_log": Address(
        HOUSING | {"supervisor", "auditor"}, HOUSING | {"supervisor"}, duty_roster
    ),
    "staff_desk:duty_take_over": Address(None, {"colleague", "supervisor"}, handed_over),
    "staff_desk:imports": Address(IMPORTS, IMPORTS),
    "staff_desk:import": Address(IMPORTS, arguments=file),
    "staff_desk:import_columns": Address(IMPORTS, IMPORTS, file),
    "staff_desk:import_words": Address(IMPORTS, IMPORTS, file),
    "staff_desk:import_map": Address(IMPORTS, IMPORTS, file),
    "staff_desk:import_act": Address(None, IMPORTS, file, do="check"),
    "staff_desk:import_report": Address(IMPORTS, arguments=file),
    "staff_desk:brief_cases": Address(
        STAFF - {"administrator"}, arguments=day, leads="staff_desk:brief"
    ),
}


def named_patterns() -> Iterator[tuple[str, URLPattern]]:
    def walk(
        patterns: list[URLPattern | URLResolver], namespace: str
    ) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, pattern.namespace or namespace)
            else:
                yield f"{namespace}:{pattern.name}", pattern

    yield from walk(get_resolver().url_patterns, "")


def test_every_address_has_a_row_and_every_row_an_address():
    names = {name for name, _pattern in named_patterns()}
    assert not names - set(TABLE), f"no row says who may call {sorted(names - set(TABLE))}"
    assert not set(TABLE) - names, f"rows without an address: {sorted(set(TABLE) - names)}"


def test_only_what_the_table_calls_open_is_open():
    for name, pattern in named_patterns():
        requires = getattr(pattern.callback, "login_required", True)
        assert requires != TABLE[name].open_to_all, f"{name}: sign-in required is {requires}"


def ask(people: People, who: str, method: str, url: str, do: str = "") -> HttpResponse:
    client = people.stranger if who == "stranger" else getattr(people, who).client
    signed_in = client.cookies.get("staff")
    response: HttpResponse = getattr(client, method)(url, {"do": do} if do else {})
    if signed_in:  # also after signing out
        client.cookies["staff"] = signed_in.value
    content = "" if response.streaming else response.content.decode(errors="replace")
    assert CONTACT not in content + str(response.headers), f"{url} shows a contact to {who}"
    return response


def led_to(response: HttpResponse) -> str:
    """The name of the address to which a redirect leads; empty for a page. The root has no name."""
    if response.status_code not in {302, 303}:
        return ""
    path = urlsplit(response.headers["Location"]).path
    return path if path == "/" else resolve(path).view_name


def page_of(response: HttpResponse) -> str:
    """The template of a page; empty for a file or what machines read."""
    templates = getattr(response, "templates", [])
    return str(templates[0].name) if templates else ""


def opens(name: str, response: HttpResponse) -> bool:
    """Whether a GET brought the page itself, or led where its row says."""
    if led_to(response):
        return led_to(response) in TABLE[name].leads.split()
    refused = page_of(response) in NO_PAGE and name != SIGN_IN
    return response.status_code == 200 and bool(response.getvalue()) and not refused


def acts(name: str, response: HttpResponse) -> bool:
    """Whether a POST did something or was told what is wrong with it, and did not end at the entrance."""
    if name in LEAVES_OR_ENTERS:
        return response.status_code in {200, 302, 422}
    away = led_to(response) in ENTRANCES or page_of(response) == "staff_desk/sign_in.html"
    return response.status_code in {200, 302, 303, 409, 422} and not away


@pytest.fixture
def one_moment() -> Iterator[None]:
    """No day begins between what is arranged for an address and the calls."""
    with time.at(time.now()):
        yield


@pytest.mark.usefixtures("one_moment")
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(TABLE))
def test_who_may_call_it(name, method, shared_scene):
    scene = shared_scene
    row = TABLE[name]
    url = reverse(name, kwargs=row.arguments(scene))
    allowed = row.get if method == "get" else row.post
    if allowed is None:
        status = ask(scene.people, "supervisor", method, url).status_code
        assert status in {302, 303, 403, 404, 405}
        return
    may_not = (STAFF | {"stranger"}) - allowed
    for person in sorted(may_not):
        response = ask(scene.people, person, method, url, row.do)
        if person == "stranger" and not row.open_to_all:
            assert led_to(response) == SIGN_IN, f"a stranger is not sent to sign in by {name}"
        else:
            assert response.status_code in {403, 404}, f"{person} may not {method} {name}"
    may = opens if method == "get" else acts
    for person in sorted(allowed):
        response = ask(scene.people, person, method, url, row.do)
        assert may(name, response), (
            f"{person} may {method} {name}, and got {response.status_code} "
            f"{led_to(response) or page_of(response)}"
        )
