"""The promises at the desk: what is in force, what is proposed, and every version."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.agencies.reads import staff_names
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.pasting import pasted, why
from huiying.faces.staff_desk.promises.meanings import meanings
from huiying.faces.staff_desk.promises.telling import (
    StaffNames,
    columns,
    new_extension,
    proposed_by,
    rows,
    told,
)
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid
from huiying.routing.promises import actions
from huiying.routing.promises.files import read_promises, write_promises
from huiying.routing.promises.policy import may_change, require_change, require_reader
from huiying.routing.promises.reads import Shown, VersionLine, in_force, shown
from huiying.routing.promises.wording import cap_in_words, category_names
from huiying.routing.proposing import LONGEST_NOTE

LONGEST_FILE = 200_000


class ProposeForm(RefusableForm):
    """A file of promises, pasted in."""

    text = pasted(
        gettext_lazy("The file of promises (TOML)"),
        most=LONGEST_FILE,
        help_text=gettext_lazy(
            "Begins with what is in force: change its numbers and words, then propose it."
        ),
    )
    note = why(most=LONGEST_NOTE)


@dataclass(frozen=True, slots=True)
class PromisesPage:
    """`rows` and `added`, `dropped` (by what waits) are rows of one table; `number` waits where not 0."""

    lead: str
    since: str
    columns: list[dict[str, Any]]
    rows: list[list[Any]]
    extension: str
    number: int
    added: list[list[Any]]
    dropped: list[list[Any]]
    new_extension: str
    proposed: str
    may_adopt: bool
    may_propose: bool
    versions: list[tuple[str, str, list[str]]]


@dataclass(frozen=True, slots=True)
class ProposePage:
    form: ProposeForm
    meanings: list[tuple[str, str]]

    @property
    def trail(self) -> Trail:
        return [(_("Promises"), reverse("staff_desk:promises")), (_("Propose promises"), "")]


@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """What is in force, what waits for a second person, all versions."""
    actor = actor_of(request)
    require_reader(actor)
    found, topics = shown(), category_names()
    names = staff_names(
        label for line in found.versions for label in (line.proposed_by, line.adopted_by) if label
    )
    now, then = rows(found.in_force, topics), rows(found.proposed, topics)
    waiting = found.waiting
    page = PromisesPage(
        lead=localized(found.in_force.name) if found.in_force else "",
        since=_since(found),
        columns=columns(),
        rows=now,
        extension=cap_in_words(found.in_force.extension) if found.in_force else "",
        number=waiting.number if waiting else 0,
        added=[row for row in then if row not in now],
        dropped=[row for row in now if row not in then] if waiting else [],
        new_extension=new_extension(found.proposed, found.in_force),
        proposed=proposed_by(waiting, names) if waiting else "",
        may_adopt=may_change(actor) and waiting is not None and waiting.proposed_by != actor.label,
        may_propose=may_change(actor),
        versions=[_version(line, names) for line in found.versions],
    )
    return render(request, "staff_desk/promises/list.html", {"page": page})


def _version(line: VersionLine, names: StaffNames) -> tuple[str, str, list[str]]:
    address = reverse("staff_desk:promises_rehearsal", args=[line.number])
    return _("Version %(number)s") % {"number": line.number}, address, told(line, names)


def _since(found: Shown) -> str:
    if found.since is None:
        return ""
    return _("Version %(number)s, in force since %(when)s") % {
        "number": found.number,
        "when": dates.at_time(found.since),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("text", "note")
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a file; nothing changes until a second person puts it in force."""
    actor = actor_of(request)
    require_change(actor)
    form = ProposeForm(request.POST if request.method == "POST" else None, initial=_now())
    if form.is_valid():
        try:
            promises = read_promises(form.cleaned_data["text"])
            if promises == in_force():
                raise Invalid(_("Nothing has changed: this is what is in force."))
            number = actions.propose_promises(
                actor=actor, promises=promises, note=form.cleaned_data["note"]
            )
        except Invalid as refusal:
            where = f" ({refusal.field})" if refusal.field else ""
            form.add_error("text", f"{refusal}{where}")
        else:
            sent(request)
            messages.success(request, _("Proposed. A second person puts them in force."))
            return redirect("staff_desk:promises_rehearsal", number)
    status = 422 if form.errors else 200
    page = ProposePage(resumed(request, form), meanings())
    return render(request, "staff_desk/promises/propose.html", {"page": page}, status=status)


def _now() -> dict[str, str]:
    """What is in force, to change one line of it."""
    promises = in_force()
    return {"text": write_promises(promises)} if promises else {}


@require_POST
def adopt(request: HttpRequest, number: int) -> HttpResponse:
    """Put a proposed version in force."""
    actions.adopt_promises(actor=actor_of(request), number=number)
    messages.success(request, _("In force for what comes in from now on."))
    return redirect("staff_desk:promises")


urls = [
    path("promises/", promises, name="promises"),
    path("promises/propose/", propose, name="promises_propose"),
    path("promises/<int:number>/adopt/", adopt, name="promises_adopt"),
]
