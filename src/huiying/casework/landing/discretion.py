"""What may be told of past letters to who may not read them: see
docs/decisions/0053-a-units-letters-by-time.md, at the end.
"""

from collections.abc import Callable, Collection, Iterable
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

type Count = Callable[[Collection[int]], int]


def seen_by(actor: Actor, cases: Iterable[int]) -> set[int]:
    """Those of these cases (ids) that the actor may read."""
    visible = policy.visible_cases(actor).filter(pk__in=set(cases))
    return set(visible.values_list("pk", flat=True))


def reads_all(actor: Actor, cases: Collection[int]) -> bool:
    """Whether the actor may read all of these cases (ids); where there are none, any case."""
    if not cases:
        return policy.reads_everything(actor)
    return seen_by(actor, cases) >= set(cases)


def settled_long(case: str = "case__") -> Q:
    """Of letters, or with an empty `case` of cases: answered long enough ago that nobody puts one of their
    own among them today.
    """
    answered = {f"{case}state__in": (State.ANSWERED, State.CLOSED)}
    return Q(**answered, **{f"{case}answered_at__lt": time.now() - SETTLED_FOR})


def coarse(pks: Collection[int]) -> int:
    """A count of these letters, or cases (ids), that is never too high: the same for the same ones, whatever
    was asked for them, so that asking again teaches nothing; and one more or less does not tell at which
    count it steps.
    """
    return coarse_number(len(pks), pks)


def coarse_number(number: int, pks: Iterable[int], of: str = "") -> int:
    """The same for a number that hangs on these, `of` something."""
    named = " ".join([*(str(pk) for pk in sorted(pks)), of])
    blurred = number - keys.drawn("rehearsal", named, BLUR)
    return blurred - blurred % STEP if blurred >= LEAST else 0
