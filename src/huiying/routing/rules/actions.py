"""The rules change by whole versions: one person proposes one, another puts it in force."""

from huiying.agencies.models import Unit
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import MovedOn, SamePerson
from huiying.kernel.verbs import refuse_on, verb
from huiying.record.actions import write
from huiying.routing import policy
from huiying.routing.models import Category, RuleVersion
from huiying.routing.proposing import adopt_version, propose_version
from huiying.routing.rules.definitions import RuleSet, read_rules

refuse_on("rule_version_second_person", SamePerson)
refuse_on("routing_ruleversion_number_key", MovedOn)  # two proposed at once


def read_known(text: str) -> RuleSet:
    """The rules of a TOML text, which may name the categories and units that there are. Raises Invalid."""
    leaves = Category.objects.filter(is_leaf=True, active=True).values_list("code", flat=True)
    units = Unit.objects.filter(active=True, parent__isnull=False).values_list("code", flat=True)
    return read_rules(text, categories=set(leaves), units=set(units))


@verb
def propose_rules(*, actor: Actor, text: str, note: str = "") -> int:
    """Propose the next version, written as TOML; it does nothing until a second person adopts it. Its
    number. What the newest version says already makes none. Raises Invalid.
    """
    policy.require_changer(actor)
    rules = read_known(text)
    number, new = propose_version(
        RuleVersion, actor=actor, digest=rules.digest(), note=note, rules=rules.as_data()
    )
    if new:
        _write(actor, "routing_rules.proposed", number, rules.digest())
    return number


@verb
def adopt_rules(*, actor: Actor, number: int) -> None:
    """Put a proposed version in force. Raises SamePerson for who proposed it, MovedOn where a newer one
    was proposed or this one is in force.
    """
    policy.require_changer(actor)
    version = adopt_version(RuleVersion, actor=actor, number=number)
    _write(actor, "routing_rules.adopted", number, version.digest)


def _write(actor: Actor, action: str, number: int, digest: str) -> None:
    data = {"version": number, "digest": digest}
    write(actor=actor, action=action, subject=f"routing_rules:{number}", data=data)
