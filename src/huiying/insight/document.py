"""A brief in words, section by section: what the page, the text and the HTML file all show."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huiying.insight import wording
from huiying.insight.figures import NOTHING
from huiying.insight.reads import DailyBrief
from huiying.kernel.names import localized

Link = Callable[
    [str, dict[str, str]], str
]  # the address of the cases behind (figure, {dimension: key})


@dataclass(frozen=True, slots=True)
class Amount:
    """One number with its name. `said` is the number in words of its kind ("12 cases"); `url` lists
    its cases, empty where there is no list.
    """

    key: str
    label: str
    number: int
    said: str
    url: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The parts of one figure, which add up to it unless a complaint is kept from the reader; the largest
    first, the smallest perhaps as one.
    """

    label: str
    whole: int
    parts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    amounts: tuple[Amount, ...]
    breakdowns: tuple[Breakdown, ...]
    sentences: tuple[str, ...]

    @property
    def folded(self) -> tuple[Breakdown, ...]:
        """The breakdowns that a page may fold away; what needs a decision is not among them."""
        return self.breakdowns[1:] if self.key == "first" else self.breakdowns

    @property
    def broken_down(self) -> bool:
        """True where at least one of its figures has parts to show."""
        return any(breakdown.whole for breakdown in self.breakdowns)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """What stands with one unit, and with whom the parts of the whole add up."""

    name: str
    cells: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    agency: str
    day: str
    period: str
    scope: str
    sections: tuple[Section, ...]
    unit_columns: tuple[str, ...]
    unit_rows: tuple[UnitRow, ...]
    method: tuple[str, ...]
    counted_again: str
    changes: tuple[str, ...]


UNIT_FIGURES = ("open", "late", "decision", "answered", "answered_on_time", "settled")
MOST_PARTS = 8
TONES = {
    "late": "danger",
    "danger_open": "danger",
    "decision": "warning",
    "soon": "warning",
    "answered_late": "danger",
    "reopened": "warning",
    "votes_not_solved": "warning",
}


@dataclass(frozen=True, slots=True)
class _Writer:
    brief: DailyBrief
    link: Link | None

    def _url(self, figure: str, number: int, **narrowed: str) -> str:
        return self.link(figure, narrowed) if self.link and number else ""

    def amount(self, figure: str, number: int | None = None, **narrowed: str) -> Amount:
        found = self.brief.totals[figure] if number is None else number
        return Amount(
            key=figure,
            label=wording.label(figure),
            number=found,
            said=wording.amount(figure, found),
            url=self._url(figure, found, **narrowed),
            tone=TONES.get(figure, "plain") if found else "plain",
        )

    def amounts(self, *figures: str) -> tuple[Amount, ...]:
        return tuple(self.amount(figure) for figure in figures)

    def breakdown(self, title: str, figure: str, dimension: str) -> Breakdown:
        """The largest parts one by one, the many small ones as one, so that they still add up."""
        numbers = [pair for pair in self._parts(figure, dimension).items() if pair[1]]
        numbers.sort(key=lambda pair: (-pair[1], pair[0]))
        most = MOST_PARTS if len(numbers) > MOST_PARTS + 1 else len(numbers)
        parts = [
            Amount(
                key=key or NOTHING,
                label=wording.part_label(self.brief, dimension, key),
                number=number,
                said=wording.amount(figure, number),
                url=self._url(figure, number, **{dimension: key or NOTHING}),
            )
            for key, number in numbers[:most]
        ]
        rest = numbers[most:]
        if rest:
            number = sum(each for _key, each in rest)
            others = _("%(count)d others together") % {"count": len(rest)}
            parts.append(Amount("others", others, number, wording.amount(figure, number)))
        whole = self.brief.totals[figure] if parts else 0  # all of it may be kept from the reader
        return Breakdown(title, whole, tuple(parts))

    def _parts(self, figure: str, dimension: str) -> dict[str, int]:
        if dimension == "unit":
            return {code: totals[figure] for code, totals in self.brief.by_unit.items()}
        if dimension == "category":
            return self.brief.by_category_group(figure)
        return self.brief.parts.get(figure, {}).get(dimension, {})

    def unit_rows(self) -> tuple[UnitRow, ...]:
        """Units with something to show, in the order of the tree; then what is with none; the sum."""
        order = {code: unit.place for code, unit in self.brief.units.items()}
        codes = sorted(self.brief.by_unit, key=lambda code: (not code, order.get(code, code)))
        rows = []
        for code in codes:
            numbers = self.brief.by_unit[code]
            if any(numbers[figure] for figure in UNIT_FIGURES):
                cells = [
                    self.amount(figure, numbers[figure], unit=code or NOTHING)
                    for figure in UNIT_FIGURES
                ]
                rows.append(UnitRow(wording.part_label(self.brief, "unit", code), tuple(cells)))
        rows.append(UnitRow(_("Together"), self.amounts(*UNIT_FIGURES)))
        return tuple(rows)


