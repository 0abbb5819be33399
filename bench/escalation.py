"""One pass of the worker over 100,000 clocks in working time: everybody is told of each, then nobody."""

from django.db import connection

from bench import filling
from bench.clocks import count_working_days
from bench.processor import Spent, spent
from bench.rows import Report
from huiying.kernel.actors import Actor, Grant
from huiying.notices.models import Outgoing
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


def _put_in_force() -> None:
    """By two people."""
    first, second = (Actor(f"staff:{name}", frozenset({Grant("administrator")})) for name in "ab")
    number = propose_policy(actor=first, definition=read_policy(POLICY))
    adopt_policy(actor=second, number=number)


def run(report: Report) -> None:
    """Run it as the last part: it makes every case a running one."""
    filling.fill(CLOCKS)
    count_working_days()
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, {"clocks": CLOCKS})
        cursor.execute("VACUUM ANALYZE casework_casefile")
    _put_in_force()
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
