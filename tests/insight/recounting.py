"""A slow count over the moves of each case, one by one, that knows nothing of the brief's SQL."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from huiying.casework.models import CaseFile, Move, Report
from huiying.insight.periods import Period

OPEN = {"received", "triaged", "assigned", "in_progress", "waiting", "returned"}
DESK = {"received", "triaged", "returned"}
# A case that is joined or split is done with, but nobody has answered or closed it.
ENDS_NOTHING = frozenset({"join", "split", "put_back"})
KEPT_WHERE_IT_WAS = {
    "adopt_calendar",
    "extend",
    "first_due",
    "interim",
    "undo_accept",
    "unjoin",
    "take_in",
    "give_back",
}
VOTES = ("votes_solved", "votes_partly", "votes_not_solved")


class Recount:
    """What the brief must say of each case: a slow count, case by case and move by move."""

    def __init__(self, period: Period) -> None:
        self.period = period
        self.reports: list[Report] = []
        self.made_by: dict[int, list[Report]] = defaultdict(list)
        self.standing_with: dict[int, list[Report]] = defaultdict(list)
        self.voted_on: dict[int, list[str]] = defaultdict(list)

    def lines(self, cases: Iterable[CaseFile]) -> dict[int, dict[str, Any]]:
        """Lines by the key of their case; a case that is not in the brief has none."""
        listed = list(cases)
        for report in (report for case in listed for report in case.reports.all()):
            self._place(report)
        found = {case.pk: recount(self, case) for case in listed}
        return {key: line for key, line in found.items() if line}

    def _place(self, report: Report) -> None:
        """A letter is of the case that it made, stands with one, and judged one, perhaps another."""
        starts, ends = self.period.starts_at, self.period.ends_at
        self.made_by[report.own_case_id or report.case_id].append(report)
        if report.submission.received_at < ends:
            self.standing_with[_place(report, ends - timedelta.resolution)].append(report)
        said = sorted(report.verdicts.all(), key=lambda verdict: (verdict.at, verdict.pk))
        inside = [verdict for verdict in said if starts <= verdict.at < ends]
        if inside:
            self.voted_on[_place(report, inside[-1].at)].append(inside[-1].vote)


def _place(report: Report, moment: datetime) -> int:
    """With which case a letter stood."""
    for stay in report.joined.all():
        if stay.since <= moment and (stay.ended_at is None or stay.ended_at > moment):
            return stay.case_id
    return report.own_case_id or report.case_id


def recount(world: Recount, case: CaseFile) -> dict[str, Any] | None:
    """What the brief must say of this case, or None where the case is not in it."""
    starts, ends = world.period.starts_at, world.period.ends_at
    if case.received_at >= ends:
        return None
    moves = [move for move in case.moves.all() if move.at < ends]
    line: dict[str, Any] = dict.fromkeys(
        (
            "assigned",
            "returned",
            "answered",
            "reopened",
            "declined",
            "withdrawn",
            "closed",
            "closed_unanswered",
        ),
        False,
    )
    line |= {"answered_outcome": "", "closed_outcome": "", "settled": "", "conduct": case.conduct}
    state, before, returns, touched = "received", "received", 0, False
    desk_since = round_start = case.received_at
    was_open_inside = settled_before = False
    for move in moves:
        leaves = move.source in OPEN | {""} and move.target not in OPEN
        given_back = move.target in DESK and move.source not in DESK
        if given_back and move.verb not in {"undo_assign", "unjoin", "unsplit"}:
            desk_since = move.at
        if move.verb in {"reopen", "take_out"}:
            round_start = move.at
        returns += move.verb == "return_to_desk"
        state = move.target
        if move.at < starts:
            before = state
            settled_before |= leaves and move.round == 1 and _settles(move)
            continue
        touched = True
        was_open_inside |= state in OPEN
        given = state == "assigned" and move.verb not in KEPT_WHERE_IT_WAS
        line["assigned"] |= given
        line["returned"] |= move.verb == "return_to_desk"
        line["reopened"] |= move.verb in {"reopen", "take_out"}
        if state == "closed":
            line |= {"closed": True, "closed_outcome": move.outcome}
        if leaves and move.verb not in ENDS_NOTHING:
            _end_of_round(line, move)
        if leaves and move.round == 1 and _settles(move) and not settled_before:
            line["settled"] = _settled(move)
            settled_before = True
    last = moves[-1] if moves else None
    due = last.due_at if last else case.due_at
    waits_until = last.waiting_until if last else None
    stands_still = False
    if last and last.waiting_since and waits_until:
        stands_still = ends <= waits_until and due >= last.waiting_since
        if last.due_after_wait is None:  # as all pauses were reckoned once
            stands_still = False
            due += max(min(ends, waits_until) - last.waiting_since, timedelta())
        elif stands_still or ends > waits_until:
            due = last.due_after_wait
    line |= {
        "state": state,
        "number": case.number,
        "channel": case.channel,
        "danger": case.danger,
        "round": last.round if last else 1,
        "unit_id": last.unit_id if last else None,
        "category_id": last.category_id if last else case.category_id,
        "due_at": due,
    }
    line |= _letters(world, case)
    line["conduct"] = _conduct(world, case)
    line["clock"] = "paused" if stands_still else _clock(state, due, waits_until, ends)
    line["decision"] = ""
    if state in OPEN:
        reasons = {
            "conduct": line["conduct"] and state in DESK,
            "returned_twice": returns >= 2 and state in DESK,
            "long_late": due < ends and ends - due > due - round_start,
            "unassigned": state in DESK and ends - desk_since > timedelta(days=2),
        }
        line["decision"] = next((reason for reason, holds in reasons.items() if holds), "")
    if case.received_at >= starts:
        line["origin"] = "new"
    elif before in OPEN:
        line["origin"] = "carried"
    else:
        line["origin"] = "back" if was_open_inside else ""
    inside = ("new_submissions", "withdrawn_submissions", "votes_solved", "votes_partly")
    told = any(line[name] for name in (*inside, "votes_not_solved"))
    known = _is_candidate(case, starts, told_by_vote=any(line[name] for name in VOTES))
    if not known:
        return None
    return line if state in OPEN or line["origin"] == "new" or touched or told else None


def _is_candidate(case: CaseFile, starts: datetime, *, told_by_vote: bool) -> bool:
    """False for a letter that joined, or left, a case at rest: no verb does that (see the brief's SQL)."""
    return case.state in OPEN or told_by_vote or any(move.at >= starts for move in case.moves.all())


def _end_of_round(line: dict[str, Any], move: Move) -> None:
    if move.outcome == "withdrawn":
        kind = "withdrawn"
    elif move.target == "closed":
        kind = "declined" if move.outcome == "not_ours" else "closed_unanswered"
    else:
        kind = "answered"
        line["answered_outcome"] = move.outcome
    line[kind] = True


def _settles(move: Move) -> bool:
    """Whether with this the first round is over for the figures, as it would not be by a timely joining."""
    parted = move.verb in {"split", "put_back"}
    return not parted and (move.verb != "join" or move.at > move.due_at)


def _settled(move: Move) -> str:
    if move.verb == "join":
        return "joined"
    if move.outcome == "withdrawn":
        return "withdrawn"
    if move.target == "closed":
        return ""
    return "on_time" if move.at <= move.due_at else "late"


def _letters(world: Recount, case: CaseFile) -> dict[str, int]:
    found = dict.fromkeys(("submissions", "new_submissions", "withdrawn_submissions", *VOTES), 0)
    starts, ends = world.period.starts_at, world.period.ends_at
    for vote in world.voted_on[case.pk]:
        found[f"votes_{vote}"] += 1
    for report in world.standing_with[case.pk]:
        gone_at = report.ended_at
        found["submissions"] += gone_at is None or gone_at >= ends
        found["withdrawn_submissions"] += gone_at is not None and starts <= gone_at < ends
    for report in world.made_by[case.pk]:
        found["new_submissions"] += starts <= report.submission.received_at < ends
    return found


def _conduct(world: Recount, case: CaseFile) -> bool:
    if not case.conduct:
        return False
    ends = world.period.ends_at
    by_writer = any(
        report.submission.conduct and report.submission.received_at < ends
        for report in world.made_by[case.pk]
    )
    marks = [named.since for named in case.named.all()]
    return by_writer or not marks or min(marks) < ends


def _clock(state: str, due: datetime, waits_until: datetime | None, ends: datetime) -> str:
    if state not in OPEN:
        return ""
    if due < ends:
        return "late"
    if waits_until is not None and ends <= waits_until:
        return "paused"
    return "soon" if due - ends <= timedelta(days=3) else "in_time"


# The figures once more, as plain rules over one recounted line.
RULES = {
    "in_hand": lambda line: line["origin"] != "",
    "carried": lambda line: line["origin"] == "carried",
    "received": lambda line: line["origin"] == "new",
    "came_back": lambda line: line["origin"] == "back",
    "split_off": lambda line: line["origin"] == "split",
    "open": lambda line: line["state"] in OPEN,
    "done": lambda line: line["origin"] != "" and line["state"] not in OPEN,
    "late": lambda line: line["clock"] == "late",
    "paused": lambda line: line["clock"] == "paused",
    "soon": lambda line: line["clock"] == "soon",
    "in_time": lambda line: line["clock"] == "in_time",
    "waiting": lambda line: line["state"] == "waiting",
    "decision": lambda line: line["decision"] != "",
    "danger_open": lambda line: line["state"] in OPEN and line["danger"],
    "conduct_open": lambda line: line["state"] in OPEN and line["conduct"],
    "danger_received": lambda line: line["origin"] == "new" and line["danger"],
    "conduct_received": lambda line: line["origin"] == "new" and line["conduct"],
    "assigned": lambda line: line["assigned"],
    "returned": lambda line: line["returned"],
    "answered": lambda line: line["answered"],
    "answered_on_time": lambda line: line["settled"] == "on_time",
    "answered_late": lambda line: line["settled"] == "late",
    "answered_again": lambda line: line["answered"] and line["settled"] not in {"on_time", "late"},
    "settled": lambda line: line["settled"] != "",
    "withdrawn_first": lambda line: line["settled"] == "withdrawn",
    "joined_late": lambda line: line["settled"] == "joined",
    "joined": lambda line: line["origin"] != "" and line["state"] == "joined",
    "split": lambda line: line["origin"] != "" and line["state"] == "split",
    "reopened": lambda line: line["reopened"],
    "declined": lambda line: line["declined"],
    "withdrawn": lambda line: line["withdrawn"],
    "closed": lambda line: line["closed"],
    "closed_unanswered": lambda line: line["closed_unanswered"],
    "submissions_in_hand": lambda line: line["submissions"] if line["origin"] else 0,
    "submissions_done": lambda line: (
        line["submissions"] if line["origin"] and line["state"] not in OPEN else 0
    ),
    "submissions_answered": lambda line: line["submissions"] if line["answered"] else 0,
    "submissions_answered_on_time": lambda line: (
        line["submissions"] if line["answered"] and line["settled"] == "on_time" else 0
    ),
    "submissions_answered_late": lambda line: (
        line["submissions"] if line["answered"] and line["settled"] == "late" else 0
    ),
    "submissions_answered_again": lambda line: (
        line["submissions"]
        if line["answered"] and line["settled"] not in {"on_time", "late"}
        else 0
    ),
    "submissions_open": lambda line: line["submissions"] if line["state"] in OPEN else 0,
    "submissions_late": lambda line: line["submissions"] if line["clock"] == "late" else 0,
    "submissions_received": lambda line: line["new_submissions"],
    "submissions_withdrawn": lambda line: line["withdrawn_submissions"],
    "votes": lambda line: sum(line[name] for name in VOTES),
    "votes_solved": lambda line: line["votes_solved"],
    "votes_partly": lambda line: line["votes_partly"],
    "votes_not_solved": lambda line: line["votes_not_solved"],
}


def totals(lines: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Every figure over recounted lines."""
    listed = list(lines)
    return {key: sum(int(rule(line)) for line in listed) for key, rule in RULES.items()}
