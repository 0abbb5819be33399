"""How far each running clock has come, in SQL: one statement for all cases.

The share of a clock is what has passed of its time, without its pauses: while the desk waits for the
writer it stands still as the clock does. Where the time was promised in working time, only that counts
(`paces` says by which calendar); otherwise the clock on the wall. Once over is when as much time again has
passed. Each letter has its own clock, wherever it stands; a case has come as far as the furthest of them.
"""

SHORTEST = 3_600_000_000  # microseconds: an hour
# Parameters: now, open (states), again (the verbs that begin a round), ids, and those of `paces.as_arrays`.
# One row for each case that is open, or is one of these ids too: its clock is that of its letter. Where
# letters of other cases stand with it, one row for each letter that waits. Times are microseconds, so that
# a step is reached to the moment; `over` is whether the day itself has come.
MICROSECONDS = "(date_part('epoch', {at}) * 1000000)::bigint"
WORKED = """coalesce(
  worked[{at}_in] + least({at} - starts[{at}_in], lasting[{at}_in]), 0
)"""
# OFFSET 0 keeps each step from being worked into the next, where it would be reckoned several times over. A
# LATERAL would be remembered row by row, with the whole calendar in each key.
RUNNING = f"""
calendars AS MATERIALIZED (
  SELECT id, starts::bigint[], lasting::bigint[], worked::bigint[]
  FROM unnest(%(calendars)s::int[], %(starts)s::text[], %(lasting)s::text[], %(worked)s::text[])
    AS calendar (id, starts, lasting, worked)
),
paces AS MATERIALIZED (
  SELECT * FROM unnest(
    %(pace_versions)s::int[], %(pace_categories)s::bigint[], %(pace_urgencies)s::smallint[],
    %(pace_channels)s::text[], %(pace_calendars)s::int[]
  ) AS pace (version, category_id, urgency, channel, calendar)
),
clocks AS (
  SELECT c.id, c.number, c.round, c.conduct, coalesce(c.lead_unit_id, 0) AS unit_id,
    CASE WHEN made.id IS NULL THEN coalesce(c.category_id, 0) ELSE coalesce(made.category_id, 0) END
      AS category_id,
    coalesce(made.urgency, c.urgency) AS urgency, coalesce(made.channel, c.channel) AS channel,
    coalesce(l.due_at - l.paused, c.due_at - c.paused) AS due_at,
    CASE WHEN l.id IS NOT NULL THEN coalesce(l.again_at, made.received_at, c.received_at)
      WHEN c.round = 1 THEN c.received_at
      ELSE coalesce((
        SELECT max(m.at) FROM casework_move m WHERE m.case_id = c.id AND m.verb = ANY(%(again)s)
      ), (
        SELECT max(p.again_at) FROM casework_report p WHERE p.case_id = c.id AND p.own_case_id IS NULL
      ), c.received_at) END AS started_at,
    coalesce(l.paused, c.paused) + coalesce(
      greatest(least(%(now)s, c.waiting_until) - c.waiting_since, interval '0'), interval '0'
    ) AS standing
  FROM casework_casefile c
  LEFT JOIN casework_report l
    ON l.case_id = c.id AND l.ended_at IS NULL AND l.delivered_at IS NULL AND c.id IN (
      SELECT case_id FROM casework_report
      WHERE own_case_id IS NOT NULL AND ended_at IS NULL AND delivered_at IS NULL
    )
  LEFT JOIN casework_casefile made ON made.id = l.own_case_id
  WHERE c.state = ANY(%(open)s) {{which}}
  OFFSET 0
),
counted AS (
  SELECT clocks.*, {MICROSECONDS.format(at="due_at")} AS due,
    {MICROSECONDS.format(at="started_at")} AS started,
    {MICROSECONDS.format(at="%(now)s - standing")} AS moment
  FROM clocks OFFSET 0
),
placed AS (
  SELECT counted.*, starts, lasting, worked, width_bucket(due, starts) AS due_in,
    width_bucket(started, starts) AS started_in, width_bucket(moment, starts) AS moment_in
  FROM counted
  LEFT JOIN paces ON paces.version = width_bucket(started_at, %(versions)s::timestamptz[])
    AND paces.category_id = counted.category_id AND paces.urgency = counted.urgency
    AND paces.channel = counted.channel
  LEFT JOIN calendars ON calendars.id = paces.calendar
  OFFSET 0
),
measured AS (
  SELECT id, number, round, conduct, unit_id, due, started, moment,
    {WORKED.format(at="due")} - {WORKED.format(at="started")} AS hours,
    {WORKED.format(at="moment")} - {WORKED.format(at="started")} AS passed_hours
  FROM placed OFFSET 0
),
running AS MATERIALIZED (
  SELECT id, number, round, conduct, unit_id, moment >= due AS over,
    CASE WHEN hours >= {SHORTEST} THEN hours ELSE due - started END AS allowed,
    CASE WHEN hours >= {SHORTEST} THEN passed_hours ELSE moment - started END AS passed
  FROM measured
)"""  # noqa: S608 - our own text
SOME = "AND c.id = ANY(%(ids)s)"
# Over `running r` and a percentage; a clock of no time at all counts as one of an hour. No step from the
# day on is told before the day has come, also where nobody works between.
REACHED = f"""(
  (r.passed - r.allowed) * 100 >= ({{percent}} - 100) * greatest(r.allowed, {SHORTEST})
  AND (r.over OR {{percent}} < 100)
)"""
# The furthest step that was told of this round already.
BEFORE = """coalesce((
    SELECT max(a.percent) FROM supervision_alert a
    WHERE a.case_id = r.id AND a.round = r.round AND a.stage = 'solve'
  ), 0)"""

