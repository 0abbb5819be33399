"""The case page in words: what the read found, put the way the page shows it."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from huiying.casework.cursors import place_in
from huiying.casework.policy import Act
from huiying.casework.queues import TABS, Wanted
from huiying.casework.reads import CaseShown
from huiying.casework.states import Outcome, State
from huiying.faces.look import dates
from huiying.faces.look.harm import urgency_shown
from huiying.faces.look.templatetags.look import listed
from huiying.faces.staff_desk.case_acts import FACES
from huiying.faces.staff_desk.case_clock import clock_notes
from huiying.faces.staff_desk.forms import ActForm
from huiying.faces.staff_desk.keeping import keep_address
from huiying.faces.staff_desk.letter_parts import channel_in_words, letter_part
from huiying.faces.staff_desk.lists import NAMES, address, query_of
from huiying.faces.staff_desk.pages import (
    ActShown,
    CasePage,
    Kept,
    ReplyPart,
)
from huiying.faces.staff_desk.suggesting.aid import aid_of
from huiying.faces.staff_desk.suggesting.why import why_here
from huiying.harm.facts import Level
from huiying.kernel.names import localized
from huiying.kernel.refusals import MovedOn
from huiying.replies.reads.on_case import CaseReplies, ReplyLine

# Keys that bring the focus to an act. j, k and x are those of lists; n, m, u and i stand on the page.
KEYS = {
    "triage": "s",
    "assign": "a",
    "reassign": "g",
    "accept": "t",
    "ask_resident": "q",
    "resume": "r",
    "return_to_desk": "b",
    "decline": "d",
    "close": "c",
    "reopen": "o",
}


def case_page(
    shown: CaseShown,
    replies: CaseReplies,
    listed_in: Wanted,
    *,
    act: str = "",
    form: ActForm | None = None,
    refusal: MovedOn | None = None,
) -> CasePage:
    """The whole page; `form` stands in for the fresh form of `act`, `listed_in` is where one came from."""
    query = query_of(listed_in)
    acts = _reply_acts(shown, replies)
    acts += [_act(shown, each, form if each.verb == act else None, query) for each in shown.acts]
    open_now = any(each.form is form and not each.reason for each in acts) if form else True
    return CasePage(
        number=shown.number,
        title=shown.title,
        state=shown.state,
        trail=_trail(shown, listed_in),
        next_url=_next_url(shown, listed_in),
        my_next_url="",
        warnings=_warnings(shown),
        clock=shown.clock,
        clock_notes=clock_notes(shown),
        urgency=urgency_shown(shown.why),
        facts=_facts(shown),
        named=[*map(localized, shown.named.units), *map(localized, shown.named.people)],
        letters=[
            letter_part(shown, letter, number if len(shown.letters) > 1 else 0)
            for number, letter in enumerate(shown.letters, 1)
        ],
        replies=[_reply(line) for line in replies.lines],
        acts=[each for each in acts if not each.reason],
        later=[each for each in acts if each.reason],
        entries=list(shown.entries),
        cut=shown.cut,
        problem=str(refusal) if refusal and not open_now else "",
        kept=Kept(str(FACES[act].label), form.typed()) if form and not open_now else None,
        parts=shown.parts if shown.state == State.SPLIT else (),
        unsplit_url=reverse("staff_desk:case_unsplit", args=[shown.number])
        if shown.may_unsplit
        else "",
        version=shown.version,
    )


def _trail(shown: CaseShown, listed_in: Wanted) -> list[tuple[str, str]]:
    trail = [
        (pgettext("navigation", "Queue"), reverse("staff_desk:queue")),
        (str(shown.number), ""),
    ]
    if listed_in.tab in NAMES:
        trail.insert(1, (str(NAMES[listed_in.tab]), address(listed_in)))
    return trail


def _next_url(shown: CaseShown, listed_in: Wanted) -> str:
    """The case that follows this one in the list; it is looked for only when somebody goes there."""
    tab = next((tab for tab in TABS if tab.code == listed_in.tab), None)
    if tab is None:
        return ""
    place = place_in(shown.case, listed_in.sort or tab.sort)
    return reverse("staff_desk:next") + query_of(listed_in, after=place)


def _act(shown: CaseShown, offered: Act, typed: ActForm | None, query: str) -> ActShown:
    """One act of the panel; `typed` is its form as somebody sent it."""
    face = FACES[offered.verb]
    done_before = {"triage": shown.state == State.TRIAGED, "mark_conduct": shown.conduct}
    label = str(face.again if done_before.get(offered.verb) else face.label)
    url = reverse(f"staff_desk:case_{offered.verb}", args=[shown.number]) + query
    if not offered.allowed:
        return ActShown(label, url, reason=str(offered.reason))
    kind, key = _kind(shown, offered.verb), KEYS.get(offered.verb, "")
    if face.at_once:
        url += f"{'&' if query else '?'}seen={shown.version}"
        return ActShown(label, url, kind, str(face.hint), key=key)
    begun = shown.unfinished.get(offered.verb)
    return ActShown(
        label,
        url,
        kind,
        str(face.hint),
        keep_url=keep_address(shown.number, offered.verb),
        kept_at=begun.at if begun else None,
        submit=str(face.submit),
        form=typed or face.form(shown, offered.verb),
        open=kind == "primary" or begun is not None or typed is not None,
        key=key,
        aid=aid_of(shown, query) if offered.verb == "triage" else None,
    )


def _kind(shown: CaseShown, verb: str) -> str:
    """How an act looks: of two that go on, the one further on stands out."""
    assignable = any(act.verb == "assign" and act.allowed for act in shown.acts)
    further = verb == "triage" and (assignable or shown.state == State.TRIAGED)
    return "secondary" if further else FACES[verb].kind


def _reply_acts(shown: CaseShown, replies: CaseReplies) -> list[ActShown]:
    """The ways to the answer: write it, check it, take a standard text."""
    acts = []
    if replies.to_review:
        url = reverse("staff_desk:answer_review", args=[replies.to_review])
        acts.append(ActShown(_("Check the answer"), url, "primary", direct=True, key="v"))
    if replies.to_sign:
        url = reverse("staff_desk:co_sign", args=[replies.to_sign])
        acts.append(ActShown(_("Co-sign the answer"), url, "primary", direct=True))
    if replies.may_write or replies.why_not:
        url = reverse("staff_desk:answer_edit", args=[shown.number])
        reason = "" if replies.may_write else replies.why_not
        label = _("Write the answer")
        acts.append(ActShown(label, url, "primary", reason=reason, direct=True, key="w"))
    if replies.may_answer_at_once:
        url = reverse("staff_desk:standard_use", args=[shown.number])
        acts.append(ActShown(_("Answer with a standard text"), url, direct=True, key="e"))
    return acts


def _reply(line: ReplyLine) -> ReplyPart:
    links = []
    if line.address and line.state == "published":
        links.append(
            (_("As everybody reads it"), reverse("public_site:answer", args=[line.address]))
        )
    if line.may_correct:
        links.append((_("Correct it"), reverse("staff_desk:answer_correct", args=[line.label])))
    if line.may_withdraw:
        links.append((_("Withdraw it"), reverse("staff_desk:answer_withdraw", args=[line.label])))
    if line.may_withdraw and line.own_words:
        url = reverse("staff_desk:answer_own_words", args=[line.label])
        links.append((_("The writers' own words"), url))
    return ReplyPart(
        words=line.state_words,
        text=line.text,
        title=line.title,
        at=line.at,
        by=line.drafted_by,
        note=line.sent_back_because or line.withdrawn_because,
        links=links,
    )


def _why_returned(shown: CaseShown) -> str:
    """What the unit said that sent the case back last."""
    told = [line for line in shown.entries if line.action == "case.return_to_desk"]
    return "\n".join(filter(None, (told[-1].sentence, told[-1].note))) if told else ""


def _warnings(shown: CaseShown) -> list[str]:
    found = []
    if shown.why.need.level == Level.NOW:
        found.append(_("Somebody is said to be in danger. Act now, then record it."))
    if shown.state == State.RETURNED and (why := _why_returned(shown)):
        found.append(why)
    if shown.state == State.JOINED:
        found.append(_("This case is joined to another one, and its letters stand there."))
    if shown.state == State.SPLIT:
        found.append(
            _("This letter is split into parts. Each is handled and answered as a case of its own.")
        )
    if shown.conduct and not (shown.named.units or shown.named.people):
        found.append(_("This is a complaint about conduct. Say first whom it is about."))
    return found


def _facts(shown: CaseShown) -> list[tuple[str, str]]:
    nobody = _("Nobody yet")
    facts = [
        (_("Who reported it"), _people(shown)),
        (_("Who leads"), localized(shown.lead) or nobody),
        (_("Who helps"), listed(shown.support)),
        (_("Category"), localized(shown.category) or _("Not sorted yet")),
        (_("Why here"), why_here(shown)),
        (_("Came by"), channel_in_words(shown.channel)),
        (pgettext("fact", "Received"), dates.at_time(shown.received_at)),
        (pgettext("fact", "Sent back"), _times(shown.returns)),
        (_("Result"), str(dict(Outcome.choices).get(shown.outcome, ""))),
    ]
    return [(key, value) for key, value in facts if value]


def _people(shown: CaseShown) -> str:
    """How many people reported it, where it is more than one."""
    count = sum(letter.withdrawn_at is None for letter in shown.letters)
    if count < 2:
        return ""
    return ngettext("%(count)d person", "%(count)d people", count) % {"count": count}


def _times(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(count)d time", "%(count)d times", count) % {"count": count}
