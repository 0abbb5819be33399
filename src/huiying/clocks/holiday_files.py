"""Lists of China's holidays, days off and make-up workdays: of the installed package or the file of a year.

The file of a year is the JSON of NateScarlet/holiday-cn, which many programs in China read:
{"year": 2027, "papers": ["https://www.gov.cn/…"], "days": [{"name", "date", "isOffDay"}]}.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chinese_calendar.constants import Holiday, holidays, workdays
from django.utils.translation import gettext_lazy as _

from huiying.clocks.bounds import require_text, require_years
from huiying.clocks.definitions import Kind, SpecialDay
from huiying.kernel.refusals import Invalid

PACKAGE = "PyPI chinesecalendar"


@dataclass(frozen=True, slots=True)
class Holidays:
    """Special days of these years, and where they come from."""

    days: tuple[SpecialDay, ...]
    years: tuple[int, ...]
    source: str


def china() -> Holidays:
    """All years that the installed package has, by the State Council's notices."""
    marked = [(day, Kind.OFF, name) for day, name in holidays.items()]
    marked += [(day, Kind.MAKEUP, name) for day, name in workdays.items()]
    names = {each.value: {"zh-hans": each.chinese, "en": each.value} for each in Holiday}
    days = tuple(
        SpecialDay(day, kind, names.get(name, {"en": name}), notice=day.year)
        for day, kind, name in sorted(marked)
    )
    return Holidays(days, tuple(sorted({day.year for day in holidays})), PACKAGE)


def read_year(text: str) -> Holidays:
    """The file of one year. A year before its notice has no days, and is not known by it.

    Raises Invalid where the file is something else.
    """
    try:
        read = json.loads(text)
        year = int(read["year"])
        days = tuple(_day(row, year) for row in read["days"])
        papers = [require_text(str(paper)) for paper in read.get("papers", ())]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise Invalid(
            _(
                "This is not a file of holidays: it needs a year, and days with name, date and isOffDay."
            )
        ) from None
    require_years(year, year)
    if any(abs(each.day.year - year) > 1 for each in days):
        raise Invalid(_("A day in this file is not of its year."), field=str(year))
    return Holidays(days, (year,) if days else (), " ".join(papers))


def _day(row: Mapping[str, object], year: int) -> SpecialDay:
    off, name = row["isOffDay"], row["name"]
    if not isinstance(off, bool) or not isinstance(name, str):
        raise TypeError
    kind = Kind.OFF if off else Kind.MAKEUP
    day = date.fromisoformat(str(row["date"]))
    return SpecialDay(day, kind, _named(require_text(name)), year)


def _named(chinese: str) -> dict[str, str]:
    english = [each.value for each in Holiday if each.chinese in chinese]
    return {"zh-hans": chinese} | ({"en": ", ".join(english)} if english else {})
