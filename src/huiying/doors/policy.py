"""Who may import from a page, and which files they see.

Administrators, who read no letters: they see of an import what they uploaded themselves, and of the
others' only states and counts.
"""

from huiying.doors.models import FileImport
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed, NotFound


def may_import(actor: Actor) -> bool:
    return actor.has("administrator")


def require_importer(actor: Actor) -> None:
    """Raises NotAllowed."""
    if not may_import(actor):
        raise NotAllowed


def find(actor: Actor, label: str) -> FileImport:
    """The actor's own file with this label; raises NotAllowed or NotFound."""
    require_importer(actor)
    found = FileImport.objects.filter(label=label, made_by=actor.label).first()
    if found is None:
        raise NotFound
    return found
