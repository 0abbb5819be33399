"""Says where each new case belongs, by rule and by model; the worker's. Imports numpy."""

import functools
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from huiying.casework.landing.rehearsing import read_by_rules
from huiying.casework.landing_models import Suggestion
from huiying.casework.models import CaseFile, Report
from huiying.casework.states import State
from huiying.intake.models import Unopened
from huiying.intake.opening import Words
from huiying.intake.unopened import opened
from huiying.kernel import time
from huiying.routing.grams import plain
from huiying.routing.learned import packed_model, use_in_force
from huiying.routing.models import RuleVersion, Use
from huiying.routing.rules.definitions import RuleSet
from huiying.routing.rules.reads import rules_in_force, rules_of
from huiying.routing.suggesting import Model, Offer, load

AT_ONCE = 100
DIGITS = 4


def suggest_new() -> int:
    """Keep what the rules in force and the model in use say of cases that nobody has sorted yet; returns
    of how many.

    Nothing is asked about a complaint about conduct; a letter that does not open is set aside. Safe to
    repeat, and to run twice at once.
    """
    use, version = use_in_force(), rules_in_force()
    if use is None and version is None:
        return 0
    model = _model(use.learned_id).with_threshold(use.threshold) if use else None
    rules = rules_of(version)
    asked = Asked(use, version, model, rules)
    read = [(report, opened(report.submission)) for report in _waiting(use, version)]
    rows = [_suggestion(report, words, asked) for report, words in read if words is not None]
    Suggestion.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked: the model in use and the rules in force, None for neither."""

    use: Use | None
    version: RuleVersion | None
    model: Model | None
    rules: RuleSet


@functools.lru_cache(maxsize=1)
def _model(learned_id: int | None) -> Model:
    return load(packed_model(learned_id or 0))


def _waiting(use: Use | None, version: RuleVersion | None) -> list[Report]:
    """The first letters of new cases of which these have said nothing."""
    said = Suggestion.objects.filter(case=OuterRef("pk"), use=use, rules=version)
    closed = Unopened.objects.filter(submission__report__case=OuterRef("pk"))
    cases = CaseFile.objects.filter(~Exists(said), state=State.RECEIVED, conduct=False)
    cases = cases.filter(~Exists(closed))
    newest = cases.order_by("-received_at", "-pk").values("pk")[:AT_ONCE]
    reports = Report.objects.filter(case__in=newest, submission__conduct=False)
    first = reports.select_related("submission__seal").order_by("case_id", "pk").distinct("case_id")
    return list(first)


def _suggestion(report: Report, words: Words, asked: Asked) -> Suggestion:
    offers = asked.model.offers(plain(words.title, words.body)) if asked.model else ()
    hit = asked.rules.hit(read_by_rules(report.submission, words))
    return Suggestion(
        case_id=report.case_id,
        use=asked.use,
        rules=asked.version,
        at=time.now(),
        rule=hit.number if hit else None,
        to=hit.category if hit else "",
        unit=hit.unit if hit else "",
        first=offers[0].category if offers else "",
        offers=[_kept(offer) for offer in offers],
    )


def _kept(offer: Offer) -> dict[str, object]:
    return {
        "category": offer.category,
        "likely": round(offer.likely, DIGITS),
        "because": list(offer.because),
    }
