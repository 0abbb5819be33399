"""Random histories of cases, as the verbs would have written them: walks on the table of the life cycle.

Time goes in minutes, so that steps often fall on the very edges of the period.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from huiying.agencies.models import Unit
from huiying.casework.models import CaseFile, Joined, Move, Named, Report, Verdict
from huiying.casework.policy import guarded
from huiying.casework.states import OPEN, STEPS, State
from huiying.insight.periods import Period
from huiying.intake.models import Submission
from huiying.kernel.lifecycles import Step
from huiying.routing.models import Category

MINUTE = timedelta(minutes=1)
DAY = 24 * 60
CAP = timedelta(days=2)  # the moves carry it, so it need not be the agency's
# Without these weights most cases would be withdrawn or answered at once.
LIKELY = {
    "triage": 5,
    "assign": 5,
    "accept": 3,
    "return_to_desk": 4,
    "ask_resident": 3,
    "answer": 4,
}
TO_THE_MINUTE = -1  # a gap: on to the very moment when the case is due
_serial = count(1)


@dataclass(frozen=True)
class Letter:
    """One more letter on the case: when it came, when it was withdrawn, and what its writer voted."""

    came: int
    ended: int | None
    votes: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class History:
    """One case. Times in minutes from the end of the period; a step is (gap, choice, choice of unit)."""

    received: int
    steps: tuple[tuple[int, int, int], ...]
    letters: tuple[Letter, ...]
    channel: str
    category: int
    target_days: int
    danger: bool
    conduct: str  # "", "writer", or "marked" at times
    marks: tuple[int, ...]
    first_move_late: bool
    imported: str  # "", or how a partner's file closes it: the outcome


class Drawing:
    """Draws histories that crowd around the edges of the period; the same seed draws the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def moment(self) -> int:
        edges = [0, -1, 1, -DAY, -DAY - 1, -DAY + 1, -2 * DAY, -3 * DAY]
        return self.random.choice(
            [*edges, *(self.random.randint(-5 * DAY, DAY) for _more in edges)]
        )

    def gap(self) -> int:
        usual = [0, 0, 1, 60, DAY, 2 * DAY, 2 * DAY + 1, TO_THE_MINUTE, TO_THE_MINUTE]
        return self.random.choice(
            [*usual, self.random.randint(0, 3 * DAY), self.random.randint(0, 99)]
        )

    def letter(self) -> Letter:
        verdicts = ["solved", "partly", "not_solved"]
        votes = [
            (self.moment(), self.random.choice(verdicts))
            for _vote in range(self.random.choice([0, 0, 1, 3]))
        ]
        ended = self.moment() if self.random.random() < 0.3 else None
        return Letter(self.moment(), ended, tuple(votes))

    def history(self) -> History:
        choose = self.random.choice
        received = choose([self.moment(), self.random.randint(-15 * DAY, -2 * DAY)])
        steps = [
            (self.gap(), self.random.randint(0, 99), self.random.randint(0, 9))
            for _step in range(self.random.randint(0, 12))
        ]
        return History(
            received=received,
            steps=tuple(steps),
            letters=tuple(self.letter() for _letter in range(self.random.randint(1, 3))),
            channel=choose(["web", "phone", "letter"]),
            category=self.random.randint(-1, 3),
            target_days=choose([1, 2, 3, 12]),
            danger=choose([True, False]),
            conduct=choose(["", "", "writer", "marked"]),
            marks=tuple(self.moment() for _mark in range(self.random.randint(1, 2))),
            first_move_late=choose([True, False, False]),
            imported=choose(["", "", "", "", "solved", "not_ours"]),
        )


