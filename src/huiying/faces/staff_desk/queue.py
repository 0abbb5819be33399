"""The queue: each role's own lists of cases, filtered and sorted in the address."""

from collections.abc import Set
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from huiying.casework.cursors import URGENT
from huiying.casework.notes import unread
from huiying.casework.outside_numbers import LONGEST
from huiying.casework.queues import COUNTED, CaseList, CaseRow, Wanted, case_list, tabs_of
from huiying.casework.reads import meant_by
from huiying.casework.saved_lists import ListKept, lists_kept
from huiying.casework.several import states_for, verbs_of
from huiying.casework.states import AT_UNIT, OPEN, State
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.forms import category_options, unit_options
from huiying.faces.staff_desk.lists import NAMES, address, fields_of, query_of, wanted_of
from huiying.faces.staff_desk.my_next import way_to_next
from huiying.faces.staff_desk.own_lists import NameForm, first_address, links_to
from huiying.faces.staff_desk.pages import (
    Empty,
    Link,
    NoLettersPage,
    QueuePage,
    QueueRow,
    UrgentRow,
)
from huiying.faces.staff_desk.search import WordsForm
from huiying.faces.staff_desk.several import buttons_for, sent_as
from huiying.harm.facts import Level
from huiying.intake.states import Channel
from huiying.kernel.actors import Actor
from huiying.kernel.names import listed, localized
from huiying.replies.reads.listing import waiting_rows

NOTHING = {
    "sort": gettext_lazy("Everything is sorted. New letters appear here the moment they come in."),
    "assign": gettext_lazy("Nothing waits for a unit. Cases appear here once they are sorted."),
    "ours": gettext_lazy("Your unit has nothing open. What the desk assigns to you appears here."),
    "support": gettext_lazy("No other unit needs your help now."),
    "late": gettext_lazy("Nothing is late."),
    "sent_back": gettext_lazy("No case was sent back twice."),
    "more_time": gettext_lazy("Nobody asks for more time."),
    "open": gettext_lazy("No case is open."),
    "answered": gettext_lazy("Nothing waits to be closed."),
    "closed": gettext_lazy("No case has been closed yet."),
    "all": gettext_lazy("No letter has come in yet."),
}
STATES = {
    "sort": (State.RECEIVED, State.RETURNED),
    "assign": (State.TRIAGED, State.RETURNED),
    "ours": tuple(state for state in State if state in AT_UNIT),
    "answered": (),
    "closed": (),
    "all": tuple(State),
}
WORK = tuple(state for state in State if state in OPEN)
LATE_TABS = {"sort", "assign", "ours", "support", "sent_back", "more_time", "open"}


class FindForm(forms.Form):
    """A case by its number, by the code on the writer's receipt, or by its number in another system."""

    number = forms.CharField(
        label=gettext_lazy("Case number, receipt code or number elsewhere"), max_length=LONGEST
    )


