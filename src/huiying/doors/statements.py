"""The set-based SQL of an import: one batch, whatever its size, is a handful of statements.

OFFSET 0 keeps the planner from joining a batch with a whole table, which it would do as long as the
tables have no statistics: each row looks its own up by an index.

`import_rows` holds the batch as copied; `import_steps` the known cases that the file moves forward.
Both belong to the session and are emptied by each commit. FRESH gives a new letter the same rows that
the verbs of one letter write; tests hold the two side by side.
"""

from huiying.doors.staging import COLUMNS, NAMES, STEP_COLUMNS, STEP_NAMES

TAKE_SOURCE = "SELECT pg_advisory_lock(hashtextextended('import ' || %(source)s, 0))"
LEAVE_SOURCE = "SELECT pg_advisory_unlock(hashtextextended('import ' || %(source)s, 0))"
TAKE_NAMES = "SELECT pg_advisory_xact_lock(hashtextextended('import names', 0))"

STAGING = f"""
CREATE TEMP TABLE IF NOT EXISTS import_rows ({COLUMNS}) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_steps ({STEP_COLUMNS}) ON COMMIT DELETE ROWS
"""

COPY_ROWS = f"COPY import_rows ({', '.join(NAMES)}) FROM STDIN"
COPY_STEPS = f"COPY import_steps ({', '.join(STEP_NAMES)}) FROM STDIN"

# What is known of a row is asked of the case's moves: an answer or a closing at this time or later.
# `clash` says that a file has no say in the case any more: it was moved here after the time that the row
# gives, it did not come by an import, anybody but an import did something with it, an answer is being
# written, it waits for its writer, or it is a complaint about conduct.
KNOWN = """
SELECT r.line, c.label, c.state, r.state,
       asked.answer AS answer,
       asked.close AS close,
       asked.forward AS forward,
       (asked.answer AND r.answered_at < c.moved_at)
       OR (asked.close AND r.closed_at < c.moved_at)
       OR ((asked.answer OR asked.close OR asked.forward)
           AND (c.conduct OR c.state = 'waiting' OR handled.here))
           AS clash
FROM import_rows r
CROSS JOIN LATERAL (
    SELECT s.id FROM intake_submission s
    WHERE s.source = %(source)s AND s.source_id = r.source_id OFFSET 0
) s
CROSS JOIN LATERAL (
    SELECT c.* FROM casework_report p JOIN casework_casefile c ON c.id = p.case_id
    WHERE p.submission_id = s.id OFFSET 0
) c
CROSS JOIN LATERAL (
    SELECT r.answered_at IS NOT NULL AND c.state = ANY(%(open)s) AND NOT EXISTS (
               SELECT FROM casework_move m
               WHERE m.case_id = c.id AND m.target IN ('answered', 'closed')
                 AND m.at >= r.answered_at OFFSET 0
           ) AS answer,
           r.closed_at IS NOT NULL AND c.state <> 'closed' AND NOT EXISTS (
               SELECT FROM casework_move m
               WHERE m.case_id = c.id AND m.target = 'closed' AND m.at >= r.closed_at
               OFFSET 0
           ) AS close,
           r.state = ANY(%(open)s) AND c.state = 'received' AND c.version = 1
               AND r.state <> 'received' AS forward
) asked
CROSS JOIN LATERAL (
    SELECT NOT EXISTS (
               SELECT FROM record_entry e
               WHERE e.subject = 'case:' || c.label AND e.action = %(imported)s OFFSET 0
           ) OR EXISTS (
               SELECT FROM record_entry e
               WHERE e.subject = 'case:' || c.label AND e.actor <> %(system)s
                 AND e.action NOT IN (%(imported)s, %(moved)s) OFFSET 0
           ) OR EXISTS (
               SELECT FROM replies_reply y WHERE y.case_id = c.id AND y.drafted_by <> '' OFFSET 0
           ) AS here
) handled
ORDER BY r.line
"""


