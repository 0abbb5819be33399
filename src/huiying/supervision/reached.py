"""How far each running clock has come, in SQL: one statement for all cases.

The share of a clock is what has passed of its time, without its pauses: while the desk waits for the
writer it stands still as the clock does. Where the time was promised in working time, only that counts, in
pauses too (`paces` says by which calendar); otherwise the clock on the wall. Pauses that began when all
were added by the wall are left out by it: `standing`. Once over is when as much time again has
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
LASTED = """CASE WHEN cardinality({ranges}) = 0 THEN 0 ELSE (
  SELECT sum({upper} - {lower})::bigint FROM unnest({ranges}) AS one
) END""".replace("{upper}", MICROSECONDS.format(at="upper(one)")).replace(
    "{lower}", MICROSECONDS.format(at="lower(one)")
)
WITHIN = f"""CASE WHEN cardinality({{ranges}}) = 0 OR starts IS NULL THEN 0 ELSE (
  SELECT sum(part * {WORKED.format(at="mark")})::bigint
  FROM (
    SELECT part, mark, width_bucket(mark, starts) AS mark_in
    FROM unnest({{ranges}}) AS one, LATERAL (VALUES
      (1, {MICROSECONDS.format(at="upper(one)")}), (-1, {MICROSECONDS.format(at="lower(one)")})
    ) AS ends (part, mark)
  ) AS marks
) END"""  # noqa: S608
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
    coalesce(l.due_at, c.due_at) AS due_at, coalesce(l.paused, c.paused) AS paused,
    coalesce(l.pauses, c.pauses) AS pauses, c.waiting_until AS until,
    CASE WHEN c.waiting_since IS NULL OR l.id IS NULL THEN c.waiting_since
      ELSE coalesce(l.waiting_since, c.waiting_since) END AS since,
    CASE WHEN c.waiting_since IS NULL THEN NULL WHEN l.id IS NULL THEN c.due_after_wait
      ELSE l.due_after_wait END AS due_after,
    CASE WHEN l.id IS NOT NULL THEN coalesce(l.again_at, made.received_at, c.received_at)
      WHEN c.round = 1 THEN c.received_at
      ELSE coalesce((
        SELECT max(m.at) FROM casework_move m WHERE m.case_id = c.id AND m.verb = ANY(%(again)s)
      ), (
        SELECT max(p.again_at) FROM casework_report p WHERE p.case_id = c.id AND p.own_case_id IS NULL
      ), c.received_at) END AS started_at
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
stood AS (
  SELECT clocks.*, {LASTED.format(ranges="pauses")} AS lasted,
    coalesce(greatest(least(%(now)s, until) - since, interval '0'), interval '0') AS pause,
    CASE WHEN due_after IS NOT NULL AND least(%(now)s, until) > since
      THEN ARRAY[tstzrange(since, least(%(now)s, until))] ELSE '{{{{}}}}' END AS runs
  FROM clocks OFFSET 0
),
counted AS (
  SELECT stood.*, paused - lasted * interval '1 microsecond' AS by_wall,
    CASE WHEN due_after IS NULL THEN due_at + pause <= %(now)s
      WHEN until >= %(now)s THEN due_at <= since ELSE due_after <= %(now)s END AS over,
    CASE WHEN due_after IS NULL THEN pause ELSE interval '0' END AS wall_runs,
    {MICROSECONDS.format(at="started_at")} AS started
  FROM stood OFFSET 0
),
shifted AS (
  SELECT counted.*, {MICROSECONDS.format(at="due_at - by_wall")} AS due,
    {MICROSECONDS.format(at="%(now)s - by_wall - wall_runs")} AS moment
  FROM counted OFFSET 0
),
placed AS (
  SELECT shifted.*, starts, lasting, worked, width_bucket(due, starts) AS due_in,
    width_bucket(started, starts) AS started_in, width_bucket(moment, starts) AS moment_in
  FROM shifted
  LEFT JOIN paces ON paces.version = width_bucket(started_at, %(versions)s::timestamptz[])
    AND paces.category_id = shifted.category_id AND paces.urgency = shifted.urgency
    AND paces.channel = shifted.channel
  LEFT JOIN calendars ON calendars.id = paces.calendar
  OFFSET 0
),
still AS (
  SELECT placed.*, {WITHIN.format(ranges="pauses")} AS still,
    {WITHIN.format(ranges="runs")} AS still_now, {LASTED.format(ranges="runs")} AS lasts
  FROM placed OFFSET 0
),
measured AS (
  SELECT id, number, round, conduct, unit_id, over, due - lasted - started AS by_clock,
    moment - lasted - lasts - started AS passed_by_clock,
    {WORKED.format(at="due")} - {WORKED.format(at="started")} - still AS hours,
    {WORKED.format(at="moment")} - {WORKED.format(at="started")} - still - still_now
      AS passed_hours
  FROM still OFFSET 0
),
running AS MATERIALIZED (
  SELECT id, number, round, conduct, unit_id, over,
    CASE WHEN hours >= {SHORTEST} THEN hours ELSE by_clock END AS allowed,
    CASE WHEN hours >= {SHORTEST} THEN passed_hours ELSE passed_by_clock END AS passed
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
