"""One pass of the worker over 100,000 clocks in working time: everybody is told of each, then nobody. Then
the same with a clock beside each that of its answer, which has to be reckoned first.
"""

from datetime import timedelta

from django.db import connection

from bench import filling
from bench.clocks import count_working_days
from bench.processor import Spent, spent
from bench.rows import Report
from huiying.kernel import time
from huiying.kernel.actors import Actor, Grant
from huiying.notices.models import Outgoing
from huiying.routing.promises.actions import adopt_promises, propose_promises
from huiying.routing.promises.files import read_promises
from huiying.supervision.actions.adopting import adopt_policy, propose_policy
from huiying.supervision.definitions import read_policy
from huiying.supervision.models import Alert
from huiying.supervision.tasks import escalate

CLOCKS = 100_000
SECONDS = 5.0
POLICY = """
[[step]]
at = 50
tell = ["holders"]
[[step]]
at = 900
tell = ["leader"]
"""
STAGE = """
[[step]]
stage = "accept"
at = 100
tell = ["holders"]
[[step]]
stage = "accept"
at = 1000
tell = ["leader"]
"""
PROMISES = """
name = { en = "Bench" }
[[promise]]
stage = "accept"
source = "agency"
amount = 1
kind = "minutes"
basis = { en = "because" }
"""
RECKONED, STAGES_SECONDS = 120.0, 1.0
LONG_AGO, LATER = timedelta(days=3000), timedelta(days=60, minutes=5)
# Every one of these cases is given to its unit after all that was done of it, and stays there.
GIVEN = """
INSERT INTO casework_move (case_id, at, verb, source, target, unit_id, category_id, due_at, outcome, round)
SELECT id, now() + interval '60 days', 'reassign', 'assigned', 'assigned', lead_unit_id, category_id, due_at,
  '', round
FROM casework_casefile WHERE state = 'in_progress';
"""
# Every case with a unit and a clock that is nearly over, on whichever day it is measured; one handler a unit.
RUNNING = """
UPDATE casework_casefile SET state = 'in_progress', outcome = '', answered_at = NULL,
  closed_at = NULL, waiting_since = NULL, waiting_until = NULL,
  lead_unit_id = coalesce(lead_unit_id, (SELECT id FROM agencies_unit WHERE code = 'u1')),
  due_at = now() + (now() - received_at) / 1000
WHERE id IN (SELECT id FROM casework_casefile ORDER BY id LIMIT %(clocks)s);
UPDATE casework_casefile SET state = 'closed', outcome = 'solved',
  closed_at = coalesce(closed_at, now()),
  waiting_since = NULL, waiting_until = NULL
WHERE id NOT IN (SELECT id FROM casework_casefile ORDER BY id LIMIT %(clocks)s) AND state <> 'closed';
INSERT INTO accounts_account
  (label, username, name, password, is_active, made_at, language, email)
SELECT md5('handler' || code), 'bench-' || code, '{}', '', true, now(), 'zh-hans', ''
FROM agencies_unit;
INSERT INTO agencies_membership (account_id, unit_id, role, since)
SELECT a.id, u.id, 'handler', now() FROM agencies_unit u
JOIN accounts_account a ON a.username = 'bench-' || u.code;
"""


FIRST, SECOND = (Actor(f"staff:{name}", frozenset({Grant("administrator")})) for name in "ab")


def _put_in_force(policy: str) -> None:
    """By two people."""
    number = propose_policy(actor=FIRST, definition=read_policy(policy))
    adopt_policy(actor=SECOND, number=number)


def run(report: Report) -> None:
    """Run it as the last part: it makes every case a running one."""
    filling.fill(CLOCKS)
    count_working_days()
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, {"clocks": CLOCKS})
        cursor.execute("VACUUM ANALYZE casework_casefile")
    _put_in_force(POLICY)
    told = _pass()
    sent = Outgoing.objects.filter(kind="escalation").count()
    if Alert.objects.count() != CLOCKS or sent != CLOCKS:
        raise AssertionError(f"{sent} notices for {CLOCKS} clocks")
    nobody, bare = _pass(), _bare()
    name = f"escalation pass, {CLOCKS:,} clocks in working time"
    report.at_most(f"{name}, all told", told.wall, "s", budget=SECONDS)
    report.at_most(f"{name}, all told, processor", told.processor, "s", budget=SECONDS)
    report.beside(f"{name}, beside bare rows, processor", told.processor, "s", limit=bare.processor)
    report.at_most(f"{name}, nobody to tell", nobody.wall, "s", budget=SECONDS)
    report.at_most(f"{name}, nobody to tell, processor", nobody.processor, "s", budget=SECONDS)
    _stages(report)


def _stages(report: Report) -> None:
    """By a policy that names a stage alone: this comes on top of the answer's pass."""
    with time.at(time.now() - LONG_AGO):
        promises = propose_promises(actor=FIRST, promises=read_promises(PROMISES))
        adopt_promises(actor=SECOND, number=promises)
    with connection.cursor() as cursor:
        cursor.execute(GIVEN)
        cursor.execute("VACUUM ANALYZE casework_move")
    _put_in_force(STAGE)
    with time.at(time.now() + LATER):
        told, nobody = _pass(), _pass()
    found = Alert.objects.filter(stage="accept").count()
    if found != CLOCKS:
        raise AssertionError(f"{found} alerts for {CLOCKS} clocks")
    name = f"escalation pass, {CLOCKS:,} stages beside the answer"
    report.at_most(f"{name}, reckoned anew and told", told.wall, "s", budget=RECKONED)
    report.at_most(f"{name}, nobody to tell", nobody.wall, "s", budget=STAGES_SECONDS)


def _bare() -> Spent:
    """To insert the same rows again into two tables without an index, in one statement each."""
    with connection.cursor() as cursor:
        for table in ("supervision_alert", "notices_outgoing"):
            cursor.execute(f"CREATE TEMP TABLE bare_{table} (LIKE {table})")
        started = spent()
        for table in ("supervision_alert", "notices_outgoing"):
            cursor.execute(f"INSERT INTO bare_{table} SELECT * FROM {table}")
        return spent() - started


def _pass() -> Spent:
    started = spent()
    escalate()
    return spent() - started