# What both statements go on with: the record of `news`, and the answers that it brings.
TELL_AND_ANSWER = """), entries AS (
    INSERT INTO record_entry (id, at, action, actor, subject, commitment)
    SELECT entry_id, %(at)s, %(action)s, %(actor)s, 'case:' || case_label, commitment
    FROM news
), payloads AS (
    INSERT INTO record_payload (entry_id, salt, data)
    SELECT entry_id, salt, data::jsonb
    FROM news
), answers AS (
    INSERT INTO replies_reply (
        id, label, case_id, state, version, unit_id, round, category_id, language, address,
        correction_reason, hides_earlier, drafted_by, drafted_at, submitted_at, sent_back_because,
        approved_by, approved_at, approved_version, audience, issued_at, answered_at,
        withdrawn_because, hide_text)
    SELECT reply_id, reply_label, case_id,
           CASE WHEN public THEN 'published' ELSE 'sent' END, 1, lead_id, round, category_id,
           %(language)s, address, '', false, '', answered_at, answered_at, '',
           'source:' || %(source)s, answered_at, 1,
           CASE WHEN public THEN 'public' ELSE 'private' END, answered_at, answered_at, '', false
    FROM news WHERE reply_id IS NOT NULL
), versions AS (
    INSERT INTO replies_replyversion (
        reply_id, number, at, author, title, question, text, outcome, audience)
    SELECT reply_id, 1, answered_at, '', case_title,
           CASE WHEN public THEN published_question ELSE question END, answer, outcome,
           CASE WHEN public THEN 'public' ELSE 'private' END
    FROM news WHERE reply_id IS NOT NULL
)
"""

FRESH = (
    """
WITH news AS MATERIALIZED (
    SELECT r.*, 1 AS round, %(publish)s AS public,
           nextval('intake_submission_id_seq') AS submission_id,
           nextval('casework_casefile_id_seq') AS case_id,
           nextval('record_entry_id_seq') AS entry_id,
           CASE WHEN r.answer <> ''
                THEN nextval('replies_reply_id_seq') END AS reply_id,
           CASE WHEN r.state <> 'received' AND r.state <> 'triaged' THEN r.unit_id END AS lead_id
    FROM import_rows r
    WHERE NOT EXISTS (
        SELECT FROM intake_submission s
        WHERE s.source = %(source)s AND s.source_id = r.source_id OFFSET 0
    )
    ORDER BY r.line
), submissions AS (
    INSERT INTO intake_submission (
        id, label, code, code_key, state, received_at, channel, language, sealed,
        category_code, wish, danger, conduct, named_units, reachable, source, source_id)
    SELECT submission_id, label, code, %(code_key)s, 'open', received_at, channel, %(language)s,
           sealed, category_code, %(wish)s, false, false, '{}', false,
           %(source)s, source_id
    FROM news
), seals AS (
    INSERT INTO intake_seal (submission_id, key_number, wrapped)
    SELECT submission_id, %(code_key)s, wrapped
    FROM news
), cases AS (
    INSERT INTO casework_casefile (
        id, label, state, version, title, category_id, lead_unit_id, channel, conduct, danger,
        received_at, due_at, round, returns, outcome, answered_at, closed_at, moved_at)
    SELECT case_id, case_label, state,
           1 + (answered_at IS NOT NULL)::int + (closed_at IS NOT NULL)::int,
           case_title, category_id, lead_id, channel, false, false, received_at, due_at, round, 0,
           CASE WHEN state IN ('answered', 'closed') THEN outcome ELSE '' END,
           answered_at, closed_at, coalesce(closed_at, answered_at, received_at)
    FROM news
), reports AS (
    INSERT INTO casework_report (submission_id, case_id, due_at, delivered_at, vote)
    SELECT submission_id, case_id, due_at, coalesce(answered_at, closed_at), ''
    FROM news
), assignments AS (
    INSERT INTO casework_assignment (case_id, unit_id, part, since)
    SELECT case_id, lead_id, 'lead', received_at
    FROM news WHERE lead_id IS NOT NULL
), moves AS (
    INSERT INTO casework_move (
        case_id, at, verb, source, target, unit_id, category_id, due_at, outcome, round)
    SELECT case_id, step.at, step.verb, step.source, step.target, lead_id, category_id, due_at,
           step.outcome, round
    FROM news CROSS JOIN LATERAL (
        VALUES (1, received_at, 'receive', '', entered, ''),
               (2, answered_at,
                CASE WHEN lead_id IS NULL THEN 'answer_at_once' ELSE 'answer' END,
                entered, 'answered', news.outcome),
               (3, closed_at, 'close',
                CASE WHEN answered_at IS NULL THEN entered ELSE 'answered' END,
                'closed', news.outcome)
    ) AS step (place, at, verb, source, target, outcome)
    WHERE step.at IS NOT NULL
    ORDER BY line, step.place
"""  # noqa: S608 - put together of constants
    + TELL_AND_ANSWER
    + """
SELECT count(*) FROM news
"""
)