def document(brief: DailyBrief, link: Link | None = None) -> Document:
    """The brief in the active language; numbers carry the address that `link` gives for their cases."""
    writer = _Writer(brief, link)
    return Document(
        title=_("Daily brief"),
        agency=localized(settings.AGENCY_NAME),
        day=wording.day_of(brief.brief),
        period=_period(brief),
        scope=_scope(brief),
        sections=tuple(section(writer) for section in SECTIONS),
        unit_columns=tuple(wording.label(figure) for figure in UNIT_FIGURES),
        unit_rows=writer.unit_rows(),
        method=_method(brief),
        counted_again=_counted_again(brief),
        changes=_changes(brief),
    )


def _period(brief: DailyBrief) -> str:
    head = brief.brief
    hours = (head.ends_at - head.starts_at).total_seconds() / 3600
    words = {
        "start": wording.moment_in_words(head.starts_at, head.zone),
        "end": wording.moment_in_words(head.ends_at, head.zone),
        "hours": f"{hours:g}",
    }
    if hours == 24:
        return _("From %(start)s to %(end)s, and how things stood then.") % words
    return (
        _(
            "From %(start)s to %(end)s (%(hours)s hours, the clocks changed), and how things stood then."
        )
        % words
    )


def _scope(brief: DailyBrief) -> str:
    if not brief.scope:
        return _("The whole agency.")
    names = _("; ").join(localized(brief.units[code].name) for code in brief.scope)
    return _("Only cases with these units and those below them: %(units)s.") % {"units": names}


def _first(writer: _Writer) -> Section:
    return Section(
        key="first",
        title=_("Look at this first"),
        amounts=writer.amounts("late", "decision", "danger_open", "soon", "submissions_late"),
        breakdowns=(
            writer.breakdown(
                _("Needs a decision (each case once, under its first reason)"),
                "decision",
                "decision",
            ),
            writer.breakdown(_("Late, by unit"), "late", "unit"),
            writer.breakdown(_("Late, by category"), "late", "category"),
        ),
        sentences=(),
    )


def _received(writer: _Writer) -> Section:
    return Section(
        key="received",
        title=pgettext("brief", "Received"),
        amounts=writer.amounts(
            "submissions_received", "received", "danger_received", "conduct_received"
        ),
        breakdowns=(
            writer.breakdown(_("New cases, by channel"), "received", "channel"),
            writer.breakdown(_("New cases, by category"), "received", "category"),
        ),
        sentences=(),
    )


def _assigned(writer: _Writer) -> Section:
    return Section(
        key="assigned",
        title=_("Given to units"),
        amounts=writer.amounts("assigned", "returned"),
        breakdowns=(),
        sentences=(),
    )


def _answered(writer: _Writer) -> Section:
    return Section(
        key="answered",
        title=_("Answered"),
        amounts=writer.amounts(
            "answered",
            "answered_on_time",
            "answered_late",
            "answered_again",
            "submissions_answered",
            "submissions_answered_on_time",
            "submissions_answered_late",
        ),
        breakdowns=(
            writer.breakdown(_("Answered, by result"), "answered", "answered_outcome"),
            writer.breakdown(_("Answered, by category"), "answered", "category"),
        ),
        sentences=_on_time(writer.brief.totals),
    )


