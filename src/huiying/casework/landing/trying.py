"""Tries a version of the model on past letters before anybody brings it into use; the worker's. Imports
numpy.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from huiying.casework.landing.settled import sorted_letters
from huiying.casework.landing_models import MOST_ATTEMPTS, ModelTrial
from huiying.casework.models import Joined, Report
from huiying.intake.opening import words_left
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.connections import alone
from huiying.routing.grams import Plain, plain
from huiying.routing.learned import packed_model, use_in_force
from huiying.routing.models import Learned, Use
from huiying.routing.suggesting import Model, load, offered

MOST = 2000  # letters
FEWEST_UNSEEN = 50  # or else letters are tried, too, that the version has learned from
AT_ONCE = 100
WORK = "models tried on past letters"

# Letter, what is said of it by what is in use and by what is tried, whether it may have been learned from.
type Found = list[tuple[int, str, str, bool]]
type Tell = Callable[[int, int], None]  # done, of so many


def run_next_trial() -> int:
    """Try the version for which it was asked first, or one that is proposed and was not tried yet; how
    many were tried. Safe to stop and to repeat.
    """
    with alone(WORK) as mine:
        trial = _next() if mine else None
        if trial is None:
            return 0
        ModelTrial.objects.filter(pk=trial.pk).update(attempts=trial.attempts + 1)
        found = try_version(trial.learned, trial.threshold, trial.against, tell=_progress(trial))
        ModelTrial.objects.filter(pk=trial.pk).update(found=found, finished_at=time.now())
        ModelTrial.objects.filter(learned=trial.learned_id, pk__lt=trial.pk).update(found=[])
        return 1


def _next() -> ModelTrial | None:
    waiting = ModelTrial.objects.filter(finished_at=None, attempts__lt=MOST_ATTEMPTS)
    rows = waiting.select_related("learned", "against__learned")
    rows = rows.defer("learned__packed", "against__learned__packed")
    return rows.order_by("pk").first() or _proposed()


def _proposed() -> ModelTrial | None:
    """A trial of what waits for a second person, so that it is there when they look."""
    use = Use.objects.filter(state=Use.State.PROPOSED).select_related("learned").first()
    against = use_in_force()
    if use is None or use.learned is None:
        return None
    same = ModelTrial.objects.filter(learned=use.learned, threshold=use.threshold, against=against)
    if same.exists():
        return None
    return ModelTrial.objects.create(
        learned=use.learned,
        threshold=use.threshold,
        against=against,
        asked_at=time.now(),
        asked_by=SYSTEM.label,
    )


def _progress(trial: ModelTrial) -> Tell:
    def tell(done: int, of: int) -> None:
        ModelTrial.objects.filter(pk=trial.pk).update(done=done, of=of)

    return tell


def try_version(
    learned: Learned, threshold: float, against: Use | None, *, tell: Tell, most: int = MOST
) -> Found:
    """What this version and the one in use say of the newest sorted letters: of those that neither has
    learned from, or where these are too few, of all.
    """
    then = load(packed_model(learned.pk)).with_threshold(threshold)
    now, cut = None, learned.trained_at
    if against is not None and against.learned is not None:
        same = against.learned_id == learned.pk
        loaded = then if same else load(packed_model(against.learned.pk))
        now = loaded.with_threshold(against.threshold)
        cut = max(cut, against.learned.trained_at)
    chosen = _chosen(cut, most)
    found: Found = []
    for start in range(0, len(chosen), AT_ONCE):
        tell(start, len(chosen))
        part = chosen[start : start + AT_ONCE]
        letters = _readable(part)
        plains = [letter for _pk, letter, _known in letters]
        saids = zip(letters, _said(now, plains), _said(then, plains), strict=True)
        found += [(pk, before, after, known) for (pk, _, known), before, after in saids]
    tell(len(chosen), len(chosen))
    return found


def _readable(part: Sequence[tuple[Report, bool]]) -> list[tuple[int, Plain, bool]]:
    """Those whose letters open: which, what it says, and whether it may have been learned from."""
    said = [(each.pk, words_left(each.submission), known) for each, known in part]
    return [
        (pk, plain(words.title, words.body), known)
        for pk, words, known in said
        if words is not None
    ]


def _said(model: Model | None, letters: Sequence[Plain]) -> list[str]:
    """The category that comes first for each; empty for silence."""
    if model is None:
        return [""] * len(letters)
    return [offers[0].category if offers else "" for offers in offered(model, letters)]


def _chosen(cut: datetime, most: int) -> list[tuple[Report, bool]]:
    """The newest letters that no version trained until `cut` has learned from; where there are fewer than
    `FEWEST_UNSEEN`, the newest of all. Each with whether it may have been learned from.
    """
    rows = sorted_letters().select_related("submission__seal").order_by("-pk")
    unseen = list(rows.filter(_unseen(cut))[:most])
    if len(unseen) >= min(FEWEST_UNSEEN, most):
        return [(each, False) for each in unseen]
    fresh = {each.pk for each in unseen}
    return [(each, each.pk not in fresh) for each in rows[:most]]


def _unseen(cut: datetime) -> Q:
    """Of letters: came after `cut`, or was settled by then neither with its own case nor with another."""
    apart = Q(~Exists(Joined.objects.filter(report=OuterRef("pk"))))
    open_then = Q(case__answered_at=None) | Q(case__answered_at__gt=cut)
    return Q(submission__received_at__gt=cut) | (Q(case__round=1) & open_then & apart)
