"""A version of the promises in words: its rows, who proposed it and what became of it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from huiying.faces.look import dates
from huiying.kernel.names import localized
from huiying.routing.promises.definitions import PromiseSet
from huiying.routing.promises.reads import VersionLine
from huiying.routing.promises.wording import Names, PromiseSaid, cap_in_words, said

type StaffNames = Mapping[str, dict[str, str]]


def columns() -> list[dict[str, Any]]:
    """Those of `rows`."""
    return [
        {"label": _("Stage")},
        {"label": _("Time")},
        {"label": _("For")},
        {"label": _("Who says so")},
    ]


def rows(found: PromiseSet | None, names: Names) -> list[list[Any]]:
    """Each promise as a row of a table, `names` being those of the categories by code."""
    return [_row(line) for line in said(found, names)] if found else []


def _row(line: PromiseSaid) -> list[Any]:
    basis = f"{line.basis} {line.cite}".strip()
    return [
        {"text": line.stage},
        {"text": line.within},
        {"text": line.whom},
        {"text": line.who, "note": basis},
    ]


def new_extension(promises: PromiseSet | None, before: PromiseSet | None) -> str:
    """What these promises say of extensions, where the ones before say something else."""
    if promises is None or (before and promises.extension == before.extension):
        return ""
    return cap_in_words(promises.extension)


def proposed_by(line: VersionLine, names: StaffNames) -> str:
    """Who proposed it, and when."""
    return _("proposed by %(who)s, %(when)s") % {
        "who": localized(names.get(line.proposed_by)) or _("the command line"),
        "when": dates.at_time(line.proposed_at),
    }


def told(line: VersionLine, names: StaffNames) -> list[str]:
    """Who proposed it and why, and who put it in force."""
    done = [proposed_by(line, names), line.note]
    if line.adopted_at is not None:
        words = {
            "who": localized(names.get(line.adopted_by)) or _("the command line"),
            "when": dates.at_time(line.adopted_at),
        }
        done.append(_("put in force by %(who)s, %(when)s") % words)
    return [each for each in done if each]
