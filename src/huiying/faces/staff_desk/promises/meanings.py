"""What each line of a file of promises means, for whoever writes one."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from huiying.harm.facts import CODES
from huiying.intake.states import Channel
from huiying.routing.promises.definitions import Kind, Source, Stage


def meanings() -> list[tuple[str, str]]:
    """Each name that stands in a file, and what it says."""
    return [
        ("[[promise]]", _("Begins a promise. Leave one out with all its lines to drop it.")),
        ("stage", _each((one.value, one.label) for one in Stage)),
        ("source", _each((one.value, one.label) for one in Source)),
        ("amount", _("How many of the kind below.")),
        ("kind", _each((one.value, one.label) for one in Kind)),
        ("category", _("The code of a topic, with all below it; left out: every topic.")),
        ("danger", _("true: somebody is in danger; false: nobody is; left out: either.")),
        ("urgency", _("Left out: all.") + "\n" + _each((c, one.label) for c, one in CODES.items())),
        ("channels", _("Left out: all.") + "\n" + _each((o.value, o.label) for o in Channel)),
        (
            "[promise.basis], cite",
            _("On what grounds, in each language, and the paper it stands in."),
        ),
        ("[extension]", _("How often, and by how much each time, an answer may be put off.")),
        ("[name], [about]", _("The title and the opening words of the public page.")),
    ]


def _each(pairs: Iterable[tuple[str, Any]]) -> str:
    return "\n".join(f"{value}: {label}" for value, label in pairs)