# A known case goes forward: each step is a move of its own, and nothing that stands is changed back. Its
# answer is published only where every writer wishes so (as in `replies.policy.may_be_public`).
FORWARD = (
    """
WITH news AS MATERIALIZED (
    SELECT t.*, r.received_at, r.outcome, r.answered_at, r.closed_at, r.answer, r.question,
           r.published_question, r.reply_label, r.address, r.state,
           c.id AS case_id, c.state AS source, c.version, c.round, c.category_id, c.due_at,
           c.title AS case_title, c.moved_at, c.lead_unit_id AS lead_before,
           %(publish)s AND NOT c.conduct AND coalesce((
               SELECT bool_and(w.wish = 'public')
               FROM casework_report o JOIN intake_submission w ON w.id = o.submission_id
               WHERE o.case_id = c.id AND o.ended_at IS NULL
           ), false) AS public,
           CASE WHEN c.lead_unit_id IS NULL AND c.version = 1 AND r.state <> 'triaged'
                THEN r.unit_id ELSE c.lead_unit_id END AS lead_id,
           nextval('record_entry_id_seq') AS entry_id,
           CASE WHEN t.answers
                THEN nextval('replies_reply_id_seq') END AS reply_id
    FROM import_steps t
    JOIN import_rows r ON r.line = t.line
    JOIN casework_casefile c ON c.label = t.case_label
    ORDER BY t.line
), cases AS (
    UPDATE casework_casefile c
    SET state = s.state,
        version = c.version + greatest(s.answers::int + s.closes::int, 1),
        lead_unit_id = s.lead_id,
        waiting_since = NULL, waiting_until = NULL, due_after_wait = NULL,
        outcome = CASE WHEN s.answers OR s.closes THEN s.outcome ELSE c.outcome END,
        answered_at = CASE WHEN s.answers THEN s.answered_at ELSE c.answered_at END,
        closed_at = CASE WHEN s.closes THEN s.closed_at ELSE c.closed_at END,
        moved_at = CASE WHEN s.closes THEN s.closed_at WHEN s.answers THEN s.answered_at
                        ELSE c.moved_at END
    FROM news s
    WHERE c.id = s.case_id AND c.version = s.version AND c.state = s.source
    RETURNING c.id
), reports AS (
    UPDATE casework_report p
    SET delivered_at = coalesce(p.delivered_at, s.answered_at, s.closed_at),
        waiting_since = NULL, due_after_wait = NULL
    FROM news s
    WHERE p.case_id = s.case_id AND p.ended_at IS NULL AND (s.answers OR s.closes)
), assignments AS (
    INSERT INTO casework_assignment (case_id, unit_id, part, since)
    SELECT case_id, lead_id, 'lead', moved_at
    FROM news WHERE lead_before IS NULL AND lead_id IS NOT NULL
), moves AS (
    INSERT INTO casework_move (
        case_id, at, verb, source, target, unit_id, category_id, due_at, outcome, round)
    SELECT case_id, step.at, step.verb, step.source, step.target, lead_id, category_id, due_at,
           step.outcome, round
    FROM news CROSS JOIN LATERAL (
        VALUES (1, moved_at, NOT answers AND NOT closes,
                CASE news.state WHEN 'triaged' THEN 'triage' WHEN 'assigned' THEN 'assign'
                                 ELSE 'accept' END,
                news.source, news.state, ''),
               (2, answered_at, answers,
                CASE WHEN lead_id IS NULL THEN 'answer_at_once' ELSE 'answer' END,
                news.source, 'answered', news.outcome),
               (3, closed_at, closes, 'close',
                CASE WHEN answers THEN 'answered' ELSE news.source END,
                'closed', news.outcome)
    ) AS step (place, at, wanted, verb, source, target, outcome)
    WHERE step.wanted
    ORDER BY line, step.place
"""  # noqa: S608 - put together of constants
    + TELL_AND_ANSWER
    + """
SELECT count(*) FROM cases
"""
)
