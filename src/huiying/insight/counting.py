"""One statement that turns the steps of all cases into the lines of one brief.

`candidate`: an open case has its state now, or has moved since the period began; so the work grows with
what is open and what happened, not with all cases. `standing`: the last move before the end; a case
whose first move is missing or a moment late stands as received; its due time holds the running pause,
as `casework.deadlines` reckons it: in time within a pause, when it is due at the latest. `step`: every move
before the end, with `leaves` where it ends a round: as answered, withdrawn, declined (closed as not ours),
joined to another case while already late, or closed otherwise without an answer, which no verb does, but a
partner's file may say so. A promise is settled once: by the first of these in the first round, whatever
becomes of it later.
`letter`: a letter stands with the case to which it was joined at the end of the period, if any; as a new one
it counts for the case that it made, and so it counts once wherever it goes. A letter that was split stands
with the case of the first of its parts that is open, a complaint about conduct last: a case without a letter
would tell that there is one. The parts, which the desk wrote, are no letters.
`born`: the cases that a split made, which are in no figure before it. A verdict counts for the case with
which the letter stood when it was given.
"""

from datetime import timedelta
from typing import Any

from django.db import connection

from huiying.casework.states import AT_UNIT, OPEN, RETURNS_BEFORE_SUPERVISOR, STAYS, TAKEN_UP_AGAIN
from huiying.insight.periods import Period

SOON = timedelta(days=3)
LONG_WITH_DESK = timedelta(days=2)
AT_DESK = OPEN - AT_UNIT
# After these a case is with a unit that had it before.
NOT_GIVEN = [*STAYS, "undo_accept", "unjoin"]