class QueueFilters(forms.Form):
    """The filters of one list; what the list cannot be asked is left out."""

    tab = forms.CharField(widget=forms.HiddenInput)
    sort = forms.CharField(widget=forms.HiddenInput)
    state = forms.ChoiceField(label=gettext_lazy("State"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    category = forms.ChoiceField(label=gettext_lazy("Category"))
    channel = forms.ChoiceField(label=gettext_lazy("Came by"))
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"))
    late = forms.BooleanField(label=gettext_lazy("Only late"))
    conduct = forms.BooleanField(label=gettext_lazy("Only complaints about conduct"))

    def __init__(self, found: CaseList, wanted: Wanted) -> None:
        super().__init__(
            initial={name: getattr(wanted, name) for name in self.base_fields}
            | {"tab": found.tab.code, "sort": found.sort},
            auto_id="filter-%s",
        )
        states = STATES.get(found.tab.code, WORK)
        options: dict[str, list[tuple[str, Any]]] = {
            "state": [
                ("", pgettext("filter", "Any")),
                *((state.value, state.label) for state in states),
            ],
            "unit": unit_options(found.units, pgettext("filter", "Any")),
            "category": category_options(found.categories, pgettext("filter", "Any")),
            "channel": [("", pgettext("filter", "Any")), *Channel.choices],
            "urgency": [
                ("", pgettext("filter", "Any")),
                *((level.code, level.label) for level in reversed(Level)),
            ],
        }
        for name, choices in options.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        left_out = {
            "state": not states,
            "unit": len(found.units) < 2,
            "late": found.tab.code not in LATE_TABS,
            "conduct": not found.by_conduct,
        }
        for name in [name for name, leave in left_out.items() if leave]:
            del self.fields[name]


def count_words(count: int) -> str:
    """A count that stopped at 1,000."""
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"


def _tabs(found: CaseList) -> list[Link]:
    tabs: list[Link] = []
    elsewhere = {
        "review": (_("Answers to review"), reverse("staff_desk:answers")),
        "co_sign": (_("To co-sign"), reverse("staff_desk:to_co_sign")),
    }
    for name, (label, url) in elsewhere.items():
        if name in found.counts:
            tabs.append((label, url, False, count_words(found.counts[name])))
    for tab in found.tabs:
        count = count_words(found.counts[tab.code]) if tab.open_only else ""
        link = address(Wanted(tab=tab.code))
        tabs.append((str(NAMES[tab.code]), link, tab.code == found.tab.code, count))
    return tabs


def _mentions(actor: Actor) -> str:
    count = unread(actor)
    said = ngettext("%(count)d unread note names you", "%(count)d unread notes name you", count)
    return said % {"count": count} if count else _("Notes that name me")


def _columns(found: CaseList, wanted: Wanted, *, boxes: bool) -> list[dict[str, str]]:
    received = {
        "label": pgettext("column", "Received"),
        "sort_url": address(wanted, sort="oldest" if found.sort == "newest" else "newest"),
        "sorted": {"newest": "desc", "oldest": "asc"}.get(found.sort, ""),
    }
    due = {"label": pgettext("column", "Due"), "sorted": "asc" if found.sort == "due" else ""}
    if "due" in found.sorts and found.sort != "due":
        due["sort_url"] = address(wanted, sort="due")
    plain = [{"label": label} for label in (_("Unit"), _("Category"), _("Came by"))]
    first = [{"label": pgettext("column", "Choose")}] if boxes else []
    return [*first, {"label": _("Case")}, {"label": _("State")}, due, *plain, received]


def _flags(row: CaseRow) -> list[str]:
    said = {
        str(row.urgency.label): row.urgency > Level.USUAL,
        _("about conduct"): row.conduct,
        _("reopened"): row.round > 1,
        _("sent back"): row.returns > 0,
    }
    return [words for words, so in said.items() if so]


def _urgent(row: CaseRow, query: str) -> UrgentRow:
    return UrgentRow(
        row.title,
        reverse("staff_desk:case", args=[row.number]) + query,
        row.clock.due_at,
        str(row.urgency.label),
        now=row.urgency == Level.NOW,
    )


def _row(row: CaseRow, query: str, boxed: Set[str]) -> QueueRow:
    return QueueRow(
        url=reverse("staff_desk:case", args=[row.number]) + query,
        pick=sent_as(row.number, row.version) if row.state in boxed else "",
        pick_label=_("Choose case %(number)d") % {"number": row.number},
        title=row.title,
        note=" · ".join([str(row.number), *_flags(row)]),
        state=row.state,
        clock=row.clock,
        unit=localized(row.unit_name),
        category=localized(row.category_name),
        channel=str(dict(Channel.choices).get(row.channel, row.channel)),
        day=dates.short_day(row.received_at),
        hour=f"{timezone.localtime(row.received_at):%H:%M}",
    )


def _empty(found: CaseList, wanted: Wanted) -> Empty:
    start = address(Wanted(tab=found.tab.code))
    if wanted.after or wanted.before:
        return Empty(
            _("Nothing more here"), _("You have reached the end."), start, _("To the start")
        )
    if wanted.filtered:
        text = _("Choose fewer filters, or clear them.")
        return Empty(_("Nothing fits these filters"), text, start, _("Clear the filters"), "search")
    return Empty(_("Nothing to do here"), str(NOTHING[found.tab.code]))


def _page(
    found: CaseList, wanted: Wanted, actor: Actor, kept: list[ListKept], *, ticked: bool
) -> QueuePage:
    by_due = found.sort in ("due", URGENT)
    boxed = states_for(verbs_of(actor))
    boxes = any(row.state in boxed for row in found.rows)
    query = query_of(wanted, tab=found.tab.code)
    count = ngettext("%(count)s case", "%(count)s cases", found.count) % {
        "count": count_words(found.count)
    }
    return QueuePage(
        title=str(NAMES[found.tab.code]),
        tabs=_tabs(found),
        find=FindForm(auto_id="find-%s"),
        search=WordsForm(auto_id="search-%s"),
        filters=QueueFilters(found, wanted),
        filtered=wanted.filtered,
        clear_url=address(Wanted(tab=found.tab.code)) if wanted.filtered else "",
        shown=count,
        columns=_columns(found, wanted, boxes=boxes),
        rows=[_row(row, query, boxed) for row in found.rows],
        urgent=[_urgent(row, query) for row in found.urgent],
        by_urgency=address(wanted, sort=URGENT)
        if URGENT in found.sorts and found.sort != URGENT
        else "",
        empty=_empty(found, wanted),
        newer_url=address(wanted, before=found.newer) if found.newer else "",
        older_url=address(wanted, after=found.older) if found.older else "",
        newer=_("Sooner") if by_due else "",
        older=_("Later") if by_due else "",
        together=buttons_for(actor) if boxes else [],
        together_in=fields_of(wanted, tab=found.tab.code),
        all_ticked=ticked,
        my_next_url=way_to_next(actor, Wanted()),
        mentions=_mentions(actor),
        own_lists=links_to(kept, wanted),
        save_form=NameForm(auto_id="save-%s") if wanted.filtered else None,
        save_url=reverse("staff_desk:own_lists") + query,
        tick_url=address(
            wanted, after=wanted.after, before=wanted.before, tick="" if ticked else 1
        ),
    )


def _no_letters(actor: Actor) -> NoLettersPage:
    title = _("Your role reads no letters")
    if actor.has("leader"):
        text = _("The daily brief shows you what came in, what is late and what needs a decision.")
        return NoLettersPage(
            Empty(title, text, reverse("staff_desk:briefs"), _("To the briefs"), "figures")
        )
    text = _("Whoever keeps the accounts keeps out of the letters. Your own account is here.")
    return NoLettersPage(Empty(title, text, reverse("staff_desk:account"), _("My account"), "lock"))


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """One page of a list of cases; the first list of the person's role by default."""
    actor = actor_of(request)
    if not tabs_of(actor):
        return render(request, "staff_desk/no_letters.html", {"page": _no_letters(actor)})
    kept, wanted = lists_kept(actor), wanted_of(request.GET)
    if not request.GET and (first := first_address(kept)):
        return redirect(first)
    found = case_list(actor, wanted, also=waiting_rows(actor))
    page = _page(found, wanted, actor, kept, ticked=bool(request.GET.get("tick")))
    return render(request, "staff_desk/queue.html", {"page": page})


@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """Go to the case that follows a place in a list, or back to the list where it ends."""
    wanted = wanted_of(request.GET)
    found = case_list(actor_of(request), wanted, size=1)
    if not found.rows:
        messages.info(request, _("That was the last case in this list."))
        return redirect(address(wanted))
    return redirect(reverse("staff_desk:case", args=[found.rows[0].number]) + query_of(wanted))


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Go to a case by its number, its receipt's code or its number in another system; the latter stay
    out of addresses and logs.
    """
    found = meant_by(actor_of(request), request.POST.get("number", "")[:LONGEST])
    if not found:
        messages.warning(request, _("There is no case with this number that you may see."))
        return redirect("staff_desk:queue")
    if len(found) > 1:
        others = {"numbers": listed(map(str, found[1:]))}
        messages.info(request, _("Other cases have this number too: %(numbers)s.") % others)
    return redirect("staff_desk:case", found[0])


urls = [
    path("", queue, name="queue"),
    path("next/", following, name="next"),
    path("find/", find, name="find"),
]
