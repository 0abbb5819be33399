"""The hours of a day as people write them: `08:30-12:00 14:00-17:30`; nothing is a day off."""

import re

from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid

# Minutes after midnight, from and to; to is at most 1,440.
type Span = tuple[int, int]
type Hours = tuple[Span, ...]

DAY = 24 * 60
SPAN = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)")


def read_hours(text: str) -> Hours:
    """The spans in `text`, in order; raises Invalid where one is no span or begins before the last ended.

    Spans that touch are made one. Work past midnight is written on both days, to 24:00 and from 00:00.
    """
    spans: list[Span] = []
    for part in text.replace("–", "-").replace(",", " ").split():
        found = SPAN.fullmatch(part)
        if found is None:
            raise Invalid(_("Write hours as 08:30-12:00 14:00-17:30."), field=part)
        begins, ends = (60 * int(found[at]) + int(found[at + 1]) for at in (1, 3))
        if ends <= begins or ends > DAY or (spans and begins < spans[-1][1]):
            raise Invalid(
                _(
                    "Hours go forward from 00:00 to 24:00 and do not overlap. Work past midnight is "
                    "written on both days."
                ),
                field=part,
            )
        if spans and spans[-1][1] == begins:
            begins = spans.pop()[0]
        spans.append((begins, ends))
    return tuple(spans)


def write_hours(hours: Hours) -> str:
    """The same as text; empty for a day off."""
    return " ".join(f"{_clock(begins)}-{_clock(ends)}" for begins, ends in hours)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
