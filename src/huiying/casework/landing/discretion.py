"""What may be told of past letters to who may not read them: see
docs/decisions/0053-a-units-letters-by-time.md, at the end.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db.models import Q

from huiying.casework import policy
from huiying.casework.states import State
from huiying.kernel import keys, time
from huiying.kernel.actors import Actor

# For who may not read all of the letters: what is answered, and has been for so long, in counts from so
# many on, rounded down, after something between nothing and `BLUR` was taken off.
SETTLED_FOR = timedelta(days=30)
LEAST = 20
STEP = 5
BLUR = 10


def seen_by(actor: Actor, cases: Iterable[int]) -> set[int]:
    """Those of these cases (ids) that the actor may read."""
    visible = policy.visible_cases(actor).filter(pk__in=set(cases))
    return set(visible.values_list("pk", flat=True))


def settled_long() -> Q:
    """Of letters: answered long enough ago that nobody puts one of their own among them today."""
    return Q(
        case__state__in=(State.ANSWERED, State.CLOSED),
        case__answered_at__lt=time.now() - SETTLED_FOR,
    )


def coarse(reports: Collection[int]) -> int:
    """A count of these letters (ids) that is never too high: the same for the same letters, whatever was
    asked for them, so that asking again teaches nothing; and another letter more or less does not tell at
    which count it steps.
    """
    named = " ".join(str(pk) for pk in sorted(reports))
    blurred = len(reports) - keys.drawn("rehearsal", named, BLUR)
    return blurred - blurred % STEP if blurred >= LEAST else 0
