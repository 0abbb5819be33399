"""What makes a letter urgent: the whole list, for everybody."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from huiying.faces.look.harm import TONES
from huiying.harm.facts import Fact, Level, offered, withdrawn
from huiying.kernel.days import day_in_words


@dataclass(frozen=True, slots=True)
class UrgencyPage:
    """Each level that facts give, the most urgent first: its name, tone and facts. `gone` are (fact, level,
    day from which it cannot be said any more).
    """

    levels: list[tuple[str | Promise, str, list[Fact]]]
    gone: list[tuple[str | Promise, str | Promise, str]]


@login_not_required
@require_safe
def urgency(request: HttpRequest) -> HttpResponse:
    """The closed list of harm facts, and what follows from each."""
    levels = [
        (level.label, TONES[level], [fact for fact in offered() if fact.level == level])
        for level in reversed(Level)
        if level > Level.USUAL
    ]
    gone = [
        (fact.said, fact.level.label, day_in_words(fact.withdrawn))
        for fact in withdrawn()
        if fact.withdrawn
    ]
    return render(request, "public_site/urgency.html", {"page": UrgencyPage(levels, gone)})


urls = [path("urgency/", urgency, name="urgency")]
