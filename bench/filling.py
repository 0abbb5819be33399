"""Fills an empty database with any number of cases, set-based, with plausible shapes.

States, units and categories follow fixed shares: 1 % of the cases lie with one small unit, four fifths
are closed, and every closed case has a published answer.
"""

import hashlib

from django.db import connection

from huiying.intake import vault
from huiying.intake.opening import Words, seal_words
from huiying.kernel import keys

UNITS = 100
CATEGORIES = 100

TREES = """
INSERT INTO agencies_unit (code, parent_id, path, name, active)
SELECT 'county', NULL, 'county/', '{"zh-hans": "云渡县", "en": "Yundu"}', true
ON CONFLICT DO NOTHING;
INSERT INTO agencies_unit (code, parent_id, path, name, active)
SELECT 'u' || n, (SELECT id FROM agencies_unit WHERE code = 'county'), 'county/u' || n || '/',
       jsonb_build_object('zh-hans', '单位' || n, 'en', 'Unit ' || n), true
FROM generate_series(1, %(units)s) n ON CONFLICT DO NOTHING;
INSERT INTO routing_category
  (code, parent_id, name, description, lead_unit_id, target_days, is_leaf, offered, active,
   private_unreviewed, place)
SELECT 'group', NULL, '{"zh-hans": "生活", "en": "Living"}', '{}', NULL, NULL, false, true, true, false, 0
ON CONFLICT DO NOTHING;
INSERT INTO routing_category
  (code, parent_id, name, description, lead_unit_id, target_days, is_leaf, offered, active,
   private_unreviewed, place)
SELECT 'c' || n, (SELECT id FROM routing_category WHERE code = 'group'),
       jsonb_build_object('zh-hans', '事项' || n, 'en', 'Topic ' || n), '{}',
       (SELECT id FROM agencies_unit WHERE code = 'u' || (1 + n %% %(units)s)), 15, true, true,
       true, false, n
FROM generate_series(1, %(categories)s) n ON CONFLICT DO NOTHING;
"""