@contextmanager
def undone():
    """What is written inside is gone afterwards; verbs take it for a test's own transaction."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


@dataclass
class _Walk:
    """A case on its way: the columns that a move repeats."""

    state: str
    at: datetime
    due_at: datetime
    unit: Unit | None = None
    category: Category | None = None
    waiting_since: datetime | None = None
    waiting_until: datetime | None = None
    due_after_wait: datetime | None = None
    paused: timedelta = timedelta()
    outcome: str = ""
    round: int = 1
    moves: list[dict[str, Any]] = field(default_factory=list)

    def keep(self, verb: str, source: str) -> None:
        self.moves.append(
            {
                "at": self.at,
                "verb": verb,
                "source": source,
                "target": self.state,
                "unit": self.unit,
                "category": self.category,
                "due_at": self.due_at,
                "waiting_since": self.waiting_since,
                "waiting_until": self.waiting_until,
                "due_after_wait": self.due_after_wait,
                "outcome": self.outcome,
                "round": self.round,
            }
        )

    def step(self, choice: int, unit: Unit, target: timedelta) -> None:
        """Take one of the steps that the table allows from here."""
        case = CaseFile(lead_unit=self.unit, outcome=self.outcome)
        possible = [step for step in STEPS if self.state in step.sources and self._may(step, case)]
        if not possible:
            return
        if choice % 11 == 0 and self.state in OPEN:  # another case is joined to this one
            self.keep("take_in", self.state)
            return
        likely = [step for step in possible for _time in range(LIKELY.get(step.verb, 1))]
        step = likely[choice % len(likely)]
        source = self.state
        if self.waiting_since and self.waiting_until:
            pause = max(min(self.at, self.waiting_until) - self.waiting_since, timedelta())
            self.due_at += pause if self.due_after_wait is None else pause // 3
            self.paused += pause
            self.waiting_since = self.waiting_until = self.due_after_wait = None
        self.state = step.target.value
        self._columns(step.verb, unit, target)
        if self.waiting_until and choice % 2:  # not as once by the wall: a third of it is worked
            self.due_after_wait = self.due_at + (self.waiting_until - self.at) // 3
        self.keep(step.verb, source)

    def _may(self, step: Step[State], case: CaseFile) -> bool:
        """What the guards say, where they ask no database."""
        if step.verb in {"unjoin", "unsplit"}:
            return bool(self.moves[-1]["source"] == step.target)
        return guarded(step, case)

    def _columns(self, verb: str, unit: Unit, target: timedelta) -> None:
        if verb in {"assign", "reassign"}:
            self.unit = unit
        if verb in {"return_to_desk", "take_back_from_named", "decline"}:
            self.unit = None
        if verb == "ask_resident" or self.state == State.WAITING:
            self.waiting_since = self.at
            self.waiting_until = self.at + max(CAP - self.paused, timedelta())
        if verb in {"answer", "answer_unreviewed", "answer_at_once", "close"}:
            self.outcome = "solved" if unit.pk % 2 else "explained"
        if verb == "decline":
            self.outcome = "not_ours"
        if verb in {"withdraw", "end_empty"}:
            self.outcome = "withdrawn"
        if verb in {"reopen", "take_out"}:
            self.round += 1
            self.outcome = ""
            self.paused = timedelta()
            self.due_at = self.at + target


@dataclass
class Written:
    """Rows to be written at once, and then the cases as they are read again."""

    period: Period
    units: list[Unit]
    leaves: list[Category]
    cases: list[CaseFile] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    stays: list[Joined] = field(default_factory=list)

    def add(self, history: History) -> None:
        """One case with its moves, letters, votes and marks."""
        received = self.period.ends_at + history.received * MINUTE
        walk = self._walk(history, received)
        case = CaseFile(
            label=f"c{next(_serial)}",
            number=next(_serial),
            state=walk.state,
            title="",
            category=walk.category,
            lead_unit=walk.unit,
            channel=history.channel,
            conduct=bool(history.conduct),
            danger=history.danger,
            received_at=received,
            due_at=walk.due_at,
            waiting_since=walk.waiting_since,
            waiting_until=walk.waiting_until,
            due_after_wait=walk.due_after_wait,
            outcome=walk.outcome,
            closed_at=walk.at if walk.state == State.CLOSED else None,
            moved_at=walk.at,
        )
        self.cases.append(case)
        self.moves += [Move(case=case, **move) for move in walk.moves]
        for place, letter in enumerate(history.letters):
            self._letter(case, history, letter, first=place == 0)
        if history.conduct == "marked":
            for unit, minute in zip(self.units, history.marks, strict=False):
                since = self.period.ends_at + minute * MINUTE
                self.named.append(Named(case=case, unit=unit, since=since))

    def _walk(self, history: History, received: datetime) -> _Walk:
        target = timedelta(days=history.target_days)
        category = self.leaves[history.category] if history.category >= 0 else None
        walk = _Walk("received", received, received + target, category=category)
        if history.first_move_late:
            walk.at += MINUTE
        if history.imported:
            walk.state, walk.unit = "in_progress", self.units[0]
        walk.keep("receive", "")
        if history.imported:
            walk.at += history.marks[0] % DAY * MINUTE
            walk.state, walk.outcome = "closed", history.imported
            walk.keep("close", "in_progress")
        for gap, choice, unit in history.steps:
            walk.at = max(walk.at, walk.due_at) if gap == TO_THE_MINUTE else walk.at + gap * MINUTE
            walk.step(choice, self.units[unit % len(self.units)], target)
        return walk

    def _letter(self, case: CaseFile, history: History, letter: Letter, *, first: bool) -> None:
        came = max(letter.came, history.received)
        submission = Submission(
            label=f"s{next(_serial)}",
            code=f"{next(_serial):012}",
            code_key=1,
            received_at=case.received_at if first else self.period.ends_at + came * MINUTE,
            channel=history.channel,
            language="en",
            wish="private",
            conduct=first and history.conduct == "writer",
        )
        ended = None if letter.ended is None else self.period.ends_at + letter.ended * MINUTE
        self.submissions.append(submission)
        self.reports.append(
            Report(submission=submission, case=case, due_at=case.due_at, ended_at=ended)
        )
        for minute, verdict in letter.votes:
            at = self.period.ends_at + minute * MINUTE
            self.verdicts.append(Verdict(report=self.reports[-1], at=at, vote=verdict))

    def join_some(self, random: Random) -> None:
        """Letters that stand, or stood for a while, with another case than their own."""
        for report in random.sample(self.reports, len(self.reports) // 3):
            home, other = report.case, random.choice(self.cases)
            if other is home:
                continue
            minutes = sorted(random.randint(-4 * DAY, DAY) for _edge in range(2))
            since, until = (self.period.ends_at + minute * MINUTE for minute in minutes)
            back = random.choice([True, False])
            stay = Joined(report=report, case=other, since=since, ended_at=until if back else None)
            self.stays.append(stay)
            if not back:
                report.own_case, report.case = home, other

    def _received_later(self) -> CaseFile:
        """A case outside the period, to which others may be joined."""
        later = self.period.ends_at + 100 * DAY * MINUTE
        return CaseFile.objects.create(
            label=f"c{next(_serial)}",
            number=next(_serial),
            title="",
            channel="web",
            received_at=later,
            due_at=later,
            moved_at=later,
        )

    def save(self) -> list[CaseFile]:
        """Write it all; the cases as read again, with their moves and letters."""
        target = self._received_later()
        for case in self.cases:
            case.joined_to = target if case.state == State.JOINED else None
        CaseFile.objects.bulk_create(self.cases)
        Move.objects.bulk_create(self.moves)
        Submission.objects.bulk_create(self.submissions)
        Report.objects.bulk_create(self.reports)
        Joined.objects.bulk_create(self.stays)
        Verdict.objects.bulk_create(self.verdicts)
        Named.objects.bulk_create(self.named)
        ordered = Prefetch("moves", Move.objects.order_by("at", "id"))
        return list(
            CaseFile.objects.prefetch_related(
                ordered, "reports__submission", "reports__verdicts", "reports__joined", "named"
            )
        )


def written(period: Period, seed: int, size: int) -> list[CaseFile]:
    """`size` random cases."""
    world = Written(
        period,
        list(Unit.objects.exclude(parent=None).order_by("id")),
        list(Category.objects.filter(is_leaf=True).order_by("id")),
    )
    drawing = Drawing(seed)
    for _case in range(size):
        world.add(drawing.history())
    world.join_some(drawing.random)
    return world.save()
