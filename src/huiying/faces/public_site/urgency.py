"""What makes a letter urgent: the whole list, for everybody."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from huiying.faces.look.harm import TONES
from huiying.harm.facts import FACTS, Fact, Level


@dataclass(frozen=True, slots=True)
class UrgencyPage:
    """Each level that facts give, the most urgent first: its name, tone and facts."""

    levels: list[tuple[str | Promise, str, list[Fact]]]


@login_not_required
@require_safe
def urgency(request: HttpRequest) -> HttpResponse:
    """The closed list of harm facts, and what follows from each."""
    levels = [
        (level.label, TONES[level], [fact for fact in FACTS if fact.level == level])
        for level in reversed(Level)
        if level > Level.USUAL
    ]
    return render(request, "public_site/urgency.html", {"page": UrgencyPage(levels)})


urls = [path("urgency/", urgency, name="urgency")]