def _after(writer: _Writer) -> Section:
    return Section(
        key="after",
        title=_("After the answer"),
        amounts=writer.amounts(
            "reopened", "closed", "declined", "withdrawn", "submissions_withdrawn", "conduct_open"
        ),
        breakdowns=(
            writer.breakdown(_("Closed, by result"), "closed", "closed_outcome"),
            Breakdown(
                _("What the writers say of their answers"),
                writer.brief.totals["votes"],
                writer.amounts("votes_solved", "votes_partly", "votes_not_solved"),
            ),
        ),
        sentences=(
            _("Closed does not mean solved: whether a problem is solved, the writers say."),
        ),
    )


def _in_hand(writer: _Writer) -> Section:
    return Section(
        key="in_hand",
        title=_("In hand"),
        amounts=writer.amounts("open", "submissions_open", "late", "paused", "soon", "in_time"),
        breakdowns=(
            writer.breakdown(_("Open now, by state"), "open", "state"),
            writer.breakdown(_("Open now, by category"), "open", "category"),
        ),
        sentences=(_balance(writer.brief.totals),),
    )


SECTIONS = (_first, _received, _assigned, _answered, _after, _in_hand)


def _balance(totals: dict[str, int]) -> str:
    return (
        _(
            "Open when the period began: %(carried)d; new: %(received)d; reopened: %(came_back)d; "
            "split off from letters: %(split_off)d; together %(in_hand)d. Of these answered, closed, "
            "joined or split: %(done)d; still open: %(open)d."
        )
        % totals
    )


def _on_time(totals: dict[str, int]) -> tuple[str, ...]:
    """The share on time with numerator, denominator and what is not in it."""
    apart = _(
        "Not in this share, and counted apart: answered again after reopening %(answered_again)d, "
        "declined as another body's %(declined)d, closed without an answer on record "
        "%(closed_unanswered)d. What is late and still without an answer stands at the top."
    )
    if not totals["settled"]:
        share = _("No case came to the end of its first round in this period: there is no share.")
        return share, apart % totals
    share = _(
        "On time: %(answered_on_time)d of %(settled)d, that is %(percent)d%%. The %(settled)d are the "
        "cases whose first round ended in this period: answered on time %(answered_on_time)d, answered "
        "late %(answered_late)d, withdrawn by the writer %(withdrawn_first)d, joined to another case when "
        "already late %(joined_late)d."
    )
    # Rounded down: 100% is said only where not one was missed.
    percent = 100 * totals["answered_on_time"] // totals["settled"]
    return share % (totals | {"percent": percent}), apart % totals


def _method(brief: DailyBrief) -> tuple[str, ...]:
    head = brief.brief
    words = {
        "at": wording.moment_in_words(head.computed_at, head.zone),
        "version": head.version,
        "lines": head.line_count,
        "digest": head.digest[:16],
    }
    return (
        _(
            "Counted on %(at)s from the steps of all cases; version %(version)d, check sum %(digest)s."
        )
        % words,
        _(
            "No case is left out. Complaints about conduct are counted here like all others. A case "
            "counts for the unit and the category that it had at the end of the period."
        ),
        _(
            "Whoever a complaint about conduct names does not find it in the parts by unit, category or "
            "state, nor in the lists: there the parts can be fewer than the whole. The totals leave "
            "nothing out. This stands in every brief, whoever reads it."
        ),
    )


def _counted_again(brief: DailyBrief) -> str:
    if brief.earlier_totals is None:
        return ""
    return _(
        "This day was counted again: version %(version)d. At the end stands what has changed."
    ) % {"version": brief.brief.version}


def _changes(brief: DailyBrief) -> tuple[str, ...]:
    """What this version says otherwise than the one before it, figure by figure."""
    if brief.earlier_totals is None:
        return ()
    found = [
        _("%(figure)s: %(now)d, before %(earlier)d")
        % {
            "figure": wording.label(figure),
            "now": number,
            "earlier": brief.earlier_totals[figure],
        }
        for figure, number in brief.totals.items()
        if number != brief.earlier_totals[figure]
    ]
    return tuple(found) or (_("No sum has changed; single cases stand otherwise."),)
