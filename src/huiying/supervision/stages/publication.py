"""Whether an answer was published: `replies` knows, on the same floor, and `config` connects the two."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from huiying.casework.models import CaseFile
from huiying.casework.stages.clocks import StageClock

# The stages of a case, that of its publication ended by what is on record.
type Ended = Callable[[Sequence[StageClock], CaseFile], Iterable[StageClock]]
# The cases (ids) whose answer was withdrawn since then, each with when.
type TakenBackSince = Callable[[datetime], Mapping[int, datetime]]

_ended: Ended | None = None
_taken_back: TakenBackSince | None = None


def wire(*, ended: Ended, taken_back_since: TakenBackSince) -> None:
    """Register who knows what was published."""
    global _ended, _taken_back
    _ended, _taken_back = ended, taken_back_since


def on_record(clock: StageClock, case: CaseFile) -> StageClock:
    """The clock of a publication as it ended, if it has. Two queries where replies are asked."""
    return next(iter(_ended([clock], case))) if _ended else clock


def still_runs(clock: StageClock, case: CaseFile) -> bool:
    """Whether the answer is still to be published."""
    found = on_record(clock, case)
    return found.ended_at is None and found.not_published is None


def taken_back_since(moment: datetime) -> Mapping[int, datetime]:
    """The cases (ids) whose answer is published no more, each with since when. One query."""
    return _taken_back(moment) if _taken_back else {}