LETTERS = """
CREATE TEMP TABLE plan ON COMMIT DROP AS
SELECT n,
       now() - make_interval(secs => (%(upto)s - n) * 60.0) AS at,
       md5('s' || n) AS label, md5('c' || n) AS case_label,
       (ARRAY['received','triaged','assigned','in_progress','waiting','returned','answered','closed',
              'closed','closed','closed','closed','closed','closed','closed','closed','closed','closed',
              'closed','closed'])[1 + (n * 7919) %% 20] AS state,
       'c' || (1 + (n * 31) %% %(categories)s) AS category,
       'u' || (1 + (n * 17) %% %(units)s) AS unit,
       (ARRAY['web','phone','counter','email'])[1 + n %% 4] AS channel
FROM generate_series(%(first)s::bigint, %(upto)s::bigint) n;

INSERT INTO intake_submission (label, code, code_key, state, received_at, channel, language, sealed,
  category_code, wish, danger, conduct, named_units, reachable, source, source_id)
SELECT label, lpad((100000000000 + n)::text, 12, '0'), 1, 'open', at, channel, 'zh-hans', sealed,
  category, 'public', false, false, '{}', false, 'bench', n::text
FROM plan JOIN seals USING (n);
INSERT INTO intake_seal (submission_id, key_number, wrapped)
SELECT s.id, %(key)s, wrapped
FROM plan p JOIN seals USING (n) JOIN intake_submission s ON s.label = p.label;

INSERT INTO casework_casefile (label, state, version, title, category_id, lead_unit_id, channel, conduct,
  danger, received_at, due_at, waiting_since, waiting_until, round, returns, outcome,
  answered_at, closed_at, moved_at)
SELECT p.case_label, p.state, 1, '小区路灯坏了 ' || p.n, c.id,
  CASE WHEN p.state IN ('received','triaged','returned') THEN NULL ELSE u.id END,
  p.channel, false, false, p.at, p.at + interval '15 days',
  CASE WHEN p.state = 'waiting' THEN p.at + interval '2 days' END,
  CASE WHEN p.state = 'waiting' THEN p.at + interval '12 days' END, 1, 0,
  CASE WHEN p.state IN ('answered','closed') THEN 'solved' ELSE '' END,
  CASE WHEN p.state IN ('answered','closed') THEN p.at + interval '9 days' END,
  CASE WHEN p.state = 'closed' THEN p.at + interval '12 days' END, p.at
FROM plan p JOIN routing_category c ON c.code = p.category JOIN agencies_unit u ON u.code = p.unit;

INSERT INTO casework_report (submission_id, case_id, due_at, vote, delivered_at)
SELECT s.id, f.id, f.due_at, '', f.answered_at
FROM plan p JOIN intake_submission s ON s.label = p.label
JOIN casework_casefile f ON f.label = p.case_label;

INSERT INTO casework_assignment (case_id, unit_id, part, since)
SELECT f.id, f.lead_unit_id, 'lead', f.received_at
FROM plan p JOIN casework_casefile f ON f.label = p.case_label WHERE f.lead_unit_id IS NOT NULL;

INSERT INTO casework_move (case_id, at, verb, source, target, category_id, due_at, outcome, round)
SELECT f.id, f.received_at, 'receive', '', 'received', f.category_id, f.due_at, '', 1
FROM plan p JOIN casework_casefile f ON f.label = p.case_label;
INSERT INTO casework_move (case_id, at, verb, source, target, unit_id, category_id, due_at, outcome, round)
SELECT f.id, f.received_at + interval '1 hour', 'assign', 'triaged', 'assigned', f.lead_unit_id,
  f.category_id, f.due_at, '', 1
FROM plan p JOIN casework_casefile f ON f.label = p.case_label WHERE f.lead_unit_id IS NOT NULL;
INSERT INTO casework_move (case_id, at, verb, source, target, unit_id, category_id, due_at, outcome, round)
SELECT f.id, f.answered_at, 'answer', 'in_progress', 'answered', f.lead_unit_id, f.category_id, f.due_at,
  f.outcome, 1
FROM plan p JOIN casework_casefile f ON f.label = p.case_label WHERE f.answered_at IS NOT NULL;
INSERT INTO casework_move (case_id, at, verb, source, target, unit_id, category_id, due_at, outcome, round)
SELECT f.id, f.closed_at, 'close', 'answered', 'closed', f.lead_unit_id, f.category_id, f.due_at,
  f.outcome, 1
FROM plan p JOIN casework_casefile f ON f.label = p.case_label WHERE f.closed_at IS NOT NULL;

INSERT INTO record_entry (at, action, actor, subject, commitment)
SELECT at, 'case.receive', 'stranger', 'case:' || case_label, decode(md5(label) || md5(label), 'hex')
FROM plan;

INSERT INTO replies_reply (label, case_id, state, version, unit_id, round, category_id, language, address,
  correction_reason, hides_earlier, drafted_by, drafted_at, sent_back_because, approved_by, approved_at,
  approved_version, audience, issued_at, answered_at, withdrawn_because, hide_text)
SELECT md5('r' || p.n), f.id, 'published', 1, f.lead_unit_id, 1, f.category_id, 'zh-hans', md5('a' || p.n),
  '', false, 'staff:bench-handler', f.answered_at, '', 'staff:bench-reviewer', f.answered_at, 1, 'public',
  f.answered_at, f.answered_at, '', false
FROM plan p JOIN casework_casefile f ON f.label = p.case_label WHERE f.answered_at IS NOT NULL;
INSERT INTO replies_replyversion (reply_id, number, at, author, title, question, text, outcome, audience)
SELECT r.id, 1, r.issued_at, 'staff:bench-handler', '清平路路灯已修好', '清平路的路灯为什么不亮?',
  '经查,路灯线路老化。已于昨天换好,现在可以正常照明。', 'solved', 'public'
FROM plan p JOIN replies_reply r ON r.label = md5('r' || p.n);
"""
SEALS = "CREATE TEMP TABLE seals (n bigint, sealed bytea, wrapped bytea) ON COMMIT DROP"
BATCH = 50_000


def _sealed(number: int) -> tuple[bytes, bytes]:
    """The sealed words of one letter, and its key, wrapped."""
    label = hashlib.md5(f"s{number}".encode()).hexdigest()
    words = Words(
        f"小区路灯坏了 {number}",
        "路灯坏了三天,晚上看不清路,老人摔了一跤,请尽快派人来修。" * 2,
        "清平路",
    )
    key = vault.new_key()
    return seal_words(key, label, words), vault.wrap(key, keys.newest(), label)


def fill(upto: int) -> None:
    """Bring the number of cases up to `upto`; runs as the owner."""
    shares = {"units": UNITS, "categories": CATEGORIES}
    with connection.cursor() as cursor:
        cursor.execute(TREES, shares)
        cursor.execute("SELECT count(*) FROM casework_casefile")
        row = cursor.fetchone()
        there = int(row[0]) if row else 0
        for first in range(there + 1, upto + 1, BATCH):
            last = min(first + BATCH - 1, upto)
            cursor.execute("BEGIN")
            cursor.execute(SEALS)
            with cursor.copy("COPY seals FROM STDIN") as copy:
                for number in range(first, last + 1):
                    copy.write_row((number, *_sealed(number)))
            given = {**shares, "first": first, "upto": last, "key": keys.newest()}
            cursor.execute(LETTERS, given)
            cursor.execute("COMMIT")
        cursor.execute("VACUUM ANALYZE")
