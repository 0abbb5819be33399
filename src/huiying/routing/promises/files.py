"""Promises as they are written: a TOML file.

name = { zh-hans = "热线承诺", en = "Promises of the hotline" }
about = { zh-hans = "…", en = "…" }       # in plain words, for the public page

[extension]                             # of an answer's time, in each round
times = 1                               # 0: never
amount = 10
kind = "working_days"

[[promise]]
stage = "solve"                         # first_contact, accept, interim, solve, publish
source = "agency"                       # law, agency, unit
amount = 5
kind = "working_days"                   # minutes, working_hours, working_days, calendar_days
category = "roads"                      # with all below it; left out: every topic
danger = true                           # left out: either
urgency = ["now", "first"]              # now, first, soon, usual; left out: all
channels = ["phone", "web"]             # left out: all
basis = { zh-hans = "…", en = "…" }
cite = "国办发〔2016〕61号"
"""

import tomllib
from collections.abc import Mapping
from typing import Any

import tomli_w
from django.utils.translation import gettext_lazy as _

from huiying.harm.facts import CODES
from huiying.intake.states import Channel
from huiying.kernel import toml
from huiying.kernel.refusals import Invalid
from huiying.routing.promises.definitions import (
    USUAL_CAP,
    Cap,
    Kind,
    Promise,
    PromiseSet,
    Source,
    Span,
    Stage,
)

KNOWN = {"name", "about", "extension", "promise"}
OF_A_PROMISE = {
    *("stage", "source", "amount", "kind", "category", "danger", "urgency"),
    *("channels", "basis", "cite"),
}
OF_EXTENSION = {"times", "amount", "kind"}
MOST = {Kind.MINUTES: 60 * 24 * 60}  # sixty days
MOST_OTHERWISE, MOST_TIMES, MOST_PROMISES = 1000, 5, 500


def read_promises(text: str) -> PromiseSet:
    """Raises Invalid, naming what is wrong and, among promises, in which: the first is promise 1."""
    try:
        read = toml.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(_("This TOML file cannot be read: %(why)s") % {"why": error}) from None
    _only(read, KNOWN, "")
    rows = read.get("promise", [])
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_PROMISES:
        raise Invalid(_("A file has 1 to 500 promises, each under [[promise]]."))
    return PromiseSet(
        name=_texts(read, "name", ""),
        about=_texts(read, "about", "") if "about" in read else {},
        promises=tuple(_promise(row, f"promise {at}") for at, row in enumerate(rows, start=1)),
        extension=_cap(read["extension"]) if "extension" in read else USUAL_CAP,
    )


def write_promises(promises: PromiseSet) -> str:
    """The file that reads as these promises, to be changed and proposed."""
    data = promises.as_data()
    rows = [
        {name: value for name, value in row.items() if value not in (None, "", [], {})}
        for row in data.pop("promises")
    ]
    if not data["about"]:
        del data["about"]
    return tomli_w.dumps(data | {"promise": rows})


def _cap(table: object) -> Cap:
    row = _only(table, OF_EXTENSION, "extension")
    times = row.get("times", USUAL_CAP.times)
    if not _whole(times) or not 0 <= times <= MOST_TIMES:
        raise Invalid(_("An extension is given 0 to 5 times."), field="extension: times")
    return Cap(times, _span(row, "extension"))


def _promise(table: object, where: str) -> Promise:
    row = _only(table, OF_A_PROMISE, where)
    danger, channels = row.get("danger"), row.get("channels", [])
    if danger is not None and not isinstance(danger, bool):
        raise Invalid(_("Write true or false, without quotation marks."), field=f"{where}: danger")
    if not isinstance(channels, list) or not set(map(str, channels)) <= set(Channel.values):
        raise Invalid(
            _("A list of channels: %(names)s.") % {"names": ", ".join(Channel.values)},
            field=f"{where}: channels",
        )
    urgency = row.get("urgency", [])
    if not isinstance(urgency, list) or not set(map(str, urgency)) <= set(CODES):
        raise Invalid(
            _("A list of levels: %(names)s.") % {"names": ", ".join(CODES)},
            field=f"{where}: urgency",
        )
    return Promise(
        stage=_one_of(row, "stage", Stage.values, where),
        source=_one_of(row, "source", Source.values, where),
        span=_span(row, where),
        basis=_texts(row, "basis", where),
        cite=_text(row, "cite", where),
        category=_text(row, "category", where),
        danger=danger,
        channels=tuple(sorted(set(channels))),
        urgency=tuple(code for code in CODES if code in urgency),
    )


def _span(row: Mapping[str, Any], where: str) -> Span:
    kind = _one_of(row, "kind", Kind.values, where)
    amount, most = row.get("amount"), MOST.get(Kind(kind), MOST_OTHERWISE)
    if not _whole(amount) or not 1 <= int(amount or 0) <= most:
        raise Invalid(
            _("A whole number from 1 to %(most)s.") % {"most": most}, field=f"{where}: amount"
        )
    return Span(int(amount or 0), kind)


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _one_of(row: Mapping[str, Any], name: str, values: list[str], where: str) -> str:
    found = row.get(name)
    if found not in values:
        raise Invalid(
            _("One of: %(values)s.") % {"values": ", ".join(values)}, field=f"{where}: {name}"
        )
    return str(found)


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    found = row.get(name, "")
    if not isinstance(found, str):
        raise Invalid(_("This is written as text, in quotation marks."), field=f"{where}: {name}")
    return found.strip()


def _texts(row: Mapping[str, Any], name: str, where: str) -> dict[str, str]:
    """A text in each language; one at least."""
    table, field = row.get(name), f"{where}: {name}".removeprefix(": ")
    if not isinstance(table, Mapping) or not all(isinstance(each, str) for each in table.values()):
        raise Invalid(_("This is written as a table, one line a language."), field=field)
    texts = {str(language): text.strip() for language, text in table.items() if text.strip()}
    if not texts:
        raise Invalid(_("Say it in one language at least."), field=field)
    return texts


def _only(table: object, known: set[str], where: str) -> Mapping[str, Any]:
    if not isinstance(table, Mapping):
        raise Invalid(_("This is written as a table."), field=where)
    for name in table:
        if name not in known:
            field = f"{where}: {name}".removeprefix(": ")
            raise Invalid(_("This name has no meaning here."), field=field)
    return table
