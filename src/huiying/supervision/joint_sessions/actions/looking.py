"""Looking at words that were set aside: shown to those who take part, or not."""

from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound
from huiying.kernel.verbs import verb
from huiying.supervision.joint_sessions import policy
from huiying.supervision.joint_sessions.actions.calling import locked
from huiying.supervision.joint_sessions.errors import LookedAt
from huiying.supervision.joint_sessions.states import Look
from huiying.supervision.joint_sessions.telling import write_entries


@verb
def look_at(*, actor: Actor, label: str, number: int, show: bool) -> None:
    """Let words of the session `label` be seen that were set aside under `number`, or keep them back; once.
    Raises NotFound, NotAllowed, LookedAt.
    """
    session = locked(actor, label)
    cases = policy.cases_of(session)
    policy.require(policy.may_look(actor, cases))
    row = session.set_aside.filter(pk=number).first()
    if row is None:
        raise NotFound
    policy.require(row.author_id != policy.own_account(actor))
    look = Look.SHOWN if show else Look.KEPT_BACK
    waiting = session.set_aside.filter(pk=number, look=Look.WAITING)
    if not waiting.update(look=look, looked_by=policy.own_account(actor), looked_at=time.now()):
        raise LookedAt
    write_entries(actor, f"words_{look}", session, cases, part=row.part)