LINES = """
WITH vote AS (
  SELECT DISTINCT ON (v.report_id)
    coalesce(j.case_id, r.own_case_id, r.case_id) AS case_id, v.vote AS verdict
  FROM casework_verdict v
  JOIN casework_report r ON r.id = v.report_id
  LEFT JOIN casework_joined j ON j.report_id = r.id
    AND j.since <= v.at AND (j.ended_at IS NULL OR j.ended_at > v.at)
  WHERE v.at >= %(starts)s AND v.at < %(ends)s
  ORDER BY v.report_id, v.at DESC, v.id DESC
), votes AS (
  SELECT case_id,
    count(*) FILTER (WHERE verdict = 'solved') AS solved,
    count(*) FILTER (WHERE verdict = 'partly') AS partly,
    count(*) FILTER (WHERE verdict = 'not_solved') AS not_solved
  FROM vote GROUP BY case_id
), born AS (
  SELECT coalesce(r.own_case_id, r.case_id) AS case_id, p.report_id, p.letter_id, p.place, p.since,
    p.taken_back_at
  FROM casework_part p JOIN casework_report r ON r.id = p.report_id
), candidate AS MATERIALIZED (
  SELECT c.id, c.number, c.channel, c.received_at, c.due_at, c.category_id, c.conduct, c.danger,
    coalesce(b.since, c.received_at) AS came_at, b.since IS NOT NULL AS parted
  FROM casework_casefile c LEFT JOIN born b ON b.case_id = c.id
  WHERE coalesce(b.since, c.received_at) < %(ends)s AND c.id IN (
    SELECT id FROM casework_casefile WHERE state = ANY(%(open)s)
    UNION SELECT case_id FROM casework_move WHERE at >= %(starts)s
    UNION SELECT case_id FROM votes
  )
), standing AS (
  SELECT DISTINCT ON (m.case_id) m.*
  FROM casework_move m JOIN candidate c ON c.id = m.case_id
  WHERE m.at < %(ends)s
  ORDER BY m.case_id DESC, m.at DESC, m.id DESC
), before AS (
  SELECT DISTINCT ON (m.case_id) m.case_id, m.target
  FROM casework_move m JOIN candidate c ON c.id = m.case_id
  WHERE m.at < %(starts)s
  ORDER BY m.case_id DESC, m.at DESC, m.id DESC
), step AS (
  SELECT m.*, m.at >= %(starts)s AS fresh,
    CASE WHEN m.verb = 'join' THEN CASE WHEN m.at > m.due_at THEN 'joined' ELSE '' END
      WHEN m.target NOT IN ('answered', 'closed') OR m.source IN ('answered', 'closed', 'split')
        THEN ''
      WHEN m.outcome = 'withdrawn' THEN 'withdrawn'
      WHEN m.target = 'answered' THEN 'answered'
      WHEN m.outcome = 'not_ours' THEN 'declined'
      ELSE 'closed' END AS leaves
  FROM casework_move m JOIN candidate c ON c.id = m.case_id
  WHERE m.at < %(ends)s
), history AS (
  SELECT case_id,
    count(*) FILTER (WHERE verb = 'return_to_desk') AS returns,
    max(at) FILTER (WHERE verb = ANY(%(again)s)) AS reopened_at,
    max(at) FILTER (WHERE target = ANY(%(at_desk)s) AND NOT source = ANY(%(at_desk)s)
      AND verb NOT IN ('undo_assign', 'unjoin', 'unsplit')) AS desk_since,
    bool_or(fresh) AS moved,
    bool_or(fresh AND target = ANY(%(open)s)) AS was_open,
    bool_or(fresh AND target = 'assigned' AND NOT verb = ANY(%(not_given)s)) AS assigned,
    bool_or(fresh AND verb = 'return_to_desk') AS returned,
    bool_or(fresh AND leaves = 'answered') AS answered,
    bool_or(fresh AND leaves = 'declined') AS declined,
    bool_or(fresh AND leaves = 'withdrawn') AS withdrawn,
    bool_or(fresh AND verb = ANY(%(again)s)) AS reopened,
    bool_or(fresh AND target = 'closed' AND source <> 'closed') AS closed,
    bool_or(fresh AND leaves = 'closed') AS closed_unanswered,
    (array_agg(outcome ORDER BY at DESC, id DESC)
      FILTER (WHERE fresh AND leaves = 'answered'))[1] AS answered_outcome,
    (array_agg(outcome ORDER BY at DESC, id DESC)
      FILTER (WHERE fresh AND target = 'closed' AND source <> 'closed'))[1] AS closed_outcome,
    (array_agg(CASE WHEN NOT fresh THEN '' WHEN leaves <> 'answered' THEN leaves
        WHEN at <= due_at THEN 'on_time' ELSE 'late' END ORDER BY at, id)
      FILTER (WHERE leaves <> '' AND round = 1))[1] AS first_end
  FROM step GROUP BY case_id
), marked_later AS (
  SELECT n.case_id FROM casework_named n JOIN candidate c ON c.id = n.case_id
  GROUP BY n.case_id HAVING min(n.since) >= %(ends)s
), carried AS (
  SELECT DISTINCT ON (b.letter_id) b.letter_id, t.case_id
  FROM born b
  JOIN casework_report r ON r.id = b.report_id
  LEFT JOIN casework_joined j ON j.report_id = r.id
    AND j.since < %(ends)s AND (j.ended_at IS NULL OR j.ended_at >= %(ends)s)
  JOIN standing t ON t.case_id = coalesce(j.case_id, b.case_id) AND t.target = ANY(%(open)s)
  JOIN casework_casefile f ON f.id = t.case_id
  LEFT JOIN marked_later later ON later.case_id = t.case_id
  WHERE b.since < %(ends)s AND (b.taken_back_at IS NULL OR b.taken_back_at >= %(ends)s)
    AND (r.ended_at IS NULL OR r.ended_at >= %(ends)s)
  ORDER BY b.letter_id, f.conduct AND later.case_id IS NULL, b.place
), letter AS (
  SELECT s.received_at, s.conduct, r.ended_at, coalesce(r.own_case_id, r.case_id) AS own_id,
    coalesce(carried.case_id, j.case_id, r.own_case_id, r.case_id) AS stood_with
  FROM (
    SELECT r.id FROM casework_report r JOIN candidate c ON c.id = r.case_id
    UNION SELECT r.id FROM casework_report r JOIN candidate c ON c.id = r.own_case_id
    UNION SELECT j.report_id FROM casework_joined j JOIN candidate c ON c.id = j.case_id
    UNION SELECT letter_id FROM carried
  ) tied
  JOIN casework_report r ON r.id = tied.id
  JOIN intake_submission s ON s.id = r.submission_id
  LEFT JOIN casework_joined j ON j.report_id = r.id
    AND j.since < %(ends)s AND (j.ended_at IS NULL OR j.ended_at >= %(ends)s)
  LEFT JOIN carried ON carried.letter_id = r.id
  WHERE s.received_at < %(ends)s AND NOT s.part
), letters AS (
  SELECT case_id, sum(standing) AS standing, sum(fresh) AS fresh, sum(ended) AS ended,
    bool_or(conduct) AS conduct
  FROM (
    SELECT stood_with AS case_id, (ended_at IS NULL OR ended_at >= %(ends)s)::int AS standing, 0 AS fresh,
      (ended_at IS NOT NULL AND ended_at >= %(starts)s AND ended_at < %(ends)s)::int AS ended,
      false AS conduct
    FROM letter
    UNION ALL
    SELECT own_id, 0, (received_at >= %(starts)s)::int, 0, conduct FROM letter
  ) parted
  GROUP BY case_id
), fact AS (
  SELECT c.*, s.unit_id,
    coalesce(s.target, 'received') AS state, coalesce(s.round, 1) AS round,
    CASE WHEN s.case_id IS NULL THEN c.category_id ELSE s.category_id END AS category_then,
    CASE WHEN s.due_after_wait IS NULL THEN coalesce(s.due_at, c.due_at) + coalesce(
        greatest(least(%(ends)s, s.waiting_until) - s.waiting_since, interval '0'), interval '0')
      WHEN s.due_at < s.waiting_since AND %(ends)s <= s.waiting_until THEN s.due_at
      ELSE s.due_after_wait END AS due_then,
    s.waiting_until, coalesce(
      s.due_after_wait IS NOT NULL AND s.due_at >= s.waiting_since AND %(ends)s <= s.waiting_until, false
    ) AS stands_still,
    c.conduct AND (coalesce(l.conduct, false) OR later.case_id IS NULL) AS conduct_then,
    c.came_at >= %(starts)s AND NOT c.parted AS is_new,
    c.came_at >= %(starts)s AND c.parted AS is_split_off,
    c.came_at < %(starts)s AND coalesce(b.target, 'received') = ANY(%(open)s) AS was_open_before,
    coalesce(h.returns, 0) AS returns, coalesce(h.moved, false) AS moved,
    coalesce(h.reopened_at, c.received_at) AS round_start,
    coalesce(h.desk_since, c.received_at) AS desk_since,
    coalesce(h.was_open, false) AS was_open, coalesce(h.assigned, false) AS assigned,
    coalesce(h.returned, false) AS returned, coalesce(h.answered, false) AS answered,
    coalesce(h.answered_outcome, '') AS answered_outcome,
    CASE WHEN h.first_end IN ('on_time', 'late', 'withdrawn', 'joined') THEN h.first_end ELSE ''
      END AS settled,
    coalesce(h.reopened, false) AS reopened, coalesce(h.declined, false) AS declined,
    coalesce(h.withdrawn, false) AS withdrawn, coalesce(h.closed, false) AS closed,
    coalesce(h.closed_unanswered, false) AS closed_unanswered,
    coalesce(h.closed_outcome, '') AS closed_outcome,
    coalesce(l.standing, 0) AS submissions, coalesce(l.fresh, 0) AS new_submissions,
    coalesce(l.ended, 0) AS withdrawn_submissions,
    coalesce(v.solved, 0) AS votes_solved, coalesce(v.partly, 0) AS votes_partly,
    coalesce(v.not_solved, 0) AS votes_not_solved
  FROM candidate c
  LEFT JOIN standing s ON s.case_id = c.id
  LEFT JOIN before b ON b.case_id = c.id
  LEFT JOIN history h ON h.case_id = c.id
  LEFT JOIN letters l ON l.case_id = c.id
  LEFT JOIN votes v ON v.case_id = c.id
  LEFT JOIN marked_later later ON later.case_id = c.id
), clocked AS (
  SELECT f.*, CASE
      WHEN NOT state = ANY(%(open)s) THEN ''
      WHEN due_then < %(ends)s AND NOT stands_still THEN 'late'
      WHEN waiting_until >= %(ends)s THEN 'paused'
      WHEN due_then <= %(ends)s + %(soon)s THEN 'soon'
      ELSE 'in_time' END AS clock
  FROM fact f
  WHERE state = ANY(%(open)s) OR is_new OR moved
    OR new_submissions + withdrawn_submissions + votes_solved + votes_partly + votes_not_solved > 0
)
INSERT INTO insight_briefline (
  brief_id, case_id, number, channel, category_id, unit_id, conduct, danger, state, round, due_at,
  clock, decision, origin, assigned, returned, answered, answered_outcome, settled, reopened, declined,
  withdrawn, closed, closed_unanswered, closed_outcome, submissions, new_submissions, withdrawn_submissions,
  votes_solved, votes_partly, votes_not_solved
)
SELECT %(brief)s, id, number, channel, category_then, unit_id, conduct_then, danger, state, round, due_then,
  clock,
  CASE WHEN clock = '' THEN ''
    WHEN conduct_then AND state = ANY(%(at_desk)s) THEN 'conduct'
    WHEN returns >= %(most_returns)s AND state = ANY(%(at_desk)s) THEN 'returned_twice'
    WHEN clock = 'late' AND %(ends)s - due_then > due_then - round_start THEN 'long_late'
    WHEN state = ANY(%(at_desk)s) AND %(ends)s - desk_since > %(long_with_desk)s THEN 'unassigned'
    ELSE '' END,
  CASE WHEN is_new THEN 'new' WHEN is_split_off THEN 'split'
    WHEN was_open_before THEN 'carried' WHEN was_open THEN 'back' ELSE '' END,
  assigned, returned, answered, answered_outcome, settled, reopened, declined, withdrawn, closed,
  closed_unanswered, closed_outcome, submissions, new_submissions, withdrawn_submissions,
  votes_solved, votes_partly, votes_not_solved
FROM clocked
"""