FIND = f"""
WITH {RUNNING.format(which="")}
SELECT DISTINCT r.id FROM running r
WHERE {REACHED.format(percent="%(first)s")} AND (
  SELECT max(step) FROM unnest(%(steps)s::int[]) AS step WHERE {REACHED.format(percent="step")}
) > {BEFORE}
ORDER BY r.id
"""  # noqa: S608 - our own text

# `whom_*`: (unit, percent, recipient, language, kind) of the steps that are told at once; what comes to
# whoever is on duty waits for no hour. One notice a person and case: the furthest of the steps that name
# them. The cases `apart` have people of their own and are told one by one, like complaints. The
# Message-IDs of a batch are one random name with a count: to make a random one for each row costs more
# than the rest of the row.
CLAIM = f"""
WITH {RUNNING.format(which=SOME)},
steps AS (
  SELECT * FROM unnest(
    %(steps)s::int[], %(audiences)s::text[], %(digests)s::timestamptz[], %(notes)s::timestamptz[]
  ) AS step (percent, audience, digest_due_at, acknowledge_by)
),
whom AS (
  SELECT * FROM unnest(
    %(whom_unit)s::bigint[], %(whom_percent)s::int[], %(whom_recipient)s::text[],
    %(whom_language)s::text[], %(whom_kind)s::text[]
  ) AS person (unit_id, percent, recipient, language, kind)
),
claimed AS (
  INSERT INTO supervision_alert
    (case_id, round, percent, level, audience, policy, at, digest_due_at, acknowledge_by)
  SELECT r.id, r.round, s.percent, 0, s.audience, %(policy)s, %(now)s, s.digest_due_at,
         s.acknowledge_by
  FROM running r CROSS JOIN steps s
  WHERE {REACHED.format(percent="s.percent")} AND s.percent > {BEFORE}
  ORDER BY r.id, s.percent
  ON CONFLICT DO NOTHING
  RETURNING case_id, percent
),
sent AS (
  INSERT INTO notices_outgoing
    (made_at, due_at, kind, recipient, language, data, message_id, tries, last_error, result)
  SELECT %(now)s, CASE WHEN kind = 'escalation' THEN %(send_at)s ELSE %(now)s END, kind,
         recipient, language,
         jsonb_build_object('number', number, 'percent', percent),
         %(name)s || '.' || row_number() OVER () || '@huiying', 0, '', ''
  FROM (
    SELECT DISTINCT ON (r.id, w.recipient)
      r.number, w.recipient, w.language, w.kind, k.percent
    FROM claimed k JOIN running r ON r.id = k.case_id
    JOIN whom w ON w.unit_id = r.unit_id AND w.percent = k.percent
    WHERE NOT (r.conduct OR r.id = ANY(%(apart)s))
    ORDER BY r.id, w.recipient, k.percent DESC
  ) AS notices
)
SELECT DISTINCT k.case_id, k.percent, r.conduct OR r.id = ANY(%(apart)s)
FROM claimed k JOIN running r ON r.id = k.case_id
ORDER BY k.case_id, k.percent
"""  # noqa: S608
