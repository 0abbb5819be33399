"""Which clocks beside that of the answer are to be reckoned anew, and which have come to a step, in SQL."""

from huiying.supervision.stages.days import ANSWERED

# An answer given longer ago than this enters no more: what was followed before is followed on.
ENTERS = "interval '90 days'"
CLOSED = ", ".join(f"'{state.value}'" for state in sorted(ANSWERED))
# Parameters: now, open (states), reckoned_by. Cases that are new here or moved since, or all where policy,
# promises or calendars have changed; those that are about to be told of a clock that can end, or stand still,
# without a move of the case; and those that are answered, as long as something is left.
STALE = """
SELECT c.id FROM casework_casefile c LEFT JOIN supervision_stagedays d ON d.case_id = c.id
WHERE c.state = ANY(%(open)s) AND (
  d.case_id IS NULL OR d.version <> c.version OR d.reckoned_by <> %(reckoned_by)s
  OR (d.next_at <= %(now)s AND (c.state = 'waiting' OR 'publish' = ANY(d.stages)))
)
UNION
SELECT c.id FROM supervision_stagedays d JOIN casework_casefile c ON c.id = d.case_id
WHERE d.next_at IS NOT NULL AND c.state <> ALL(%(open)s) AND (
  d.version <> c.version OR d.reckoned_by <> %(reckoned_by)s OR d.next_at <= %(now)s
)"""
# Where publication is followed: what was answered between two passes, in a round that began there too,
# or before it was; and what was published, and is no more (`again`: ids, with when).
STALE_ANSWERED = f"""
UNION
SELECT c.id FROM casework_casefile c LEFT JOIN supervision_stagedays d ON d.case_id = c.id
WHERE c.state IN ({CLOSED}) AND c.answered_at > %(now)s - {ENTERS}
  AND (d.case_id IS NULL OR d.version <> c.version OR d.reckoned_by <> %(reckoned_by)s)
UNION
SELECT d.case_id FROM unnest(%(again)s::bigint[], %(again_at)s::timestamptz[]) AS again (id, at)
JOIN supervision_stagedays d ON d.case_id = again.id
WHERE d.reckoned_at < again.at + interval '10 minutes'
"""  # noqa: S608 - our own text
IN_ORDER = "\nORDER BY 1"

AWAKE = "SELECT case_id FROM supervision_stagedays WHERE next_at <= %(now)s ORDER BY case_id"
# Whoever comes second waits, and finds what the first has told.
LOCK = (
    "SELECT 1 FROM supervision_stagedays WHERE case_id = ANY(%(ids)s) ORDER BY case_id FOR UPDATE"
)
# By the guard of `CLAIM`: a row whose case has moved keeps its moment, by which the next pass finds it.
LOOKED = """
UPDATE supervision_stagedays d
SET next_at = (SELECT min(moment) FROM unnest(d.moments) AS moment WHERE moment > %(now)s)
FROM casework_casefile c
WHERE d.case_id = ANY(%(ids)s) AND d.reckoned_by = %(reckoned_by)s
  AND c.id = d.case_id AND c.version = d.version
"""

# As `supervision.reached.CLAIM`, with the stage beside the percentage: one notice a person, case and stage.
# What has moved since it was reckoned is left to the next pass.
CLAIM = """
WITH reached AS MATERIALIZED (
  SELECT c.id, c.number, c.round, c.conduct, coalesce(c.lead_unit_id, 0) AS unit_id,
    day.stage, day.began_at, day.due_at, day.percent
  FROM supervision_stagedays d
  JOIN casework_casefile c ON c.id = d.case_id AND c.version = d.version
  CROSS JOIN LATERAL unnest(d.stages, d.began, d.dues, d.percents, d.moments)
    AS day (stage, began_at, due_at, percent, moment)
  WHERE d.case_id = ANY(%(ids)s) AND d.reckoned_by = %(reckoned_by)s AND day.moment <= %(now)s
    AND day.percent > coalesce((
      SELECT max(a.percent) FROM supervision_alert a
      WHERE a.case_id = c.id AND a.round = c.round AND a.stage = day.stage AND a.began_at = day.began_at
    ), 0)
),
steps AS (
  SELECT * FROM unnest(
    %(stages)s::text[], %(steps)s::int[], %(audiences)s::text[], %(digests)s::timestamptz[],
    %(notes)s::timestamptz[]
  ) AS step (stage, percent, audience, digest_due_at, acknowledge_by)
),
whom AS (
  SELECT * FROM unnest(
    %(whom_unit)s::bigint[], %(whom_stage)s::text[], %(whom_percent)s::int[],
    %(whom_recipient)s::text[], %(whom_language)s::text[], %(whom_kind)s::text[]
  ) AS person (unit_id, stage, percent, recipient, language, kind)
),
claimed AS (
  INSERT INTO supervision_alert
    (case_id, round, stage, began_at, percent, level, audience, policy, at, digest_due_at,
     acknowledge_by)
  SELECT r.id, r.round, r.stage, r.began_at, r.percent, 0, s.audience, %(policy)s, %(now)s,
    s.digest_due_at, s.acknowledge_by
  FROM reached r JOIN steps s ON s.stage = r.stage AND s.percent = r.percent
  ORDER BY r.id, r.stage, r.percent
  ON CONFLICT DO NOTHING
  RETURNING case_id, stage, began_at, percent
),
told AS (
  SELECT r.* FROM claimed k
  JOIN reached r ON r.id = k.case_id AND r.stage = k.stage AND r.began_at = k.began_at
    AND r.percent = k.percent
),
sent AS (
  INSERT INTO notices_outgoing
    (made_at, due_at, kind, recipient, language, data, message_id, tries, last_error, result)
  SELECT %(now)s, CASE WHEN kind = 'escalation' THEN %(send_at)s ELSE %(now)s END, kind,
    recipient, language,
    jsonb_build_object('number', number, 'percent', percent, 'stage', stage, 'due', due_at),
    %(name)s || '.' || row_number() OVER () || '@huiying', 0, '', ''
  FROM (
    SELECT DISTINCT ON (t.id, t.stage, w.recipient)
      t.number, t.stage, t.due_at, t.percent, w.recipient, w.language, w.kind
    FROM told t
    JOIN whom w ON w.unit_id = t.unit_id AND w.stage = t.stage AND w.percent = t.percent
    WHERE NOT (t.conduct OR t.id = ANY(%(apart)s))
    ORDER BY t.id, t.stage, w.recipient, t.percent DESC
  ) AS notices
)
SELECT t.id, t.stage, t.percent, t.conduct OR t.id = ANY(%(apart)s), t.began_at, t.due_at
FROM told t ORDER BY t.id, t.stage, t.percent
"""