# The hash is over each line as PostgreSQL prints a row, in the order of the case numbers.
DIGEST = """
SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(
  ROW(l.number, l.channel, c.code, u.code, l.conduct, l.danger, l.state, l.round,
    extract(epoch FROM l.due_at), l.clock, l.decision, l.origin, l.assigned, l.returned, l.answered,
    l.answered_outcome, l.settled, l.reopened, l.declined, l.withdrawn, l.closed,
    l.closed_unanswered, l.closed_outcome, l.submissions, l.new_submissions, l.withdrawn_submissions,
    l.votes_solved, l.votes_partly, l.votes_not_solved)::text,
  E'\\n' ORDER BY l.number), ''), 'UTF8')), 'hex')
FROM insight_briefline l
LEFT JOIN routing_category c ON c.id = l.category_id
LEFT JOIN agencies_unit u ON u.id = l.unit_id
WHERE l.brief_id = %(brief)s
"""


def write_lines(brief_id: int, wanted: Period) -> tuple[int, str]:
    """Insert the lines of `wanted` under `brief_id`; returns how many, and their SHA-256 in hex."""
    parameters: dict[str, Any] = {
        "brief": brief_id,
        "starts": wanted.starts_at,
        "ends": wanted.ends_at,
        "open": [state.value for state in OPEN],
        "again": list(TAKEN_UP_AGAIN),
        "not_given": NOT_GIVEN,
        "at_desk": [state.value for state in AT_DESK],
        "soon": SOON,
        "long_with_desk": LONG_WITH_DESK,
        "most_returns": RETURNS_BEFORE_SUPERVISOR,
    }
    with connection.cursor() as cursor:
        cursor.execute(LINES, parameters)
        cursor.execute(DIGEST, parameters)
        count, digest = cursor.fetchone()
    return count, digest
