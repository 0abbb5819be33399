"""What the desk's own pages hand to their templates."""

from dataclasses import dataclass, field
from datetime import datetime

from django import forms

from huiying.casework.deadlines import Clock
from huiying.casework.sentences import Told
from huiying.casework.splitting.shown import PartLine
from huiying.faces.look.files import FileShown
from huiying.faces.look.harm import UrgencyShown
from huiying.faces.staff_desk.alerts import AlertsPart
from huiying.faces.staff_desk.notes import NotesPart
from huiying.faces.staff_desk.numbers import NumbersPart
from huiying.faces.staff_desk.undoing import UndoPart

type Link = tuple[str, str, bool, str]


@dataclass(frozen=True, slots=True)
class Helper:
    """A demo account: who, where, and the address that fills it in."""

    name: str
    username: str
    url: str


@dataclass(frozen=True, slots=True)
class SignInPage:
    form: forms.Form
    helpers: list[Helper]
    password: str
    passkey_url: str
    agency_url: str
    left_agency: bool
    leave_url: str


@dataclass(frozen=True, slots=True)
class Empty:
    """What a list says when there is nothing in it."""

    title: str
    text: str
    url: str = ""
    action: str = ""
    icon: str = "closed"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case of the list in words; `note` is its number and what is remarkable about it.

    `pick` is what its box sends, empty where nothing can be done to it together with others.
    """

    url: str
    pick: str
    pick_label: str
    title: str
    note: str
    state: str
    clock: Clock
    unit: str
    category: str
    channel: str
    day: str
    hour: str


@dataclass(frozen=True, slots=True)
class UrgentRow:
    """One of the most urgent cases; `now` where somebody is in danger."""

    title: str
    url: str
    due_at: datetime
    level: str
    now: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a list of cases. `together`: (act, label) of what can be done to several at once, with
    the list as hidden fields and whether every box is ticked; none where no row has a box.
    `save_form` saves the list under a name, where it is narrowed. `by_urgency` is the list in that order,
    empty where it cannot be had.
    """

    title: str
    tabs: list[Link]
    find: forms.Form
    search: forms.Form
    filters: forms.Form
    filtered: bool
    clear_url: str
    shown: str
    columns: list[dict[str, str]]
    rows: list[QueueRow]
    urgent: list[UrgentRow]
    by_urgency: str
    empty: Empty
    newer_url: str
    older_url: str
    newer: str
    older: str
    together: list[tuple[str, str]]
    together_in: list[tuple[str, str]]
    all_ticked: bool
    tick_url: str
    my_next_url: str
    mentions: str
    own_lists: list[tuple[str, str, bool]]
    save_form: forms.Form | None
    save_url: str


@dataclass(frozen=True, slots=True)
class NoLettersPage:
    """For roles that read no letters: where their work is instead."""

    empty: Empty


@dataclass(frozen=True, slots=True)
class AidLine:
    """One suggested choice: `likely` in words and numbers; `url` shows the form with `value` filled in."""

    label: str
    likely: str
    because: str
    url: str
    value: str
    key: str


@dataclass(frozen=True, slots=True)
class Aid:
    """What helps with an act: a heading, choices to fill its form with, and where they come from; `rule`
    is what stands in the form already.
    """

    heading: str
    lines: list[AidLine]
    note: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class ActShown:
    """One act of the panel; `reason` says why it cannot be done now, `open` shows its form at once.

    `key` brings the focus there; `keep_url` keeps what is typed, `kept_at` says when that was done.
    """

    label: str
    url: str
    kind: str = "secondary"
    hint: str = ""
    reason: str = ""
    submit: str = ""
    form: forms.Form | None = None
    direct: bool = False
    open: bool = False
    key: str = ""
    keep_url: str = ""
    kept_at: datetime | None = None
    aid: Aid | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the exchange."""

    at: datetime
    from_resident: bool
    text: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class LetterPart:
    """One letter with its exchange; `said` are sentences about its writer's verdict. `own_number` is that
    of the case with which it came, where this was joined; `apart_url` takes it apart.
    """

    heading: str
    title: str
    text: str
    place: str
    channel: str
    at: datetime
    notes: list[Note]
    said: list[str]
    pressed: str
    files: list[FileShown]
    contact_url: str = ""
    own_number: int = 0
    apart_url: str = ""
    apart_seen: int = 0
    whole_url: str = ""


@dataclass(frozen=True, slots=True)
class ReplyPart:
    """One answer of the case in a line, with the ways to go from it; `text` is what was sent."""

    words: str
    title: str
    text: str
    at: datetime
    by: str
    note: str
    links: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed for an act that is no longer possible."""

    label: str
    words: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case. `later` are acts that cannot be done now, `next_url` the next case of the list,
    `my_next_url` the one that this person should take up next.
    """

    number: int
    title: str
    state: str
    trail: list[tuple[str, str]]
    next_url: str
    my_next_url: str
    warnings: list[str]
    clock: Clock
    clock_notes: list[str]
    urgency: UrgencyShown
    facts: list[tuple[str, str]]
    named: list[str]
    letters: list[LetterPart]
    replies: list[ReplyPart]
    acts: list[ActShown]
    later: list[ActShown]
    entries: list[Told]
    cut: bool
    notes: NotesPart | None = None
    numbers: NumbersPart | None = None
    problem: str = ""
    kept: Kept | None = field(default=None)
    undo: UndoPart | None = None
    alerts: AlertsPart | None = None
    matters: list[tuple[str, str]] = field(default_factory=list)
    parts: tuple[PartLine, ...] = ()
    unsplit_url: str = ""
    version: int = 0
    alike_url: str = ""
