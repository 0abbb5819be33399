"""What a rehearsal of promises or of a calendar found, as lines of text."""

import importlib
from typing import Any

from huiying.kernel.actors import SYSTEM
from huiying.kernel.names import localized


def print_rehearsal(terms: Any, days: int) -> None:
    """Try these terms on the cases of so many days, and print what would have been otherwise."""
    found = importlib.import_module("huiying.supervision.other_terms").rehearse_terms(
        terms, actor=SYSTEM, days=days
    )
    total = found.total
    print(f"{total.cases} clocks ran since {found.since:%Y-%m-%d}; {found.apart} of them stay.")
    print(f"  due sooner: {total.sooner}, due later: {total.later}")
    print(f"  late: {total.late}, and then {total.late_then}")
    if found.told is not None:
        print(f"  notices: {found.told.notices}, and then {found.told.notices_then}")
    for stage in found.stages:
        print(f"  {stage.stage}: {stage.cases}; late {stage.late}, and then {stage.late_then}")
    for line in found.units:
        name = localized(line.name) or "no unit yet"
        moved = f"{line.cases} clocks, {line.sooner} sooner, {line.later} later"
        print(f"  {name}: {moved}; late {line.late}, and then {line.late_then}")
