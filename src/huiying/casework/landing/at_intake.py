"""Suggests a category for each new case, by the model in use; the worker's. Imports numpy."""

import functools

from django.db.models import Exists, OuterRef

from huiying.casework.models import CaseFile, Report, Suggestion
from huiying.casework.states import State
from huiying.kernel import time
from huiying.routing.grams import plain
from huiying.routing.learned import packed_model, use_in_force
from huiying.routing.models import Use
from huiying.routing.suggesting import Model, Offer, load

AT_ONCE = 100
DIGITS = 4


def suggest_new() -> int:
    """Keep what the model in use says of cases that nobody has sorted yet; returns of how many.

    Nothing is asked about a complaint about conduct. Safe to repeat, and to run twice at once.
    """
    use = use_in_force()
    if use is None or use.learned_id is None:
        return 0
    model = _model(use.learned_id).with_threshold(use.threshold)
    rows = [_suggestion(case, use, model) for case in _waiting(use)]
    Suggestion.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@functools.lru_cache(maxsize=1)
def _model(learned_id: int) -> Model:
    return load(packed_model(learned_id))


def _waiting(use: Use) -> list[Report]:
    """The first letters of new cases of which this use has said nothing."""
    said = Suggestion.objects.filter(case=OuterRef("pk"), use=use)
    cases = CaseFile.objects.filter(~Exists(said), state=State.RECEIVED, conduct=False)
    newest = cases.order_by("-received_at", "-pk").values("pk")[:AT_ONCE]
    reports = Report.objects.filter(case__in=newest, submission__conduct=False)
    first = reports.select_related("submission").order_by("case_id", "pk").distinct("case_id")
    return list(first)


def _suggestion(report: Report, use: Use, model: Model) -> Suggestion:
    letter = report.submission
    offers = model.offers(plain(letter.title, letter.body))
    return Suggestion(
        case_id=report.case_id,
        use=use,
        at=time.now(),
        first=offers[0].category if offers else "",
        offers=[_kept(offer) for offer in offers],
    )


def _kept(offer: Offer) -> dict[str, object]:
    return {
        "category": offer.category,
        "likely": round(offer.likely, DIGITS),
        "because": list(offer.because),
    }
